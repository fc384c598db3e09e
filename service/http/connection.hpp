// One connection: handshake, then requests one after the other until either side has had enough.
//
// A connection lives on one io_context, on one thread, and never leaves it. Every wait has a deadline: handshake, idle,
// the request as a whole (head, body, answer), writing, shutdown. Whatever a client does, others are not kept waiting.
#pragma once

#include "service/http/body_budget.hpp"
#include "service/http/connection_set.hpp"
#include "service/http/port.hpp"
#include "service/http/tls.hpp"
#include "service/observe/log.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace service {

struct ConnectionLimits {
    std::size_t connections = 10'000;  ///< open at once at this port; more are closed
    std::size_t header_bytes = 16 * 1024;
    std::size_t target_bytes = 4 * 1024;
    std::size_t body_bytes = 10 * 1024 * 1024;
    /// Bodies of this size are always let in, so that large ones cannot crowd out what clients usually send…
    std::size_t usual_body_bytes = 64 * 1024;
    /// … and what is beyond it counts, of all requests under way together: 503 when this is used up. One body always
    /// fits.
    std::size_t bodies_bytes = 256 * 1024 * 1024;
    std::chrono::milliseconds handshake = std::chrono::seconds(5);
    std::chrono::milliseconds idle = std::chrono::seconds(60);  ///< between two requests
    std::chrono::milliseconds request = std::chrono::seconds(10);
    std::chrono::milliseconds shutdown = std::chrono::seconds(2);
    bool refuses_when_overloaded = true;  ///< answers 503 what waited too long for its thread; see QueueDelay
};

/// What the connections of one listener share. Outlives them all.
struct ConnectionSettings {
    std::string_view port_name;  ///< "clinical", "admin": a literal, for the log
    const Port& port;
    const ReloadableTls* tls = nullptr;  ///< null: plain HTTP
    ConnectionLimits limits;
    Log& log;
    std::shared_ptr<BodyBudget> bodies = std::make_shared<BodyBudget>(std::max(limits.bodies_bytes, limits.body_bytes));
};

/// Serves an accepted socket until the connection ends; the socket's executor runs everything. To be called on its
/// thread. \param set   knows the connection while it lives. \param on_end called when it is over, once.
void serve_connection(boost::asio::ip::tcp::socket socket, const ConnectionSettings& settings, ConnectionSet& set,
                      std::function<void()> on_end);

}  // namespace service
