// A rule pack from the disk: read, checked, set for its site, compiled, and its digest taken.
#pragma once

#include "rules/program/program.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace service {

/// A site file as it was read.
struct SiteFile {
    rules::Site site;
    rules::Diagnostics findings;
    std::string text;      ///< for digests, and for the lines that findings are about
    bool was_read = true;  ///< false: "cannot-read" stands among the findings
};

/// Reads the site file of `path` against `pack`; without a path there is no site.
SiteFile read_site_file(const std::filesystem::path& path, const rules::Pack& pack);

/// Names the files of findings by their path from where the program stands: a pack names them by their path within it.
/// Those of the site file are named so already.
void name_from_here(rules::Diagnostics& findings, const std::filesystem::path& pack, const std::filesystem::path& site);

struct LoadedPack {
    std::shared_ptr<const rules::Program> program;  ///< null if the findings hold an error
    std::string digest;                             ///< "sha256:…": what every card of it carries
    std::string pack_digest, site_digest;           ///< its parts; the second is empty without a site file
    rules::Diagnostics findings;                    ///< in files named from where the program stands
};

/// Loads the pack in `path`. \param site a site file, or empty for the pack's own defaults.
/// The digest covers the pack and the site file as evaluated, so that a card can be traced to the very rules that made
/// it; without a site file it is the pack's.
LoadedPack load_pack(const std::filesystem::path& path, const std::filesystem::path& site);

}  // namespace service
