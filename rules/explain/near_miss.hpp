// Why an item does not pass a filter, as a person says it: "for at least 61 days, 84 are needed".
//
// Reads the compiled filter: the comparisons of a member of the item with a number, a text or a parameter, whether it
// is there, what a list holds, however they are joined, and what not() makes of them. It explains; it decides nothing.
// What it cannot read it does not mention.
#pragma once

#include "fhir/path/path.hpp"
#include "rules/program/parameters.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace rules {

/// A comparison of a member with a number, a text or a parameter. Under a not() it is the opposite one.
struct Comparison {
    std::string member;
    std::string operation;  ///< < <= = != >= > exists empty; of a list: in, not in
    std::string wanted;     ///< the number or text; of a parameter its value; "true" of a member that is asked itself
    std::string parameter;  ///< its name, if it is one
};

/// What a filter asks of an item, as far as it can be told.
struct Condition {
    enum class Kind { comparison, all, any, other };
    Kind kind = Kind::other;
    Comparison comparison;
    std::vector<Condition> parts;  ///< of all and any
};

/// What the where() of `expression` ask of an item; of kind all, without parts if it has none.
Condition condition_of(const fhir::path::Expression& expression, const Parameters& parameters);

/// The comparisons in `condition`, in order of appearance.
std::vector<Comparison> comparisons_in(const Condition& condition);

/// What a comparison asks for: "low", "of the last 365 days". Empty if it only asks whether something is there.
std::string asked_words(const Comparison& asked);

struct Failure {
    std::string words;
    std::string parameter;  ///< the name of the one that drew the line; empty without one
};

/// What keeps `item` from meeting `condition`: a part of a sentence for each comparison that it fails and that nothing
/// beside it makes up for; what one member could have been instead stands together. Empty if it fails none.
std::vector<Failure> failures_of(const boost::json::object& item, const Condition& condition);

}  // namespace rules
