#include "rules/program/parameters.hpp"

#include <charconv>

namespace rules {
namespace {

constexpr std::string_view prefix = "%param.";

std::optional<long> whole_number(std::optional<std::string_view> text) {
    if (!text) return std::nullopt;
    long number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return number;
}

}  // namespace

Parameters::Parameters(const std::vector<Parameter>& pack, const std::map<std::string, std::string>& site) {
    for (const Parameter& parameter : pack) {
        const auto set = site.find(parameter.name);
        values_.emplace(parameter.name, set == site.end() ? parameter.default_value : set->second);
    }
}

std::optional<std::string_view> Parameters::text(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
}

std::optional<long> Parameters::integer(std::string_view name) const {
    return whole_number(text(name));
}

std::string_view Parameters::name_in(const Authored& written) {
    const std::string_view text = written.text;
    return text.substr(0, prefix.size()) == prefix ? text.substr(prefix.size()) : std::string_view();
}

std::optional<std::string_view> Parameters::text(const Authored& written) const {
    const std::string_view name = name_in(written);
    if (name.empty()) return written.text;
    return text(name);
}

std::optional<long> Parameters::integer(const Authored& written) const {
    return whole_number(text(written));
}

}  // namespace rules
