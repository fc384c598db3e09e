#include "fhir/observation.hpp"

#include "fhir/choice.hpp"
#include "fhir/member.hpp"

namespace fhir {
namespace {

// One of several values that stand side by side would be a guess.
ObservationValue read_value(const Element& element) {
    const Choice choice = find_choice(element, "value");
    if (choice.name.empty()) return {};
    if (choice.several) return NotRead();
    if (choice.type == "Quantity") {
        const std::optional<Element> quantity = element.child(choice.name);
        return quantity ? ObservationValue(read_quantity(*quantity)) : ObservationValue(NotRead());
    }
    if (choice.type == "CodeableConcept") {
        const std::optional<Element> coded = element.child(choice.name);
        return coded ? ObservationValue(read_codeable_concept(*coded)) : ObservationValue(NotRead());
    }
    if (choice.type == "String") {
        const std::string_view text = element.text(choice.name);
        return text.empty() ? ObservationValue(NotRead()) : ObservationValue(ValueText{text});
    }
    if (choice.type == "Integer") {
        const std::optional<std::int64_t> number = element.integer(choice.name);
        return number ? ObservationValue(*number) : ObservationValue(NotRead());
    }
    element.report(choice.name, IssueCode::not_read);
    return NotRead();
}

std::optional<Quantity> read_bound(const Element& range, std::string_view name) {
    const std::optional<Element> bound = range.child(name);
    return bound ? std::optional(read_quantity(*bound)) : std::nullopt;
}

ReferenceRange read_reference_range(const Element& element) {
    ReferenceRange range;
    range.low = read_bound(element, "low");
    range.high = read_bound(element, "high");
    range.type = read_concept(element, "type");
    range.applies_to = read_concepts(element, "appliesTo");
    range.by_age = element.has("age");
    if (const std::optional<Element> age = range.by_age ? element.child("age") : std::nullopt) {
        range.age_low = read_bound(*age, "low");
        range.age_high = read_bound(*age, "high");
    }
    range.text = element.text("text");
    return range;
}

ObservationComponent read_component(const Element& element) {
    return {read_concept(element, "code"), read_value(element), element.has("dataAbsentReason"),
            element.list("referenceRange", read_reference_range)};
}

}  // namespace

Observation read_observation(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "Observation", issues);
    const MemberNames names(resource);
    Observation observation;
    observation.source = &resource;
    observation.id = element.text("id");
    observation.doubt = doubt_of(resource);
    observation.status = element.text("status");
    observation.code = read_concept(element, "code");
    observation.effective = read_when(element, "effective");
    if (names.may_have("issued")) observation.issued = element.date_time("issued");
    observation.value = read_value(element);
    observation.has_data_absent_reason = names.may_have("dataAbsentReason") && element.has("dataAbsentReason");
    if (names.may_have("referenceRange")) {
        observation.reference_range = element.list("referenceRange", read_reference_range);
    }
    if (names.may_have("component")) observation.component = element.list("component", read_component);
    if (names.may_have("hasMember")) observation.has_member = read_references(element, "hasMember");
    if (names.may_have("performer")) observation.performer = read_references(element, "performer");
    if (names.may_have("specimen")) observation.specimen = read_reference(element, "specimen");
    return observation;
}

}  // namespace fhir
