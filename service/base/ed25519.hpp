// Signatures by Ed25519 (RFC 8032), by OpenSSL; keys in PEM files as `openssl genpkey -algorithm ed25519` and
// `openssl pkey -pubout` write them (RFC 8410).
#pragma once

#include <boost/system/result.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace service {

struct Ed25519Signature {
    std::string key;    ///< the name of the public key: "sha256:…" of its 32 bytes
    std::string value;  ///< in base64, 88 characters
};

struct Ed25519PublicKey {
    std::string bytes;  ///< 32 of them
    std::string name;   ///< as in a signature
};

struct KeyFileFault {
    std::string says;  ///< the end of a sentence that begins with the file: "is no …"
};

template <typename Value>
using OrWhyNot = boost::system::result<Value, KeyFileFault>;

/// Signs `text` with the private key in `key_file`: the same text and key give the same signature.
OrWhyNot<Ed25519Signature> sign_ed25519(const std::filesystem::path& key_file, std::string_view text);

OrWhyNot<Ed25519PublicKey> read_public_key(const std::filesystem::path& key_file);

/// Whether a value has the form of a signature; it may fit nothing.
bool is_signature(std::string_view base64);

/// Whether `signature` is `key`'s, of exactly `text`.
bool verify_ed25519(const Ed25519PublicKey& key, std::string_view text, const Ed25519Signature& signature);

}  // namespace service
