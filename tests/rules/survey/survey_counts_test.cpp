#include "rules/survey/survey_counts.hpp"

#include "fhir/json_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rules {
namespace {

PatientTally patient(std::initializer_list<const char*> texts) {
    PatientTally tally;
    for (const char* text : texts) tally.note({"text", text});
    return tally;
}

std::string bytes_of(const SurveyCounts& counts) {
    return boost::json::serialize(counts.to_json());
}

TEST(SurveyCounts, CountsAPatientOnceAndEveryRecord) {
    SurveyCounts counts;
    counts.add(patient({"a", "a", "b"}));
    counts.add(patient({"a"}));
    EXPECT_EQ(counts.of({"text", "a"}).patients, 2U);
    EXPECT_EQ(counts.of({"text", "a"}).records, 3U);
    EXPECT_EQ(counts.of({"text", "c"}).patients, 0U);
}

TEST(SurveyCounts, AddUpToTheSameBytesHoweverTheyAreSplit) {
    const std::vector<PatientTally> patients = {patient({"a", "b"}), patient({"b"}), patient({"c", "a"}), patient({})};
    SurveyCounts whole;
    for (const PatientTally& one : patients) whole.add(one);
    for (std::size_t split = 0; split <= patients.size(); ++split) {
        SurveyCounts first, second;
        for (std::size_t at = 0; at < patients.size(); ++at) (at < split ? second : first).add(patients[at]);
        first.add(second);
        EXPECT_EQ(bytes_of(first), bytes_of(whole)) << split;
    }
}

TEST(SurveyCounts, AreTheSameAfterHavingBeenWritten) {
    SurveyCounts counts;
    counts.add(patient({"a \"quoted\" text", "b"}));
    SurveyCounts again;
    EXPECT_TRUE(again.add_json(*fhir::parse_json(bytes_of(counts))));
    EXPECT_EQ(bytes_of(again), bytes_of(counts));
}

TEST(SurveyCounts, RefuseWhatTheyNeverWrote) {
    for (const char* text :
         {"{}", "[1]", R"([["a"]])", R"([["a", 1]])", R"([["a", -1, 1]])", R"([["a", 1.5, 1]])", R"([[7, 1, 1]])",
          R"([["a", -0, 1, 1]])", R"([["a", "b", "1", 1]])", R"([["a\u001fb", 1, 1]])"}) {
        SurveyCounts counts;
        EXPECT_FALSE(counts.add_json(*fhir::parse_json(text))) << text;
    }
}

TEST(SurveyCounts, SayWhenThereAreMoreDifferentTextsThanAreKept) {
    SurveyCounts full;
    for (std::size_t number = 0; number < most_distinct; ++number) full.add({"text", std::to_string(number)}, {1, 1});
    EXPECT_FALSE(full.has_overflown());
    full.add({"text", "0"}, {1, 1});
    EXPECT_FALSE(full.has_overflown());
    SurveyCounts part;
    part.add(patient({"one more"}));
    full.add(part);
    EXPECT_TRUE(full.has_overflown());
    SurveyCounts sum;
    sum.add(full);
    EXPECT_TRUE(sum.has_overflown());
}

TEST(SurveyCounts, GiveTheRowsBehindAPrefixTheMostPatientsFirst) {
    SurveyCounts counts;
    counts.add({"unit", "x", "a"}, {1, 1});
    counts.add({"unit", "x", "b"}, {5, 9});
    counts.add({"unit", "xy", "c"}, {9, 9});
    counts.add({"unit"}, {7, 7});
    const auto rows = counts.most_below({"unit", "x"});
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows.front().rest, SurveyKey{"b"});
    EXPECT_EQ(rows.front().count.records, 9U);
}

TEST(KeyText, TrimsAndCutsBetweenCharacters) {
    EXPECT_EQ(key_text("  a\nb\t"), "a b");
    const std::string shown = key_text(std::string(119, 'a') + "ééé");
    EXPECT_EQ(shown, std::string(119, 'a') + "…");
    EXPECT_EQ(key_text(std::string(120, 'a')), std::string(120, 'a'));
}

}  // namespace
}  // namespace rules
