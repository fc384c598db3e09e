// A pack with the versions that stand beside it: a canary, which answers some users in its place, and a shadow, which
// looks at each call after its reply and is shown to nobody. Both are held against the pack here.
#pragma once

#include "service/deployment/config.hpp"
#include "service/deployment/load_pack.hpp"

#include <vector>

namespace service {

/// What an error of the clinical linter does to a pack of this configuration: it refuses the load in production, unless
/// the configuration waives it.
CheckAtLoad check_at_load(const Config& config, const PackSource& source, const fhir::Date& today);

/// A version as if it stood alone: under the site file, waivers and keys that hold for it.
PackSource source_beside(const PackSource& pack, const VersionSource& version);

/// The pack of an entry of "packs", and what stands beside it, each with its own findings. What the linter calls an
/// error keeps no shadow from being loaded: its cards reach nobody.
LoadedPack load_versions(const Config& config, const PackSource& source, const fhir::Date& today);

/// Whether pack, canary and shadow, as far as there are any, were loaded.
bool is_whole(const LoadedPack& pack);

/// What is asked for in calls of `hook`: for the pack and for its canary, whose calls nobody can tell apart before they
/// come. A shadow asks for nothing. \param pack  is whole.
std::vector<rules::PrefetchTemplate> prefetch_of(const LoadedPack& pack, rules::Hook hook);

}  // namespace service
