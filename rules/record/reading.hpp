// What a measurement means under the ruleset in force: its band, the marks that hold, its place in the laboratory's own
// range; and how it is written on a card.
#pragma once

#include "rules/program/range_place.hpp"
#include "rules/record/measurement.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

struct Banding {
    std::string_view band;     ///< empty: none
    std::string_view words;    ///< what a card calls it
    std::string_view ruleset;  ///< who draws it; empty for a band that holds whatever the ruleset
    const std::vector<std::string>* cites = nullptr;  ///< of the ruleset; null without one
    std::optional<fhir::Decimal> lower, upper;        ///< bounds of the band as printed
    bool lower_included = true, upper_included = false;
    bool spans = false;             ///< lies in more than one band: cannot be read safely
    bool in_every_ruleset = false;  ///< a band of aboveAll
    std::size_t rank = 0;           ///< of the band among those that this test can be in; neighbours differ by 1
    bool is_by_scale = false;       ///< drawn by a guideline, not by the laboratory's own range
};

/// The laboratory's own range, as far as it is printed in the unit of the result.
struct PrintedRange {
    std::optional<fhir::Decimal> low, high;
    RangePlace place = RangePlace::unknown;
};

PrintedRange range_of(const Measurement& measurement);

/// Whether the laboratory or the ruleset in force has bands for what was measured.
bool has_bands(const Measurement& measurement, const CompiledAnalyte& analyte);

/// Precondition: `measurement` is readable. Source: rules/packs/back-pain-labs/REFERENCE.md B.3, A.2 (fractions), C,
/// D.6.
Banding band_measurement(const Measurement& measurement, const CompiledAnalyte& analyte);

/// "11.9 ng/mL (29.7 nmol/L)": the reported value, then the site's unit if it is another one. For an unreadable result
/// what may be shown of it, or "(not a number)"; for an awaited one "(pending)".
std::string text_of(const Measurement& measurement, const CompiledAnalyte& analyte);

/// What a card shows of a readable result: the reported unit alone, no more decimal places than the test's digits
/// unless rounding would take the value over a limit that decided.
std::string shown_number(const Measurement& measurement, const CompiledAnalyte& analyte, const Banding& banding);

/// `value` to three significant digits.
std::string three_digits(const fhir::Decimal& value);

/// What a reading says beyond itself.
struct ReadingNotes {
    bool pre_dates = false;  ///< taken before the treatment began that makes it stale
    bool is_old = false;
};

/// The JSON object that expressions see as a Reading.
/// \param banding  of a readable measurement.
boost::json::object reading_json(const Measurement& measurement, const CompiledAnalyte& analyte, const Banding& banding,
                                 const ReadingNotes& notes, const boost::json::storage_ptr& storage);

}  // namespace rules
