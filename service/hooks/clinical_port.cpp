#include "service/hooks/clinical_port.hpp"

#include "service/http/media_type.hpp"

#include <boost/asio/this_coro.hpp>

namespace service {

namespace asio = boost::asio;

namespace {

/// The address of what was called, as clients name it in a token's audience.
std::string path_of(const Match& match) {
    std::string path(match.route->pattern);
    constexpr std::string_view id = "{id}";
    if (const auto at = path.find(id); at != std::string::npos) path.replace(at, id.size(), match.id);
    return path;
}

std::optional<Fault> not_offered(const Offer& offer, const Match& match) {
    const Endpoint endpoint = match.route->endpoint;
    if (endpoint != Endpoint::discovery && !offer.services->offers(match.id)) return Fault::unknown_service;
    if (endpoint == Endpoint::feedback && !offer.feedback) return Fault::feedback_not_offered;
    return std::nullopt;
}

asio::awaitable<Reply> discover(const Offer& offer, ClientProfile profile) {
    Reply reply;
    reply.body = offer.services->discovery(profile);
    co_return reply;
}

asio::awaitable<Reply> serve(const Offer& offer, const Match& match, ServiceCall call) {
    switch (match.route->endpoint) {
        case Endpoint::hook_call:
            return offer.services->call(std::move(call));
        case Endpoint::feedback:
            return offer.feedback->take(std::move(call));
        case Endpoint::discovery:
        case Endpoint::live:
        case Endpoint::ready:
        case Endpoint::metrics:
            break;
    }
    return discover(offer, call.client->profile);
}

Reply finished(Reply reply, const Offer& offer, const RequestHead& head, const Match& match) {
    reply.facts.endpoint = match.route->name;
    offer.cors.permit(head.origin, reply);
    return reply;
}

}  // namespace

std::optional<Fault> ClinicalPort::fault_of(const Offer& offer, const Match& match, const RequestHead& head) const {
    if (const auto fault = not_offered(offer, match)) return fault;
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
    const auto offer = offer_.get();
    const Route& route = *match->route;
    if (head.method == Method::options) {
        Reply reply = offer->cors.preflight(head.origin, allowed_methods(route));
        reply.facts.endpoint = "preflight";
        return reply;
    }
    if (!takes(route, head.method)) {
        Reply reply = problem_reply({Fault::method_not_allowed, {}, {}}, head.accept);
        reply.headers.push_back({"Allow", std::string(allowed_methods(route))});
        return finished(std::move(reply), *offer, head, *match);
    }
    if (const auto fault = fault_of(*offer, *match, head)) {
        return finished(problem_reply({*fault, {}, {}}, head.accept), *offer, head, *match);
    }
    return std::nullopt;
}

asio::awaitable<Reply> ClinicalPort::answer(const RequestHead& head, std::string_view body) const {
    const auto match = find_route(clinical_routes, head.target);
    const auto offer = offer_.get();
    if (!match) co_return failure(head, Fault::unknown_path);
    // Asked once more: a reload may have come between head and body.
    if (const auto fault = not_offered(*offer, *match)) {
        co_return finished(problem_reply({*fault, {}, {}}, head.accept), *offer, head, *match);
    }
    const auto client = co_await identify(*offer, *match, head, body);
    Reply reply;
    if (!client) {
        reply = problem_reply({client.error(), {}, {}}, head.accept);
    } else {
        ServiceCall call{match->id, head, body, *client};
        reply = co_await serve(*offer, *match, std::move(call));
        reply.facts.client = (*client)->name;
    }
    if (match->route->endpoint != Endpoint::discovery) reply.facts.service = match->id;
    co_return finished(std::move(reply), *offer, head, *match);
}

asio::awaitable<ClinicalPort::Identified> ClinicalPort::identify(const Offer& offer, const Match& match,
                                                                 const RequestHead& head, std::string_view body) const {
    if (!offer.trust) co_return offer.anonymous;
    const std::string path = path_of(match);
    const std::string_view method = match.route->method == Method::get ? "GET" : "POST";
    const TokenUse use{endpoint_addresses(offer.public_urls, path), method, path, body};
    HttpsClient& client = surroundings_.clients->of(co_await asio::this_coro::executor);
    // g++ 12 destroys what is made inside a co_await expression twice: everything gets a name.
    Authentication with{offer.trust, &client, surroundings_.pool, wall_time, &surroundings_.log, &checks_};
    const auto caller = co_await authenticate(std::move(with), head.authorization, use);
    if (caller) co_return caller->client;
    Claimed claimed = offer.trust->claimed_by(head.authorization);
    surroundings_.log.write(TokenRefused{match.route->name, name_of(caller.error()), std::move(claimed.client),
                                         std::move(claimed.issuer_digest)});
    co_return service::fault_of(caller.error());
}

Reply ClinicalPort::failure(const RequestHead& head, Fault fault) const {
    Reply reply = problem_reply({fault, {}, {}}, head.accept);
    offer_.get()->cors.permit(head.origin, reply);
    return reply;
}

}  // namespace service
