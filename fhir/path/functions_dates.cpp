// now(), today(), timeOfDay() and the parts of dates and times. Source: FHIRPath N1, 5.9.2; the parts: the STU part.
#include "fhir/path/evaluator.hpp"

namespace fhir::path {
namespace {

using Kind = Value::Kind;

// The instant that the caller gave; an evaluation sees one only.
const DateTime* now_of(Evaluator& evaluator, const Node& call) {
    if (evaluator.input().now && evaluator.input().now->time) return &*evaluator.input().now;
    evaluator.fail(EvaluationErrorCode::wrong_argument, "this evaluation was given no date and time", call);
    return nullptr;
}

bool run_now(Evaluator& evaluator, const Node& call, const Collection&, Collection& out) {
    const DateTime* now = now_of(evaluator, call);
    return now && evaluator.push(call, Value::date_time(*now), out);
}
bool run_today(Evaluator& evaluator, const Node& call, const Collection&, Collection& out) {
    const DateTime* now = now_of(evaluator, call);
    return now && evaluator.push(call, Value::date(now->date), out);
}
bool run_time_of_day(Evaluator& evaluator, const Node& call, const Collection&, Collection& out) {
    const DateTime* now = now_of(evaluator, call);
    return now && evaluator.push(call, Value::time(*now->time), out);
}

// What a value has of a date, of a time and of an offset. What a value does not have is empty, whatever its type.
struct Parts {
    std::optional<Date> date;
    std::optional<Time> time;
    std::optional<UtcOffset> offset;
};

Parts parts_of(const Value& value) {
    if (value.kind() == Kind::date) return {value.as_date(), std::nullopt, std::nullopt};
    if (value.kind() == Kind::time) return {std::nullopt, value.as_time(), std::nullopt};
    const DateTime& date_time = value.as_date_time();
    return {date_time.date, date_time.time, date_time.offset};
}

Value integer(unsigned number) {
    return Value::integer(static_cast<std::int32_t>(number));
}

Value year_of(const Parts& parts) {
    return parts.date ? Value::integer(parts.date->year) : Value();
}
Value month_of(const Parts& parts) {
    return parts.date && parts.date->month != 0 ? integer(parts.date->month) : Value();
}
Value day_of(const Parts& parts) {
    return parts.date && parts.date->day != 0 ? integer(parts.date->day) : Value();
}
Value hour_of(const Parts& parts) {
    return parts.time ? integer(parts.time->hour) : Value();
}
Value minute_of(const Parts& parts) {
    return parts.time && parts.time->precision >= Precision::minute ? integer(parts.time->minute) : Value();
}
Value second_of(const Parts& parts) {
    return parts.time && parts.time->precision >= Precision::second ? integer(parts.time->second) : Value();
}

Value millisecond_of(const Parts& parts) {
    if (!parts.time || parts.time->precision != Precision::fraction) return {};
    std::uint64_t fraction = parts.time->fraction;
    for (int digits = parts.time->fraction_digits; digits < 3; ++digits) fraction *= 10;
    for (int digits = parts.time->fraction_digits; digits > 3; --digits) fraction /= 10;
    return Value::integer(static_cast<std::int32_t>(fraction));
}

// In hours: -7.0, 5.75.
Value offset_of(const Parts& parts) {
    if (!parts.offset) return {};
    const std::optional<Decimal> hours = divide(Decimal(parts.offset->east().count()), Decimal(60));
    const std::optional<Decimal> shown = hours && hours->is_whole() ? with_decimal_places(*hours, 1) : hours;
    return shown ? Value::decimal(*shown) : Value();
}

Value date_of(const Parts& parts) {
    return parts.date ? Value::date(*parts.date) : Value();
}
Value time_of(const Parts& parts) {
    return parts.date && parts.time ? Value::time(*parts.time) : Value();
}

template <Value (*part_of)(const Parts&)>
bool run_part(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value value;
    const Outcome outcome = evaluator.single_item(call, input, value);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    value = value.system_value();
    if ((kind_of(value.type()) & kinds::temporal) == 0) return true;
    Value part = part_of(parts_of(value));
    return !part.has_value() || evaluator.push(call, std::move(part), out);
}

constexpr Function functions[] = {
    {"now", kinds::anything, Gives::date_time, run_now},
    {"today", kinds::anything, Gives::date, run_today},
    {"timeOfDay", kinds::anything, Gives::time, run_time_of_day},
    {"yearOf", kinds::anything, Gives::integer, run_part<year_of>},
    {"monthOf", kinds::anything, Gives::integer, run_part<month_of>},
    {"dayOf", kinds::anything, Gives::integer, run_part<day_of>},
    {"hourOf", kinds::anything, Gives::integer, run_part<hour_of>},
    {"minuteOf", kinds::anything, Gives::integer, run_part<minute_of>},
    {"secondOf", kinds::anything, Gives::integer, run_part<second_of>},
    {"millisecondOf", kinds::anything, Gives::integer, run_part<millisecond_of>},
    {"timezoneOffsetOf", kinds::anything, Gives::decimal, run_part<offset_of>},
    {"dateOf", kinds::anything, Gives::date, run_part<date_of>},
    {"timeOf", kinds::anything, Gives::time, run_part<time_of>},
};

}  // namespace

std::span<const Function> date_functions() {
    return functions;
}

}  // namespace fhir::path
