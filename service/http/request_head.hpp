// The head of a request as Beast has parsed it: held against what RFC 9112 asks of every request, and read into what
// the rest of the service knows. For the connection alone: Beast takes seconds to compile.
#pragma once

#include "service/http/exchange.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string_view>

namespace service {

using Request = boost::beast::http::request<boost::beast::http::string_body>;

/// Borrows from `request`.
RequestHead head_of(const Request& request);

/// Whether the request is to be answered 400: two programs could disagree on where it ends or whom it is for (RFC 9112,
/// sections 3.2, 5.2 and 6.3; request smuggling), or its Host is no host (3.2). Beast refuses Content-Length beside
/// Transfer-Encoding and differing lengths by itself. \param text  the head as received.
bool is_ambiguous(const Request& request, std::string_view text);

/// What a client waits for before it sends its body (RFC 9110, 10.1.1).
enum class Expectation { none, leave_to_send, unknown };

Expectation expectation_of(const Request& request);

}  // namespace service
