// Value sets of a pack, expanded by a FHIR terminology server that a person names at the command line (FHIR R4,
// ValueSet/$expand, hl7.org/fhir/R4/snomedct.html "Implicit Value Sets"): page by page, each held against what was
// asked. Nothing of a patient goes there.
#pragma once

#include "rules/pack/pack.hpp"
#include "service/base/exit_code.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace service {

struct TerminologyServer {
    std::string url;    ///< the base of its FHIR API
    std::string token;  ///< empty: an open server. Never printed
    std::string
        edition;  ///< "http://snomed.info/sct/731000124108", with or without "/version/20250301"; empty: its own
    bool with_history = false;         ///< asks for retired concepts that lead to those below the roots, too
    std::size_t page_concepts = 1000;  ///< asked for at a time
};

/// Why there is no expansion, in a sentence that says what to mend.
struct ExpandRefusal {
    ExitCode code = ExitCode::environment;  ///< bad_input: it answers, but not with what was asked
    std::string message;
};

struct ExpandedSet {
    std::string value_set;
    std::size_t concepts = 0;
};

struct ExpandedPack {
    std::string text;     ///< of the file (rules/text/expansion.hpp)
    std::string version;  ///< edition and release, the same of all sets
    std::vector<ExpandedSet> sets;
};

/// Asks for every value set of `pack` that names a root. Blocks; each page has a minute.
boost::system::result<ExpandedPack, ExpandRefusal> expand_value_sets(const TerminologyServer& server,
                                                                     const rules::Pack& pack);

}  // namespace service
