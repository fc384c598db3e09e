// The body of a service call as anybody may send it, from reading to the response, with the shipped pack and for each
// of its hooks. To be run from the root of the repository. What comes out must be JSON that CDS Hooks allows, and the
// explained evaluation must give the same cards.
#include "fhir/json_text.hpp"
#include "service/call/hook_call.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "tests/fuzz/json_mutator.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

const std::vector<service::ServedService>& services() {
    static const std::vector<service::ServedService> all = [] {
        const service::LoadedPack pack = service::load_pack("rules/packs/back-pain-labs", {});
        if (!pack.program) {
            std::fputs("request_fuzz: no pack; run it from the root of the repository\n", stderr);
            std::exit(2);
        }
        return service::services_of(pack);
    }();
    return all;
}

/// Nothing empty and no null, which CDS Hooks forbids in what a service says, but for "cards": [].
bool is_well_formed(const boost::json::value& value) {
    if (value.is_null()) return false;
    if (const auto text = fhir::text_of(value)) return !text->empty();
    if (const auto* array = value.if_array()) {
        return !array->empty() && std::ranges::all_of(*array, is_well_formed);
    }
    const auto* object = value.if_object();
    if (!object) return true;
    return !object->empty() && std::ranges::all_of(*object, [](const auto& member) {
        if (member.key() == "cards" && member.value().is_array() && member.value().get_array().empty()) return true;
        return is_well_formed(member.value());
    });
}

std::string print_cards(const service::HookCall& call, const rules::Evaluation& evaluation) {
    int made = 0;
    const service::Response response =
        service::response_of(call, evaluation, {[&made] { return "uuid-" + std::to_string(++made); }});
    const auto tree = fhir::parse_json(response.body);
    if (!tree || !is_well_formed(*tree)) std::abort();
    return response.body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fhir::DateTime at = *service::parse_clinical_instant("2026-01-15T09:00:00+01:00");
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    std::vector<const service::ServedService*> called;
    for (const service::ServedService& one : services()) called.push_back(&one);
    const auto strict = service::read_hook_call(called, body, true);
    const auto call = service::read_hook_call(called, body, false);
    if (!call) {
        if (strict) std::abort();  // who keeps to the letter is served
        (void)service::problem_reply(call.error());
        return 0;
    }
    if (const auto missing = service::missing_sources(call->sources, call->service->offered.prefetch)) {
        (void)service::problem_reply(*missing);
        return 0;
    }
    const std::string cards = print_cards(*call, service::evaluate_call(*call, service::frozen_clock(at).time()));
    if (!fhir::parse_json(cards)) std::abort();
    if (cards != print_cards(*call, service::evaluate_call(*call, service::frozen_clock(at).time(), true)))
        std::abort();
    return 0;
}
