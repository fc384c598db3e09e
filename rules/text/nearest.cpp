#include "rules/text/nearest.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace rules {

namespace {

// Counted in halves, so that a slip of the shift key costs less than a wrong letter.
constexpr std::size_t whole_edit = 2;

constexpr std::size_t longest_word = 64;

std::size_t change_cost(char left, char right) {
    if (left == right) return 0;
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    return lower(left) == lower(right) ? 1 : whole_edit;
}

// Optimal string alignment distance, with three rows of the table alive.
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> before_last(to.size() + 1), last(to.size() + 1), row(to.size() + 1);
    for (std::size_t j = 0; j <= to.size(); ++j) last[j] = j * whole_edit;
    for (std::size_t i = 1; i <= from.size(); ++i) {
        row[0] = i * whole_edit;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            row[j] = std::min(
                {last[j] + whole_edit, row[j - 1] + whole_edit, last[j - 1] + change_cost(from[i - 1], to[j - 1])});
            const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + whole_edit);
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last[to.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
    if (word.size() > longest_word) return {};
    std::string_view best;
    std::size_t fewest = std::max<std::size_t>(word.size() / 3, 1) * whole_edit + 1;
    for (const std::string_view candidate : candidates) {
        if (candidate.size() > longest_word) continue;
        if (const std::size_t edits = distance(word, candidate); edits < fewest) {
            fewest = edits;
            best = candidate;
        }
    }
    // Who left off the end of a name meant that name, unless another is a single slip away.
    constexpr std::size_t shortest_beginning = 4;
    if (fewest <= whole_edit || word.size() < shortest_beginning) return best;
    std::string_view longer;
    for (const std::string_view candidate : candidates) {
        if (!candidate.starts_with(word)) continue;
        if (longer.empty() || candidate.size() < longer.size()) longer = candidate;
    }
    return longer.empty() ? best : longer;
}

bool differ_by_one_slip(std::string_view left, std::string_view right) {
    if (std::max(left.size(), right.size()) > longest_word) return false;
    const std::size_t edits = distance(left, right);
    return edits > 0 && edits <= whole_edit;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
    constexpr std::size_t most_listed = 12;
    if (const std::string_view near = nearest(word, candidates); !near.empty()) {
        return "Write \"" + std::string(near) + "\".";
    }
    if (candidates.empty()) return {};
    std::string all = "One of: ";
    for (std::size_t i = 0; i < std::min(candidates.size(), most_listed); ++i) {
        if (i > 0) all += ", ";
        all += candidates[i];
    }
    return all + (candidates.size() > most_listed ? ", …" : ".");
}

}  // namespace rules
