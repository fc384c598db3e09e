// Public test data, which is read where it is present and skipped where it is not (tests/test_data.hpp).
#include "fhir/bundle.hpp"
#include "fhir/condition.hpp"
#include "fhir/medication_request.hpp"
#include "fhir/medication_statement.hpp"
#include "fhir/observation.hpp"
#include "fhir/patient.hpp"
#include "fhir/procedure.hpp"
#include "fhir/service_request.hpp"
#include "tests/case_name.hpp"
#include "tests/fhir/reading.hpp"
#include "tests/test_data.hpp"

#include <map>
#include <sstream>

namespace fhir {
namespace {

// ---- google/fhir: valid and invalid primitives, one JSON value a line -----------------------------------------------

struct Primitive {
    std::string_view name;
    std::string_view file;
    bool (*is_valid)(const boost::json::value&);
};

template <auto parse>
bool reads(const boost::json::value& value) {
    const std::optional<std::string_view> text = text_of(value);
    return text && parse(*text).has_value();
}

class GooglePrimitives : public testing::TestWithParam<Primitive> {
  protected:
    static void expect_all(std::string_view kind, bool valid) {
        const std::string name = std::string(GetParam().file) + "." + std::string(kind) + ".ndjson";
        const auto path = test_data("google-fhir-edge/r4/validation/" + name);
        if (!path) GTEST_SKIP() << "skipped: no google-fhir-edge in the test data";
        std::istringstream lines(file_text(*path));
        for (std::string line; std::getline(lines, line);) {
            if (line == "null" && valid) continue;  // a primitive that has extensions only
            EXPECT_EQ(GetParam().is_valid(parsed(line)), valid) << line;
        }
    }
};

TEST_P(GooglePrimitives, ReadsTheValidOnes) {
    expect_all("valid", true);
}
TEST_P(GooglePrimitives, RefusesTheInvalidOnes) {
    expect_all("invalid", false);
}

INSTANTIATE_TEST_SUITE_P(Table, GooglePrimitives,
                         testing::ValuesIn(std::vector<Primitive>{
                             {"date", "date", reads<Date::parse>},
                             {"date_time", "date_time", reads<DateTime::parse>},
                             {"instant", "instant", reads<DateTime::parse_instant>},
                             {"time", "time", reads<Time::parse>},
                             {"decimal", "decimal",
                              [](const boost::json::value& value) {
                                  return is_number(value) && Decimal::parse(number_text(value)).has_value();
                              }},
                         }),
                         CaseName());

// ---- whole resources: what published patients lose in reading -------------------------------------------------------

void read_resource(const Entry& entry, Issues& issues) {
    static const std::map<std::string_view, void (*)(const boost::json::object&, Issues&)> readers = {
        {"Patient", [](const auto& resource, Issues& found) { read_patient(resource, found); }},
        {"Condition", [](const auto& resource, Issues& found) { read_condition(resource, found); }},
        {"Observation", [](const auto& resource, Issues& found) { read_observation(resource, found); }},
        {"Medication", [](const auto& resource, Issues& found) { read_medication(resource, found); }},
        {"MedicationRequest", [](const auto& resource, Issues& found) { read_medication_request(resource, found); }},
        {"MedicationStatement",
         [](const auto& resource, Issues& found) { read_medication_statement(resource, found); }},
        {"Procedure", [](const auto& resource, Issues& found) { read_procedure(resource, found); }},
        {"ServiceRequest", [](const auto& resource, Issues& found) { read_service_request(resource, found); }},
    };
    const auto reader = readers.find(entry.type);
    if (reader != readers.end()) reader->second(*entry.resource, issues);
}

struct Folder {
    std::string_view name;
    std::string_view folder;
    std::size_t at_least;            // resources, so that an empty run does not pass
    std::vector<std::string> known;  // what readers leave out there, and mean to
};

class PublishedPatients : public testing::TestWithParam<Folder> {};

TEST_P(PublishedPatients, LoseNothingInReading) {
    const auto folder = test_data(GetParam().folder);
    if (!folder) GTEST_SKIP() << "skipped: no " << GetParam().folder << " in the test data";
    std::size_t resources = 0;
    std::vector<std::string> lost;
    for (const auto& file : std::filesystem::directory_iterator(*folder)) {
        if (file.path().extension() != ".json") continue;
        const boost::json::value tree = parsed(file_text(file.path()));
        Issues issues;
        const Bundle bundle = Bundle::of(tree, issues);
        for (const Entry& entry : bundle.entries()) read_resource(entry, issues);
        resources += bundle.entries().size();
        for (const std::string& line : told(issues)) lost.push_back(line);
    }
    std::sort(lost.begin(), lost.end());
    EXPECT_EQ(lost, GetParam().known);
    EXPECT_GE(resources, GetParam().at_least);
}

INSTANTIATE_TEST_SUITE_P(
    Table, PublishedPatients,
    testing::ValuesIn(std::vector<Folder>{
        {"synthea", "synthea", 2'000, {}},
        {"ahrq_pain", "ahrq-pain", 50, {}},
        {"belgian_laboratories", "be-lab", 500, {}},
        {"australian", "au", 300, {"Observation.valueDateTime not-read", "Observation.valueDateTime not-read"}},
        {"us_core",
         "us-core-examples",
         100,
         {"Observation.valueBoolean not-read", "Observation.valueBoolean not-read"}},
    }),
    CaseName());

TEST(PublishedExamples, OfEveryFolderAreReadWithoutACrash) {
    const auto data = test_data("");
    if (!data) GTEST_SKIP() << "skipped: no test data";
    std::size_t texts = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(*data)) {
        if (file.path().extension() != ".json" && file.path().extension() != ".ndjson") continue;
        const auto trees = parse_resources(file_text(file.path()));
        ++texts;
        if (!trees) continue;
        for (const boost::json::value& tree : *trees) {
            Issues issues;
            const Bundle bundle = Bundle::of(tree, issues);
            for (const Entry& entry : bundle.entries()) read_resource(entry, issues);
        }
    }
    EXPECT_GT(texts, 500U);
}

// google/fhir: two elements of one choice side by side.
TEST(PublishedExamples, ATwofoldValueIsNotGuessed) {
    const auto path = test_data("google-fhir-edge/jsonformat/observation_invalid_multiple_choicex_provided.json");
    if (!path) GTEST_SKIP() << "skipped: no google-fhir-edge in the test data";
    const Reading observation(file_text(*path), read_observation);
    EXPECT_TRUE(std::holds_alternative<NotRead>(observation->value));
}

// The standard's example of decimals: 1.0, 1.00 and 1.0 are told apart; 1.0E-245 is more than a Decimal holds.
TEST(PublishedExamples, DecimalsKeepTheirDigits) {
    const auto path = test_data("hl7-r4-examples/Observation-decimal.json");
    if (!path) GTEST_SKIP() << "skipped: no hl7-r4-examples in the test data";
    const Reading observation(file_text(*path), read_observation);
    std::vector<std::string> values;
    for (const ObservationComponent& component : observation->component) {
        const std::optional<Decimal>& value = std::get<Quantity>(component.value).value;
        values.push_back(value ? value->text() : "nothing");
    }
    EXPECT_EQ(values, (std::vector<std::string>{"1.0", "1.00", "1.0", "0.0000000000000000000001", "1000000000000000000",
                                                "nothing", "nothing"}));
}

}  // namespace
}  // namespace fhir
