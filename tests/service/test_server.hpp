// The whole server, in this process, on a free port of the loopback, with a certificate made on the spot.
#pragma once

#include "service/hooks/clinical_port.hpp"
#include "service/http/server.hpp"
#include "service/run/admin_port.hpp"

#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace service {

/// A key and a self-signed certificate for localhost, as PEM files that go away with this.
class TestCertificate {
  public:
    TestCertificate();
    ~TestCertificate();
    TestCertificate(const TestCertificate&) = delete;
    TestCertificate& operator=(const TestCertificate&) = delete;

    TlsFiles files() const { return {folder_ / "certificate.pem", folder_ / "key.pem", {}}; }

  private:
    std::filesystem::path folder_;
};

/// Keeps every event, as the JSON that would be logged.
class RecordingLog final : public Log {
  public:
    void write(const Event& event) override;

    std::string text() const;
    std::size_t count(std::string_view part) const;

  private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

/// Offers one service, "echo": it answers 200 with the size of the body; a body "wait" is answered when release() is
/// called, "throw" never, and "large" with more than sockets hold.
class EchoServices final : public CdsServices {
  public:
    const Discovery& discovery(const ClientProfile&) const override { return discovery_; }
    bool offers(std::string_view service_id) const override { return service_id == "echo"; }
    std::optional<std::string> about(std::string_view digest, std::string_view rule) const override {
        if (digest != "ab" || rule != "vitamin-d-low") return std::nullopt;
        return "<!doctype html>";
    }
    boost::asio::awaitable<Reply> call(ServiceCall call) const override;
    void release() const { released_ = true; }
    bool somebody_waits() const { return waiting_; }

  private:
    Discovery discovery_ = {R"({"services":[]})", "\"echo\""};
    mutable std::atomic<bool> released_{false}, waiting_{false};
};

struct TestServerOptions {
    ServerLimits server{2, std::chrono::seconds(5)};
    ConnectionLimits connection = {.connections = 100, .body_bytes = 1024 * 1024};
    std::vector<std::string> origins;
    std::size_t requests_per_second = 0;
    std::shared_ptr<const CdsServices> services;  ///< null: the server's own EchoServices
};

/// Options for tests of clients that are too slow.
TestServerOptions impatient();

class TestServer {
  public:
    explicit TestServer(TestServerOptions options = {});
    ~TestServer();
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    std::uint16_t port() const { return port_; }
    std::uint16_t admin_port() const { return admin_port_; }
    const EchoServices& services() const { return *services_; }
    Readiness& readiness() { return readiness_; }
    RecordingLog& log() { return log_; }

    void stop() { server_.stop(); }
    /// Waits until run() has returned. \returns how many connections were cut off.
    std::size_t wait();

    /// Whether a new client is served: the proof that nothing was broken.
    bool serves() const;

  private:
    RecordingLog log_;
    std::shared_ptr<const EchoServices> services_ = std::make_shared<const EchoServices>();
    Readiness readiness_;
    Reloadable<const Offer> offer_;
    ClinicalPort clinical_;
    AdminPort admin_;
    ReloadableTls tls_;
    Server server_;
    std::uint16_t port_ = 0, admin_port_ = 0;
    std::size_t aborted_ = 0;
    std::jthread thread_;
};

}  // namespace service
