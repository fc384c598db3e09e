#include "fhir/dosage.hpp"

namespace fhir {

std::vector<Dosage> read_dosages(const Element& parent, std::string_view name) {
    return parent.list(name, [](const Element& member) { return Dosage{read_concept(member, "route")}; });
}

}  // namespace fhir
