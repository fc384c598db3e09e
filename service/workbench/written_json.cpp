#include "service/workbench/written_json.hpp"

#include "fhir/json_text.hpp"
#include "rules/run/card_layout.hpp"

#include <string_view>
#include <vector>

namespace service {

namespace json = boost::json;

namespace {

constexpr std::size_t widest = 120;

std::string written(const json::value& value, std::size_t indent);

/// What stands in an object or a list, each at its place; nothing of any other value.
std::vector<std::string> written_members(const json::value& value, std::size_t indent) {
    std::vector<std::string> members;
    if (const json::object* object = value.if_object()) {
        for (const auto& [name, member] : *object) {
            members.push_back(fhir::print_json(json::value(name)) + ": " + written(member, indent));
        }
    } else if (const json::array* list = value.if_array()) {
        for (const json::value& one : *list) members.push_back(written(one, indent));
    }
    return members;
}

std::string written(const json::value& value, std::size_t indent) {
    const std::string_view brackets = value.is_object() ? "{}" : value.is_array() ? "[]" : "";
    if (brackets.empty()) return fhir::print_json(value);
    const std::vector<std::string> members = written_members(value, indent + 2);
    if (members.empty()) return std::string(brackets);
    const std::string line = rules::joined(members, ", ");
    if (line.size() + indent <= widest && line.find('\n') == std::string::npos) {
        return value.is_object() ? "{ " + line + " }" : "[" + line + "]";
    }
    const std::string next = "\n" + std::string(indent, ' ');
    return brackets[0] + next + "  " + rules::joined(members, "," + next + "  ") + next + brackets[1];
}

}  // namespace

std::string written_json(const json::value& value) {
    return written(value, 0);
}

}  // namespace service
