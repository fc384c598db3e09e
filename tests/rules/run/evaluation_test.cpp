// The run as a whole over the shipped pack: three values, which cards survive, what cards and explanations say.
#include "rules/run/evaluation.hpp"

#include "tests/rules/run_support.hpp"

#include <set>

namespace {

const char* const back_pain = R"({"resourceType": "Condition", "id": "pain", "onsetDateTime": "2025-01-01",
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "279039007", "display": "Jane's low back pain"}]}})";

std::string condition(const char* id, const char* code, const char* more = "") {
    return R"({"resourceType": "Condition", "id": ")" + std::string(id) +
           R"(", "clinicalStatus": {"coding": [{"code": "active"}]}, "code": {"coding": [{"system": "http://snomed.info/sct", "code": ")" +
           code + R"("}]})" + more + "}";
}

const char* const coeliac = "396331005";
const char* const sarcoidosis = "31541009";
const char* const bone_metastasis = "94222008";
const char* const paraesthesia = "91019004";

struct Scene {
    std::vector<std::string> resources;
    std::set<std::string> unavailable = {};  ///< prefetch keys that are not sent
    rules::Hook hook = rules::Hook::patient_view;
    rules::Site site = {};
    const char* birth_date = R"("birthDate": "1970-07-15")";
    std::vector<std::string> drafts = {};
};

rules::Evaluation played(const Scene& scene) {
    std::vector<std::string> resources = scene.resources;
    resources.push_back(R"({"resourceType": "Patient", "id": "p", "gender": "female")" +
                        std::string(scene.birth_date[0] ? ", " : "") + scene.birth_date + "}");
    const boost::json::value tree = parsed(list(resources));
    rules::Sources sources = rules::sources_of_complete_record(objects_in(tree), observation_keys(shipped_pack()));
    for (const std::string& key : scene.unavailable) sources.erase(key);
    const rules::Record record = rules::read_record(sources);
    const boost::json::value drafts = parsed(list(scene.drafts));
    rules::Call call;
    call.drafts = objects_in(drafts);
    call.hook = scene.hook;
    call.at = *fhir::DateTime::parse("2026-03-02T12:00:00Z");
    const auto program = scene.site.off.empty() && scene.site.not_provided.empty() && !scene.site.approval
                             ? nullptr
                             : compile_test_pack(shipped_pack(), scene.site);
    return rules::explain(program ? *program : shipped_program(), record, call);
}

std::string cards_of(const rules::Evaluation& evaluation) {
    std::string cards;
    for (const rules::Card& card : evaluation.cards) {
        cards +=
            (cards.empty() ? "" : ", ") + std::string(card.rule) + " (" + std::string(name_of(card.indicator)) + ")";
    }
    return cards;
}

const rules::RuleOutcome& outcome_of(const rules::Evaluation& evaluation, std::string_view rule) {
    return *std::ranges::find(evaluation.outcomes, rule, &rules::RuleOutcome::rule);
}

bool has_line(const std::vector<std::string>& lines, std::string_view part) {
    return std::ranges::any_of(lines, [part](const std::string& line) { return line.find(part) != std::string::npos; });
}

std::string vitamin_d(const char* number) {
    return observation("o1", "62292-8", quantity(number, "ng/mL"));
}

// Decisions, safety: result cards do not need medications, and say what was not there.
TEST(Evaluation, ShowsALowResultWithoutMedicationsAndSaysSo) {
    const auto evaluation = played({{back_pain, vitamin_d("9")}, {"medicationRequests", "medicationStatements"}});
    ASSERT_FALSE(evaluation.cards.empty());
    EXPECT_EQ(evaluation.cards.front().rule, "vitamin-d-deficient");
    EXPECT_TRUE(has_line(evaluation.cards.front().not_considered, "may pre-date treatment"));
    EXPECT_TRUE(has_line(evaluation.cards.front().not_considered, "Medications: not sent"));
}

TEST(Evaluation, DoesNotSuggestWhatItCannotKnowAndSaysThatAdviceMayBeMissing) {
    const auto evaluation = played({{back_pain, condition("c", coeliac)}, {"vitaminD"}});
    EXPECT_EQ(cards_of(evaluation), "data-unavailable (info)");
    EXPECT_EQ(outcome_of(evaluation, "vitamin-d-suggest").outcome, rules::Outcome::unknown);
    EXPECT_EQ(outcome_of(evaluation, "vitamin-d-suggest").unknown_sources, std::vector<std::string>{"vitaminD"});
    EXPECT_LE(evaluation.cards.front().summary.size(), 139U);
}

TEST(Evaluation, TellsOfAnUnreadableResultAlthoughOtherTestsCouldNotBeHad) {
    const std::string unreadable = observation("o1", "62292-8", quantity("25", "ng/dL"));
    EXPECT_EQ(cards_of(played({{back_pain, unreadable}, {"blood"}})), "result-unreadable (info)");
}

