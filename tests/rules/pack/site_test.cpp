#include "rules/pack/site.hpp"

#include "tests/case_name.hpp"
#include "tests/golden_file.hpp"
#include "tests/rules/sample_pack.hpp"

namespace rules {
namespace {

const Pack& sample_pack() {
    static const Pack pack = read_pack(sample_files()).pack;
    return pack;
}

TEST(Site, TakesSettingsWithComments) {
    const SiteReading reading = read_site(R"({
      // General Hospital
      "site": "General Hospital", "pack": "back-pain-sample", "version": "^0.9", "displayUnits": "SI",
      "parameters": { "vitaminD.ruleset": "ros-2020", "vitaminD.validDays": 180, "vitaminD.d3CodeMeansTotal": true, },
      "off": ["vitamin-d-low"],
    })",
                                          "site.json", sample_pack());
    EXPECT_EQ(as_text(reading.findings, {}), "");
    EXPECT_EQ(reading.site.display_units, DisplayUnits::si);
    EXPECT_EQ(reading.site.parameters.at("vitaminD.ruleset"), "ros-2020");
    EXPECT_EQ(reading.site.parameters.at("vitaminD.validDays"), "180");
    EXPECT_EQ(reading.site.parameters.at("vitaminD.d3CodeMeansTotal"), "true");
    EXPECT_EQ(reading.site.off, std::vector<std::string>{"vitamin-d-low"});
}

TEST(Site, TakesLocalCodesAndLaboratories) {
    const SiteReading reading = read_site(R"({
      "codes": {
        "valueSets": { "back-pain": [{ "system": "urn:local", "code": "LBP", "display": "low back pain" }] },
        "analytes": { "vitamin-d": [{ "system": "urn:local", "code": "25D", "property": "any", "kind": "total" }] },
        "orders": { "vitamin-d": [{ "system": "urn:local", "code": "VITD" }] }
      },
      "laboratories": [{
        "name": "North", "reference": "Organization/north", "unitWinsOverCode": ["vitamin-d"],
        "units": { "vitamin-d": { "nmol/L": ["nM"] } }, "unitOfBareText": { "vitamin-d": "nmol/L" }, "decimalComma": true,
        "bands": { "vitamin-d": { "title": "North", "bands": { "total": [
          { "band": "low" }, { "band": "adequate", "from": { "ng/mL": 20, "nmol/L": 50 } }] } } }
      }],
      "notProvided": ["procedures"]
    })",
                                          "site.json", sample_pack());
    EXPECT_EQ(as_text(reading.findings, {}), "");
    EXPECT_EQ(reading.site.value_set_codes.at("back-pain").at(0).code, "LBP");
    EXPECT_EQ(reading.site.analyte_codes.at("vitamin-d").at(0).kind, "total");
    EXPECT_EQ(reading.site.order_codes.at("vitamin-d").at(0).code, "VITD");
    ASSERT_EQ(reading.site.laboratories.size(), 1U);
    EXPECT_EQ(reading.site.laboratories[0].units.at("vitamin-d").at("nmol/L"), std::vector<std::string>{"nM"});
    EXPECT_EQ(reading.site.laboratories[0].bands.at("vitamin-d").bands.at("total").size(), 2U);
    EXPECT_EQ(reading.site.not_provided, std::vector<std::string>{"procedures"});
}

TEST(Site, NamesWhatIsToBeOrderedAndKnowsItWhenItComesBack) {
    const SiteReading reading = read_site(R"({
      "codes": { "orders": { "vitamin-d": [{ "system": "urn:local", "code": "VITD" }] } },
      "orders": { "vitamin-d": { "place": [
        { "system": "urn:com.epic.cdshooks.action.code.system.preference-list-item", "code": "VITD25", "display": "Vitamin D" },
        { "system": "urn:local", "code": "VITD" }] } }
    })",
                                          "site.json", sample_pack());
    EXPECT_EQ(as_text(reading.findings, {}), "");
    ASSERT_EQ(reading.site.placed_orders.at("vitamin-d").size(), 2U);
    EXPECT_EQ(reading.site.placed_orders.at("vitamin-d").at(0).code, "VITD25");
    ASSERT_EQ(reading.site.order_codes.at("vitamin-d").size(), 2U) << "each once";
    EXPECT_EQ(reading.site.order_codes.at("vitamin-d").at(1).code, "VITD25");
}

TEST(Site, SaysWhoAnswersForThePackHere) {
    const SiteReading reading =
        read_site(R"({ "approval": { "by": "the chief of laboratory medicine", "date": "2027-01-15" } })", "site.json",
                  sample_pack());
    EXPECT_EQ(as_text(reading.findings, {}), "");
    ASSERT_TRUE(reading.site.approval);
    EXPECT_EQ(reading.site.approval->by, "the chief of laboratory medicine");
    EXPECT_EQ(reading.site.approval->date, "2027-01-15");
}

