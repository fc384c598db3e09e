// The names that an expression reads.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace rules {

/// "b12" and "pregnancy" of "%b12.result.where(%pregnancy.empty())".
std::set<std::string> names_in(std::string_view expression);

}  // namespace rules
