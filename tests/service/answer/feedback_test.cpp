#include "service/answer/feedback.hpp"

#include "fhir/json_text.hpp"
#include "tests/case_name.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

using namespace std::chrono_literals;

constexpr WallTime now{std::chrono::sys_days(std::chrono::year(2020) / 12 / 12)};
const Reason limited_time = {"http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes", "limited-time"};

boost::system::result<FeedbackMessage, Problem> read(const std::string& text, bool strict = false) {
    const auto message = fhir::parse_json(text);
    EXPECT_TRUE(message.has_value()) << text;
    return read_feedback(*message, {.offered = {limited_time}, .strict = strict}, now);
}

std::string one(const std::string& members) {
    return R"({"feedback":[{)" + members + "}]}";
}

const std::string card = R"("card":"4e0a3a1e-3283-4575-ab82-028d55fe2719")";
const std::string time_told = R"("outcomeTimestamp":"2020-12-11T12:03:00Z")";
const std::string suggestion = "e56e1945-20b3-4393-8503-a1a20fd73152";
const std::string accepted =
    card + R"(,"outcome":"accepted","acceptedSuggestions":[{"id":")" + suggestion + R"("}],)" + time_told;
const std::string overridden = card + R"(,"outcome":"overridden",)" + time_told;

TEST(Feedback, ReadsAnAcceptedCard) {
    shows({"R-111", "R-112"});
    // CDS Hooks 2.0, "Feedback", example of an accepted suggestion.
    const auto message = read(one(accepted));
    ASSERT_TRUE(message.has_value());
    ASSERT_EQ(message->items.size(), 1U);
    const Feedback expected = {"4e0a3a1e-3283-4575-ab82-028d55fe2719",
                               Outcome::accepted,
                               std::chrono::sys_days(std::chrono::year(2020) / 12 / 11) + 12h + 3min,
                               {suggestion},
                               std::nullopt};
    EXPECT_EQ(message->items[0], expected);
    EXPECT_EQ(message->not_ours, 0U);
    EXPECT_EQ(message->ahead, 0U);
}

TEST(Feedback, ReadsTheReasonOfAnOverriddenCard) {
    shows({"R-113", "R-118"});
    const auto message = read(one(overridden + R"(,"overrideReason":{"reason":{"code":"limited-time",
        "system":"http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"},"userComment":"CANARY"})"));
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(message->items.at(0).outcome, Outcome::overridden);
    EXPECT_EQ(message->items.at(0).reason, limited_time);
}

TEST(Feedback, ReadsSeveralItemsEvenOfOneCard) {
    shows({"R-114"});
    // R-114.
    EXPECT_EQ(read(R"({"feedback":[{)" + accepted + "},{" + overridden + "},{" + accepted + "}]}")->items.size(), 3U);
}

TEST(Feedback, TakesWhatTheReferenceClientSends) {
    shows({"R-113"});
    // It leaves out the system of a reason that had none, and the whole reason if there was none.
    EXPECT_EQ(read(one(overridden + R"(,"overrideReason":{"reason":{"code":"limited-time"}})"))->items.at(0).reason,
              limited_time);
    EXPECT_EQ(read(one(overridden + R"(,"overrideReason":{"userComment":"later"})"))->items.at(0).reason, std::nullopt);
    EXPECT_EQ(read(one(overridden + R"(,"overrideReason":{})"))->items.at(0).reason, std::nullopt);
    EXPECT_EQ(read(one(overridden + R"(,"extension":{"x":1},"unknown":[])"))->items.size(), 1U);
}

struct LeftOut {
    const char* name;
    std::string members;  ///< of an overridden item
    std::optional<Reason> reason;
    FeedbackLeftOut left_out;
};
class FeedbackAsClientsSendIt : public testing::TestWithParam<LeftOut> {};

TEST_P(FeedbackAsClientsSendIt, IsReadAndWhatIsNotKeptIsCounted) {
    shows({"R-113", "R-182"});
    const auto message = read(one(overridden + "," + GetParam().members));
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(message->items.at(0).reason, GetParam().reason);
    EXPECT_EQ(message->left_out, GetParam().left_out);
}

