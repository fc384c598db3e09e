#include "fhir/service_request.hpp"

#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

TEST(ServiceRequest, IsReadInFull) {
    const Reading request(R"({"resourceType": "ServiceRequest", "id": "r1", "status": "draft", "intent": "order",
        "code": {"coding": [{"system": "http://loinc.org", "code": "62292-8"}]}, "subject": {"reference": "Patient/p1"},
        "authoredOn": "2025-11-20T12:00:00Z"})",
                          read_service_request);
    EXPECT_EQ(request->id, "r1");
    EXPECT_EQ(request->status, "draft");
    EXPECT_EQ(request->intent, "order");
    EXPECT_FALSE(request->do_not_perform);
    EXPECT_TRUE(request->code.has(loinc_system, "62292-8"));
    EXPECT_EQ(request->authored_on->text(), "2025-11-20T12:00:00Z");
    EXPECT_TRUE(request.issues().empty());
}

TEST(ServiceRequest, ToleratesWhatTheCdsHooksSandboxSends) {
    // reasonCode and category as objects, coding: [{}]
    const Reading request(R"({"resourceType": "ServiceRequest", "id": "r", "category": {"coding": [{}]},
        "reasonCode": {"coding": [{}]}, "code": {"coding": [{}], "text": "Vitamin D"}})",
                          read_service_request);
    EXPECT_EQ(request->code.text, "Vitamin D");
    EXPECT_TRUE(request->code.codings.empty());
    EXPECT_EQ(request.issues(), (Told{"ServiceRequest.code.coding[0] empty", "ServiceRequest.reasonCode not-a-list",
                                      "ServiceRequest.reasonCode.coding[0] empty"}));
}

}  // namespace
}  // namespace fhir
