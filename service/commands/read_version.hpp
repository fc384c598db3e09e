// A pack with its site file, read for a comparison.
#pragma once

#include "rules/compare/pack_diff.hpp"
#include "service/deployment/load_pack.hpp"

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

namespace service {

struct ReadVersion {
    rules::Pack pack;
    SiteFile site;
    rules::Digests digests;

    rules::VersionOfRules borrowed() const { return {pack, site.site}; }
};

/// Reads a folder or a sealed file, with its site file if one is named. Nothing, after having said why on `err`, unless
/// it could be served.
std::optional<ReadVersion> read_version(const std::filesystem::path& pack, const std::filesystem::path& site,
                                        std::ostream& err);

}  // namespace service
