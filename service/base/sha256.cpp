#include "service/base/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace service {
namespace {

std::array<unsigned char, 32> sha256(std::string_view bytes) {
    std::array<unsigned char, 32> digest{};
    std::size_t length = 0;
    if (EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), digest.data(), &length) != 1) {
        throw std::runtime_error("OpenSSL offers no SHA-256");
    }
    return digest;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : sha256(bytes)) {
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 15]);
    }
    return text;
}

std::string sha256_base64(std::string_view bytes) {
    const auto digest = sha256(bytes);
    std::array<unsigned char, 45> text{};  // 44 characters for 32 bytes, and a zero
    const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
    return std::string(text.begin(), text.begin() + length);
}

}  // namespace service
