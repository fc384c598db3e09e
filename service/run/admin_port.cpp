#include "service/run/admin_port.hpp"

namespace service {

namespace {

constexpr std::string_view pass = R"({"status":"pass"})";
constexpr std::string_view fail = R"({"status":"fail"})";

}  // namespace

boost::asio::awaitable<Admission> AdminPort::admit(const RequestHead& head) const {
    const auto match = find_route(admin_routes, head.target);
    if (!match) co_return failure(head, Fault::unknown_path);
    if (takes(*match->route, head.method)) co_return answer(*match->route);
    Reply reply = failure(head, Fault::method_not_allowed);
    reply.headers.push_back({"Allow", "GET, HEAD"});
    co_return reply;
}

Reply AdminPort::answer(const Route& route) const {
    Reply reply;
    if (route.endpoint == Endpoint::metrics) {
        reply.body = metrics_();
        reply.content_type = "text/plain; version=0.0.4; charset=utf-8";  // Prometheus' text format
    } else if (route.endpoint == Endpoint::ready) {
        reply = ready();
    } else {
        reply.body = pass;
    }
    reply.facts.endpoint = route.name;
    return reply;
}

/// A store that is away takes the service out of its balancer only if nobody can be served: whoever does not need the
/// store is not to lose the service with it.
Reply AdminPort::ready() const {
    Reply reply;
    if (!readiness_.ready()) {
        reply.status = 503;
        reply.body = fail;
        return reply;
    }
    switch (store_ ? store_() : StoreState::works) {
        case StoreState::works:
            reply.body = pass;
            break;
        case StoreState::away:
            reply.body = R"({"status":"warn","checks":{"store":[{"status":"fail"}]}})";
            break;
        case StoreState::away_for_all:
            reply.status = 503;
            reply.body = R"({"status":"fail","checks":{"store":[{"status":"fail"}]}})";
            break;
    }
    return reply;
}

Reply AdminPort::failure(const RequestHead& head, Fault fault) const {
    return problem_reply({fault, {}, {}}, head.accept);
}

}  // namespace service
