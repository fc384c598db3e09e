// What an explanation says: the whole in one sentence, each rule in one, and the tree below.
#include "rules/explain/explain.hpp"
#include "tests/case_name.hpp"
#include "tests/rules/scene.hpp"

namespace {

const char* const osteoporosis = "64859006";

std::string line_of(const rules::Evaluation& evaluation, std::string_view rule) {
    return outcome_of(evaluation, rule).sentence;
}

std::string medicine(const char* id, const char* rxnorm, const char* authored, const char* status = "active") {
    return R"({"resourceType": "MedicationRequest", "intent": "order", "id": ")" + std::string(id) +
           R"(", "status": ")" + status + R"(", "authoredOn": ")" + authored +
           R"(", "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": ")" +
           rxnorm + R"("}]}})";
}

std::string open_order(const char* id, const char* cpt, const char* authored) {
    std::string text = draft(id, cpt);
    text.replace(text.find("draft\""), 6, "active\"");
    text.insert(text.size() - 1, std::string(R"(, "authoredOn": ")") + authored + '"');
    return text;
}

// ---- the whole in one sentence

TEST(WholeSentence, SaysWhatWasLookedForAndThatNothingWasHeldBack) {
    EXPECT_EQ(played({{back_pain}}).sentence,
              "Adult with back pain; no indication for vitamin D; no sign of B12 deficiency; nothing was held back.");
}

TEST(WholeSentence, NamesTheIndicationAndTheCard) {
    EXPECT_EQ(played({{back_pain, condition("c", coeliac, R"(, "onsetDateTime": "2016")")}}).sentence,
              "Adult with back pain; indication for vitamin D: celiac disease since 2016; no sign of B12 deficiency; "
              "card: \"Consider a 25-OH vitamin D level\"; nothing was held back.");
}

TEST(WholeSentence, NamesARedFlagAndWhatItHoldsBack) {
    const auto evaluation = played({{back_pain, condition("c", bone_metastasis), condition("d", coeliac)}});
    EXPECT_EQ(
        evaluation.sentence,
        "Adult with back pain; red flag: bone metastasis without a date; indication for vitamin D: celiac disease "
        "without a date; no sign of B12 deficiency; held back: \"Consider a 25-OH vitamin D level\", a red flag "
        "comes first: bone metastasis without a date.");
    EXPECT_TRUE(outcome_of(evaluation, "vitamin-d-suggest").is_held_back);
}

TEST(WholeSentence, SaysThatARedFlagHeldNothingBackIfItDidNot) {
    const auto evaluation = played({{back_pain, condition("c", bone_metastasis)}});
    EXPECT_TRUE(evaluation.sentence.ends_with("; nothing was held back.")) << evaluation.sentence;
    EXPECT_FALSE(outcome_of(evaluation, "vitamin-d-suggest").is_held_back);
}

TEST(WholeSentence, SaysThatAResultIsAtHandAlready) {
    EXPECT_EQ(
        played({{back_pain, condition("c", coeliac), vitamin_d("32")}}).sentence,
        "Adult with back pain; indication for vitamin D: celiac disease without a date; no sign of B12 deficiency; "
        "not shown: \"Consider a 25-OH vitamin D level\", a 25-OH vitamin D result is known or awaited: 25-OH "
        "vitamin D 32 ng/mL of 2026-02-20; nothing was held back.");
}

TEST(WholeSentence, WithoutAnyCardSaysWhatCameNear) {
    std::string young = back_pain;
    young.replace(young.find("2025-01-01"), 10, "2025-12");
    EXPECT_EQ(
        played({{young, condition("c", coeliac)}}).sentence,
        "Adult with back pain; indication for vitamin D: celiac disease without a date; no sign of B12 deficiency; "
        "not shown: \"Consider a 25-OH vitamin D level\", no long-standing back pain (low back pain since "
        "2025-12, for at least 61 days, 84 are needed); nothing was held back.");
}

TEST(WholeSentence, EndsEarlyWhereThereIsNoBackPain) {
    EXPECT_EQ(played({{condition("c", coeliac)}}).sentence, "No active back pain in the record; no advice is given.");
}

TEST(WholeSentence, SaysWhyBackPainOnRecordIsNone) {
    std::string resolved = back_pain;
    resolved.replace(resolved.find("active"), 6, "resolved");
    EXPECT_EQ(played({{resolved}}).sentence,
              "No active back pain in the record (low back pain, resolved); no advice is given.");
}

TEST(WholeSentence, IsForAdults) {
    Scene scene{{back_pain}};
    scene.birth_date = R"("birthDate": "2012-07-15")";
    EXPECT_EQ(played(scene).sentence, "Under 18, and this advice is for adults; no advice is given.");
}

TEST(WholeSentence, SaysWhatIsNotKnownForLackOfWhat) {
    const auto evaluation = played({{back_pain, condition("c", coeliac)}, {"vitaminD"}});
    EXPECT_NE(evaluation.sentence.find("; not known without vitamin D results (not sent): whether to speak of "),
              std::string::npos)
        << evaluation.sentence;
}

TEST(WholeSentence, NamesWhatIsOrdered) {
    Scene scene{{back_pain, vitamin_d("32")}, {}, rules::Hook::order_sign};
    scene.drafts = {draft("d", "82306")};
    EXPECT_EQ(played(scene).sentence,
              "Adult with back pain; test or drug among the orders that this advice speaks of: 25-OH vitamin D; card: "
              "\"Test already resulted or ordered\"; nothing was held back.");
}

// ---- a rule in one line

struct Told {
    const char* name;
    std::vector<std::string> resources;  ///< beside the back pain
    const char* rule;
    const char* line;
};
class RuleLine : public testing::TestWithParam<Told> {};

TEST_P(RuleLine, SaysInOneSentenceWhy) {
    std::vector<std::string> resources = GetParam().resources;
    resources.emplace_back(back_pain);
    EXPECT_EQ(line_of(played({resources}), GetParam().rule), GetParam().line);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, RuleLine,
    testing::Values(
        Told{"ACard",
             {vitamin_d("9")},
             "vitamin-d-deficient",
             "25-OH vitamin D in the lowest band: card, for 25-OH vitamin D 9 ng/mL of 2026-02-20."},
        Told{"NoResult", {}, "b12-low", "Low vitamin B12: no vitamin B12 result in the last 365 days."},
        Told{"AnotherBand",
             {vitamin_d("25")},
             "vitamin-d-low",
             "25-OH vitamin D below adequate: no 25-OH vitamin D below adequate (25-OH vitamin D 25 ng/mL of "
             "2026-02-20, adequate, not low)."},
        Told{"NoIndication",
             {},
             "vitamin-d-suggest",
             "Consider a 25-OH vitamin D level: no indication for 25-OH vitamin D in the record."},
        Told{"ARefutedIndication",
             {condition("o", osteoporosis, R"(, "verificationStatus": {"coding": [{"code": "entered-in-error"}]})")},
             "vitamin-d-suggest",
             "Consider a 25-OH vitamin D level: no indication for 25-OH vitamin D in the record "
             "(osteoporosis, entered in error)."},
        Told{"AResultAtHand",
             {condition("c", coeliac), vitamin_d("32")},
             "vitamin-d-suggest",
             "Consider a 25-OH vitamin D level: not shown, a 25-OH vitamin D result is known or awaited: 25-OH vitamin "
             "D 32 ng/mL of 2026-02-20."},
        Told{"WhatSpeaksAgainst",
             {condition("c", coeliac), condition("s", sarcoidosis)},
             "vitamin-d-suggest",
             "Consider a 25-OH vitamin D level: not shown, a disease in which calcium comes first: sarcoidosis without "
             "a date."},
        Told{"NothingUnreadable",
             {},
             "result-unreadable",
             "A result that cannot be read safely: every result that counts can be read."},
        Told{"NotSwitchedOn", {}, "magnesium-suggest", "Consider a magnesium level: not switched on at this site."}),
    CaseName());

// What a reader should see for back pain of at least 61 days where 84 are needed.
TEST(RuleLine, SaysByHowMuchADurationMissesWhatIsNeeded) {
    std::string young = back_pain;
    young.replace(young.find("2025-01-01"), 10, "2025-12");
    const auto evaluation = played({{young, condition("c", coeliac)}});
    EXPECT_EQ(line_of(evaluation, "vitamin-d-suggest"),
              "Consider a 25-OH vitamin D level: no long-standing back pain (low back pain since 2025-12, for "
              "at least 61 days, 84 are needed).");
}

TEST(RuleLine, SaysThatATreatmentIsPastItsFirstDays) {
    Scene scene{{back_pain, medicine("m", "2418", "2025-05-16")}, {}, rules::Hook::order_sign};
    scene.drafts = {draft("d", "82306")};
    EXPECT_EQ(line_of(played(scene), "early-retest"),
              "Too early to repeat 25-OH vitamin D: vitamin D was not begun lately (cholecalciferol since "
              "2025-05-16, on it for 290 days, past the first 55).");
}

TEST(RuleLine, SaysWhatIsMissingWithoutWhichNothingIsKnown) {
    const auto evaluation = played({{back_pain, condition("c", coeliac)}, {"vitaminD"}});
    EXPECT_EQ(line_of(evaluation, "vitamin-d-suggest"),
              "Consider a 25-OH vitamin D level: not known without vitamin D results (not sent).");
}

TEST(RuleLine, SaysThatAnotherCardSpeaks) {
    const auto evaluation =
        played({{back_pain, condition("c", paraesthesia), observation("o2", "2132-9", quantity("160", "pg/mL"))}});
    EXPECT_EQ(line_of(evaluation, "b12-low"),
              "Low vitamin B12: no card of its own, \"Low vitamin B12 with a neurological sign\" takes its place.");
}

TEST(RuleLine, OfAGatedRuleTellsItsOwnReasonIfItHasOne) {
    const auto evaluation = played({{back_pain, condition("c", bone_metastasis)}});
    EXPECT_EQ(line_of(evaluation, "vitamin-d-suggest"),
              "Consider a 25-OH vitamin D level: no indication for 25-OH vitamin D in the record.");
}

/// Everything that all rules of a scene say in their sentences, and in the sentence before them.
std::string said(const rules::Evaluation& evaluation) {
    std::string all = evaluation.sentence + "\n";
    for (const rules::RuleOutcome& outcome : evaluation.outcomes) {
        if (outcome.outcome != rules::Outcome::other_hook) all += outcome.sentence + "\n";
    }
    return all;
}

TEST(RuleLine, HoldsNoExpressionNoIdAndNoDoubleNegation) {
    Scene ordered{{back_pain, vitamin_d("32"), condition("c", coeliac), medicine("m", "2418", "2025-05-16")},
                  {},
                  rules::Hook::order_sign};
    ordered.drafts = {draft("d", "82306"), draft("b", "82607")};
    for (const Scene& scene :
         {Scene{{back_pain}}, Scene{{back_pain, vitamin_d("9"), condition("c", paraesthesia)}},
          Scene{{back_pain, condition("c", bone_metastasis), condition("d", coeliac)}, {"b12", "orders"}}, ordered}) {
        const std::string text = said(played(scene));
        for (const char* unwanted : {"%", ".where", "()", "Condition/", "Observation/", "ServiceRequest/", "none of",
                                     "no no ", "not no ", "no not ", "no a ", "no on "}) {
            EXPECT_EQ(text.find(unwanted), std::string::npos) << unwanted << " in\n" << text;
        }
    }
}

// ---- the tree

const rules::Reason* found(const std::vector<rules::Reason>& reasons, std::string_view what) {
    for (const rules::Reason& reason : reasons) {
        if (reason.what == what) return &reason;
        if (const rules::Reason* deeper = found(reason.parts, what)) return deeper;
    }
    return nullptr;
}

TEST(ReasonTree, LeadsDownToTheResourceTheValueAndTheThreshold) {
    std::string young = back_pain;
    young.replace(young.find("2025-01-01"), 10, "2025-12");
    const auto evaluation = played({{young, condition("c", coeliac)}});
    const auto* item =
        found(outcome_of(evaluation, "vitamin-d-suggest").reasons, "Condition/pain \"low back pain\" since 2025-12");
    ASSERT_NE(item, nullptr);
    EXPECT_EQ(item->because, "for at least 61 days, 84 are needed (backPain.chronicDays)");
}

// An order that nobody closed is not "none in the record".
TEST(ReasonTree, NamesAnOrderThatIsTooOldToBeOpen) {
    const auto evaluation = played({{back_pain, condition("c", coeliac), open_order("o", "82306", "1988-03-01")}});
    EXPECT_EQ(cards_of(evaluation), "vitamin-d-suggest (info)");
    const auto* ordered = found(outcome_of(evaluation, "vitamin-d-suggest").reasons, "25-OH vitamin D ordered");
    ASSERT_NE(ordered, nullptr);
    EXPECT_EQ(ordered->truth, rules::Truth::fails);
    ASSERT_EQ(ordered->parts.size(), 1U);
    EXPECT_EQ(ordered->parts[0].what, "ServiceRequest/o \"25-OH vitamin D\" ordered 1988-03-01");
    EXPECT_EQ(ordered->parts[0].because, "active since, but an order counts as open for 90 days");
}

TEST(ReasonTree, SaysThatThereIsNoOrderWhereThereIsNone) {
    const auto evaluation = played({{back_pain, condition("c", coeliac)}});
    const auto* ordered = found(outcome_of(evaluation, "vitamin-d-suggest").reasons, "25-OH vitamin D ordered");
    ASSERT_NE(ordered, nullptr);
    EXPECT_EQ(ordered->because, "none in the record");
}

// "The record says that the patient has died" beside a living patient would be a wrong word at a bad moment.
TEST(ReasonTree, SaysAnAuthorsBecauseOnlyWhereItStandsInTheWay) {
    const auto evaluation = played({{back_pain, condition("c", coeliac)}});
    const auto* alive = found(outcome_of(evaluation, "vitamin-d-suggest").reasons, "%alive");
    ASSERT_NE(alive, nullptr);
    EXPECT_EQ(alive->truth, rules::Truth::holds);
    EXPECT_EQ(alive->because, "");
}

TEST(Explanation, OfSeveralOrdersDoesNotHideWhatIsNotKnownOfOne) {
    const std::string vitamin_d_order = draft("d", "82306"), b12_order = draft("b", "82607");
    for (const auto& drafts : {std::vector{vitamin_d_order, b12_order}, std::vector{b12_order, vitamin_d_order}}) {
        Scene scene{{back_pain, vitamin_d("9")}, {"b12"}, rules::Hook::order_sign};
        scene.drafts = drafts;
        const auto evaluation = played(scene);
        EXPECT_EQ(outcome_of(evaluation, "duplicate-order").outcome, rules::Outcome::unknown);
        EXPECT_NE(line_of(evaluation, "duplicate-order").find("not sent"), std::string::npos);
    }
}

TEST(Explanation, PointsAtTheCriterionThatKeptACardAway) {
    const auto known = played({{back_pain, condition("c", coeliac), vitamin_d("32")}});
    const rules::RuleOutcome& excluded = outcome_of(known, "vitamin-d-suggest");
    ASSERT_TRUE(excluded.decides);
    EXPECT_EQ(excluded.reasons.at(*excluded.decides).truth, rules::Truth::holds);
    EXPECT_NE(excluded.reasons.at(*excluded.decides).place.pointer.find("unless"), std::string::npos);
    const auto stopped = played({{back_pain, condition("c", bone_metastasis), condition("d", coeliac)}});
    const rules::RuleOutcome& gated = outcome_of(stopped, "vitamin-d-suggest");
    ASSERT_TRUE(gated.decides);
    EXPECT_EQ(gated.reasons.at(*gated.decides).place.file, "pack.json");
    const auto shown = played({{back_pain, condition("c", coeliac)}});
    EXPECT_FALSE(outcome_of(shown, "vitamin-d-suggest").decides);
}

TEST(Explanation, NamesWhatWasLeftOut) {
    const auto evaluation = played(
        {{back_pain, observation("o", "62292-8",
                                 quantity("8", "ng/mL") + R"(, "focus": [{"reference": "RelatedPerson/newborn"}])")}});
    ASSERT_EQ(evaluation.left_out.size(), 1U);
    EXPECT_EQ(evaluation.left_out[0], "Observation/o was left out: it is about somebody or something else");
}

}  // namespace
