// Text to tree. Source: FHIRPath N1, Appendix B, grammar.
#pragma once

#include "fhir/path/program.hpp"

#include <boost/system/result.hpp>

namespace fhir::path {

/// Parses `program.text` into `program.nodes` and `program.root`. Nothing is known of types yet. One error at most:
/// what follows a syntax error has no meaning.
boost::system::result<void, Diagnostic> parse(Program& program, const Limits& limits);

/// A diagnostic whose line and column are those of `offset` in `text`.
Diagnostic diagnostic_at(std::string_view text, Severity severity, std::string message, std::size_t offset,
                         std::size_t length);

}  // namespace fhir::path
