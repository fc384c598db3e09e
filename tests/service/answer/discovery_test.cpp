#include "service/answer/discovery.hpp"

#include "fhir/json_text.hpp"
#include "tests/case_name.hpp"
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

const std::vector<std::string> digests = {"sha256:ab"};

std::string body_for(const ClientProfile& client, const std::vector<OfferedService>& offered) {
    return discovery_for(client, offered, digests).body;
}

TEST(Discovery, IsAnEmptyListWithoutServices) {
    shows({"R-012"});
    EXPECT_EQ(body_for(client::version_2_0, {}), R"({"services":[]})");
}

// R-014 to R-017, R-021: the order of prefetch keys is kept.
TEST(Discovery, DescribesEachService) {
    shows({"R-014", "R-015", "R-016", "R-017", "R-021"});
    EXPECT_EQ(body_for(client::version_2_0, services),
              R"({"services":[{"hook":"patient-view","title":"Labs","description":"Says things.","id":"labs",)"
              R"("prefetch":{"patient":"Patient/{{context.patientId}}","conditions":"Condition?x"},)"
              R"("usageRequirements":"Needs things."}]})");
}

// CDS Hooks, "Discovery": 1.0 has no usageRequirements, 3.0 adds versions.
TEST(Discovery, LeavesOutWhatTheClientsVersionDoesNotHave) {
    shows({"R-017", "R-018", "R-019"});
    EXPECT_EQ(body_for(client::version_1_0, services).find("usageRequirements"), std::string::npos);
    EXPECT_EQ(body_for(client::version_2_0, services).find("hookVersion"), std::string::npos);
    EXPECT_NE(body_for(client::version_3_0, services).find(R"("hookVersion":"1.0")"), std::string::npos);
}

// RFC 9110, 8.8.3: the same tag for the same thing, another for another.
TEST(Discovery, HasATagThatChangesWithClientPackAndSite) {
    shows({"R-181"});
    const std::string tag = discovery_for(client::version_2_0, services, digests).tag;
    EXPECT_EQ(discovery_for(client::version_2_0, services, digests).tag, tag);
    EXPECT_NE(discovery_for(client::sandbox, services, digests).tag, tag) << "another client, the same body";
    const std::vector<std::string> other_site = {"sha256:cd"};
    EXPECT_NE(discovery_for(client::version_2_0, services, other_site).tag, tag);
    EXPECT_TRUE(tag.size() > 2 && tag.front() == '"' && tag.back() == '"') << tag;
}

struct Held {
    const char* name;
    const char* if_none_match;
    bool holds;
};
class HeldTags : public testing::TestWithParam<Held> {};

// RFC 9110, 13.1.2 and 8.8.3.2: a list, compared weakly; "*" is anything.
TEST_P(HeldTags, AreComparedWithTheTagOfNow) {
    shows({"R-181"});
    EXPECT_EQ(still_holds(GetParam().if_none_match, R"("ab")"), GetParam().holds);
}

INSTANTIATE_TEST_SUITE_P(Rfc9110, HeldTags,
                         testing::Values(Held{"Nothing", "", false}, Held{"TheSame", R"("ab")", true},
                                         Held{"Weak", R"(W/"ab")", true}, Held{"Another", R"("cd")", false},
                                         Held{"OneOfSeveral", R"("cd",  W/"ef" , "ab")", true},
                                         Held{"Anything", " * ", true}, Held{"WithoutQuotes", "ab", false},
                                         Held{"APartOfIt", R"("a")", false}, Held{"Commas", ",,", false}),
                         CaseName());

const std::vector<OfferedService> orders = {
    {"orders",
     rules::Hook::order_sign,
     "Orders",
     "Says things.",
     "",
     {{"patient", "Patient/{{context.patientId}}", "Patient", true},
      {"conditions", "Condition?patient={{context.patientId}}", "Condition", true},
      {"medicationStatements", "MedicationStatement?patient={{context.patientId}}", "MedicationStatement", false},
      {"orders", "ServiceRequest?patient={{context.patientId}}&status=active,draft&_count=200", "ServiceRequest",
       false},
      {"b12", "Observation?patient={{context.patientId}}&code=x&_sort=-date&_count=200", "Observation", false}},
     {rules::RuleKind::notice, rules::RuleKind::order_check}}};

// fhir.cerner.com, FHIR R4: Observation has no _sort, ServiceRequest no status, and there is no MedicationStatement.
TEST(Discovery, AsksOraclesServerForNothingThatItRefuses) {
    const boost::json::value document = *fhir::parse_json(body_for(client::oracle, orders));
    const boost::json::object& prefetch = document.at_pointer("/services/0/prefetch").as_object();
    EXPECT_FALSE(prefetch.contains("medicationStatements"));
    EXPECT_EQ(fhir::text_of(prefetch.at("orders")), "ServiceRequest?patient={{context.patientId}}&_count=200");
    EXPECT_EQ(fhir::text_of(prefetch.at("b12")), "Observation?patient={{context.patientId}}&code=x&_count=200");
}

// HL7/davinci-crd 2.2.1, dev-1, dev-4, dev-5 and dev-7; found-27 and found-28.
TEST(Discovery, TellsCrdClientsItsVersionItsOptionsAndWhatEveryCallNeeds) {
    shows({"crd.found-27", "crd.dev-1", "crd.dev-5"});
    const boost::json::value document = *fhir::parse_json(body_for(client::crd, orders));
    const boost::json::object& service = document.at("services").at(0).as_object();
    EXPECT_EQ(fhir::print_json(service.at("extension").at("davinci-crd.version")), R"(["2.2"])");
    std::vector<std::string> codes;
    for (const boost::json::value& option :
         service.at("extension").at("davinci-crd.configuration-options").as_array()) {
        for (const char* member : {"code", "type", "name", "description"}) {
            EXPECT_FALSE(fhir::text_of(option.at(member))->empty()) << member;
        }
        EXPECT_EQ(option.at("default").is_bool(), fhir::text_of(option.at("type")) == "boolean");
        codes.emplace_back(*fhir::text_of(option.at("code")));
    }
    EXPECT_EQ(codes, (std::vector<std::string>{"off-guideline", "notice", "max-cards"}));
    std::vector<std::string> keys;
    for (const auto& [key, query] : service.at("prefetch").as_object()) keys.emplace_back(key);
    EXPECT_EQ(keys, (std::vector<std::string>{"patient", "conditions"}));
}

}  // namespace
}  // namespace service
