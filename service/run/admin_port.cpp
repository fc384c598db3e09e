#include "service/run/admin_port.hpp"

#include "service/http/router.hpp"

namespace service {

std::optional<Reply> AdminPort::refusal(const RequestHead& head) const {
    const auto match = find_route(admin_routes, head.target);
    if (!match) return failure(head, Fault::unknown_path);
    if (takes(*match->route, head.method)) return std::nullopt;
    Reply reply = failure(head, Fault::method_not_allowed);
    reply.headers.push_back({"Allow", "GET, HEAD"});
    return reply;
}

boost::asio::awaitable<Reply> AdminPort::answer(const RequestHead& head, std::string_view) const {
    const auto match = find_route(admin_routes, head.target);
    if (!match) co_return failure(head, Fault::unknown_path);
    Reply reply;
    if (match->route->endpoint == Endpoint::metrics) {
        reply.body = metrics_();
        reply.content_type = "text/plain; version=0.0.4; charset=utf-8";  // Prometheus' text format
    } else {
        const bool fine = match->route->endpoint == Endpoint::live || readiness_.ready();
        reply.status = fine ? 200 : 503;
        reply.body = fine ? R"({"status":"pass"})" : R"({"status":"fail"})";
    }
    reply.facts.endpoint = match->route->name;
    co_return reply;
}

Reply AdminPort::failure(const RequestHead& head, Fault fault) const {
    return problem_reply({fault, {}, {}}, head.accept);
}

}  // namespace service
