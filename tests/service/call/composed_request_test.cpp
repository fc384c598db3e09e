#include "service/call/composed_request.hpp"

#include "fhir/json_text.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

namespace json = boost::json;

json::value parsed(std::string_view text) {
    return *fhir::parse_json(text);
}

const rules::PrefetchTemplate patient{"patient", "Patient/{{context.patientId}}", "Patient", true};
const rules::PrefetchTemplate conditions{"conditions", "Condition?patient={{context.patientId}}", "Condition", true};
const rules::PrefetchTemplate results{
    "vitaminD",
    "Observation?patient={{context.patientId}}&code=http://loinc.org|62292-8,http://loinc.org|1989-3&_count=100",
    "Observation", false};
const rules::PrefetchTemplate orders{
    "orders", "ServiceRequest?patient={{context.patientId}}&status=draft,active,on-hold", "ServiceRequest", false};
const rules::PrefetchTemplate prescriptions{"medicationRequests", "MedicationRequest?patient={{context.patientId}}",
                                            "MedicationRequest", false};

ComposeOptions options(rules::Hook hook = rules::Hook::patient_view) {
    return {
        hook, {patient, conditions, results, orders, prescriptions}, {}, {}, "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"};
}

/// The request of a Bundle with these entries, or the fault.
boost::system::result<json::object, ComposeFault> composed(std::string_view entries,
                                                           const ComposeOptions& how = options()) {
    const json::value bundle =
        parsed(R"({"resourceType": "Bundle", "type": "collection", "entry": [)" + std::string(entries) + "]}");
    fhir::Issues issues;
    const fhir::Bundle record = fhir::Bundle::of(std::vector<const json::object*>{&bundle.get_object()}, issues);
    return compose_request(record, how);
}

const std::string anna = R"({"resource": {"resourceType": "Patient", "id": "anna"}})";

/// "Observation/a, Medication/m": what is in the prefetch of `key`.
std::string sent(const json::object& request, std::string_view key) {
    std::string names;
    for (const json::value& entry : request.at("prefetch").at(key).at("entry").as_array()) {
        const json::value& resource = entry.at("resource");
        names += (names.empty() ? "" : ", ") + std::string(resource.at("resourceType").as_string()) + "/" +
                 std::string(resource.at("id").as_string());
    }
    return names;
}

TEST(ComposedRequest, NamesThePatientAndSendsThePatientAsItIs) {
    const auto request = composed(anna);
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->at("hook"), "patient-view");
    EXPECT_EQ(request->at("context").at("patientId"), "anna");
    EXPECT_EQ(request->at("prefetch").at("patient").at("id"), "anna");
    EXPECT_EQ(sent(*request, "conditions"), "");
}

// As a FHIR server would: by code, also of a component, and whether the system is written as URL or as OID.
TEST(ComposedRequest, SendsTheResultsThatAreAskedFor) {
    const auto request = composed(anna + R"(,
        {"resource": {"resourceType": "Observation", "id": "a", "code": {"coding": [{"system": "http://loinc.org", "code": "62292-8"}]}}},
        {"resource": {"resourceType": "Observation", "id": "b", "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}}},
        {"resource": {"resourceType": "Observation", "id": "c", "code": {"coding": [
            {"system": "urn:oid:2.16.840.1.113883.6.1", "code": "62292-8"}]}}},
        {"resource": {"resourceType": "Observation", "id": "d", "code": {"text": "panel"}, "component": [
            {"code": {"coding": [{"system": "http://loinc.org", "code": "1989-3"}]}}]}},
        {"resource": {"resourceType": "Observation", "id": "e", "code": {"coding": [{"system": "http://example.org", "code": "62292-8"}]}}})");
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(sent(*request, "vitaminD"), "Observation/a, Observation/c, Observation/d");
}

TEST(ComposedRequest, SendsOrdersByStatus) {
    const auto request = composed(anna + R"(,
        {"resource": {"resourceType": "ServiceRequest", "id": "a", "status": "active"}},
        {"resource": {"resourceType": "ServiceRequest", "id": "b", "status": "completed"}})");
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(sent(*request, "orders"), "ServiceRequest/a");
}

TEST(ComposedRequest, SendsTheMedicationsOfPrescriptionsAlong) {
    const auto request = composed(anna + R"(,
        {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Medication"}},
        {"fullUrl": "urn:uuid:2", "resource": {"resourceType": "Medication"}},
        {"resource": {"resourceType": "MedicationRequest", "id": "r", "medicationReference": {"reference": "urn:uuid:1"}}})");
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(sent(*request, "medicationRequests"), "MedicationRequest/r, Medication/1");
    EXPECT_EQ(request->at("prefetch")
                  .at("medicationRequests")
                  .at("entry")
                  .at(0)
                  .at("resource")
                  .at("medicationReference")
                  .at("reference"),
              "Medication/1");
}

TEST(ComposedRequest, NamesTheNewestEncounter) {
    const auto request = composed(anna + R"(,
        {"resource": {"resourceType": "Encounter", "id": "old", "period": {"start": "2024-01-01"}}},
        {"resource": {"resourceType": "Encounter", "id": "new", "period": {"start": "2026-01-01"}}},
        {"resource": {"resourceType": "Encounter", "id": "undated"}})",
                                  options(rules::Hook::encounter_start));
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->at("context").at("encounterId"), "new");
}

TEST(ComposedRequest, IsOfOnePatient) {
    EXPECT_EQ(composed("").error(), ComposeFault::no_patient);
    EXPECT_EQ(composed(anna + R"(, {"resource": {"resourceType": "Patient", "id": "ben"}})").error(),
              ComposeFault::several_patients);
}

TEST(ComposedRequest, HoldsTheOrdersOfAnOrderHook) {
    ComposeOptions signing = options(rules::Hook::order_sign);
    EXPECT_EQ(composed(anna, signing).error(), ComposeFault::no_draft_orders);
    signing.draft_orders = {parsed(R"({"resourceType": "ServiceRequest", "id": "a"})"),
                            parsed(R"({"resourceType": "Bundle", "entry": [
                                {"resource": {"resourceType": "ServiceRequest", "id": "b"}}]})")};
    const auto request = composed(anna, signing);
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->at("context").at("draftOrders").at("entry").as_array().size(), 2U);
    EXPECT_FALSE(request->at("context").as_object().contains("selections"));
}

TEST(ComposedRequest, SelectsAmongTheOrders) {
    ComposeOptions selecting = options(rules::Hook::order_select);
    selecting.draft_orders = {parsed(R"({"resourceType": "ServiceRequest", "id": "a"})"),
                              parsed(R"({"resourceType": "ServiceRequest", "id": "b"})")};
    EXPECT_EQ(composed(anna, selecting)->at("context").at("selections"),
              parsed(R"(["ServiceRequest/a", "ServiceRequest/b"])"));
    selecting.selections = {"ServiceRequest/b"};
    EXPECT_EQ(composed(anna, selecting)->at("context").at("selections"), parsed(R"(["ServiceRequest/b"])"));
    selecting.selections = {"ServiceRequest/c"};
    EXPECT_EQ(composed(anna, selecting).error(), ComposeFault::unknown_selection);
}

}  // namespace
}  // namespace service
