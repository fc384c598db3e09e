#include "service/tuning/preview_cards.hpp"

#include "fhir/json_text.hpp"
#include "service/answer/preview.hpp"
#include "service/base/uuid.hpp"
#include "service/run/registration_sheet.hpp"

#include <algorithm>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

/// What a client is answered: the response as JSON, and which of the cards stand in it.
struct Answered {
    json::value response;
    std::vector<GivenCard> given;

    const json::object* card_at(std::size_t index) const {
        const auto card = std::ranges::find(given, index, &GivenCard::index);
        if (card == given.end()) return nullptr;
        const auto place = static_cast<std::size_t>(card - given.begin());
        return &response.at("cards").at(place).as_object();
    }
};

Answered answered(const HookCall& call, const rules::Evaluation& evaluation) {
    // Where the pages behind the cards are is the deployment's to say: an address that shows how long one is.
    const AnswerSettings settings{random_uuid, "https://cds.example.org/about"};
    Response response = response_of(call, evaluation, settings);
    return {*fhir::parse_json(response.body), std::move(response.given)};
}

/// The card that a client without a profile of its own gets in this one's place.
const json::object* counterpart(const rules::Card& card, const rules::Evaluation& evaluation, const Answered& whole) {
    for (std::size_t index = 0; index < evaluation.cards.size(); ++index) {
        const rules::Card& other = evaluation.cards[index];
        if (other.rule == card.rule && other.summary == card.summary) return whole.card_at(index);
    }
    return nullptr;
}

std::vector<const ClientProfile*> chosen(const PreviewOptions& options) {
    if (!options.clients.empty()) return options.clients;
    std::vector<const ClientProfile*> products;
    for (const ClientProfile* client : client_profiles()) {
        if (!client->is_version) products.push_back(client);
    }
    return products;
}

/// That a client does not call this hook at all.
std::vector<Loss> losses_of_call(const ClientProfile& client, rules::Hook hook) {
    const SheetClient* sheet = find_sheet_client(client.name);
    if (sheet == nullptr || std::ranges::find(sheet->hooks, hook) != sheet->hooks.end()) return {};
    return {{true, std::string(client.title) + " does not call " + std::string(name_of(hook)) +
                       ": these cards are not seen there."}};
}

/// Reads a request as a client's, whose required data must be there.
boost::system::result<HookCall, Problem> read_call(const std::vector<const ServedService*>& called,
                                                   const std::string& body, const ClientProfile& client) {
    auto call = read_hook_call(called, body, false, client);
    if (!call) return call.error();
    if (auto missing = missing_sources(call->sources, call->service->offered.prefetch)) return std::move(*missing);
    return call;
}

}  // namespace

boost::system::result<std::string, Problem> preview_of(const std::vector<const ServedService*>& called,
                                                       const std::string& body, const ClinicalTime& time,
                                                       const PreviewOptions& options) {
    // Without a profile of its own nothing is lost: what the others get is held against that.
    const auto plainly = read_call(called, body, client::version_2_0);
    if (!plainly) return plainly.error();
    const rules::Evaluation whole_evaluation = evaluate_call(*plainly, time);
    const Answered whole = answered(*plainly, whole_evaluation);

    std::vector<Answered> answers;
    std::vector<ClientPreview> previews;
    const std::vector<const ClientProfile*> clients = chosen(options);
    answers.reserve(clients.size());  // previews point into them
    for (const ClientProfile* client : clients) {
        const auto call = read_call(called, body, *client);
        if (!call) return call.error();
        const rules::Evaluation evaluation = evaluate_call(*call, time);
        const Answered& answer = answers.emplace_back(answered(*call, evaluation));
        ClientPreview preview;
        preview.client = client;
        preview.width_px = options.width_px > 0 ? options.width_px : client->screen.width_px;
        preview.losses = losses_of_call(*client, call->request.hook);
        for (std::size_t index = 0; index < evaluation.cards.size(); ++index) {
            const json::object* sent = answer.card_at(index);
            const json::object* in_full = counterpart(evaluation.cards[index], whole_evaluation, whole);
            if (in_full == nullptr) in_full = sent;
            if (in_full == nullptr) continue;
            preview.cards.push_back({sent, losses_of(*in_full, sent, *client, preview.width_px)});
        }
        previews.push_back(std::move(preview));
    }
    return preview_page("Cards as clients show them: " + plainly->service->offered.id, previews);
}

}  // namespace service
