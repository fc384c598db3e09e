// The folder of a pack: which files are the pack's (read_pack_directory), and what else lies there.
#pragma once

#include "rules/text/diagnostic.hpp"

#include <filesystem>

namespace rules {

/// A warning for each thing in the directory that `read_pack_directory` leaves out, so that a rule does not fall silent
/// by its file's name. README.md, CHANGELOG.md, REVIEW.md, REFERENCE.md and names that begin with a point may stand
/// there.
Diagnostics unread_files(const std::filesystem::path& directory);

}  // namespace rules
