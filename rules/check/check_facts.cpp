// Facts that compile and find too much, too little, or for too long: names by which drugs are found, sets of the wrong
// world, records without an end.
#include "rules/check/check.hpp"
#include "rules/check/text_bound.hpp"
#include "rules/pack/readers.hpp"
#include "rules/program/code_index.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr std::size_t least_letters = 6;  // of a name that stands for itself in somebody's words
constexpr std::string_view drug_systems[] = {fhir::rxnorm_system, fhir::atc_system};

bool is_of_drugs(const std::string& system) {
    return std::ranges::find(drug_systems, system) != std::end(drug_systems);
}

bool holds_no_system(const fhir::ValueSet& value_set, bool of_drugs) {
    const auto& systems = value_set.included();
    return !systems.empty() && std::ranges::none_of(systems, [&](const fhir::ValueSet::System& system) {
        return is_of_drugs(system.url) == of_drugs;
    });
}

void check_world(const Pack& pack, const Fact& fact, Diagnostics& findings) {
    const bool wants_drugs = fact.form == Fact::Form::medications || fact.form == Fact::Form::drafts;
    const bool wants_others = fact.form == Fact::Form::conditions || fact.form == Fact::Form::procedures;
    if (!wants_drugs && !wants_others) return;
    for (const Authored& id : fact.value_sets) {
        if (!holds_no_system(pack.value_sets.at(id.text), wants_drugs)) continue;
        const std::string found = wants_drugs ? "no code of a drug" : "codes of drugs only";
        findings.push_back({Severity::error, id.place, "wrong-world",
                            "\"" + id.text + "\" holds " + found + ": %" + fact.name + " would never find anything.",
                            wants_drugs ? "Name a value set of drugs (RxNorm, ATC), or write \"conditions\"."
                                        : "Name a value set of problems or procedures, or write \"medications\"."});
    }
}

void check_window(const Fact& fact, Diagnostics& findings) {
    if (fact.form != Fact::Form::medications || fact.current_days) return;
    findings.push_back({Severity::warning, fact.place, "no-window",
                        "Nothing says for how long a record counts in %" + fact.name +
                            ": one of ten years ago that nobody closed would.",
                        "Add \"currentDays\": \"%param.medication.currentDays\"."});
}

// A drug of two sets may be found by one name if it is the same drug.
bool is_same_drug(const DrugName& one, const DrugName& other) {
    return std::ranges::any_of(one.codes, [&](const std::string& code) { return other.codes.contains(code); });
}

void check_name(const DrugName& name, const std::vector<DrugName>& all, Diagnostics& findings) {
    const std::vector<std::string> words = words_of(name.name);
    if (count_characters(name.name) < least_letters) {
        findings.push_back({Severity::warning, name.place, "short-name",
                            "\"" + name.name + "\" finds every drug in whose name it stands as a word.",
                            "Write the ingredient's whole name, or take the name away and leave the code."});
    }
    const auto other = std::ranges::find_if(all, [&](const DrugName& one) {
        return one.value_set != name.value_set && words == words_of(one.name) && !is_same_drug(name, one);
    });
    if (other == all.end()) return;
    findings.push_back({Severity::warning, name.place, "shared-name",
                        "\"" + name.name + "\" is a name in \"" + other->value_set + "\" too, for another code.",
                        "Look both codes up: one name finds both drugs."});
}

}  // namespace

std::vector<DrugName> drug_names(const Pack& pack) {
    std::set<std::string> ids;
    for (const Fact& fact : pack.facts) {
        if (fact.form != Fact::Form::medications && fact.form != Fact::Form::drafts) continue;
        for (const Authored& id : fact.value_sets) ids.insert(id.text);
    }
    std::map<std::pair<std::string, std::string>, DrugName> all;
    for (const std::string& id : ids) {
        const fhir::ValueSet& value_set = pack.value_sets.at(id);
        for (const fhir::ValueSet::System& system : value_set.included()) {
            for (const auto& listed : system.concepts) {
                std::vector<std::string> names = listed.designations;
                names.push_back(listed.display);
                for (const std::string& name : names) {
                    if (name.empty()) continue;
                    DrugName& drug = all[{name, id}];
                    drug.name = name;
                    drug.value_set = id;
                    drug.codes.insert(system.url + ' ' + listed.code);
                }
            }
        }
    }
    std::vector<DrugName> names;
    for (auto& [key, drug] : all) names.push_back(std::move(drug));
    return names;
}

void check_facts(const Pack& pack, Diagnostics& findings) {
    for (const Fact& fact : pack.facts) {
        check_world(pack, fact, findings);
        check_window(fact, findings);
    }
    std::vector<DrugName> names = drug_names(pack);
    for (DrugName& name : names) {
        for (const auto& [path, text] : pack.files) {
            if (path.starts_with("value-sets/") &&
                text.find("\"id\": \"" + name.value_set + '"') != std::string::npos) {
                name.place = place_at(path, text, std::min(text.find('"' + name.name + '"'), text.size()));
            }
        }
    }
    for (const DrugName& name : names) check_name(name, names, findings);
}

}  // namespace rules
