// FHIR R4 Condition, the elements that rules read.
#pragma once

#include "fhir/coding.hpp"
#include "fhir/date_time.hpp"
#include "fhir/doubt.hpp"
#include "fhir/quantity.hpp"
#include "fhir/reference.hpp"
#include "fhir/when.hpp"

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace fhir {

/// Free words in place of a date.
struct OnsetText {
    std::string_view text;
    bool operator==(const OnsetText&) const = default;
};

/// When it began: a date, a span, the age of the patient (the unit stands in the Quantity), words, or a Range or
/// something invalid, which is not read.
using Onset = std::variant<std::monostate, DateTime, Period, Quantity, OnsetText, NotRead>;

struct Condition {
    const boost::json::object* source = nullptr;  ///< borrowed, like every text here
    std::string_view id;
    Doubt doubt = Doubt::none;
    Status clinical_status, verification_status;
    std::vector<CodeableConcept> category;
    CodeableConcept code;
    Reference subject;
    Onset onset;
    bool abated = false;                ///< any abatement[x] is there, abatementBoolean false excepted
    std::optional<DateTime> abatement;  ///< of abatementDateTime, or the start (else the end) of abatementPeriod
    std::optional<DateTime> recorded_date;
};

Condition read_condition(const boost::json::object& resource, Issues& issues);

}  // namespace fhir
