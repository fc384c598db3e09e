#include "service/hooks/hook_handler.hpp"

#include "service/answer/about.hpp"
#include "service/base/uuid.hpp"
#include "service/call/counted_call.hpp"
#include "service/call/fhir_completion.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace service {

namespace asio = boost::asio;

namespace {

/// What a client that is held to the letter is told of FHIR access that it may not have: 400 for what no client may
/// send, 403 for what this one may not. Nothing for what may happen to any client.
std::optional<Problem> refusal_of(GrantFault fault) {
    switch (fault) {
        case GrantFault::bad_server:
            return Problem{Fault::bad_value, {"fhirServer"}, {}};
        case GrantFault::other_token_type:
            return Problem{Fault::bad_value, {"fhirAuthorization.token_type"}, {}};
        case GrantFault::insecure_server:
        case GrantFault::server_not_allowed:
            return Problem{Fault::forbidden, {"fhirServer"}, {}};
        case GrantFault::other_subject:
            return Problem{Fault::forbidden, {"fhirAuthorization.subject"}, {}};
        case GrantFault::no_server:
        case GrantFault::no_token:
        case GrantFault::token_expired:
        case GrantFault::other_patient:  // told to every client
            break;
    }
    return std::nullopt;
}

/// The answer to a call that is refused: its status, or, for a client that hides that, a card that tells it.
Reply refusal(const Problem& problem, const RequestHead& head, const ClientProfile& client) {
    Reply reply = problem_reply(problem, head.accept, client);
    if (!client.hides_failures) return reply;
    reply.body = render_refusal(reply.status, sentence_of(problem));
    reply.content_type = json_media_type;
    reply.status = 200;
    return reply;
}

/// What the log learns of a call that was read.
CallFacts facts_of(const HookCall& call, CallFacts facts) {
    facts.slowest_query = call.slowest_query.key;
    facts.slowest_query_took = call.slowest_query.took;
    if (uuid_of(call.request.hook_instance)) facts.hook_instance = call.request.hook_instance;
    return facts;
}

}  // namespace

HookHandler::HookHandler(const std::vector<LoadedPack>& packs, HookSettings settings) : settings_(std::move(settings)) {
    std::vector<ServedService> services;
    std::vector<std::string> digests;
    for (const LoadedPack& pack : packs) {
        for (ServedService& service : services_of(pack)) services.push_back(std::move(service));
        digests.push_back(pack.digests.cards);
        if (pack.canary) digests.push_back(pack.canary->digests.cards);
    }
    services_ = std::make_shared<const std::vector<ServedService>>(std::move(services));
    std::vector<OfferedService> offered;
    for (const ServedService& service : *services_) {
        by_id_[service.offered.id].push_back(&service);
        offered.push_back(service.offered);
    }
    for (const ClientProfile* profile : client_profiles()) {
        discovery_.emplace(profile, discovery_for(*profile, offered, digests));
    }
}

std::optional<std::string> HookHandler::about(std::string_view digest, std::string_view rule) const {
    for (const ServedService& service : *services_) {
        for (const ServedService* version : {&service, service.canary.get()}) {
            if (version == nullptr || digest_in_address(version->digests.cards) != digest) continue;
            return about_page(*version->program, version->digests, rule);
        }
    }
    return std::nullopt;
}

asio::awaitable<Reply> HookHandler::call(ServiceCall asked) const {
    const CallTime time{FhirClient::Clock::now(), settings_.clock.time()};
    const Client& client = *asked.client;
    auto call = read_hook_call(by_id_.find(asked.service_id)->second, asked.body, client.strict, *client.profile);
    if (!call) co_return refusal(call.error(), asked.head, *client.profile);
    choose_version(*call);
    auto problem = co_await complete(*call, client, time);
    if (!problem) problem = missing_from(*call);
    audit(*call, client, !problem);
    Reply reply;
    if (problem) {
        reply = refusal(*problem, asked.head, *client.profile);
        reply.facts = facts_of(*call, std::move(reply.facts));
        co_return reply;
    }
    rules::SeenResults seen;
    rules::Evaluation evaluation = settings_.counter != nullptr ? evaluate_and_count(*call, time.clinical, seen)
                                                                : evaluate_call(*call, time.clinical);
    reply = answer(*call, client, evaluation, seen);
    reply.facts = facts_of(*call, std::move(reply.facts));
    if (settings_.shadow != nullptr && call->service->shadow) {
        const std::size_t size = asked.body.size() + (call->held ? call->held->bytes() : 0);
        AnsweredCall answered{std::move(*call), services_, std::move(evaluation), time.clinical, client.name, size};
        reply.afterwards = settings_.shadow->take(std::move(answered));
    }
    co_return reply;
}

