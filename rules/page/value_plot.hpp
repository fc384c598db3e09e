// A distribution of laboratory values that may be shared: bars of equal width over all of them, the limits of bands as
// lines. How wide a bar is depends on the counts of the whole alone, never on its parts.
#pragma once

#include "fhir/decimal.hpp"
#include "rules/page/html_page.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rules {

/// A number as values are counted: its first three digits, the rest cut off (123.46 is 123). So counts of a whole are
/// those of its parts, and there are never more of them than there are such numbers.
std::string counted_value(const fhir::Decimal& number);

struct ValueMark {
    fhir::Decimal at;
    std::string text;  ///< "low from 12"
};

struct ValueDistribution {
    std::string title;                              ///< "vitamin-d (total, ng/mL)"
    std::string unit;                               ///< the axis of the values
    std::map<std::string, std::uint64_t> patients;  ///< by counted value; each patient once
    std::vector<ValueMark> marks;
    std::string whom = "patients";  ///< or calls, where each counts as a patient
};

/// Exact, for whoever may see each patient: bars of the width that the plot has, from the first value to the last, with
/// those that nobody is in. At most `most_value_bars`: the last holds all that lies above.
struct ValueBar {
    std::string from, to;  ///< `from` and not `to`; empty: without an end
    std::uint64_t patients = 0;
};
inline constexpr std::size_t most_value_bars = 80;
std::vector<ValueBar> value_bars(const std::map<std::string, std::uint64_t>& patients);

/// Bars between the first and the last that at least 11 patients share; what lies beyond them is one bar at either end,
/// so that nobody reads a smallest or greatest value. A paragraph where no bar has so many.
Block value_plot(const ValueDistribution& values);

}  // namespace rules
