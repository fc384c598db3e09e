// A Bundle with any fullUrls, versions and references: every entry is found again by its place, no reference leads to a
// resource of another type than it names, and what counts is settled whatever the order of entries.
#include "fhir/bundle.hpp"
#include "fhir/json_text.hpp"
#include "rules/record/patient_identity.hpp"
#include "rules/record/record.hpp"
#include "tests/fuzz/json_mutator.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

/// Follows every reference of `value`, which stands in `holder`.
void follow(const boost::json::value& value, const fhir::Bundle& bundle, const fhir::Entry& holder) {
    if (const boost::json::array* list = value.if_array()) {
        for (const boost::json::value& element : *list) follow(element, bundle, holder);
    }
    const boost::json::object* object = value.if_object();
    if (!object) return;
    for (const auto& [key, member] : *object) follow(member, bundle, holder);
    const boost::json::value* written = object->if_contains("reference");
    const auto text = written ? fhir::text_of(*written) : std::nullopt;
    if (!text) return;
    const fhir::Reference reference = fhir::parse_reference(*text);
    const fhir::Entry* found = bundle.resolve(reference, &holder);
    if (!found) return;
    const bool has_name = reference.kind == fhir::ReferenceKind::relative;
    if (has_name && found->full_url.empty() && (found->type != reference.type || found->id != reference.id))
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto tree = fhir::parse_json({reinterpret_cast<const char*>(data), size});
    if (!tree) return 0;
    fhir::Issues issues;
    const fhir::Bundle bundle = fhir::Bundle::of(*tree, issues);
    rules::PatientIdentity patient("p1");
    for (const fhir::Entry& entry : bundle.entries()) {
        if (!entry.resource) std::abort();
        if (entry.full_url.starts_with("urn:uuid:") && !bundle.resolve(fhir::parse_reference(entry.full_url)))
            std::abort();
        patient.learn(*entry.resource, entry.full_url);
        (void)patient.whose(*entry.resource);
        follow(boost::json::value(*entry.resource), bundle, entry);
    }
    rules::Sources sources;
    sources["vitaminD"].resources = bundle.entries();
    (void)rules::read_record(sources);
    return 0;
}
