// A deadline for whatever a socket is waiting for: when it passes, the socket's pending operations are cancelled, and
// the socket stays open, so that the client can still be told (408). Once is not enough: bytes that come at that moment
// end the wait that was to be cancelled, and what needs more of them waits anew.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace service {

/// Used on the socket's thread only. Setting it is cheap: the timer is touched only if it would wake too late.
class Deadline : public std::enable_shared_from_this<Deadline> {
  public:
    using Socket = boost::asio::ip::tcp::socket::lowest_layer_type;
    using Clock = std::chrono::steady_clock;

    /// \param socket must stay until retire() is called.
    explicit Deadline(Socket& socket) : socket_(&socket), timer_(socket.get_executor()) {}

    /// From now on `time` is left.
    void set(std::chrono::milliseconds time) {
        at_ = Clock::now() + time;
        passed_ = false;
        if (!waiting_ || timer_.expiry() > at_) wake_at(at_);
    }

    /// Whether it passed since it was last set.
    bool passed() const noexcept { return passed_; }

    /// Never touches the socket again.
    void retire() {
        socket_ = nullptr;
        timer_.cancel();
    }

  private:
    static constexpr std::chrono::milliseconds again{100};

    void wake_at(Clock::time_point time) {
        waiting_ = true;
        timer_.expires_at(time);
        timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (!error) self->wake();
        });
    }

    void wake() {
        if (socket_ == nullptr) return;
        const Clock::time_point now = Clock::now();
        if (now < at_) return wake_at(at_);
        passed_ = true;
        boost::system::error_code ignored;
        socket_->cancel(ignored);
        wake_at(now + again);
    }

    Socket* socket_;
    boost::asio::steady_timer timer_;
    Clock::time_point at_;
    bool waiting_ = false;
    bool passed_ = false;
};

}  // namespace service
