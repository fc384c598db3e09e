// What every command gets and gives.
#pragma once

#include "service/base/exit_code.hpp"

#include <iosfwd>

namespace service {

/// What `--format` chooses: for machines or for people.
enum class OutputFormat { json, text };

/// JSON and tables go to `out`, messages for people to `err`.
struct Streams {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
};

}  // namespace service
