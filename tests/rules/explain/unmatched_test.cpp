#include "rules/explain/unmatched.hpp"

#include "tests/rules/run_support.hpp"

namespace {

std::vector<rules::Unmatched> unmatched_in(const std::vector<std::string>& resources) {
    static std::vector<boost::json::value> trees;  // the record borrows from them
    const boost::json::value& tree = trees.emplace_back(parsed(list(resources)));
    return rules::unmatched(shipped_program(), complete_record(tree, shipped_pack()));
}

std::string local_result(const char* id, const char* code, const char* text) {
    return R"({"resourceType": "Observation", "status": "final", "id": ")" + std::string(id) +
           R"(", "code": {"coding": [{"system": "https://laboratory.example/codes", "code": ")" + code +
           R"("}], "text": ")" + text + R"("}, "valueQuantity": {"value": 12, "unit": "ng/mL"}})";
}

std::string problem(const char* id, const char* code) {
    return R"({"resourceType": "Condition", "id": ")" + std::string(id) +
           R"(", "code": {"coding": [{"system": "http://snomed.info/sct", "code": ")" + code + R"("}]}})";
}

TEST(Unmatched, NoticesAResultOfALocalCodeByItsWords) {
    const auto found = unmatched_in({local_result("o", "L123", "VIT D 25-OH (serum)")});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, rules::Unmatched::Kind::result);
    EXPECT_EQ(found[0].code, "L123 of https://laboratory.example/codes");
    EXPECT_EQ(found[0].reference, "Observation/o");
    EXPECT_EQ(found[0].looks_like, "25-OH vitamin D");
}

TEST(Unmatched, SaysOfASystemThatIsNoUriHowItIsCalled) {
    const auto in_system = [](const char* system) {
        return R"({"resourceType": "Observation", "status": "final", "id": "o", "code": {"coding": [{"system": ")" +
               std::string(system) + R"(", "code": "VITD25"}], "text": "25-OH vitamin D"}})";
    };
    for (const auto& [system, words] : {std::pair{"L", "VITD25 of \"L\", which is no URI"},
                                        std::pair{"99LAB", "VITD25 of \"99LAB\", which is no URI"},
                                        std::pair{"Quill, Ada", "VITD25 of a system that is no URI"},
                                        std::pair{"", "VITD25 without a code system"}}) {
        const auto found = unmatched_in({in_system(system)});
        ASSERT_EQ(found.size(), 1U) << system;
        EXPECT_EQ(found[0].code, words);
    }
}

TEST(Unmatched, PassesOverAResultThatLooksLikeNoTestOfThePack) {
    EXPECT_TRUE(unmatched_in({local_result("o", "FERR", "Ferritin")}).empty());
}

TEST(Unmatched, PassesOverAResultThatIsRead) {
    EXPECT_TRUE(unmatched_in({observation("o", "62292-8", quantity("12", "ng/mL"))}).empty());
}

TEST(Unmatched, ListsAProblemAndAMedicineOnceWithHowManyRecordsHaveIt) {
    const std::string statin =
        R"({"resourceType": "MedicationRequest", "status": "active", "intent": "order", "medicationCodeableConcept":
            {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "36567"}]}, "id": ")";
    const auto found =
        unmatched_in({problem("a", "38341003"), problem("b", "38341003"), statin + "s1\"}", statin + "s2\"}"});
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].kind, rules::Unmatched::Kind::medicine);
    EXPECT_EQ(found[0].code, "RxNorm 36567");
    EXPECT_EQ(found[0].records, 2U);
    EXPECT_EQ(found[1].kind, rules::Unmatched::Kind::problem);
    EXPECT_EQ(found[1].code, "SNOMED CT 38341003");
    EXPECT_EQ(found[1].reference, "Condition/a");
    EXPECT_EQ(found[1].records, 2U);
}

TEST(Unmatched, ListsLaboratoriesThatTheSiteFileDoesNotName) {
    rules::Site site;
    site.laboratories.push_back({});
    site.laboratories.back().name = "Ours";
    site.laboratories.back().reference = "Organization/ours";
    const auto program = compile_test_pack(shipped_pack(), site);
    const auto performed = [](const char* id, const std::string& performer) {
        std::string result = observation(id, "62292-8", quantity("12", "ng/mL"));
        result.insert(1, "\"performer\": [" + performer + "], ");
        return result;
    };
    const boost::json::value tree = parsed(list({performed("a", R"({"reference": "Organization/ours"})"),
                                                 performed("b", R"({"reference": "Organization/other/_history/2"})"),
                                                 performed("c", R"({"reference": "Organization/other"})"),
                                                 performed("d", R"({"display": "Mr Somebody"})"), performed("e", "")}));
    const auto found = rules::unmatched(*program, complete_record(tree, shipped_pack()));
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].kind, rules::Unmatched::Kind::laboratory);
    EXPECT_EQ(found[0].code, "Organization/other");
    EXPECT_EQ(found[0].reference, "Observation/b");
    EXPECT_EQ(found[0].records, 2U);
    EXPECT_EQ(found[1].code, "a performer without reference or identifier");
    EXPECT_EQ(found[2].code, "no performer");
}

TEST(Unmatched, PassesOverWhatSomeListOfThePackKnows) {
    EXPECT_TRUE(unmatched_in({problem("a", "396331005")}).empty());
}

// Records hold free text, even where a code belongs; none of it is shown.
TEST(Unmatched, ShowsNoWordsOfTheRecord) {
    const auto found = unmatched_in({local_result("o", "vit D of Jane Doe, urgent", "Vit D of Jane Doe")});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].code, "words without a code");
}

}  // namespace
