#include "rules/explain/seen_results.hpp"

#include "rules/run/run.hpp"
#include "tests/rules/run_support.hpp"

#include <algorithm>

namespace {

rules::SeenResults seen_in(const std::vector<std::string>& resources) {
    static std::vector<boost::json::value> trees;  // the record borrows from them
    const boost::json::value& tree = trees.emplace_back(parsed(list(resources)));
    rules::Call call;
    call.at = *fhir::DateTime::parse("2026-03-01T12:00:00Z");
    const rules::Record record = complete_record(tree, shipped_pack());
    rules::Run run(shipped_program().inner(), record, call);
    return rules::seen_results(run);
}

std::size_t results(const rules::SeenResults& seen, std::string_view analyte, std::string_view reading) {
    std::size_t sum = 0;
    for (const rules::SeenResult& one : seen.results) {
        if (one.analyte == analyte && one.reading == reading) sum += one.results;
    }
    return sum;
}

std::string foreign(const char* id, const char* system, const char* code, const char* text) {
    return R"({"resourceType": "Observation", "status": "final", "id": ")" + std::string(id) +
           R"(", "effectiveDateTime": "2026-02-01", "code": {"coding": [{"system": ")" + system + R"(", "code": ")" +
           code + R"("}], "text": ")" + text + R"("}, "valueQuantity": {"value": 12, "unit": "ng/mL"}})";
}

TEST(SeenResults, CountsWhatWasReadAndWhyTheRestWasNot) {
    const auto seen = seen_in({observation("a", "62292-8", quantity("12", "ng/mL")),
                               observation("b", "62292-8", quantity("13", "ng/mL")),
                               observation("c", "62292-8", quantity("14", "furlong"))});
    const std::string analyte(seen.results.at(0).analyte);
    EXPECT_EQ(results(seen, analyte, "readable"), 2U);
    EXPECT_EQ(results(seen, analyte, "unknown-unit"), 1U);
}

// A unit may be any word; that of another test of the pack is no person's name.
TEST(SeenResults, NamesAUnitOnlyIfThePackHasIt) {
    const auto of_another_test = seen_in({observation("a", "62292-8", quantity("12", "mmol/L"))});
    ASSERT_EQ(of_another_test.unseen.size(), 1U);
    EXPECT_EQ(of_another_test.unseen[0].name, "unit mmol/L");
    const auto of_nobody = seen_in({observation("a", "62292-8", quantity("12", "Kanarienvogel"))});
    ASSERT_EQ(of_nobody.unseen.size(), 1U);
    EXPECT_EQ(of_nobody.unseen[0].name, "unit of another name");
}

// 2093-3 is cholesterol, under words of another test.
TEST(SeenResults, NamesACodeOnlyIfItsCheckDigitIsRight) {
    const char* words = "VIT D 25-OH (serum)";
    for (const auto& [system, code, name] :
         {std::tuple("https://laboratory.example/codes", "Kanarienvogel", "code of another system"),
          std::tuple("http://loinc.org", "Kanarienvogel", "code of another system"),
          std::tuple("http://loinc.org", "2093-3", "code LOINC 2093-3")}) {
        const auto seen = seen_in({foreign("a", system, code, words)});
        ASSERT_EQ(seen.unseen.size(), 1U) << code;
        EXPECT_EQ(seen.unseen[0].name, name);
    }
}

TEST(SeenResults, PassesOverWhatLooksLikeNoTestOfThePack) {
    const auto seen = seen_in({foreign("a", "https://laboratory.example/codes", "FERR", "Ferritin")});
    EXPECT_TRUE(seen.unseen.empty());
    EXPECT_TRUE(seen.results.empty());
}

TEST(SeenResults, GivesLocalCodesOneNameForAll) {
    std::vector<std::string> resources;
    for (int i = 0; i < 40; ++i) {
        resources.push_back(foreign(("o" + std::to_string(i)).c_str(), "https://laboratory.example/codes",
                                    ("L" + std::to_string(i)).c_str(), "VIT D 25-OH (serum)"));
    }
    const auto seen = seen_in(resources);
    ASSERT_EQ(seen.unseen.size(), 1U) << "local codes have no name of their own";
    EXPECT_EQ(seen.unseen[0].results, 40U);
}

}  // namespace
