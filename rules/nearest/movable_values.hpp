// The results of a record that may be moved, and the numbers that they are held against.
#pragma once

#include "rules/nearest/changed_record.hpp"
#include "rules/run/run.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rules {

/// Owns all that it says: the record that it was read from changes.
struct MovableValue {
    ValuePlace place;
    std::string reference, analyte, title, unit, date;
    fhir::Decimal number;
    int places = 0;  ///< the grid on which it is moved (thresholds)
    std::vector<fhir::Decimal> beside;
};

/// Labels of resources, in the pack's words.
using Labels = std::map<std::string, std::string, std::less<>>;

/// The results of the tests that `trace` looked at, of whatever day, but for those with a comparator or without a known
/// unit. Adds the label of every one to `labels`.
std::vector<MovableValue> movable_values(Run& run, const Trace& trace, const ChangedRecord& record, Labels& labels);

/// A number in steps of 10^-places, rounded down; nothing where it is too large.
std::optional<long> in_steps(const fhir::Decimal& number, int places);

/// As short as it can be written, with no fewer decimal places than were reported.
fhir::Decimal without_zeros(fhir::Decimal number, int least_places);

}  // namespace rules
