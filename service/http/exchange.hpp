// One HTTP request and its reply, as the rest of the service sees them: no HTTP library, no socket.
// A request borrows the connection's buffers; they live until the reply has been made.
#pragma once

#include "service/observe/call_facts.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

enum class Method { get, head, post, put, options, other };

/// A request without its body. An absent field and an empty one are the same: "". A field that is a list is all of its
/// lines, joined by commas (RFC 9110, 5.3).
struct RequestHead {
    Method method = Method::other;
    std::string_view target;  ///< as received: origin form or absolute form (RFC 9112, 3.2)
    std::string_view host;    ///< the Host field, with its port if one was sent
    std::string accept;
    std::string_view authorization;
    std::string content_encoding;
    std::string_view content_type;
    std::string_view origin;
    std::string if_none_match;
    bool announces_body = false;  ///< Content-Length or Transfer-Encoding was sent
};

struct Header {
    std::string_view name;  ///< a literal
    std::string value;
    bool operator==(const Header&) const = default;
};

inline constexpr std::string_view json_media_type = "application/json; charset=utf-8";

struct Reply {
    unsigned status = 200;
    std::string body;  ///< JSON; empty: none
    std::string_view content_type = json_media_type;
    std::vector<Header> headers;  ///< besides those that every reply carries
    CallFacts facts;
    std::function<void()> afterwards;  ///< what is to be done once it has been sent, or cannot be; may be empty
};

}  // namespace service
