#include "rules/program/code_index.hpp"

#include "fhir/code_hierarchy.hpp"

#include <algorithm>

namespace rules {
namespace {

char lower(char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool is_word_character(char character) {
    const char small = lower(character);
    return (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9') ||
           static_cast<unsigned char>(character) >= 0x80;
}

bool has_hit(const std::vector<CodeHit>& hits, SetId set) {
    return std::ranges::find(hits, set, &CodeHit::set) != hits.end();
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        while (at < text.size() && !is_word_character(text[at])) ++at;
        const std::size_t begin = at;
        while (at < text.size() && is_word_character(text[at])) ++at;
        if (at == begin) continue;
        std::string& word = words.emplace_back(text.substr(begin, at - begin));
        std::ranges::transform(word, word.begin(), lower);
    }
    return words;
}

CodeIndex::System& CodeIndex::system(std::string_view url) {
    System& codes = systems_.of(url);
    codes.spells_its_hierarchy = fhir::spells_its_hierarchy(url);
    return codes;
}

void CodeIndex::add(SetId set, const fhir::ValueSet& value_set) {
    const fhir::ValueSet* judge = value_set.excluded().empty() ? nullptr : &value_set;
    for (const fhir::ValueSet::System& included : value_set.included()) {
        System& codes = system(included.url);
        for (const auto& listed : included.concepts) {
            codes.exact[fhir::lookup_key(included.url, listed.code)].push_back({set, listed.display, judge});
        }
        for (const std::string& root : included.roots) codes.exact[root].push_back({set, "", &value_set});
        for (const std::vector<std::string>& branch : included.branches) {
            if (branch.empty()) continue;
            std::string beginning = fhir::lookup_key(included.url, branch.front());
            codes.longest_branch = std::max(codes.longest_branch, beginning.size());
            codes.branches[std::move(beginning)].push_back({set, "", &value_set});
        }
    }
}

void CodeIndex::add(SetId set, std::string_view system, std::string_view code, std::string_view label) {
    this->system(system).exact[fhir::lookup_key(system, code)].push_back({set, std::string(label), nullptr});
}

void CodeIndex::take(const Table& table, std::string_view key, std::string_view system, std::string_view code,
                     std::vector<CodeHit>& hits) {
    const auto found = table.find(key);
    if (found == table.end()) return;
    for (const Entry& entry : found->second) {
        if (has_hit(hits, entry.set)) continue;
        if (entry.value_set && !entry.value_set->contains(system, code)) continue;
        hits.push_back({entry.set, entry.label.empty() && entry.value_set ? entry.value_set->label(system, code)
                                                                          : std::string_view(entry.label)});
    }
}

void CodeIndex::find(std::string_view system, std::string_view code, std::vector<CodeHit>& hits) const {
    const System* codes = systems_.find(system);
    if (!codes) return;
    if (!codes->spells_its_hierarchy) return take(codes->exact, code, system, code, hits);
    const std::string plain = fhir::lookup_key(system, code);
    take(codes->exact, plain, system, code, hits);
    for (std::size_t size = std::min(plain.size(), codes->longest_branch); size > 0; --size) {
        take(codes->branches, std::string_view(plain).substr(0, size), system, code, hits);
    }
}

void NameIndex::add(SetId set, std::string_view name, std::string_view label) {
    std::vector<std::string> words = words_of(name);
    if (words.empty()) return;
    std::vector<Name>& names = by_first_word_[words.front()];
    const auto known =
        std::ranges::find_if(names, [&](const Name& other) { return other.words == words && other.label == label; });
    if (known == names.end()) {
        names.push_back({std::move(words), std::string(label), {set}});
    } else if (std::ranges::find(known->sets, set) == known->sets.end()) {
        known->sets.push_back(set);
    }
}

void NameIndex::find(std::string_view text, std::vector<CodeHit>& hits) const {
    const std::vector<std::string> words = words_of(text);
    for (auto word = words.begin(); word != words.end(); ++word) {
        const auto candidates = by_first_word_.find(*word);
        if (candidates == by_first_word_.end()) continue;
        for (const Name& name : candidates->second) {
            const std::size_t left = static_cast<std::size_t>(words.end() - word);
            if (name.words.size() > left || !std::equal(name.words.begin(), name.words.end(), word)) continue;
            for (const SetId set : name.sets) hits.push_back({set, name.label});
        }
    }
}

}  // namespace rules
