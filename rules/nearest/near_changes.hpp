// What would change it: for one patient and one call the nearest change of the record, or of a parameter, by which a
// card comes or goes. One step: a value across an edge, a resource by whole days, a code absent or present, a parameter
// within its range.
//
// Nothing is guessed. Candidates are proposed from what the evaluation looked at (run/trace) and from the numbers that
// results and days are held against; each is applied to the record or to the site's settings and evaluated, and is told
// only if the card flips; then the smallest step of its kind that does so is searched between it and the nearest
// candidate that does not.
#pragma once

#include "rules/program/program.hpp"
#include "rules/record/sources_at_hand.hpp"
#include "rules/record/time_zone.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace rules {

struct NearLimits {
    std::size_t evaluations = 20'000;
    std::size_t programs = 400;  ///< compiled anew, one for each value of a parameter
    std::chrono::milliseconds time{8'000};
};

struct NearQuestion {
    std::shared_ptr<const Program> program;
    Hook hook = Hook::patient_view;
    fhir::DateTime at;
    std::shared_ptr<const TimeZone> zone = {};
    std::vector<boost::json::value> resources;  ///< Bundles and resources, as they were given
    std::vector<boost::json::value> drafts = {};
    std::vector<std::string> selections = {};
    std::string rule = {};  ///< its card alone; empty: every rule's
    SourcesOf sources_of;
    NearLimits limits = {};
};

struct NearChange {
    enum class Kind { value, date, code, parameter } kind = Kind::value;
    std::string rule;
    bool gives = false;  ///< the card comes; else it goes
    std::string words;   ///< one sentence
    std::string from, to, unit;
    std::string reference, analyte, parameter;
    std::string distance;  ///< a number: of a value in its unit, of a date in days, of a code 1
    // How it is made:
    enum class Edit { replace, remove, add, set } edit = Edit::replace;
    boost::json::value what;  ///< the resource; of a parameter its value
};
inline constexpr std::size_t most_near_changes = 200;

struct NearChanges {
    std::vector<NearChange> changes;  ///< by rule, nearest first
    std::string limit;                ///< why there may be more: one sentence; empty: all was looked at
    std::string why_not;              ///< the record cannot be evaluated: the word of SourcesOf
    std::size_t evaluations = 0, programs = 0;
};

NearChanges near_changes(const NearQuestion& question, std::stop_token stop = {});

/// { "changes": [ … ], "limit": sentence | null }
boost::json::object near_changes_json(const NearChanges& found);

}  // namespace rules
