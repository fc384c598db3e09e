#include "service/base/uuid.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace service {

namespace {

using UuidBytes = std::array<unsigned char, 16>;

/// Asking the generator costs about the same for one as for many.
UuidBytes random_bytes() {
    constexpr std::size_t at_once = 32;
    thread_local std::array<UuidBytes, at_once> block{};
    thread_local std::size_t left = 0;
    if (left == 0) {
        if (RAND_bytes(block.front().data(), static_cast<int>(sizeof block)) != 1) {
            throw std::runtime_error("no randomness");
        }
        left = at_once;
    }
    return block[--left];
}

}  // namespace

std::string random_uuid() {
    UuidBytes bytes = random_bytes();
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);  // version 4
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);  // variant 1
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += digits[bytes[i] >> 4U];
        text += digits[bytes[i] & 0x0FU];
    }
    return text;
}

std::optional<std::string> uuid_of(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    std::string uuid(text);
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        char& c = uuid[i];
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (dash ? c != '-' : !digit) return std::nullopt;
    }
    return uuid;
}

}  // namespace service
