// doctor: the server's certificate, by OpenSSL.
#include "service/http/tls.hpp"
#include "service/run/doctor.hpp"

#include <boost/url.hpp>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>

namespace service {

namespace {

/// An end nearer than this is told as a warning, or nearer than a third of the certificate's life: that is when
/// automatic renewal has failed (ACME clients renew with a third left), and what lives for 30 days only is not told
/// from its first.
constexpr std::chrono::days soon{30};
constexpr int part_of_life = 3;
constexpr std::size_t most_certificates = 20;

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Chain = std::vector<Certificate>;

/// The certificates of a PEM file, in its order.
Chain read_certificates(const std::filesystem::path& file) {
    Chain chain;
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new_file(file.c_str(), "r"), &BIO_free);
    while (text && chain.size() < most_certificates) {
        Certificate next(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), &X509_free);
        if (!next) break;
        chain.push_back(std::move(next));
    }
    return chain;
}

std::chrono::sys_seconds time_of(const ASN1_TIME* time) {
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts)));
}

/// How long a certificate is good for. \param about  which one.
DoctorLine examine_times(X509* certificate, const std::string& about, WallTime now) {
    const auto left = std::chrono::floor<std::chrono::days>(time_of(X509_get0_notAfter(certificate)) - now);
    if (time_of(X509_get0_notBefore(certificate)) > now) {
        return {Verdict::fault, about, "not valid yet", "Look at this machine's clock, or at the certificate's dates."};
    }
    if (left.count() < 0) {
        return {Verdict::fault, about, "over since " + std::to_string(-left.count()) + " days", "Renew it."};
    }
    const std::string says = "ends in " + std::to_string(left.count()) + " days";
    const auto life = time_of(X509_get0_notAfter(certificate)) - time_of(X509_get0_notBefore(certificate));
    if (left < std::min<std::chrono::seconds>(soon, life / part_of_life))
        return {Verdict::warning, about, says, "Renew it now; SIGHUP makes the service read it again."};
    return {Verdict::ok, about, says, ""};
}

bool is_for(X509* certificate, const std::string& host) {
    return X509_check_ip_asc(certificate, host.c_str(), 0) == 1 ||
           X509_check_host(certificate, host.data(), host.size(), 0, nullptr) == 1;
}

DoctorLine examine_name(X509* certificate, const std::string& about, const std::string& url) {
    const auto parsed = boost::urls::parse_uri(url);
    const std::string host = parsed ? parsed->host_address() : std::string();
    if (!host.empty() && is_for(certificate, host)) return {Verdict::ok, about, "is for " + host, ""};
    return {Verdict::fault, about, "is not for " + (host.empty() ? url : host) + ", which publicUrl names",
            "Get one with that name among its subject alternative names."};
}

/// Whether each certificate of the file is followed by that of its issuer.
bool is_in_order(const Chain& chain) {
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
        if (X509_check_issued(chain[i + 1].get(), chain[i].get()) != X509_V_OK) return false;
    }
    return true;
}

/// Why this machine would not trust the server; nothing if it would.
std::optional<std::string> why_not_trusted(const Chain& chain) {
    const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> trusted(X509_STORE_new(), &X509_STORE_free);
    const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> check(X509_STORE_CTX_new(),
                                                                                &X509_STORE_CTX_free);
    const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> others(
        sk_X509_new_null(), [](STACK_OF(X509) * stack) { sk_X509_free(stack); });
    if (!trusted || !check || !others) return "no memory";
    X509_STORE_set_default_paths(trusted.get());
    for (std::size_t i = 1; i < chain.size(); ++i) sk_X509_push(others.get(), chain[i].get());
    X509_STORE_CTX_init(check.get(), trusted.get(), chain.front().get(), others.get());
    X509_STORE_CTX_set_purpose(check.get(), X509_PURPOSE_SSL_SERVER);
    if (X509_verify_cert(check.get()) == 1) return std::nullopt;
    return X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get()));
}

DoctorLine examine_chain(const Chain& chain, const std::string& about) {
    if (!is_in_order(chain)) {
        return {Verdict::fault, about, "the certificates in the file do not lead from one to the next",
                "Put the server's first, and after each that of its issuer."};
    }
    if (const auto reason = why_not_trusted(chain)) {
        return {Verdict::warning, about, "this machine would not trust it: " + *reason,
                "Append the intermediate certificates that are missing; or see to it that clients trust its CA."};
    }
    return {Verdict::ok, about, "leads to a CA that this machine trusts", ""};
}

}  // namespace

DoctorLines examine_certificate(const Config& config, WallTime now) {
    const auto tls = open_tls(config.tls);
    if (!tls) {
        return {{Verdict::fault, "tls: " + tls.error().file.string(), "this " + tls.error().reason,
                 "Give tls.certificate the server's certificate, tls.key its key and tls.clientCa a CA, in PEM form."}};
    }
    const std::string about = "tls.certificate: " + config.tls.certificate.string();
    const Chain chain = read_certificates(config.tls.certificate);
    if (chain.empty()) return {{Verdict::fault, about, "holds no certificate", "Give it one in PEM form."}};
    DoctorLines lines{{Verdict::ok, "tls.key: " + config.tls.key.string(), "is the key of the certificate", ""},
                      examine_times(chain.front().get(), about, now),
                      examine_chain(chain, about)};
    for (const std::string& url : config.public_urls) lines.push_back(examine_name(chain.front().get(), about, url));
    if (config.tls.client_ca.empty()) return lines;
    for (const Certificate& authority : read_certificates(config.tls.client_ca)) {
        lines.push_back(examine_times(authority.get(), "tls.clientCa: " + config.tls.client_ca.string(), now));
    }
    return lines;
}

}  // namespace service
