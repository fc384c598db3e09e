// What differs between two texts, line by line: what a person looks at before a file is saved.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace service {

struct ToldLine {
    char kind = ' ';  ///< ' ' in both, '-' only before, '+' only after
    std::string text;

    bool operator==(const ToldLine&) const = default;
};

/// All lines of both, the fewest told as other ones. Texts that differ in more than some thousand lines are told as a
/// whole: all lines of the one go, those of the other come.
std::vector<ToldLine> line_difference(std::string_view before, std::string_view after);

}  // namespace service
