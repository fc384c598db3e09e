#include "tests/service/test_server.hpp"

#include "tests/service/raw_client.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace service {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

template <typename Write>
void write_pem(const std::filesystem::path& path, Write write) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (file == nullptr) throw std::runtime_error("cannot write " + path.string());
    write(file);
    std::fclose(file);
}

const TestCertificate& certificate() {
    static const TestCertificate one;
    return one;
}

TlsContext open_test_tls() {
    const auto tls = open_tls(certificate().files());
    if (!tls) throw std::runtime_error(tls.error().reason);
    return *tls;
}

std::shared_ptr<const Offer> offer_of(std::shared_ptr<const CdsServices> services, std::vector<std::string> origins) {
    auto offer = std::make_shared<Offer>();
    offer->services = std::move(services);
    offer->cors = CorsPolicy(std::move(origins));
    offer->anonymous = std::make_shared<const Client>();
    return offer;
}

}  // namespace

TestCertificate::TestCertificate() {
    std::string pattern = (std::filesystem::temp_directory_path() / "backpain-cds-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder");
    folder_ = pattern;
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* made = X509_new();
    X509_set_version(made, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    X509_gmtime_adj(X509_getm_notBefore(made), -60);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_set_pubkey(made, key);
    const auto* name = reinterpret_cast<const unsigned char*>("localhost");
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC, name, -1, -1, 0);
    X509_set_issuer_name(made, X509_get_subject_name(made));
    X509_sign(made, key, EVP_sha256());
    write_pem(folder_ / "certificate.pem", [made](std::FILE* file) { PEM_write_X509(file, made); });
    write_pem(folder_ / "key.pem",
              [key](std::FILE* file) { PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_free(made);
    EVP_PKEY_free(key);
}

TestCertificate::~TestCertificate() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void RecordingLog::write(const Event& event) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(fields_of(event, LogFormat::json));
}

std::string RecordingLog::text() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const std::string& line : lines_) text += line + "\n";
    return text;
}

std::size_t RecordingLog::count(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(lines_, [&](const std::string& line) { return line.find(part) != std::string::npos; }));
}

asio::awaitable<Reply> EchoServices::call(ServiceCall call) const {
    const std::string_view body = call.body;
    if (body == "\"throw\"") throw std::runtime_error("a secret of the patient");
    if (body == "\"wait\"") {
        waiting_ = true;
        asio::steady_timer timer(co_await asio::this_coro::executor);
        while (!released_) {
            timer.expires_after(5ms);
            co_await timer.async_wait(asio::use_awaitable);
        }
    }
    Reply reply;
    constexpr std::size_t large = 16 * 1024 * 1024;
    reply.body = body == "\"large\"" ? std::string(large, ' ') : std::to_string(body.size());
    co_return reply;
}

TestServerOptions impatient() {
    TestServerOptions options;
    options.connection.handshake = 500ms;
    options.connection.idle = 500ms;
    options.connection.request = 500ms;
    return options;
}

TestServer::TestServer(TestServerOptions options)
    : offer_(offer_of(options.services == nullptr ? services_ : options.services, std::move(options.origins))),
      clinical_(offer_, {log_, nullptr, {}}, options.requests_per_second),
      admin_(readiness_, [] { return std::string("metrics"); }),
      tls_(open_test_tls()),
      server_(options.server, log_) {
    const asio::ip::tcp::endpoint loopback(asio::ip::address_v4::loopback(), 0);
    const auto port = server_.listen(loopback, {"clinical", clinical_, &tls_, options.connection, log_});
    const auto admin_port = server_.listen(loopback, {"admin", admin_, nullptr, options.connection, log_});
    if (!port || !admin_port) throw std::runtime_error("cannot listen");
    port_ = *port;
    admin_port_ = *admin_port;
    readiness_.set(true);
    thread_ = std::jthread([this] { aborted_ = server_.run(); });
}

TestServer::~TestServer() {
    services_->release();
    server_.stop();
}

std::size_t TestServer::wait() {
    thread_.join();
    return aborted_;
}

bool TestServer::serves() const {
    return RawClient(port_).exchange(get("/cds-services")).status == 200;
}

}  // namespace service
