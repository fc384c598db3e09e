// Listens, spreads connections over threads, and stops without dropping what is under way.
//
// Each thread has an io_context of its own; an accepted connection is given to one of them in turn and stays there.
// Limits: connections at each port (more are closed at once), the time that stopping may take.
#pragma once

#include "service/http/connection.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace service {

struct ServerLimits {
    std::size_t threads = 1;
    std::chrono::milliseconds drain = std::chrono::seconds(15);  ///< then what is still under way is cut off
};

/// Why a port cannot be listened on.
struct ListenError {
    std::string reason;
};

/// Holds back the signals that a server obeys, in this thread and in those that it will start; run() lets them in. So
/// they interrupt no thread of a library, and what comes while the service starts is obeyed as soon as it runs.
void hold_back_signals();

class Server {
  public:
    Server(const ServerLimits& limits, Log& log);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Opens a port; connections wait until run(). Port 0 takes a free one. \returns the port.
    /// \param settings  how its connections are served; `settings.port` and `settings.log` outlive the server.
    boost::system::result<std::uint16_t, ListenError> listen(const boost::asio::ip::tcp::endpoint& endpoint,
                                                             ConnectionSettings settings);

    /// One executor of each thread that serves.
    std::vector<boost::asio::any_io_executor> executors() const;

    /// How many connections are open, at all ports. Safe from every thread.
    std::size_t open_connections() const noexcept;

    /// Ends the connections whose clients would not be let in by the TLS that is in force now, once what is under way
    /// on them is finished; the log tells how many. Safe from every thread.
    void drain_unwelcome();

    /// SIGTERM and SIGINT stop the server; SIGHUP calls `on_hangup`, which must not block. Call before run().
    void obey_signals(std::function<void()> on_hangup);

    /// Serves until stopped and drained. \returns how many connections had to be cut off.
    std::size_t run();

    /// Finishes what is under way, then lets run() return. Safe from every thread, and more than once.
    void stop();

  private:
    void wait_for_signal();

    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace service