const std::string known_reason =
    R"("reason":{"code":"limited-time","system":"http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"})";

// The first two are the examples of fhir.epic.com, CDS Hooks, "Feedback", with a reason of ours in the first.
INSTANTIATE_TEST_SUITE_P(
    Epic, FeedbackAsClientsSendIt,
    testing::Values(LeftOut{"Reason",
                            R"("overrideReasons":{)" + known_reason + R"(,"userComment":"User Entered Free Text"})",
                            limited_time,
                            {.comments = 1}},
                    LeftOut{"ReasonOfTheSite",
                            R"("overrideReasons":{"extension":{
                "com.epic.cdshooks.feedback.overrideReason.reasonCategory":"45",
                "com.epic.cdshooks.feedback.overrideReason.reasonDisplay":"Does not meet criteria",
                "com.epic.cdshooks.feedback.overrideReason.reasonTitle":"Does not meet criteria"},
                "userComment":"User Entered Free Text"})",
                            other_reason,
                            {.comments = 1, .own_reasons = 1}},
                    LeftOut{"ReasonNotOurs",
                            R"("overrideReasons":{"reason":{"code":"contraindicated","display":"bad",
                "system":"http: //example.org/cds-services/fhir/CodeSystem/override-reasons"}})",
                            other_reason,
                            {.unknown_reasons = 1}},
                    LeftOut{"Several",
                            R"("overrideReasons":[{"extension":{"x":"1"}},{)" + known_reason + "}]",
                            limited_time,
                            {.own_reasons = 1, .further_reasons = 1}},
                    LeftOut{
                        "Both", R"("overrideReason":{)" + known_reason + R"(},"overrideReasons":[])", limited_time, {}},
                    LeftOut{"UnknownMembers",
                            R"("overrideReason":{)" + known_reason + R"(,"x":1},"y":2,"extension":{})",
                            limited_time,
                            {.unknown_members = 3}}),
    CaseName());

const std::string category = "com.epic.cdshooks.feedback.overrideReason.reasonCategory";
struct OwnReason {
    const char* name;
    std::string members;  ///< of an overridden item
    Reason reason;
    std::size_t left_out;  ///< reasons that are kept as "other"
};
class ReasonsOfASite : public testing::TestWithParam<OwnReason> {};

// R-113: what the configuration names is no free text.
TEST_P(ReasonsOfASite, AreKeptIfTheConfigurationNamesThem) {
    shows({"R-113"});
    const auto message = fhir::parse_json(one(overridden + "," + GetParam().members));
    const FeedbackReading reading{{limited_time}, false, {{"https://ehr.example.org/why", "dead"}, {category, "45"}}};
    const auto feedback = read_feedback(*message, reading, now);
    ASSERT_TRUE(feedback.has_value());
    EXPECT_EQ(feedback->items.at(0).reason, GetParam().reason);
    EXPECT_EQ(feedback->left_out.own_reasons + feedback->left_out.unknown_reasons, GetParam().left_out);
}

INSTANTIATE_TEST_SUITE_P(
    All, ReasonsOfASite,
    testing::Values(OwnReason{"Coding",
                              R"("overrideReason":{"reason":{"code":"dead","system":"https://ehr.example.org/why"}})",
                              {"https://ehr.example.org/why", "dead"},
                              0},
                    OwnReason{"CodingOfAnotherSystem",
                              R"("overrideReason":{"reason":{"code":"dead","system":"https://CANARY.example.org"}})",
                              other_reason, 1},
                    OwnReason{"Extension",
                              R"("overrideReasons":{"extension":{")" + category + R"(":"45","x":"CANARY"}})",
                              {category, "45"},
                              0},
                    OwnReason{"ExtensionWithAnotherCode",
                              R"("overrideReasons":{"extension":{")" + category + R"(":"CANARY"}})", other_reason, 1}),
    CaseName());

