#include "service/answer/discovery.hpp"

#include "tests/shows.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

const std::vector<OfferedService> services = {{"labs",
                                               rules::Hook::patient_view,
                                               "Labs",
                                               "Says things.",
                                               "Needs things.",
                                               {{"patient", "Patient/{{context.patientId}}", "Patient", true},
                                                {"conditions", "Condition?x", "Condition", true}}}};

TEST(Discovery, IsAnEmptyListWithoutServices) {
    shows({"R-012"});
    EXPECT_EQ(discovery_document({}, ClientProfile::v2_0), R"({"services":[]})");
}

// R-014 to R-017, R-021: the order of prefetch keys is kept.
TEST(Discovery, DescribesEachService) {
    shows({"R-014", "R-015", "R-016", "R-017", "R-021"});
    EXPECT_EQ(discovery_document(services, ClientProfile::v2_0),
              R"({"services":[{"hook":"patient-view","title":"Labs","description":"Says things.","id":"labs",)"
              R"("prefetch":{"patient":"Patient/{{context.patientId}}","conditions":"Condition?x"},)"
              R"("usageRequirements":"Needs things."}]})");
}

// Requirements page, 1.1: 1.0 has no usageRequirements, 3.0 adds versions.
TEST(Discovery, LeavesOutWhatTheClientsVersionDoesNotHave) {
    shows({"R-017", "R-018", "R-019"});
    EXPECT_EQ(discovery_document(services, ClientProfile::v1_0).find("usageRequirements"), std::string::npos);
    EXPECT_EQ(discovery_document(services, ClientProfile::v2_0).find("hookVersion"), std::string::npos);
    EXPECT_NE(discovery_document(services, ClientProfile::v3_0).find(R"("hookVersion":"1.0")"), std::string::npos);
}

}  // namespace
}  // namespace service
