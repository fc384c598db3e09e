#include "service/hooks/clinical_port.hpp"

#include "service/answer/about.hpp"
#include "service/http/media_type.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

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

std::optional<Fault> fault_of(const Offer& offer, const Match& match, const RequestHead& head) {
    const Endpoint endpoint = match.route->endpoint;
    if (endpoint == Endpoint::about) return std::nullopt;
    if (endpoint != Endpoint::discovery && !offer.services->offers(match.id)) return Fault::unknown_service;
    if (endpoint == Endpoint::feedback && !offer.feedback) return Fault::feedback_not_offered;
    if (!accepts_json(head.accept)) return Fault::not_acceptable;
    if (match.route->method != Method::post) return std::nullopt;
    if (!is_unencoded(head.content_encoding)) return Fault::unsupported_encoding;
    if (!is_json_body(head.content_type)) return Fault::unsupported_media_type;
    if (!head.announces_body) return Fault::length_required;
    return std::nullopt;
}

TokenUse use_of(const Offer& offer, const Match& match) {
    std::string path = path_of(match);
    auto addresses = endpoint_addresses(offer.public_urls, path);
    return {std::move(addresses), match.route->method == Method::get ? "GET" : "POST", std::move(path)};
}

/// Clients may keep it, and ask each time whether it still holds; it differs from client to client.
asio::awaitable<Reply> discover(const Offer& offer, const RequestHead& head, const ClientProfile& profile) {
    const Discovery& discovery = offer.services->discovery(profile);
    Reply reply;
    reply.headers.push_back({"ETag", discovery.tag});
    reply.headers.push_back({"Cache-Control", "private, no-cache"});
    reply.headers.push_back({"Vary", "Authorization"});
    if (still_holds(head.if_none_match, discovery.tag)) {
        reply.status = 304;
    } else {
        reply.body = discovery.body;
    }
    co_return reply;
}

asio::awaitable<Reply> serve(const Offer& offer, const Match& match, ServiceCall call) {
    switch (match.route->endpoint) {
        case Endpoint::hook_call:
            return offer.services->call(std::move(call));
        case Endpoint::feedback:
            return offer.feedback->take(std::move(call));
        case Endpoint::discovery:
        case Endpoint::about:
        case Endpoint::live:
        case Endpoint::ready:
        case Endpoint::metrics:
        case Endpoint::workbench:
            break;
    }
    return discover(offer, call.head, *call.client->profile);
}

/// The page behind a card. Its address says which rule of which version, and nothing of a patient: nobody is asked who
/// they are.
Reply show_about(const Offer& offer, const Match& match) {
    Reply reply;
    reply.content_type = "text/html; charset=utf-8";
    reply.headers.push_back({"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"});
    reply.headers.push_back({"Referrer-Policy", "no-referrer"});
    auto page = offer.services->about(match.id, match.rule);
    if (!page) reply.status = 404;
    reply.body = page ? std::move(*page) : page_of_another_version();
    return reply;
}

Reply finished(Reply reply, const Offer& offer, const RequestHead& head, const Match& match) {
    reply.facts.endpoint = match.route->name;
    offer.cors.permit(head.origin, reply);
    return reply;
}

/// What a head calls for that nobody has to be known for.
std::optional<Reply> reply_to_anybody(const Offer& offer, const RequestHead& head, const Match& match) {
    const Route& route = *match.route;
    if (head.method == Method::options) {
        Reply reply = offer.cors.preflight(head.origin, allowed_methods(route));
        reply.facts.endpoint = "preflight";
        return reply;
    }
    if (!takes(route, head.method)) {
        Reply reply = problem_reply({Fault::method_not_allowed, {}, {}}, head.accept);
        reply.headers.push_back({"Allow", std::string(allowed_methods(route))});
        return finished(std::move(reply), offer, head, match);
    }
    const auto fault = fault_of(offer, match, head);
    if (!fault) return std::nullopt;
    return finished(problem_reply({*fault, {}, {}}, head.accept), offer, head, match);
}

/// The answer to a call that is refused for its token or for how often it comes.
Reply turned_away(const Offer& offer, const RequestHead& head, const Match& match, Fault fault) {
    Reply reply = problem_reply({fault, {}, {}}, head.accept);
    if (match.route->endpoint != Endpoint::discovery) reply.facts.service = match.id;
    return finished(std::move(reply), offer, head, match);
}

}  // namespace

