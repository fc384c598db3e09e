// One patient as a side of a comparison sees them: cards paired with those that took their place, sex and age as they
// are counted, and what each test came to.
#pragma once

#include "rules/program/analyte.hpp"
#include "rules/run/evaluation.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace rules {

class Run;

/// The cards of one rule, each paired with the one that took its place: those that are the same first, what is left in
/// the order shown.
struct CardPairs {
    std::vector<std::pair<const Card*, const Card*>> pairs;
    std::vector<const Card*> lost, gained;
};
CardPairs pair_up(std::vector<const Card*> before, std::vector<const Card*> after);

/// A warning or a critical card: what nobody should lose unseen.
bool is_urgent(const Card& card);
/// Whether an urgent one is gone, or less urgent than it was.
bool loses_warning(const CardPairs& pairs);

/// "18-29", "30-39", …, "80+", "unknown".
std::string age_band(const Record& record, const Call& call);
/// "female", "male", "other", "unknown".
std::string sex_of(const Record& record);

/// As it stands in the counts: "total, ng/mL".
std::string unit_name(const CompiledAnalyte& analyte, std::size_t kind, std::size_t unit);

/// One test as one side reads it.
struct SeenTest {
    std::string title, unit, band = "no result", value;
    bool has_unreadable = false;
};
SeenTest seen_test(Run& run, std::size_t analyte);

}  // namespace rules
