// What two versions of a pack ask for together, and whether what was asked for one is all that the other needs.
#pragma once

#include "rules/program/program.hpp"

#include <vector>

namespace service {

/// Templates that bring what each of the two would: of a key that both have, every code and every status of either. In
/// the order of the first; keys that it does not have come last.
std::vector<rules::PrefetchTemplate> united(const std::vector<rules::PrefetchTemplate>& first,
                                            const std::vector<rules::PrefetchTemplate>& second);

/// Whether the answer to `asked` holds all that `needed` asks for. How it is sorted and paged is not looked at.
bool covers(const rules::PrefetchTemplate& asked, const rules::PrefetchTemplate& needed);

/// The same of what stands under the key of `needed` among `asked`.
bool covers(const std::vector<rules::PrefetchTemplate>& asked, const rules::PrefetchTemplate& needed);

}  // namespace service
