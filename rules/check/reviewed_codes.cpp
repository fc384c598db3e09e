#include "rules/check/reviewed_codes.hpp"

#include "fhir/coding.hpp"
#include "fhir/json_text.hpp"

#include <boost/json.hpp>

namespace rules {
namespace json = boost::json;

namespace {

void add_value_set(const fhir::ValueSet& value_set, CodesByOwner& all) {
    const auto add = [&](const std::vector<fhir::ValueSet::System>& systems, const std::string& prefix) {
        for (const fhir::ValueSet::System& system : systems) {
            std::set<std::string>& codes = all[{"valueSets", value_set.id(), system.url}];
            for (const auto& listed : system.concepts) codes.insert(prefix + listed.code);
            for (const std::vector<std::string>& branch : system.branches) {
                std::string text;
                for (const std::string& value : branch) text += (text.empty() ? "is-a " : " and ") + value;
                codes.insert(prefix + text);
            }
        }
    };
    add(value_set.included(), "");
    add(value_set.excluded(), "not ");
}

void add_order(const Order& order, CodesByOwner& all) {
    for (const Coding& coding : order.codes) all[{"orders", order.intent, coding.system}].insert(coding.code);
    const auto add_place = [&](const char* units, const std::string& code) {
        if (!code.empty()) all[{"orders", order.intent, "place"}].insert(std::string(units) + ' ' + code);
    };
    add_place("conventional", order.place_conventional);
    add_place("SI", order.place_si);
}

const json::object* object_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value ? value->if_object() : nullptr;
}

void add_listed(const json::object& owners, const std::string& section, CodesByOwner& all) {
    for (const auto& [owner, systems] : owners) {
        if (!systems.is_object()) continue;
        for (const auto& [system, codes] : systems.get_object()) {
            if (!codes.is_array()) continue;
            std::set<std::string>& listed = all[{section, std::string(owner), std::string(system)}];
            for (const json::value& code : codes.get_array()) {
                if (code.is_string()) listed.emplace(code.get_string());
            }
        }
    }
}

}  // namespace

CodesByOwner codes_of(const Pack& pack) {
    CodesByOwner all;
    for (const auto& [id, value_set] : pack.value_sets) add_value_set(value_set, all);
    for (const Analyte& analyte : pack.analytes) {
        for (const AnalyteCode& code : analyte.codes) {
            all[{"analytes", analyte.id, code.system}].insert(code.code + ' ' + code.property + ' ' + code.kind);
        }
    }
    for (const auto& [intent, order] : pack.orders) add_order(order, all);
    return all;
}

CodesByOwner reviewed_codes_of(const Pack& pack) {
    CodesByOwner all;
    const auto file = pack.files.find(reviewed_codes_file);
    const auto tree = file == pack.files.end() ? std::nullopt : std::optional(fhir::parse_json(file->second));
    if (!tree || !*tree || !(*tree)->is_object()) return all;
    for (const char* section : {"valueSets", "analytes", "orders"}) {
        if (const json::object* owners = object_in((*tree)->get_object(), section)) add_listed(*owners, section, all);
    }
    return all;
}

ReviewCount count_reviewed(const Pack& pack) {
    const CodesByOwner reviewed = reviewed_codes_of(pack);
    ReviewCount count;
    for (const auto& [owner, codes] : codes_of(pack)) {
        const auto listed = reviewed.find(owner);
        count.all += codes.size();
        if (listed == reviewed.end()) continue;
        for (const std::string& code : codes) count.reviewed += listed->second.contains(code) ? 1U : 0U;
    }
    return count;
}

std::string print_reviewed_codes(const Pack& pack) {
    json::object list;
    list["note"] =
        "Every code of the pack once more, as reviewed. Whoever adds or takes away a code does it in both "
        "places: `check` names what stands in one of them only.";
    for (const char* section : {"valueSets", "analytes", "orders"}) list[section] = json::object();
    for (const auto& [owner, codes] : codes_of(pack)) {
        const auto& [section, id, system] = owner;
        json::value& of_owner = list[section].get_object()[id];
        if (!of_owner.is_object()) of_owner = json::object();
        of_owner.get_object()[system] = json::array(codes.begin(), codes.end());
    }
    return fhir::print_json_indented(json::value(std::move(list))) + '\n';
}

}  // namespace rules
