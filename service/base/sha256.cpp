#include "service/base/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace service {

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, 32> digest{};
    std::size_t length = 0;
    if (EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), digest.data(), &length) != 1) {
        throw std::runtime_error("OpenSSL offers no SHA-256");
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * digest.size());
    for (const unsigned char byte : digest) {
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 15]);
    }
    return text;
}

}  // namespace service
