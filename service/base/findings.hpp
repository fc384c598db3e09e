// Findings about files that people write, as they are told on stderr.
#pragma once

#include "rules/text/diagnostic.hpp"

#include <filesystem>
#include <iosfwd>
#include <string>

namespace service {

/// "file:line:column", or the file alone where it is about all of it.
std::string print_place(const rules::Place& place);

/// One line a finding: `file:line:column: error|warning: text. How to mend it. [code]`.
void print_findings(const rules::Diagnostics& findings, std::ostream& to);

/// A finding about a file as a whole.
rules::Diagnostic finding_of_file(std::string file, std::string code, std::string message, std::string mend = {});

/// A finding about what stands at `pointer` in a file of JSON.
rules::Diagnostic finding_in_file(const std::filesystem::path& file, std::string pointer, std::string code,
                                  std::string message);

}  // namespace service
