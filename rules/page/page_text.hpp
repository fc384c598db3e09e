// A report as text for a terminal: the same page, its tables laid out in columns, of each plot its table.
#pragma once

#include "rules/page/html_page.hpp"

#include <string>

namespace rules {

std::string page_text(const Page& page);

}  // namespace rules
