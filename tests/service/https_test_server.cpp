#include "tests/service/https_test_server.hpp"

#include <boost/asio/read_until.hpp>
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
    begin();
}

HttpsTestServer::HttpsTestServer(Conversation conversation, Options options)
    : conversation_(std::move(conversation)),
      options_(std::move(options)),
      tls_(asio::ssl::context::tls_server),
      acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    begin();
}

void HttpsTestServer::begin() {
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
        ends_ = true;
    }
    ending_.notify_all();
    for (auto& [id, thread] : threads_) thread.join();
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
        socket.set_option(tcp::no_delay(true), error);  // what is sent is there, not held back for what was before it
        join_finished();
        const std::lock_guard lock(mutex_);
        sockets_.push_back(socket.native_handle());
        std::thread thread([this, accepted = std::make_shared<tcp::socket>(std::move(socket))] {
            const int handle = accepted->native_handle();
            serve(std::move(*accepted));
            const std::lock_guard done(mutex_);
            std::erase(sockets_, handle);
            finished_.push_back(std::this_thread::get_id());
        });
        const auto id = thread.get_id();
        threads_.emplace(id, std::move(thread));
    }
}

/// A thread that is not joined keeps its stack, and some tests make thousands of connections.
void HttpsTestServer::join_finished() {
    std::vector<std::thread> finished;
    {
        const std::lock_guard lock(mutex_);
        for (const std::thread::id id : finished_) finished.push_back(std::move(threads_.extract(id).mapped()));
        finished_.clear();
    }
    for (std::thread& thread : finished) thread.join();
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

void HttpsTestServer::rest(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    ending_.wait_for(lock, time, [this] { return ends_; });
}

namespace {

template <typename Stream>
class StreamPeer final : public TestPeer {
  public:
    explicit StreamPeer(Stream& stream) : stream_(stream) {}

    std::optional<std::string> head() override {
        error_code error;
        const std::size_t size = asio::read_until(stream_, asio::dynamic_buffer(received_), "\r\n\r\n", error);
        if (error) return std::nullopt;
        std::string head = received_.substr(0, size);
        received_.erase(0, size);
        return head;
    }

    bool send(std::string_view bytes) override {
        error_code error;
        asio::write(stream_, asio::buffer(bytes), error);
        return !error;
    }

  private:
    Stream& stream_;
    std::string received_;
};

}  // namespace

std::string target_of(std::string_view head) {
    const std::size_t begin = head.find(' ') + 1;
    return std::string(head.substr(begin, head.find(' ', begin) - begin));
}

std::string field_of(std::string_view head, std::string_view name) {
    const std::string start = "\r\n" + std::string(name) + ": ";
    const std::size_t begin = head.find(start);
    if (begin == std::string_view::npos) return {};
    const std::string_view value = head.substr(begin + start.size());
    return std::string(value.substr(0, value.find("\r\n")));
}

template <typename Stream>
void HttpsTestServer::converse(Stream& stream) {
    if (conversation_) {
        StreamPeer<Stream> peer(stream);
        return conversation_(peer);
    }
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
        rest(response.delay);
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
