#include "service/call/hook_call.hpp"

#include "fhir/json_text.hpp"
#include "fhir/member.hpp"
#include "fhir/reference.hpp"
#include "rules/evaluate/evaluate_and_count.hpp"
#include "rules/evaluate/sources_that_matter.hpp"
#include "rules/pack/sources.hpp"
#include "service/deployment/pack_versions.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace service {

namespace {

/// Drafts that are left out are told of where open orders are.
const std::string orders_key(rules::fixed_sources[rules::source_orders].key);

/// The kinds of cards that a pack may give at a hook; the notice that data is missing is no rule's.
std::vector<rules::RuleKind> card_kinds_of(const rules::Pack& pack, rules::Hook hook) {
    std::vector<rules::RuleKind> kinds{rules::RuleKind::notice};
    for (const rules::Rule& rule : pack.rules) {
        const bool is_called = std::ranges::find(rule.hooks, hook) != rule.hooks.end();
        if (is_called && std::ranges::find(kinds, rule.kind) == kinds.end()) kinds.push_back(rule.kind);
    }
    return kinds;
}

/// What the client's FHIR server does not have is known not to come: nobody left it out.
void expect_no_refused(rules::Sources& sources, const HookCall& call) {
    for (const rules::PrefetchTemplate& asked : call.service->offered.prefetch) {
        rules::SourceData& source = sources[asked.key];
        if (!has_type(*call.profile, asked.resource_type) && source.unavailable == rules::Unavailable::not_sent) {
            source.unavailable = rules::Unavailable::not_provided;
        }
    }
}

/// A service of a version, as calls of `asked` templates reach it.
ServedService service_of(const LoadedPack& version, const rules::Service& one,
                         std::vector<rules::PrefetchTemplate> asked) {
    OfferedService offered{one.id,
                           one.hook,
                           one.title,
                           one.description,
                           one.usage_requirements,
                           std::move(asked),
                           card_kinds_of(version.program->pack(), one.hook)};
    return {std::move(offered), version.program, version.digests, override_reasons_of(version.program->pack())};
}

/// The same service of another version; null if it has none.
std::shared_ptr<ServedService> same_service_of(const std::shared_ptr<const LoadedPack>& version,
                                               const rules::Service& one,
                                               const std::vector<rules::PrefetchTemplate>* asked) {
    if (!version) return nullptr;
    const auto& services = version->program->pack().services;
    const auto same = std::ranges::find_if(
        services, [&](const rules::Service& other) { return other.id == one.id && other.hook == one.hook; });
    if (same == services.end()) return nullptr;
    return std::make_shared<ServedService>(
        service_of(*version, *same, asked != nullptr ? *asked : version->program->prefetch(one.hook)));
}

}  // namespace

std::vector<ServedService> services_of(const LoadedPack& pack) {
    std::vector<ServedService> services;
    for (const rules::Service& one : pack.program->pack().services) {
        const auto asked = prefetch_of(pack, one.hook);
        ServedService service = service_of(pack, one, asked);
        service.shadow = same_service_of(pack.shadow, one, nullptr);
        if (const auto canary = same_service_of(pack.canary, one, &asked)) {
            canary->shadow = service.shadow;
            canary->is_canary = true;
            for (const rules::RuleKind kind : canary->offered.card_kinds) {
                auto& kinds = service.offered.card_kinds;
                if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(kind);
            }
            service.canary = canary;
            service.canary_share = pack.canary_share;
        }
        services.push_back(std::move(service));
    }
    return services;
}

void choose_version(HookCall& call) {
    const ServedService& service = *call.service;
    if (service.canary && service.canary_share.holds(call.request.user_id)) call.service = service.canary.get();
}

