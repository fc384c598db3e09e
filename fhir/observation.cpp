#include "fhir/observation.hpp"

#include "fhir/choice.hpp"

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

std::vector<ReferenceRange> read_reference_ranges(const Element& element) {
    std::vector<ReferenceRange> ranges;
    ranges.reserve(element.size_of("referenceRange"));
    element.each("referenceRange", [&](const Element& member) {
        ReferenceRange& range = ranges.emplace_back();
        range.low = read_bound(member, "low");
        range.high = read_bound(member, "high");
        range.type = read_concept(member, "type");
        range.applies_to = read_concepts(member, "appliesTo");
        range.by_age = member.has("age");
        range.text = member.text("text");
    });
    return ranges;
}

std::optional<CodeableConcept> read_data_absent_reason(const Element& element) {
    if (!element.has("dataAbsentReason")) return std::nullopt;
    return read_concept(element, "dataAbsentReason");
}

}  // namespace

Observation read_observation(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "Observation", issues);
    Observation observation;
    observation.source = &resource;
    observation.id = element.text("id");
    observation.status = element.text("status");
    observation.category = read_concepts(element, "category");
    observation.code = read_concept(element, "code");
    observation.subject = read_reference(element, "subject");
    observation.effective = read_when(element, "effective");
    observation.issued = element.date_time("issued");
    observation.value = read_value(element);
    observation.data_absent_reason = read_data_absent_reason(element);
    observation.reference_range = read_reference_ranges(element);
    observation.component.reserve(element.size_of("component"));
    element.each("component", [&](const Element& member) {
        observation.component.push_back({read_concept(member, "code"), read_value(member),
                                         read_data_absent_reason(member), read_reference_ranges(member)});
    });
    observation.has_member = read_references(element, "hasMember");
    observation.based_on = read_references(element, "basedOn");
    observation.performer = read_references(element, "performer");
    observation.specimen = read_reference(element, "specimen");
    return observation;
}

}  // namespace fhir
