// FHIR JSON as a client or a FHIR server may send it: parsed, printed and parsed again without a change, and read as
// every resource that we know, and as a record.
#include "fhir/bundle.hpp"
#include "fhir/json_scan.hpp"
#include "fhir/json_text.hpp"
#include "fhir/value_set.hpp"
#include "rules/record/record.hpp"
#include "tests/fuzz/json_mutator.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

void check_printing(const boost::json::value& tree) {
    const std::string printed = fhir::print_json(tree);
    const auto again = fhir::parse_json(printed);
    if (!again || fhir::print_json(*again) != printed) std::abort();
    const auto indented = fhir::parse_json(fhir::print_json_indented(tree));
    if (!indented || fhir::print_json(*indented) != printed) std::abort();
}

// What is read in one pass is what Boost.JSON's parser reads; so is the place of what is wrong.
void check_against_boost(std::string_view text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    boost::json::monotonic_resource memory;  // where the tree is written down, not built
    const auto reference = fhir::parse_by_boost(text, {}, fhir::JsonDialect::strict, {});
    for (const boost::json::storage_ptr& storage : {boost::json::storage_ptr(), boost::json::storage_ptr(&memory)}) {
        const auto tree = fhir::parse_json(text, storage);
        if (tree.has_value() != reference.has_value()) std::abort();
        if (tree && (*tree != *reference || fhir::print_json(*tree) != fhir::print_json(*reference))) std::abort();
        if (!tree && (tree.error().code != reference.error().code || tree.error().offset != reference.error().offset))
            std::abort();
    }
}

void read_as_everything(const boost::json::object& resource) {
    fhir::Issues issues;
    (void)fhir::read_patient(resource, issues);
    (void)fhir::read_condition(resource, issues);
    (void)fhir::read_observation(resource, issues);
    (void)fhir::read_medication(resource, issues);
    (void)fhir::read_medication_request(resource, issues);
    (void)fhir::read_medication_statement(resource, issues);
    (void)fhir::read_procedure(resource, issues);
    (void)fhir::read_service_request(resource, issues);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_against_boost(text);
    const auto lenient = fhir::parse_json(text, {}, fhir::JsonDialect::with_comments);
    const auto tree = fhir::parse_json(text);
    if (!tree) {
        if (tree.error().offset > size || tree.error().message.empty()) std::abort();
        (void)fhir::position_at(text, tree.error().offset);
        (void)fhir::parse_resources(text);
        return 0;
    }
    if (!lenient) std::abort();
    check_printing(*tree);
    if (fhir::locate(text, "/entry/0/resource") > size) std::abort();
    (void)fhir::ValueSet::read(*tree);
    fhir::Issues issues;
    std::vector<const boost::json::object*> resources;
    const fhir::Bundle bundle = fhir::Bundle::of(*tree, issues);
    for (const fhir::Entry& entry : bundle.entries()) {
        resources.push_back(entry.resource);
        read_as_everything(*entry.resource);
        (void)fhir::contained_in(*entry.resource, "a");
    }
    if (const auto* object = tree->if_object()) read_as_everything(*object);
    (void)rules::read_record(rules::sources_of_complete_record(resources, {"vitaminD"}));
    return 0;
}
