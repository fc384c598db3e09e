#include "service/hooks/hook_handler.hpp"

#include "service/base/uuid.hpp"
#include "service/call/fhir_completion.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace service {

namespace asio = boost::asio;

namespace {

/// Whether a client that is held to the letter is refused for this (R-070; R-072).
bool is_forbidden(GrantFault fault) {
    return fault == GrantFault::other_subject || fault == GrantFault::server_not_allowed;
}

}  // namespace

HookHandler::HookHandler(const std::vector<LoadedPack>& packs, HookSettings settings) : settings_(std::move(settings)) {
    for (const LoadedPack& pack : packs) {
        for (ServedService& service : services_of(pack)) services_.push_back(std::move(service));
    }
    std::vector<OfferedService> offered;
    for (const ServedService& service : services_) {
        by_id_[service.offered.id].push_back(&service);
        offered.push_back(service.offered);
    }
    std::ranges::transform(client_profiles, discovery_.begin(),
                           [&](ClientProfile profile) { return discovery_document(offered, profile); });
}

asio::awaitable<Reply> HookHandler::call(ServiceCall asked) const {
    const auto begun = FhirClient::Clock::now();
    const Client& client = *asked.client;
    auto call = read_hook_call(by_id_.find(asked.service_id)->second, asked.body, client.strict);
    if (!call) co_return problem_reply(call.error(), asked.head.accept, client.profile);
    auto problem = co_await complete(*call, client, begun);
    if (!problem) problem = missing_from(*call);
    Reply reply = problem ? problem_reply(*problem, asked.head.accept, client.profile) : answer(*call, client);
    if (uuid_of(call->request.hook_instance)) reply.facts.hook_instance = call->request.hook_instance;
    co_return reply;
}

/// The 412 for what is missing, if it is, with the reasons in the log.
std::optional<Problem> HookHandler::missing_from(const HookCall& call) const {
    auto problem = missing_sources(call.sources, call.service->offered.prefetch);
    for (std::size_t i = 0; problem && i < problem->places.size(); ++i) {
        settings_.log.write(SourceMissing{problem->places[i], problem->reasons[i]});
    }
    return problem;
}

asio::awaitable<std::optional<Problem>> HookHandler::complete(HookCall& call, const Client& client,
                                                              FhirClient::Clock::time_point begun) const {
    const HookRequest& request = call.request;
    auto grant = grant_fhir_access(
        client, {request.fhir_server, request.authorization, request.patient_id, settings_.fhir.development},
        wall_time());
    if (!grant) {
        if (grant.error() == GrantFault::other_patient) {
            co_return Problem{Fault::other_patient, {"fhirAuthorization.patient"}, {}};
        }
        const bool refused = client.strict && is_forbidden(grant.error());
        // Nobody minds a server that need not be read.
        const bool matters = refused || (grant.error() != GrantFault::no_server && lacks_sources(call));
        if (matters) settings_.log.write(FhirNotRead{name_of(grant.error())});
        if (refused) co_return Problem{Fault::forbidden, {"fhirServer"}, {}};
        co_return std::nullopt;
    }
    if (settings_.fhir.clients == nullptr) co_return std::nullopt;
    HttpsClient& https = settings_.fhir.clients->of(co_await asio::this_coro::executor);
    const auto deadline = std::min(begun + settings_.fhir.deadline, FhirClient::Clock::now() + settings_.fhir.timeout);
    FhirSource source{std::move(*grant), FhirClient(https, settings_.fhir.limits), deadline, settings_.log};
    co_await complete_from_fhir(call, std::move(source));
    co_return std::nullopt;
}

Reply HookHandler::answer(const HookCall& call, const Client& client) const {
    Reply reply;
    const rules::Evaluation evaluation = evaluate_call(call, settings_.clock());
    Response response = response_of(call, evaluation, client.profile, settings_.new_uuid);
    reply.facts.cards = static_cast<unsigned>(evaluation.cards.size());
    if (reply.facts.cards > 0) keep(call, evaluation.cards, response.card_uuids);
    reply.body = std::move(response.body);
    return reply;
}

/// Tells log and store which cards were given.
void HookHandler::keep(const HookCall& call, const std::vector<rules::Card>& cards,
                       const std::vector<std::string>& uuids) const {
    const rules::Identity& pack = call.service->program->pack().identity;
    std::vector<Decision> decisions;
    for (std::size_t i = 0; i < cards.size(); ++i) {
        settings_.log.write(CardGiven{std::string(cards[i].rule), pack.version, name_of(cards[i].indicator)});
        if (settings_.recorder == nullptr || uuids.empty())
            continue;  // no feedback can name a card without uuid
        decisions.push_back({uuids[i], call.service->offered.id, std::string(cards[i].rule), pack.id, pack.version,
                             call.service->digest, wall_time()});
    }
    if (settings_.recorder != nullptr) settings_.recorder->add(std::move(decisions));
}

}  // namespace service
