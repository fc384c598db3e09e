// Key sets as a key server may send them, with the headers that say how long to keep them. What is read must verify
// nothing that it did not sign.
#include "service/trust/jwks.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto lifetime = service::key_lifetime(text.substr(0, size / 2), text.substr(size / 2));
    if (lifetime < std::chrono::minutes(5) || lifetime > std::chrono::hours(24)) std::abort();
    const auto set = service::KeySet::parse(text);
    if (!set) return 0;
    const service::VerificationKey* key = set->find("k", service::Algorithm::es384);
    const std::string token = "eyJhbGciOiJFUzM4NCJ9.e30." + std::string(128, 'A');
    if (key != nullptr && key->verifies(service::Algorithm::es384, token)) std::abort();
    return 0;
}