TEST(Site, TakesALaboratoryByItsWholeUrlToo) {
    const SiteReading reading = read_site(R"({ "laboratories": [
      { "name": "A", "reference": "https://ehr.example/fhir/Organization/lab-1" },
      { "name": "B", "reference": "PractitionerRole/pathology" },
      { "name": "C", "reference": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520" }] })",
                                          "site.json", sample_pack());
    EXPECT_EQ(as_text(reading.findings, {}), "");
}

struct BadSiteCase {
    const char* name;
    const char* text;
};
class BadSite : public testing::TestWithParam<BadSiteCase> {};

TEST_P(BadSite, IsRefusedWithPlaceAndRemedy) {
    const SiteReading reading = read_site(GetParam().text, "site.json", sample_pack());
    EXPECT_TRUE(has_errors(reading.findings));
    expect_golden(std::string("tests/rules/packs/findings/site-") + GetParam().name + ".txt",
                  as_text(reading.findings, {{"site.json", GetParam().text}}));
}

INSTANTIATE_TEST_SUITE_P(
    Settings, BadSite,
    testing::Values(
        BadSiteCase{"MisspeltParameter", R"({ "parameters": { "vitaminD.validDay": 180 } })"},
        BadSiteCase{"OutOfRange", R"({ "parameters": { "vitaminD.validDays": 30 } })"},
        BadSiteCase{"WrongType", R"({ "parameters": { "vitaminD.validDays": "180" } })"},
        BadSiteCase{"UnknownValue", R"({ "parameters": { "vitaminD.ruleset": "ros-2002" } })"},
        BadSiteCase{"UnknownRule", R"({ "off": ["vitamin-d-sugest"] })"},
        BadSiteCase{"UnknownValueSet", R"({ "codes": { "valueSets": { "backpain": [] } } })"},
        BadSiteCase{"UnknownOrderToPlace",
                    R"({ "orders": { "vitamin-dd": { "place": [{ "system": "urn:x", "code": "1" }] } } })"},
        BadSiteCase{"NothingToPlace", R"({ "orders": { "vitamin-d": { "place": [] } } })"},
        BadSiteCase{"PlaceWithoutCode", R"({ "orders": { "vitamin-d": { "place": [{ "system": "urn:x" }] } } })"},
        BadSiteCase{"NoPlace", R"({ "orders": { "vitamin-d": { "plaec": [] } } })"},
        BadSiteCase{"ApprovalOfNobody", R"({ "approval": { "by": "", "date": "2027-01-15" } })"},
        BadSiteCase{"ApprovalWithoutADate", R"({ "approval": { "by": "the chief", "date": "January" } })"},
        BadSiteCase{"WrongPack", R"({ "pack": "headache-labs" })"},
        BadSiteCase{"WrongVersion", R"({ "version": "^1.0" })"}, BadSiteCase{"NoVersion", R"({ "version": "latest" })"},
        BadSiteCase{"NothingWithoutConditions", R"({ "notProvided": ["conditions"] })"},
        BadSiteCase{"LaboratoryWithoutName", R"({ "laboratories": [{ "units": { "vitamin-d": { "ng/dL": [] } } }] })"},
        BadSiteCase{"LaboratoryTwice", R"({ "laboratories": [
  { "name": "A", "reference": "Organization/lab-1" }, { "name": "B", "reference": "Organization/lab-1" },
  { "name": "C", "identifier": { "system": "urn:labs", "value": "1" } },
  { "name": "D", "identifier": { "system": "urn:labs", "value": "1" } }] })"},
        BadSiteCase{"ReferenceToNoLaboratory", R"({ "laboratories": [
  { "name": "A", "reference": "lab-1" }, { "name": "B", "reference": "Organisation/lab-1" },
  { "name": "C", "reference": "Organization/…" }, { "name": "D", "reference": "#lab" },
  { "name": "E", "reference": "https://ehr.example/fhir" }] })"},
        BadSiteCase{"BandThatNoRulesetHas", R"({ "laboratories": [{ "name": "North", "reference": "Organization/north",
  "bands": { "vitamin-d": { "title": "North", "bands": { "total": [
    { "band": "lwo" }, { "band": "adequate", "from": { "ng/mL": 20, "nmol/L": 50 } }] } } } }] })"},
        BadSiteCase{"BandOverTheHighest", R"({ "laboratories": [{ "name": "North", "reference": "Organization/north",
  "bands": { "vitamin-d": { "title": "North", "bands": { "total": [
    { "band": "low" }, { "band": "adequate", "from": { "ng/mL": 200, "nmol/L": 500 } }] } } } }] })"},
        BadSiteCase{"BandsInReverse", R"({ "laboratories": [{ "name": "North", "reference": "Organization/north",
  "bands": { "vitamin-d": { "title": "North", "bands": { "total": [
    { "band": "adequate" }, { "band": "low", "from": { "ng/mL": 20, "nmol/L": 50 } }] } } } }] })"},
        BadSiteCase{"TwoDefaultLaboratories", R"({ "laboratories": [
  { "name": "North", "default": true }, { "name": "South", "default": true }] })"},
        BadSiteCase{"ApprovalByABlank", R"({ "approval": { "by": " ", "date": "2027-01-15" } })"},
        BadSiteCase{"NoBandInAList", R"({ "laboratories": [{ "name": "North", "reference": "Organization/north",
  "bands": { "vitamin-d": { "title": "North", "bands": { "total": [] } } } }] })"},
        BadSiteCase{"NoBandAtAll", R"({ "laboratories": [{ "name": "North", "reference": "Organization/north",
  "bands": { "vitamin-d": { "title": "North", "bands": {} } } }] })"},
        BadSiteCase{"BandsWithoutPair", R"({ "laboratories": [{ "name": "North", "reference": "Organization/north",
  "bands": { "vitamin-d": { "title": "North", "bands": { "total": [
    { "band": "low" }, { "band": "adequate", "from": { "ng/mL": 20 } }] } } } }] })"}),
    CaseName());

}  // namespace
}  // namespace rules
