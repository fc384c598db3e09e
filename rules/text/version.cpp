#include "rules/text/version.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>

namespace rules {

namespace {

constexpr std::uint32_t beyond_all = std::numeric_limits<std::uint32_t>::max();

struct Parts {
    std::array<std::uint32_t, 3> numbers{};
    std::size_t count = 0;
};

std::optional<Parts> parse_parts(std::string_view text) {
    text = text.substr(0, text.find_first_of("-+"));
    Parts parts;
    while (parts.count < parts.numbers.size()) {
        const char* const end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, parts.numbers[parts.count]);
        if (read.ec != std::errc() || parts.numbers[parts.count] == beyond_all) return std::nullopt;
        if (text.front() == '0' && read.ptr != text.data() + 1) return std::nullopt;
        ++parts.count;
        if (read.ptr == end) return parts;
        if (*read.ptr != '.') return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()) + 1);
    }
    return std::nullopt;
}

// Identifiers with points between them: "beta.2". Numbers in front of a build's "+" have no zero before them.
bool are_labels(std::string_view text, bool of_build) {
    while (true) {
        const std::string_view label = text.substr(0, text.find('.'));
        const bool is_number = std::ranges::all_of(label, [](unsigned char c) { return std::isdigit(c) != 0; });
        const bool is_word =
            std::ranges::all_of(label, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
        if (label.empty() || !is_word) return false;
        if (is_number && !of_build && label.size() > 1 && label.front() == '0') return false;
        if (label.size() == text.size()) return true;
        text.remove_prefix(label.size() + 1);
    }
}

// What stands behind the three numbers: nothing, "-labels", "+labels" or "-labels+labels".
bool is_tail(std::string_view text) {
    const std::size_t plus = text.find('+');
    if (plus != std::string_view::npos && !are_labels(text.substr(plus + 1), true)) return false;
    const std::string_view before = text.substr(0, plus);
    return before.empty() || are_labels(before.substr(1), false);
}

// The first version in which the part with this index is greater.
Version next(const Version& version, std::size_t part) {
    if (part == 0) return {version.major + 1, 0, 0};
    if (part == 1) return {version.major, version.minor + 1, 0};
    return {version.major, version.minor, version.patch + 1};
}

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
    const auto parts = parse_parts(text);
    if (!parts || parts->count != 3) return std::nullopt;
    if (!is_tail(text.substr(std::min(text.find_first_of("-+"), text.size())))) return std::nullopt;
    return Version{parts->numbers[0], parts->numbers[1], parts->numbers[2]};
}

std::optional<VersionRange> parse_version_range(std::string_view text) {
    if (text == "*") return VersionRange{{}, {beyond_all, 0, 0}};
    const bool caret = text.starts_with('^');
    const auto parts = parse_parts(caret ? text.substr(1) : text);
    if (!parts) return std::nullopt;
    const Version from{parts->numbers[0], parts->numbers[1], parts->numbers[2]};
    std::size_t changes = parts->count - 1;
    if (caret) {
        std::size_t first = 0;
        while (first < changes && parts->numbers[first] == 0) ++first;
        changes = first;
    }
    return VersionRange{from, next(from, changes)};
}

}  // namespace rules
