// All that a site file may set, with its range, its words and where it is set.
#include "rules/explain/rule_reading.hpp"
#include "rules/program/parameters.hpp"
#include "service/workbench/api.hpp"
#include "service/workbench/site_bands.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

/// The test whose bands a parameter chooses; null if it chooses something else.
const rules::Analyte* chooses_bands_of(const rules::Pack& pack, const rules::Parameter& parameter) {
    for (const rules::Analyte& analyte : pack.analytes) {
        if (analyte.ruleset && rules::Parameters::name_in(*analyte.ruleset) == parameter.name) return &analyte;
    }
    return nullptr;
}

json::value value_as_json(const rules::Parameter& parameter, std::string_view text) {
    switch (parameter.type) {
        case rules::Parameter::Type::integer: {
            long number = 0;
            std::from_chars(text.data(), text.data() + text.size(), number);
            return number;
        }
        case rules::Parameter::Type::boolean:
            return text == "true";
        case rules::Parameter::Type::code:
            break;
    }
    return json::value(json::string(text));
}

std::string_view type_name(const rules::Parameter& parameter) {
    switch (parameter.type) {
        case rules::Parameter::Type::integer:
            return "integer";
        case rules::Parameter::Type::boolean:
            return "boolean";
        case rules::Parameter::Type::code:
            break;
    }
    return "choice";
}

/// "low from 12 ng/mL or 30 nmol/L": where each band begins.
std::string words_of(const rules::Ruleset& ruleset) {
    std::string words;
    for (const auto& [kind, bands] : ruleset.bands) {
        for (const rules::Band& band : bands) {
            const auto& numbers = band.from ? band.from : band.above;
            if (!numbers) continue;
            words += words.empty() ? "" : ", ";
            words += (band.words.empty() ? band.band : band.words) + (band.from ? " from " : " above ");
            const char* separator = "";
            for (const auto& [unit, number] : *numbers) {
                words += separator + number.text() + ' ' + unit;
                separator = " or ";
            }
        }
    }
    return words.empty() ? "no bands" : words;
}

json::array choices_of(const rules::Pack& pack, const rules::Parameter& parameter) {
    const rules::Analyte* analyte = chooses_bands_of(pack, parameter);
    json::array choices;
    for (const std::string& value : parameter.values) {
        json::object choice{{"id", value}, {"title", value}, {"words", ""}};
        const auto found = analyte ? analyte->rulesets.find(value) : decltype(analyte->rulesets.find(value))();
        if (analyte && found != analyte->rulesets.end()) {
            choice["title"] = found->second.title;
            choice["words"] = words_of(found->second);
        }
        choices.push_back(std::move(choice));
    }
    return choices;
}

std::string with_capital(std::string text) {
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    return text;
}

/// By parameter: the rules that read it.
std::map<std::string, json::array> readers_of(const rules::Program& program) {
    std::map<std::string, json::array> readers;
    for (const rules::Rule& rule : program.pack().rules) {
        for (const rules::Parameter* parameter : rules::reach_of_rule(program, rule.id).parameters) {
            readers[parameter->name].push_back(json::value(rule.id));
        }
    }
    return readers;
}

json::array parameters_as_json(const rules::Program& program) {
    const rules::Pack& pack = program.pack();
    const rules::Parameters in_force(pack.parameters, program.site().parameters);
    auto readers = readers_of(program);
    json::array list;
    for (const rules::Parameter& one : pack.parameters) {
        json::object told{{"name", one.name},
                          {"title", with_capital(one.says)},
                          {"type", type_name(one)},
                          {"value", value_as_json(one, in_force.text(one.name).value_or(one.default_value))},
                          {"default", value_as_json(one, one.default_value)},
                          {"minimum", nullptr},
                          {"maximum", nullptr},
                          {"step", 1},
                          {"unit", one.unit},
                          {"words", one.says},
                          {"source", json::object{{"text", one.source}, {"url", ""}}},
                          {"rules", std::move(readers[one.name])},
                          {"pointer", "/parameters/" + fhir::pointer_token(one.name)},
                          {"isSet", program.site().parameters.contains(one.name)}};
        if (one.range) {
            told["minimum"] = one.range->first;
            told["maximum"] = one.range->second;
        }
        if (one.type == rules::Parameter::Type::code) told["choices"] = choices_of(pack, one);
        list.push_back(std::move(told));
    }
    return list;
}

