#include "service/tls.hpp"

#include "tests/service/test_server.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace service {
namespace {

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
