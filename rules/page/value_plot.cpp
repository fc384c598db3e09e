#include "rules/page/value_plot.hpp"

#include "rules/page/shared_count.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace rules {
namespace {

constexpr std::size_t counted_digits = 3;
constexpr std::uint64_t patients_a_bar = 20;  // on average at least
constexpr std::int64_t fewest_bars = 5, usual_bars = 25, most_bars = 40;
constexpr int finest_places = 6;
constexpr std::int64_t greatest = 1'000'000'000'000'000;  // of what is counted in steps

/// All values as whole numbers of the finest step that one of them has, ascending.
struct Steps {
    std::vector<std::pair<std::int64_t, std::uint64_t>> values;  ///< and their patients
    int places = 0;                                              ///< a step is 10 to the power of minus this
    std::uint64_t patients = 0;

    std::string text(std::int64_t at) const {
        const auto number = fhir::Decimal::of(at, places);
        return number ? number->without_trailing_zeros().text() : std::string();
    }
};

std::int64_t power_of_ten(int exponent) {
    std::int64_t power = 1;
    for (int at = 0; at < exponent; ++at) power *= 10;
    return power;
}

/// Nothing where a number is too great for that.
std::optional<std::int64_t> in_steps(const fhir::Decimal& number, int places) {
    const auto steps = fhir::multiply(number, fhir::Decimal(power_of_ten(places)));
    const auto whole = steps ? fhir::floor(*steps).to_int64() : std::nullopt;
    return whole && *whole >= 0 && *whole < greatest ? whole : std::nullopt;
}

Steps steps_of(const std::map<std::string, std::uint64_t>& patients) {
    Steps steps;
    std::vector<std::pair<fhir::Decimal, std::uint64_t>> numbers;
    for (const auto& [text, count] : patients) {
        const auto number = fhir::Decimal::parse(text);
        if (!number) continue;
        numbers.emplace_back(number->without_trailing_zeros(), count);
        steps.places = std::clamp(numbers.back().first.decimal_places(), steps.places, finest_places);
    }
    for (const auto& [number, count] : numbers) {
        const auto at = in_steps(number, steps.places);
        if (!at) continue;
        steps.values.emplace_back(*at, count);
        steps.patients += count;
    }
    std::ranges::sort(steps.values);
    return steps;
}

/// The value below which this share of the patients lies, in hundredths.
std::int64_t quantile(const Steps& steps, std::uint64_t hundredths) {
    const std::uint64_t wanted = steps.patients * hundredths / 100;
    std::uint64_t seen = 0;
    for (const auto& [value, count] : steps.values) {
        seen += count;
        if (seen > wanted) return value;
    }
    return steps.values.back().first;
}

/// The least difference in which these values were reported: a quarter of them are its multiples, where chance makes a
/// tenth of finer ones so. A narrower bar would be empty for no reason.
std::int64_t resolution(const Steps& steps) {
    std::int64_t finest = 1;
    for (std::int64_t power = 10; power <= steps.values.back().first; power *= 10) {
        std::uint64_t multiples = 0;
        for (const auto& [value, count] : steps.values) multiples += value % power == 0 ? count : 0;
        if (4 * multiples < steps.patients) break;
        finest = power;
    }
    return finest;
}

/// The least of 1, 2, 5, 10, 20, … that is at least `width`.
std::int64_t round_width(std::int64_t width) {
    for (std::int64_t power = 1; power < greatest; power *= 10) {
        for (const std::int64_t digit : {1, 2, 5}) {
            if (digit * power >= width) return digit * power;
        }
    }
    return greatest;
}

std::int64_t usual_width(const Steps& steps) {
    const std::int64_t low = quantile(steps, 1), high = quantile(steps, 99);
    const auto bars = std::clamp(static_cast<std::int64_t>(steps.patients / patients_a_bar), fewest_bars, usual_bars);
    std::int64_t counted = 1;  // what three digits leave of the highest
    while (high / counted >= power_of_ten(static_cast<int>(counted_digits))) counted *= 10;
    const std::int64_t wanted = (high - low + bars - 1) / bars;
    return round_width(std::max({wanted, resolution(steps), counted}));
}

/// Bars of one width; the first and the last are those that at least 11 patients share.
struct Bars {
    std::int64_t width = 1, first = 0, last = -1;
    std::map<std::int64_t, std::uint64_t> patients;

