// Versions of packs (Semantic Versioning 2.0.0) and the ranges that a site file names: "^1.0", "1.2.3", "*".
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rules {

/// Major, minor and patch. Labels behind "-" or "+" are accepted and take no part in comparing.
struct Version {
    std::uint32_t major = 0, minor = 0, patch = 0;
    auto operator<=>(const Version&) const = default;
};

/// A full version, "1.2.3". Nothing if `text` is none.
std::optional<Version> parse_version(std::string_view text);

/// Versions from `from` up to, not including, `before`.
struct VersionRange {
    Version from, before;
    bool contains(const Version& version) const { return from <= version && version < before; }
};

/// "^1.0": from there up to the next change of the leftmost part that is not zero ("^0.9" ends before 0.10). "1.2.3":
/// that version only; "1.2" and "1": any that begins so; "*": any. Nothing if `text` is none of these.
std::optional<VersionRange> parse_version_range(std::string_view text);

}  // namespace rules
