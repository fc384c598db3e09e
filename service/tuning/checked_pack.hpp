// What `check` finds in one pack with its site file: for the command, for `seal`, and for whoever edits a draft.
#pragma once

#include "rules/check/check.hpp"
#include "rules/program/program.hpp"
#include "rules/text/digests.hpp"
#include "service/deployment/load_pack.hpp"
#include "service/deployment/pack_source.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace service {

/// What was found in one pack. Places carry the path of their file as the command was given it.
struct CheckedPack {
    std::filesystem::path path;
    rules::Diagnostics findings;
    rules::PackFiles files;  ///< by the same paths, for snippets
    std::shared_ptr<const rules::Program> program;
    bool was_read = false;
    rules::Digests digests;                   ///< of this pack with this site file
    std::vector<rules::DrugName> drug_names;  ///< of a pack without errors of form
    std::string expansions = {};              ///< of which release, how old, how many; empty without
};

CheckedPack check_pack(const std::filesystem::path& path, const SiteSource& site, const rules::CheckOptions& options);
/// The same of a pack that was read before.
CheckedPack check_pack(const PackText& pack, const SiteSource& site, const rules::CheckOptions& options);

/// { "file", "line", "column", "pointer", "severity", "code", "message", "mend" }
boost::json::object as_json(const rules::Diagnostic& finding);

/// { "pack", "findings", "prefetch", "drugNames", digests }: one of the list that `check --format json` prints.
boost::json::object as_json(const CheckedPack& checked);

}  // namespace service
