// The head of a request as Beast has parsed it: held against what RFC 9112 asks of every request, and read into what
// the rest of the service knows. For the connection alone: Beast takes seconds to compile.
#pragma once

#include "service/http/exchange.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace service {

/// A body in a string, to whose end each piece is copied: Beast's own fills the room with zeros first.
struct RequestBody : boost::beast::http::string_body {
    class reader : public boost::beast::http::string_body::reader {
      public:
        template <bool is_request, class Fields>
        reader(boost::beast::http::header<is_request, Fields>& head, std::string& body)
            : boost::beast::http::string_body::reader(head, body), body_(body) {}

        template <class Buffers>
        std::size_t put(const Buffers& pieces, boost::beast::error_code& error) {
            std::size_t added = 0;
            for (const boost::asio::const_buffer piece : boost::beast::buffers_range_ref(pieces)) {
                body_.append(static_cast<const char*>(piece.data()), piece.size());
                added += piece.size();
            }
            error = {};
            return added;
        }

      private:
        std::string& body_;
    };
};

using Request = boost::beast::http::request<RequestBody>;

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
