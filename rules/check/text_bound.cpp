#include "rules/check/text_bound.hpp"

#include "fhir/path/parser.hpp"
#include "fhir/path/program.hpp"
#include "rules/program/item.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

namespace rules {

using fhir::path::NodeKind;
using PathNode = fhir::path::Node;

namespace {

constexpr std::size_t date = 10, printed_threshold = 12, days = 5, age = 3;
constexpr std::size_t why_unreadable = 60, brief_fault = 26, upper_word = 9;
constexpr std::size_t deepest_fact = 32;

void keep_longest(std::string& longest, std::string_view text) {
    if (count_characters(text) > count_characters(longest)) longest = text;
}

/// An expression as a tree, without types: how a text is put together needs none.
class Tree {
  public:
    explicit Tree(const std::string& text) {
        program_.text = text;
        if (parse(program_, {}).has_error()) program_.root = nullptr;
    }
    /// Null of what is no expression; then the pack does not load, and no bound is needed.
    const PathNode* root() const { return program_.root; }

  private:
    fhir::path::Program program_;
};

bool is_call(const PathNode& node, std::string_view name) {
    return node.kind == NodeKind::call && node.name == name;
}

std::optional<std::string> text_in(const PathNode& node) {
    if (node.kind != NodeKind::literal || node.literal.kind() != fhir::path::Value::Kind::string) return std::nullopt;
    return std::string(node.literal.as_string());
}

/// Visits `node` and all below it, but not below what `look` says false to. FHIRPath bounds the depth.
template <typename Look>
void walk(const PathNode& node, const Look& look) {
    if (!look(node)) return;
    if (node.input) walk(*node.input, look);
    for (const PathNode* argument : node.arguments) walk(*argument, look);
}

std::vector<std::string> names_in(const PathNode& node) {
    std::vector<std::string> names;
    walk(node, [&names](const PathNode& part) {
        if (part.kind == NodeKind::variable) names.push_back(part.name);
        return true;
    });
    return names;
}

bool names(const PathNode& node, std::string_view variable) {
    const std::vector<std::string> all = names_in(node);
    return std::ranges::find(all, variable) != all.end();
}

/// "%param.b12.validDays".
bool is_parameter(const PathNode& node) {
    const PathNode* part = &node;
    while (part->kind == NodeKind::member && part->input) part = part->input;
    return part->kind == NodeKind::variable && part->name == "param";
}

bool has_part(const PathNode& node, NodeKind kind, std::string_view name) {
    bool has = false;
    walk(node, [&](const PathNode& part) {
        has = has || (part.kind == kind && part.name == name);
        return !has;
    });
    return has;
}

/// The texts that `member` is held against: the ids of `intent = 'b12' or intent = 'b12-active'`.
std::vector<std::string> compared_with(const PathNode& node, std::string_view member) {
    std::vector<std::string> texts;
    walk(node, [&](const PathNode& part) {
        const bool compares = part.kind == NodeKind::equal && part.input && part.input->kind == NodeKind::member;
        if (compares && part.input->name == member) {
            if (auto text = text_in(*part.arguments[0])) texts.push_back(std::move(*text));
        }
        return true;
    });
    return texts;
}

/// The texts that can be shown: not those that are only compared.
std::vector<std::string> shown_texts(const PathNode& node) {
    static constexpr std::array comparing = {NodeKind::equal, NodeKind::not_equal, NodeKind::in, NodeKind::contains};
    std::vector<std::string> texts;
    walk(node, [&texts](const PathNode& part) {
        if (auto text = text_in(part)) texts.push_back(std::move(*text));
        return std::ranges::find(comparing, part.kind) == comparing.end();
    });
    return texts;
}

/// Functions that give one or some of the items that they are called on, or the same as text.
constexpr std::array<std::string_view, 9> passing = {"first", "last", "single", "distinct", "tail",
                                                     "skip",  "take", "where",  "toString"};

bool passes(const PathNode& node) {
    return node.kind == NodeKind::call && node.input && std::ranges::find(passing, node.name) != passing.end();
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

FillBound TextBounds::fill(const std::string& expression, const std::string& item, std::size_t depth) const {
    const Tree tree(expression);
    if (depth == deepest_fact || !tree.root()) return {expression, 0, ""};
    FillBound whole = of(*tree.root(), item, depth);
    whole.expression = expression;
    return whole;
}

FillBound TextBounds::of(const PathNode& node, const std::string& item, std::size_t depth) const {
    if (passes(node)) return of(*node.input, item, depth);
    if (const auto text = text_in(node)) return {"", count_characters(*text), ""};
    if (node.kind == NodeKind::concatenate) {
        const FillBound left = of(*node.input, item, depth), right = of(*node.arguments[0], item, depth);
        const bool is_left = count_characters(left.longest) >= count_characters(right.longest);
        return {"", left.characters + right.characters, is_left ? left.longest : right.longest};
    }
    if (is_call(node, "iif")) {
        FillBound longer;
        for (std::size_t branch = 1; branch < node.arguments.size(); ++branch) {
            FillBound one = of(*node.arguments[branch], item, depth);
            if (one.characters > longer.characters) longer = std::move(one);
        }
        return longer;
    }
    if (is_call(node, "join")) return joined(node, item, depth);
    if (has_part(node, NodeKind::call, "toQuantity")) return {"", date, ""};
    const auto says = node.kind == NodeKind::variable ? facts_.find(node.name) : facts_.end();
    if (says != facts_.end() && says->second->form == Fact::Form::says)
        return fill(says->second->items.text, item, depth + 1);
    if (node.kind == NodeKind::variable && node.name == "age") return {"", age, ""};
    if (node.kind == NodeKind::integer_divide || is_parameter(node)) return {"", days, ""};
    return node.kind == NodeKind::member ? of_member(node, item) : of_label(node, item);
}

FillBound TextBounds::of_label(const PathNode& node, const std::string& item) const {
    const std::string longest = longest_label(node, item, 0);
    return {"", count_characters(longest), longest};
}

/// What a member of an item or of a reading can hold.
FillBound TextBounds::of_member(const PathNode& node, const std::string& item) const {
    const std::string& member = node.name;
    const auto words = [](std::string longest) { return FillBound{"", count_characters(longest), std::move(longest)}; };
    const auto of_item = std::ranges::find(item_members(), std::string_view(member), &ItemMember::name);
    if (of_item != item_members().end() && of_item->longest > 0) return {"", of_item->longest, ""};
    if (member == "number") return {"", reading_of(node, item).number - 2, ""};
    if (member == "why") return {"", why_unreadable, ""};
    if (member == "fault") return {"", brief_fault, ""};
    if (member == "upperWord") return {"", upper_word, ""};
    if (member == "bandWords") return words(reading_of(node, item).band_words);
    if (member == "rangeText") return {"", 2 * printed_threshold, ""};
    if (member == "title") return words(reading_of(node, item).title);
    if (member == "ruleset") return words(reading_of(node, item).ruleset);
    if (member == "lower" || member == "upper" || member == "nearLimit") return {"", printed_threshold, ""};
    if (member == "text" || member == "other") {
        const ReadingWords reading = reading_of(node, item);
        return {"", reading.number + count_characters(reading.unit), ""};
    }
    return of_label(node, item);
}

/// Every text that a list can hold, one after the other, with what stands between them; of labels two of the longest.
FillBound TextBounds::joined(const PathNode& node, const std::string& item, std::size_t depth) const {
    constexpr std::size_t several = 2;
    const auto between = node.arguments.empty() ? std::nullopt : text_in(*node.arguments[0]);
    const std::size_t separator = between ? count_characters(*between) : 0;
    const std::vector<std::size_t> texts = texts_in(*node.input, depth);
    if (texts.empty()) {
        FillBound one = of_label(*node.input, item);
        one.characters = several * one.characters + separator;
        return one;
    }
    const std::size_t sum = std::accumulate(texts.begin(), texts.end(), std::size_t(0));
    return {"", sum + separator * (texts.size() - 1), ""};
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

/// The words of the tests whose readings an expression shows: those that it names itself, through facts, or by their id
/// in the list that %item goes through; where it names none, the longest of all.
TextBounds::ReadingWords TextBounds::reading_of(const PathNode& node, const std::string& item,
                                                std::size_t depth) const {
    ReadingWords longest;
    if (depth == deepest_fact) return any_reading_;
    for (const std::string& name : names_in(node)) {
        const auto fact = facts_.find(name);
        if (const auto found = readings_.find(name); found != readings_.end()) {
            take_longest(longest, found->second);
        } else if (fact != facts_.end() && fact->second->form == Fact::Form::items) {
            const Tree tree(fact->second->items.text);
            if (tree.root()) take_longest(longest, reading_of(*tree.root(), "", depth + 1));
        }
    }
    const auto take_named = [&](const PathNode& where) {
        for (const char* member : {"analyte", "intent"}) {
            for (const std::string& id : compared_with(where, member)) {
                if (const auto found = ids_.find(id); found != ids_.end())
                    take_longest(longest, readings_.at(found->second));
            }
        }
    };
    take_named(node);
    const Tree items(item);
    if (items.root() && names(node, "item")) take_named(*items.root());
    return longest.title.empty() ? any_reading_ : longest;
}

/// Of the orders that an expression names by their intent; where it names none, of all.
std::string TextBounds::longest_order(const PathNode& node) const {
    const std::vector<std::string> intents = compared_with(node, "intent"), groups = compared_with(node, "group");
    std::string longest;
    for (const auto& [intent, order] : pack_.orders) {
        const bool is_named = std::ranges::find(intents, intent) != intents.end() ||
                              (!order.group.empty() && std::ranges::find(groups, order.group) != groups.end());
        if (is_named) keep_longest(longest, order.label);
    }
    return longest.empty() ? longest_order_ : longest;
}

std::string TextBounds::longest_label(const std::string& expression, std::size_t depth) const {
    const Tree tree(expression);
    return tree.root() ? longest_label(*tree.root(), "", depth) : std::string();
}

std::string TextBounds::longest_label(const PathNode& node, const std::string& item, std::size_t depth) const {
    std::string longest;
    if (depth == deepest_fact) return longest;
    const std::vector<std::string> texts = shown_texts(node);
    for (const std::string& text : texts) keep_longest(longest, text);
    const bool only_texts = is_call(node, "iif") && !has_part(node, NodeKind::member, "label");
    if (only_texts && !texts.empty()) return longest;
    for (const std::string& name : names_in(node)) {
        if (const auto fact = facts_.find(name); fact != facts_.end()) {
            keep_longest(longest, longest_label_of(*fact->second, depth + 1));
        } else if (const auto reading = readings_.find(name); reading != readings_.end()) {
            keep_longest(longest, reading->second.title);
        } else if (name == "item" && !item.empty()) {
            keep_longest(longest, longest_label(item, depth + 1));
        } else if (name == "drafts" || name == "orders") {
            keep_longest(longest, longest_order(node));
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
    for (const auto* words : {&fact.words, &fact.history_words}) {
        for (const Authored& id : *words) keep_longest(longest, pack_.word_lists.sets.at(id.text).label);
    }
    if (fact.values) add_set(*fact.values);
    keep_longest(longest, longest_label(fact.items.text, depth));
    for (const Authored& part : fact.any) keep_longest(longest, longest_label(part.text, depth));
    for (const Authored& part : fact.all) keep_longest(longest, longest_label(part.text, depth));
    return longest;
}

/// How long each text is that a list written out in an expression, or in the facts that it names, can hold.
std::vector<std::size_t> TextBounds::texts_in(const PathNode& node, std::size_t depth) const {
    std::vector<std::size_t> lengths;
    const auto add = [&lengths](const std::vector<std::size_t>& more) {
        lengths.insert(lengths.end(), more.begin(), more.end());
    };
    const auto add_written = [&](const Authored& written) {
        const Tree tree(written.text);
        if (tree.root()) add(texts_in(*tree.root(), depth + 1));
    };
    if (depth == deepest_fact) return lengths;
    if (const auto text = text_in(node)) return {count_characters(*text)};
    if (passes(node)) return texts_in(*node.input, depth);
    if (is_call(node, "combine") || node.kind == NodeKind::unite) {
        add(texts_in(*node.input, depth));
        add(texts_in(*node.arguments[0], depth));
    } else if (const auto fact = facts_.find(node.kind == NodeKind::variable ? node.name : ""); fact != facts_.end()) {
        add_written(fact->second->items);
        for (const Authored& part : fact->second->any) add_written(part);
    }
    return lengths;
}

}  // namespace rules