TEST(Feedback, KeepsOfACommentThatThereIsOne) {
    shows({"R-118"});
    EXPECT_TRUE(read(one(overridden + R"(,"overrideReason":{"userComment":"CANARY"})"))->items.at(0).has_comment);
    EXPECT_FALSE(read(one(overridden + R"(,"overrideReason":{})"))->items.at(0).has_comment);
}

TEST(Feedback, CountsSuggestionsThatAreNotOurs) {
    shows({"R-182"});
    const auto message = read(one(card + R"(,"outcome":"accepted","acceptedSuggestions":[{"id":"7"},{"id":")" +
                                  suggestion + R"("}],)" + time_told));
    EXPECT_EQ(message->items.at(0).suggestions, std::vector<std::string>{suggestion});
    EXPECT_EQ(message->left_out, FeedbackLeftOut{.foreign_suggestions = 1});
}

TEST(Feedback, KeepsNoReasonThatIsNotOffered) {
    // R-118, R-163: a client's own code may hold anything, a name among them.
    for (const char* reason :
         {R"({"code":"CANARY","system":"https://ehr.example.org"})",
          R"({"code":"limited-time","system":"https://CANARY.example.org"})", R"({"code":"CANARY"})"}) {
        const auto message = read(one(overridden + R"(,"overrideReason":{"reason":)" + reason + "}"));
        ASSERT_TRUE(message.has_value());
        EXPECT_EQ(message->items.at(0).reason, other_reason) << reason;
    }
}

TEST(Feedback, KeepsNoIdThatItCannotHaveMade) {
    // R-116: an unknown card is no error, and its existence is not told.
    const auto message = read(one(R"("card":"CANARY","outcome":"overridden",)" + time_told));
    ASSERT_TRUE(message.has_value());
    EXPECT_TRUE(message->items.empty());
    EXPECT_EQ(message->not_ours, 1U);
    const auto foreign =
        read(one(card + R"(,"outcome":"accepted","acceptedSuggestions":[{"id":"CANARY"}],)" + time_told));
    EXPECT_TRUE(foreign->items.at(0).suggestions.empty());
}

TEST(Feedback, MakesOneOfManySpellings) {
    shows({"R-114", "R-117"});
    // What is the same feedback must be the same value, or it would be counted twice.
    const std::string shouted =
        R"("card":"4E0A3A1E-3283-4575-AB82-028D55FE2719","outcome":"accepted","outcomeTimestamp":"2020-12-11T13:03:00.000+01:00",
           "acceptedSuggestions":[{"id":"E56E1945-20B3-4393-8503-A1A20FD73152"},{"id":")" +
        suggestion + R"("}])";
    EXPECT_EQ(read(one(shouted))->items, read(one(accepted))->items);
}

// CDS Hooks 3.0, logical model of feedback: both are uuids, which FHIR writes with "urn:uuid:" (R4, datatypes). RFC
// 8141: "urn" and the name behind it may be in any letters.
TEST(Feedback, KnowsIdsAsUrns) {
    shows({"R-178"});
    for (const char* urn : {"urn:uuid:", "URN:UUID:", "urn:UUID:"}) {
        const std::string prefixed = R"("card":")" + std::string(urn) +
                                     R"(4e0a3a1e-3283-4575-ab82-028d55fe2719","outcome":"accepted",)" +
                                     R"("acceptedSuggestions":[{"id":")" + urn + suggestion + R"("},{"id":")" +
                                     suggestion + R"("}],)" + time_told;
        for (const bool strict : {false, true}) {
            const auto message = read(one(prefixed), strict);
            ASSERT_TRUE(message.has_value()) << urn;
            EXPECT_EQ(message->items, read(one(accepted))->items) << urn;
        }
    }
    for (const char* other : {"urn:oid:4e0a3a1e-3283-4575-ab82-028d55fe2719", "urn:uuid:", "urn:uuid:x",
                              "urn:uuid:urn:uuid:4e0a3a1e-3283-4575-ab82-028d55fe2719"}) {
        const auto message = read(one(R"("card":")" + std::string(other) + R"(","outcome":"overridden",)" + time_told));
        ASSERT_TRUE(message.has_value()) << other;
        EXPECT_EQ(message->not_ours, 1U) << other;
    }
}

