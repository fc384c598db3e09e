#include "service/clinical_port.hpp"

#include "service/media_type.hpp"

namespace service {

std::optional<Fault> ClinicalPort::fault_of(const Match& match, const RequestHead& head) const {
    const Endpoint endpoint = match.route->endpoint;
    if (endpoint != Endpoint::discovery && !services_.offers(match.id)) return Fault::unknown_service;
    if (endpoint == Endpoint::feedback) return Fault::feedback_not_offered;
    if (!accepts_json(head.accept)) return Fault::not_acceptable;
    if (!rate_limit_.admit(RateLimit::Clock::now())) return Fault::too_many_requests;
    if (match.route->method != Method::post) return std::nullopt;
    if (!head.content_encoding.empty() && head.content_encoding != "identity") return Fault::unsupported_encoding;
    if (!is_json_body(head.content_type)) return Fault::unsupported_media_type;
    if (!head.announces_body) return Fault::length_required;
    return std::nullopt;
}

std::optional<Reply> ClinicalPort::refusal(const RequestHead& head) const {
    const auto match = find_route(clinical_routes, head.target);
    if (!match) return failure(head, Fault::unknown_path);
    const Route& route = *match->route;
    if (head.method == Method::options) {
        Reply reply = cors_.preflight(head.origin, allowed_methods(route));
        reply.facts.endpoint = "preflight";
        return reply;
    }
    if (!takes(route, head.method)) {
        Reply reply = problem_reply({Fault::method_not_allowed, {}, {}}, head.accept);
        reply.headers.push_back({"Allow", std::string(allowed_methods(route))});
        return finished(std::move(reply), head, *match);
    }
    if (const auto fault = fault_of(*match, head)) {
        return finished(problem_reply({*fault, {}, {}}, head.accept), head, *match);
    }
    return std::nullopt;
}

boost::asio::awaitable<Reply> ClinicalPort::answer(const RequestHead& head, std::string_view body) const {
    const auto match = find_route(clinical_routes, head.target);
    if (!match) co_return failure(head, Fault::unknown_path);
    Reply reply;
    switch (match->route->endpoint) {
        case Endpoint::discovery:
            reply.body = services_.discovery();
            break;
        case Endpoint::hook_call:
            reply = co_await services_.call(match->id, head, body);
            reply.facts.service = match->id;
            break;
        case Endpoint::feedback:
        case Endpoint::live:
        case Endpoint::ready:
            reply = problem_reply({Fault::feedback_not_offered, {}, {}}, head.accept);
            break;
    }
    co_return finished(std::move(reply), head, *match);
}

Reply ClinicalPort::finished(Reply reply, const RequestHead& head, const Match& match) const {
    reply.facts.endpoint = match.route->name;
    cors_.permit(head.origin, reply);
    return reply;
}

Reply ClinicalPort::failure(const RequestHead& head, Fault fault) const {
    Reply reply = problem_reply({fault, {}, {}}, head.accept);
    cors_.permit(head.origin, reply);
    return reply;
}

}  // namespace service
