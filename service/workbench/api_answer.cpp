#include "service/workbench/api_answer.hpp"

#include "fhir/member.hpp"
#include "service/tuning/checked_pack.hpp"

namespace service {

namespace json = boost::json;

std::string print_api_error(const ApiError& error) {
    json::object document{{"error", error.says}};
    if (!error.findings.empty()) {
        json::array& findings = document["findings"].emplace_array();
        for (const rules::Diagnostic& finding : error.findings) findings.push_back(as_json(finding));
    }
    for (const auto& [name, value] : error.more) document[name] = value;
    return fhir::print_json(document);
}

std::string text_asked(const json::object& asked, std::string_view member) {
    const json::value* value = fhir::find_member(asked, member);
    const auto text = value != nullptr ? fhir::text_of(*value) : std::nullopt;
    return text ? std::string(*text) : std::string();
}

}  // namespace service
