// A rule pack from the disk: read, checked, set for its site, compiled, and its digest taken.
#pragma once

#include "fhir/date_time.hpp"
#include "rules/program/program.hpp"
#include "rules/text/digests.hpp"
#include "service/deployment/canary_share.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace service {

/// Where a site file is, and what stands in it if that is not what the disk holds. Neither: there is no site.
struct SiteSource {
    std::filesystem::path path;            ///< by which findings name it, and from which its expansions are found
    std::optional<std::string> text = {};  ///< of a draft that nobody has saved

    SiteSource() = default;
    SiteSource(std::filesystem::path file) : path(std::move(file)) {}  // whoever has a file names it
    SiteSource(std::filesystem::path file, std::string draft) : path(std::move(file)), text(std::move(draft)) {}

    bool is_none() const { return path.empty(); }
};

/// A site file as it was read.
struct SiteFile {
    rules::Site site;
    rules::Diagnostics findings;
    std::string text;      ///< for digests, and for the lines that findings are about
    bool was_read = true;  ///< false: "cannot-read" stands among the findings
};

/// Reads a site file against `pack`, and the expansions that it names; of none there is no site.
SiteFile read_site_file(const SiteSource& site, const rules::Pack& pack);

/// What an approval names (`approval.digest`): the pack's content, the site file's but for the approval itself, and
/// that of its expansions.
std::string approval_digest(const std::string& pack_digest, std::string_view site_text,
                            std::string_view expansions = {});

/// Takes away an approval of something else than `digest`, and says so: cards and pages then say that nobody has
/// approved.
void hold_approval(rules::Site& site, const std::string& digest, rules::Diagnostics& findings);

/// The digest of a pack's files: "sha256:…".
std::string digest_of_files(const rules::PackFiles& files);

/// By what a pack is named with its site file.
rules::Digests digests_of(std::string pack_digest, const SiteSource& site, const SiteFile& file);

/// Names the files of findings by their path from where the program stands: a pack names them by their path within it.
/// Those of the site file are named so already.
void name_from_here(rules::Diagnostics& findings, const std::filesystem::path& pack, const std::filesystem::path& site);

/// What an error of the clinical linter does to a load. It never changes what a pack does; it keeps one from patients.
struct CheckAtLoad {
    bool refuses = true;                                   ///< false: the error is told as a warning, as in development
    std::vector<std::string> waive = {};                   ///< codes of errors that are told as warnings all the same
    std::optional<fhir::Date> today = {};                  ///< for approvals dated ahead
    std::vector<std::filesystem::path> trusted_keys = {};  ///< one of these must have signed it; none: nobody need
};

struct LoadedPack {
    std::shared_ptr<const rules::Program> program;  ///< null if the findings hold an error
    rules::Digests digests;
    rules::Diagnostics findings;      ///< in files named from where the program stands
    std::vector<std::string> waived;  ///< codes of errors that were found, and waived; each once
    std::string seal;                 ///< who signed it, in words; empty of a folder
    // Of a deployment, see pack_versions:
    std::shared_ptr<const LoadedPack> canary = {}, shadow = {};  ///< versions that stand beside it; null: none
    CanaryShare canary_share = {};                               ///< who sees the canary
};

/// A pack as it was read, for one site file after the other.
struct ReadPack {
    std::filesystem::path path;
    std::optional<rules::Pack> pack;  ///< nothing if the findings hold an error
    std::string digest;               ///< of its files; empty if they cannot be had
    rules::Diagnostics findings;      ///< in files named from where the program stands
    std::string seal;                 ///< who signed it, in words; empty of a folder
};

/// Reads the pack in `path`, a folder or a sealed file. \param trusted_keys  as read_pack_source().
ReadPack read_pack(const std::filesystem::path& path, const std::vector<std::filesystem::path>& trusted_keys = {});

/// What load_pack() makes of a pack that was read before.
LoadedPack load_pack(ReadPack pack, const SiteSource& site);

/// Loads the pack in `path`, a folder or a sealed file. \param site a site file, or none for the pack's own defaults.
/// The digest covers the pack and the site file with its expansions as evaluated, so that a card can be traced to the
/// very rules that made it; without a site file it is the pack's.
LoadedPack load_pack(const std::filesystem::path& path, const SiteSource& site);

/// The same for patients: errors of the clinical linter are errors of the load, but for what `check` lets pass.
LoadedPack load_pack(const std::filesystem::path& path, const SiteSource& site, const CheckAtLoad& check);

}  // namespace service
