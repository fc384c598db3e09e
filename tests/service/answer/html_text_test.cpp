#include "service/answer/html_text.hpp"

#include "rules/text/html_escape.hpp"
#include "service/answer/markdown.hpp"
#include "tests/case_name.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

struct Shown {
    const char* name;
    const char* markdown;
    const char* html;
};
class MarkdownAsHtml : public testing::TestWithParam<Shown> {};

// GitHub Flavored Markdown Spec 0.29: 6.1 backslash escapes, 6.2 entities, 6.4 strong emphasis, 6.12 and 6.13 breaks.
TEST_P(MarkdownAsHtml, IsWhatGitHubMakesOfIt) {
    std::string html;
    append_markdown_html(html, GetParam().markdown);
    EXPECT_EQ(html, GetParam().html);
}

INSTANTIATE_TEST_SUITE_P(Gfm, MarkdownAsHtml,
                         testing::Values(Shown{"Bold", "**Why:** because.\n",
                                               "<p><strong>Why:</strong> because.</p>\n"},
                                         Shown{"HardBreak", "one  \ntwo\n", "<p>one<br>\ntwo</p>\n"},
                                         Shown{"SoftBreak", "one\ntwo", "<p>one\ntwo</p>\n"},
                                         Shown{"Paragraphs", "one\n\ntwo\n", "<p>one</p>\n<p>two</p>\n"},
                                         Shown{"Escapes", R"(\*a\* \[b\])", "<p>*a* [b]</p>\n"},
                                         Shown{"EntityOfLess", "&lt;b> &amp;amp;", "<p>&lt;b&gt; &amp;amp;</p>\n"},
                                         Shown{"LessThanANumber", "<4 ng/mL & more", "<p>&lt;4 ng/mL &amp; more</p>\n"},
                                         Shown{"UnclosedBold", "**a", "<p><strong>a</strong></p>\n"}),
                         CaseName());

// Whatever stands in a record comes out as the very characters, by way of the Markdown that cards are written in.
TEST(HtmlText, ShowsTextOfARecordAsItStands) {
    const std::string text = "24 <b>[x](y)*a*`c`|d & \\ ~~e~~ www.example.org &amp; #1";
    std::string markdown, html, expected;
    append_markdown(markdown, text);
    append_markdown_html(html, markdown);
    rules::append_escaped(expected, text);
    EXPECT_EQ(html, "<p>" + expected + "</p>\n");
}

}  // namespace
}  // namespace service
