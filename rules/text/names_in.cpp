#include "rules/text/names_in.hpp"

#include <cctype>

namespace rules {

std::set<std::string> names_in(std::string_view expression) {
    std::set<std::string> names;
    for (std::size_t at = expression.find('%'); at != std::string_view::npos; at = expression.find('%', at + 1)) {
        std::size_t end = at + 1;
        const auto goes_on = [&] {
            return std::isalnum(static_cast<unsigned char>(expression[end])) != 0 || expression[end] == '_';
        };
        while (end < expression.size() && goes_on()) ++end;
        names.emplace(expression.substr(at + 1, end - at - 1));
    }
    return names;
}

}  // namespace rules
