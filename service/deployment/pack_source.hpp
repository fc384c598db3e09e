// Where a pack comes from, for every command: a folder, or one sealed file. Nothing else opens a pack.
#pragma once

#include "rules/pack/pack.hpp"

#include <boost/system/result.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace service {

struct PackSourceReading {
    rules::PackFiles files;
    std::string seal;  ///< who signed it, in words: "sealed, signed by release.pem"; empty of a folder
};

/// Reads the pack in `path`. \param trusted_keys public keys (PEM), one of which must have signed it; none: a folder or
/// an unsigned file is taken too.
boost::system::result<PackSourceReading, rules::Diagnostics> read_pack_source(
    const std::filesystem::path& path, const std::vector<std::filesystem::path>& trusted_keys = {});

/// The files alone, whoever signed them.
boost::system::result<rules::PackFiles, rules::Diagnostics> read_pack_files(const std::filesystem::path& path);

/// A pack as the disk had it at one moment: what takes several steps is done to one and the same. It is read until two
/// readings agree; one that keeps changing is a finding.
struct PackText {
    std::filesystem::path path;
    rules::PackFiles files;
    rules::Diagnostics unread;  ///< as unread_in_pack()
};
boost::system::result<PackText, rules::Diagnostics> read_pack_text(const std::filesystem::path& path);

/// A warning for each thing in a folder that is no part of the pack; a sealed file holds nothing else.
rules::Diagnostics unread_in_pack(const std::filesystem::path& path);

}  // namespace service
