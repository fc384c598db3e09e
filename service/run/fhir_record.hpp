// A patient's record from a FHIR server that a person names at the command line, as the prefetch of a call. He waits,
// and the server is his choice: so the limits are wide, and http and addresses of any network are allowed.
#pragma once

#include "rules/program/program.hpp"
#include "service/base/exit_code.hpp"
#include "service/fhir_access/fhir_client.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace service {

/// How long a person waits for the whole record, and how much of it is read: small servers give 20 entries a page.
constexpr std::chrono::seconds fhir_record_patience{30};
constexpr FhirLimits fhir_record_limits{.pages = 200, .bytes = 256UL * 1024 * 1024};

/// Whom to read, and from where.
struct FhirPatient {
    std::string url;         ///< the base of the FHIR API
    std::string patient_id;  ///< a FHIR id
    std::string token;       ///< empty: an open server. Never printed
    std::chrono::milliseconds patience = fhir_record_patience;
    FhirLimits limits = fhir_record_limits;
};

struct FhirRecord {
    boost::json::object prefetch;       ///< one value for each template
    std::string encounter_id;           ///< of the newest Encounter; empty if there is none
    std::vector<std::string> warnings;  ///< sentences about optional data that could not be had
};

/// Why there is no record, in a sentence that says what to mend.
struct FhirRefusal {
    ExitCode code = ExitCode::environment;  ///< or bad_input, if the server answers but not with the patient's record
    std::string message;
};

/// Reads what `templates` ask for, and the patient's Encounters. Blocks for up to the patience of `patient`.
boost::system::result<FhirRecord, FhirRefusal> read_fhir_record(const FhirPatient& patient,
                                                                const std::vector<rules::PrefetchTemplate>& templates);

}  // namespace service
