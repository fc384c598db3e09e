// FHIR R4 Observation, the elements that rules read. A record holds dozens, so that what nothing asks for (category,
// subject, basedOn) is not looked at.
#pragma once

#include "fhir/coding.hpp"
#include "fhir/doubt.hpp"
#include "fhir/quantity.hpp"
#include "fhir/reference.hpp"
#include "fhir/when.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace fhir {

/// A valueString as it was sent.
struct ValueText {
    std::string_view text;
    bool operator==(const ValueText&) const = default;
};

/// What was found. NotRead if something else stands there, or something invalid: never the same as nothing.
using ObservationValue = std::variant<std::monostate, Quantity, CodeableConcept, ValueText, std::int64_t, NotRead>;

/// Where the laboratory draws its lines. Either bound may be missing; the text may be all there is.
struct ReferenceRange {
    std::optional<Quantity> low;
    std::optional<Quantity> high;
    CodeableConcept type;  ///< "normal", "therapeutic", …; empty means normal
    std::vector<CodeableConcept> applies_to;
    bool by_age = false;                        ///< it holds for an age only
    std::optional<Quantity> age_low, age_high;  ///< of that age; either may be missing
    std::string_view text;
};

struct ObservationComponent {
    CodeableConcept code;
    ObservationValue value;
    bool has_data_absent_reason = false;
    std::vector<ReferenceRange> reference_range;
};

struct Observation {
    const boost::json::object* source = nullptr;  ///< borrowed, like every text here
    std::string_view id;
    Doubt doubt = Doubt::none;
    std::string_view status;
    CodeableConcept code;
    When effective;
    std::optional<DateTime> issued;
    ObservationValue value;
    bool has_data_absent_reason = false;
    std::vector<ReferenceRange> reference_range;
    std::vector<ObservationComponent> component;
    std::vector<Reference> has_member;
    std::vector<Reference> performer;
    Reference specimen;
};

Observation read_observation(const boost::json::object& resource, Issues& issues);

}  // namespace fhir
