#include "tests/service/https_test_server.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace service {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

std::string pem_of(const std::function<int(BIO*)>& write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
    if (write(memory.get()) != 1) throw std::runtime_error("OpenSSL refused a test certificate");
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
}

}  // namespace

HttpsTestServer::HttpsTestServer(Handler handler, Options options)
    : handler_(std::move(handler)),
      options_(std::move(options)),
      tls_(asio::ssl::context::tls_server),
      acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    make_certificate(options_.name);
    accepting_ = std::thread([this] { accept_all(); });
}

HttpsTestServer::~HttpsTestServer() {
    // A blocking accept wakes when its socket is shut down, and a blocking read likewise.
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    accepting_.join();
    {
        const std::lock_guard lock(mutex_);
        for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    std::error_code ignored;
    std::filesystem::remove(ca_file_, ignored);
}

std::string HttpsTestServer::url(const std::string& path) const {
    return (options_.tls ? "https://localhost:" : "http://localhost:") +
           std::to_string(acceptor_.local_endpoint().port()) + path;
}

std::vector<HttpsTestServer::Request> HttpsTestServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void HttpsTestServer::make_certificate(const std::string& name) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"),
                                                                  &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
    X509* made = certificate.get();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    X509_gmtime_adj(X509_getm_notBefore(made), -60);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_set_pubkey(made, key.get());
    X509_NAME* subject = X509_get_subject_name(made);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(made, subject);
    const std::string names = "DNS:" + name;
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(made, extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(made, key.get(), EVP_sha256());

    const std::string certificate_pem = pem_of([&](BIO* out) { return PEM_write_bio_X509(out, made); });
    const std::string key_pem = pem_of(
        [&](BIO* out) { return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    tls_.use_certificate_chain(asio::buffer(certificate_pem));
    tls_.use_private_key(asio::buffer(key_pem), asio::ssl::context::pem);
    std::string pattern = (std::filesystem::temp_directory_path() / "backpain-ca-XXXXXX").string();
    const int file = mkstemp(pattern.data());
    if (write(file, certificate_pem.data(), certificate_pem.size()) < 0) throw std::runtime_error("cannot write");
    close(file);
    ca_file_ = pattern;
}

void HttpsTestServer::accept_all() {
    for (;;) {
        error_code error;
        tcp::socket socket = acceptor_.accept(error);
        if (error) return;
        ++connections_;
        const std::lock_guard lock(mutex_);
        sockets_.push_back(socket.native_handle());
        threads_.emplace_back([this, accepted = std::make_shared<tcp::socket>(std::move(socket))] {
            const int handle = accepted->native_handle();
            serve(std::move(*accepted));
            const std::lock_guard done(mutex_);
            std::erase(sockets_, handle);
        });
    }
}

void HttpsTestServer::serve(tcp::socket socket) {
    // The descriptor stays open until it is off the list: a second one of that number must not be shut down for it.
    const tcp::socket kept(io_, tcp::v4(), dup(socket.native_handle()));
    if (!options_.tls) return converse(socket);
    asio::ssl::stream<tcp::socket> stream(std::move(socket), tls_);
    error_code error;
    stream.handshake(asio::ssl::stream_base::server, error);
    if (!error) converse(stream);
}

template <typename Stream>
void HttpsTestServer::converse(Stream& stream) {
    beast::flat_buffer buffer;
    for (;;) {
        http::request<http::empty_body> message;
        error_code error;
        http::read(stream, buffer, message, error);
        if (error) return;
        const Request request = {std::string(message.target()), std::string(message[http::field::accept]),
                                 std::string(message[http::field::authorization])};
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        }
        Response response = handler_(request);
        std::this_thread::sleep_for(response.delay);
        if (!response.raw.empty()) {
            asio::write(stream, asio::buffer(response.raw), error);
            return;
        }
        http::response<http::string_body> answer(http::int_to_status(response.status), 11, std::move(response.body));
        answer.set(http::field::content_type, "application/fhir+json");
        for (const auto& [name, value] : response.headers) answer.set(name, value);
        answer.prepare_payload();
        http::write(stream, answer, error);
        if (error || response.hang_up) return;
    }
}

}  // namespace service
