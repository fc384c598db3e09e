#include "fhir/bundle.hpp"
#include "fhir/member.hpp"
#include "rules/course/course.hpp"
#include "rules/nearest/near_changes.hpp"
#include "service/base/uuid.hpp"
#include "service/call/composed_request.hpp"
#include "service/call/hook_call.hpp"
#include "service/clients/client_profile.hpp"
#include "service/tuning/evaluation_text.hpp"
#include "service/tuning/explained_call.hpp"
#include "service/tuning/preview_cards.hpp"
#include "service/tuning/sources_at_hand.hpp"
#include "service/workbench/api.hpp"

#include <optional>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

/// A patient in front of one of the pack's services: all that a call of it needs.
struct AskedCall {
    std::shared_ptr<const LoadedPack> pack;
    std::shared_ptr<const HeldPatient> patient;
    std::vector<ServedService> services;
    std::vector<const ServedService*> called;
    std::string body;  ///< of the request
    ClinicalTime time;
};

ApiError unknown_patient() {
    return {404, "This patient is not here any more: open the record again."};
}

std::vector<const json::object*> objects_of(const std::vector<json::value>& trees) {
    std::vector<const json::object*> objects;
    for (const json::value& tree : trees) objects.push_back(&tree.get_object());
    return objects;
}

/// The request that an EHR with this record would send.
boost::system::result<std::string, ApiError> body_of(const HeldPatient& patient, const ServedService& service) {
    if (!patient.request.empty()) return patient.request;
    fhir::Issues issues;
    const fhir::Bundle record = fhir::Bundle::of(objects_of(patient.resources), issues);
    ComposeOptions compose{service.offered.hook, service.offered.prefetch, {}, {}, random_uuid()};
    if (is_order_hook(service.offered.hook)) compose.draft_orders = patient.drafts;
    if (service.offered.hook == rules::Hook::order_select) compose.selections = patient.selections;
    const auto request = compose_request(record, compose);
    if (!request && request.error() == ComposeFault::no_draft_orders) {
        return ApiError{400, "This record has no draft orders, which this service is about: choose another service."};
    }
    if (!request) return ApiError{400, std::string(explain(request.error())) + "."};
    return fhir::print_json(*request);
}

/// The instant that is asked for, else that of the story, else that of the workbench.
boost::system::result<ClinicalTime, ApiError> time_of(const Workbench& workbench, const HeldPatient& patient,
                                                      const json::object& asked) {
    std::string at = text_asked(asked, "at");
    if (at.empty()) at = patient.at;
    if (at.empty()) return workbench.settings().clock.time();
    const auto clock = parse_clinical_clock(at, false);
    if (!clock) return ApiError{400, "The day \"" + at + "\" cannot be read: " + why_no_instant(at) + "."};
    return clock->time();
}

boost::system::result<AskedCall, ApiError> read_asked_call(Workbench& workbench, const json::object& asked) {
    AskedCall call;
    auto pack = workbench.load_draft(asked);
    if (!pack) return pack.error();
    call.pack = std::move(*pack);
    call.patient = workbench.find_patient(text_asked(asked, "patient"), call.pack.get());
    if (call.patient == nullptr) return unknown_patient();
    if (!call.patient->why_closed.empty()) return ApiError{400, call.patient->why_closed};
    const auto time = time_of(workbench, *call.patient, asked);
    if (!time) return time.error();
    call.time = *time;
    call.services = services_of(*call.pack);
    call.called = services_called(call.services, text_asked(asked, "service"));
    if (call.called.empty()) {
        return ApiError{400, "The pack has no service '" + text_asked(asked, "service") + "': choose one of its own."};
    }
    auto body = body_of(*call.patient, *call.called.front());
    if (!body) return body.error();
    call.body = std::move(*body);
    return call;
}

/// Whose stories are meant by their ids: those of the saved site file, else, if it holds errors, of the pack alone.
std::shared_ptr<const LoadedPack> pack_of_stories(Workbench& workbench) {
    auto pack = workbench.load(workbench.saved());
    return pack->program != nullptr ? pack : workbench.load(SiteSource());
}

ApiError refused(const Problem& problem) {
    return {400, sentence_of(problem)};
}

json::array cards_of(const HookCall& call, const rules::Evaluation& evaluation) {
    const Response response = response_of(call, evaluation, {random_uuid});
    const auto tree = fhir::parse_json(response.body);
    const json::value* cards = tree && tree->is_object() ? fhir::find_member(tree->get_object(), "cards") : nullptr;
    return cards != nullptr && cards->is_array() ? cards->get_array() : json::array();
}

}  // namespace

