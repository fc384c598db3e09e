// duration() and difference(): how many whole periods lie between two dates or times, and how many of their boundaries.
// Source: FHIRPath 3.0, Date and Time Interval Functions (STU).
#include "fhir/path/evaluator.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace fhir::path {
namespace {

using Form = Parameter::Form;
using Kind = Value::Kind;

constexpr std::int64_t milliseconds_a_day = 86'400'000;

// A value as numbers: what it does not say is the first of its kind, and `precision` tells what it says.
struct Moment {
    std::int64_t months = 0;  // since year 0
    std::int64_t days = 0;    // since 1970-01-01
    std::int64_t day_of_month = 1;
    std::int64_t milliseconds = 0;  // since midnight
    Precision precision = Precision::year;
    std::optional<UtcOffset> offset{};
};

std::int64_t milliseconds_of(const Time& time) {
    std::uint64_t fraction = time.fraction;
    for (int digits = time.fraction_digits; digits < 3; ++digits) fraction *= 10;
    for (int digits = time.fraction_digits; digits > 3; --digits) fraction /= 10;
    return ((std::int64_t{time.hour} * 60 + time.minute) * 60 + time.second) * 1000 +
           static_cast<std::int64_t>(fraction);
}

void set_date(Moment& moment, const Date& date) {
    moment.months = std::int64_t{date.year} * 12 + (date.month == 0 ? 0 : date.month - 1);
    moment.days = date.first_day().time_since_epoch().count();
    moment.day_of_month = date.day == 0 ? 1 : date.day;
    moment.precision = date.precision();
}

void set_time(Moment& moment, const Time& time) {
    moment.milliseconds = milliseconds_of(time);
    moment.precision = time.precision;
}

Moment moment_of(const Value& value) {
    Moment moment;
    if (value.kind() == Kind::time) {
        set_time(moment, value.as_time());
        return moment;
    }
    if (value.kind() == Kind::date) {
        set_date(moment, value.as_date());
        return moment;
    }
    const DateTime& date_time = value.as_date_time();
    set_date(moment, date_time.date);
    if (date_time.time) set_time(moment, *date_time.time);
    moment.offset = date_time.offset;
    return moment;
}

struct Period {
    CalendarUnit unit;
    std::string_view word;
    Precision needs;
    std::int64_t milliseconds;  // of a period of the clock
};
constexpr std::array<Period, 8> periods{{{CalendarUnit::year, "year", Precision::year, 0},
                                         {CalendarUnit::month, "month", Precision::month, 0},
                                         {CalendarUnit::week, "week", Precision::day, 0},
                                         {CalendarUnit::day, "day", Precision::day, 0},
                                         {CalendarUnit::hour, "hour", Precision::hour, 3'600'000},
                                         {CalendarUnit::minute, "minute", Precision::minute, 60'000},
                                         {CalendarUnit::second, "second", Precision::second, 1000},
                                         {CalendarUnit::millisecond, "millisecond", Precision::second, 1}}};

const Period* period_of(std::string_view word) {
    const auto* const found =
        std::find_if(periods.begin(), periods.end(), [word](const Period& known) { return known.word == word; });
    return found == periods.end() ? nullptr : found;
}

// Whether something of these kinds is measured in `period`.
bool is_measured_in(const Period& period, Kinds kinds) {
    return (kinds & (period.milliseconds > 0 ? kinds::time : kinds::date)) != 0 || (kinds & kinds::date_time) != 0;
}

constexpr const char* wrong_precision =
    "the precision is 'year', 'month', 'week' or 'day' for dates, 'hour', 'minute', 'second' or 'millisecond' for "
    "times, any of these for date-times";

std::string_view refuse_period(const KnownArgument& known) {
    const Kinds input = kinds_of(known.call.input->type);
    if (known.index == 0 && (kind_of(known.value.type()) & kinds::temporal) != 0) {
        const Kinds fitting = known.value.kind() == Kind::time ? kinds::time : kinds::date | kinds::date_time;
        return input == kinds::anything || (input & fitting) != 0 ? "" : "a Time and a date have nothing between them";
    }
    if (known.index != 1 || known.value.kind() != Kind::string) return "";
    const Period* const period = period_of(known.value.as_string());
    const ResultType& to = known.call.arguments[0]->type;
    const bool is_open = input == kinds::anything || to.types.empty();
    const bool fits = period && (is_open || is_measured_in(*period, static_cast<Kinds>(input | kinds_of(to))));
    return fits ? "" : wrong_precision;
}

bool says(const Moment& moment, const Period& period) {
    return moment.precision >= period.needs;
}

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

// What is finer than the less precise of the two does not count.
std::pair<std::int64_t, std::int64_t> to_common_precision(const Moment& left, const Moment& right) {
    const Precision common = std::min(left.precision, right.precision);
    const std::int64_t step = common < Precision::hour      ? milliseconds_a_day
                              : common == Precision::hour   ? 3'600'000
                              : common == Precision::minute ? 60'000
                                                            : 1;
    return {left.milliseconds / step * step, right.milliseconds / step * step};
}

// From the earlier to the later, by the fields as they are written. Whoever is born on 29 February is a year older on
// 1 March.
std::int64_t whole_calendar_periods(const Moment& from, const Moment& to, CalendarUnit unit) {
    const Precision common = std::min(from.precision, to.precision);
    const auto [from_clock, to_clock] = to_common_precision(from, to);
    if (unit == CalendarUnit::week || unit == CalendarUnit::day) {
        const std::int64_t days = to.days - from.days - (to_clock < from_clock ? 1 : 0);
        return unit == CalendarUnit::week ? days / 7 : days;
    }
    const bool has_days = common >= Precision::day;
    const bool is_before_the_day =
        has_days && std::pair(to.day_of_month, to_clock) < std::pair(from.day_of_month, from_clock);
    if (common == Precision::year) return to.months / 12 - from.months / 12;
    const std::int64_t months = to.months - from.months - (is_before_the_day ? 1 : 0);
    return unit == CalendarUnit::year ? months / 12 : months;
}

std::int64_t boundaries(const Moment& from, const Moment& to, CalendarUnit unit) {
    constexpr std::int64_t thursday = 4;  // 1970-01-01, counted from Sunday
    switch (unit) {
        case CalendarUnit::year:
            return to.months / 12 - from.months / 12;
        case CalendarUnit::month:
            return to.months - from.months;
        case CalendarUnit::week:
            return floor_divide(to.days + thursday, 7) - floor_divide(from.days + thursday, 7);
        default:
            return to.days - from.days;
    }
}

bool is_later(const Moment& left, const Moment& right) {
    const auto [left_clock, right_clock] = to_common_precision(left, right);
    return std::pair(left.days, left_clock) > std::pair(right.days, right_clock);
}

std::int64_t instant_of(const Moment& moment, std::int64_t milliseconds) {
    const std::int64_t east = moment.offset ? moment.offset->east().count() * 60'000 : 0;
    return moment.days * milliseconds_a_day + milliseconds - east;
}

enum class Count { whole_periods, boundaries };

// Nothing where it is not known: an offset on one side only, or a value that is not precise enough.
std::optional<std::int64_t> count_between(const Moment& from, const Moment& to, const Period& period, Count count) {
    if (!says(from, period) || !says(to, period)) return std::nullopt;
    if (period.milliseconds == 0) {
        if (count == Count::boundaries) return boundaries(from, to, period.unit);
        return is_later(from, to) ? -whole_calendar_periods(to, from, period.unit)
                                  : whole_calendar_periods(from, to, period.unit);
    }
    if (from.offset.has_value() != to.offset.has_value()) return std::nullopt;
    const auto [from_clock, to_clock] = to_common_precision(from, to);
    const std::int64_t first = instant_of(from, from_clock);
    const std::int64_t last = instant_of(to, to_clock);
    if (count == Count::whole_periods) return (last - first) / period.milliseconds;
    // Boundaries are those of the clock that the input shows.
    const std::int64_t east = from.offset ? from.offset->east().count() * 60'000 : 0;
    return floor_divide(last + east, period.milliseconds) - floor_divide(first + east, period.milliseconds);
}

template <Count count>
bool run_interval(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value from;
    Value to;
    Value word;
    const Outcome outcome = evaluator.single_input(call, input, kinds::temporal, from);
    const Outcome has_value = evaluator.argument(call, 0, to);
    const Outcome has_word = evaluator.argument(call, 1, word);
    if (outcome == Outcome::failed || has_value == Outcome::failed || has_word == Outcome::failed) return false;
    if (outcome == Outcome::none || has_value == Outcome::none || has_word == Outcome::none) return true;
    const bool are_of_one_kind = (from.kind() == Kind::time) == (to.kind() == Kind::time);
    if ((kind_of(to.type()) & kinds::temporal) == 0 || !are_of_one_kind) {
        return evaluator.fail_on_type(*call.arguments[0], "a value of the input's type");
    }
    if (word.kind() != Kind::string) return evaluator.fail_on_type(*call.arguments[1], "a String");
    const Period* const period = period_of(word.as_string());
    if (!period || !is_measured_in(*period, static_cast<Kinds>(kind_of(from.type()) | kind_of(to.type())))) {
        return evaluator.fail(EvaluationErrorCode::wrong_argument, wrong_precision, *call.arguments[1]);
    }
    const std::optional<std::int64_t> number = count_between(moment_of(from), moment_of(to), *period, count);
    const bool fits = number && *number >= std::numeric_limits<std::int32_t>::min() &&
                      *number <= std::numeric_limits<std::int32_t>::max();
    return !fits || evaluator.push(call, Value::integer(static_cast<std::int32_t>(*number)), out);
}

constexpr Parameter moment{Form::value, kinds::temporal};
constexpr Parameter string{Form::value, kinds::string};

template <Count count>
constexpr Function interval_function(std::string_view name) {
    return {.name = name,
            .input = kinds::temporal,
            .gives = Gives::integer,
            .run = run_interval<count>,
            .parameters = {moment, string},
            .required = 2,
            .allowed = 2,
            .refuse = refuse_period};
}

constexpr Function functions[] = {interval_function<Count::whole_periods>("duration"),
                                  interval_function<Count::boundaries>("difference")};

}  // namespace

std::span<const Function> interval_functions() {
    return functions;
}

}  // namespace fhir::path
