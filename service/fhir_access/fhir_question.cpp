#include "service/fhir_access/fhir_question.hpp"

#include "fhir/member.hpp"
#include "fhir/path/types.hpp"

#include <boost/url.hpp>

#include <algorithm>
#include <utility>

namespace service {

namespace json = boost::json;
namespace urls = boost::urls;
using fhir::find_member;
using fhir::member_text;

namespace {

bool is_resource_type(std::string_view name) {
    static const fhir::path::Types types;
    const auto type = types.find_in("FHIR", name);
    return type && types.is_resource(*type);
}

/// The type that a search's address names: ".../Condition", ".../Condition/_search"; empty if it names none.
std::string type_named(urls::url_view url) {
    std::string last;
    for (const std::string& segment : url.segments()) {
        if (!segment.empty() && segment != "_search") last = segment;
    }
    return is_resource_type(last) ? last : std::string();
}

std::set<std::string> values_of(std::string_view list, char prefix_end) {
    std::set<std::string> values;
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        std::string_view value = list.substr(0, comma);
        value.remove_prefix(value.rfind(prefix_end) + 1);  // npos + 1 is 0
        if (!value.empty()) values.emplace(value);
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return values;
}

bool share_one(const std::set<std::string>& some, const std::set<std::string>& others) {
    return std::ranges::any_of(some, [&](const std::string& one) { return others.contains(one); });
}

}  // namespace

std::optional<FhirQuestion> FhirQuestion::of(std::string_view query) {
    const std::size_t end = query.find_first_of("/?");
    if (end == 0 || end == std::string_view::npos) return std::nullopt;
    const std::string_view type = query.substr(0, end);
    const bool letters =
        std::ranges::all_of(type, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
    const bool climbs = query.substr(0, query.find('?')).find("..") != std::string_view::npos;
    if (!letters || climbs) return std::nullopt;
    FhirQuestion question;
    question.type_ = type;
    if (query[end] == '?') {
        question.parameters_ = telling_parameters(query);
    } else {
        question.id_ = query.substr(end + 1, query.find_first_of("/?", end + 1) - end - 1);
        if (question.id_.empty()) return std::nullopt;
    }
    return question;
}

/// The parameters that no server may answer with other values: whose data, and which codes. Servers leave out others,
/// put them into another order, write tokens without their system and references with a type or a base in front.
FhirQuestion::Parameters FhirQuestion::telling_parameters(std::string_view url) {
    Parameters told;
    const auto parsed = urls::parse_uri_reference(url);
    if (!parsed) return told;
    for (const auto& parameter : parsed->params()) {
        const std::string name = parameter.key.substr(0, parameter.key.find(':'));
        if (name == "patient" || name == "subject") told["patient"].merge(values_of(parameter.value, '/'));
        if (name == "code") told["code"].merge(values_of(parameter.value, '|'));
    }
    return told;
}

bool FhirQuestion::may_be_answered_by(const json::value& resource) const {
    if (!resource.is_object()) return false;
    const json::object& object = resource.get_object();
    const std::string_view type = member_text(object, "resourceType");
    if (!is_search()) return type == type_ && member_text(object, "id") == id_;
    if (type != "Bundle") return false;
    const json::value* kind = find_member(object, "type");
    if (kind != nullptr && member_text(object, "type") != "searchset") return false;
    const json::value* links = find_member(object, "link");
    if (links != nullptr && links->is_array()) {
        for (const json::value& link : links->get_array()) {
            if (!link.is_object() || member_text(link.get_object(), "relation") != "self") continue;
            if (!may_be_told_by(member_text(link.get_object(), "url"))) return false;
        }
    }
    return may_hold(object);
}

/// A server tells by the link "self" what it has searched for (FHIR R4, Search, "Server Conformance").
bool FhirQuestion::may_be_told_by(std::string_view self_link) const {
    const auto url = urls::parse_uri_reference(self_link);
    if (!url) return true;  // it tells nothing
    const std::string named = type_named(*url);
    if (!named.empty() && named != type_) return false;
    const Parameters told = telling_parameters(self_link);
    return std::ranges::all_of(parameters_, [&](const auto& asked) {
        const auto found = told.find(asked.first);
        return found == told.end() || share_one(asked.second, found->second);
    });
}

/// What matches is of the type asked for; what comes along may be of any (FHIR R4, Bundle.entry.search.mode). Where a
/// server does not say which is which, something must be of that type.
bool FhirQuestion::may_hold(const json::object& bundle) const {
    const json::value* entries = find_member(bundle, "entry");
    if (entries == nullptr || !entries->is_array()) return true;
    bool ours = false, others = false;
    for (const json::value& entry : entries->get_array()) {
        if (!entry.is_object()) continue;
        const json::value* resource = find_member(entry.get_object(), "resource");
        const json::value* search = find_member(entry.get_object(), "search");
        if (resource == nullptr || !resource->is_object()) continue;
        const std::string_view type = member_text(resource->get_object(), "resourceType");
        const bool says = search != nullptr && search->is_object();
        const std::string_view mode = says ? member_text(search->get_object(), "mode") : std::string_view();
        if (mode == "include" || mode == "outcome" || type == "OperationOutcome") continue;
        if (type != type_ && mode == "match") return false;
        (type == type_ ? ours : others) = true;
    }
    return ours || !others;
}

}  // namespace service