json::array rulesets_as_json(const rules::Program& program) {
    const rules::Pack& pack = program.pack();
    const rules::Parameters in_force(pack.parameters, program.site().parameters);
    json::array list;
    for (const rules::Parameter& one : pack.parameters) {
        const rules::Analyte* analyte = chooses_bands_of(pack, one);
        if (analyte == nullptr) continue;
        list.push_back(json::object{{"analyte", analyte->id},
                                    {"title", analyte->title},
                                    {"parameter", one.name},
                                    {"pointer", "/parameters/" + fhir::pointer_token(one.name)},
                                    {"value", std::string(in_force.text(one.name).value_or(one.default_value))},
                                    {"default", one.default_value},
                                    {"choices", choices_of(pack, one)}});
    }
    return list;
}

json::array local_codes_as_json(const rules::Site& site, const rules::Analyte& analyte) {
    json::array codes;
    const auto own = site.analyte_codes.find(analyte.id);
    if (own == site.analyte_codes.end()) return codes;
    for (std::size_t i = 0; i < own->second.size(); ++i) {
        const rules::AnalyteCode& code = own->second[i];
        codes.push_back(
            json::object{{"system", code.system},
                         {"code", code.code},
                         {"property", code.property},
                         {"kind", code.kind},
                         {"pointer", "/codes/analytes/" + fhir::pointer_token(analyte.id) + '/' + std::to_string(i)}});
    }
    return codes;
}

json::object analyte_as_json(const rules::Program& program, const rules::Analyte& analyte) {
    const BandsInForce in_force = bands_in_force(program, analyte, {});
    json::array kinds, properties, laboratories;
    for (const rules::Kind& kind : analyte.kinds) kinds.push_back(json::value(kind.name));
    for (const auto& [property, units] : analyte.units) properties.push_back(json::value(property));
    for (const rules::Laboratory& one : program.site().laboratories) {
        if (!one.bands.contains(analyte.id)) continue;
        laboratories.push_back(json::object{{"name", one.name}, {"default", one.is_default}});
    }
    json::object told{
        {"name", analyte.id},
        {"title", analyte.title},
        {"ruleset", in_force.bands != nullptr ? json::value(in_force.bands->title) : json::value(nullptr)},
        {"laboratory", nullptr},
        {"units", bands_as_json(in_force)},
        {"kinds", std::move(kinds)},
        {"properties", std::move(properties)},
        {"laboratories", std::move(laboratories)},
        {"localCodes", local_codes_as_json(program.site(), analyte)}};
    if (in_force.laboratory) told["laboratory"] = program.site().laboratories[*in_force.laboratory].name;
    return told;
}

}  // namespace

ApiAnswer list_tunables(Workbench& workbench, const ApiRequest& request) {
    const auto pack = workbench.load_draft(request.asked);
    if (!pack) return pack.error();
    const rules::Program& program = *(*pack)->program;
    json::array analytes, rule_list;
    for (const rules::Analyte& analyte : program.pack().analytes) analytes.push_back(analyte_as_json(program, analyte));
    const std::vector<std::string>& off = program.site().off;
    for (const rules::Rule& rule : program.pack().rules) {
        const bool is_off = std::ranges::find(off, rule.id) != off.end();
        rule_list.push_back(json::object{{"id", rule.id}, {"title", rule.title}, {"isOff", is_off}});
    }
    return answered(json::object{{"parameters", parameters_as_json(program)},
                                 {"rulesets", rulesets_as_json(program)},
                                 {"analytes", std::move(analytes)},
                                 {"rules", std::move(rule_list)}});
}

}  // namespace service
