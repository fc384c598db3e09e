#include "fhir/path/regex.hpp"

#include <re2/re2.h>

#include <charconv>
#include <vector>

namespace fhir::path {
namespace {

// RE2 of Debian 12 writes a named group (?P<name>…); FHIRPath's examples write (?<name>…).
std::string with_named_groups(std::string_view pattern) {
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        out += pattern[i];
        if (pattern[i] == '\\' && i + 1 < pattern.size()) {
            out += pattern[++i];
        } else if (pattern.substr(i).starts_with("(?<")) {
            out += "?P";
            ++i;
        }
    }
    return out;
}

re2::StringPiece piece_of(std::string_view text) {
    return {text.data(), text.size()};
}

// The group that a reference after '$' means, and how long the reference is; 0 if it is none.
struct Reference {
    int group = -1;
    std::size_t length = 0;
};

Reference reference_at(std::string_view text, const re2::RE2& pattern) {
    if (text.starts_with('{')) {
        const std::size_t end = text.find('}');
        if (end == std::string_view::npos) return {};
        const auto& names = pattern.NamedCapturingGroups();
        const auto found = names.find(std::string(text.substr(1, end - 1)));
        if (found != names.end()) return {found->second, end + 1};
        int group = -1;
        const auto [rest, error] = std::from_chars(text.data() + 1, text.data() + end, group);
        return error == std::errc() && rest == text.data() + end ? Reference{group, end + 1} : Reference{};
    }
    if (text.empty() || text[0] < '0' || text[0] > '9') return {};
    return {text[0] - '0', 1};
}

void append_substitution(std::string& out, std::string_view by, const std::vector<re2::StringPiece>& groups,
                         const re2::RE2& pattern) {
    for (std::size_t i = 0; i < by.size(); ++i) {
        const Reference reference = by[i] == '$' ? reference_at(by.substr(i + 1), pattern) : Reference{};
        if (reference.length == 0 || reference.group < 0) {
            out += by[i];
            continue;
        }
        const auto group = static_cast<std::size_t>(reference.group);
        if (group < groups.size()) out.append(groups[group].data(), groups[group].size());
        i += reference.length;
    }
}

}  // namespace

bool are_flags(std::string_view flags) {
    return flags.find_first_not_of("im") == std::string_view::npos;
}

std::shared_ptr<const re2::RE2> compile_pattern(std::string_view pattern, std::string_view flags, const Limits& limits,
                                                std::string& why) {
    constexpr std::int64_t max_memory = 1 << 20;
    if (!are_flags(flags)) {
        why = "its flags are not of i and m";
        return nullptr;
    }
    if (pattern.size() > limits.pattern_bytes) {
        why = "it is too long";
        return nullptr;
    }
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_dot_nl(true);
    options.set_max_mem(max_memory);
    options.set_case_sensitive(flags.find('i') == std::string_view::npos);
    const bool is_multi_line = flags.find('m') != std::string_view::npos;
    auto compiled = std::make_shared<re2::RE2>((is_multi_line ? "(?m)" : "") + with_named_groups(pattern), options);
    if (compiled->ok()) return compiled;
    why = compiled->error();
    return nullptr;
}

bool matches_whole(const re2::RE2& pattern, std::string_view text) {
    return re2::RE2::FullMatch(piece_of(text), pattern);
}
bool matches_part(const re2::RE2& pattern, std::string_view text) {
    return re2::RE2::PartialMatch(piece_of(text), pattern);
}

std::optional<std::string> replace_matches(const re2::RE2& pattern, std::string_view text, std::string_view by,
                                           const Limits& limits) {
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(pattern.NumberOfCapturingGroups()) + 1);
    const re2::StringPiece whole = piece_of(text);
    std::string out;
    std::size_t at = 0;
    while (at <= text.size() && pattern.Match(whole, at, text.size(), re2::RE2::UNANCHORED, groups.data(),
                                              static_cast<int>(groups.size()))) {
        const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
        out += text.substr(at, begin - at);
        append_substitution(out, by, groups, pattern);
        if (out.size() > limits.string_bytes) return std::nullopt;
        at = begin + groups[0].size();
        if (!groups[0].empty()) continue;
        if (at < text.size()) out += text[at];  // an empty match must not be found again
        ++at;
    }
    if (at < text.size()) out += text.substr(at);
    return out;
}

}  // namespace fhir::path
