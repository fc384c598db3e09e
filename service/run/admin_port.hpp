// The administration port: is the process alive, may it be sent calls, what has it done. Plain HTTP, never on the
// clinical port.
#pragma once

#include "service/http/port.hpp"

#include <atomic>
#include <functional>
#include <string>

namespace service {

/// Whether calls are welcome: not yet while starting, no longer while stopping. Safe from every thread.
class Readiness {
  public:
    void set(bool ready) noexcept { ready_.store(ready); }
    bool ready() const noexcept { return ready_.load(); }

  private:
    std::atomic<bool> ready_{false};
};

class AdminPort final : public Port {
  public:
    /// \param readiness outlives the port. \param metrics  makes the text of /metrics, on any thread.
    AdminPort(const Readiness& readiness, std::function<std::string()> metrics)
        : readiness_(readiness), metrics_(std::move(metrics)) {}

    std::optional<Reply> refusal(const RequestHead& head) const override;
    boost::asio::awaitable<Reply> answer(const RequestHead& head, std::string_view body) const override;
    Reply failure(const RequestHead& head, Fault fault) const override;

  private:
    const Readiness& readiness_;
    std::function<std::string()> metrics_;
};

}  // namespace service
