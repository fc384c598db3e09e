#include "rules/text/expansion.hpp"

#include "fhir/characters.hpp"

#include <algorithm>
#include <cctype>

namespace rules {
namespace {

constexpr std::string_view version_part = "/version/";
constexpr std::size_t date_digits = 8;

}  // namespace

std::size_t Expansions::concepts() const {
    std::size_t count = 0;
    for (const auto& [id, set] : sets) count += set.codes.size();
    return count;
}

std::string release_date(std::string_view version) {
    const std::size_t at = version.find(version_part);
    if (at == std::string_view::npos) return {};
    const std::string_view date = version.substr(at + version_part.size());
    if (date.size() != date_digits || !std::ranges::all_of(date, fhir::is_digit)) return {};
    return std::string(date.substr(0, 4)) + '-' + std::string(date.substr(4, 2)) + '-' + std::string(date.substr(6));
}

std::string edition_of(std::string_view version) {
    return std::string(version.substr(0, version.find(version_part)));
}

}  // namespace rules
