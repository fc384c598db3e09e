// A rule as the page behind its cards tells it: for whom, by which limits and windows, on whose word, and what nobody
// looked at. Of rule and version; nothing of a patient.
#pragma once

#include "rules/program/program.hpp"
#include "rules/text/digests.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

struct AboutLine {
    std::string text;
    std::string url;  ///< https, or empty
};

struct AboutSection {
    std::string heading;
    std::vector<AboutLine> lines;
};

struct AboutPage {
    std::string title;
    std::vector<AboutSection> sections;  ///< none is empty
};

/// The ids of all rules that have cards, `data-unavailable` among them.
std::vector<std::string> rules_with_pages(const Program& program);

/// Nothing if the pack has no rule of that id.
std::optional<AboutPage> about_rule(const Program& program, std::string_view rule, const Digests& digests);

}  // namespace rules
