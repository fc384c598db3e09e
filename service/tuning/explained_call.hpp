// A call's evaluation with all its reasons, and what of the record counted for nothing: what `evaluate --explain`
// tells.
#pragma once

#include "rules/explain/unmatched.hpp"
#include "service/call/hook_call.hpp"

#include <boost/json.hpp>

#include <string_view>
#include <vector>

namespace service {

/// Those of `services` with that id: one for each hook that it is offered for. Borrowed.
std::vector<const ServedService*> services_called(const std::vector<ServedService>& services, std::string_view id);

struct ExplainedCall {
    rules::Evaluation evaluation;
    std::vector<rules::Unmatched> unmatched;
};

/// \param resources  the record that the call was composed of, objects: results that no prefetch asks for are looked at
/// too, for what is not mapped. Empty of a request.
ExplainedCall explain_call(const HookCall& call, const std::vector<boost::json::value>& resources,
                           const ClinicalTime& time);

}  // namespace service
