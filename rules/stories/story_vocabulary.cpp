#include "rules/stories/story_vocabulary.hpp"

#include "fhir/coding.hpp"
#include "rules/text/spelling.hpp"

#include <algorithm>

namespace rules {

namespace {

// Which of two codes of one name a story means: the system that records use first.
int preference(std::string_view system) {
    if (system == fhir::snomed_system || system == fhir::rxnorm_system || system == fhir::loinc_system) return 0;
    return system == fhir::icd10_cm_system || system == fhir::atc_system ? 1 : 2;
}

World usual_world(std::string_view system) {
    if (system == fhir::rxnorm_system || system == fhir::atc_system) return World::medication;
    return system == fhir::loinc_system ? World::result : World::condition;
}

std::optional<World> world_of(const Fact& fact) {
    switch (fact.form) {
        case Fact::Form::conditions:
            return World::condition;
        case Fact::Form::medications:
            return World::medication;
        case Fact::Form::procedures:
            return World::procedure;
        case Fact::Form::observations:
            return World::observation;
        case Fact::Form::drafts:
            return World::medication;
        case Fact::Form::says:
        case Fact::Form::items:
        case Fact::Form::any:
        case Fact::Form::all:
            return std::nullopt;
    }
    return std::nullopt;
}

bool ends_name(std::string_view text, std::size_t at) {
    return at == text.size() || std::string_view(" ,:").find(text[at]) != std::string_view::npos;
}

}  // namespace

std::string small_letters(std::string_view text) {
    std::string small(text);
    for (char& c : small) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return small;
}

Vocabulary::Vocabulary(const Pack& pack) : pack_(&pack) {
    for (const Fact& fact : pack.facts) {
        const std::optional<World> world = world_of(fact);
        if (!world) continue;
        for (const Authored& value_set : fact.value_sets) add_value_set(value_set.text, *world, &fact);
        if (fact.values) used_value_sets_.push_back(fact.values->text);
        if (fact.except_routes) used_value_sets_.push_back(fact.except_routes->text);
        if (!fact.routes) continue;
        used_value_sets_.push_back(fact.routes->text);
        const auto routes = pack.value_sets.find(fact.routes->text);
        if (routes == pack.value_sets.end()) continue;
        for (const auto& system : routes->second.included()) {
            for (const auto& route : system.concepts) {
                routes_.emplace(small_letters(route.display), Coding{system.url, route.code, route.display});
            }
        }
    }
    for (const Analyte& analyte : pack.analytes) add_results(analyte);
    for (const auto& [intent, order] : pack.orders) {
        Meaning meaning;
        meaning.world = World::order;
        meaning.order = &order;
        add(order.label, std::move(meaning));
    }
    add_value_sets_of_no_fact();
}

void Vocabulary::add(const std::string& name, Meaning meaning) {
    if (name.empty()) return;
    if (has_spellings(name)) {
        meaning.coding.display = spelled(meaning.coding.display, Language::en_us);
        for (const Language language : {Language::en_us, Language::en_gb}) add(spelled(name, language), meaning);
        return;
    }
    std::vector<Meaning>& meanings = meanings_[small_letters(name)];
    const auto same = std::find_if(meanings.begin(), meanings.end(), [&](const Meaning& other) {
        return other.world == meaning.world && other.analyte == meaning.analyte;
    });
    if (same == meanings.end()) return meanings.push_back(std::move(meaning));
    if (meaning.analyte)
        return same->kinds.insert(same->kinds.end(), meaning.kinds.begin(), meaning.kinds.end()), void();
    if (preference(meaning.coding.system) < preference(same->coding.system)) *same = std::move(meaning);
}

void Vocabulary::add_value_set(const std::string& id, World world, const Fact* fact) {
    used_value_sets_.push_back(id);
    const auto value_set = pack_->value_sets.find(id);
    if (value_set == pack_->value_sets.end()) return;
    for (const auto& system : value_set->second.included()) {
        for (const auto& entry : system.concepts) {
            Meaning meaning;
            meaning.world = world;
            meaning.coding = {system.url, entry.code, entry.display};
            meaning.fact = fact;
            add(entry.display, std::move(meaning));
        }
    }
}

void Vocabulary::add_results(const Analyte& analyte) {
    const auto result = [&](const Kind& kind) {
        Meaning meaning;
        meaning.world = World::result;
        meaning.analyte = &analyte;
        meaning.kinds = {kind.name};
        return meaning;
    };
    for (const Kind& kind : analyte.kinds) add(kind.title, result(kind));
    if (!analyte.kinds.empty() && !meanings_.contains(small_letters(analyte.title))) {
        add(analyte.title, result(analyte.kinds.front()));
    }
}

// Codes that stand in the pack only to be told apart, such as look-alikes of a test, have names too.
void Vocabulary::add_value_sets_of_no_fact() {
    for (const auto& [id, value_set] : pack_->value_sets) {
        if (std::find(used_value_sets_.begin(), used_value_sets_.end(), id) != used_value_sets_.end()) continue;
        for (const auto& system : value_set.included()) {
            for (const auto& entry : system.concepts) {
                Meaning meaning;
                meaning.world = usual_world(system.url);
                meaning.coding = {system.url, entry.code, entry.display};
                add(entry.display, std::move(meaning));
            }
        }
    }
}

Vocabulary::Match Vocabulary::longest_name(std::string_view text) const {
    const std::string small = small_letters(text);
    Match longest;
    for (const auto& [name, meanings] : meanings_) {
        if (name.size() > longest.length && small.starts_with(name) && ends_name(small, name.size())) {
            longest = {name.size(), &meanings};
        }
    }
    return longest;
}

std::optional<Coding> Vocabulary::route(std::string_view name) const {
    const auto found = routes_.find(small_letters(name));
    if (found == routes_.end()) return std::nullopt;
    return found->second;
}

std::optional<Coding> Vocabulary::answer(const Meaning& meaning, std::string_view name) const {
    if (!meaning.fact || !meaning.fact->values) return std::nullopt;
    const auto values = pack_->value_sets.find(meaning.fact->values->text);
    if (values == pack_->value_sets.end()) return std::nullopt;
    for (const auto& system : values->second.included()) {
        for (const auto& entry : system.concepts) {
            if (small_letters(entry.display) == small_letters(name))
                return Coding{system.url, entry.code, entry.display};
        }
    }
    return std::nullopt;
}

std::vector<std::string_view> Vocabulary::answers(const Meaning& meaning) const {
    std::vector<std::string_view> all;
    if (!meaning.fact || !meaning.fact->values) return all;
    const auto values = pack_->value_sets.find(meaning.fact->values->text);
    if (values == pack_->value_sets.end()) return all;
    for (const auto& system : values->second.included()) {
        for (const auto& entry : system.concepts) {
            if (std::find(all.begin(), all.end(), entry.display) == all.end()) all.push_back(entry.display);
        }
    }
    return all;
}

std::vector<std::string_view> Vocabulary::names(std::optional<World> world) const {
    std::vector<std::string_view> all;
    for (const auto& [name, meanings] : meanings_) {
        const auto fits = [&](const Meaning& meaning) { return !world || meaning.world == *world; };
        if (std::any_of(meanings.begin(), meanings.end(), fits)) all.push_back(name);
    }
    return all;
}

}  // namespace rules
