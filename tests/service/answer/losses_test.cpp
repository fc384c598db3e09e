#include "service/answer/losses.hpp"

#include "fhir/json_text.hpp"
#include "tests/case_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

const std::string whole_card = R"({"uuid":"u","summary":"Two tests.","indicator":"info",
  "detail":"**Why:** so.  \n**Evidence:** strong.  \n","source":{"label":"s","topic":{"system":"x","code":"vitamin-d"}},
  "suggestions":[{"label":"Both","uuid":"v","actions":[
    {"type":"create","description":"Draft order: D","resource":{"code":{"coding":[{"system":"http://loinc.org","code":"1"}]}}},
    {"type":"create","description":"Draft order: PTH","resource":{"code":{"coding":[{"system":"http://loinc.org","code":"2"}]}}}]}],
  "selectionBehavior":"at-most-one","overrideReasons":[{"code":"a"}],
  "links":[{"label":"About","url":"https://cds.example.org/about/1","type":"absolute"}]})";

/// What is told, a line each; what breaks is marked.
std::string told(const ClientProfile& client, const std::string& sent, unsigned width_px = 384) {
    const json::value whole = *fhir::parse_json(whole_card), card = *fhir::parse_json(sent);
    std::string lines;
    for (const Loss& loss : losses_of(whole.as_object(), card.if_object(), client, width_px)) {
        lines += (loss.breaks ? "BREAKS " : "") + loss.says + "\n";
    }
    return lines;
}

struct Told {
    const char* name;
    const ClientProfile* client;
    const char* says;
};
class LossesOfTheWholeCard : public testing::TestWithParam<Told> {};

// The card as it is for a client of 2.0, sent unchanged: what the pages of each vendor say about it.
TEST_P(LossesOfTheWholeCard, AreTold) {
    EXPECT_THAT(told(*GetParam().client, whole_card), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Documented, LossesOfTheWholeCard,
    testing::Values(
        Told{"EpicTakesOneAction", &client::epic, "2 actions in one suggestion: Epic takes one. They come as 2"},
        Told{"EpicBreaksOnTwo", &client::epic, "BREAKS 2 actions in one suggestion: Epic takes one."},
        Told{"EpicKnowsAny", &client::epic, "BREAKS selectionBehavior \"at-most-one\": Epic knows \"any\" alone."},
        Told{"EpicHasNoSuchItem", &client::epic, "BREAKS \"Draft order: PTH\" has no code that Epic can place"},
        Told{"EpicShowsNoLabels", &client::epic, "Labels of suggestions and links are not shown"},
        Told{"EpicsTopic", &client::epic, "BREAKS The topic \"vitamin-d\" is not alphanumeric"},
        Told{"OracleRegistersLinks", &client::oracle,
             "Links vanish unless their hosts are registered: cds.example.org."},
        Told{"OracleShowsNoReasons", &client::oracle, "Reasons to override are not shown"},
        Told{"OracleIsShort", &client::oracle, "The line on evidence is left out"},
        Told{"PlainHasNothingToPress", &client::plain, "There is nothing to press: \"Both\" is said in words"},
        Told{"PlainHasNoLinks", &client::plain, "One link is not shown."},
        Told{"PlainShowsMarkUp", &client::plain, "BREAKS The detail has Markdown"}),
    CaseName());

TEST(Losses, AreNoneForAClientThatTakesEverything) {
    EXPECT_EQ(told(client::version_2_0, whole_card), "");
    EXPECT_EQ(told(client::sandbox, whole_card), "");
}

TEST(Losses, TellOfACardThatIsNotSent) {
    EXPECT_EQ(told(client::oracle, "null"), "There is no room for this card, so it is not sent: \"Two tests.\"\n");
}

TEST(Losses, TellOfWhatIsTooWideAndTooLong) {
    std::string wide = whole_card;
    wide.replace(wide.find("so."), 3, std::string(60, 'x'));
    EXPECT_THAT(told(client::version_2_0, wide, 240), HasSubstr("BREAKS A word of 60 characters is wider than 240"));
    EXPECT_THAT(told(client::version_2_0, wide, 720), Not(HasSubstr("wider")));
    std::string words;
    for (int i = 0; i < 120; ++i) words += "five ";
    std::string much = whole_card;
    much.replace(much.find("so."), 3, words);
    EXPECT_THAT(told(client::version_2_0, much, 240), HasSubstr("lines at 240 pixels; 8 are read at a glance"));
}

}  // namespace
}  // namespace service
