// The sources of a call about a record at hand, without the way over a request's text: what composed_request writes and
// hook_call reads of it, for whoever looks at many patients.
#pragma once

#include "fhir/bundle.hpp"
#include "rules/record/record.hpp"
#include "rules/record/selection.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <deque>
#include <string_view>

namespace service {

/// Point into the record's trees, and into `copies`.
struct RecordSources {
    rules::Sources sources;
    std::deque<boost::json::value> copies;  ///< of resources that a server calls otherwise than the record does
};

/// \returns the sources; or why the service would not answer: "no-patient", "several-patients", "patient-id",
/// "other-patient", "data-unavailable".
boost::system::result<RecordSources, std::string_view> sources_of_record(const fhir::Bundle& record,
                                                                         const rules::Selection& selection,
                                                                         const boost::json::storage_ptr& storage = {});

}  // namespace service
