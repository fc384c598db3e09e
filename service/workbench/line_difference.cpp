#include "service/workbench/line_difference.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace service {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t most_cells = 16'000'000;  // of the table of common lines: 4,000 by 4,000

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

void tell(char kind, const Lines& lines, std::size_t begin, std::size_t end, std::vector<ToldLine>& told) {
    for (std::size_t at = begin; at < end; ++at) told.push_back({kind, std::string(lines[at])});
}

/// How many lines the two have in common, in order, from each place on.
class CommonLines {
  public:
    CommonLines(const Lines& before, const Lines& after) : width_(after.size() + 1) {
        counts_.resize((before.size() + 1) * width_);
        for (std::size_t i = before.size(); i-- > 0;) {
            for (std::size_t j = after.size(); j-- > 0;) {
                counts_[i * width_ + j] =
                    before[i] == after[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
            }
        }
    }

    std::uint32_t at(std::size_t before, std::size_t after) const { return counts_[before * width_ + after]; }

  private:
    std::size_t width_;
    std::vector<std::uint32_t> counts_;
};

void tell_middle(const Lines& before, const Lines& after, std::vector<ToldLine>& told) {
    if ((before.size() + 1) * (after.size() + 1) > most_cells) {
        tell('-', before, 0, before.size(), told);
        return tell('+', after, 0, after.size(), told);
    }
    const CommonLines common(before, after);
    std::size_t i = 0, j = 0;
    while (i < before.size() && j < after.size()) {
        if (before[i] == after[j]) {
            told.push_back({' ', std::string(before[i])});
            ++i, ++j;
        } else if (common.at(i + 1, j) >= common.at(i, j + 1)) {
            told.push_back({'-', std::string(before[i++])});
        } else {
            told.push_back({'+', std::string(after[j++])});
        }
    }
    tell('-', before, i, before.size(), told);
    tell('+', after, j, after.size(), told);
}

}  // namespace

std::vector<ToldLine> line_difference(std::string_view before, std::string_view after) {
    const Lines old_lines = lines_of(before), new_lines = lines_of(after);
    const std::size_t most = std::min(old_lines.size(), new_lines.size());
    std::size_t first = 0, last = 0;
    while (first < most && old_lines[first] == new_lines[first]) ++first;
    while (last < most - first && old_lines[old_lines.size() - 1 - last] == new_lines[new_lines.size() - 1 - last])
        ++last;
    const auto middle = [&](const Lines& lines) {
        return Lines(lines.begin() + static_cast<std::ptrdiff_t>(first),
                     lines.end() - static_cast<std::ptrdiff_t>(last));
    };
    std::vector<ToldLine> told;
    tell(' ', old_lines, 0, first, told);
    tell_middle(middle(old_lines), middle(new_lines), told);
    tell(' ', old_lines, old_lines.size() - last, old_lines.size(), told);
    return told;
}

}  // namespace service
