#include "fhir/bundle.hpp"

#include "tests/case_name.hpp"
#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

// A Bundle with the tree it borrows from.
struct Listed {
    explicit Listed(std::string_view text, const BundleLimits& limits = {})
        : tree(parsed(text)), bundle(Bundle::of(tree, issues, limits)) {}

    std::vector<std::string> references() const {
        std::vector<std::string> all;
        for (const Entry& entry : bundle.entries())
            all.push_back(std::string(entry.type) + '/' + std::string(entry.id));
        return all;
    }

    boost::json::value tree;
    Issues issues;
    Bundle bundle;
};

using References = std::vector<std::string>;

TEST(Bundle, ListsResourcesOfABundleWithoutType) {
    const Listed listed(R"({"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "Patient", "id": "p"}},
        {"resource": {"resourceType": "Condition", "id": "c"}}]})");
    EXPECT_EQ(listed.references(), (References{"Patient/p", "Condition/c"}));
    EXPECT_TRUE(listed.issues.empty());
}

TEST(Bundle, ListsASingleResource) {
    EXPECT_EQ(Listed(R"({"resourceType": "Patient", "id": "p"})").references(), References{"Patient/p"});
}

TEST(Bundle, ListsTheEntriesOfBundlesInside) {
    const Listed listed(R"({"resourceType": "Bundle", "type": "batch-response", "entry": [
        {"response": {"status": "200"}, "resource": {"resourceType": "Bundle", "type": "searchset", "entry": [
            {"resource": {"resourceType": "Condition", "id": "c"}}]}},
        {"response": {"status": "201"}}]})");
    EXPECT_EQ(listed.references(), References{"Condition/c"});
    EXPECT_TRUE(listed.issues.empty());
}

TEST(Bundle, IsEmptyWithoutEntries) {
    const Listed listed(R"({"resourceType": "Bundle", "type": "searchset", "total": 0})");
    EXPECT_TRUE(listed.bundle.entries().empty());
    EXPECT_TRUE(listed.issues.empty());
}

TEST(Bundle, ReportsWhatIsNoResource) {
    const Listed listed(
        R"({"resourceType": "Bundle", "entry": [{"resource": {"id": "x"}}, {"fullUrl": "urn:uuid:1"}, 7]})");
    EXPECT_TRUE(listed.bundle.entries().empty());
    EXPECT_EQ(told(listed.issues),
              (Told{"Bundle not-a-resource", "Bundle.entry[1].resource missing", "Bundle.entry wrong-type"}));
    EXPECT_EQ(told(Listed("[]").issues), Told{"Bundle not-a-resource"});
}

TEST(Bundle, ListsAResourceThatComesTwiceOnce) {
    const Listed listed(R"({"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "Observation", "id": "o", "status": "final"}},
        {"resource": {"resourceType": "Observation", "id": "o", "status": "final", "meta": {"source": "#1"}}},
        {"resource": {"resourceType": "Observation"}}, {"resource": {"resourceType": "Observation"}}]})");
    EXPECT_EQ(listed.references(), (References{"Observation/o", "Observation/", "Observation/"}));
    EXPECT_EQ(told(listed.issues), Told{"Observation duplicate"});
}

// An entry of Observation o with a status, and what else is said of it.
std::string version(std::string_view status, std::string_view meta, std::string_view full_url = "") {
    std::string text = "{";
    if (!full_url.empty()) text.append(R"("fullUrl": ")").append(full_url).append("\", ");
    text.append(R"("resource": {"resourceType": "Observation", "id": "o", "status": ")").append(status).append("\"");
    if (!meta.empty()) text.append(R"(, "meta": {)").append(meta).append("}");
    return text + "}}";
}

struct VersionsCase {
    std::string_view name;
    std::string_view type;
    std::vector<std::string> entries;
    std::string_view told;  // the statuses that are left; "?" behind those of which none is known to be the newest
};

class Versions : public testing::TestWithParam<VersionsCase> {};

TEST_P(Versions, LeaveTheNewest) {
    std::string text = R"({"resourceType": "Bundle", "type": ")" + std::string(GetParam().type) + R"(", "entry": [)";
    for (const std::string& entry : GetParam().entries) text.append(text.back() == '[' ? "" : ", ").append(entry);
    const Listed listed(text + "]}");
    std::string told;
    for (const Entry& entry : listed.bundle.entries()) {
        told.append(told.empty() ? "" : " ").append(text_of(entry.resource->at("status")).value_or(""));
        if (entry.versions_differ) told += '?';
    }
    EXPECT_EQ(told, GetParam().told);
}

