// Operators: which types they are defined for, and what they give.
#include "fhir/path/analyser.hpp"
#include "fhir/path/evaluator.hpp"
#include "fhir/ucum.hpp"

#include <array>

namespace fhir::path {
namespace {

constexpr std::array<TypeId, 9> kind_types{TypeId::boolean,   TypeId::integer, TypeId::long_integer,
                                           TypeId::decimal,   TypeId::string,  TypeId::date,
                                           TypeId::date_time, TypeId::time,    TypeId::quantity};

bool is_number(TypeId type) {
    return (kind_of(type) & kinds::number) != 0;
}
bool is_day_or_time(TypeId type) {
    return type == TypeId::date || type == TypeId::date_time;
}

TypeId wider_number(TypeId left, TypeId right) {
    for (const TypeId type : {TypeId::decimal, TypeId::long_integer}) {
        if (left == type || right == type) return type;
    }
    return TypeId::integer;
}

// What `operation` gives for two System types; none if it is not defined.
TypeId arithmetic_result(NodeKind operation, TypeId left, TypeId right) {
    const bool adds = operation == NodeKind::add || operation == NodeKind::subtract;
    const bool is_temporal = (kind_of(left) & kinds::temporal) != 0;
    if (operation == NodeKind::concatenate) {
        return left == TypeId::string && right == TypeId::string ? TypeId::string : TypeId::none;
    }
    if (is_number(left) && is_number(right)) {
        if (operation == NodeKind::divide) return TypeId::decimal;
        return wider_number(left, right);
    }
    if (adds && is_temporal && right == TypeId::quantity) return left;
    if (operation == NodeKind::add && left == TypeId::string && right == TypeId::string) return TypeId::string;
    const bool are_quantities =
        (left == TypeId::quantity || is_number(left)) && (right == TypeId::quantity || is_number(right));
    const bool is_defined = adds || operation == NodeKind::multiply || operation == NodeKind::divide;
    return are_quantities && is_defined ? TypeId::quantity : TypeId::none;
}

bool have_order(TypeId left, TypeId right) {
    if (is_number(left) || left == TypeId::quantity) return is_number(right) || right == TypeId::quantity;
    if (is_day_or_time(left)) return is_day_or_time(right);
    return left == right && left != TypeId::boolean;
}

bool can_be_equal(TypeId left, TypeId right) {
    return left == right || have_order(left, right);
}

// Whether `fits` holds for any pair of kinds.
template <typename Fits>
bool any_pair(Kinds left, Kinds right, Fits fits) {
    for (const TypeId first : kind_types) {
        if ((kind_of(first) & left) == 0) continue;
        for (const TypeId second : kind_types) {
            if ((kind_of(second) & right) != 0 && fits(first, second)) return true;
        }
    }
    return false;
}

// Whether `node` is a literal like 180 'pg/mL', whose unit is not the one that a number is taken to have: 1.
bool has_unit_of_its_own(const Node& node) {
    if (node.kind != NodeKind::literal || node.literal.kind() != Value::Kind::quantity) return false;
    const auto unit = parse_ucum(node.literal.as_quantity().unit);
    return !unit || !comparable(*unit, *parse_ucum("1"));
}

// "a Time has no days", "UCUM's 'mo' is an average": why no date arithmetic counts with `by`, or `type` not with it.
std::string why_not_added(const Measure& by, TypeId type) {
    const bool is_average = by.unit == "a" || by.unit == "mo";
    const std::optional<CalendarUnit> unit = calendar_unit_of(by);
    if (type == TypeId::time && (is_average || (unit && *unit <= CalendarUnit::day))) {
        return "a Time has no days: hours, minutes, seconds and milliseconds can be added to it";
    }
    if (unit) {
        return "a Date has no hours: whole days, weeks, months and years can be added to it; toDateTime() makes a "
               "DateTime of it";
    }
    if (by.unit == "a") return "UCUM's 'a' is an average and no year of the calendar: write years, without quotes";
    if (by.unit == "mo") return "UCUM's 'mo' is an average and no month of the calendar: write months, without quotes";
    const std::string said = "'" + by.unit + "' is no unit that ";
    if (type == TypeId::time) return said + "times are counted in: write hours, minutes, seconds or milliseconds";
    if (type == TypeId::date) return said + "dates are counted in: write years, months, weeks or days";
    return said +
           "dates and times are counted in: write years, months, weeks, days, hours, minutes, seconds or milliseconds";
}

}  // namespace

std::optional<Value> constant_of(const Node& node) {
    if (node.kind == NodeKind::literal) return node.literal;
    if (node.kind != NodeKind::negate && node.kind != NodeKind::identity) return std::nullopt;
    const std::optional<Value> operand = constant_of(*node.input);
    if (!operand || node.kind == NodeKind::identity) return operand;
    bool failed = false;
    Value value = negated(*operand, failed);
    return value.has_value() ? std::optional(std::move(value)) : std::nullopt;
}

void Analyser::analyse_operator(Node& node) {
    {
        const Scope scope(*this);
        analyse(*node.input);
    }
    for (Node* argument : node.arguments) {
        const Scope scope(*this);
        analyse(*argument);
    }
    switch (node.kind) {
        case NodeKind::is:
        case NodeKind::as:
            return analyse_type_operator(node);
        case NodeKind::unite: {
            const Node& right = *node.arguments[0];
            node.type = node.input->kind == NodeKind::empty ? right.type
                        : right.kind == NodeKind::empty     ? node.input->type
                                                            : joined(node.input->type, right.type);
            node.type.is_collection = true;
            node.is_ordered = node.input->is_ordered && right.is_ordered;
            return;
        }
        case NodeKind::less:
        case NodeKind::less_or_equal:
        case NodeKind::greater:
        case NodeKind::greater_or_equal:
            return analyse_comparison(node);
        case NodeKind::equal:
        case NodeKind::not_equal:
        case NodeKind::equivalent:
        case NodeKind::not_equivalent:
        case NodeKind::in:
        case NodeKind::contains:
            return analyse_equality(node);
        case NodeKind::logical_and:
        case NodeKind::logical_or:
        case NodeKind::logical_xor:
        case NodeKind::implies:
            return analyse_logic(node);
        default:
            return analyse_arithmetic(node);
    }
}

void Analyser::analyse_arithmetic(Node& node) {
    node.type = {{}, false};
    const Kinds left = kinds_of(node.input->type);
    if (node.arguments.empty()) {
        const bool is_known = !node.input->type.types.empty();
        if (is_known && (left & (kinds::number | kinds::quantity)) == 0) {
            report_name(node, "the sign '" + node.name + "' needs a number or a Quantity, not " +
                                  describe(node.input->type) + "; it applies to all that follows it up to an operator");
        }
        node.type = system_types_of(node.input->type);
        return;
    }
    const Node& second = *node.arguments[0];
    if (node.kind == NodeKind::concatenate) node.type.types = {TypeId::string};
    if (node.input->type.types.empty() || second.type.types.empty()) return;
    const Kinds right = kinds_of(second.type);
    const std::optional<Value> by = (left & kinds::temporal) != 0 ? constant_of(second) : std::nullopt;
    if (by && by->kind() == Value::Kind::quantity && !can_be_shifted(node, by->as_quantity())) return;
    std::vector<TypeId> results;
    any_pair(left, right, [&](TypeId first, TypeId other) {
        const TypeId result = arithmetic_result(node.kind, first, other);
        if (result != TypeId::none) results.push_back(result);
        return false;
    });
    if (results.empty()) {
        return report_name(node, "'" + node.name + "' is not defined for " + describe(node.input->type) + " and " +
                                     describe(second.type));
    }
    node.type = {{results.front()}, false};
    for (const TypeId result : results) node.type = joined(node.type, {{result}, false});
}

// Date arithmetic with a known amount: false, and told, if it fails whatever the date is (FHIRPath N1, 6.7).
bool Analyser::can_be_shifted(const Node& node, const Measure& by) {
    if (node.kind != NodeKind::add && node.kind != NodeKind::subtract) return true;
    const Kinds left = kinds_of(node.input->type);
    const std::optional<CalendarUnit> unit = calendar_unit_of(by);
    const auto fits = [&](TypeId type) { return (kind_of(type) & left) != 0 && unit && applies_to(*unit, type); };
    const bool is_number = (left & (kinds::number | kinds::quantity)) != 0;
    if (!is_number && !fits(TypeId::date) && !fits(TypeId::date_time) && !fits(TypeId::time)) {
        const Node& amount = *node.arguments[0];
        report(Severity::error, amount.offset, amount.length,
               why_not_added(by, left == kinds::time   ? TypeId::time
                                 : left == kinds::date ? TypeId::date
                                                       : TypeId::date_time));
        return false;
    }
    if (unit) check_shift(node, by);
    return true;
}

// What date arithmetic with a known amount leaves out, and whether it leads out of the calendar.
void Analyser::check_shift(const Node& node, const Measure& by) {
    const Node& amount = *node.arguments[0];
    if (*calendar_unit_of(by) < CalendarUnit::second && !by.value.is_whole()) {
        report(Severity::warning, amount.offset, amount.length,
               "of " + literal_text(by) + " only " + truncate(by.value).text() +
                   " count: fractions are ignored above the second; write a whole number");
    }
    const std::optional<Value> start = constant_of(*node.input);
    bool failed = false;
    if (start) compute(node.kind, *start, Value::quantity(by), failed);
    if (failed) report(Severity::error, amount.offset, amount.length, "this leads out of the years 0001 to 9999");
}

void Analyser::analyse_comparison(Node& node) {
    node.type = {{TypeId::boolean}, false};
    const ResultType& left = node.input->type;
    const ResultType& right = node.arguments[0]->type;
    if (left.types.empty() || right.types.empty()) return;
    warn_of_unit(node);
    if (any_pair(kinds_of(left), kinds_of(right), have_order)) return;
    report_name(node, "'" + node.name + "' is not defined for " + describe(left) + " and " + describe(right));
}

void Analyser::analyse_equality(Node& node) {
    node.type = {{TypeId::boolean}, false};
    const ResultType& left = node.input->type;
    const ResultType& right = node.arguments[0]->type;
    if (left.types.empty() || right.types.empty()) return;
    bool possible = any_pair(kinds_of(left), kinds_of(right), can_be_equal);
    for (const TypeId type : left.types) {
        for (const TypeId other : right.types) {
            const bool are_related = types().is_a(type, other) || types().is_a(other, type);
            possible = possible || are_related;
        }
    }
    if (possible) return warn_of_unit(node);
    report(Severity::warning, node.name_offset, node.name_length,
           describe(left) + " and " + describe(right) + " are never equal");
}

// FHIRPath, Quantity: a number becomes a quantity of the unit 1, which no other unit can be compared with.
void Analyser::warn_of_unit(const Node& node) {
    const auto warn_if = [&](const Node& number, const Node& quantity) {
        const bool is_number = !number.type.types.empty() && (kinds_of(number.type) & ~kinds::number) == 0;
        if (!is_number || !has_unit_of_its_own(quantity)) return;
        report(Severity::warning, node.name_offset, node.name_length,
               describe(number.type) + " has no unit, so it is never compared with one in '" +
                   quantity.literal.as_quantity().unit + "'; leave the unit away");
    };
    warn_if(*node.input, *node.arguments[0]);
    warn_if(*node.arguments[0], *node.input);
}

void Analyser::analyse_logic(Node& node) {
    node.type = {{TypeId::boolean}, false};
    for (const Node* operand : {static_cast<const Node*>(node.input), static_cast<const Node*>(node.arguments[0])}) {
        const bool is_known = !operand->type.types.empty();
        if (!is_known || (kinds_of(operand->type) & kinds::boolean) != 0) continue;
        report(Severity::warning, operand->offset, operand->length,
               describe(operand->type) + " counts as true where a Boolean is needed; write .exists() to say so");
    }
}

void Analyser::analyse_type_operator(Node& node) {
    resolve_specifier(node, node.name, node.name_offset, node.name_length, node.kind == NodeKind::is);
    node.type =
        node.kind == NodeKind::is ? ResultType{{TypeId::boolean}, false} : ResultType{node.specifier.types, false};
}

void Analyser::analyse_indexer(Node& node) {
    analyse(*node.input);
    {
        const Scope scope(*this);
        analyse(*node.arguments[0]);
    }
    node.type = node.input->type;
    node.type.is_collection = false;
    const ResultType& index = node.arguments[0]->type;
    if (!index.types.empty() && (kinds_of(index) & kinds::integer) == 0) {
        report(Severity::error, node.name_offset, node.name_length, "an index is an Integer, not " + describe(index));
    }
    require_order(node, "[ ]");
}

}  // namespace fhir::path