ApiAnswer open_patient(Workbench& workbench, const ApiRequest& request) {
    auto patient = read_patient(request.body);
    if (!patient) return patient.error();
    // What the page sends for a change of a record that is open already.
    const bool is_record = !patient->resources.empty();
    const std::string original = is_record ? text_asked(patient->resources.front().get_object(), "copyOf") : "";
    if (!original.empty()) {
        const auto copied = workbench.find_patient(original, pack_of_stories(workbench).get());
        if (copied == nullptr) return unknown_patient();
        auto copy = changed_copy(*copied, patient->resources.front().get_object());
        if (!copy) return copy.error();
        patient = std::move(*copy);
    }
    fhir::Issues issues;
    const std::size_t resources = fhir::Bundle::of(objects_of(patient->resources), issues).entries().size();
    if (resources == 0 && patient->request.empty()) {
        return ApiError{
            400, "This holds no resource: give a Bundle or resources of FHIR R4 as JSON, or a CDS Hooks request."};
    }
    const std::string title = patient->title;
    const std::string id = workbench.opened().keep(std::move(*patient));
    json::array notes;
    if (!issues.empty()) notes.push_back("Some of it is no resource, and is left out.");
    return answered(
        json::object{{"patient", id}, {"title", title}, {"resources", resources}, {"notes", std::move(notes)}});
}

ApiAnswer show_patient(Workbench& workbench, const ApiRequest& request) {
    const auto patient = workbench.find_patient(request.id, pack_of_stories(workbench).get());
    if (patient == nullptr) return unknown_patient();
    fhir::Issues issues;
    const fhir::Bundle record = fhir::Bundle::of(objects_of(patient->resources), issues);
    json::array entries;
    for (const fhir::Entry& entry : record.entries()) {
        if (entry.resource != nullptr) entries.push_back(json::object{{"resource", *entry.resource}});
    }
    json::object document{
        {"patient", patient->id},
        {"title", patient->title},
        {"at", nullptr},
        {"drafts", json::array(patient->drafts.begin(), patient->drafts.end())},
        {"bundle", json::object{{"resourceType", "Bundle"}, {"type", "collection"}, {"entry", std::move(entries)}}}};
    if (!patient->at.empty()) document["at"] = patient->at;
    return answered(document);
}

ApiAnswer evaluate_patient(Workbench& workbench, const ApiRequest& request) {
    const auto asked = read_asked_call(workbench, request.asked);
    if (!asked) return asked.error();
    const auto call = read_hook_call(asked->called, asked->body, false);
    if (!call) return refused(call.error());
    if (const auto missing = missing_sources(call->sources, call->service->offered.prefetch)) return refused(*missing);
    static const std::vector<json::value> no_record;
    const bool is_request = !asked->patient->request.empty();
    const ExplainedCall explained =
        explain_call(*call, is_request ? no_record : asked->patient->resources, asked->time);
    const rules::Record record = rules::read_record(call->sources);
    const HookRequest& sent = call->request;
    const rules::Call at{sent.hook, asked->time.at, asked->time.zone.get(), sent.drafts, sent.selections};
    const rules::Course course = rules::course_of(*call->service->program, record, at);
    return answered(json::object{{"evaluation", explanation_as_json(explained.evaluation, explained.unmatched)},
                                 {"cards", cards_of(*call, explained.evaluation)},
                                 {"series", rules::series_json(course)},
                                 {"spans", rules::spans_json(course)}});
}

ApiAnswer find_changes(Workbench& workbench, const ApiRequest& request) {
    const auto asked = read_asked_call(workbench, request.asked);
    if (!asked) return asked.error();
    const HeldPatient& patient = *asked->patient;
    if (!patient.request.empty()) {
        return ApiError{400, "What would change it is looked for in records, not in a request as an EHR sent it."};
    }
    rules::NearQuestion question{.program = asked->pack->program,
                                 .hook = asked->called.front()->offered.hook,
                                 .at = asked->time.at,
                                 .zone = asked->time.zone,
                                 .resources = patient.resources,
                                 .rule = text_asked(request.asked, "rule"),
                                 .sources_of = reader_of_records()};
    if (is_order_hook(question.hook)) question.drafts = patient.drafts;
    if (question.hook == rules::Hook::order_select) question.selections = patient.selections;
    const std::stop_token stop = workbench.begin_search();
    const rules::NearChanges found = rules::near_changes(question, stop);
    if (stop.stop_requested()) return ApiError{409, "A newer question took this one's place."};
    if (!found.why_not.empty()) {
        return ApiError{400, "This record cannot be evaluated: mend first what is said where its cards would stand."};
    }
    return answered(rules::near_changes_json(found));
}

ApiAnswer preview_patient(Workbench& workbench, const ApiRequest& request) {
    PreviewOptions how;
    const std::string client = text_asked(request.asked, "client");
    if (!client.empty()) {
        how.clients.push_back(find_client_profile(client));
        if (how.clients.front() == nullptr) return ApiError{400, "There is no client '" + client + "'."};
    }
    if (const json::value* width = fhir::find_member(request.asked, "width"); width != nullptr && width->is_int64()) {
        const std::int64_t pixels = width->get_int64();
        if (pixels < least_preview_width || pixels > most_preview_width) {
            return ApiError{400, "A card is " + std::to_string(least_preview_width) + " to " +
                                     std::to_string(most_preview_width) + " pixels wide."};
        }
        how.width_px = static_cast<unsigned>(pixels);
    }
    const auto asked = read_asked_call(workbench, request.asked);
    if (!asked) return asked.error();
    const auto page = preview_of(asked->called, asked->body, asked->time, how);
    if (!page) return refused(page.error());
    return answered(json::object{{"html", *page}});
}

}  // namespace service
