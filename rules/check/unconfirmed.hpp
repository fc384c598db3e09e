// What a pack marks "confirmed": false: facts that still wait for somebody to hold them against their source.
#pragma once

#include "rules/pack/pack.hpp"

namespace rules {

/// A warning each, by place.
Diagnostics unconfirmed_in(const Pack& pack);

}  // namespace rules
