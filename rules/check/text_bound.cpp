#include "rules/check/text_bound.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace rules {

namespace {

constexpr std::size_t date = 10, printed_threshold = 12, days = 5, since = 19, age = 3;
constexpr std::size_t why_unreadable = 60, brief_fault = 26, upper_word = 9;
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

// The parts of an expression between `mark`, where that stands outside brackets and texts.
std::vector<std::string> split(std::string_view expression, char mark) {
    std::vector<std::string> parts(1);
    int depth = 0;
    bool is_text = false;
    for (const char c : expression) {
        if (c == '\'') is_text = !is_text;
        if (!is_text && (c == '(' || c == '[')) ++depth;
        if (!is_text && (c == ')' || c == ']')) --depth;
        if (c == mark && depth == 0 && !is_text) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

std::string trimmed(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(' ');
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

// The arguments of "iif(…)", if the whole of `expression` is that; else nothing.
std::vector<std::string> branches(const std::string& expression) {
    constexpr std::string_view call = "iif(";
    if (!expression.starts_with(call) || !expression.ends_with(')')) return {};
    const std::string inner = expression.substr(call.size(), expression.size() - call.size() - 1);
    std::vector<std::string> arguments = split(inner, ',');
    return arguments.size() == 3 ? arguments : std::vector<std::string>();
}

// The member that the expression ends with: "text" of %b12.result.text.first().
std::string last_member(std::string expression) {
    for (const std::string_view end : {".first()", ".last()", ".toString()", ".distinct()"}) {
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
        ids_[analyte.id] = analyte.fact;
        words.number = longest_number(analyte);
        for (const Kind& kind : analyte.kinds) keep_longest(words.title, kind.title);
        if (words.title.empty()) words.title = analyte.title;
        for (const auto& [id, ruleset] : analyte.rulesets) {
            keep_longest(words.ruleset, ruleset.title);
            for (const auto& [kind, bands] : ruleset.bands) {
                for (const Band& band : bands) keep_longest(words.band_words, band.words);
            }
        }
        for (const Analyte::AboveAll& above : analyte.above_all) keep_longest(words.band_words, above.band.words);
        for (const auto& [property, units] : analyte.units) {
            for (const auto& [unit, synonyms] : units) {
                keep_longest(words.unit, unit);
                for (const std::string& synonym : synonyms) keep_longest(words.unit, synonym);
            }
        }
        keep_longest(any_reading_.title, words.title);
        keep_longest(any_reading_.ruleset, words.ruleset);
        keep_longest(any_reading_.unit, words.unit);
        keep_longest(any_reading_.band_words, words.band_words);
        any_reading_.number = std::max(any_reading_.number, words.number);
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
        bound.fills.push_back(fill(std::string(text.substr(open + 2, close - open - 2)), item, 0));
        text.remove_prefix(std::min(close + 2, text.size()));
    }
    return bound;
}

FillBound TextBounds::fill(const std::string& written, const std::string& item, std::size_t depth) const {
    const std::string expression = trimmed(written);
    if (depth == deepest_fact) return {expression, 0, ""};
    const std::vector<std::string> added = split(expression, '&');
    const std::vector<std::string> either = branches(expression);
    FillBound whole{expression, 0, ""};
    if (added.size() > 1) {
        for (const std::string& part : added) {
            const FillBound one = fill(part, item, depth + 1);
            whole.characters += one.characters;
            keep_longest(whole.longest, one.longest);
        }
        return whole;
    }
    if (either.empty()) return leaf(expression, item, depth);
    for (const std::string& branch : {either[1], either[2]}) {
        FillBound one = fill(branch, item, depth + 1);
        if (one.characters > whole.characters) whole = std::move(one);
    }
    whole.expression = expression;
    return whole;
}

FillBound TextBounds::leaf(const std::string& expression, const std::string& item, std::size_t depth) const {
    FillBound fill{expression, 0, ""};
    const std::string member = last_member(expression);
    const auto says = expression.starts_with('%') ? facts_.find(expression.substr(1)) : facts_.end();
    if (says != facts_.end() && says->second->form == Fact::Form::says) {
        fill = this->fill(says->second->items.text, item, depth + 1);
        fill.expression = expression;
    } else if (expression.starts_with('\'')) {
        fill.characters = count_characters(expression) - 2;
    } else if (expression.find(".join(") != std::string::npos) {
        constexpr std::size_t several = 2;
        fill.characters = all_texts(expression, 0);
        if (fill.characters == 0) fill.characters = several * count_characters(longest_label(expression, item, 0));
    } else if (member == "since") {
        fill.characters = since;
    } else if (member == "age") {
        fill.characters = age;
    } else if (member == "number") {
        fill.characters = reading_of(expression, item).number - 2;
    } else if (member == "fault" || member == "why") {
        fill.characters = member == "why" ? why_unreadable : brief_fault;
    } else if (member == "upperWord") {
        fill.characters = upper_word;
    } else if (member == "bandWords") {
        fill.longest = reading_of(expression, item).band_words;
        fill.characters = count_characters(fill.longest);
    } else if (member == "rangeText") {
        fill.characters = 2 * printed_threshold;
    } else if (expression.find("toQuantity()") != std::string::npos || member == "date") {
        fill.characters = date;
    } else if (member == "title") {
        fill.longest = reading_of(expression, item).title;
        fill.characters = count_characters(fill.longest);
    } else if (member == "text" || member == "other") {
        const ReadingWords reading = reading_of(expression, item);
        fill.characters = reading.number + count_characters(reading.unit);
    } else if (member == "lower" || member == "upper" || member == "nearLimit") {
        fill.characters = printed_threshold;
    } else if (member == "ruleset") {
        fill.longest = reading_of(expression, item).ruleset;
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

namespace {

void take_longest(TextBounds::ReadingWords& longest, const TextBounds::ReadingWords& other) {
    keep_longest(longest.title, other.title);
    keep_longest(longest.ruleset, other.ruleset);
    keep_longest(longest.unit, other.unit);
    keep_longest(longest.band_words, other.band_words);
    longest.number = std::max(longest.number, other.number);
}

}  // namespace

// A comparator, the digits before the point of the largest value that is believed, those behind it, a space.
std::size_t TextBounds::longest_number(const Analyte& analyte) {
    constexpr std::size_t usual = 5, most = 7;
    std::size_t longest = 0;
    for (const auto* limits : {&analyte.fault_above, &analyte.verify_above}) {
        for (const auto& [unit, limit] : *limits) {
            const auto digits = analyte.digits.find(unit);
            const std::size_t decimals = digits == analyte.digits.end() ? 0 : static_cast<std::size_t>(digits->second);
            const std::size_t whole = fhir::truncate(limit).text().size();
            longest = std::max(longest, 2 + whole + (decimals > 0 ? 1 + decimals : 0));
        }
    }
    return longest == 0 ? usual + 2 : std::min(longest, most);
}

// The words of the tests whose readings an expression shows: those that it names itself, through facts, or by their id
// in the list that %item goes through; where it names none, the longest of all.
TextBounds::ReadingWords TextBounds::reading_of(const std::string& expression, const std::string& item,
                                                std::size_t depth) const {
    ReadingWords longest;
    if (depth == deepest_fact) return any_reading_;
    for (const std::string& name : names(expression)) {
        const auto fact = facts_.find(name);
        if (const auto found = readings_.find(name); found != readings_.end()) {
            take_longest(longest, found->second);
        } else if (fact != facts_.end() && fact->second->form == Fact::Form::items) {
            take_longest(longest, reading_of(fact->second->items.text, "", depth + 1));
        }
    }
    for (const std::string& text : {expression, expression.find("%item") == std::string::npos ? std::string() : item}) {
        for (const auto& [id, fact] : ids_) {
            const bool is_named = text.find("analyte = '" + id + "'") != std::string::npos ||
                                  text.find("intent = '" + id + "'") != std::string::npos;
            if (is_named) take_longest(longest, readings_.at(fact));
        }
    }
    return longest.title.empty() ? any_reading_ : longest;
}

// Of the orders that an expression names by their intent; where it names none, of all.
std::string TextBounds::longest_order(const std::string& expression) const {
    std::string longest;
    for (const auto& [intent, order] : pack_.orders) {
        const bool is_named =
            expression.find("intent = '" + intent + "'") != std::string::npos ||
            (!order.group.empty() && expression.find("group = '" + order.group + "'") != std::string::npos);
        if (is_named) keep_longest(longest, order.label);
    }
    return longest.empty() ? longest_order_ : longest;
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
            keep_longest(longest, longest_order(expression));
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
