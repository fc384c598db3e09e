// backpain-cds evaluate: one call without an EHR, from a CDS Hooks request, from a patient's resources, or from what a
// FHIR server has of a patient.
#pragma once

#include "service/base/command.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace service {

struct EvaluateOptions {
    std::filesystem::path pack;
    std::filesystem::path site;  ///< empty: the pack's own defaults
    std::string service_id;
    // One of these three says what is called with.
    std::string request_file;  ///< a CDS Hooks request; "-": standard input
    std::string patient_file;  ///< a Bundle, NDJSON or resources of one patient; "-": standard input
    std::string fhir_url;      ///< the base of a FHIR API, which is asked for the patient of `patient_id`
    std::string patient_id;
    std::string token_variable;  ///< the environment variable with the bearer token for it; empty: an open server
    std::string orders_file;     ///< order hooks: the draft orders
    std::vector<std::string> selections;
    std::string at;              ///< empty: now
    bool explain = false;        ///< why, in one sentence and one line a rule, in place of the cards
    bool explain_all = false;    ///< and all that was looked at
    bool print_request = false;  ///< the request that HTTPS would get, instead of its answer
    OutputFormat format = OutputFormat::json;
    bool as_html = false;                   ///< a page that shows the cards as clients do, in place of `format`
    std::vector<std::string> client_names;  ///< whose; empty: of every product that is known
    unsigned width_px = 0;                  ///< of each card; 0: of the client's own screen
};

/// Prints the CDS Hooks response, the explanation or the request. \returns fine; bad_input for a pack, file or request
/// that is not what it should be (an OperationOutcome on stdout where HTTPS would answer with one), and for a FHIR
/// server that has no such patient or is none; environment if that server cannot be reached or refuses; usage for
/// options that do not fit together.
ExitCode run_evaluate(const EvaluateOptions& options, const Streams& streams);

}  // namespace service