boost::system::result<HookCall, Problem> read_hook_call(const std::vector<const ServedService*>& services,
                                                        std::string_view body, bool strict,
                                                        const ClientProfile& profile) {
    std::vector<rules::Hook> hooks;
    for (const ServedService* service : services) hooks.push_back(service->offered.hook);
    auto request = read_hook_request(body, {hooks, strict, profile.sends_user});
    if (!request) return request.error();
    const auto called = std::ranges::find(hooks, request->hook) - hooks.begin();
    HookCall call{services[static_cast<std::size_t>(called)], std::move(*request), {}, {}};
    call.profile = &profile;
    auto sources = read_prefetch(call.request.prefetch, {call.service->offered.prefetch, call.request.patient, strict});
    if (!sources) return sources.error();
    call.sources = std::move(*sources);
    for (const rules::PrefetchTemplate& asked : call.service->offered.prefetch) {
        call.sent.push_back({asked.key, call.sources.at(asked.key).unavailable});
    }
    expect_no_refused(call.sources, call);
    if (!call.request.drafts_left_out.empty()) {
        rules::SourceData not_asked{{}, rules::Unavailable::not_sent};
        auto& orders = call.sources.try_emplace(orders_key, std::move(not_asked)).first->second;
        std::ranges::move(call.request.drafts_left_out, std::back_inserter(orders.left_out));
    }
    return call;
}

namespace {

rules::Call asked_by(const HookCall& call, const ClinicalTime& time) {
    return {call.request.hook, time.at, time.zone.get(), call.request.drafts, call.request.selections};
}

}  // namespace

std::vector<std::string> sources_that_matter(const HookCall& call, const ClinicalTime& time) {
    return rules::sources_that_matter(*call.service->program, rules::read_record(call.sources), asked_by(call, time));
}

rules::Evaluation evaluate_call(const HookCall& call, const ClinicalTime& time, bool explained) {
    const rules::Record record = rules::read_record(call.sources);
    const rules::Call asked = asked_by(call, time);
    const rules::Program& program = *call.service->program;
    return explained ? rules::explain(program, record, asked) : rules::evaluate(program, record, asked);
}

rules::Evaluation evaluate_and_count(const HookCall& call, const ClinicalTime& time, rules::SeenResults& seen) {
    const rules::Record record = rules::read_record(call.sources);
    return rules::evaluate_and_count(*call.service->program, record, asked_by(call, time), seen);
}

namespace {

/// What a CodeableConcept is called: its text, else the first display of its codings.
std::string_view name_in(const boost::json::object& draft, std::string_view element) {
    const boost::json::value* member = draft.if_contains(element);
    if (member == nullptr || !member->is_object()) return {};
    const boost::json::object& concept_ = member->get_object();
    if (const std::string_view text = fhir::member_text(concept_, "text"); !text.empty()) return text;
    const boost::json::value* codings = concept_.if_contains("coding");
    if (codings == nullptr || !codings->is_array()) return {};
    for (const boost::json::value& coding : codings->get_array()) {
        const std::string_view display = coding.is_object() ? fhir::member_text(coding.get_object(), "display") : "";
        if (!display.empty()) return display;
    }
    return {};
}

std::vector<DraftName> draft_names(const HookRequest& request) {
    std::vector<DraftName> drafts;
    for (const boost::json::object* draft : request.drafts) {
        const std::string_view type = fhir::member_text(*draft, "resourceType"), id = fhir::member_text(*draft, "id");
        if (!fhir::is_id(id)) continue;
        const bool is_prescription = type == "MedicationRequest";
        drafts.push_back({std::string(type) + "/" + std::string(id),
                          std::string(name_in(*draft, is_prescription ? "medicationCodeableConcept" : "code"))});
    }
    return drafts;
}

}  // namespace

Response response_of(const HookCall& call, const rules::Evaluation& evaluation, const AnswerSettings& settings) {
    const rules::Program& program = *call.service->program;
    const std::string& own = program.site().about_url;
    const std::vector<DraftName> drafts = draft_names(call.request);
    CardContext context{program.pack().identity,
                        call.service->digests.cards,
                        call.request.patient_id,
                        call.request.encounter_id,
                        call.request.user_id,
                        call.profile,
                        settings,
                        call.service->override_reasons,
                        own.empty() ? settings.about_url : own,
                        drafts};
    if (call.profile->is_crd) context.wishes = wishes_of(call.request.extension);
    return render_response(evaluation.cards, context);
}

}  // namespace service
