// A line or a Bundle of a population: whatever stands there, what is passed by moves nothing of what rules read. Where
// the text is JSON, so is what is kept of it; the same resources of the types that rules read stand in both, under the
// same names, and the same Observations have the codes that are asked for.
#include "fhir/bundle.hpp"
#include "fhir/json_text.hpp"
#include "fhir/member.hpp"
#include "fhir/reference.hpp"
#include "rules/bulk/skim.hpp"
#include "rules/record/selection.hpp"
#include "tests/fuzz/json_mutator.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

const rules::Selection& selection() {
    static const rules::Selection selection(std::vector<rules::PrefetchTemplate>{
        {"patient", "Patient/{{context.patientId}}", "Patient", true},
        {"conditions", "Condition?patient={{context.patientId}}", "Condition", true},
        {"medicationRequests", "MedicationRequest?patient={{context.patientId}}", "MedicationRequest", false},
        {"b12", "Observation?patient={{context.patientId}}&code=http://loinc.org|2132-9", "Observation", false}});
    return selection;
}

/// What is read, in order.
std::vector<const fhir::Entry*> selected(const fhir::Bundle& record) {
    std::vector<const fhir::Entry*> found;
    for (std::size_t position = 0; position < selection().templates().size(); ++position) {
        for (const rules::Selected& one : selection().answer(record, position))
            found.push_back(&record.entries()[one.index]);
    }
    return found;
}

bool are_alike(const fhir::Entry& one, const fhir::Entry& other) {
    return one.type == other.type && one.id == other.id && one.full_url == other.full_url &&
           one.versions_differ == other.versions_differ && *one.resource == *other.resource;
}

/// Whether resources of two types stand at one fullUrl, or one where its address names another type: what a reference
/// leads to is then for that one to say, which may be passed by.
bool has_odd_place(const fhir::Bundle& record) {
    std::map<std::string_view, std::string_view> types;
    for (const fhir::Entry& entry : record.entries()) {
        if (entry.full_url.empty()) continue;
        const std::string_view told = fhir::parse_reference(entry.full_url).type;
        if (!told.empty() && told != entry.type) return true;
        if (types.emplace(entry.full_url, entry.type).first->second != entry.type) return true;
    }
    return false;
}

using Names = std::set<std::pair<std::string_view, std::string_view>>;

/// Whether a resource stands there twice. Of its versions one without a date that counts does not undo one with it,
/// where those of before a day are passed by.
bool has_versions(const boost::json::value& value, Names& seen) {
    const auto is_again = [&seen](const boost::json::value& part) { return has_versions(part, seen); };
    if (const auto* list = value.if_array()) return std::ranges::any_of(*list, is_again);
    const auto* object = value.if_object();
    if (!object) return false;
    const std::string_view type = fhir::member_text(*object, "resourceType"), id = fhir::member_text(*object, "id");
    if (!type.empty() && !id.empty() && !seen.emplace(type, id).second) return true;
    return std::ranges::any_of(
        *object, is_again, [](const auto& member) -> const auto& { return member.value(); });
}

void hold(rules::Skimmer& skimmer, const std::string& text, const boost::json::value& whole) {
    const auto skimmed = skimmer.skim(text);
    if (!skimmed) std::abort();
    const auto kept = fhir::parse_json(skimmed->kept);
    if (!kept || !kept->is_object()) std::abort();
    if (skimmed->type != "Bundle" || skimmed->has_escapes) return;
    fhir::Issues issues;
    const fhir::Bundle before = fhir::Bundle::of(whole, issues), after = fhir::Bundle::of(*kept, issues);
    if (has_odd_place(before)) return;
    const auto wanted = selected(before), found = selected(after);
    if (wanted.size() != found.size()) std::abort();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!are_alike(*wanted[i], *found[i])) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const rules::Codes codes = *selection().observation_codes();
    static rules::Skimmer all_dates(&codes), new_dates(&codes, "2026-02-28");
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto whole = fhir::parse_json(text);
    if (!whole || !whole->is_object()) return static_cast<void>(all_dates.skim(text)), 0;
    hold(all_dates, text, *whole);
    Names seen;
    if (!has_versions(*whole, seen)) hold(new_dates, text, *whole);
    return 0;
}