const char* const deleted =
    R"({"fullUrl": "http://a/fhir/Observation/o", "request": {"method": "DELETE", "url": "Observation/o"},
        "response": {"status": "204", "lastModified": "2026-02-22T10:00:00Z"}})";
const char* const deleted_at_some_time =
    R"({"request": {"method": "DELETE", "url": "Observation/o"}, "response": {"status": "204"}})";
const char* const here = "http://a/fhir/Observation/o";

// FHIR R4: Resource.meta, bundle.html (fullUrl), http.html (history: newest first, DELETE).
INSTANTIATE_TEST_SUITE_P(
    Table, Versions,
    testing::ValuesIn(std::vector<VersionsCase>{
        {"later_update_first",
         "collection",
         {version("corrected", R"("lastUpdated": "2026-02-21T10:00:00Z")"),
          version("final", R"("lastUpdated": "2026-02-20T10:00:00Z")")},
         "corrected"},
        {"later_update_last",
         "collection",
         {version("final", R"("lastUpdated": "2026-02-20T10:00:00Z")"),
          version("corrected", R"("lastUpdated": "2026-02-21T10:00:00Z")")},
         "corrected"},
        {"offsets_are_respected",
         "collection",
         {version("final", R"("lastUpdated": "2026-02-20T12:00:00+05:00")"),
          version("corrected", R"("lastUpdated": "2026-02-20T08:00:00Z")")},
         "corrected"},
        {"larger_number_not_longer_text",
         "collection",
         {version("corrected", R"("versionId": "10")"), version("final", R"("versionId": "9")")},
         "corrected"},
        {"update_goes_before_number",
         "collection",
         {version("corrected", R"("versionId": "1", "lastUpdated": "2026-02-21T10:00:00Z")"),
          version("final", R"("versionId": "2", "lastUpdated": "2026-02-20T10:00:00Z")")},
         "corrected"},
        {"neither", "collection", {version("final", ""), version("corrected", "")}, "final? corrected?"},
        {"versions_that_are_no_numbers",
         "collection",
         {version("final", R"("versionId": "a1")"), version("corrected", R"("versionId": "b2")")},
         "final? corrected?"},
        {"two_places",
         "collection",
         {version("final", "", here), version("corrected", "", "http://b/fhir/Observation/o")},
         "final corrected"},
        {"place_said_once",
         "collection",
         {version("final", R"("versionId": "1")", here), version("corrected", R"("versionId": "2")")},
         "corrected"},
        {"versioned_full_url",
         "collection",
         {version("final", R"("versionId": "1")", "http://a/fhir/Observation/o/_history/1"),
          version("corrected", R"("versionId": "2")", "http://a/fhir/Observation/o/_history/2")},
         "corrected"},
        {"history_is_newest_first",
         "history",
         {version("corrected", "", here), version("final", "", here)},
         "corrected"},
        {"deleted_last", "history", {deleted, version("final", R"("lastUpdated": "2026-02-20T10:00:00Z")", here)}, ""},
        {"deleted_and_made_again",
         "history",
         {deleted, version("final", R"("lastUpdated": "2026-02-23T10:00:00Z")", here)},
         "final"},
        {"deleted_by_its_place_in_the_history", "history", {deleted_at_some_time, version("final", "")}, ""},
    }),
    CaseName());

TEST(Bundle, KeepsEqualIdsOfDifferentServersApart) {
    const Listed listed(R"({"resourceType": "Bundle", "entry": [
        {"fullUrl": "http://a.example/fhir/Medication/1", "resource": {"resourceType": "Medication", "id": "1"}},
        {"fullUrl": "http://b.example/fhir/Medication/1", "resource": {"resourceType": "Medication", "id": "1"}},
        {"fullUrl": "http://b.example/fhir/MedicationRequest/2", "resource": {"resourceType": "MedicationRequest", "id": "2"}}]})");
    const std::vector<Entry>& entries = listed.bundle.entries();
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(listed.bundle.resolve(parse_reference("Medication/1"), &entries[2]), &entries[1]);
    EXPECT_EQ(listed.bundle.resolve(parse_reference("Medication/1/_history/4"), &entries[2]), &entries[1]);
    EXPECT_EQ(listed.bundle.resolve(parse_reference("http://a.example/fhir/Medication/1/_history/4")), &entries[0]);
    EXPECT_EQ(listed.bundle.resolve(parse_reference("Medication/1")), nullptr) << "one of two";
}

