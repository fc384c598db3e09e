#include "service/http/media_type.hpp"

#include "service/http/field_value.hpp"

#include <algorithm>
#include <optional>

namespace service {
namespace {

bool same_word(std::string_view left, std::string_view right) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(left, right, {}, lower, lower);
}

/// The part of `rest` before `separator`, trimmed; `rest` goes on after it.
std::string_view next_part(std::string_view& rest, char separator) noexcept {
    const auto end = rest.find(separator);
    const std::string_view part = trimmed(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return part;
}

/// The value of parameter `name` in `parameters` (";"-separated), without quotes.
std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name) noexcept {
    while (!parameters.empty()) {
        std::string_view value = next_part(parameters, ';');
        if (!same_word(next_part(value, '='), name)) continue;
        value = trimmed(value);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
        return value;
    }
    return std::nullopt;
}

/// Whether a range is switched off by "q=0", "q=0.0", … (RFC 9110, 12.4.2).
bool has_no_weight(std::string_view parameters) noexcept {
    const auto weight = parameter(parameters, "q");
    return weight && !weight->empty() && weight->find_first_not_of("0.") == std::string_view::npos;
}

struct Ranges {
    bool json = false, fhir_json = false;
};

Ranges ranges_of(std::string_view accept) noexcept {
    Ranges found;
    while (!accept.empty()) {
        std::string_view range = next_part(accept, ',');
        const std::string_view type = next_part(range, ';');
        if (has_no_weight(range)) continue;
        const bool any = same_word(type, "*/*") || same_word(type, "application/*");
        found.json = found.json || any || same_word(type, "application/json");
        found.fhir_json = found.fhir_json || any || same_word(type, "application/fhir+json");
    }
    return found;
}

}  // namespace

bool accepts_json(std::string_view accept) noexcept {
    if (trimmed(accept).empty()) return true;
    const Ranges ranges = ranges_of(accept);
    return ranges.json || ranges.fhir_json;
}

bool prefers_fhir_json(std::string_view accept) noexcept {
    const Ranges ranges = ranges_of(accept);
    return ranges.fhir_json && !ranges.json;
}

bool is_unencoded(std::string_view content_encoding) noexcept {
    while (!content_encoding.empty()) {
        const std::string_view coding = next_part(content_encoding, ',');
        if (!coding.empty() && !same_word(coding, "identity")) return false;
    }
    return true;
}

bool is_json_body(std::string_view content_type) noexcept {
    std::string_view parameters = content_type;
    const std::string_view type = next_part(parameters, ';');
    constexpr std::string_view prefix = "application/", suffix = "+json";
    const bool structured = type.size() > prefix.size() + suffix.size() &&
                            same_word(type.substr(0, prefix.size()), prefix) &&
                            same_word(type.substr(type.size() - suffix.size()), suffix);
    if (!structured && !same_word(type, "application/json")) return false;
    const auto charset = parameter(parameters, "charset");
    return !charset || same_word(*charset, "utf-8");
}

}  // namespace service
