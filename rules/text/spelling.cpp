#include "rules/text/spelling.hpp"

#include <algorithm>
#include <optional>

namespace rules {
namespace {

bool is_of_words(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ' || c == '-'; });
}

struct Pair {
    std::string_view british, american;
    std::size_t length = 0;  ///< brackets included
};

/// The pair that begins at the bracket which `text` begins with.
std::optional<Pair> pair_at(std::string_view text) {
    const std::size_t bar = text.find('|');
    const std::size_t end = text.find(']');
    if (bar == std::string_view::npos || end == std::string_view::npos || bar > end) return std::nullopt;
    const Pair pair{text.substr(1, bar - 1), text.substr(bar + 1, end - bar - 1), end + 1};
    const bool is_pair = is_of_words(pair.british) && is_of_words(pair.american);
    return is_pair ? std::optional(pair) : std::nullopt;
}

}  // namespace

std::string spelled(std::string_view text, Language language) {
    std::string whole;
    whole.reserve(text.size());
    while (!text.empty()) {
        const std::size_t open = std::min(text.find('['), text.size());
        whole += text.substr(0, open);
        text.remove_prefix(open);
        if (text.empty()) break;
        const auto pair = pair_at(text);
        whole += !pair ? text.substr(0, 1) : language == Language::en_gb ? pair->british : pair->american;
        text.remove_prefix(pair ? pair->length : 1);
    }
    return whole;
}

bool has_spellings(std::string_view text) {
    for (std::size_t open = text.find('['); open != std::string_view::npos; open = text.find('[', open + 1)) {
        if (pair_at(text.substr(open))) return true;
    }
    return false;
}

}  // namespace rules
