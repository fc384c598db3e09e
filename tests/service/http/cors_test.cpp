#include "service/http/cors.hpp"

#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace service {
namespace {

std::optional<std::string> header(const Reply& reply, std::string_view name) {
    const auto found = std::ranges::find(reply.headers, name, &Header::name);
    if (found == reply.headers.end()) return std::nullopt;
    return found->value;
}

constexpr std::string_view ehr = "https://ehr.example.org";

TEST(Cors, AnswersAPreflightOfAnAllowedOrigin) {
    shows({"R-151", "status.204"});
    const Reply reply = CorsPolicy({std::string(ehr)}).preflight(ehr, "POST, OPTIONS");
    EXPECT_EQ(reply.status, 204U);
    EXPECT_EQ(reply.body, "");
    EXPECT_EQ(header(reply, "Access-Control-Allow-Origin"), ehr);
    EXPECT_EQ(header(reply, "Access-Control-Allow-Methods"), "GET, POST, OPTIONS");
    EXPECT_EQ(header(reply, "Access-Control-Allow-Headers"), "Content-Type, Authorization, Accept");
    EXPECT_TRUE(header(reply, "Access-Control-Max-Age").has_value());
    EXPECT_EQ(header(reply, "Vary"), "Origin");
}

// exact match.
TEST(Cors, SaysNothingToOtherOrigins) {
    shows({"R-152"});
    const CorsPolicy policy({std::string(ehr)});
    for (const std::string_view origin :
         {"https://ehr.example.org.evil.example", "http://ehr.example.org", "https://EHR.example.org", "null", ""}) {
        Reply reply;
        policy.permit(origin, reply);
        EXPECT_EQ(header(reply, "Access-Control-Allow-Origin"), std::nullopt) << origin;
        EXPECT_EQ(header(reply, "Vary"), "Origin") << origin;
    }
}

// never "*" with credentials.
TEST(Cors, AllowsEverybodyWithoutCredentials) {
    shows({"R-152"});
    const Reply reply = CorsPolicy({"*"}).preflight("https://anywhere.example", "GET, OPTIONS");
    EXPECT_EQ(header(reply, "Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(header(reply, "Access-Control-Allow-Credentials"), std::nullopt);
}

// The digest as sha256sum prints it.
TEST(Cors, TellsTheLogOfAnOriginThatIsRefused) {
    const CorsPolicy policy({std::string(ehr)});
    EXPECT_EQ(policy.preflight("https://other.example.org", "GET").facts.refused_origin,
              "ecee8e8676771d356c3b42991cc17a7c5afbf751c222cdb03d68b42d94b0cfd4");
    EXPECT_FALSE(CorsPolicy().preflight(ehr, "GET").facts.refused_origin.empty()) << "none is allowed";
    EXPECT_EQ(policy.preflight(ehr, "GET").facts.refused_origin, "");
    EXPECT_EQ(policy.preflight("", "GET").facts.refused_origin, "") << "no browser asks";
}

TEST(Cors, AddsNothingWithoutAnyOrigin) {
    Reply reply;
    CorsPolicy().permit(ehr, reply);
    EXPECT_TRUE(reply.headers.empty());
}

}  // namespace
}  // namespace service
