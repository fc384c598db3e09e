#include "service/answer/markdown.hpp"

#include "tests/case_name.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

struct Escaped {
    const char* name;
    const char* text;
    const char* markdown;
};
class Markdown : public testing::TestWithParam<Escaped> {};

// R-101; the reference client renders raw HTML and swallows "<b and c>".
TEST_P(Markdown, RendersAsTheText) {
    shows({"R-101"});
    std::string markdown = "Before. ";
    append_markdown(markdown, GetParam().text);
    EXPECT_EQ(markdown, "Before. " + std::string(GetParam().markdown));
}

INSTANTIATE_TEST_SUITE_P(
    Characters, Markdown,
    testing::Values(Escaped{"Plain", "25 nmol/L, 2026-01-05", "25 nmol/L, 2026-01-05"},
                    Escaped{"Html", "a <b and c> & d", "a &lt;b and c> & d"},
                    Escaped{"LessThan", "<4 ng/mL & more", "<4 ng/mL & more"},
                    Escaped{"Entity", "&lt; &#60;", "&amp;lt; &amp;#60;"},
                    Escaped{"Comment", "<!-- a -->", "&lt;!-- a -->"},
                    Escaped{"Brackets", "bone labs (calcium, PTH)", "bone labs (calcium, PTH)"},
                    Escaped{"Link", "[x](y)", R"(\[x\](y))"},
                    Escaped{"Emphasis", "*a* _b_ ~c~", R"(\*a\* \_b\_ \~c\~)"},
                    Escaped{"Code", "`a` | #1 !", R"(\`a\` | #1 !)"}, Escaped{"Backslash", R"(a\b)", R"(a\\b)"},
                    Escaped{"NewLines", "a\r\n\tb", "a b"}, Escaped{"Bidi", "a\u202Eb\u2066c", "abc"},
                    Escaped{"Address", "see https://x.example", R"(see https:\//x.example)"},
                    Escaped{"Www", "www.x.example", R"(www\.x.example)"}, Escaped{"List", "- a", R"(\- a)"},
                    Escaped{"Numbered", "12. rib", R"(12\. rib)"}, Escaped{"Decimal", "1.5 g", "1.5 g"},
                    Escaped{"Indented", "     <b>  ", "&lt;b>"}, Escaped{"Blank", " \n ", ""},
                    Escaped{"InvalidUtf8", "a\xFFz", "a\uFFFDz"}),
    CaseName());

// GFM, 6.1: of ASCII these need a backslash, and before a letter two of them HTML's name instead.
TEST(MarkdownOfOneCharacter, IsTheSameWhereverItStands) {
    shows({"R-101"});
    const std::string_view backslashed = R"([]*_`~\@)";
    for (char c = '!'; c <= '~'; ++c) {
        const std::string escaped =
            c == '&'   ? "&amp;"
            : c == '<' ? "&lt;"
                       : (backslashed.find(c) != std::string_view::npos ? "\\" : "") + std::string(1, c);
        for (std::size_t before = 0; before < 18; ++before) {
            const std::string left = "x" + std::string(before, 'a'), right = "z.9,B:; (µ) ";
            std::string markdown;
            append_markdown(markdown, left + c + right + c + right);
            EXPECT_EQ(markdown, left + escaped + "z.9,B:; (µ) " + escaped + "z.9,B:; (µ)");
        }
    }
}

TEST(PlainLine, KeepsEveryPrintableCharacter) {
    shows({"R-101"});
    EXPECT_EQ(plain_line("Größe <30 µg/L"), "Größe <30 µg/L");
}

TEST(Shortened, LeavesAShortTextAlone) {
    const std::string text(139, 'a');
    EXPECT_EQ(shortened(text, 140), text);
}

TEST(Shortened, CutsALongTextWithAnEllipsis) {
    shows({"card.summary"});
    EXPECT_EQ(shortened(std::string(140, 'a'), 140), std::string(138, 'a') + "…");
}

// CDS Hooks, "Card Attributes", does not say what a character is: UTF-16 units and code points, whichever is stricter.
TEST(Shortened, CountsCharactersBeyondTheBasicPlaneTwice) {
    shows({"card.summary"});
    EXPECT_EQ(shortened("😀😀😀", 6), "😀😀…");
    EXPECT_EQ(shortened("😀😀", 5), "😀😀");
}

TEST(Shortened, NeverPartsALetterFromItsAccent) {
    shows({"card.summary"});
    EXPECT_EQ(shortened("abe\u0301xyz", 5), "ab…");
}

}  // namespace
}  // namespace service
