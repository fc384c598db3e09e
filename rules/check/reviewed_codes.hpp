// reviewed-codes.json: every code of a pack once more, as somebody reviewed it.
//
//   { "valueSets": { "dialysis": { "http://snomed.info/sct": ["108241001", …], "http://hl7.org/fhir/sid/icd-10-cm":
//     ["N18.6", "is-a Z99", "not Z99.3"] } }, "analytes": { "b12": { "http://loinc.org": ["2132-9 MCnc total"] } },
//     "orders": { "b12": { "http://loinc.org": ["2132-9"], "place": ["conventional 2132-9"] } } }
//
// A code that a tired hand deletes, adds or mistypes then stands in one place only, and both places are named. No story
// need be told for each of two thousand codes. One list, since a code that moves from one set to another is one change.
#pragma once

#include "rules/pack/pack.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <tuple>

namespace rules {

/// Who holds a code: "valueSets", "analytes" or "orders"; the id there; its system, or "place".
using CodeOwner = std::tuple<std::string, std::string, std::string>;
using CodesByOwner = std::map<CodeOwner, std::set<std::string>>;

/// Every code that `pack` holds, as the list writes it.
CodesByOwner codes_of(const Pack& pack);

/// What the pack's list of reviewed codes holds; nothing of a pack without one, or of what is not in its form.
CodesByOwner reviewed_codes_of(const Pack& pack);

/// How many of a pack's codes its list holds.
struct ReviewCount {
    std::size_t reviewed = 0, all = 0;
};
ReviewCount count_reviewed(const Pack& pack);

/// The text of a list for `pack` as it stands, for whoever has reviewed it.
std::string print_reviewed_codes(const Pack& pack);

}  // namespace rules