// FHIR R4, datatypes, instant: a date, a time to the second, and a zone.
TEST(Feedback, TakesInstantsAndNothingLess) {
    shows({"R-117", "R-179"});
    const auto at = [](const std::string& time) {
        return one(card + R"(,"outcome":"overridden","outcomeTimestamp":")" + time + "\"");
    };
    for (const bool strict : {false, true}) {
        for (const char* instant :
             {"2015-02-07T13:28:17.239+02:00", "2017-01-01T00:00:00Z", "2016-12-31T23:59:60Z",
              "2020-01-01T00:00:00.000000000001Z", "2020-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z"}) {
            EXPECT_TRUE(read(at(instant), strict).has_value()) << instant;
        }
        for (const char* less : {"2015", "2015-02", "2015-02-07", "2015-02-07T13:28Z", "2015-02-07T13:28:17",
                                 "2015-02-07T24:00:00Z", "1735689600"}) {
            EXPECT_EQ(read(at(less), strict).error().fault, Fault::bad_value) << less;
        }
    }
}

TEST(Feedback, FlagsTheFuture) {
    shows({"R-117"});
    // R-117: accepted, and noted.
    const auto message = read(one(card + R"(,"outcome":"overridden","outcomeTimestamp":"2020-12-12T00:01:01Z")"));
    EXPECT_EQ(message->items.size(), 1U);
    EXPECT_EQ(message->ahead, 1U);
}

TEST(Feedback, TakesAnEmptyListUnlessStrict) {
    EXPECT_TRUE(read(R"({"feedback":[]})")->items.empty());
    EXPECT_EQ(read(R"({"feedback":[]})", true).error().fault, Fault::member_empty);
}

struct Refused {
    const char* name;
    std::string text;
    Fault fault;
    std::vector<std::string> places;
    bool strict = false;
};
class FeedbackRefusals : public testing::TestWithParam<Refused> {};

TEST_P(FeedbackRefusals, NameTheirPlace) {
    shows({"R-111", "R-112", "R-113", "R-115", "R-117"});
    const auto message = read(GetParam().text, GetParam().strict);
    ASSERT_FALSE(message.has_value());
    EXPECT_EQ(message.error().fault, GetParam().fault);
    EXPECT_EQ(message.error().places, GetParam().places);
}

