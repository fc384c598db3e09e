#include "rules/page/html_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rules {
namespace {

using testing::HasSubstr;
using testing::Not;

PageScript script(std::string chart_js) {
    return {std::move(chart_js), [](const std::string& text) { return "hash-of-" + std::to_string(text.size()); }};
}

Page page_with(Block block) {
    return {"Report", "en-US", {}, {{"Section", {std::move(block)}}}};
}

Plot two_bars() {
    return {Plot::Kind::bars,
            "Results",
            "ng/mL",
            "patients",
            {"0 to 10", "10 to 20"},
            {{"", {{std::nullopt, "<11"}, {20, "20"}}}},
            {{1, "low from 12"}}};
}

TEST(HtmlPage, EscapesWhateverIsHandedIn) {
    const std::string hostile = "<script>alert(1)</script>\"&";
    const Page page{hostile,
                    "en",
                    {Paragraph{hostile}},
                    {{hostile, {CodeText{hostile}, Table{hostile, {{hostile}}, {{hostile}}}}}, {"b", {}}}};
    const std::string html = html_page(page, script(""));
    EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;"));
}

TEST(HtmlPage, LetsNoDataEndTheirScript) {
    Plot plot = two_bars();
    plot.labels[0] = "</script><script>alert(1)</script>";
    EXPECT_THAT(html_page(page_with(plot), script("var Chart;")), Not(HasSubstr("<script>alert")));
}

TEST(HtmlPage, LetsNoLibraryEndItsScript) {
    const std::string html = html_page(page_with(two_bars()), script("a='</script>';b='<!--'"));
    EXPECT_THAT(html, HasSubstr("a='<\\/script>';b='<\\!--'"));
}

TEST(HtmlPage, AllowsNothingButItsOwnScriptAndStyle) {
    const std::string html = html_page(page_with(two_bars()), script("var Chart;"));
    EXPECT_THAT(html, HasSubstr("default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-hash-of-"));
    EXPECT_THAT(html, HasSubstr("; script-src 'sha256-hash-of-"));
    EXPECT_THAT(html, Not(HasSubstr("http://")));
    EXPECT_THAT(html, Not(HasSubstr("https://")));
}

TEST(HtmlPage, HasTheNumbersOfAPlotInATable) {
    const std::string html = html_page(page_with(two_bars()), script("var Chart;"));
    EXPECT_THAT(html, HasSubstr("<figure class=\"plot\">"));
    EXPECT_THAT(html, HasSubstr("<th scope=\"row\">0 to 10</th><td class=\"number\">&lt;11</td>"));
    EXPECT_THAT(html, HasSubstr("<th scope=\"row\">— low from 12 —</th>"));
}

TEST(HtmlPage, SaysInWordsWhereThereIsNothingToDraw) {
    Plot plot = two_bars();
    plot.series.front().values[1] = {0, "0"};
    const std::string html = html_page(page_with(plot), script("var Chart;"));
    EXPECT_THAT(html, Not(HasSubstr("<canvas")));
    EXPECT_THAT(html, Not(HasSubstr("Plots are missing")));
    EXPECT_THAT(html, HasSubstr("Results: not drawn, since every count is 0 or below 11."));
    EXPECT_THAT(html, HasSubstr("<caption>Results</caption>"));
}

TEST(HtmlPage, HasTheNoteOfAPlotOnceWhetherItIsDrawnOrNot) {
    Plot plot = two_bars();
    plot.note = "What is not drawn.";
    for (const char* library : {"var Chart;", ""}) {
        const std::string html = html_page(page_with(plot), script(library));
        const std::size_t first = html.find(plot.note);
        EXPECT_NE(first, std::string::npos);
        EXPECT_EQ(html.find(plot.note, first + 1), std::string::npos);
    }
}

TEST(HtmlPage, KeepsAShortTableOnOnePage) {
    Table table{"Short", {{"a"}}, {{"1"}}};
    EXPECT_THAT(html_page(page_with(table), script("")), HasSubstr("<div class=\"wide whole\">"));
    table.rows.assign(100, {"1"});
    EXPECT_THAT(html_page(page_with(table), script("")), Not(HasSubstr("whole\">")));
}

TEST(HtmlPage, SaysThatPlotsAreMissingWithoutTheLibrary) {
    const std::string html = html_page(page_with(two_bars()), script(""));
    EXPECT_THAT(html, Not(HasSubstr("<canvas")));
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, HasSubstr("libjs-chart.js"));
    EXPECT_THAT(html, HasSubstr("<caption>Results</caption>"));
}

TEST(HtmlPage, SaysNothingOfPlotsWhereThereAreNone) {
    const std::string html = html_page(page_with(Paragraph{"text"}), script("var Chart;"));
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, Not(HasSubstr("Plots are missing")));
}

}  // namespace
}  // namespace rules
