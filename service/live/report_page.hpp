// The report as it may be shared: counts of 1 to 10 are "<11", all others are rounded to 10, and shares come from the
// rounded counts. One page of words, tables and plots, from which text, CSV and HTML are made.
#pragma once

#include "rules/page/html_page.hpp"
#include "service/live/report.hpp"

#include <string>

namespace service {

rules::Page report_page(const Report& report);

/// RFC 4180, for a spreadsheet: one value a line, `table,row,column,value`. What a spreadsheet would take for a formula
/// has an apostrophe before it.
std::string report_csv(const rules::Page& page);

/// Exact counts, and so not for sharing, as its first member says.
std::string report_json(const Report& report);

}  // namespace service
