#include "service/tuning/told_requests.hpp"

#include "fhir/bundle.hpp"
#include "fhir/json_text.hpp"
#include "service/call/composed_request.hpp"

#include <cstdio>
#include <utility>

namespace service {
namespace json = boost::json;

namespace {

/// A UUID of the form of version 4 that counts: the same story has the same one at each run.
std::string counting_uuid(std::size_t number) {
    char text[37];
    std::snprintf(text, sizeof text, "00000000-0000-4000-8000-%012zx", number & 0xffffffffffff);
    return text;
}

json::object told_of(const rules::StoryRun& run) {
    json::array expected;
    for (const rules::ExpectedCard& card : run.story.expected.at(run.hook)) expected.emplace_back(card.text);
    json::object told{{"story", run.story.name},
                      {"file", run.story.place.file},
                      {"at", run.story.at.text()},
                      {"expected", std::move(expected)}};
    if (const auto site = fhir::parse_json(run.program.site().text, {}, fhir::JsonDialect::with_comments))
        told["site"] = *site;
    return told;
}

}  // namespace

void ToldRequests::see(const rules::StoryRun& run) {
    std::vector<const json::object*> resources;
    for (const json::value& resource : run.story.resources) {
        if (const json::object* object = resource.if_object()) resources.push_back(object);
    }
    fhir::Issues issues;
    const fhir::Bundle record = fhir::Bundle::of(resources, issues);
    const ComposeOptions options{run.hook, run.program.prefetch(run.hook), run.story.drafts, run.story.selections,
                                 counting_uuid(++told_)};
    auto request = compose_request(record, options);
    if (!request) {
        refused_.push_back(run.story.name + ": " + std::string(explain(request.error())));
        return;
    }
    for (const std::string& key : run.story.unavailable) request->at("prefetch").as_object().erase(key);
    (*request)["extension"] = json::object{{"org.backpain-cds", told_of(run)}};
    lines_ += fhir::print_json(*request) + '\n';
}

}  // namespace service
