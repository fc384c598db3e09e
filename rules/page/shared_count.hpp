// How counts of patients are written where others may read them: nothing that could lead to one person.
//
// Source: the cell size suppression policy of CMS (no cell of 1 to 10; no share or difference that gives one away).
// As there, 0 is told: it is nobody. Totals are rounded like everything else, so that no difference gives a cell away.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace rules {

/// A count below this is "<11"; texts, codes and units are shown only where at least so many patients have them.
inline constexpr std::uint64_t least_shared = 11;

/// `count` rounded to 10; nothing below `least_shared`.
std::optional<std::uint64_t> rounded_count(std::uint64_t count);

/// "0", "<11", or the count rounded to 10.
std::string shared_count(std::uint64_t count);

/// The same of cards, calls or records behind which so many different patients stand: a large count of few patients
/// tells of them as a small one does.
std::optional<std::uint64_t> rounded_count(std::uint64_t count, std::uint64_t patients);
std::string shared_count(std::uint64_t count, std::uint64_t patients);

/// "43 %" of rounded counts, "0 %" of none; "–" where either is small.
std::string shared_share(std::uint64_t part, std::uint64_t whole);

}  // namespace rules
