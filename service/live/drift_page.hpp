// What went quiet, as it may be shared: counts of 1 to 10 are "<11", all others are rounded to 10, as in the report.
#pragma once

#include "rules/page/html_page.hpp"
#include "service/live/drift.hpp"

#include <string>

namespace service {

rules::Page drift_page(const DriftReport& report);

/// Exact counts, and so not for sharing, as its first member says.
std::string drift_json(const DriftReport& report);

}  // namespace service
