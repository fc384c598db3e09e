#include "rules/survey/value_bins.hpp"

#include <algorithm>

namespace rules {
namespace {

constexpr int finest_places = 3, coarsest_zeros = 5;
constexpr std::int64_t most_steps = 6;  // between two bounds
constexpr std::int64_t far_beyond = 3;  // times the highest bound: from there on values are one step

/// 0.001, 0.002, 0.005, 0.01, … 500000.
std::vector<fhir::Decimal> round_numbers() {
    std::vector<fhir::Decimal> numbers;
    std::int64_t whole = 1;
    for (int power = -finest_places; power <= coarsest_zeros; ++power) {
        for (const std::int64_t digit : {1, 2, 5}) {
            const auto number =
                power < 0 ? fhir::Decimal::of(digit, -power) : std::optional(fhir::Decimal(digit * whole));
            if (number) numbers.push_back(*number);
        }
        if (power >= 0) whole *= 10;
    }
    return numbers;
}

/// The multiples of a round number that lie between `low` and `high`: at most six steps.
void add_steps(const fhir::Decimal& low, const fhir::Decimal& high, std::vector<ValueBins::Edge>& edges) {
    const auto width = fhir::subtract(high, low);
    if (!width) return;
    for (const fhir::Decimal& step : round_numbers()) {
        const auto reach = fhir::multiply(step, fhir::Decimal(most_steps));
        if (!reach || *reach < *width) continue;
        const auto below = fhir::integer_quotient(low, step);
        auto at = below ? fhir::multiply(fhir::floor(*below), step) : std::nullopt;
        for (std::int64_t count = 0; at && *at < high && count <= most_steps + 1; ++count) {
            if (*at > low) edges.push_back({at->without_trailing_zeros(), true, {}});
            at = fhir::add(*at, step);
        }
        return;
    }
}

}  // namespace

ValueBins value_bins(const BandScale& scale) {
    ValueBins bins;
    fhir::Decimal low;
    for (const BandStep& step : scale) {
        if (!step.bound) continue;
        add_steps(low, *step.bound, bins.edges);
        bins.edges.push_back({*step.bound, step.bound_included, step.words.empty() ? step.band : step.words});
        low = *step.bound;
    }
    if (!bins.edges.empty()) {
        if (const auto high = fhir::multiply(low, fhir::Decimal(far_beyond))) add_steps(low, *high, bins.edges);
        return bins;
    }
    for (const fhir::Decimal& number : round_numbers()) bins.edges.push_back({number, true, {}});
    return bins;
}

std::size_t ValueBins::bin_of(const fhir::Decimal& value) const {
    const auto is_below = [&](const Edge& edge) { return edge.included ? value < edge.at : value <= edge.at; };
    return static_cast<std::size_t>(std::ranges::find_if(edges, is_below) - edges.begin());
}

std::string ValueBins::label(std::size_t bin) const {
    if (edges.empty()) return "any";
    if (bin == 0) return "below " + edges.front().at.text();
    if (bin == edges.size()) return "from " + edges.back().at.text();
    return edges[bin - 1].at.text() + " to " + edges[bin].at.text();
}

}  // namespace rules