TEST(Bundle, LeadsFromOneServerToNoOther) {
    const Listed listed(R"({"resourceType": "Bundle", "entry": [
        {"fullUrl": "http://a.example/fhir/Medication/1", "resource": {"resourceType": "Medication", "id": "1"}},
        {"fullUrl": "http://b.example/fhir/MedicationRequest/2", "resource": {"resourceType": "MedicationRequest", "id": "2"}}]})");
    EXPECT_EQ(listed.bundle.resolve(parse_reference("Medication/1"), &listed.bundle.entries()[1]), nullptr);
}

TEST(Bundle, ResolvesUrnRelativeAndAbsoluteReferences) {
    const Listed listed(R"({"resourceType": "Bundle", "entry": [
        {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient"}},
        {"fullUrl": "http://a.example/fhir/Medication/1/_history/2", "resource": {"resourceType": "Medication", "id": "1"}},
        {"resource": {"resourceType": "Medication", "id": "2"}}]})");
    const std::vector<Entry>& entries = listed.bundle.entries();
    EXPECT_EQ(listed.bundle.resolve(parse_reference("urn:uuid:1")), &entries[0]);
    EXPECT_EQ(listed.bundle.resolve(parse_reference("urn:uuid:2")), nullptr);
    EXPECT_EQ(listed.bundle.resolve(parse_reference("Medication/1")), &entries[1]);
    EXPECT_EQ(listed.bundle.resolve(parse_reference("Medication/3")), nullptr);
    EXPECT_EQ(listed.bundle.resolve(parse_reference("Patient/1")), nullptr);
    EXPECT_EQ(listed.bundle.resolve(parse_reference("http://other.example/fhir/Medication/1")), nullptr);
    EXPECT_EQ(listed.bundle.resolve(parse_reference("http://other.example/fhir/Medication/2")), &entries[2]);
}

TEST(Bundle, StopsAtItsLimits) {
    const std::string_view three = R"({"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": "1"}}]}},
        {"resource": {"resourceType": "Patient", "id": "2"}}, {"resource": {"resourceType": "Patient", "id": "3"}}]})";
    const Listed few(three, {.entries = 1, .depth = 3});
    EXPECT_EQ(few.references(), References{"Patient/1"});
    EXPECT_EQ(told(few.issues), Told{"Bundle too-many"});
    const Listed shallow(three, {.entries = 9, .depth = 1});
    EXPECT_EQ(shallow.references(), (References{"Patient/2", "Patient/3"}));
    EXPECT_EQ(told(shallow.issues), Told{"Bundle too-many"});
}

TEST(Contained, IsFoundByItsId) {
    const boost::json::value tree = parsed(R"({"contained": [7, {"id": "a"}, {"id": "b", "code": 1}]})");
    EXPECT_EQ(contained_in(tree.get_object(), "b"), tree.at("contained").at(2).if_object());
    EXPECT_EQ(contained_in(tree.get_object(), "c"), nullptr);
    EXPECT_EQ(contained_in(tree.get_object(), ""), nullptr);
}

TEST(Resources, AreReadFromOneValueOrFromLines) {
    EXPECT_EQ(parse_resources("{\n\"resourceType\":\n\"Patient\"}")->size(), 1U);
    EXPECT_EQ(parse_resources("\n{\"id\":1}\r\n\n{\"id\":2}\n")->size(), 2U);
}

TEST(Resources, TellThePlaceOfAnErrorInTheWholeText) {
    const auto later_line = parse_resources("{\"id\":1}\n{\"id\":2}\n{\"id\" 3}");
    ASSERT_FALSE(later_line);
    EXPECT_EQ(position_at("{\"id\":1}\n{\"id\":2}\n{\"id\" 3}", later_line.error().offset).line, 3U);
    const auto not_ndjson = parse_resources("{\n\"id\": 1,,\n}");
    ASSERT_FALSE(not_ndjson);
    EXPECT_EQ(position_at("{\n\"id\": 1,,\n}", not_ndjson.error().offset).line, 2U);
    EXPECT_FALSE(parse_resources(""));
}

}  // namespace
}  // namespace fhir
