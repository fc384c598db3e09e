// backpain-cds fhirpath: evaluates an expression on a resource and prints what it gives.
#pragma once

#include "service/base/command.hpp"

#include <filesystem>
#include <string>

namespace service {

struct FhirpathOptions {
    std::string expression;
    std::string file;            ///< "-" is stdin; empty: evaluated on nothing
    std::filesystem::path pack;  ///< whose value sets memberOf() knows; empty: it knows none
    std::filesystem::path site;  ///< with its codes and expansions
    bool typed = false;          ///< each value with its type
    bool explain = false;        ///< the value of every part
    bool lenient = false;        ///< unknown members are empty, with a warning
    OutputFormat format = OutputFormat::json;
};

/// Evaluates `options.expression`. now() is the machine's clock; resolve() knows contained resources and, on a Bundle,
/// its entries; memberOf() the pack's value sets by their URL, subsumes() the code systems whose codes spell their
/// hierarchy; trace() and the compiler's warnings go to `streams.err`.
/// \returns does_not_hold if the expression is refused or fails; bad_input if the file cannot be read or is no
/// resource.
ExitCode run_fhirpath(const FhirpathOptions& options, const Streams& streams);

}  // namespace service
