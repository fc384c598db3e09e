// What a listening port does with requests: the seam between HTTP (connection) and meaning (clinical_port, admin_port).
#pragma once

#include "service/http/exchange.hpp"
#include "service/http/problem.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string_view>
#include <variant>

namespace service {

/// Answers a request whose head was let pass, once its body is there. The body is borrowed until it completes, and this
/// outlives the reply.
using Answer = std::function<boost::asio::awaitable<Reply>(std::string_view body)>;

/// What a head comes to: a reply that needs no body, or who answers once the body has come.
using Admission = std::variant<Reply, Answer>;

/// Answers the requests of one port. One object serves every connection of every thread at once.
class Port {
  public:
    Port() = default;
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    virtual ~Port() = default;

    /// Decides on a head, before any of the body is read: what nobody may ask costs no memory. `head` is borrowed until
    /// the request has been answered.
    virtual boost::asio::awaitable<Admission> admit(const RequestHead& head) const = 0;

    /// The answer to a request that HTTP itself gave up on, or that ended in an exception.
    virtual Reply failure(const RequestHead& head, Fault fault) const = 0;
};

}  // namespace service