/// The 412 for what is missing, if it is. The log has the reasons, also of what came in part and is no 412.
std::optional<Problem> HookHandler::missing_from(const HookCall& call) const {
    for (const rules::PrefetchTemplate& asked : call.service->offered.prefetch) {
        const auto& reason = call.sources.at(asked.key).unavailable;
        if (asked.required && reason) settings_.log.write(SourceMissing{"prefetch." + asked.key, name_of(*reason)});
    }
    return missing_sources(call.sources, call.service->offered.prefetch);
}

asio::awaitable<std::optional<Problem>> HookHandler::complete(HookCall& call, const Client& client,
                                                              CallTime time) const {
    const HookRequest& request = call.request;
    auto grant = grant_fhir_access(
        client, {request.fhir_server, request.authorization, request.patient_id, settings_.fhir.development},
        wall_time());
    if (!grant) {
        if (grant.error() == GrantFault::other_patient) {
            co_return Problem{Fault::other_patient, {"fhirAuthorization.patient"}, {}};
        }
        auto refused = client.strict ? refusal_of(grant.error()) : std::nullopt;
        // Nobody minds a server that need not be read.
        const bool matters = refused || (grant.error() != GrantFault::no_server && lacks_sources(call));
        if (matters) settings_.log.write(FhirNotRead{name_of(grant.error())});
        co_return refused;
    }
    if (settings_.fhir.clients == nullptr) co_return std::nullopt;
    HttpsClient& https = settings_.fhir.clients->of(co_await asio::this_coro::executor);
    const auto deadline =
        std::min(time.begun + settings_.fhir.deadline, FhirClient::Clock::now() + settings_.fhir.timeout);
    const auto realm = settings_.fhir.realms.find(client.issuer);
    FhirSurroundings surroundings{realm == settings_.fhir.realms.end() ? nullptr : realm->second,
                                  settings_.fhir.all_calls};
    FhirClient reader(https, settings_.fhir.limits, std::move(surroundings));
    FhirSource source{std::move(*grant), std::move(reader), deadline, settings_.log};
    co_await complete_from_fhir(call, std::move(source), time.clinical);
    co_return std::nullopt;
}

Reply HookHandler::answer(const HookCall& call, const Client& client, const rules::Evaluation& evaluation,
                          const rules::SeenResults& seen) const {
    Reply reply;
    Response response = response_of(call, evaluation, settings_.answer);
    reply.facts.cards = static_cast<unsigned>(response.given.size());
    if (reply.facts.cards > 0) keep(call, client, evaluation.cards, response.given);
    if (settings_.counter != nullptr) {
        settings_.counter->add(counted_call(call, client.name, evaluation, response.given, seen));
    }
    reply.body = std::move(response.body);
    return reply;
}

/// Notes who asked about whom.
void HookHandler::audit(const HookCall& call, const Client& client, bool is_answered) const {
    if (settings_.audit == nullptr) return;
    const HookRequest& request = call.request;
    const bool is_known = uuid_of(request.hook_instance).has_value();
    settings_.audit->add({name_of(request.hook), request.user_id, request.patient_id, client.issuer,
                          is_known ? request.hook_instance : std::string_view(), is_answered});
}

/// Tells log and store which cards were given.
void HookHandler::keep(const HookCall& call, const Client& client, const std::vector<rules::Card>& cards,
                       const std::vector<GivenCard>& given) const {
    const rules::Identity& pack = call.service->program->pack().identity;
    std::vector<Decision> decisions;
    for (const GivenCard& one : given) {
        const rules::Card& card = cards[one.index];
        settings_.log.write(CardGiven{std::string(card.rule), pack.version, name_of(card.indicator)});
        if (settings_.recorder == nullptr || one.uuid.empty())
            continue;  // no feedback can name a card without uuid
        decisions.push_back({one.uuid, call.service->offered.id, std::string(card.rule), pack.id, pack.version,
                             call.service->digests.cards, wall_time(), client.name});
    }
    if (settings_.recorder != nullptr) settings_.recorder->add(std::move(decisions));
}

}  // namespace service
