#include "rules/explain/near_miss.hpp"

#include "fhir/decimal.hpp"
#include "fhir/json_text.hpp"
#include "fhir/path/program.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace rules {
namespace {

using fhir::path::Node;
using fhir::path::NodeKind;

struct Operation {
    NodeKind kind;
    std::string_view written, opposite, mirrored;
};
constexpr Operation operations[] = {
    {NodeKind::less, "<", ">=", ">"},    {NodeKind::less_or_equal, "<=", ">", ">="},
    {NodeKind::greater, ">", "<=", "<"}, {NodeKind::greater_or_equal, ">=", "<", "<="},
    {NodeKind::equal, "=", "!=", "="},   {NodeKind::not_equal, "!=", "=", "!="},
};

std::string_view opposite_of(std::string_view written) {
    return std::ranges::find(operations, written, &Operation::written)->opposite;
}

/// What a member is compared with; nothing for anything but a literal or a parameter.
struct Operand {
    std::string text, parameter;
};

/// Reads one filter. FHIRPath bounds the depth of an expression.
class FilterReader {
  public:
    explicit FilterReader(const Parameters& parameters) : parameters_(parameters) {}

    Condition read(const Node& node, bool negated) const {
        const Operation* operation = std::ranges::find(operations, node.kind, &Operation::kind);
        if (operation != std::end(operations)) return comparison(node, *operation, negated);
        switch (node.kind) {
            case NodeKind::logical_and:
                return joined(negated ? Condition::Kind::any : Condition::Kind::all, node, negated, negated);
            case NodeKind::logical_or:
                return joined(negated ? Condition::Kind::all : Condition::Kind::any, node, negated, negated);
            case NodeKind::implies:  // not the first, or the second
                return joined(negated ? Condition::Kind::all : Condition::Kind::any, node, !negated, negated);
            default:
                break;
        }
        if (node.kind == NodeKind::call && node.name == "not" && node.input) return read(*node.input, !negated);
        return plain(node, negated);
    }

  private:
    Condition joined(Condition::Kind kind, const Node& node, bool negate_first, bool negate_second) const {
        Condition condition;
        condition.kind = kind;
        condition.parts = {read(*node.input, negate_first), read(*node.arguments[0], negate_second)};
        return condition;
    }

    /// `old`; `band.exists()`, `band.empty()`; `'chronic-by-code' in sets`.
    static Condition plain(const Node& node, bool negated) {
        if (const auto member = member_of(node)) return compared(*member, negated ? "!=" : "=", "true");
        const bool asks = node.kind == NodeKind::call && node.input && node.arguments.empty();
        if (asks && (node.name == "exists" || node.name == "empty")) {
            const auto member = member_of(*node.input);
            const bool is_there = (node.name == "exists") != negated;
            return member ? compared(*member, is_there ? "exists" : "empty", "") : Condition();
        }
        if (node.kind != NodeKind::in) return {};
        const auto list = member_of(*node.arguments[0]);
        const bool is_text = node.input->kind == NodeKind::literal;
        const auto text = is_text ? fhir::path::literal_text(node.input->literal) : std::nullopt;
        return list && text ? compared(*list, negated ? "not in" : "in", *text) : Condition();
    }

    static Condition compared(std::string member, std::string operation, std::string wanted) {
        Condition condition;
        condition.kind = Condition::Kind::comparison;
        condition.comparison = {std::move(member), std::move(operation), std::move(wanted), ""};
        return condition;
    }

    Condition comparison(const Node& node, const Operation& operation, bool negated) const {
        auto member = member_of(*node.input);
        auto wanted = member ? operand(*node.arguments[0]) : operand(*node.input);
        std::string_view written = operation.written;
        if (!member) {
            member = member_of(*node.arguments[0]);
            written = operation.mirrored;
        }
        if (!member || !wanted) return {};
        Condition condition;
        condition.kind = Condition::Kind::comparison;
        condition.comparison = {std::move(*member), std::string(negated ? opposite_of(written) : written),
                                std::move(wanted->text), std::move(wanted->parameter)};
        return condition;
    }

    /// A member of the item that is looked at, not one of something else.
    static std::optional<std::string> member_of(const Node& node) {
        const bool is_of_item = !node.input || node.input->kind == NodeKind::focus;
        return node.kind == NodeKind::member && is_of_item ? std::optional(node.name) : std::nullopt;
    }

