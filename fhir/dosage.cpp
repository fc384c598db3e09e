#include "fhir/dosage.hpp"

namespace fhir {

std::vector<Dosage> read_dosages(const Element& parent, std::string_view name) {
    return parent.list(name, [](const Element& member) {
        const bool as_needed =
            member.boolean("asNeededBoolean").value_or(false) || member.has("asNeededCodeableConcept");
        return Dosage{member.text("text"), read_concept(member, "route"), as_needed};
    });
}

}  // namespace fhir
