// Records that a person opens in the workbench, and copies of them in which one thing is another.
#include "service/workbench/held_patients.hpp"

#include "fhir/json_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace service {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

constexpr std::string_view bundle = R"({"resourceType":"Bundle","type":"collection","entry":[
  {"resource":{"resourceType":"Patient","id":"p","name":[{"given":["Mira"],"family":"Holt"}]}},
  {"resource":{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"}}}]})";

json::object object(std::string_view text) {
    return fhir::parse_json(text)->get_object();
}

TEST(OpenedRecord, IsNamedByItsPatient) {
    EXPECT_EQ(read_patient(bundle)->title, "Mira Holt");
    EXPECT_EQ(read_patient(R"({"resourceType":"Patient","id":"p"})")->title, "Patient/p");
    EXPECT_EQ(read_patient(R"({"resourceType":"Condition"})")->title, "A record without a Patient");
}

TEST(OpenedRecord, ThatIsNoneIsRefusedWithItsPlace) {
    EXPECT_THAT(read_patient("{\n  \"a\": }").error().says, HasSubstr("line 2, column 8"));
    EXPECT_THAT(read_patient("[1]").error().says, HasSubstr("no resource"));
    EXPECT_THAT(read_patient("").error().says, HasSubstr("not JSON"));
}

TEST(OpenedRecord, MayBeARequest) {
    const auto patient =
        read_patient(R"({"hook":"patient-view","prefetch":{"patient":{"resourceType":"Patient","id":"p"}}})");
    ASSERT_TRUE(patient);
    EXPECT_FALSE(patient->request.empty());
    EXPECT_EQ(patient->title, "Patient/p");
}

TEST(ChangedCopy, HasOneResourceReplaced) {
    const auto copy =
        changed_copy(*read_patient(bundle), object(R"({"resource":{"resourceType":"Condition","id":"c","note":1}})"));
    ASSERT_TRUE(copy);
    ASSERT_EQ(copy->resources.size(), 2U);
    EXPECT_TRUE(copy->resources[1].get_object().contains("note"));
}

TEST(ChangedCopy, HasOneResourceMore) {
    EXPECT_EQ(changed_copy(*read_patient(bundle), object(R"({"resource":{"resourceType":"Condition","id":"new"}})"))
                  ->resources.size(),
              3U);
}

TEST(ChangedCopy, LacksOneResource) {
    const auto copy = changed_copy(*read_patient(bundle), object(R"({"remove":"Condition/c"})"));
    ASSERT_TRUE(copy);
    EXPECT_EQ(copy->resources.size(), 1U);
}

TEST(ChangedCopy, OfWhatIsNotThereIsRefused) {
    EXPECT_THAT(changed_copy(*read_patient(bundle), object(R"({"remove":"Condition/d"})")).error().says,
                HasSubstr("Condition/d"));
    EXPECT_FALSE(changed_copy(*read_patient(bundle), object("{}")));
}

TEST(OpenedPatients, AreTheLastTwenty) {
    OpenedPatients opened;
    for (int i = 0; i < 21; ++i) opened.keep(*read_patient(bundle));
    EXPECT_EQ(opened.find("p1"), nullptr);
    ASSERT_NE(opened.find("p21"), nullptr);
    EXPECT_EQ(opened.find("p21")->id, "p21");
}

TEST(SamplePatients, AreThoseOfTheProduct) {
    const SamplePatients samples("deploy/samples");
    EXPECT_EQ(samples.titles().size(), 10U);
    const auto patient = samples.find("sample/ada-quill");
    ASSERT_NE(patient, nullptr);
    EXPECT_THAT(patient->title, HasSubstr("Ada Quill"));
    EXPECT_EQ(samples.find("sample/../stories"), nullptr);
}

}  // namespace
}  // namespace service
