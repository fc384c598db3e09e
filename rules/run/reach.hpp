// What a change of the site's settings can reach: which slots, which parameters that expressions read, and of which
// records. An evaluation that looked at none of them (run/trace) gives the same cards under the changed program; and so
// does one that looked at them in a record that holds nothing on which they bear: no result of a test whose bands are
// others, none of the days between two limits, no medicine where it is told how long one lasts.
//
// Parameters and bands of laboratories are followed to where they are used; every other change reaches everything.
#pragma once

#include "rules/program/program_inner.hpp"
#include "rules/record/measurement.hpp"
#include "rules/record/record.hpp"
#include "rules/run/trace.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rules {

/// Kinds of resources that settings bear on, as bits.
using HeldKinds = std::uint8_t;
inline constexpr HeldKinds holds_conditions = 1, holds_conditions_without_status = 2, holds_medications = 4,
                           holds_procedures = 8, holds_observations = 16, holds_orders = 32;
inline constexpr HeldKinds holds_anything = 64;  ///< of every record

/// What of a record settings can bear on.
struct RecordOutline {
    struct Result {
        std::uint16_t test = 0;
        std::uint32_t observation = 0;         ///< its place in the record
        std::optional<std::int32_t> age_days;  ///< as the limits of the test are held against
        bool is_awaited = false;
    };
    HeldKinds kinds = holds_anything;
    std::vector<Result> results;  ///< by test, whatever their state and age

    bool has_result_of(std::size_t test) const;
};
/// \param measurements  by test, as read_measurements() gives them of `record`
RecordOutline outline_of(const Record& record, const std::vector<std::vector<Measurement>>& measurements);

struct ChangeReach {
    struct OfTest {
        /// Results more than `above` and at most `up_to` days old count otherwise.
        struct Ages {
            long above = 0, up_to = 0;
            bool of_awaited = false;  ///< and no others
        };
        bool is_read_otherwise = false;  ///< each of its results, whatever its age
        std::vector<Ages> ages;

        bool is_reached() const { return is_read_otherwise || !ages.empty(); }
    };
    /// What of it an evaluation looked at.
    struct Met {
        HeldKinds kinds = 0;  ///< each record that holds one of these is reached
        std::vector<std::size_t> tests;
        std::vector<std::uint16_t> facts;  ///< that may be filled otherwise
        HeldKinds of_facts = 0;            ///< where the record holds one of these
    };

    bool is_everything = false;
    std::map<std::uint16_t, HeldKinds> slots;  ///< filled otherwise where the record holds one of these
    std::map<std::uint16_t, HeldKinds> facts;  ///< the same of facts that stand for themselves: read from resources
    std::set<std::string, std::less<>> parameters;
    std::vector<OfTest> tests;                              ///< by analyte
    std::vector<std::optional<std::size_t>> computed_with;  ///< by analyte: the other test of its formula
    std::size_t first_test_slot = 0;

    Met met_by(const Trace& trace) const;
    bool touches(const Met& met, const RecordOutline& record) const {
        return touches_beside_facts(met, record) || (met.of_facts & record.kinds) != 0;
    }
    /// The same, did each of `met.facts` find what it found before: whoever asks can look.
    bool touches_beside_facts(const Met& met, const RecordOutline& record) const;
    /// Whether an evaluation of `record` that looked at `trace` may have come to other cards.
    bool touches(const Trace& trace, const RecordOutline& record) const { return touches(met_by(trace), record); }
    /// Whether the results of a test may be others.
    bool may_change(std::size_t test, const RecordOutline& record) const;
};

/// The parameters that bear on what an evaluation looked at: with another value of any other one it gives the same
/// cards.
std::set<std::string, std::less<>> parameters_behind(const Program::Inner& program, const Trace& trace);

/// What differs between two programs as far as evaluations can see it.
ChangeReach reach_of(const Program::Inner& before, const Program::Inner& after);

}  // namespace rules