INSTANTIATE_TEST_SUITE_P(
    R111R116, FeedbackRefusals,
    testing::Values(Refused{"Array", "[]", Fault::wrong_type, {}},
                    Refused{"NoList", "{}", Fault::member_missing, {"feedback"}},
                    Refused{"ListNull", R"({"feedback":null})", Fault::member_empty, {"feedback"}},
                    Refused{"ListObject", R"({"feedback":{}})", Fault::wrong_type, {"feedback"}},
                    Refused{"ItemText", R"({"feedback":["x"]})", Fault::wrong_type, {"feedback[0]"}},
                    Refused{"SecondReasonText",
                            one(overridden + R"(,"overrideReasons":[{},"x"])"),
                            Fault::wrong_type,
                            {"feedback[0].overrideReasons[1]"}},
                    Refused{"SecondItemBad",
                            R"({"feedback":[{)" + accepted + R"(},{"outcome":"accepted"}]})",
                            Fault::member_missing,
                            {"feedback[1].card"}},
                    Refused{"CardEmpty",
                            one(R"("card":" ","outcome":"overridden",)" + time_told),
                            Fault::member_empty,
                            {"feedback[0].card"}},
                    Refused{"CardNumber",
                            one(R"("card":7,"outcome":"overridden",)" + time_told),
                            Fault::wrong_type,
                            {"feedback[0].card"}},
                    Refused{"CardDecimal",
                            one(R"("card":7.5,"outcome":"overridden",)" + time_told),
                            Fault::wrong_type,
                            {"feedback[0].card"}},
                    Refused{
                        "OutcomeMissing", one(card + "," + time_told), Fault::member_missing, {"feedback[0].outcome"}},
                    Refused{"OutcomeIgnored",
                            one(card + R"(,"outcome":"ignored",)" + time_told),
                            Fault::bad_value,
                            {"feedback[0].outcome"}},
                    Refused{"TimeMissing",
                            one(card + R"(,"outcome":"overridden")"),
                            Fault::member_missing,
                            {"feedback[0].outcomeTimestamp"}},
                    Refused{"TimeDateOnly",
                            one(card + R"(,"outcome":"overridden","outcomeTimestamp":"2020-12-11")"),
                            Fault::bad_value,
                            {"feedback[0].outcomeTimestamp"}}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    R112, FeedbackRefusals,
    testing::Values(Refused{"SuggestionsMissing",
                            one(card + R"(,"outcome":"accepted",)" + time_told),
                            Fault::member_missing,
                            {"feedback[0].acceptedSuggestions"}},
                    Refused{"SuggestionsEmpty",
                            one(card + R"(,"outcome":"accepted","acceptedSuggestions":[],)" + time_told),
                            Fault::member_empty,
                            {"feedback[0].acceptedSuggestions"}},
                    Refused{"SuggestionsText",
                            one(card + R"(,"outcome":"accepted","acceptedSuggestions":"x",)" + time_told),
                            Fault::wrong_type,
                            {"feedback[0].acceptedSuggestions"}},
                    Refused{"SuggestionText",
                            one(card + R"(,"outcome":"accepted","acceptedSuggestions":["x"],)" + time_told),
                            Fault::wrong_type,
                            {"feedback[0].acceptedSuggestions[0]"}},
                    Refused{"SuggestionWithoutId",
                            one(card + R"(,"outcome":"accepted","acceptedSuggestions":[{}],)" + time_told),
                            Fault::member_missing,
                            {"feedback[0].acceptedSuggestions[0].id"}}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    R113, FeedbackRefusals,
    testing::Values(Refused{"ReasonText",
                            one(overridden + R"(,"overrideReason":"x")"),
                            Fault::wrong_type,
                            {"feedback[0].overrideReason"}},
                    Refused{"CodingText",
                            one(overridden + R"(,"overrideReason":{"reason":"x"})"),
                            Fault::wrong_type,
                            {"feedback[0].overrideReason.reason"}},
                    Refused{"CodeMissing",
                            one(overridden + R"(,"overrideReason":{"reason":{"display":"x"}})"),
                            Fault::member_missing,
                            {"feedback[0].overrideReason.reason.code"}},
                    Refused{"CodeNumber",
                            one(overridden + R"(,"overrideReason":{"reason":{"code":1}})"),
                            Fault::wrong_type,
                            {"feedback[0].overrideReason.reason.code"}},
                    Refused{"SystemNumber",
                            one(overridden + R"(,"overrideReason":{"reason":{"code":"x","system":1}})"),
                            Fault::wrong_type,
                            {"feedback[0].overrideReason.reason.system"}},
                    Refused{"CommentObject",
                            one(overridden + R"(,"overrideReason":{"userComment":{"x":1}})"),
                            Fault::wrong_type,
                            {"feedback[0].overrideReason.userComment"}},
                    Refused{"StrictReasonEmpty",
                            one(overridden + R"(,"overrideReason":{})"),
                            Fault::member_empty,
                            {"feedback[0].overrideReason"},
                            true},
                    Refused{"StrictSystemMissing",
                            one(overridden + R"(,"overrideReason":{"reason":{"code":"limited-time"}})"),
                            Fault::member_missing,
                            {"feedback[0].overrideReason.reason.system"},
                            true}),
    CaseName());

TEST(Feedback, RefusesMoreItemsThanItReads) {
    std::string text = R"({"feedback":[0)";
    for (std::size_t i = 0; i < feedback_items_limit; ++i) text += ",0";
    EXPECT_EQ(read(text + "]}").error().fault, Fault::too_many_values);
}

}  // namespace
}  // namespace service