TEST(Evaluation, SaysNothingOfMissingDataWithoutBackPain) {
    EXPECT_EQ(cards_of(played({{condition("c", coeliac)}, {"vitaminD"}})), "");
}

TEST(Evaluation, SaysNothingOfMissingDataUnderARedFlag) {
    EXPECT_EQ(cards_of(played({{back_pain, condition("c", bone_metastasis)}, {"vitaminD", "b12"}})), "");
}

TEST(Evaluation, LetsAClearFailureSettleWhateverElseIsUnknown) {
    const auto evaluation = played({{back_pain, vitamin_d("30")}, {"procedures"}});
    EXPECT_NE(outcome_of(evaluation, "vitamin-d-suggest").outcome, rules::Outcome::unknown);
    EXPECT_NE(outcome_of(evaluation, "vitamin-d-suggest").outcome, rules::Outcome::card);
}

TEST(Evaluation, LetsItemsOutweighUnknownsAmongIndications) {
    const auto evaluation = played({{back_pain, condition("c", coeliac)}, {"procedures"}});
    EXPECT_EQ(outcome_of(evaluation, "vitamin-d-suggest").outcome, rules::Outcome::card);
}

TEST(Evaluation, DoesNotTellOnEachChartWhatTheSiteNeverHas) {
    rules::Site site;
    site.not_provided = {"procedures"};
    EXPECT_EQ(cards_of(played({{back_pain}, {"procedures"}, rules::Hook::patient_view, site})), "");
}

TEST(Evaluation, HasNoCardButDataUnavailableWithoutABirthDate) {
    const auto evaluation = played({{back_pain, vitamin_d("9")}, {}, rules::Hook::patient_view, {}, ""});
    EXPECT_EQ(cards_of(evaluation), "data-unavailable (info)");
}

TEST(Evaluation, KeepsResultWarningsUnderARedFlagAndNothingElse) {
    EXPECT_EQ(cards_of(played({{back_pain, condition("c", bone_metastasis), vitamin_d("9")}})),
              "vitamin-d-deficient (warning)");
}

TEST(Evaluation, ShowsTheLouderCardFirstAndAtMostTwo) {
    const auto evaluation = played({{back_pain, condition("c", paraesthesia), condition("d", coeliac), vitamin_d("19"),
                                     observation("o2", "2132-9", quantity("160", "pg/mL"))}});
    ASSERT_EQ(evaluation.cards.size(), 2U);
    EXPECT_EQ(evaluation.cards.front().rule, "b12-low-neuro");
    EXPECT_EQ(outcome_of(evaluation, "b12-low").outcome, rules::Outcome::replaced);
    EXPECT_EQ(outcome_of(evaluation, "b12-low").sentence, "no card. b12-low-neuro takes its place.");
}

TEST(Evaluation, CanBeSwitchedOffRuleByRule) {
    rules::Site site;
    site.off = {"vitamin-d-deficient"};
    const auto evaluation = played({{back_pain, vitamin_d("9")}, {}, rules::Hook::patient_view, site});
    EXPECT_EQ(outcome_of(evaluation, "vitamin-d-deficient").outcome, rules::Outcome::off);
}

// Knowledge G.3, point 6: nobody is invented, and nobody's approval.
TEST(Evaluation, SaysWhetherAClinicianHasApprovedThePack) {
    const auto unapproved = played({{back_pain, vitamin_d("9")}});
    ASSERT_FALSE(unapproved.cards.empty());
    EXPECT_TRUE(has_line(unapproved.cards.front().rule_lines, "not approved by a clinical owner"));
    rules::Site site;
    site.approval = rules::Approval{"the chief of laboratory medicine", "2027-01-15", {}};
    const auto approved = played({{back_pain, vitamin_d("9")}, {}, rules::Hook::patient_view, site});
    ASSERT_FALSE(approved.cards.empty());
    EXPECT_TRUE(
        has_line(approved.cards.front().rule_lines, "approved here 2027-01-15 by the chief of laboratory medicine"));
    EXPECT_FALSE(has_line(approved.cards.front().rule_lines, "not approved"));
}

TEST(Evaluation, NamesANewerResultThatIsNotReadable) {
    const auto evaluation =
        played({{back_pain, vitamin_d("9"),
                 observation("o2", "62292-8", "", R"("status": "registered", "effectiveDateTime": "2026-03-01")")}});
    ASSERT_FALSE(evaluation.cards.empty());
    EXPECT_TRUE(has_line(evaluation.cards.front().not_considered, "not final yet"));
}

