#include "service/deployment/canary_share.hpp"

#include "service/base/sha256.hpp"

#include <charconv>
#include <cstdint>

namespace service {

bool CanaryShare::holds(std::string_view user) const {
    if (user.empty()) return false;
    constexpr std::size_t digits = 8;  // 32 bits of the hash
    const std::string hash = sha256_hex(salt + "\n" + std::string(user));
    std::uint32_t place = 0;
    std::from_chars(hash.data(), hash.data() + digits, place, 16);
    constexpr std::uint64_t places = std::uint64_t{1} << 32;
    return place < places * percent / 100;
}

}  // namespace service
