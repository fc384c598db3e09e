// A pack as one file that nobody changes any more: its files, path -> exact text, with their digest, what nobody has
// confirmed of it, and perhaps a signature beside it.
//
//   { "sealed": "backpain-cds pack 1", "pack": "back-pain-labs", "version": "1.1.0", "status": "draft",
//     "digest": "sha256:…", "signature": { "algorithm": "Ed25519", "key": "sha256:…", "value": "…" },
//     "unconfirmed": [ "value-sets/x.json:12:7: …" ], "files": { "analytes/b12.json": "…", … } }
//
// The digest is that of a folder with these files, so cards say the same of both. The signature covers all members but
// itself, the files by their digest.
#pragma once

#include "rules/pack/pack.hpp"
#include "service/base/ed25519.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

inline constexpr std::string_view sealed_form = "backpain-cds pack 1";

struct SealedPack {
    std::string pack, version, status, digest;
    std::vector<std::string> unconfirmed;  ///< findings of `check --strict`, one line each
    rules::PackFiles files;
    std::optional<Ed25519Signature> signature;
};

/// Reads a sealed file as a stranger may have made it: every path stays in the pack, the digest is that of the files.
/// The signature has its form; who made it, nobody has looked at.
/// \param file its name, for findings.
boost::system::result<SealedPack, rules::Diagnostics> read_sealed_pack(std::string_view text, const std::string& file);

/// The bytes of the file: of the same pack always the same.
std::string print_sealed_pack(const SealedPack& sealed);

/// What a signature covers.
std::string signed_text(const SealedPack& sealed);

}  // namespace service
