// From a change to a sealed pack, and what became of one that runs.
#include "service/base/file_text.hpp"
#include "service/tuning/release_gate.hpp"
#include "service/tuning/told_difference.hpp"
#include "service/workbench/api.hpp"

#include <utility>

namespace service {

namespace json = boost::json;

namespace {

json::array steps_as_json(const ReleaseGate& gate) {
    json::array steps;
    for (const GateStep& step : gate.steps) {
        steps.push_back(json::object{{"id", step.id},
                                     {"title", step.title},
                                     {"passed", step.passed},
                                     {"stops", step.stops},
                                     {"says", json::array(step.says.begin(), step.says.end())}});
    }
    return steps;
}

/// The release note: what changes, and what the gate says of it.
std::string note_of(Workbench& workbench, const SiteSource& draft, const ReleaseGate& gate) {
    std::string note;
    const auto from = read_version(workbench.settings().pack, workbench.saved());
    const auto to = read_version(workbench.settings().pack, draft);
    if (from && to) note = ToldDifference(*from, *to).markdown() + "\n";
    note += "## Checks\n\n";
    for (const GateStep& step : gate.steps) {
        note += std::string("* ") +
                (step.passed  ? "passed: "
                 : step.stops ? "**not passed**: "
                              : "open: ") +
                std::string(step.title) + "\n";
    }
    return note;
}

ReleaseGate gate_of(const Workbench& workbench, const SiteSource& site) {
    return hold_for_release(workbench.settings().pack, site, {}, workbench.settings().clock().date);
}

}  // namespace

ApiAnswer release_of_draft(Workbench& workbench, const ApiRequest& request) {
    const SiteSource draft = workbench.draft_of(request.asked);
    const ReleaseGate gate = gate_of(workbench, draft);
    return answered(json::object{{"steps", steps_as_json(gate)}, {"note", note_of(workbench, draft, gate)}});
}

/// The pack alone: a site file is named by its digest, and comes beside it.
ApiAnswer seal_of_pack(Workbench& workbench, const ApiRequest&) {
    const auto version = read_version(workbench.settings().pack, SiteSource());
    if (!version) return ApiError{409, "The pack holds errors: mend what is listed first.", version.error()};
    const ReleaseGate gate = gate_of(workbench, SiteSource());
    if (const GateStep* failed = first_failed(gate)) {
        return ApiError{409, "Not sealed: " + failed->refusal + ".", {}, json::object{{"steps", steps_as_json(gate)}}};
    }
    const SealedPack sealed = seal_pack(*version);
    return answered(json::object{{"name", sealed.pack + "-" + sealed.version + ".sealed.json"},
                                 {"text", print_sealed_pack(sealed)}});
}

ApiAnswer show_report(Workbench& workbench, const ApiRequest&) {
    const std::filesystem::path& path = workbench.settings().report;
    if (path.empty()) return ApiError{404, "The workbench was started without --report FILE."};
    auto text = read_text(path);
    if (!text) return ApiError{404, "The report cannot be read: " + why_unread(path) + "."};
    if (!fhir::parse_json(*text)) {
        return ApiError{400, "The report is no JSON: write it with `backpain-cds report --format json`."};
    }
    return std::move(*text);
}

}  // namespace service
