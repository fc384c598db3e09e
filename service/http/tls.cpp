#include "service/http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string_view>
#include <utility>

namespace service {

namespace ssl = boost::asio::ssl;

namespace {

// RFC 9325: ECDHE and AEAD only. TLS 1.3 suites are OpenSSL's own three.
constexpr const char* tls12_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* groups = "X25519:P-256:P-384";

/// Picks HTTP/1.1 from what the client offers; a client that offers protocols without it is refused (RFC 7301, 3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
    constexpr std::string_view http11 = "http/1.1";
    for (unsigned int at = 0; at < offered_size; at += 1U + offered[at]) {
        const unsigned int size = offered[at];
        if (at + 1 + size > offered_size) break;
        if (http11.size() == size && std::equal(http11.begin(), http11.end(), offered + at + 1)) {
            *chosen = offered + at + 1;
            *chosen_size = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void harden(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_cipher_list(context, tls12_ciphers);
    SSL_CTX_set1_groups_list(context, groups);
    // Resumption is by ticket: no session of a stranger takes memory here.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // Without it OpenSSL breaks off with every client that resumes a session and has shown a certificate.
    constexpr std::string_view what_sessions_are_for = "backpain-cds";
    SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(what_sessions_are_for.data()),
                                   what_sessions_are_for.size());
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

/// A service has nobody to ask for a passphrase.
int refuse_passphrase(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

/// Why the key does not fit; empty: it does.
std::string use_key(ssl::context& context, const std::filesystem::path& key) {
    SSL_CTX* native = context.native_handle();
    bool encrypted = false;
    SSL_CTX_set_default_passwd_cb(native, refuse_passphrase);
    SSL_CTX_set_default_passwd_cb_userdata(native, &encrypted);
    boost::system::error_code error;
    context.use_private_key_file(key.string(), ssl::context::pem, error);
    SSL_CTX_set_default_passwd_cb_userdata(native, nullptr);  // the context would delete it
    if (encrypted) return "is encrypted: it must be without a passphrase";
    const std::string not_the_key = "is not the private key of the certificate, in PEM form";
    if (error) return not_the_key + ": " + error.message();
    // OpenSSL has a place for each type of key: one of another type than the certificate's has been taken.
    const bool fits = SSL_CTX_check_private_key(native) == 1;
    ERR_clear_error();
    return fits ? "" : not_the_key + ": it is of another type";
}

}  // namespace

boost::system::result<TlsContext, TlsError> open_tls(const TlsFiles& files) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    harden(context->native_handle());
    boost::system::error_code error;
    context->use_certificate_chain_file(files.certificate.string(), error);
    if (error) return TlsError{files.certificate, "is not a certificate in PEM form: " + error.message()};
    if (std::string reason = use_key(*context, files.key); !reason.empty())
        return TlsError{files.key, std::move(reason)};
    if (files.client_ca.empty()) return context;
    context->load_verify_file(files.client_ca.string(), error);
    if (error) return TlsError{files.client_ca, "is not a CA certificate in PEM form: " + error.message()};
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, error);
    SSL_CTX_set_client_CA_list(context->native_handle(), SSL_load_client_CA_file(files.client_ca.c_str()));
    return context;
}

bool accepts_session(ssl::context& context, SSL* session) {
    SSL_CTX* native = context.native_handle();
    if ((SSL_CTX_get_verify_mode(native) & SSL_VERIFY_FAIL_IF_NO_PEER_CERT) == 0) return true;
    X509* certificate = SSL_get0_peer_certificate(session);
    if (certificate == nullptr) return false;
    const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> check(X509_STORE_CTX_new(),
                                                                                X509_STORE_CTX_free);
    if (check == nullptr || X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(native), certificate,
                                                SSL_get_peer_cert_chain(session)) != 1) {
        return false;
    }
    // As the handshake does it (SSL_CTX_set_verify(3), X509_VERIFY_PARAM_set_flags(3)).
    X509_STORE_CTX_set_default(check.get(), "ssl_client");
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(check.get());
    X509_VERIFY_PARAM_set_auth_level(parameters, SSL_CTX_get_security_level(native));
    const bool accepted = X509_verify_cert(check.get()) == 1;
    ERR_clear_error();
    return accepted;
}

WallTime valid_until(ssl::context& context) {
    const X509* certificate = SSL_CTX_get0_certificate(context.native_handle());
    if (certificate == nullptr) return {};
    std::tm end{};
    ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end);
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::from_time_t(timegm(&end)));
}

}  // namespace service
