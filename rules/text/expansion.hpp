// What SNOMED CT has below the roots that value sets name, as a terminology server gave it: a file beside a site file,
// written by `backpain-cds expand`, read at load and used offline. No server is asked for a patient.
//
// The file is a FHIR R4 Bundle (collection) of ValueSets, each with the constraint that was expanded (compose) and the
// whole of its expansion: identifier, timestamp, total, the parameter "version", and every concept.
#pragma once

#include "rules/text/diagnostic.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// How many concepts a set may have. All of SNOMED CT has fewer.
inline constexpr std::size_t most_expanded_concepts = 500'000;

/// One value set of the pack, expanded.
struct Expansion {
    std::string version;             ///< "http://snomed.info/sct/731000124108/version/20250301": edition and release
    std::string timestamp;           ///< when the server expanded it
    std::vector<std::string> codes;  ///< SNOMED CT's, without those that the pack leaves out
    std::string label;               ///< what a card calls them; empty: the fact's title
    Place place;
};

struct Expansions {
    std::map<std::string, Expansion> sets;  ///< by value set
    std::string file;                       ///< its name, for findings
    std::string text;                       ///< the exact file, for the digest

    std::size_t concepts() const;
};

/// "2025-03-01" of a version that names its release by date; empty of others.
std::string release_date(std::string_view version);
/// The edition of a version: "http://snomed.info/sct/731000124108".
std::string edition_of(std::string_view version);

}  // namespace rules
