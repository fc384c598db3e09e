// FHIR Bulk Data as a broken export may leave it: no line is lost or counted twice, and what walking over a line finds
// in it is what reading it whole finds.
#include "fhir/json_text.hpp"
#include "fhir/member.hpp"
#include "rules/bulk/line_source.hpp"
#include "rules/bulk/skim.hpp"
#include "tests/fuzz/json_mutator.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

namespace {

namespace json = boost::json;

std::string_view reference_in(const json::object& resource, std::string_view name) {
    const json::value* holder = resource.if_contains(name);
    return holder && holder->is_object() ? fhir::member_text(holder->get_object(), "reference") : std::string_view();
}

void hold_line(rules::Skimmer& skimmer, std::string_view line) {
    const auto tree = fhir::parse_json(line);
    if (!tree || !tree->is_object()) return;
    const json::object& resource = tree->get_object();
    const auto skimmed = skimmer.skim(line);
    if (!skimmed) std::abort();
    if (line.find('\\') != std::string_view::npos) return;  // names and values may be written otherwise
    if (skimmed->type != fhir::member_text(resource, "resourceType")) std::abort();
    if (skimmed->id != fhir::member_text(resource, "id")) std::abort();
    if (skimmed->kept.size() < line.size()) return;  // nobody asks whose it is
    if (skimmed->subject != reference_in(resource, "subject")) std::abort();
    if (skimmed->patient != reference_in(resource, "patient")) std::abort();
    if (skimmed->has_hook != resource.contains("hook")) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t longest = 1024;
    const std::string text(reinterpret_cast<const char*>(data), size);
    std::istringstream input(text);
    auto source = rules::LineSource::open("-", &input, longest);
    if (!source) std::abort();
    rules::Skimmer skimmer;
    rules::LineBatch batch;
    std::uint64_t next_line = 1, bytes = 0;
    while (source->next(batch)) {
        if (batch.first_line < next_line) std::abort();
        next_line = batch.first_line;
        bytes += batch.bytes;
        std::string_view rest = batch.text;
        if (batch.is_document && rest.size() > longest) std::abort();
        for (; !batch.is_document && !rest.empty();
             rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1)) {
            hold_line(skimmer, rest.substr(0, rest.find('\n')));
        }
    }
    if (bytes != size) std::abort();
    return 0;
}
