#include "service/workbench/workbench_port.hpp"

#include "service/base/on_pool.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace service {

namespace asio = boost::asio;

namespace {

constexpr std::string_view api_folder = "/api/";
constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; frame-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What a browser is to hold every reply to.
Reply guarded(Reply reply) {
    reply.headers.push_back({"Content-Security-Policy", std::string(page_policy)});
    reply.headers.push_back({"Referrer-Policy", "no-referrer"});
    reply.headers.push_back({"Cross-Origin-Resource-Policy", "same-origin"});
    return reply;
}

Reply api_reply(ApiAnswer answer) {
    Reply reply;
    if (answer) {
        reply.body = std::move(*answer);
    } else {
        reply.status = answer.error().status;
        reply.body = print_api_error(answer.error());
    }
    return guarded(std::move(reply));
}

Reply refuse(unsigned status, std::string says) {
    return api_reply(ApiError{status, std::move(says)});
}

std::string_view path_of(std::string_view target) {
    return target.substr(0, target.find('?'));
}

/// The handler's request, or what is wrong with its body.
boost::system::result<ApiRequest, ApiError> read_request(const ApiRoute& route, std::string id, std::string_view body) {
    ApiRequest request{std::move(id), body, {}};
    const bool is_empty = body.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (route.body == ApiBody::raw || is_empty) return request;
    auto tree = fhir::parse_json(body);
    if (!tree) return ApiError{400, "The body cannot be read as JSON: " + std::string(tree.error().message) + "."};
    if (!tree->is_object()) return ApiError{400, "The body must be a JSON object."};
    request.asked = std::move(tree->get_object());
    return request;
}

}  // namespace

void WorkbenchPort::listens_at(std::uint16_t port) {
    hosts_.clear();
    for (const char* name : {"127.0.0.1:", "localhost:", "[::1]:"}) hosts_.push_back(name + std::to_string(port));
}

bool WorkbenchPort::is_from_here(const RequestHead& head) const {
    const bool is_host = std::ranges::find(hosts_, head.host) != hosts_.end();
    return is_host && (head.origin.empty() || head.origin == "http://" + std::string(head.host));
}

bool WorkbenchPort::has_token(const RequestHead& head) const {
    const std::string expected = "Bearer " + token_;
    return head.authorization.size() == expected.size() &&
           CRYPTO_memcmp(head.authorization.data(), expected.data(), expected.size()) == 0;
}

asio::awaitable<Admission> WorkbenchPort::admit(const RequestHead& head) const {
    if (!is_from_here(head)) {
        co_return refuse(403,
                         "This request is not of the workbench's own page: open the address that the program "
                         "printed.");
    }
    const std::string_view path = path_of(head.target);
    if (path.starts_with(api_folder)) co_return admit_api(head);
    if (head.method != Method::get && head.method != Method::head) {
        co_return refuse(405, "Files are only read.");
    }
    co_return guarded(files_.reply(path));
}

Admission WorkbenchPort::admit_api(const RequestHead& head) const {
    if (!has_token(head)) {
        return refuse(403,
                      "The token is missing or another one: open the address that the program printed, with all "
                      "that stands behind #.");
    }
    const auto found = find_api_route(head.target, head.method);
    if (found.route == nullptr) {
        return found.is_known ? refuse(405, "This address does not take this method.")
                              : refuse(404, "There is nothing at this address.");
    }
    return Answer(
        [this, route = found.route, id = found.id](std::string_view body) { return answer(*route, id, body); });
}

asio::awaitable<Reply> WorkbenchPort::answer(const ApiRoute& route, std::string id, std::string_view body) const {
    Reply reply = co_await on_pool(pool_, [this, &route, &id, body] {
        auto request = read_request(route, std::move(id), body);
        return api_reply(request ? route.handler(workbench_, *request) : ApiAnswer(request.error()));
    });
    reply.facts.endpoint = route.route.name;
    co_return reply;
}

Reply WorkbenchPort::failure(const RequestHead&, Fault fault) const {
    if (fault == Fault::body_too_large) {
        return refuse(413,
                      "This is larger than 64 MiB, more than one patient's record can have here: give a record "
                      "without attachments.");
    }
    const FaultMeaning meaning = meaning_of(fault);
    return refuse(meaning.status, std::string(meaning.sentence));
}

}  // namespace service