TEST(Evaluation, ShowsNoWordsOfTheRecord) {
    const auto evaluation = played({{back_pain, condition("c", coeliac)}});
    ASSERT_FALSE(evaluation.cards.empty());
    for (const rules::Card& card : evaluation.cards) {
        EXPECT_EQ(card.summary.find("Jane"), std::string::npos);
        EXPECT_FALSE(has_line(card.why, "Jane"));
    }
}

TEST(Evaluation, PointsAnOrderAtItsIndicationNotAtTheBackPain) {
    const auto evaluation = played({{back_pain, condition("c", coeliac)}});
    ASSERT_EQ(cards_of(evaluation), "vitamin-d-suggest (info)");
    ASSERT_TRUE(evaluation.cards.front().proposal);
    ASSERT_EQ(evaluation.cards.front().proposal->create.size(), 1U);
    EXPECT_EQ(evaluation.cards.front().proposal->create.front().loinc, "62292-8");
    EXPECT_EQ(evaluation.cards.front().proposal->create.front().reason_references,
              std::vector<std::string>{"Condition/c"});
}

// What a reader should see for back pain of at least 61 days where 84 are needed.
TEST(Explanation, LeadsDownToTheResourceTheValueAndTheThreshold) {
    std::string young = back_pain;
    young.replace(young.find("2025-01-01"), 10, "2025-12");
    const auto evaluation = played({{young, condition("c", coeliac)}});
    EXPECT_EQ(
        outcome_of(evaluation, "vitamin-d-suggest").sentence,
        "no card. Not met: Long-standing back pain <- Condition/pain \"low back pain\" since 2025-12: at least 61 "
        "days, 84 needed (backPain.chronicDays).");
}

TEST(Explanation, NamesTheGateThatStands) {
    const auto evaluation = played({{back_pain, condition("c", bone_metastasis), condition("d", coeliac)}});
    EXPECT_NE(outcome_of(evaluation, "vitamin-d-suggest").sentence.find("Condition/c \"bone metastasis\""),
              std::string::npos);
}

TEST(Explanation, NamesWhatSpeaksAgainst) {
    const auto evaluation = played({{back_pain, condition("c", coeliac), condition("s", sarcoidosis)}});
    EXPECT_NE(outcome_of(evaluation, "vitamin-d-suggest").sentence.find("Excluded: "), std::string::npos);
    EXPECT_NE(outcome_of(evaluation, "vitamin-d-suggest").sentence.find("Condition/s \"sarcoidosis\""),
              std::string::npos);
}

// "The record says that the patient has died" beside a living patient would be a wrong word at a bad moment.
TEST(Explanation, SaysAnAuthorsBecauseOnlyWhereItStandsInTheWay) {
    const auto evaluation = played({{back_pain, condition("c", coeliac)}});
    const auto& reasons = outcome_of(evaluation, "vitamin-d-suggest").reasons;
    const auto alive = std::ranges::find(reasons, "%alive", &rules::Reason::what);
    ASSERT_NE(alive, reasons.end());
    EXPECT_EQ(alive->truth, rules::Truth::holds);
    EXPECT_EQ(alive->because, "");
}

TEST(Explanation, NamesTheBandThatAValueHas) {
    const auto evaluation = played({{back_pain, vitamin_d("25")}});
    EXPECT_NE(outcome_of(evaluation, "vitamin-d-low").sentence.find("band \"adequate\", low needed"),
              std::string::npos);
}

std::string draft(const char* id, const char* cpt) {
    return R"({"resourceType": "ServiceRequest", "id": ")" + std::string(id) +
           R"(", "status": "draft", "intent": "order", "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": ")" +
           cpt + R"("}]}})";
}

TEST(Explanation, OfSeveralOrdersDoesNotHideWhatIsNotKnownOfOne) {
    const std::string vitamin_d_order = draft("d", "82306"), b12_order = draft("b", "82607");
    for (const auto& drafts : {std::vector{vitamin_d_order, b12_order}, std::vector{b12_order, vitamin_d_order}}) {
        Scene scene{{back_pain, vitamin_d("9")}, {"b12"}, rules::Hook::order_sign};
        scene.drafts = drafts;
        const auto evaluation = played(scene);
        EXPECT_EQ(outcome_of(evaluation, "duplicate-order").outcome, rules::Outcome::unknown);
        EXPECT_NE(outcome_of(evaluation, "duplicate-order").sentence.find("not sent"), std::string::npos);
    }
}

TEST(Explanation, NamesTheSourceThatIsMissing) {
    const auto evaluation = played({{back_pain, condition("c", coeliac)}, {"vitaminD"}});
    EXPECT_NE(outcome_of(evaluation, "vitamin-d-suggest").sentence.find("Vitamin D results: not sent"),
              std::string::npos);
}

}  // namespace
