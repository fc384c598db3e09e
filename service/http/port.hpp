// What a listening port does with requests: the seam between HTTP (connection) and meaning (clinical_port, admin_port).
#pragma once

#include "service/http/exchange.hpp"
#include "service/http/problem.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string_view>

namespace service {

/// Answers the requests of one port. One object serves every connection of every thread at once.
class Port {
  public:
    Port() = default;
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    virtual ~Port() = default;

    /// The refusal that the head alone calls for, before any of the body is read; nothing if the body may come.
    virtual std::optional<Reply> refusal(const RequestHead& head) const = 0;

    /// The answer to a whole request that refusal() let pass. `head` and `body` are borrowed until it completes.
    virtual boost::asio::awaitable<Reply> answer(const RequestHead& head, std::string_view body) const = 0;

    /// The answer to a request that HTTP itself gave up on, or that ended in an exception.
    virtual Reply failure(const RequestHead& head, Fault fault) const = 0;
};

}  // namespace service
