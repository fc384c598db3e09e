// The operators + - * / div mod &. Source: FHIRPath N1, 6.6 Math and 6.7 Date/Time arithmetic. What overflows is empty.
#include "fhir/path/evaluator.hpp"
#include "fhir/path/value_kinds.hpp"

#include <limits>

namespace fhir::path {
namespace {

using Kind = Value::Kind;

Value decimal_or_nothing(const std::optional<Decimal>& decimal) {
    return decimal ? Value::decimal(*decimal) : Value();
}

Value whole_or_nothing(const std::optional<std::int64_t>& number, bool is_long) {
    if (!number) return {};
    if (is_long) return Value::long_integer(*number);
    const bool fits =
        *number >= std::numeric_limits<std::int32_t>::min() && *number <= std::numeric_limits<std::int32_t>::max();
    return fits ? Value::integer(static_cast<std::int32_t>(*number)) : Value();
}

Value compute_whole(NodeKind operation, const Value& left, const Value& right, bool& failed) {
    const std::int64_t a = left.as_long();
    const std::int64_t b = right.as_long();
    const bool is_long = left.kind() == Kind::long_integer || right.kind() == Kind::long_integer;
    std::int64_t result = 0;
    switch (operation) {
        case NodeKind::add:
            return __builtin_add_overflow(a, b, &result) ? Value() : whole_or_nothing(result, is_long);
        case NodeKind::subtract:
            return __builtin_sub_overflow(a, b, &result) ? Value() : whole_or_nothing(result, is_long);
        case NodeKind::multiply:
            return __builtin_mul_overflow(a, b, &result) ? Value() : whole_or_nothing(result, is_long);
        case NodeKind::divide:
            return decimal_or_nothing(divide(Decimal(a), Decimal(b)));
        case NodeKind::integer_divide:
            return b == 0 || (b == -1 && a == std::numeric_limits<std::int64_t>::min())
                       ? Value()
                       : whole_or_nothing(a / b, is_long);
        case NodeKind::modulo:
            if (b == 0) return {};
            return whole_or_nothing(b == -1 ? 0 : a % b, is_long);
        default:
            failed = true;
            return {};
    }
}

Value compute_decimal(NodeKind operation, const Decimal& left, const Decimal& right, bool& failed) {
    switch (operation) {
        case NodeKind::add:
            return decimal_or_nothing(add(left, right));
        case NodeKind::subtract:
            return decimal_or_nothing(subtract(left, right));
        case NodeKind::multiply:
            return decimal_or_nothing(multiply(left, right));
        case NodeKind::divide:
            return decimal_or_nothing(divide(left, right));
        case NodeKind::integer_divide:
            return decimal_or_nothing(integer_quotient(left, right));
        case NodeKind::modulo:
            return decimal_or_nothing(remainder(left, right));
        default:
            failed = true;
            return {};
    }
}

Value compute_quantity(NodeKind operation, const Measure& left, const Measure& right, bool& failed) {
    std::optional<Measure> result;
    if (operation == NodeKind::add) {
        result = add(left, right);
    } else if (operation == NodeKind::subtract) {
        result = add(left, {negate(right.value), right.unit, right.calendar_unit});
    } else if (operation == NodeKind::multiply) {
        result = multiply(left, right);
    } else if (operation == NodeKind::divide) {
        result = divide(left, right);
    } else {
        failed = true;
    }
    return result ? Value::quantity(std::move(*result)) : Value();
}

// FHIRPath N1, 6.7: a year or month that leads out of the calendar is an error; other overflow is empty.
template <typename Temporal, typename Make>
Value shifted(const Temporal& value, const Measure& by, CalendarUnit unit, bool& failed, Make make) {
    const std::optional<Temporal> result = fhir::add(value, by.value, unit);
    failed = !result && unit <= CalendarUnit::month;
    return result ? make(*result) : Value();
}

Value compute_temporal(NodeKind operation, const Value& left, Measure by, bool& failed) {
    const bool backwards = operation == NodeKind::subtract;
    const std::optional<CalendarUnit> unit = calendar_unit_of(by);
    if ((operation != NodeKind::add && !backwards) || !unit || !applies_to(*unit, left.type())) {
        failed = true;
        return {};
    }
    if (backwards) by.value = negate(by.value);
    if (left.kind() == Kind::date) return shifted(left.as_date(), by, *unit, failed, Value::date);
    if (left.kind() == Kind::time) return shifted(left.as_time(), by, *unit, failed, Value::time);
    return shifted(left.as_date_time(), by, *unit, failed, Value::date_time);
}

Value concatenated(const Value& left, const Value& right, bool& failed) {
    std::string text;
    for (const Value* part : {&left, &right}) {
        if (!part->has_value()) continue;
        if (part->kind() != Kind::string) failed = true;
        if (!failed) text += part->as_string();
    }
    return failed ? Value() : Value::string(std::move(text));
}

}  // namespace

Value compute(NodeKind operation, const Value& left, const Value& right, bool& failed) {
    if (operation == NodeKind::concatenate) return concatenated(left, right, failed);
    if (is_whole(left.kind()) && is_whole(right.kind())) return compute_whole(operation, left, right, failed);
    if (is_number(left.kind()) && is_number(right.kind())) {
        return compute_decimal(operation, left.as_decimal(), right.as_decimal(), failed);
    }
    const bool left_is_quantity = is_amount(left.kind());
    if (left_is_quantity && is_amount(right.kind())) {
        return compute_quantity(operation, measure_of(left), measure_of(right), failed);
    }
    const bool left_is_temporal =
        left.kind() == Kind::date || left.kind() == Kind::date_time || left.kind() == Kind::time;
    if (left_is_temporal && right.kind() == Kind::quantity) {
        return compute_temporal(operation, left, right.as_quantity(), failed);
    }
    if (operation == NodeKind::add && left.kind() == Kind::string && right.kind() == Kind::string) {
        return concatenated(left, right, failed);
    }
    failed = true;
    return {};
}

Value negated(const Value& value, bool& failed) {
    if (is_whole(value.kind())) {
        return compute_whole(NodeKind::subtract, Value::integer(0), value, failed);
    }
    if (value.kind() == Kind::decimal) return Value::decimal(negate(value.as_decimal()));
    if (value.kind() == Kind::quantity) {
        const Measure& measure = value.as_quantity();
        return Value::quantity({negate(measure.value), measure.unit, measure.calendar_unit});
    }
    failed = true;
    return {};
}

}  // namespace fhir::path
