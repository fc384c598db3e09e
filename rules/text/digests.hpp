// By what a version of rules is named, wherever one is: each digest under the same words in every output, so that a
// reader finds it again in another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// All are "sha256:…"; one that does not apply is empty.
struct Digests {
    std::string pack;      ///< of the pack's files: that of a sealed file, too
    std::string site;      ///< of the site file, with the expansions that it names
    std::string cards;     ///< of both, as each card carries it; without a site file it is the pack's
    std::string approval;  ///< what an approval in the site file names: both but for the approval itself

    bool operator==(const Digests&) const = default;
};

struct NamedDigest {
    std::string_view name;    ///< "digest on cards"
    std::string_view member;  ///< "digest", in JSON
    const std::string* digest = nullptr;
};

/// Those that apply. Borrowed.
std::vector<NamedDigest> named(const Digests& digests);

/// One a line, below each other; each line begins with `indent`.
std::string lines_of(const Digests& digests, std::string_view indent);

}  // namespace rules
