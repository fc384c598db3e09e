#include "service/call/hook_call.hpp"

#include "rules/evaluate/sources_that_matter.hpp"
#include "rules/pack/sources.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace service {

namespace {

/// Drafts that are left out are told of where open orders are.
const std::string orders_key(rules::fixed_sources[rules::source_orders].key);

}  // namespace

std::vector<ServedService> services_of(const LoadedPack& pack) {
    std::vector<ServedService> services;
    for (const rules::Service& one : pack.program->pack().services) {
        services.push_back(
            {{one.id, one.hook, one.title, one.description, one.usage_requirements, pack.program->prefetch(one.hook)},
             pack.program,
             pack.digest,
             override_reasons_of(pack.program->pack())});
    }
    return services;
}

boost::system::result<HookCall, Problem> read_hook_call(const std::vector<const ServedService*>& services,
                                                        std::string_view body, bool strict) {
    std::vector<rules::Hook> hooks;
    for (const ServedService* service : services) hooks.push_back(service->offered.hook);
    auto request = read_hook_request(body, {hooks, strict});
    if (!request) return request.error();
    const auto called = std::ranges::find(hooks, request->hook) - hooks.begin();
    HookCall call{services[static_cast<std::size_t>(called)], std::move(*request), {}, {}};
    auto sources = read_prefetch(call.request.prefetch, {call.service->offered.prefetch, call.request.patient, strict});
    if (!sources) return sources.error();
    call.sources = std::move(*sources);
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

Response response_of(const HookCall& call, const rules::Evaluation& evaluation, ClientProfile profile,
                     const UuidSource& new_uuid, std::string_view about_url) {
    const rules::Program& program = *call.service->program;
    const std::string& own = program.site().about_url;
    return render_response(evaluation.cards,
                           {program.pack().identity, call.service->digest, call.request.patient_id,
                            call.request.encounter_id, call.request.user_id, profile, new_uuid,
                            call.service->override_reasons, own.empty() ? about_url : std::string_view(own)});
}

}  // namespace service
