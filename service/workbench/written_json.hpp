// JSON as a person writes it into a site file: what is short on one line, what is long a member a line.
#pragma once

#include <boost/json.hpp>

#include <string>

namespace service {

/// { "by": "…", "date": "…" }. Without a line break at its end; lines behind the first are indented as if it stood at
/// the beginning of one.
std::string written_json(const boost::json::value& value);

}  // namespace service
