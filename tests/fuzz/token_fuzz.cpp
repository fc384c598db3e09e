// JSON Web Tokens as anybody may send them: taken apart, and verified against a key of each kind.
#include "fhir/json_text.hpp"
#include "service/trust/jwt.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace {

// The sample key of CDS Hooks 2.0 and the key of RFC 8037, appendix A.2.
constexpr std::array<std::string_view, 2> keys = {
    R"({"kty":"EC","crv":"P-384","kid":"k","x":"46SDH7Znh821wblCBglA61sNE9ZrHYKKt3qRtRTmSXyOI_FIGBLWrWa0GPUkDCEk",
        "y":"XMcRuuoGW7CXjQdy-F5i3FeBE0x9hPLdeFdSoDd3ELmx404tLX0VRRcqzAsPhXcI"})",
    R"({"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto token = service::parse_token(text);
    if (!token) return 0;
    for (const std::string_view jwk : keys) {
        const auto key = service::VerificationKey::read(*fhir::parse_json(jwk));
        if (key->fits(token->algorithm)) (void)key->verifies(token->algorithm, token->compact);
    }
    (void)service::check_times(*token, {}, service::WallTime{});
    (void)service::audience_names(*token, {"https://cds.example.org/cds-services"});
    return 0;
}
