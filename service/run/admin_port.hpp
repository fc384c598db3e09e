// The administration port: is the process alive, may it be sent calls, what has it done. Plain HTTP, never on the
// clinical port.
#pragma once

#include "service/http/port.hpp"
#include "service/http/router.hpp"

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

/// What the store means for calls.
enum class StoreState {
    works,         ///< or there is none
    away,          ///< those that need it are answered 503, others as ever
    away_for_all,  ///< every client needs it
};

class AdminPort final : public Port {
  public:
    /// \param readiness outlives the port.
    /// \param metrics  makes the text of /metrics, on any thread.
    /// \param store  likewise tells of the store; empty: there is none.
    AdminPort(const Readiness& readiness, std::function<std::string()> metrics, std::function<StoreState()> store = {})
        : readiness_(readiness), metrics_(std::move(metrics)), store_(std::move(store)) {}

    boost::asio::awaitable<Admission> admit(const RequestHead& head) const override;
    Reply failure(const RequestHead& head, Fault fault) const override;

  private:
    Reply answer(const Route& route) const;
    Reply ready() const;

    const Readiness& readiness_;
    std::function<std::string()> metrics_;
    std::function<StoreState()> store_;
};

}  // namespace service
