#include "rules/text/plain_words.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

struct Plain {
    const char* name;
    const char *text, *words;
};
class PlainWords : public testing::TestWithParam<Plain> {};

TEST_P(PlainWords, HaveOneSpaceAroundEach) {
    EXPECT_EQ(plain_words(GetParam().text), GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, PlainWords,
    testing::Values(Plain{"Nothing", "", " "}, Plain{"Spaces", "  \t ", " "},
                    Plain{"Capitals", "Carcinoma of LUNG", " carcinoma of lung "},
                    Plain{"Accents", "Spondylodiscite aiguë, Sézary, Waldenström",
                          " spondylodiscite aigue , sezary , waldenstrom "},
                    Plain{"CombiningAccent", "Se\xCC\x81zary", " sezary "},
                    Plain{"Ligatures", "œdème Straße fœtus", " oedeme strasse foetus "},
                    Plain{"LastLatinLetters", "\xC5\xBE\xC5\xBF\xC4\x80", " zsa "},
                    Plain{"Apostrophes", "Pott's and Pott\xE2\x80\x99s", " potts and potts "},
                    Plain{"Hyphens", "foot-drop T-cell end\xE2\x80\x93stage", " foot drop t cell end stage "},
                    Plain{"Slashes", "h/o L1/L2", " h o l1 l2 "},
                    Plain{"MarksThatEndAClause", "No fever; cancer (lung).", " no fever ; cancer ( lung ) . "},
                    Plain{"LineBreakIsASentence", "No fever\r\nCancer", " no fever ; ; cancer "},
                    Plain{"OtherMarksSeparate", "cancer?! 50 %+", " cancer 50 "},
                    Plain{"NoBreakSpace", "lung\xC2\xA0mass", " lung mass "},
                    Plain{"SoftHyphenAndJoiner",
                          "car\xC2\xAD"
                          "cin\xE2\x80\x8B"
                          "oma",
                          " carcinoma "},
                    Plain{"OtherAlphabets", "рак", " рак "}, Plain{"NoUtf8", "ca\xFFncer \xC3", " ca\xFFncer \xC3 "}),
    CaseName());

struct Phrase {
    const char* name;
    const char *pattern, *text;
    bool stands;
};
class WordPatternIn : public testing::TestWithParam<Phrase> {};

TEST_P(WordPatternIn, StandsForWholeWordsBeginningsAndParts) {
    const auto pattern = WordPattern::parse(GetParam().pattern);
    ASSERT_TRUE(pattern.has_value());
    EXPECT_EQ(!places_of(*pattern, plain_words(GetParam().text)).empty(), GetParam().stands);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, WordPatternIn,
    testing::Values(Phrase{"Whole", "aaa", "AAA, 4 cm", true}, Phrase{"WholeIsNoPart", "aaa", "aaaa", false},
                    Phrase{"Beginning", "fractur*", "Fractured wrist", true},
                    Phrase{"BeginningIsNoPart", "fractur*", "Microfracture", false},
                    Phrase{"Part", "*carcinoma*", "Adenocarcinomas", true},
                    Phrase{"End", "*carcinoma in situ", "Adenocarcinoma in-situ of cervix", true},
                    Phrase{"EndOfTheFirstWord", "*carcinoma in situ", "Carcinomatosis in situ", false},
                    Phrase{"PhraseAcrossAMark", "hypertension, malignant", "Hypertension, malignant", true},
                    Phrase{"NoPhraseAcrossAnotherMark", "cord compression", "cord; compression", false},
                    Phrase{"Apostrophe", "pott's disease", "Potts disease", true}),
    CaseName());

TEST(WordPattern, RefusesAStarInsideAndWhatHoldsNoWord) {
    for (const char* written : {"", "*", "**", "fract*re", "*, *", "in * situ", "* cancer", "cancer *"}) {
        EXPECT_FALSE(WordPattern::parse(written).has_value()) << written;
    }
}

TEST(WordPattern, CountsTheLettersOfItsShortestWordWithAStar) {
    EXPECT_EQ(WordPattern::parse("*ca*")->letters(), 2U);
    EXPECT_EQ(WordPattern::parse("*carcinoma in situ")->letters(), 9U);
    EXPECT_EQ(WordPattern::parse("tibial spine*")->letters(), 5U);
    EXPECT_EQ(WordPattern::parse("ca of")->letters(), 4U);
}

TEST(WordPattern, IsWidenedToWholeWordsWhereItStands) {
    const std::string words = plain_words("Ductal adenocarcinoma in situ.");
    const auto places = places_of(*WordPattern::parse("*carcinoma in sit*"), words);
    ASSERT_EQ(places.size(), 1U);
    EXPECT_EQ(words.substr(places[0].begin, places[0].end - places[0].begin), "adenocarcinoma in situ");
    std::string blanked = words;
    blank(blanked, places[0]);
    EXPECT_EQ(blanked, " ductal ______________ __ ____ . ");
}

}  // namespace
}  // namespace rules
