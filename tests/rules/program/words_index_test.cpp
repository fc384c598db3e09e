#include "rules/program/words_index.hpp"

#include "tests/case_name.hpp"
#include "tests/rules/run_support.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

/// What the shipped words make of a text: "malignancy (carcinoma)", "past malignancy (cancer)"; several one after the
/// other.
std::string told_of(const char* text, const std::map<std::string, SiteWords>& site = {}) {
    const WordsIndex index(shipped_pack().word_lists, site);
    std::vector<WordsHit> hits;
    index.find(text, hits);
    std::string told;
    for (const WordsHit& hit : hits) {
        told += (told.empty() ? "" : "; ") + std::string(hit.is_history ? "past " : "") + index.words(hit.words).id +
                " (" + hit.stem + ")";
    }
    return told;
}

struct Told {
    const char* name;
    const char *text, *told;
};
class Words : public testing::TestWithParam<Told> {};

TEST_P(Words, AreReadAsAPersonWould) {
    EXPECT_EQ(told_of(GetParam().text), GetParam().told);
}

INSTANTIATE_TEST_SUITE_P(
    Meaning, Words,
    testing::Values(Told{"Plain", "Adenocarcinoma of lung", "malignancy (carcinoma)"},
                    Told{"Nothing", "Essential hypertension", ""}, Told{"Empty", "", ""},
                    Told{"TwoStemsAnywhere", "Fracture, closed, of lumbar vertebra",
                         "vertebral-fracture (fractur + vertebr)"},
                    Told{"OneOfTwoStems", "Fracture of femur", ""},
                    Told{"Phrase", "Ca of prostate", "malignancy (ca of)"}, Told{"PartOfAPhrase", "Ca 125 raised", ""},
                    Told{"Differential", "?lymphoma, r/o metastases", "malignancy (lymphoma)"},
                    Told{"TwoSets", "Lung cancer on dialysis", "malignancy (cancer); dialysis (dialys)"},
                    Told{"BeginsTheText", "Fever", "fever (fever)"}, Told{"DoesNotBeginTheText", "Dengue fever", ""}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Denied, Words,
    testing::Values(Told{"SixWordsBefore", "No sign at all of any cancer", ""},
                    Told{"SevenWordsBefore", "No sign at all of any other cancer", "malignancy (cancer)"},
                    Told{"InAnotherClause", "No fever, cancer of lung", "malignancy (cancer)"},
                    Told{"BehindAnd", "No fever and cancer", "malignancy (cancer)"},
                    Told{"WithoutInTwoLetters", "Back pain w/o malignancy", ""},
                    Told{"ReceptorIsNone", "Triple negative breast cancer", "malignancy (cancer)"},
                    Told{"NegativeFor", "Biopsy negative for malignancy", ""},
                    Told{"AfterIt", "Malignancy now thought unlikely", ""},
                    Told{"NotExcludedAfter", "Malignancy cannot be excluded", "malignancy (malignan)"},
                    Told{"NotExcludedBefore", "Could not exclude malignancy", "malignancy (malignan)"},
                    Told{"ToBeRuledOut", "Malignancy to be ruled out", "malignancy (malignan)"},
                    Told{"ConcernFor", "Concern for malignancy", "malignancy (malignan)"},
                    Told{"ConcernAbout", "Concerned about malignancy", ""},
                    Told{"OneOfTwoPlaces", "No breast cancer; lung cancer", "malignancy (cancer)"},
                    Told{"BenignNearby", "Benign carcinoid", ""},
                    Told{"BenignFracture", "Benign compression fracture of L1", "vertebral-fracture (fractur + l1)"},
                    Told{"BenignFarther", "Benign cyst beside a carcinoid", "malignancy (carcinoid)"},
                    Told{"PhobiaInTheWord", "Carcinomatophobia", ""}),
    CaseName());

// A denial that is about something else denies nothing: pseudo-negations, and treatments that are not to be had.
INSTANTIATE_TEST_SUITE_P(
    DeniedInstead, Words,
    testing::Values(Told{"Change", "No significant interval change of known bone metastases", "malignancy (metasta)"},
                    Told{"Progression", "No evidence of progression of bone metastases", "malignancy (metasta)"},
                    Told{"Treatment", "No chemotherapy for breast cancer", "malignancy (cancer)"},
                    Told{"NothingPast", "No previous chemotherapy for breast cancer", "malignancy (cancer)"},
                    Told{"PastDenied", "No previous history of breast cancer", ""},
                    Told{"TreatmentByItsName", "No pembrolizumab for melanoma", "malignancy (melanoma)"},
                    Told{"Contrast", "MRI without contrast shows spinal cord compression", "cord (cord compression)"},
                    Told{"Operable", "Not operable spinal cord compression", "cord (cord compression)"},
                    Told{"Consequence", "No bladder control due to cauda equina syndrome", "cord (cauda equina)"},
                    Told{"InADisease", "No fever in discitis", "spinal-infection (discitis)"},
                    Told{"InAPlace", "No evidence in the spine of discitis", ""},
                    Told{"DrugToAvoid", "Avoid NSAIDs in myeloma", "malignancy (myeloma)"},
                    Told{"Avoided", "To avoid cancer", ""},
                    Told{"NotOnly", "Not only osteoarthritis, not only lymphoma", "malignancy (lymphoma)"},
                    Told{"PrimaryNotFound", "Bone metastases primary not found", "malignancy (metasta)"},
                    Told{"ItselfNotFound", "Bone metastases not found", ""},
                    Told{"ExceptBehind", "No fracture of the spine except L1", "vertebral-fracture (fractur + spine)"},
                    Told{"ExceptInAnotherClause", "No metastases (except L2)", "malignancy (metasta)"},
                    Told{"ExceptInAnotherSentence", "No metastases. Well apart from headache", ""},
                    Told{"OtherThan", "No tumour other than breast cancer", "malignancy (cancer)"},
                    Told{"BehindTheStem", "No metastases on treatment", ""},
                    Told{"EvidenceFor", "No radiological evidence for malignancy", ""},
                    Told{"NeedFor", "No need for dialysis", ""},
                    Told{"CauseDenied", "Weight loss not due to cancer", ""}, Told{"FreeFrom", "Free from cancer", ""},
                    Told{"OldPatient", "Fracture of L1 in 70 year old woman", "vertebral-fracture (fractur + l1)"},
                    Told{"NotHealed", "Fracture of L1 not yet healed", "vertebral-fracture (fractur + l1)"},
                    Told{"FoundByScreening", "Screen-detected breast cancer", "malignancy (cancer)"}),
    CaseName());

// Behind "or" a denial that is about something else is about the stem as well; some words lift it for one set alone.
INSTANTIATE_TEST_SUITE_P(
    DeniedAsWell, Words,
    testing::Values(
        Told{"BladderControlOr", "No loss of bladder control or saddle anaesthesia", ""},
        Told{"WeaknessOr", "No progressive weakness or cauda equina syndrome", ""},
        Told{"SurgeryOr", "No recent surgery or cancer", ""}, Told{"SmokingOr", "No smoking or malignancy", ""},
        Told{"ChangeOr", "No change in bladder function or saddle anaesthesia", ""},
        Told{"WeaknessNor", "No worsening weakness nor foot drop", ""},
        Told{"ProgressionOrSpread", "No progression or spread of metastases", "malignancy (metasta)"},
        Told{"ToSuggest", "No lesions in liver to suggest metastases", ""},
        Told{"ChangeToSuggest", "No radiographic change to suggest discitis", ""},
        Told{"FlagsFor", "No red flags for cauda equina syndrome", ""},
        Told{"ConcernsFor", "No concerns for malignancy", ""},
        Told{"SignsFor", "No signs for cauda equina syndrome", ""}, Told{"WorriedFor", "Not worried for cancer", ""},
        Told{"NeedOf", "Not currently in need of dialysis", ""},
        Told{"EvidenceIn", "No evidence in lungs of malignancy", ""},
        Told{"NewRetention", "No new urinary retention", ""}, Told{"NewFracture", "No new vertebral fracture", ""},
        Told{"NewMetastases", "No new metastases", "malignancy (metasta)"},
        Told{"TreatmentFor", "No treatment for cancer", "malignancy (cancer)"},
        Told{"TreatedFor", "Never treated for cancer", "malignancy (cancer)"},
        Told{"NotRuptured", "Not ruptured AAA", "aorta (aaa)"}, Told{"NoRupture", "No rupture AAA", "aorta (aaa)"},
        Told{"NoLeaking", "No leaking abdominal aortic aneurysm", "aorta (aneurysm + aort)"},
        Told{"NoDissectionOf", "No dissection of aortic aneurysm", "aorta (aneurysm + aort)"},
        Told{"RuptureItself", "No rupture of the aorta", ""}, Told{"DissectionItself", "No aortic dissection", ""}),
    CaseName());

// What a screening found is there, and who is at risk of something else has what stands before.
INSTANTIATE_TEST_SUITE_P(
    FoundOrPrevented, Words,
    testing::Values(
        Told{"ScreeningDetected", "AAA detected by ultrasound screening", "aorta (aaa)"},
        Told{"RoutineScreening", "Breast cancer found on routine screening", "malignancy (cancer)"},
        Told{"ScreeningShowed", "Screening mammogram showed breast cancer", "malignancy (cancer)"},
        Told{"PositiveScreening", "Screening positive for colon cancer", "malignancy (cancer)"},
        Told{"OnScreening", "AAA on screening", "aorta (aaa)"}, Told{"ScreeningAlone", "AAA screening", ""},
        Told{"ScreeningDenied", "No abdominal aortic aneurysm found on screening", ""},
        Told{"AtRiskItself", "Multiple myeloma at high risk of fracture", "malignancy (myeloma)"},
        Told{"AtRiskOfAnother", "Metastatic prostate cancer at risk of cord compression", "malignancy (cancer)"},
        Told{"PreventedInADisease", "Zoledronate to prevent fracture in bone metastases", "malignancy (metasta)"},
        Told{"Prevented", "Prevention of cancer", ""},
        Told{"RiskOfRelapse", "High risk of relapse multiple myeloma", "malignancy (myeloma)"},
        Told{"RiskOfBoth", "At risk of fracture or malignancy", ""},
        Told{"Prophylaxis", "Infection prophylaxis in myeloma", "malignancy (myeloma)"},
        Told{"PregnantAdvised", "Pregnancy, folic acid advice; pregnant, vaccinated", "pregnancy (pregnan)"},
        Told{"PalliativeAdvice", "Palliative care advice", "comfort-care (palliati)"},
        Told{"DialysisVaccinated", "Dialysis patient vaccinated", "dialysis (dialys)"},
        Told{"CancerAdvice", "Cancer advice given", ""}),
    CaseName());

// What stands behind excludes the nearest thing before it.
INSTANTIATE_TEST_SUITE_P(
    ExcludedBeside, Words,
    testing::Values(Told{"MetastasesExcluded", "Breast cancer metastases excluded", "malignancy (cancer)"},
                    Told{"AbscessExcluded", "Discitis epidural abscess excluded", "spinal-infection (discitis)"},
                    Told{"InfectionExcluded", "Cauda equina syndrome infection excluded", "cord (cauda equina)"},
                    Told{"CompressionRuledOut", "Lumbar burst fracture cord compression ruled out",
                         "vertebral-fracture (fractur + lumbar)"},
                    Told{"MalignancyUnlikely", "L1 compression fracture malignancy unlikely",
                         "vertebral-fracture (fractur + l1)"},
                    Told{"SourceNotFound", "Fever source not found", "fever (fever)"},
                    Told{"BothExcluded", "Lung cancer or metastases excluded", ""},
                    Told{"CompressionItself", "Cauda equina compression excluded", ""},
                    Told{"MetastaticItself", "Metastatic malignancy excluded", ""},
                    Told{"ExcludedFrom", "Metastases excluded from surgery", "malignancy (metasta)"}),
    CaseName());

// The patient may be old, or another fracture.
INSTANTIATE_TEST_SUITE_P(
    OldBeside, Words,
    testing::Values(Told{"YearsInShort", "L1 fracture in 82 yr old woman", "vertebral-fracture (fractur + l1)"},
                    Told{"YearsInOneWord", "L1 fracture 82yo old lady", "vertebral-fracture (fractur + l1)"},
                    Told{"OldAge", "Fracture of lumbar vertebra in old age", "vertebral-fracture (fractur + vertebr)"},
                    Told{"HealedBadly", "Fracture L1 healed badly", "vertebral-fracture (fractur + l1)"},
                    Told{"AcuteBesideOld", "Acute L1 fracture old L3 fracture", "vertebral-fracture (fractur + l1)"},
                    Told{"RecentBesideOld", "Recent L1 fracture next to old T12 fracture",
                         "vertebral-fracture (fractur + l1)"},
                    Told{"OldThenAcute", "Old T12 fracture acute L1 fracture", "vertebral-fracture (fractur + l1)"},
                    Told{"OldDisease", "Fracture L1 in known old TB", "vertebral-fracture (fractur + l1)"},
                    Told{"OldAlone", "L1 fracture old", ""}, Told{"OldBefore", "Old wedge fracture L1", ""}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Others, Words,
    testing::Values(Told{"FamilyHistory", "Family history: breast cancer, lung cancer", ""},
                    Told{"FamilyHistoryEnds", "Family history of diabetes. Lung cancer", "malignancy (cancer)"},
                    Told{"RelativeBehind", "Breast cancer in her sister's family", ""},
                    Told{"RelativeInAnotherClause", "Breast cancer (as her mother)", "malignancy (cancer)"},
                    Told{"Grandmother", "Grandmother: breast cancer", ""},
                    Told{"Screening", "Encounter for screening for malignant neoplasm of breast", ""},
                    Told{"RiskOf", "Increased risk of breast cancer", ""},
                    Told{"HighRisk", "High-risk prostate cancer", "malignancy (cancer)"},
                    Told{"RiskScore", "Cancer risk score calculated", ""}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Past, Words,
    testing::Values(Told{"HistoryOf", "History of breast cancer", "past malignancy (cancer)"},
                    Told{"HistoryInShort", "H/o colon ca", "past malignancy (colon ca)"},
                    Told{"Survivor", "Cancer survivor", "past malignancy (cancer)"},
                    Told{"CancerFree", "Prostate cancer, cancer free since 2001", "malignancy (cancer)"},
                    Told{"Remission", "Lymphoma in remission", "malignancy (lymphoma)"},
                    Told{"PresentBesidePast", "History of breast cancer; metastases in bone", "malignancy (metasta)"},
                    Told{"AortaCountsAsPresent", "Previous repair of aortic aneurysm", "aorta (aneurysm + aort)"},
                    Told{"OldFracture", "Old fracture of lumbar vertebra", ""},
                    Told{"HealedBehind", "Compression fracture of T12, healed", "vertebral-fracture (fractur + t12)"},
                    Told{"HealedInItsClause", "Compression fracture of T12 healed", ""}),
    CaseName());

TEST(WordsIndex, TakesWhatASiteAddsAndLeavesOutWhatItTakesAway) {
    SiteWords own;
    own.stems.push_back({"*krebs*", {*WordPattern::parse("*krebs*")}, {}, {}});
    own.taken_out.push_back(*WordPattern::parse("krebsvorsorge*"));
    own.without.push_back("carcinoid*");
    const std::map<std::string, SiteWords> site{{"malignancy", own}};
    EXPECT_EQ(told_of("Lungenkrebs", site), "malignancy (krebs)");
    EXPECT_EQ(told_of("Krebsvorsorgeuntersuchung", site), "");
    EXPECT_EQ(told_of("Carcinoid of appendix", site), "");
    EXPECT_EQ(told_of("Carcinoid of appendix"), "malignancy (carcinoid)");
}

// Who fills a record with denials must not hold a call: the text is looked at as far as 2,000 bytes, and says nothing
// beyond. Much denied is read in the same way as a little.
TEST(WordsIndex, LooksAtTheBeginningOfALongText) {
    std::string denials;
    while (denials.size() < 1900) denials += "no cancer; ";
    EXPECT_EQ(told_of(denials.c_str()), "");
    EXPECT_EQ(told_of((denials + "lymphoma").c_str()), "malignancy (lymphoma)");
    EXPECT_EQ(told_of((denials + std::string(100, ' ') + "lymphoma").c_str()), "");
    while (denials.size() < 1'000'000) denials += denials;
    EXPECT_EQ(told_of(denials.c_str()), "");
}

TEST(WordsIndex, HoldsNothingWithoutWords) {
    const WordsIndex index(WordLists{}, {});
    std::vector<WordsHit> hits;
    index.find("Lung cancer", hits);
    EXPECT_TRUE(index.empty());
    EXPECT_TRUE(hits.empty());
}

}  // namespace
}  // namespace rules
