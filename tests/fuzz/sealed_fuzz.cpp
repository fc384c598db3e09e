// A sealed pack as a stranger may have made it: whatever is taken stays in the pack and has its digest, prints as it
// was read, and no signature fits that nobody made; everything else is a finding with a place inside the text.
#include "service/deployment/load_pack.hpp"
#include "service/deployment/sealed_pack.hpp"
#include "tests/fuzz/json_mutator.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

/// RFC 8410, section 10.1.
const service::Ed25519PublicKey key{
    "\x19\xbf\x44\x09\x69\x84\xcd\xfe\x85\x41\xba\xc1\x67\xdc\x3b\x96\xc8\x50\x86\xaa\x30\xb6\xb6\xcb\x0c\x5c\x38\xad"
    "\x70\x31\x66\xe1",
    "sha256:0"};

void hold(const service::SealedPack& sealed, const std::string& file) {
    if (service::digest_of_files(sealed.files) != sealed.digest) std::abort();
    for (const auto& [path, text] : sealed.files) {
        if (path.empty() || path.front() == '/' || path.find("..") == 0 || path.find("/.") != std::string::npos) {
            std::abort();
        }
    }
    if (sealed.signature && service::verify_ed25519(key, service::signed_text(sealed), *sealed.signature)) std::abort();
    const auto again = service::read_sealed_pack(service::print_sealed_pack(sealed), file);
    if (!again || again->files != sealed.files) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size), file = "fuzz/a.pack";
    const auto sealed = service::read_sealed_pack(text, file);
    if (sealed) {
        hold(*sealed, file);
        return 0;
    }
    if (sealed.error().empty()) std::abort();
    for (const rules::Diagnostic& finding : sealed.error()) {
        if (finding.message.empty() || finding.code.empty() || finding.place.column > size + 1) std::abort();
        (void)rules::snippet(finding.place, text);
    }
    return 0;
}
