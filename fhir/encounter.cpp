#include "fhir/encounter.hpp"

#include "fhir/when.hpp"

namespace fhir {

Encounter read_encounter(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "Encounter", issues);
    Encounter encounter;
    encounter.source = &resource;
    encounter.id = element.text("id");
    encounter.status = element.text("status");
    if (const std::optional<Element> period = element.child("period")) encounter.period = read_period(*period);
    return encounter;
}

}  // namespace fhir
