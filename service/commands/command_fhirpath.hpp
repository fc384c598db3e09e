// backpain-cds fhirpath: evaluates an expression on a resource and prints what it gives.
#pragma once

#include "service/base/command.hpp"

#include <string>

namespace service {

struct FhirpathOptions {
    std::string expression;
    std::string file;      ///< "-" is stdin; empty: evaluated on nothing
    bool typed = false;    ///< each value with its type
    bool explain = false;  ///< the value of every part
    OutputFormat format = OutputFormat::json;
};

/// Evaluates `options.expression`. now() is the machine's clock; resolve() knows contained resources and, on a Bundle,
/// its entries; trace() and the compiler's warnings go to `streams.err`.
/// \returns does_not_hold if the expression is refused or fails; bad_input if the file cannot be read or is no
/// resource.
ExitCode run_fhirpath(const FhirpathOptions& options, const Streams& streams);

}  // namespace service
