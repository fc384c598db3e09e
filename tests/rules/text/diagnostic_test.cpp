#include "rules/text/diagnostic.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

constexpr const char* text = "{\n  \"wehn\": []\n}\n";

TEST(Diagnostic, PlacesAPointerByLineAndColumn) {
    EXPECT_EQ(place_of("rule.json", text, "/wehn"), (Place{"rule.json", "/wehn", 2, 11}));
}

TEST(Diagnostic, IsOneLineOfFilePlaceSeverityTextAndCode) {
    const Diagnostic finding{
        Severity::error, {"rule.json", "/wehn", 2, 11}, "unknown-member", "A rule has no \"wehn\".", ""};
    EXPECT_EQ(one_line(finding), "rule.json:2:11: error: A rule has no \"wehn\". [unknown-member]");
}

TEST(Diagnostic, ShowsTheLineWithACaret) {
    EXPECT_EQ(snippet({"rule.json", "", 2, 11}, text), "  \"wehn\": []\n          ^");
}

TEST(Diagnostic, PutsTheCaretUnderTheMarkBehindLettersOfSeveralBytes) {
    EXPECT_EQ(snippet({"rule.json", "", 1, 7}, "\"µg\", 1"), "\"µg\", 1\n     ^");
}

TEST(Diagnostic, CutsALongLineAroundThePlace) {
    const std::string line = std::string(300, 'a') + 'x' + std::string(300, 'b');
    const std::string shown = snippet({"rule.json", "", 1, 301}, line);
    EXPECT_LT(shown.find('\n'), 121U);
    EXPECT_EQ(shown.at(shown.size() - shown.find('\n') - 2), 'x');
}

TEST(Diagnostic, SortsByFileAndPlace) {
    Diagnostics findings = {{Severity::error, {"b", "", 1, 1}, "x", "", ""},
                            {Severity::error, {"a", "", 9, 1}, "y", "", ""},
                            {Severity::warning, {"a", "", 2, 1}, "z", "", ""}};
    sort_by_place(findings);
    EXPECT_EQ(findings[0].code, "z");
    EXPECT_EQ(findings[1].code, "y");
    EXPECT_EQ(findings[2].code, "x");
}

}  // namespace
}  // namespace rules
