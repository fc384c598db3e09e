// What the client sent along, held against what was asked for (CDS Hooks, "Providing FHIR Resources to a CDS Service").
//
// Each key of the templates becomes a source of the patient's record: its resources, or the reason why they could not
// be had. Missing, declined, failed, incomplete and unresolved are reasons; null and an empty Bundle are known to be
// nothing. What cannot be read is not nothing: a Bundle of another kind (a batch-response, a Bundle of Bundles), or one
// whose entries are all something else than was asked for, is of the wrong type; one of which some entries cannot be
// read came in part. Keys that were not asked for are ignored.
//
// The conditions may come in part: what came of them counts. Of any other source a part is not used.
#pragma once

#include "rules/program/program.hpp"
#include "rules/record/patient_identity.hpp"
#include "rules/record/record.hpp"
#include "service/http/problem.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace service {

struct PrefetchExpectations {
    std::span<const rules::PrefetchTemplate> templates;
    rules::PatientIdentity& patient;  ///< learns from the Patient that was sent
    bool strict = false;  ///< a value of the wrong type, an empty or a wrapped one is refused, not merely unusable
};

/// Why a source could not be had, for log and client: "not-sent", "incomplete", …
std::string_view name_of(rules::Unavailable reason) noexcept;

/// Whether a resource of this type holds others: they are not looked for there.
bool holds_others(std::string_view type);

/// Lets `patient` learn who the call's own Patient is, if `prefetch` brings it; null: nothing was sent.
void learn_patient(const boost::json::object* prefetch, rules::PatientIdentity& patient);

/// One value that was sent or fetched for the template `asked`, as a source that points into it.
/// \returns the same problems as read_prefetch.
boost::system::result<rules::SourceData, Problem> read_source(const boost::json::value& received,
                                                              const rules::PrefetchTemplate& asked,
                                                              const PrefetchExpectations& expectations);

/// A resource of a record at hand that answers a template.
struct SelectedEntry {
    fhir::Entry entry;
    bool is_included = false;  ///< brought along by one that was asked for
};

/// The source that a searchset of these entries is, for the template `asked`: what read_source makes of the text.
boost::system::result<rules::SourceData, Problem> read_selected(const std::vector<SelectedEntry>& entries,
                                                                const rules::PrefetchTemplate& asked,
                                                                rules::PatientIdentity& patient);

/// Sorts `prefetch` to sources, one for every template. \param prefetch the request's; null if it had none. The sources
/// point into it. \returns other_patient with its place if anything in it, under a key that was asked for, is not this
/// patient's; wrong_type for a strict client.
boost::system::result<rules::Sources, Problem> read_prefetch(const boost::json::object* prefetch,
                                                             const PrefetchExpectations& expectations);

/// The 412 that is due if nothing of a required source could be had, with the reason of each; nothing if all are there,
/// wholly or in part.
std::optional<Problem> missing_sources(const rules::Sources& sources,
                                       std::span<const rules::PrefetchTemplate> templates);

}  // namespace service
