#include "service/tuning/explained_call.hpp"

#include "fhir/bundle.hpp"
#include "rules/pack/sources.hpp"

#include <algorithm>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

/// What the call has, and the results of the file beside it that no prefetch asks for.
rules::Record whole_record(const HookCall& call, const std::vector<json::value>& resources) {
    rules::Sources sources = call.sources;
    const std::vector<std::string_view> keys = rules::source_keys(call.service->program->pack());
    const auto group = std::ranges::find(keys, nullptr, rules::find_fixed_source);
    std::vector<const json::object*> objects;
    for (const json::value& tree : resources) objects.push_back(&tree.get_object());
    fhir::Issues issues;
    const fhir::Bundle bundle = fhir::Bundle::of(objects, issues);
    for (const fhir::Entry& entry : bundle.entries()) {
        const bool is_result = group != keys.end() && entry.resource && entry.type == "Observation";
        if (is_result) sources[std::string(*group)].resources.push_back(entry);
    }
    return rules::read_record(sources);
}

}  // namespace

std::vector<const ServedService*> services_called(const std::vector<ServedService>& services, std::string_view id) {
    std::vector<const ServedService*> called;
    for (const ServedService& service : services) {
        if (service.offered.id == id) called.push_back(&service);
    }
    return called;
}

ExplainedCall explain_call(const HookCall& call, const std::vector<json::value>& resources, const ClinicalTime& time) {
    ExplainedCall explained{evaluate_call(call, time, true), {}};
    explained.unmatched = rules::unmatched(*explained.evaluation.program, whole_record(call, resources));
    return explained;
}

}  // namespace service
