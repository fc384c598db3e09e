#include "service/base/ed25519.hpp"

#include "service/base/file_text.hpp"
#include "service/base/sha256.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace service {
namespace {

constexpr std::size_t key_bytes = 32, signature_bytes = 64;             // RFC 8032, section 5.1.5 and 5.1.6
constexpr std::size_t signature_characters = 88;                        // of base64, two of them padding
constexpr std::uintmax_t largest_key_file = std::uintmax_t{64} * 1024;  // what is larger is no key

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// No passphrase is asked for: a command that waits for one would hang a pipeline.
int no_passphrase(char*, int, int, void*) {
    return 0;
}

enum class Half { secret, open };

OrWhyNot<Key> read_key(const std::filesystem::path& file, Half half) {
    std::error_code error;
    if (std::filesystem::file_size(file, error) > largest_key_file && !error) return KeyFileFault{"is no key"};
    const auto text = read_text(file);
    if (!text) return KeyFileFault{"cannot be read"};
    const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
    const auto read = half == Half::secret ? PEM_read_bio_PrivateKey : PEM_read_bio_PUBKEY;
    Key key(read(bio.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    if (key && EVP_PKEY_is_a(key.get(), "ED25519") == 1) return key;
    if (key) return KeyFileFault{"is a key, but not for Ed25519"};
    if (half == Half::open && text->find("PRIVATE KEY") != std::string::npos) {
        return KeyFileFault{"is a private key: only the public half belongs there (`openssl pkey -pubout`)"};
    }
    return KeyFileFault{half == Half::secret ? "is no private key in PEM form, without a passphrase"
                                             : "is no public key in PEM form"};
}

OrWhyNot<Ed25519PublicKey> public_half(const EVP_PKEY* key) {
    std::string bytes(key_bytes, '\0');
    std::size_t length = bytes.size();
    if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(bytes.data()), &length) != 1) {
        return KeyFileFault{"has no public half"};
    }
    std::string name = "sha256:" + sha256_hex(bytes);
    return Ed25519PublicKey{std::move(bytes), std::move(name)};
}

/// Nothing but the one text that base64 writes for 64 bytes.
std::optional<std::array<unsigned char, signature_bytes>> decoded(std::string_view base64) {
    if (base64.size() != signature_characters) return std::nullopt;
    std::array<unsigned char, 66> bytes{};
    if (EVP_DecodeBlock(bytes.data(), bytes_of(base64), static_cast<int>(base64.size())) != 66) return std::nullopt;
    std::array<unsigned char, signature_characters + 1> again{};
    EVP_EncodeBlock(again.data(), bytes.data(), static_cast<int>(signature_bytes));
    if (!std::equal(base64.begin(), base64.end(), bytes_of({reinterpret_cast<char*>(again.data()), base64.size()}))) {
        return std::nullopt;
    }
    std::array<unsigned char, signature_bytes> signature{};
    std::copy_n(bytes.begin(), signature_bytes, signature.begin());
    return signature;
}

}  // namespace

OrWhyNot<Ed25519Signature> sign_ed25519(const std::filesystem::path& key_file, std::string_view text) {
    const auto key = read_key(key_file, Half::secret);
    if (!key) return key.error();
    const auto open = public_half(key->get());
    if (!open) return open.error();
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    std::array<unsigned char, signature_bytes> bytes{};
    std::size_t length = bytes.size();
    const bool is_signed = EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key->get()) == 1 &&
                           EVP_DigestSign(context.get(), bytes.data(), &length, bytes_of(text), text.size()) == 1;
    if (!is_signed || length != bytes.size()) return KeyFileFault{"cannot sign"};
    std::string base64(signature_characters + 1, '\0');  // and the end that C writes
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()), bytes.data(), static_cast<int>(bytes.size()));
    base64.resize(signature_characters);
    return Ed25519Signature{open->name, std::move(base64)};
}

OrWhyNot<Ed25519PublicKey> read_public_key(const std::filesystem::path& key_file) {
    const auto key = read_key(key_file, Half::open);
    if (!key) return key.error();
    return public_half(key->get());
}

bool is_signature(std::string_view base64) {
    return decoded(base64).has_value();
}

bool verify_ed25519(const Ed25519PublicKey& key, std::string_view text, const Ed25519Signature& signature) {
    const auto bytes = decoded(signature.value);
    const Key open(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(key.bytes), key.bytes.size()));
    if (!bytes || !open) return false;
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    const bool fits = EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, open.get()) == 1 &&
                      EVP_DigestVerify(context.get(), bytes->data(), bytes->size(), bytes_of(text), text.size()) == 1;
    ERR_clear_error();
    return fits;
}

}  // namespace service
