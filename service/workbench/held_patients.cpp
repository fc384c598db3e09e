#include "service/workbench/held_patients.hpp"

#include "fhir/bundle.hpp"
#include "fhir/member.hpp"
#include "service/base/file_text.hpp"
#include "service/tuning/told_stories.hpp"

#include <algorithm>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

constexpr std::string_view sample_prefix = "sample/";
constexpr std::size_t longest_title = 200;

/// "text" of a HumanName, else its parts.
std::string words_of(const json::object& name) {
    const std::string_view text = fhir::member_text(name, "text");
    if (!text.empty()) return std::string(text);
    std::string words;
    const json::value* given = fhir::find_member(name, "given");
    if (given != nullptr && given->is_array()) {
        for (const json::value& one : given->get_array()) {
            if (const auto part = fhir::text_of(one)) words += std::string(*part) + ' ';
        }
    }
    words += fhir::member_text(name, "family");
    return words;
}

/// Nothing but what a list of open records shows to the person who opened them.
std::string title_of(const json::object& patient) {
    const json::value* names = fhir::find_member(patient, "name");
    const bool has_one = names != nullptr && names->is_array() && !names->get_array().empty();
    std::string title =
        has_one && names->get_array()[0].is_object() ? words_of(names->get_array()[0].get_object()) : "";
    if (title.empty()) title = "Patient/" + std::string(fhir::member_text(patient, "id"));
    title.resize(std::min(title.size(), longest_title));
    return title;
}

std::string title_of(const std::vector<json::value>& trees) {
    std::vector<const json::object*> objects;
    for (const json::value& tree : trees) objects.push_back(&tree.get_object());
    fhir::Issues issues;
    const fhir::Bundle bundle = fhir::Bundle::of(objects, issues);
    for (const fhir::Entry& entry : bundle.entries()) {
        if (entry.resource != nullptr && entry.type == "Patient") return title_of(*entry.resource);
    }
    return "A record without a Patient";
}

bool is_request(const std::vector<json::value>& trees) {
    return trees.size() == 1 && !fhir::member_text(trees.front().get_object(), "hook").empty() &&
           fhir::member_text(trees.front().get_object(), "resourceType").empty();
}

/// What a request's prefetch holds, to be looked at.
std::vector<json::value> resources_of_request(const json::object& request) {
    std::vector<json::value> resources;
    const json::value* prefetch = fhir::find_member(request, "prefetch");
    if (prefetch == nullptr || !prefetch->is_object()) return resources;
    for (const auto& [key, value] : prefetch->get_object()) {
        if (value.is_object()) resources.push_back(value);
    }
    return resources;
}

ApiError unreadable(const fhir::JsonError& error, std::string_view text) {
    const fhir::TextPosition position = fhir::position_at(text, error.offset);
    return {400, "This cannot be read at line " + std::to_string(position.line) + ", column " +
                     std::to_string(position.column) + ": " + std::string(error.message) +
                     ". Give a Bundle or resources of FHIR R4 as JSON, one patient's, or a CDS Hooks request."};
}

}  // namespace

boost::system::result<HeldPatient, ApiError> read_patient(std::string_view text) {
    auto trees = fhir::parse_resources(text);
    if (!trees) return unreadable(trees.error(), text);
    if (trees->empty() || !std::ranges::all_of(*trees, &json::value::is_object)) {
        return ApiError{400,
                        "This holds no resource. Give a Bundle or resources of FHIR R4 as JSON, or a CDS Hooks "
                        "request."};
    }
    HeldPatient patient;
    if (is_request(*trees)) {
        patient.request = std::string(text);
        patient.resources = resources_of_request(trees->front().get_object());
    } else {
        patient.resources = std::move(*trees);
    }
    patient.title = title_of(patient.resources);
    return patient;
}

