#include "service/http/request_head.hpp"

#include "service/http/field_value.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>

#include <algorithm>
#include <string>

namespace service {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

Method method_of(http::verb verb) noexcept {
    if (verb == http::verb::get) return Method::get;
    if (verb == http::verb::head) return Method::head;
    if (verb == http::verb::post) return Method::post;
    if (verb == http::verb::put) return Method::put;
    return verb == http::verb::options ? Method::options : Method::other;
}

std::string_view field_of(const Request& request, http::field name) {
    const auto value = request[name];
    return {value.data(), value.size()};
}

/// All lines of a field that is a list, as one (RFC 9110, 5.3).
std::string list_of(const Request& request, http::field name) {
    std::string list;
    const auto [first, last] = request.equal_range(name);
    for (auto line = first; line != last; ++line) {
        if (!list.empty()) list += ", ";
        list += std::string_view(line->value().data(), line->value().size());
    }
    return list;
}

/// uri-host [ ":" port ]; the host may be empty (RFC 9110, 7.2; RFC 9112, 3.2).
bool is_host(std::string_view text) {
    const auto authority = boost::urls::parse_authority(text);
    return authority && !authority->has_userinfo();
}

}  // namespace

RequestHead head_of(const Request& request) {
    RequestHead head;
    head.method = method_of(request.method());
    head.target = {request.target().data(), request.target().size()};
    head.host = field_of(request, http::field::host);
    head.accept = list_of(request, http::field::accept);
    head.authorization = field_of(request, http::field::authorization);
    head.content_encoding = list_of(request, http::field::content_encoding);
    head.content_type = field_of(request, http::field::content_type);
    head.origin = field_of(request, http::field::origin);
    head.if_none_match = list_of(request, http::field::if_none_match);
    head.announces_body =
        request.count(http::field::content_length) > 0 || request.count(http::field::transfer_encoding) > 0;
    return head;
}

bool is_ambiguous(const Request& request, std::string_view text) {
    const bool folded = text.find("\r\n ") != std::string_view::npos || text.find("\r\n\t") != std::string_view::npos;
    const auto lengths = request.count(http::field::content_length);
    const auto codings = request.count(http::field::transfer_encoding);
    const auto hosts = request.count(http::field::host);
    if (folded || lengths > 1 || codings > 1 || hosts > 1) return true;
    // Fields that stand for one value: whoever looked at the request before may have gone by the other (RFC 9110, 5.3).
    for (const auto name : {http::field::authorization, http::field::content_type, http::field::origin}) {
        if (request.count(name) > 1) return true;
    }
    if (field_of(request, http::field::content_length).find(',') != std::string_view::npos) return true;
    if (hosts == 0 ? request.version() == 11 : !is_host(field_of(request, http::field::host))) return true;
    if (codings == 0) return false;
    return request.version() != 11 || !beast::iequals(request[http::field::transfer_encoding], "chunked");
}

Expectation expectation_of(const Request& request) {
    if (request.version() != 11) return Expectation::none;  // as 10.1.1 asks
    const std::string list = list_of(request, http::field::expect);
    Expectation found = Expectation::none;
    for (std::string_view rest = list; !rest.empty();) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string_view expected = trimmed(rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        if (expected.empty()) continue;
        if (!beast::iequals(expected, "100-continue")) return Expectation::unknown;
        found = Expectation::leave_to_send;
    }
    return found;
}

}  // namespace service
