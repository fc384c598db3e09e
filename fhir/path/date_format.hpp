// Dates and times in a form that the expression describes: toDate('dd-MM-yyyy'). Source: FHIRPath 3.0, Date/DateTime
// String Format Codes (STU).
#pragma once

#include "fhir/date_time.hpp"

#include <optional>
#include <string_view>

namespace fhir::path {

/// Whether `format` is made of codes that are known here: yy yyyy M MM d dd h hh H HH m mm s ss S… a Z. Other letters
/// and signs stand for themselves, except for the codes of names, MMM, MMMM and z, which depend on a language.
bool is_date_format(std::string_view format);

/// `text` read by `format`. Nothing if it does not fit, or is no date. Precondition: is_date_format(format).
std::optional<DateTime> parse_by_format(std::string_view text, std::string_view format);

}  // namespace fhir::path
