#include "rules/page/shared_count.hpp"

#include <algorithm>

namespace rules {

std::optional<std::uint64_t> rounded_count(std::uint64_t count) {
    if (count < least_shared) return std::nullopt;
    return count / 10 * 10 + (count % 10 >= 5 ? 10 : 0);
}

std::string shared_count(std::uint64_t count) {
    return shared_count(count, count);
}

std::optional<std::uint64_t> rounded_count(std::uint64_t count, std::uint64_t patients) {
    return patients < least_shared ? std::nullopt : rounded_count(count);
}

std::string shared_count(std::uint64_t count, std::uint64_t patients) {
    if (count == 0) return "0";
    const auto rounded = rounded_count(count, patients);
    return rounded ? std::to_string(*rounded) : "<" + std::to_string(least_shared);
}

std::string shared_share(std::uint64_t part, std::uint64_t whole) {
    const auto above = rounded_count(part), below = rounded_count(whole);
    if (below && part == 0) return "0 %";
    if (!above || !below) return "–";
    return std::to_string(std::min<std::uint64_t>(100, (100 * *above + *below / 2) / *below)) + " %";
}

}  // namespace rules
