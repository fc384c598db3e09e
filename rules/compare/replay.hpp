// A record as it was known at an earlier instant, as far as its dates say so: what was recorded later is left out, and
// what has ended since has not ended yet.
//
// What cannot be known: a drug that was stopped and an order that was completed without a date look as if they had
// never been open; a corrected result shows today's value. What has no date counts as always known.
#pragma once

#include "fhir/bundle.hpp"
#include "fhir/date_time.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace rules {

/// What was known: entries of the record, some of them rewritten.
struct KnownThen {
    std::vector<fhir::Entry> entries;  ///< point into the record, and into `rewritten`
    std::deque<boost::json::value> rewritten;
    std::size_t left_out = 0;  ///< recorded later
};

/// \param at  with an offset, which dates without one are taken to have.
KnownThen known_at(const fhir::Bundle& record, const fhir::DateTime& at, const boost::json::storage_ptr& storage = {});

/// Whether anything of `record` was recorded or has ended after `at`. What is planned (an appointment, an order for a
/// day to come, how long a prescription may be dispensed) was known before.
bool is_newer_than(const fhir::Bundle& record, const fhir::DateTime& at);

/// The beginnings of Encounters from the day `since` to the day `until`, which took place, the earliest first; at most
/// so many. A date without a time is its noon, in the offset of `offset`.
std::vector<fhir::DateTime> encounters_between(const fhir::Bundle& record, const fhir::Date& since,
                                               const fhir::Date& until, fhir::UtcOffset offset);
inline constexpr std::size_t most_encounters = 10'000;

}  // namespace rules
