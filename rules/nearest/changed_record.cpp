#include "rules/nearest/changed_record.hpp"

#include "fhir/json_text.hpp"
#include "fhir/member.hpp"
#include "rules/record/record.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rules {
namespace {

namespace json = boost::json;

/// Elements by which rules say when something was (FHIR R4: Observation, Condition, MedicationRequest, …).
constexpr std::array dated = {"effectiveDateTime", "effectiveInstant", "issued",     "onsetDateTime",
                              "abatementDateTime", "recordedDate",     "authoredOn", "occurrenceDateTime",
                              "performedDateTime", "dateAsserted",     "start",      "end"};
constexpr std::array holders = {"effectivePeriod", "onsetPeriod",     "abatementPeriod", "occurrencePeriod",
                                "performedPeriod", "dispenseRequest", "validityPeriod",  "dosageInstruction",
                                "dosage",          "timing",          "repeat",          "boundsPeriod"};

template <std::size_t size>
bool is_one_of(std::string_view name, const std::array<const char*, size>& names) {
    return std::ranges::find(names, name) != names.end();
}

std::optional<fhir::DateTime> date_in(const json::value& value) {
    const auto text = fhir::text_of(value);
    const auto date = text ? fhir::DateTime::parse(*text) : std::nullopt;
    const bool has_day = date && date->first_day() == date->last_day();
    return has_day ? date : std::nullopt;
}

/// Calls `see` with each date of a resource, or of what it holds.
template <typename Value, typename See>
void each_date(Value& value, const See& see) {
    if (value.is_array()) {
        for (auto& one : value.get_array()) each_date(one, see);
    }
    if (!value.is_object()) return;
    for (auto&& member : value.get_object()) {
        if (is_one_of(member.key(), dated) && date_in(member.value())) see(member.value());
        if (is_one_of(member.key(), holders)) each_date(member.value(), see);
    }
}

json::object* quantity_of(json::object& result, const std::optional<std::size_t>& component) {
    json::object* holder = &result;
    if (component) {
        json::value* list = result.if_contains("component");
        if (!list || !list->is_array() || *component >= list->get_array().size()) return nullptr;
        holder = list->get_array()[*component].if_object();
    }
    json::value* quantity = holder ? holder->if_contains("valueQuantity") : nullptr;
    return quantity ? quantity->if_object() : nullptr;
}

bool reads_as(const json::object* quantity, const fhir::Decimal& number) {
    const json::value* value = quantity ? quantity->if_contains("value") : nullptr;
    const auto written =
        value && fhir::is_number(*value) ? fhir::Decimal::parse(fhir::number_text(*value)) : std::nullopt;
    // With a comparator it is no number but a side of one.
    return written && *written == number && !quantity->contains("comparator");
}

json::object coded(std::string_view system, std::string_view code) {
    json::object concept_with;
    concept_with["coding"] = json::array{json::object{{"system", system}, {"code", code}}};
    return concept_with;
}

}  // namespace

ChangedRecord::ChangedRecord(std::vector<json::value> trees) : trees_(std::move(trees)) {
    for (json::value& tree : trees_) {
        json::object* object = tree.if_object();
        if (!object) continue;
        if (fhir::member_text(*object, "resourceType") != "Bundle") {
            resources_.push_back(&tree);
            continue;
        }
        json::value* entries = object->if_contains("entry");
        if (!entries || !entries->is_array()) continue;
        for (json::value& entry : entries->get_array()) {
            json::value* resource = entry.is_object() ? entry.get_object().if_contains("resource") : nullptr;
            if (resource && resource->is_object()) resources_.push_back(resource);
        }
    }
    for (const json::value* resource : resources_) {
        const json::object& object = resource->get_object();
        const std::string_view id = fhir::member_text(object, "id");
        references_.push_back(id.empty() ? std::string() : reference_to(fhir::member_text(object, "resourceType"), id));
    }
}

std::optional<std::size_t> ChangedRecord::find(std::string_view reference) const {
    const auto found = std::ranges::find(references_, reference);
    if (reference.empty() || found == references_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - references_.begin());
}

std::vector<const json::object*> ChangedRecord::objects() const {
    std::vector<const json::object*> objects;
    for (const json::value& tree : trees_) {
        if (tree.is_object()) objects.push_back(&tree.get_object());
    }
    if (added_) objects.push_back(&added_->get_object());
    return objects;
}

void ChangedRecord::replace(std::size_t resource, json::value changed) {
    undo();
    kept_ = std::exchange(*resources_[resource], std::move(changed));
    changed_ = resource;
}

void ChangedRecord::remove(std::size_t resource) {
    replace(resource, json::object{{"resourceType", "Basic"}});  // which nobody reads
}

void ChangedRecord::add(json::value resource) {
    undo();
    added_ = std::move(resource);
}

void ChangedRecord::undo() {
    if (changed_) *resources_[*changed_] = std::move(kept_);
    changed_.reset();
    added_.reset();
}

std::optional<ValuePlace> ChangedRecord::find_value(std::size_t resource, const fhir::Decimal& number) const {
    json::object& object = resources_[resource]->get_object();
    if (reads_as(quantity_of(object, std::nullopt), number)) return ValuePlace{resource};
    const json::value* components = object.if_contains("component");
    const std::size_t count = components && components->is_array() ? components->get_array().size() : 0;
    for (std::size_t at = 0; at < count; ++at) {
        if (reads_as(quantity_of(object, at), number)) return ValuePlace{resource, at};
    }
    return std::nullopt;
}

json::value ChangedRecord::with_value(const ValuePlace& place, const fhir::Decimal& number) const {
    json::value changed = *resources_[place.resource];
    if (json::object* quantity = quantity_of(changed.get_object(), place.component)) {
        (*quantity)["value"] = fhir::make_decimal(number.text());
    }
    return changed;
}

std::vector<std::chrono::sys_days> ChangedRecord::days_of(std::size_t resource) const {
    std::vector<std::chrono::sys_days> days;
    each_date(std::as_const(*resources_[resource]),
              [&days](const json::value& value) { days.push_back(date_in(value)->last_day()); });
    return days;
}

json::value ChangedRecord::moved_by(std::size_t resource, long days) const {
    json::value changed = *resources_[resource];
    each_date(changed, [days](json::value& value) {
        const auto moved = fhir::add(*date_in(value), fhir::Decimal(days), fhir::CalendarUnit::day);
        if (moved) value = moved->text();
    });
    return changed;
}

json::value invented(const InventedCode& invented) {
    json::object resource = {{"resourceType", invented.type}, {"id", "if-this-were-on-record"}};
    json::object code = coded(invented.system, invented.code);
    code["text"] = invented.display;
    code["coding"].get_array()[0].get_object()["display"] = invented.display;
    resource["subject"] = json::object{{"reference", invented.subject}};
    if (invented.type == "MedicationRequest") {
        resource["status"] = "active";
        resource["intent"] = "order";
        resource["authoredOn"] = invented.day;
        resource["medicationCodeableConcept"] = std::move(code);
        return resource;
    }
    resource["code"] = std::move(code);
    if (invented.type == "Procedure") {
        resource["status"] = "completed";
        resource["performedDateTime"] = invented.day;
        return resource;
    }
    resource["clinicalStatus"] = coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active");
    resource["verificationStatus"] = coded("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed");
    resource["onsetDateTime"] = invented.day;
    resource["recordedDate"] = invented.day;
    return resource;
}

}  // namespace rules
