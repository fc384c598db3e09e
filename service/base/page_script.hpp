// What report pages (rules/compare/html_page) need from this machine: Chart.js, from where Debian's libjs-chart.js puts
// it.
#pragma once

#include "rules/page/html_page.hpp"

namespace service {

/// Without the package, `chart_js` is empty and pages say so.
rules::PageScript read_page_script();

}  // namespace service
