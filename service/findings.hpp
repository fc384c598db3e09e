// Findings about files that people write, as they are told on stderr.
#pragma once

#include "rules/diagnostic.hpp"

#include <iosfwd>
#include <string>

namespace service {

/// One line a finding: `file:line:column: error|warning: text. How to mend it. [code]`.
void print_findings(const rules::Diagnostics& findings, std::ostream& to);

/// A finding about a file as a whole.
rules::Diagnostic finding_of_file(std::string file, std::string code, std::string message);

}  // namespace service
