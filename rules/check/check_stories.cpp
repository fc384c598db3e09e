// Rules that no story of the pack expects. Stories are read as text here, since every load of a pack asks.
#include "fhir/json_text.hpp"
#include "rules/check/check.hpp"
#include "rules/pack/readers.hpp"

#include <algorithm>

namespace rules {
namespace json = boost::json;

namespace {

// "vitamin-d-suggest (info), offers 25-OH vitamin D, with bone-profile-suggest": the rules that it names.
void add_rules_of_card(std::string_view card, std::set<std::string, std::less<>>& named) {
    named.emplace(card.substr(0, card.find_first_of(" ,(")));
    constexpr std::string_view with = ", with ";
    for (std::size_t at = card.find(with); at != std::string_view::npos; at = card.find(with, at + 1)) {
        const std::string_view guest = card.substr(at + with.size());
        named.emplace(guest.substr(0, guest.find(',')));
    }
}

void add_rules_of_story(const json::object& story, std::set<std::string, std::less<>>& named) {
    for (const auto& [word, hook] : hook_words) {
        const json::value* cards = story.if_contains(word);
        if (!cards) continue;
        if (cards->is_string()) add_rules_of_card(cards->get_string(), named);
        if (!cards->is_array()) continue;
        for (const json::value& card : cards->get_array()) {
            if (card.is_string()) add_rules_of_card(card.get_string(), named);
        }
    }
}

std::set<std::string, std::less<>> rules_in_stories(const Pack& pack) {
    std::set<std::string, std::less<>> named;
    for (const auto& [path, text] : pack.files) {
        if (!path.starts_with("stories/")) continue;
        const auto tree = fhir::parse_json(text);
        const json::object* file = tree ? tree->if_object() : nullptr;
        const json::value* stories = file ? file->if_contains("stories") : nullptr;
        if (!stories || !stories->is_array()) continue;
        for (const json::value& story : stories->get_array()) {
            if (story.is_object()) add_rules_of_story(story.get_object(), named);
        }
    }
    return named;
}

}  // namespace

void check_stories(const Pack& pack, Diagnostics& findings) {
    const auto named = rules_in_stories(pack);
    for (const Rule& rule : pack.rules) {
        if (named.contains(rule.id)) continue;
        findings.push_back({Severity::error, rule.place, "rule-without-story",
                            "No story expects a card of \"" + rule.id + "\": nothing shows whom it concerns.",
                            "Write one in stories/, with a patient who gets the card and one who does not."});
    }
}

}  // namespace rules