    std::optional<Operand> operand(const Node& node) const {
        if (node.kind == NodeKind::literal) {
            auto text = fhir::path::literal_text(node.literal);
            return text ? std::optional(Operand{std::move(*text), ""}) : std::nullopt;
        }
        if (node.kind == NodeKind::negate && node.input) {
            const auto number = operand(*node.input);
            return number && number->parameter.empty() ? std::optional(Operand{"-" + number->text, ""}) : std::nullopt;
        }
        const auto name = parameter_of(node);
        const auto value = name ? parameters_.text(*name) : std::nullopt;
        return value ? std::optional(Operand{std::string(*value), *name}) : std::nullopt;
    }

    static std::optional<std::string> parameter_of(const Node& node) {
        std::string name;
        const Node* part = &node;
        for (; part->kind == NodeKind::member && part->input; part = part->input) {
            name = name.empty() ? part->name : part->name + '.' + name;
        }
        const bool is_parameter = part->kind == NodeKind::variable && part->name == "param" && !name.empty();
        return is_parameter ? std::optional(std::move(name)) : std::nullopt;
    }

    const Parameters& parameters_;
};

/// A comparison that an item does not meet, and what the item has there.
struct Miss {
    Comparison comparison;
    std::string value;         ///< empty: nothing
    bool is_at_least = false;  ///< of a duration: it may be longer
    std::string all_wanted{};  ///< of several texts: "high or critical"
};

template <typename Value>
bool passes(const Value& value, std::string_view operation, const Value& wanted) {
    if (operation == "<") return value < wanted;
    if (operation == "<=") return value <= wanted;
    if (operation == "=") return value == wanted;
    if (operation == "!=") return value != wanted;
    if (operation == ">=") return value >= wanted;
    return value > wanted;
}

bool is_duration(std::string_view member) {
    return member == "ageDays" || member == "daysOnTreatment";
}

bool is_upper(std::string_view operation) {
    return operation == "<" || operation == "<=";
}

// ---- words

/// "chronic-by-code" and "daysOnTreatment" as people write them.
std::string spaced(std::string_view name) {
    std::string words;
    for (const char c : name) {
        const bool is_capital = c >= 'A' && c <= 'Z';
        if (is_capital) words += ' ';
        words += c == '-' ? ' ' : is_capital ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return words;
}

/// What the engine's own members mean in words; others are told by their name.
struct MemberWords {
    std::string_view member, yes, no;
};
constexpr MemberWords member_words[] = {
    {"preDates", "from before the treatment", "not from before a treatment"},
    {"old", "too old", "not old"},
    {"band", "a limit holds for it", "no limit holds for it"},
    {"doubtful", "in doubt", "not in doubt"},
    {"ageDays", "dated", "without a date"},
    {"near", "close to a limit", "not close to a limit"},
    {"derived", "computed", "not computed"},
    {"repeated", "asked for twice", "asked for once"},
    {"reasons", "with a reason", "without a reason"},
};

std::string whether(std::string_view member, bool yes) {
    const auto known = std::ranges::find(member_words, member, &MemberWords::member);
    if (known != std::end(member_words)) return std::string(yes ? known->yes : known->no);
    return (yes ? "" : "not ") + spaced(member);
}

/// A word of a pack or of the engine: a band, a kind, a place in the laboratory's range.
std::string word(std::string_view member, std::string_view text) {
    std::string words = spaced(text);
    const bool is_fraction = member == "kind" && words.size() == 2;  // D2, D3
    if (is_fraction && words[0] == 'd') words[0] = 'D';
    const bool is_place = member == "range" && (words == "below" || words == "above" || words == "within");
    return is_place ? words + " the laboratory's range" : words;
}

/// The last day that a limit lets pass.
std::string last_day(const Comparison& comparison) {
    const auto limit = fhir::Decimal::parse(comparison.wanted);
    const auto before = limit ? fhir::subtract(*limit, *fhir::Decimal::parse("1")) : std::nullopt;
    return comparison.operation == "<" && before ? before->text() : comparison.wanted;
}

std::string duration_words(const Miss& miss) {
    const Comparison& asked = miss.comparison;
    const bool is_treatment = asked.member == "daysOnTreatment";
    if (miss.value.empty()) return "since when is not known";
    const std::string days =
        (miss.is_at_least ? "at least " : "") + miss.value + (miss.value == "1" ? " day" : " days");
    if (is_upper(asked.operation) && is_treatment) return "on it for " + days + ", past the first " + last_day(asked);
    if (is_upper(asked.operation)) return days + " ago, only the last " + last_day(asked) + " count";
    const std::string lasting = (is_treatment ? "on it for " : "for ") + days;
    if (asked.operation == "!=") return lasting;
    return lasting + ", " + (asked.operation == ">" ? "more than " : "") + asked.wanted + " are needed";
}

std::string number_words(const Miss& miss) {
    const Comparison& asked = miss.comparison;
    const std::string what = asked.member == "value" ? "" : spaced(asked.member) + " " + miss.value + ", ";
    if (asked.operation == "<") return what + "not below " + asked.wanted;
    if (asked.operation == "<=") return what + "above " + asked.wanted;
    if (asked.operation == ">") return what + "not above " + asked.wanted;
    if (asked.operation == ">=") return what + "below " + asked.wanted;
    return what + (asked.operation == "=" ? "not " : "it is ") + asked.wanted;
}

std::string words_for(const Miss& miss) {
    const Comparison& asked = miss.comparison;
    if (asked.operation == "exists") return whether(asked.member, false);
    if (asked.operation == "empty") return whether(asked.member, true);
    if (asked.operation == "in") return "";
    if (asked.operation == "not in") return "it counts as " + word(asked.member, asked.wanted);
    if (is_duration(asked.member)) return duration_words(miss);
    if (miss.value.empty()) return asked.member == "band" ? whether(asked.member, false) : "";
    if (asked.wanted == "true") return whether(asked.member, miss.value == "true");
    if (fhir::Decimal::parse(miss.value) && fhir::Decimal::parse(asked.wanted)) return number_words(miss);
    const std::string value = word(asked.member, miss.value);
    const bool says_enough = asked.operation != "=" || value.starts_with("not ");
    return says_enough ? value : value + ", not " + miss.all_wanted;
}

/// What a text could have been, beside a word that says what it is.
std::string wanted_word(const Comparison& asked) {
    if (asked.member == "label") return asked.wanted;
    return asked.member == "range" ? spaced(asked.wanted) : word(asked.member, asked.wanted);
}

bool is_presence(const Comparison& asked) {
    return asked.operation == "exists" || asked.operation == "empty";
}

/// "normal, not high or critical": what is asked of one member in other words stands together, and makes it needless to
/// say that something is there.
std::vector<Failure> told(const std::vector<Miss>& misses) {
    std::vector<Miss> grouped;
    for (const Miss& miss : misses) {
        const Comparison& asked = miss.comparison;
        const auto is_of_same = [&asked](const Miss& other) { return other.comparison.member == asked.member; };
        if (is_presence(asked) && std::ranges::count_if(misses, is_of_same) > 1) continue;
        const auto same = std::ranges::find_if(grouped, [&](const Miss& other) {
            return is_of_same(other) && asked.operation == "=" && other.comparison.operation == "=" &&
                   !miss.value.empty();
        });
        const std::string wanted = wanted_word(asked);
        if (same == grouped.end()) {
            grouped.push_back(miss);
            grouped.back().all_wanted = wanted;
        } else if (same->comparison.wanted != asked.wanted) {
            same->all_wanted += " or " + wanted;
        }
    }
    std::vector<Failure> failures;
    for (const Miss& miss : grouped) {
        std::string words = words_for(miss);
        if (words.empty() || std::ranges::find(failures, words, &Failure::words) != failures.end()) continue;
        failures.push_back({std::move(words), miss.comparison.parameter});
    }
    return failures;
}

// ---- what an item lacks

/// What a comparison came to for an item.
struct Told {
    bool is_known = false;  ///< whether its truth can be told here
    std::optional<Miss> miss;
};

bool holds_text(const boost::json::value& list, std::string_view wanted) {
    const boost::json::array* array = list.if_array();
    return array && std::ranges::any_of(
                        *array, [wanted](const boost::json::value& one) { return fhir::text_of(one) == wanted; });
}

Told outcome_of_number(const boost::json::object& item, const std::string& text, const Comparison& comparison) {
    const auto value = fhir::Decimal::parse(text);
    const auto wanted = fhir::Decimal::parse(comparison.wanted);
    if (!value || !wanted) return {};
    if (passes(*value, comparison.operation, *wanted)) return {true, std::nullopt};
    const bool is_at_least = item.contains("atLeast") && is_duration(comparison.member);
    return {true, Miss{comparison, text, is_at_least}};
}

/// What the item says of the member that is compared, in the pack's words where it has them.
std::string said_value(const boost::json::object& item, const Comparison& comparison, std::string value) {
    const boost::json::value* words = comparison.member == "band" ? item.if_contains("bandWords") : nullptr;
    const auto text = words ? fhir::text_of(*words) : std::nullopt;
    return text ? std::string(*text) : std::move(value);
}

Told outcome_of(const boost::json::object& item, const Comparison& comparison) {
    const boost::json::value* member = item.if_contains(comparison.member);
    const std::string& operation = comparison.operation;
    const bool asks_whether = operation == "exists" || operation == "empty";
    if (asks_whether)
        return {true, (member != nullptr) == (operation == "exists") ? std::nullopt
                                                                     : std::optional(Miss{comparison, "", false})};
    if (operation == "in" || operation == "not in") {
        const bool is_in = member && holds_text(*member, comparison.wanted);
        return {true, is_in == (operation == "in") ? std::nullopt : std::optional(Miss{comparison, "", false})};
    }
    // A comparison with nothing does not hold, whichever way round.
    if (!member) return {true, Miss{comparison, "", false}};
    if (fhir::is_number(*member)) return outcome_of_number(item, fhir::number_text(*member), comparison);
    std::string value;
    if (member->is_bool()) {
        value = member->get_bool() ? "true" : "false";
    } else if (const auto text = fhir::text_of(*member)) {
        value = *text;
    } else {
        return {};
    }
    if (passes(value, operation, comparison.wanted)) return {true, std::nullopt};
    return {true, Miss{comparison, said_value(item, comparison, std::move(value)), false}};
}

/// Adds what keeps `item` from meeting `condition`. \returns whether it is known to meet it.
bool add_misses(const boost::json::object& item, const Condition& condition, std::vector<Miss>& misses) {
    switch (condition.kind) {
        case Condition::Kind::comparison: {
            Told told = outcome_of(item, condition.comparison);
            if (told.miss) misses.push_back(std::move(*told.miss));
            return told.is_known && !told.miss;
        }
        case Condition::Kind::all: {
            bool hold = true;
            for (const Condition& part : condition.parts) hold = add_misses(item, part, misses) && hold;
            return hold;
        }
        case Condition::Kind::any: {
            std::vector<Miss> of_parts;
            for (const Condition& part : condition.parts) {
                if (add_misses(item, part, of_parts)) return true;
            }
            std::ranges::move(of_parts, std::back_inserter(misses));
            return false;
        }
        case Condition::Kind::other:
            break;
    }
    return false;
}

void add_comparisons(const Condition& condition, std::vector<Comparison>& found) {
    if (condition.kind == Condition::Kind::comparison) found.push_back(condition.comparison);
    for (const Condition& part : condition.parts) add_comparisons(part, found);
}

}  // namespace

Condition condition_of(const fhir::path::Expression& expression, const Parameters& parameters) {
    const FilterReader reader(parameters);
    Condition whole;
    whole.kind = Condition::Kind::all;
    for (const Node* node = expression.program().root; node; node = node->input) {
        const bool filters = node->kind == NodeKind::call && node->name == "where" && !node->arguments.empty();
        if (filters) whole.parts.insert(whole.parts.begin(), reader.read(*node->arguments[0], false));
    }
    return whole;
}

std::vector<Comparison> comparisons_in(const Condition& condition) {
    std::vector<Comparison> found;
    add_comparisons(condition, found);
    return found;
}

std::string asked_words(const Comparison& asked) {
    const std::string& operation = asked.operation;
    if (operation == "exists" || operation == "empty") return "";
    if (asked.wanted == "true") return whether(asked.member, operation == "=");
    if (operation == "in" || operation == "=") return word(asked.member, asked.wanted);
    if (operation == "not in" || operation == "!=") return "not " + word(asked.member, asked.wanted);
    const bool is_lower = !is_upper(operation);
    if (is_duration(asked.member) && operation == ">=") return "for " + asked.wanted + " days or more";
    if (is_duration(asked.member) && is_lower) return "for more than " + asked.wanted + " days";
    if (asked.member == "ageDays") return "of the last " + last_day(asked) + " days";
    if (asked.member == "daysOnTreatment") return "for up to " + last_day(asked) + " days";
    const std::string what = asked.member == "value" ? "" : spaced(asked.member) + " ";
    if (operation == "<=" || operation == ">=") return what + asked.wanted + (is_lower ? " or above" : " or below");
    return what + (is_lower ? "above " : "below ") + asked.wanted;
}

std::vector<Failure> failures_of(const boost::json::object& item, const Condition& condition) {
    std::vector<Miss> misses;
    add_misses(item, condition, misses);
    return told(misses);
}

}  // namespace rules
