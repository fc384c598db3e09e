#include "service/fhir_access/next_page.hpp"

#include "fhir/json_text.hpp"
#include "tests/case_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

namespace json = boost::json;

struct Followed {
    const char* name;
    std::string link;
    std::string address;
    std::string page = "https://ehr.example.org/fhir/Condition?patient=p1";
    std::string base = "https://ehr.example.org/fhir";
};
class NextPages : public testing::TestWithParam<Followed> {};

// RFC 3986, section 5: a relative link is resolved against the address that its page came from.
TEST_P(NextPages, AreFoundFromWhereTheyAreNamed) {
    EXPECT_EQ(address_below(GetParam().base, GetParam().page, GetParam().link), GetParam().address);
}

INSTANTIATE_TEST_SUITE_P(
    All, NextPages,
    testing::Values(Followed{"ByType", "Condition?page=2", "https://ehr.example.org/fhir/Condition?page=2"},
                    Followed{"ByTypeHere", "./Condition?page=2", "https://ehr.example.org/fhir/Condition?page=2"},
                    Followed{"ByQuery", "?page=2", "https://ehr.example.org/fhir/Condition?page=2"},
                    Followed{"ByPath", "/fhir/Condition?page=2", "https://ehr.example.org/fhir/Condition?page=2"},
                    Followed{"ByAddress", "https://EHR.example.org:443/fhir?_getpages=7&x=a%2Fb#top",
                             "https://ehr.example.org:443/fhir?_getpages=7&x=a%2Fb"},
                    Followed{"FromAPageElsewhereBelowTheBase", "?page=3", "https://ehr.example.org/fhir/pages/7?page=3",
                             "https://ehr.example.org/fhir/pages/7?page=2"},
                    Followed{"UpAndDownAgain", "../Condition?page=2", "https://ehr.example.org/fhir/Condition?page=2",
                             "https://ehr.example.org/fhir/pages/7"},
                    Followed{"AtTheRootOfAServer", "/anything?page=2", "https://ehr.example.org/anything?page=2",
                             "https://ehr.example.org/Condition?patient=p1", "https://ehr.example.org"}),
    CaseName());

TEST(NextPage, StaysBelowTheBaseThatIsListed) {
    const std::string base = "https://ehr.example.org/fhir", page = base + "/Condition?patient=p1";
    for (const char* link :
         {"https://evil.example.org/fhir/Condition", "//evil.example.org/fhir/Condition", "http://ehr.example.org/fhir",
          "https://ehr.example.org:8443/fhir/x", "https://me@ehr.example.org/fhir/x", "javascript:alert(1)", " ",
          "/admin", "/", "../admin", "/fhirs/Condition", "/fhir/../admin", "/fhir/%2e%2e/admin", "/fhir/%2E./admin",
          "/fhir/..%2fadmin", "/fhir/x/..%2F..%2Fadmin", "/fhir/x%5C..%5C..%5Cadmin", "/%66hir2/x"}) {
        EXPECT_EQ(address_below(base, page, link), std::nullopt) << link;
    }
}

TEST(NextPage, IsAddedToWhatIsThere) {
    json::value first = *fhir::parse_json(R"({"link":[{"relation":"self"},{"relation":"next","url":"?2"}]})");
    json::value second = *fhir::parse_json(R"({"entry":[{"fullUrl":"a"},{"fullUrl":"b"}]})");
    EXPECT_EQ(next_link(first), "?2");
    EXPECT_FALSE(has_next_page(second));
    append_entries(first.get_object(), second.get_object());
    remove_next_link(first.get_object());
    EXPECT_EQ(fhir::print_json(first), R"({"link":[{"relation":"self"}],"entry":[{"fullUrl":"a"},{"fullUrl":"b"}]})");
}

}  // namespace
}  // namespace service
