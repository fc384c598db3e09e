// How a record at hand becomes what a call would be sent: the way is the service's (service/call/record_sources), which
// hands it in, so that whoever looks at many patients or at many versions of one sees what a call would see.
#pragma once

#include "fhir/bundle.hpp"
#include "rules/record/record.hpp"
#include "rules/record/selection.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <deque>
#include <functional>
#include <string_view>

namespace rules {

/// Point into the record's trees, and into `copies`.
struct SourcesAtHand {
    Sources sources;
    std::deque<boost::json::value> copies;  ///< of resources that a server calls otherwise than the record does
};

/// \returns the sources; or why the service would not answer, a word that lives as long as the program.
using SourcesOf = std::function<boost::system::result<SourcesAtHand, std::string_view>(
    const fhir::Bundle& record, const Selection& selection, const boost::json::storage_ptr& storage)>;

}  // namespace rules
