#include "service/http/tls.hpp"

#include "tests/service/temporary_folder.hpp"
#include "tests/service/test_server.hpp"
#include "tests/shows.hpp"

#include <boost/asio/ssl/context.hpp>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstdio>
#include <filesystem>

namespace service {
namespace {

/// Writes an RSA key. \param passphrase  null: it is not encrypted.
void write_rsa_key(const std::filesystem::path& file, const char* passphrase = nullptr) {
    EVP_PKEY* key = EVP_RSA_gen(2048);
    std::FILE* to = std::fopen(file.c_str(), "w");
    const EVP_CIPHER* cipher = passphrase == nullptr ? nullptr : EVP_aes_128_cbc();
    PEM_write_PKCS8PrivateKey(to, key, cipher, passphrase, passphrase == nullptr ? 0 : 4, nullptr, nullptr);
    std::fclose(to);
    EVP_PKEY_free(key);
}

TEST(Tls, OpensACertificateWithItsKey) {
    const TestCertificate certificate;
    const auto tls = open_tls(certificate.files());
    ASSERT_TRUE(tls.has_value());
    EXPECT_EQ(SSL_CTX_get_min_proto_version((*tls)->native_handle()), TLS1_2_VERSION);
}

TEST(Tls, NamesTheFileThatIsNoCertificate) {
    const TestCertificate certificate;
    TlsFiles files = certificate.files();
    files.certificate = "README.md";
    const auto tls = open_tls(files);
    ASSERT_FALSE(tls.has_value());
    EXPECT_EQ(tls.error().file, "README.md");
}

TEST(Tls, NamesTheKeyOfAnotherCertificate) {
    const TestCertificate certificate, other;
    TlsFiles files = certificate.files();
    files.key = other.files().key;
    const auto tls = open_tls(files);
    ASSERT_FALSE(tls.has_value());
    EXPECT_EQ(tls.error().file, files.key);
}

// OpenSSL takes it and has then a key without a certificate, and a certificate without a key.
TEST(Tls, NamesTheKeyOfAnotherType) {
    const TestCertificate certificate;
    const TemporaryFolder folder;
    TlsFiles files = certificate.files();
    files.key = folder.path() / "rsa.key";
    write_rsa_key(files.key);
    const auto tls = open_tls(files);
    ASSERT_FALSE(tls.has_value());
    EXPECT_EQ(tls.error().file, files.key);
}

TEST(Tls, AsksNobodyForAPassphrase) {
    const TestCertificate certificate;
    const TemporaryFolder folder;
    TlsFiles files = certificate.files();
    files.key = folder.path() / "encrypted.key";
    write_rsa_key(files.key, "word");
    const auto tls = open_tls(files);
    ASSERT_FALSE(tls.has_value());
    EXPECT_EQ(tls.error().file, files.key);
    EXPECT_EQ(tls.error().reason, "is encrypted: it must be without a passphrase");
}

TEST(Tls, KnowsNoEndOfACertificateThatIsNotThere) {
    boost::asio::ssl::context empty(boost::asio::ssl::context::tls_server);
    EXPECT_EQ(valid_until(empty), WallTime());
}

TEST(Tls, AsksForAClientCertificateOnlyIfThereIsACaForIt) {
    shows({"R-130"});
    const TestCertificate certificate;
    TlsFiles files = certificate.files();
    EXPECT_EQ(SSL_CTX_get_verify_mode((*open_tls(files))->native_handle()), SSL_VERIFY_NONE);
    files.client_ca = files.certificate;
    const auto tls = open_tls(files);
    ASSERT_TRUE(tls.has_value());
    EXPECT_EQ(SSL_CTX_get_verify_mode((*tls)->native_handle()), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
}

}  // namespace
}  // namespace service
