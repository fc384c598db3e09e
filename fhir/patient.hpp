// FHIR R4 Patient, the elements that rules read.
#pragma once

#include "fhir/date_time.hpp"
#include "fhir/doubt.hpp"
#include "fhir/element.hpp"

#include <optional>
#include <string_view>

namespace fhir {

struct Patient {
    const boost::json::object* source = nullptr;  ///< borrowed, like every text here
    std::string_view id;
    Doubt doubt = Doubt::none;
    std::string_view gender;  ///< male | female | other | unknown; empty if not sent
    std::optional<Date> birth_date;
    bool deceased = false;  ///< by deceasedBoolean, or because there is a deceasedDateTime
};

Patient read_patient(const boost::json::object& resource, Issues& issues);

}  // namespace fhir