boost::system::result<HeldPatient, ApiError> changed_copy(const HeldPatient& patient, const json::object& change) {
    if (!patient.request.empty()) return ApiError{400, "A request as it was sent is not changed: open its record."};
    const json::value* resource = fhir::find_member(change, "resource");
    const bool is_new = resource != nullptr && resource->is_object();
    const std::string_view removed = fhir::member_text(change, "remove");
    if (!is_new && removed.empty()) return ApiError{400, "A change names a \"resource\", or one to \"remove\"."};
    const std::string reference = is_new ? std::string(fhir::member_text(resource->get_object(), "resourceType")) +
                                               '/' + std::string(fhir::member_text(resource->get_object(), "id"))
                                         : std::string(removed);
    HeldPatient copy{.id = {}, .title = patient.title + ", changed", .at = patient.at};
    copy.drafts = patient.drafts;
    copy.selections = patient.selections;
    std::vector<const json::object*> objects;
    for (const json::value& tree : patient.resources) objects.push_back(&tree.get_object());
    fhir::Issues issues;
    const fhir::Bundle record = fhir::Bundle::of(objects, issues);
    bool is_found = false;
    for (const fhir::Entry& entry : record.entries()) {
        if (entry.resource == nullptr) continue;
        const bool is_it = std::string(entry.type) + '/' + std::string(entry.id) == reference;
        if (!is_it) copy.resources.emplace_back(*entry.resource);
        if (is_it && is_new) copy.resources.push_back(*resource);
        is_found = is_found || is_it;
    }
    if (is_new && !is_found) copy.resources.push_back(*resource);
    if (!is_new && !is_found) return ApiError{400, "There is no " + reference + " in this record."};
    return copy;
}

std::vector<HeldPatient> stories_as_patients(const std::vector<rules::Story>& stories) {
    std::vector<HeldPatient> patients;
    std::vector<std::string> ids = ids_of(stories);
    for (std::size_t i = 0; i < stories.size(); ++i) {
        const rules::Story& story = stories[i];
        HeldPatient patient;
        patient.id = std::move(ids[i]);
        patient.title = story.name;
        patient.at = story.at.text();
        patient.resources = story.resources;
        patient.drafts = story.drafts;
        patient.selections = story.selections;
        if (!story.unavailable.empty()) {
            patient.why_closed =
                "This story is about data that could not be had, which no record shows: `test` tells it.";
        } else if (!story.site.text.empty()) {
            patient.why_closed = "This story brings settings of its own, not those of the draft: `test` tells it.";
        }
        patients.push_back(std::move(patient));
    }
    return patients;
}

std::string OpenedPatients::keep(HeldPatient patient) {
    const std::lock_guard lock(mutex_);
    patient.id = "p" + std::to_string(++opened_);
    std::string id = patient.id;
    kept_.push_back(std::make_shared<const HeldPatient>(std::move(patient)));
    if (kept_.size() > most_kept) kept_.pop_front();
    return id;
}

std::shared_ptr<const HeldPatient> OpenedPatients::find(std::string_view id) const {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find_if(kept_, [id](const auto& one) { return one->id == id; });
    return found == kept_.end() ? nullptr : *found;
}

SamplePatients::SamplePatients(std::filesystem::path folder) : folder_(std::move(folder)) {
    const auto text = folder_.empty() ? std::nullopt : read_text(folder_ / "stories.json");
    const auto list = text ? fhir::parse_json(*text) : boost::system::result<json::value, fhir::JsonError>({});
    if (!list || !list->is_array()) return;
    for (const json::value& one : list->get_array()) {
        if (!one.is_object()) continue;
        const std::string_view id = fhir::member_text(one.get_object(), "id");
        const std::string_view name = fhir::member_text(one.get_object(), "name");
        const std::string_view story = fhir::member_text(one.get_object(), "story");
        titles_.push_back(
            {std::string(sample_prefix) + std::string(id), std::string(name) + ": " + std::string(story)});
    }
}

std::shared_ptr<const HeldPatient> SamplePatients::find(std::string_view id) const {
    const auto title = std::ranges::find(titles_, id, &PatientTitle::id);
    if (title == titles_.end()) return nullptr;
    const auto text = read_text(folder_ / (std::string(id.substr(sample_prefix.size())) + ".json"));
    if (!text) return nullptr;
    auto patient = read_patient(*text);
    if (!patient) return nullptr;
    patient->id = title->id;
    patient->title = title->title;
    return std::make_shared<const HeldPatient>(std::move(*patient));
}

}  // namespace service
