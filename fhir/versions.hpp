// Which of the versions of one resource counts (FHIR R4: bundle.html "each fullUrl is unique, or the versions differ";
// history: a newest entry that deletes leaves nothing).
//
// Versions of one resource have the same fullUrl, or, where one of them says none, the same type and id; the same id
// under two fullUrls is two resources. The later meta.lastUpdated is the newer one, else the larger numeric versionId,
// else what comes first in a history. Copies that say the same but for their meta are one.
#pragma once

#include "fhir/entry.hpp"

#include <cstdint>
#include <vector>

namespace fhir {

enum class Version : std::uint8_t {
    counts,   ///< the newest, or the only one
    old,      ///< there is a newer one, or the same one before
    deleted,  ///< what a deletion leaves: the deletion itself
    unknown,  ///< one of several that differ, and nothing says which is newer
};

/// What becomes of each of `entries`. A resource that comes several times at one address in memory is one.
std::vector<Version> sort_versions(const std::vector<Entry>& entries);

}  // namespace fhir
