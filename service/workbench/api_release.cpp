// From a change to a sealed pack, and what became of one that runs.
#include "fhir/member.hpp"
#include "service/base/file_text.hpp"
#include "service/tuning/release_gate.hpp"
#include "service/tuning/told_difference.hpp"
#include "service/workbench/api.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

/// What a file belongs to: the site file; the pack, whose files are named from it; or neither, as expansions, whose
/// name is absolute.
std::string_view owner_of(const std::string& file, const std::filesystem::path& site) {
    if (file == site.generic_string()) return "site";
    return std::filesystem::path(file).is_absolute() ? "other" : "pack";
}

/// Each place once, as far as a person reads: a file, the member in it, and what the file belongs to.
json::array places_as_json(const GateStep& step, const std::filesystem::path& site) {
    constexpr std::size_t most_places = 20;
    json::array places;
    for (const rules::Place& place : step.mended_at) {
        if (place.file.empty() || places.size() == most_places) continue;
        json::value told =
            json::object{{"file", place.file}, {"member", place.pointer}, {"of", owner_of(place.file, site)}};
        if (std::ranges::find(places, told) == places.end()) places.push_back(std::move(told));
    }
    return places;
}

json::array steps_as_json(const ReleaseGate& gate, const std::filesystem::path& site) {
    json::array steps;
    for (const GateStep& step : gate.steps) {
        steps.push_back(json::object{{"id", step.id},
                                     {"title", step.title},
                                     {"passed", step.passed},
                                     {"stops", step.stops},
                                     {"says", json::array(step.says.begin(), step.says.end())},
                                     {"places", places_as_json(step, site)}});
    }
    return steps;
}

/// The release note: what changes, and what the gate says of it. What changes is told from the version before it where
/// one was named, else from the saved site file. \param to  null if it cannot be read.
std::string note_of(const Workbench& workbench, const PackText& pack, const ReadVersion* to, const ReleaseGate& gate) {
    std::string note;
    const char* against = workbench.settings().previous.empty() ? "saved" : "previous";
    const auto from = workbench.read_before(json::object{{"from", against}}, pack);
    if (!from) {
        note = from.error().says + "\n\n";
        for (const rules::Diagnostic& finding : from.error().findings) {
            if (finding.severity == rules::Severity::error) note += "* " + rules::one_line(finding) + "\n";
        }
        if (!note.ends_with("\n\n")) note += '\n';
    } else if (to != nullptr) {
        note = ToldDifference(*from, *to).markdown() + "\n";
    }
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

ReleaseGate gate_of(const Workbench& workbench, const PackText& pack, const SiteSource& site) {
    return hold_for_release(pack, site, workbench.settings().previous, workbench.settings().clock().date);
}

/// Whoever presses the button means the pack that the page shows.
std::optional<ApiError> differs_from_shown(const ReadVersion& version, const json::object& asked) {
    const std::string& digest = version.digests.pack;
    if (fhir::find_member(asked, "packDigest") == nullptr || text_asked(asked, "packDigest") == digest) {
        return std::nullopt;
    }
    return ApiError{409,
                    "Not sealed: the pack is not the one that the page shows. Look at what it shows now, and seal it "
                    "then.",
                    {},
                    json::object{{"packDigest", digest}}};
}

ApiError unread(const rules::Diagnostics& findings) {
    return {409, "The pack holds errors: mend what is listed first.", findings};
}

}  // namespace

ApiAnswer release_of_draft(Workbench& workbench, const ApiRequest& request) {
    const auto pack = read_pack_text(workbench.settings().pack);
    if (!pack) return unread(pack.error());
    const SiteSource draft = with_text(workbench.draft_of(request.asked));
    const ReleaseGate gate = gate_of(workbench, *pack, draft);
    const auto to = read_version(*pack, draft);
    // By the digests the page names what it shows, when that is approved or sealed.
    return answered(json::object{{"steps", steps_as_json(gate, workbench.site_name())},
                                 {"note", note_of(workbench, *pack, to ? &*to : nullptr, gate)},
                                 {"packDigest", digest_of_files(pack->files)},
                                 {"approvalDigest", to ? json::value(to->digests.approval) : json::value(nullptr)}});
}

/// The pack alone: a site file is named by its digest, and comes beside it. Read once: what is sealed is what the gate
/// saw, though somebody saves a file meanwhile; and what the page showed, if it says what that was.
ApiAnswer seal_of_pack(Workbench& workbench, const ApiRequest& request) {
    const auto pack = read_pack_text(workbench.settings().pack);
    const auto version = pack ? read_version(*pack, SiteSource()) : pack.error();
    if (!version) return unread(version.error());
    if (auto conflict = differs_from_shown(*version, request.asked)) return std::move(*conflict);
    const ReleaseGate gate = gate_of(workbench, *pack, SiteSource());
    if (const GateStep* failed = first_failed(gate)) {
        return ApiError{409,
                        "Not sealed: " + failed->refusal + ".",
                        {},
                        json::object{{"steps", steps_as_json(gate, workbench.site_name())}}};
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
