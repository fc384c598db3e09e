#include "rules/check/text_bound.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace rules {

namespace {

constexpr std::size_t date = 10, printed_threshold = 16, days = 5;
constexpr std::size_t number = 11;  // comparator, eight digits and point, space
constexpr std::size_t deepest_fact = 32;

void keep_longest(std::string& longest, std::string_view text) {
    if (count_characters(text) > count_characters(longest)) longest = text;
}

// The texts between single quotes, but for those that are only compared.
std::vector<std::string> literals(std::string_view expression) {
    std::vector<std::string> texts;
    for (std::size_t at = expression.find('\''); at != std::string_view::npos;) {
        const std::size_t end = expression.find('\'', at + 1);
        if (end == std::string_view::npos) break;
        const bool compared =
            expression.substr(0, at).ends_with("= ") || expression.substr(end + 1).starts_with(" in ");
        if (!compared) texts.emplace_back(expression.substr(at + 1, end - at - 1));
        at = expression.find('\'', end + 1);
    }
    return texts;
}

std::vector<std::string> names(std::string_view expression) {
    std::vector<std::string> all;
    for (std::size_t at = expression.find('%'); at != std::string_view::npos; at = expression.find('%', at + 1)) {
        std::size_t end = at + 1;
        while (end < expression.size() && std::isalnum(static_cast<unsigned char>(expression[end]))) ++end;
        all.emplace_back(expression.substr(at + 1, end - at - 1));
    }
    return all;
}

// The member that the expression ends with: "text" of %b12.result.text.first().
std::string last_member(std::string expression) {
    for (const std::string_view end : {".first()", ".last()", ".toString()"}) {
        while (expression.ends_with(end)) expression.erase(expression.size() - end.size());
    }
    std::size_t begin = expression.size();
    while (begin > 0 && std::isalnum(static_cast<unsigned char>(expression[begin - 1]))) --begin;
    return expression.substr(begin);
}

}  // namespace

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

std::size_t TextBound::total() const {
    std::size_t sum = own;
    for (const FillBound& fill : fills) sum += fill.characters;
    return sum;
}

TextBounds::TextBounds(const Pack& pack) : pack_(pack) {
    for (const Fact& fact : pack.facts) facts_[fact.name] = &fact;
    for (const Analyte& analyte : pack.analytes) {
        ReadingWords& words = readings_[analyte.fact];
        words.title = analyte.title;
        for (const Kind& kind : analyte.kinds) keep_longest(words.title, kind.title);
        for (const auto& [id, ruleset] : analyte.rulesets) keep_longest(words.ruleset, ruleset.title);
        for (const auto& [property, units] : analyte.units) {
            for (const auto& [unit, synonyms] : units) {
                keep_longest(words.unit, unit);
                for (const std::string& synonym : synonyms) keep_longest(words.unit, synonym);
            }
        }
        keep_longest(any_reading_.title, words.title);
        keep_longest(any_reading_.ruleset, words.ruleset);
        keep_longest(any_reading_.unit, words.unit);
    }
    for (const auto& [intent, order] : pack.orders) keep_longest(longest_order_, order.label);
}

TextBound TextBounds::bound(std::string_view text, const std::string& item) const {
    TextBound bound;
    while (!text.empty()) {
        const std::size_t open = text.find("{{");
        bound.own += count_characters(text.substr(0, open));
        if (open == std::string_view::npos) break;
        const std::size_t close = std::min(text.find("}}", open), text.size());
        bound.fills.push_back(fill(std::string(text.substr(open + 2, close - open - 2)), item));
        text.remove_prefix(std::min(close + 2, text.size()));
    }
    return bound;
}

FillBound TextBounds::fill(const std::string& expression, const std::string& item) const {
    FillBound fill{expression, 0, ""};
    const std::string member = last_member(expression);
    if (expression.find(".join(") != std::string::npos) {
        fill.characters = all_texts(expression, 0);
    } else if (expression.find("toQuantity()") != std::string::npos || member == "date") {
        fill.characters = date;
    } else if (member == "text") {
        fill.characters = number + count_characters(reading_of(expression).unit);
    } else if (member == "lower" || member == "upper") {
        fill.characters = printed_threshold;
    } else if (member == "ruleset") {
        fill.longest = reading_of(expression).ruleset;
        fill.characters = count_characters(fill.longest);
    } else if (member == "daysOnTreatment" || member == "ageDays" || expression.starts_with("%param.") ||
               expression.find(" div ") != std::string::npos) {
        fill.characters = days;
    } else {
        fill.longest = longest_label(expression, item, 0);
        fill.characters = count_characters(fill.longest);
    }
    return fill;
}

// The words of the analyte whose reading an expression shows; where it does not name one, the longest of all.
const TextBounds::ReadingWords& TextBounds::reading_of(const std::string& expression) const {
    for (const std::string& name : names(expression)) {
        if (const auto found = readings_.find(name); found != readings_.end()) return found->second;
    }
    return any_reading_;
}

std::string TextBounds::longest_label(const std::string& expression, const std::string& item, std::size_t depth) const {
    std::string longest;
    if (depth == deepest_fact) return longest;
    const std::vector<std::string> texts = literals(expression);
    for (const std::string& text : texts) keep_longest(longest, text);
    const bool only_texts = expression.starts_with("iif(") && expression.find(".label") == std::string::npos;
    if (only_texts && !texts.empty()) return longest;
    for (const std::string& name : names(expression)) {
        if (const auto fact = facts_.find(name); fact != facts_.end()) {
            keep_longest(longest, longest_label_of(*fact->second, depth + 1));
        } else if (const auto reading = readings_.find(name); reading != readings_.end()) {
            keep_longest(longest, reading->second.title);
        } else if (name == "item" && !item.empty()) {
            keep_longest(longest, longest_label(item, "", depth + 1));
        } else if (name == "drafts" || name == "orders") {
            keep_longest(longest, longest_order_);
        } else if (name == "unreadable" || name == "results") {
            keep_longest(longest, any_reading_.title);
        }
    }
    return longest;
}

std::string TextBounds::longest_label_of(const Fact& fact, std::size_t depth) const {
    std::string longest;
    const auto add_set = [&](const Authored& id) {
        const auto set = pack_.value_sets.find(id.text);
        if (set == pack_.value_sets.end()) return;
        keep_longest(longest, set->second.title());
        for (const auto& system : set->second.included()) {
            for (const auto& entry : system.concepts) keep_longest(longest, entry.display);
        }
    };
    std::for_each(fact.value_sets.begin(), fact.value_sets.end(), add_set);
    if (fact.values) add_set(*fact.values);
    keep_longest(longest, longest_label(fact.items.text, "", depth));
    for (const Authored& part : fact.any) keep_longest(longest, longest_label(part.text, "", depth));
    for (const Authored& part : fact.all) keep_longest(longest, longest_label(part.text, "", depth));
    return longest;
}

// Every text that a list joined by commas can hold, one after the other.
std::size_t TextBounds::all_texts(const std::string& expression, std::size_t depth) const {
    constexpr std::size_t separator = 2;
    std::size_t sum = 0;
    if (depth == deepest_fact) return sum;
    for (const std::string& text : literals(expression)) {
        if (text != ", ") sum += count_characters(text) + separator;
    }
    for (const std::string& name : names(expression)) {
        const auto fact = facts_.find(name);
        if (fact == facts_.end()) continue;
        sum += all_texts(fact->second->items.text, depth + 1);
        for (const Authored& part : fact->second->any) sum += all_texts(part.text, depth + 1);
    }
    return sum;
}

}  // namespace rules
