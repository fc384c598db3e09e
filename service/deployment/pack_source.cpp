#include "service/deployment/pack_source.hpp"

#include "rules/pack/pack_folder.hpp"
#include "service/base/file_text.hpp"
#include "service/base/findings.hpp"
#include "service/deployment/sealed_pack.hpp"

#include <utility>

namespace service {
namespace {

constexpr std::uintmax_t largest_sealed_bytes = std::uintmax_t{64} * 1024 * 1024;
/// How often a pack that is being changed is read once more.
constexpr int most_readings_again = 3;

rules::Diagnostics fault_of(const std::filesystem::path& path, std::string code, std::string message,
                            std::string mend) {
    rules::Diagnostic finding = finding_of_file(path.generic_string(), std::move(code), std::move(message));
    finding.mend = std::move(mend);
    return {std::move(finding)};
}

/// Who signed `sealed`, by the file of the key; what keeps it from being trusted is a finding.
boost::system::result<std::string, rules::Diagnostics> signer_of(
    const SealedPack& sealed, const std::filesystem::path& path,
    const std::vector<std::filesystem::path>& trusted_keys) {
    if (!sealed.signature) {
        return fault_of(path, "untrusted", "This pack is not signed, and \"trustedKeys\" asks for a signature.",
                        "Seal it with --sign, or take \"trustedKeys\" away.");
    }
    for (const std::filesystem::path& file : trusted_keys) {
        const auto key = read_public_key(file);
        if (!key) return fault_of(file, "trusted-key", "This file " + key.error().says + ".", "");
        if (key->name != sealed.signature->key) continue;
        if (verify_ed25519(*key, signed_text(sealed), *sealed.signature)) return file.filename().string();
        return fault_of(path, "sealed-signature",
                        "The signature of this pack does not fit: it was made of something else, or not with " +
                            file.filename().string() + ".",
                        "Take the file as it was sealed.");
    }
    return fault_of(
        path, "untrusted",
        "This pack is signed with the key " + sealed.signature->key + ", which is none of \"trustedKeys\".",
        "Add the public half of that key if you trust it, or take a file that is signed with one of yours.");
}

boost::system::result<PackSourceReading, rules::Diagnostics> read_sealed_source(
    const std::filesystem::path& path, const std::vector<std::filesystem::path>& trusted_keys) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (!error && size > largest_sealed_bytes) {
        return fault_of(path, "cannot-read", "This file is larger than 64 MiB, which no sealed pack is.", "");
    }
    const auto text = read_text(path);
    if (!text) return fault_of(path, "cannot-read", "There is no pack here that can be read.", "");
    auto sealed = read_sealed_pack(*text, path.generic_string());
    if (!sealed) return sealed.error();
    std::string seal = "sealed, not signed";
    if (!trusted_keys.empty()) {
        const auto signer = signer_of(*sealed, path, trusted_keys);
        if (!signer) return signer.error();
        seal = "sealed, signed by " + *signer;
    } else if (sealed->signature) {
        seal = "sealed; its signature is not looked at without \"trustedKeys\"";
    }
    return PackSourceReading{std::move(sealed->files), std::move(seal)};
}

}  // namespace

boost::system::result<PackSourceReading, rules::Diagnostics> read_pack_source(
    const std::filesystem::path& path, const std::vector<std::filesystem::path>& trusted_keys) {
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) return read_sealed_source(path, trusted_keys);
    if (!trusted_keys.empty()) {
        return fault_of(path, "untrusted", "This pack is a folder, and \"trustedKeys\" asks for a sealed one.",
                        "Serve the file that `backpain-cds seal --sign` wrote, or take \"trustedKeys\" away.");
    }
    auto files = rules::read_pack_directory(path);
    if (!files) return files.error();
    return PackSourceReading{std::move(*files), ""};
}

boost::system::result<rules::PackFiles, rules::Diagnostics> read_pack_files(const std::filesystem::path& path) {
    auto source = read_pack_source(path);
    if (!source) return source.error();
    return std::move(source->files);
}

boost::system::result<PackText, rules::Diagnostics> read_pack_text(const std::filesystem::path& path) {
    auto files = read_pack_files(path);
    // One file is read after the other: only what two readings agree on stood there at one moment.
    for (int again = 0; files && again < most_readings_again; ++again) {
        auto next = read_pack_files(path);
        if (next && *next == *files) return PackText{path, std::move(*next), unread_in_pack(path)};
        files = std::move(next);
    }
    if (!files) return files.error();
    return fault_of(path, "pack-changes", "The pack changes while it is read.",
                    "Try again when what writes into it has come to its end.");
}

rules::Diagnostics unread_in_pack(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error) ? rules::Diagnostics() : rules::unread_files(path);
}

}  // namespace service
