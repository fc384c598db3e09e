// What is counted of a call that was answered: the call, its cards, why every other rule of its hook was silent,
// how prefetch came, and what came of laboratory results.
#pragma once

#include "service/call/hook_call.hpp"
#include "service/observe/call_counts.hpp"

#include <string_view>
#include <vector>

namespace service {

/// Borrows from all of its arguments. \param client  its name in the configuration.
CallCounts counted_call(const HookCall& call, std::string_view client, const rules::Evaluation& evaluation,
                        const std::vector<GivenCard>& given, const rules::SeenResults& seen);

}  // namespace service