asio::awaitable<Admission> ClinicalPort::admit(const RequestHead& head) const {
    auto match = find_route(clinical_routes, head.target);
    if (!match) co_return failure(head, Fault::unknown_path);
    auto offer = offer_.get();
    auto reply = reply_to_anybody(*offer, head, *match);
    if (reply) co_return std::move(*reply);
    if (match->route->endpoint == Endpoint::about) {
        const bool is_admitted = rates_.admit_stranger(RateLimits::Clock::now());
        Reply page =
            is_admitted ? show_about(*offer, *match) : problem_reply({Fault::too_many_requests, {}, {}}, head.accept);
        co_return finished(std::move(page), *offer, head, *match);
    }
    TokenUse use = use_of(*offer, *match);
    auto caller = co_await identify(*offer, *match, use, head.authorization);
    if (!caller) co_return turned_away(*offer, head, *match, caller.error());
    Admitted admitted{std::move(offer), std::move(*match), std::move(use), std::move(*caller)};
    Answer then = [this, &head, admitted = std::move(admitted)](std::string_view body) {
        return answer(admitted, head, body);
    };
    co_return Admission(std::move(then));
}

asio::awaitable<Reply> ClinicalPort::answer(const Admitted& admitted, const RequestHead& head,
                                            std::string_view body) const {
    const Offer& offer = *admitted.offer;
    const Match& match = admitted.match;
    if (admitted.caller.by_body) {
        TokenUse use = admitted.use;
        use.body = body;
        const asio::any_io_executor thread = co_await asio::this_coro::executor;
        Authentication with = authentication(offer.trust, thread);
        const auto fault = co_await spend_on_body(std::move(with), admitted.caller, use);
        if (fault) co_return turned_away(offer, head, match, refused(offer, match, head.authorization, *fault));
    }
    ServiceCall call{match.id, head, body, admitted.caller.client};
    Reply reply = co_await serve(offer, match, std::move(call));
    reply.facts.client = admitted.caller.client->name;
    if (match.route->endpoint != Endpoint::discovery) reply.facts.service = match.id;
    co_return finished(std::move(reply), offer, head, match);
}

Authentication ClinicalPort::authentication(std::shared_ptr<Trust> trust, const asio::any_io_executor& thread) const {
    Authentication with;
    with.trust = std::move(trust);
    with.client = &surroundings_.clients->of(thread);
    with.pool = surroundings_.pool;
    with.store_calls = surroundings_.store_calls;
    with.now = wall_time;
    with.log = &surroundings_.log;
    with.checks = &checks_;
    with.rates = &rates_;
    return with;
}

/// What to answer to a token that was refused; tells the log why.
Fault ClinicalPort::refused(const Offer& offer, const Match& match, std::string_view authorization,
                            TokenFault fault) const {
    Claimed claimed = offer.trust->claimed_by(authorization);
    surroundings_.log.write(
        TokenRefused{match.route->name, name_of(fault), std::move(claimed.client), std::move(claimed.issuer_digest)});
    return service::fault_of(fault);
}

asio::awaitable<boost::system::result<Caller, Fault>> ClinicalPort::identify(const Offer& offer, const Match& match,
                                                                             const TokenUse& use,
                                                                             std::string_view authorization) const {
    if (!offer.trust) {
        if (!rates_.admit_stranger(RateLimits::Clock::now())) co_return Fault::too_many_requests;
        co_return Caller{offer.anonymous};
    }
    // g++ 12 destroys what is made inside a co_await expression twice: everything gets a name.
    const asio::any_io_executor thread = co_await asio::this_coro::executor;
    Authentication with = authentication(offer.trust, thread);
    auto caller = co_await authenticate(std::move(with), authorization, use);
    if (caller) co_return std::move(*caller);
    co_return refused(offer, match, authorization, caller.error());
}

Reply ClinicalPort::failure(const RequestHead& head, Fault fault) const {
    Reply reply = problem_reply({fault, {}, {}}, head.accept);
    offer_.get()->cors.permit(head.origin, reply);
    return reply;
}

}  // namespace service
