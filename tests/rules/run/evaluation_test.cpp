// The run as a whole over the shipped pack: three values, which cards survive, what cards and explanations say.
#include "rules/run/evaluation.hpp"

#include "rules/evaluate/sources_that_matter.hpp"
#include "rules/run/card_layout.hpp"
#include "tests/rules/scene.hpp"

#include <set>

namespace {

// rules/packs/back-pain-labs/REFERENCE.md D.6, policy: result cards do not need medications, and say what was not
// there.
TEST(Evaluation, ShowsALowResultWithoutMedicationsAndSaysSo) {
    const auto evaluation = played({{back_pain, vitamin_d("9")}, {"medicationRequests", "medicationStatements"}});
    ASSERT_FALSE(evaluation.cards.empty());
    EXPECT_EQ(evaluation.cards.front().rule, "vitamin-d-deficient");
    const rules::Card& card = evaluation.cards.front();
    EXPECT_NE(card.why.find("medications not read"), std::string::npos) << card.why;
    EXPECT_TRUE(has_line(card.cautions, "may pre-date treatment"));
    EXPECT_NE(card.missing.find("Medications (not sent)"), std::string::npos) << card.missing;
}

TEST(Evaluation, DoesNotSuggestWhatItCannotKnowAndSaysThatAdviceMayBeMissing) {
    const auto evaluation = played({{back_pain, condition("c", coeliac)}, {"vitaminD"}});
    EXPECT_EQ(cards_of(evaluation), "data-unavailable (info)");
    EXPECT_EQ(outcome_of(evaluation, "vitamin-d-suggest").outcome, rules::Outcome::unknown);
    EXPECT_EQ(outcome_of(evaluation, "vitamin-d-suggest").unknown_sources, std::vector<std::string>{"vitaminD"});
    EXPECT_TRUE(has_line(evaluation.cards.front().why,
                         "Not available: vitamin D results (not sent). May be missing: high vitamin D, low vitamin D"))
        << "the loudest first: " << evaluation.cards.front().why;
}

TEST(Evaluation, TellsOfAnUnreadableResultAlthoughOtherTestsCouldNotBeHad) {
    const std::string unreadable = observation("o1", "62292-8", quantity("25", "ng/dL"));
    EXPECT_EQ(cards_of(played({{back_pain, unreadable}, {"blood"}})), "result-unreadable (info)");
}

// ---- a problem list that came in part: what is there counts, for what is loud

rules::Evaluation played_on_a_part(std::vector<std::string> resources) {
    Scene scene{std::move(resources)};
    scene.problems_in_part = true;
    return played(scene);
}

TEST(ProblemsInPart, LetAWarningStandThatSaysSo) {
    const auto evaluation = played_on_a_part({back_pain, vitamin_d("9")});
    ASSERT_EQ(cards_of(evaluation), "vitamin-d-deficient (warning)");
    EXPECT_TRUE(has_line(evaluation.cards.front().missing, "roblem list (in part)"));
}

TEST(ProblemsInPart, LetACriticalCardStand) {
    EXPECT_EQ(cards_of(played_on_a_part({back_pain, vitamin_d("180")})), "vitamin-d-toxic (critical)");
}

/// A woman with back pain and coeliac disease, for whom 1,25-dihydroxyvitamin D is about to be ordered.
Scene wrong_test_ordered() {
    Scene scene{{back_pain, condition("c", coeliac)}};
    scene.hook = rules::Hook::order_sign;
    scene.drafts = {draft("d", "82652")};
    return scene;
}

TEST(ProblemsInPart, OfferNoOrderWithAWarningAndSayWhy) {
    Scene scene = wrong_test_ordered();
    const auto whole = played(scene);
    ASSERT_EQ(cards_of(whole), "wrong-vitamin-d-test (warning)");
    EXPECT_TRUE(whole.cards.front().proposal);
    EXPECT_FALSE(has_line(whole.cards.front().missing, "no order is offered"));
    scene.problems_in_part = true;
    const auto evaluation = played(scene);
    ASSERT_EQ(cards_of(evaluation), "wrong-vitamin-d-test (warning)");
    EXPECT_FALSE(evaluation.cards.front().proposal);
    EXPECT_TRUE(has_line(evaluation.cards.front().missing, "no order is offered"));
}

TEST(ProblemsInPart, LetNoSuggestionStand) {
    const auto evaluation = played_on_a_part({back_pain, condition("c", coeliac)});
    EXPECT_EQ(cards_of(evaluation), "data-unavailable (info)");
    EXPECT_TRUE(has_line(evaluation.cards.front().why, "roblem list (in part)"));
    EXPECT_EQ(outcome_of(evaluation, "vitamin-d-suggest").outcome, rules::Outcome::unknown);
}

TEST(ProblemsInPart, LetNoInfoCardOnAResultStand) {
    ASSERT_EQ(cards_of(played({{back_pain, vitamin_d("19")}})), "vitamin-d-low (info)");
    EXPECT_EQ(cards_of(played_on_a_part({back_pain, vitamin_d("19")})), "data-unavailable (info)");
}

TEST(ProblemsInPart, LetOfUnreadableResultsOnlyACalciumStand) {
    const std::string calcium = observation("ca", "17861-6", quantity("10", "ng/dL"));
    EXPECT_EQ(cards_of(played_on_a_part({back_pain, calcium})), "result-unreadable (info)");
    const std::string unreadable = observation("o1", "62292-8", quantity("25", "ng/dL"));
    EXPECT_EQ(cards_of(played_on_a_part({back_pain, unreadable})), "data-unavailable (info)");
}

TEST(ProblemsInPart, AreNamedWhereTheyShowNoBackPain) {
    const auto evaluation = played_on_a_part({condition("c", coeliac), vitamin_d("9")});
    ASSERT_EQ(cards_of(evaluation), "data-unavailable (info)");
    EXPECT_TRUE(has_line(evaluation.cards.front().why, "roblem list (in part)"));
}

TEST(ProblemsInPart, SilenceWhatARedFlagAmongThemSilences) {
    EXPECT_EQ(cards_of(played_on_a_part({back_pain, condition("c", bone_metastasis)})), "");
    EXPECT_EQ(cards_of(played_on_a_part({back_pain, condition("c", bone_metastasis), vitamin_d("9")})),
              "vitamin-d-deficient (warning)");
}

TEST(ProblemsInPart, MakeNoCardForAChild) {
    Scene child{{back_pain, vitamin_d("9")}};
    child.problems_in_part = true;
    child.birth_date = R"("birthDate": "2012-07-15")";
    EXPECT_EQ(cards_of(played(child)), "");
}

// ---- what was missing is said on the card that stands

TEST(Evaluation, SaysWhyAnOfferFellAwayBecauseOrdersCouldNotBeHad) {
    Scene scene = wrong_test_ordered();
    scene.unavailable = {"orders"};
    const auto evaluation = played(scene);
    ASSERT_EQ(cards_of(evaluation), "wrong-vitamin-d-test (warning)");
    const rules::Card& card = evaluation.cards.front();
    EXPECT_FALSE(card.proposal);
    EXPECT_TRUE(has_line(card.missing, "rders (not sent)"));
    EXPECT_TRUE(has_line(card.missing, "no order is offered"));
}

TEST(Evaluation, SaysOnAStandingCardThatASuggestionFellAwayBecauseOrdersCouldNotBeHad) {
    ASSERT_EQ(played({{back_pain, vitamin_d("9")}}).cards.front().with,
              std::vector<std::string_view>{"bone-profile-suggest"});
    const auto evaluation = played({{back_pain, vitamin_d("9")}, {"orders"}});
    ASSERT_EQ(cards_of(evaluation), "vitamin-d-deficient (warning)");
    EXPECT_TRUE(has_line(evaluation.cards.front().missing, "rders (not sent)"));
    EXPECT_TRUE(has_line(evaluation.cards.front().missing, "advice on the bone profile may be missing"));
}

TEST(Evaluation, SaysNothingOfAdviceThatNobodyNeeds) {
    const auto evaluation = played({{back_pain, vitamin_d("9")}});
    ASSERT_FALSE(evaluation.cards.empty());
    EXPECT_FALSE(has_line(evaluation.cards.front().missing, "may be missing"));
}

TEST(Evaluation, SaysOnAStandingCardWhichOtherAdviceMayBeMissing) {
    const auto evaluation = played({{back_pain, vitamin_d("9"), condition("c", paraesthesia)}, {"b12"}});
    ASSERT_EQ(evaluation.cards.front().rule, "vitamin-d-deficient");
    EXPECT_TRUE(has_line(evaluation.cards.front().missing, "B12 results (not sent)"));
    EXPECT_TRUE(has_line(evaluation.cards.front().missing, "low B12"));
}

// ---- which sources may still matter

std::vector<std::string> matter(const std::vector<std::string>& resources,
                                rules::Hook hook = rules::Hook::patient_view) {
    std::vector<std::string> all = resources;
    all.push_back(R"({"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-07-15"})");
    const boost::json::value tree = parsed(list(all));
    rules::Sources sources = rules::sources_of_complete_record(objects_in(tree), {});
    std::erase_if(sources,
                  [](const auto& source) { return source.first != "patient" && source.first != "conditions"; });
    rules::Call call;
    call.hook = hook;
    call.at = *fhir::DateTime::parse("2026-03-02T12:00:00Z");
    return rules::sources_that_matter(shipped_program(), rules::read_record(sources), call);
}

TEST(SourcesThatMatter, AreNoneWithoutBackPainAtAnyHook) {
    for (const rules::Hook hook : {rules::Hook::patient_view, rules::Hook::encounter_start, rules::Hook::order_select,
                                   rules::Hook::order_sign}) {
        EXPECT_TRUE(matter({condition("c", coeliac)}, hook).empty());
    }
}

TEST(SourcesThatMatter, AreAllOfThemForAnAdultWithBackPain) {
    EXPECT_EQ(matter({back_pain}).size(), 12U);
}

TEST(SourcesThatMatter, AreThoseOfTheWarningsUnderARedFlag) {
    const auto left = matter({back_pain, condition("c", bone_metastasis)});
    EXPECT_NE(std::ranges::find(left, "vitaminD"), left.end());
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

// One decision, one card: what follows from a finding is offered on the card of the finding.
TEST(Evaluation, OffersTheMissingBoneProfileOnTheCardOfTheLowVitaminD) {
    const auto evaluation = played({{back_pain, vitamin_d("9")}});
    ASSERT_EQ(cards_of(evaluation), "vitamin-d-deficient (warning)");
    const rules::Card& card = evaluation.cards.front();
    EXPECT_EQ(card.with, std::vector<std::string_view>{"bone-profile-suggest"});
    ASSERT_TRUE(card.proposal);
    EXPECT_EQ(card.proposal->create.size(), 5U);
    EXPECT_EQ(outcome_of(evaluation, "bone-profile-suggest").outcome, rules::Outcome::joined);
}

TEST(Evaluation, JoinsNothingThatItsOwnGatesForbid) {
    const auto evaluation = played({{back_pain, condition("c", bone_metastasis), vitamin_d("9")}});
    ASSERT_EQ(evaluation.cards.size(), 1U);
    EXPECT_TRUE(evaluation.cards.front().with.empty());
    EXPECT_FALSE(evaluation.cards.front().proposal);
}

// No id of a resource, no name of ours: those are for the extension.
TEST(Evaluation, NamesWhatDecidedBesideTheCardAndNoResourceOnIt) {
    const auto evaluation = played({{back_pain, vitamin_d("9")}});
    ASSERT_FALSE(evaluation.cards.empty());
    const rules::Card& card = evaluation.cards.front();
    for (const rules::DetailLine& line : rules::detail_of(card)) {
        EXPECT_EQ(line.text.find("Observation/"), std::string::npos) << line.text;
        EXPECT_EQ(line.text.find("vitamin-d-deficient"), std::string::npos) << line.text;
    }
    const auto input = std::ranges::find(card.inputs, "Observation/o1", &rules::CardInput::reference);
    ASSERT_NE(input, card.inputs.end());
    EXPECT_EQ(input->value, "9 ng/mL");
    EXPECT_EQ(input->date, "2026-02-20");
    EXPECT_EQ(input->status, "final");
}

TEST(Evaluation, SaysAStatusThatIsNotFinal) {
    const auto evaluation =
        played({{back_pain, observation("o1", "62292-8", quantity("9", "ng/mL"),
                                        R"("status": "corrected", "effectiveDateTime": "2026-02-20")")}});
    ASSERT_FALSE(evaluation.cards.empty());
    EXPECT_NE(evaluation.cards.front().why.find("Status of the 25-OH vitamin D result: corrected."), std::string::npos);
}

TEST(Evaluation, SpeaksTheLanguageOfTheSite) {
    rules::Site british;
    british.language = rules::Language::en_gb;
    british.off = {"magnesium-suggest"};  // so that the site is not the default
    const Scene scene{{back_pain, condition("c", coeliac)}, {}, rules::Hook::patient_view, british};
    EXPECT_NE(played(scene).cards.front().summary.find("coeliac disease"), std::string::npos);
    EXPECT_NE(played({{back_pain, condition("c", coeliac)}}).cards.front().summary.find("celiac disease"),
              std::string::npos);
}

TEST(Evaluation, ShowsTheLouderCardFirstAndAtMostTwo) {
    const auto evaluation = played({{back_pain, condition("c", paraesthesia), condition("d", coeliac), vitamin_d("19"),
                                     observation("o2", "2132-9", quantity("160", "pg/mL"))}});
    ASSERT_EQ(evaluation.cards.size(), 2U);
    EXPECT_EQ(evaluation.cards.front().rule, "b12-low-neuro");
    EXPECT_EQ(outcome_of(evaluation, "b12-low").outcome, rules::Outcome::replaced);
    EXPECT_EQ(outcome_of(evaluation, "b12-low").because,
              "\"Low vitamin B12 with a neurological sign\" takes its place");
}

TEST(Evaluation, CanBeSwitchedOffRuleByRule) {
    rules::Site site;
    site.off = {"vitamin-d-deficient"};
    const auto evaluation = played({{back_pain, vitamin_d("9")}, {}, rules::Hook::patient_view, site});
    EXPECT_EQ(outcome_of(evaluation, "vitamin-d-deficient").outcome, rules::Outcome::off);
}

// REFERENCE.md G.3, point 6: nobody is invented, and nobody's approval.
TEST(Evaluation, SaysWhetherAClinicianHasApprovedThePack) {
    const auto unapproved = played({{back_pain, vitamin_d("9")}});
    ASSERT_FALSE(unapproved.cards.empty());
    EXPECT_FALSE(unapproved.cards.front().is_approved);
    EXPECT_EQ(rules::detail_of(unapproved.cards.front()).back().text, "Not approved by a clinical owner.");
    rules::Site site;
    site.approval = rules::Approval{"the chief of laboratory medicine", "2027-01-15", {}};
    const auto approved = played({{back_pain, vitamin_d("9")}, {}, rules::Hook::patient_view, site});
    ASSERT_FALSE(approved.cards.empty());
    EXPECT_TRUE(approved.cards.front().is_approved);
    EXPECT_NE(rules::detail_of(approved.cards.front()).back().text, "Not approved by a clinical owner.");
}

constexpr const char* of_march = R"("status": "final", "effectiveDateTime": "2026-03-01")";

TEST(Evaluation, NamesANewerResultThatIsNotReadable) {
    const auto evaluation =
        played({{back_pain, vitamin_d("9"),
                 observation("o2", "62292-8", "", R"("status": "registered", "effectiveDateTime": "2026-03-01")")}});
    ASSERT_FALSE(evaluation.cards.empty());
    EXPECT_EQ(evaluation.cards.front().missing, "A newer result of 2026-03-01 (not final yet).");
}

TEST(Evaluation, NamesTheTestOfANewerResultThatIsNotOfTheTestShown) {
    const auto evaluation =
        played({{back_pain, vitamin_d("9"), observation("o2", "1989-3", quantity("9", "ng/dL"), of_march)}});
    ASSERT_FALSE(evaluation.cards.empty());
    EXPECT_EQ(evaluation.cards.front().missing, "A newer 25-OH vitamin D3 result of 2026-03-01 (unreadable).");
}

// A card that says under "Missing" what its summary has just said takes a line for nothing.
TEST(Evaluation, SaysOnceOnACardOfAnUnreadableResultThatItCannotBeRead) {
    const auto evaluation =
        played({{back_pain, vitamin_d("18"), observation("o2", "62292-8", quantity("25", "ng/dL"), of_march)}});
    ASSERT_EQ(cards_of(evaluation), "vitamin-d-low (info), result-unreadable (info)");
    EXPECT_EQ(evaluation.cards.front().missing, "A newer result of 2026-03-01 (unreadable).");
    EXPECT_EQ(evaluation.cards.back().missing, "");
}

TEST(Evaluation, SaysOnceThatTwoResultsOfOneDrawDisagree) {
    const auto evaluation =
        played({{back_pain, vitamin_d("18"), observation("o2", "62292-8", quantity("11", "ng/mL"), of_march),
                 observation("o3", "62292-8", quantity("48", "ng/mL"), of_march)}});
    ASSERT_EQ(cards_of(evaluation), "vitamin-d-low (info), result-unreadable (info)");
    EXPECT_EQ(evaluation.cards.back().missing, "");
}

TEST(Evaluation, ShowsNoWordsOfTheRecord) {
    const auto evaluation = played({{back_pain, condition("c", coeliac)}});
    ASSERT_FALSE(evaluation.cards.empty());
    for (const rules::Card& card : evaluation.cards) {
        EXPECT_EQ(card.summary.find("Jane"), std::string::npos);
        EXPECT_EQ(card.why.find("Jane"), std::string::npos);
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

std::string order(const char* id, const char* more) {
    std::string text = draft(id, "82306");
    text.insert(text.size() - 1, std::string(R"(, "authoredOn": "2026-02-20")") + more);
    text.replace(text.find("draft\""), 6, "active\"");
    return text;
}

std::string draft_that(const char* member) {
    std::string text = draft("d", "82306");
    text.insert(text.size() - 1, std::string(", \"") + member + R"(": [{"reference": "ServiceRequest/old"}])");
    return text;
}

// FHIR R4: ServiceRequest.replaces, ServiceRequest.basedOn.
TEST(DuplicateOrder, IsSilentWhereTheDraftTakesThePlaceOfTheOther) {
    for (const std::string& drafted : {draft_that("replaces"), draft_that("basedOn")}) {
        Scene scene{{back_pain, order("old", "")}, {}, rules::Hook::order_sign};
        scene.drafts = {drafted};
        EXPECT_EQ(cards_of(played(scene)), "");
        scene.resources.push_back(order("third", ""));
        EXPECT_EQ(cards_of(played(scene)), "duplicate-order (info)") << "another one is still open";
    }
}

TEST(DuplicateOrder, SpeaksOnceOfTwoDraftsOfOneTest) {
    Scene scene{{back_pain}, {}, rules::Hook::order_sign};
    scene.drafts = {draft("first", "82306"), draft("second", "82306")};
    const auto evaluation = played(scene);
    EXPECT_EQ(cards_of(evaluation), "duplicate-order (info)");
    EXPECT_EQ(evaluation.cards.at(0).proposal->remove, std::vector<std::string>{"ServiceRequest/second"});
}

}  // namespace
