#include "fhir/dosage.hpp"

namespace fhir {

std::vector<Dosage> read_dosages(const Element& parent, std::string_view name) {
    std::vector<Dosage> dosages;
    dosages.reserve(parent.size_of(name));
    parent.each(name, [&](const Element& member) {
        const bool as_needed =
            member.boolean("asNeededBoolean").value_or(false) || member.has("asNeededCodeableConcept");
        dosages.push_back({member.text("text"), read_concept(member, "route"), as_needed});
    });
    return dosages;
}

}  // namespace fhir
