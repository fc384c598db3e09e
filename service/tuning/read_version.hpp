// A pack with its site file, read for a comparison.
#pragma once

#include "rules/compare/pack_diff.hpp"
#include "service/deployment/load_pack.hpp"
#include "service/deployment/pack_source.hpp"

#include <boost/system/result.hpp>

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

namespace service {

struct ReadVersion {
    rules::Pack pack;
    SiteFile site;
    rules::Digests digests;
    rules::Diagnostics findings;  ///< warnings

    rules::VersionOfRules borrowed() const { return {pack, site.site}; }
};

/// Reads a folder or a sealed file, with its site file if there is one; or says why it could not be served.
boost::system::result<ReadVersion, rules::Diagnostics> read_version(const std::filesystem::path& pack,
                                                                    const SiteSource& site);

/// The same of a pack that was read before.
boost::system::result<ReadVersion, rules::Diagnostics> read_version(const PackText& pack, const SiteSource& site);

/// The same for a command: findings go to `err`.
std::optional<ReadVersion> read_version(const std::filesystem::path& pack, const SiteSource& site, std::ostream& err);

/// A site file as it is now, so that what takes several steps is done to one text; one that cannot be read as it was
/// named.
SiteSource with_text(const SiteSource& site);

}  // namespace service
