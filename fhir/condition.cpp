#include "fhir/condition.hpp"

#include "fhir/choice.hpp"

#include <array>

namespace fhir {
namespace {

// HL7's code systems, by the names of R4 and of the versions before it.
constexpr std::array<std::string_view, 2> clinical_systems{"http://terminology.hl7.org/CodeSystem/condition-clinical",
                                                           "http://hl7.org/fhir/condition-clinical"};
constexpr std::array<std::string_view, 2> verification_systems{
    "http://terminology.hl7.org/CodeSystem/condition-ver-status", "http://hl7.org/fhir/condition-ver-status"};

Onset read_onset(const Element& condition) {
    const Choice choice = find_choice(condition, "onset");
    if (choice.type == "Age" && !choice.several) {
        const std::optional<Element> age = condition.child(choice.name);
        return age ? Onset(read_quantity(*age)) : Onset(NotRead());
    }
    if (choice.type == "String" && !choice.several) {
        const std::string_view words = condition.text(choice.name);
        return words.empty() ? Onset(NotRead()) : Onset(OnsetText{words});
    }
    return std::visit([](const auto& when) { return Onset(when); }, read_when(condition, choice));
}

void read_abatement(const Element& element, Condition& condition) {
    const Choice choice = find_choice(element, "abatement");
    if (choice.name.empty()) return;
    if (choice.type == "Boolean" && !choice.several) {  // FHIR STU3
        condition.abated = element.boolean(choice.name).value_or(true);
        return;
    }
    condition.abated = true;
    if (choice.several) return;
    if (choice.type == "DateTime") condition.abatement = element.date_time(choice.name);
    if (choice.type != "Period") return;
    if (const std::optional<Element> member = element.child(choice.name)) {
        const Period period = read_period(*member);
        condition.abatement = period.start ? period.start : period.end;
    }
}

}  // namespace

Condition read_condition(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "Condition", issues);
    Condition condition;
    condition.source = &resource;
    condition.id = element.text("id");
    condition.doubt = doubt_of(resource);
    condition.clinical_status = read_status(element, "clinicalStatus", clinical_systems);
    condition.verification_status = read_status(element, "verificationStatus", verification_systems);
    condition.category = read_concepts(element, "category");
    condition.code = read_concept(element, "code");
    condition.subject = read_reference(element, "subject");
    condition.onset = read_onset(element);
    read_abatement(element, condition);
    condition.recorded_date = element.date_time("recordedDate");
    return condition;
}

}  // namespace fhir