    std::uint64_t beyond(bool above) const {
        std::uint64_t all = 0;
        for (const auto& [bar, count] : patients) all += (above ? bar > last : bar < first) ? count : 0;
        return all;
    }
};

Bars bars_of(const Steps& steps, std::int64_t width) {
    Bars bars;
    bars.width = width;
    for (const auto& [value, count] : steps.values) bars.patients[value / width] += count;
    const auto is_shown = [](const auto& bar) { return bar.second >= least_shared; };
    const auto first = std::ranges::find_if(bars.patients, is_shown);
    if (first == bars.patients.end()) return bars;
    bars.first = first->first;
    for (const auto& [bar, count] : bars.patients) bars.last = count >= least_shared ? bar : bars.last;
    return bars;
}

void add_bar(Plot& plot, std::string label, std::uint64_t patients) {
    const auto rounded = rounded_count(patients);
    plot.labels.push_back(std::move(label));
    plot.series.front().values.push_back(
        {rounded ? std::optional(static_cast<double>(*rounded)) : std::nullopt, shared_count(patients)});
}

/// Limits of bands where bars are; of the others only the note tells.
void add_marks(Plot& plot, const std::vector<ValueMark>& marks, const Steps& steps, const Bars& bars, bool has_below) {
    const double low = static_cast<double>(bars.first * bars.width), width = static_cast<double>(bars.width);
    const double most = static_cast<double>(bars.last - bars.first + 1);
    std::string beyond;
    for (const ValueMark& mark : marks) {
        const auto at = in_steps(mark.at, finest_places);
        const double scale = static_cast<double>(power_of_ten(finest_places - steps.places));
        const double place = at ? (static_cast<double>(*at) / scale - low) / width : -1;
        if (place < 0 || place > most) {
            beyond += (beyond.empty() ? "" : "; ") + mark.text;
        } else {
            plot.marks.push_back({place + (has_below ? 1 : 0), mark.text});
        }
    }
    std::ranges::stable_sort(plot.marks, {}, &PlotMark::at);
    if (!beyond.empty()) plot.note += " Limits where no bar is: " + beyond + ".";
}

}  // namespace

std::string counted_value(const fhir::Decimal& number) {
    std::string text = number.text();
    std::size_t digits = 0;
    bool is_past_point = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        is_past_point = is_past_point || text[at] == '.';
        const bool is_digit = text[at] >= '0' && text[at] <= '9';
        if (!is_digit || (digits == 0 && text[at] == '0')) continue;
        if (++digits <= counted_digits) continue;
        if (is_past_point) {
            text.resize(at);
            break;
        }
        text[at] = '0';
    }
    if (text.find('.') != std::string::npos) text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::vector<ValueBar> value_bars(const std::map<std::string, std::uint64_t>& patients) {
    const Steps steps = steps_of(patients);
    if (steps.values.empty()) return {};
    const std::int64_t width = usual_width(steps);
    const std::int64_t first = steps.values.front().first / width;
    const std::int64_t most = first + static_cast<std::int64_t>(most_value_bars) - 1;
    const std::int64_t last = std::min(steps.values.back().first / width, most);
    std::vector<ValueBar> bars;
    for (std::int64_t bar = first; bar <= last; ++bar) {
        bars.push_back({steps.text(bar * width), steps.text((bar + 1) * width), 0});
    }
    for (const auto& [value, count] : steps.values) {
        bars[static_cast<std::size_t>(std::min(value / width, last) - first)].patients += count;
    }
    if (steps.values.back().first / width > last) bars.back().to.clear();
    return bars;
}

Block value_plot(const ValueDistribution& values) {
    const Steps steps = steps_of(values.patients);
    const Paragraph too_few{values.title + ": too few " + values.whom + " share a value for a plot."};
    if (steps.patients < least_shared) return too_few;
    Bars bars = bars_of(steps, usual_width(steps));
    while (bars.last - bars.first >= most_bars) bars = bars_of(steps, round_width(bars.width + 1));
    if (bars.last < bars.first) return too_few;
    Plot plot{Plot::Kind::bars, values.title, values.unit, values.whom, {}, {{"", {}}}, {}};
    plot.note = "A bar holds its first number and not its second. One of 1 to 10 " + values.whom +
                " is not drawn: \"<11\" stands in its place.";
    const std::uint64_t below = bars.beyond(false), above = bars.beyond(true);
    if (below > 0) add_bar(plot, "below " + steps.text(bars.first * bars.width), below);
    for (std::int64_t bar = bars.first; bar <= bars.last; ++bar) {
        const auto there = bars.patients.find(bar);
        add_bar(plot, steps.text(bar * bars.width) + " to " + steps.text((bar + 1) * bars.width),
                there == bars.patients.end() ? 0 : there->second);
    }
    if (above > 0) add_bar(plot, "from " + steps.text((bars.last + 1) * bars.width), above);
    add_marks(plot, values.marks, steps, bars, below > 0);
    return plot;
}

}  // namespace rules
