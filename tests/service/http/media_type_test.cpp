#include "service/http/media_type.hpp"

#include "tests/case_name.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

struct Accepted {
    const char* name;
    const char* accept;
    bool json;
};
class Accept : public testing::TestWithParam<Accepted> {};

// RFC 9110, 12.5.1; status.406 in tests/conformance/requirements.tsv.
TEST_P(Accept, SaysWhetherJsonMayCome) {
    shows({"status.406"});
    EXPECT_EQ(accepts_json(GetParam().accept), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(Ranges, Accept,
                         testing::Values(Accepted{"Absent", "", true}, Accepted{"Everything", "*/*", true},
                                         Accepted{"AnyApplication", "application/*", true},
                                         Accepted{"Json", "application/json", true},
                                         Accepted{"FhirJson", "application/fhir+json", true},
                                         Accepted{"UpperCase", "Application/JSON", true},
                                         Accepted{"AmongOthers", "text/html, application/json;q=0.5", true},
                                         Accepted{"Parameters", "application/json; charset=utf-8", true},
                                         Accepted{"Html", "text/html", false},
                                         Accepted{"Xml", "application/fhir+xml", false},
                                         Accepted{"WeightZero", "application/json;q=0", false},
                                         Accepted{"WeightZeroPointZero", "application/json; q=0.000", false}),
                         CaseName());

TEST(Accept, PrefersFhirJsonOnlyWhenNothingElseIsNamed) {
    EXPECT_TRUE(prefers_fhir_json("application/fhir+json"));
    EXPECT_FALSE(prefers_fhir_json("application/fhir+json, application/json"));
    EXPECT_FALSE(prefers_fhir_json("*/*"));
    EXPECT_FALSE(prefers_fhir_json(""));
}

struct Body {
    const char* name;
    const char* content_type;
    bool json;
};
class ContentType : public testing::TestWithParam<Body> {};

// what a page may send across origins without a preflight is refused.
TEST_P(ContentType, SaysWhetherABodyIsJson) {
    shows({"R-153", "status.415"});
    EXPECT_EQ(is_json_body(GetParam().content_type), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Types, ContentType,
    testing::Values(Body{"Json", "application/json", true}, Body{"Utf8", "application/json; charset=UTF-8", true},
                    Body{"QuotedUtf8", "application/json;charset=\"utf-8\"", true},
                    Body{"FhirJson", "application/fhir+json", true}, Body{"Absent", "", false},
                    Body{"Text", "text/plain", false}, Body{"Form", "application/x-www-form-urlencoded", false},
                    Body{"Latin1", "application/json; charset=iso-8859-1", false},
                    Body{"OnlyASuffix", "application/+json", false}, Body{"JsonInText", "text/json", false},
                    Body{"Prefix", "application/jsonp", false}),
    CaseName());

TEST(MediaType, KnowsABodyThatIsAsItIs) {
    for (const char* encoding : {"", " ", "identity", "Identity", "identity, identity", ", identity ,"}) {
        EXPECT_TRUE(is_unencoded(encoding)) << encoding;
    }
    for (const char* encoding : {"gzip", "identity, gzip", "gzip, identity", "br", "identityx"}) {
        EXPECT_FALSE(is_unencoded(encoding)) << encoding;
    }
}

}  // namespace
}  // namespace service
