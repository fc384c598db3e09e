#include "rules/explain/near_miss.hpp"

#include "fhir/decimal.hpp"
#include "fhir/json_text.hpp"
#include "fhir/path/program.hpp"

#include <algorithm>
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
        return {};
    }

  private:
    Condition joined(Condition::Kind kind, const Node& node, bool negate_first, bool negate_second) const {
        Condition condition;
        condition.kind = kind;
        condition.parts = {read(*node.input, negate_first), read(*node.arguments[0], negate_second)};
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

template <typename Value>
bool passes(const Value& value, std::string_view operation, const Value& wanted) {
    if (operation == "<") return value < wanted;
    if (operation == "<=") return value <= wanted;
    if (operation == "=") return value == wanted;
    if (operation == "!=") return value != wanted;
    if (operation == ">=") return value >= wanted;
    return value > wanted;
}

std::string needed(const Comparison& comparison) {
    std::string words = comparison.wanted;
    if (comparison.operation == "<") words = "less than " + words;
    if (comparison.operation == "<=") words = "at most " + words;
    if (comparison.operation == ">") words = "more than " + words;
    if (comparison.operation == "!=") words = "anything else than " + words;
    words += " needed";
    if (!comparison.parameter.empty()) words += " (" + comparison.parameter + ")";
    return words;
}

bool is_duration(std::string_view member) {
    return member == "ageDays" || member == "daysOnTreatment";
}

/// What a comparison came to for an item.
struct Told {
    bool is_known = false;  ///< whether its truth can be told here
    bool holds = false;
    std::string failure;
};

Told outcome_of_number(const boost::json::object& item, const std::string& text, const Comparison& comparison) {
    const auto value = fhir::Decimal::parse(text);
    const auto wanted = fhir::Decimal::parse(comparison.wanted);
    if (!value || !wanted) return {};
    if (passes(*value, comparison.operation, *wanted)) return {true, true, ""};
    const std::string lower_bound = item.contains("atLeast") ? "at least " : "";
    const std::string said =
        is_duration(comparison.member) ? lower_bound + text + " days" : comparison.member + " " + lower_bound + text;
    return {true, false, said + ", " + needed(comparison)};
}

Told outcome_of(const boost::json::object& item, const Comparison& comparison) {
    const boost::json::value* member = item.if_contains(comparison.member);
    if (!member) {  // a comparison with nothing does not hold, whichever way round
        if (!is_duration(comparison.member)) return {true, false, ""};
        return {true, false, "duration not known, " + needed(comparison)};
    }
    if (fhir::is_number(*member)) return outcome_of_number(item, fhir::number_text(*member), comparison);
    std::string value;
    if (member->is_bool()) {
        value = member->get_bool() ? "true" : "false";
    } else if (const auto text = fhir::text_of(*member)) {
        value = *text;
    } else {
        return {};
    }
    if (passes(value, comparison.operation, comparison.wanted)) return {true, true, ""};
    return {true, false, comparison.member + " \"" + value + "\", " + needed(comparison)};
}

void add_once(std::string words, std::vector<std::string>& to) {
    if (!words.empty() && std::ranges::find(to, words) == to.end()) to.push_back(std::move(words));
}

/// Adds what keeps `item` from meeting `condition`. \returns whether it is known to meet it.
bool add_failures(const boost::json::object& item, const Condition& condition, std::vector<std::string>& failures) {
    switch (condition.kind) {
        case Condition::Kind::comparison: {
            Told outcome = outcome_of(item, condition.comparison);
            add_once(std::move(outcome.failure), failures);
            return outcome.is_known && outcome.holds;
        }
        case Condition::Kind::all: {
            bool hold = true;
            for (const Condition& part : condition.parts) hold = add_failures(item, part, failures) && hold;
            return hold;
        }
        case Condition::Kind::any: {
            std::vector<std::string> of_parts;
            for (const Condition& part : condition.parts) {
                if (add_failures(item, part, of_parts)) return true;
            }
            for (std::string& words : of_parts) add_once(std::move(words), failures);
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

std::vector<std::string> failures_of(const boost::json::object& item, const Condition& condition) {
    std::vector<std::string> failures;
    add_failures(item, condition, failures);
    return failures;
}

}  // namespace rules
