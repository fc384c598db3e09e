// One patient's resources, read once and indexed: what rules know of the patient at one call, and what could not be
// had. Borrows the JSON trees that it was built from; they must outlive it.
#pragma once

#include "fhir/condition.hpp"
#include "fhir/entry.hpp"
#include "fhir/issue.hpp"
#include "fhir/medication.hpp"
#include "fhir/medication_administration.hpp"
#include "fhir/medication_request.hpp"
#include "fhir/medication_statement.hpp"
#include "fhir/observation.hpp"
#include "fhir/patient.hpp"
#include "fhir/procedure.hpp"
#include "fhir/service_request.hpp"

#include <boost/json.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// Why a source of the record could not be had. Unavailable is never the same as empty.
enum class Unavailable {
    not_sent,       ///< the client sent nothing, and there was no way to fetch it
    failed,         ///< the client reported an error in its place
    refused,        ///< the FHIR server, or the token, does not allow it
    not_found,      ///< the FHIR server has nothing there
    late,           ///< the FHIR server did not answer in time
    server_error,   ///< the FHIR server gave nothing that could be used, or could not be reached
    other_patient,  ///< the FHIR server gave another patient's data
    incomplete,     ///< a part of it only
    unresolved,     ///< the client's query still held an unresolved token
    wrong_type,     ///< something other than was asked for
    not_provided,   ///< this site never has it (site file)
    doubtful,       ///< an unknown modifierExtension, or versions that differ, leave open what it says
};

/// Everything that was sent or fetched under one prefetch key. Of one that came in part, what came.
struct SourceData {
    std::vector<fhir::Entry> resources;
    std::optional<Unavailable> unavailable{};
    std::vector<fhir::Entry> left_out{};  ///< what contains another patient's data: named, never used
};

using Sources = std::map<std::string, SourceData, std::less<>>;  ///< by prefetch key; a key that is absent is not_sent

/// A resource, or a part of one, that was left out, and why. Holds ids that the EHR gave, never a value.
struct Skipped {
    std::string reference;  ///< "Observation/123"; only the type if it has no id
    fhir::Issue issue;
    bool whole = false;  ///< nothing of the resource was read
};

struct Record {
    std::optional<fhir::Patient> patient;
    std::vector<fhir::Condition> conditions;
    std::vector<fhir::MedicationRequest> medication_requests;
    std::vector<fhir::MedicationStatement> medication_statements;
    std::vector<fhir::MedicationAdministration> medication_administrations;
    std::vector<fhir::Procedure> procedures;
    std::vector<fhir::ServiceRequest> orders;
    /// Each once, whatever keys brought it; behind a panel the members that it contains, under the panel's id.
    std::vector<fhir::Observation> observations;
    std::set<std::string, std::less<>> provided;                  ///< keys that were sent or fetched, whole or in part
    std::map<std::string, Unavailable, std::less<>> unavailable;  ///< keys of which a part or everything is missing
    std::vector<Skipped> skipped;
};

/// "Condition/c1", or "Condition" without an id that FHIR allows: what is no id is never shown.
std::string reference_to(std::string_view type, std::string_view id);

/// Why `skipped` was left out, in words that go behind its reference: "was left out: not what was asked for".
std::string_view words_for(const Skipped& skipped);

/// Reads the resources of each source: of several versions the newest (fhir/versions). Resources of the wrong type for
/// their key, and Observations about somebody or something else (focus, specimen), are skipped with a reason; the
/// caller has made sure that none has another patient as its subject. What must not be taken as it stands (fhir::Doubt)
/// is read and keeps its doubt.
Record read_record(const Sources& sources);

/// The sources of a complete record: any resources of one patient, sorted to the keys; nothing is unavailable.
/// `observation_keys` are the pack's Observation keys: all of them get all Observations.
Sources sources_of_complete_record(const std::vector<const boost::json::object*>& resources,
                                   const std::vector<std::string>& observation_keys);

}  // namespace rules
