// What RFC 9110 and RFC 9112 ask of the head of a request, over real sockets.
#include "tests/case_name.hpp"
#include "tests/service/raw_client.hpp"
#include "tests/service/test_server.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace service {
namespace {

/// How long a connection may take to close before it counts as left open: long, since machines may be busy.
constexpr std::chrono::seconds patience{20};

class RequestHeadTest : public testing::Test {
  protected:
    ~RequestHeadTest() override { EXPECT_TRUE(server_.serves()); }

    TestServer server_;
};

struct HostLine {
    const char* name;
    std::string value;
    int status;
};
class Host : public RequestHeadTest, public testing::WithParamInterface<HostLine> {};

TEST_P(Host, IsAHostOr400) {
    shows({"R-171"});
    const std::string line = "Host:" + GetParam().value + "\r\n";
    EXPECT_EQ(RawClient(server_.port()).exchange("GET /cds-services HTTP/1.1\r\n" + line + "\r\n").status,
              GetParam().status);
    EXPECT_EQ(RawClient(server_.port()).exchange("GET /cds-services HTTP/1.1\r\n" + line + line + "\r\n").status, 400);
}

// RFC 9110, 7.2: uri-host [ ":" port ], both of RFC 3986; the host may be empty (RFC 9112, 3.2).
INSTANTIATE_TEST_SUITE_P(
    Rfc9112, Host,
    testing::Values(HostLine{"Name", " cds.example.org", 200}, HostLine{"NameAndPort", "CDS.example.org:8443", 200},
                    HostLine{"PortWithoutDigits", " cds.example.org:", 200}, HostLine{"Empty", "", 200},
                    HostLine{"Ipv4", " 192.0.2.1:443", 200}, HostLine{"Ipv6", " [2001:db8::1]:8443", 200},
                    HostLine{"Encoded", " caf%C3%A9.example.org", 200}, HostLine{"Space", " cds example.org", 400},
                    HostLine{"User", " user@cds.example.org", 400}, HostLine{"Path", " cds.example.org/x", 400},
                    HostLine{"Scheme", " https://cds.example.org", 400}, HostLine{"Query", " cds.example.org?x", 400},
                    HostLine{"PortInWords", " cds.example.org:https", 400},
                    HostLine{"TwoPorts", " cds.example.org:80:80", 400},
                    HostLine{"List", " a.example.org, b.example.org", 400},
                    HostLine{"OpenBracket", " [2001:db8::1", 400}, HostLine{"NoIpv6", " [2001:zz::1]", 400},
                    HostLine{"BadEscape", " a%zz.example.org", 400}, HostLine{"Backslash", " a\\b", 400},
                    HostLine{"OtherLetters", " caf\xc3\xa9.example.org", 400}, HostLine{"Quotes", " \"a\"", 400}),
    CaseName());

struct ListInLines {
    const char* name;
    std::string headers;
    int status;
};
class ListHeader : public RequestHeadTest, public testing::WithParamInterface<ListInLines> {};

TEST_P(ListHeader, InSeveralLinesIsOneList) {
    shows({"R-172"});
    EXPECT_EQ(RawClient(server_.port()).exchange(post("/cds-services/echo", "{}", GetParam().headers)).status,
              GetParam().status);
}

// RFC 9110, 5.3.
INSTANTIATE_TEST_SUITE_P(
    Rfc9110, ListHeader,
    testing::Values(ListInLines{"AcceptSecondLine", "Accept: text/html\r\nAccept: application/json\r\n", 200},
                    ListInLines{"AcceptThirdLine",
                                "Accept: text/html\r\nAccept: text/plain;q=0.5\r\nAccept: */*;q=0.1\r\n", 200},
                    ListInLines{"AcceptNone", "Accept: text/html\r\nAccept: application/xml\r\n", 406},
                    ListInLines{"AcceptEmptyLineFirst", "Accept:\r\nAccept: text/html\r\n", 406},
                    ListInLines{"EncodingSecondLine", "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n", 415},
                    ListInLines{"EncodingNone", "Content-Encoding: identity\r\nContent-Encoding: identity\r\n", 200},
                    ListInLines{"ExpectSecondLine", "Expect: 100-continue\r\nExpect: miracles\r\n", 417},
                    ListInLines{"ExpectEmpty", "Expect:\r\n", 200}),
    CaseName());

TEST_F(RequestHeadTest, ClosesWhereAnyLineOfConnectionSaysSo) {
    shows({"R-172"});
    RawClient client(server_.port());
    EXPECT_EQ(client.exchange(get("/cds-services", "Connection: keep-alive\r\nConnection: close\r\n")).status, 200);
    EXPECT_TRUE(client.is_closed_within(patience));
}

}  // namespace
}  // namespace service
