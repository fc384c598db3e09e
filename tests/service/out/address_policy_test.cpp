#include "service/out/address_policy.hpp"

#include "tests/case_name.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

namespace ip = boost::asio::ip;

struct Addressed {
    const char* name;
    const char* address;
    bool is_public;
};
class PublicAddress : public testing::TestWithParam<Addressed> {};

TEST_P(PublicAddress, IsToldFromTheOthers) {
    shows({"R-072"});
    EXPECT_EQ(is_public(ip::make_address(GetParam().address)), GetParam().is_public);
}

// IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890): first and last addresses, and their neighbours.
INSTANTIATE_TEST_SUITE_P(
    R072, PublicAddress,
    testing::Values(
        Addressed{"ThisNetwork", "0.0.0.0", false}, Addressed{"Private10", "10.255.255.255", false},
        Addressed{"After10", "11.0.0.0", true}, Addressed{"SharedFirst", "100.64.0.0", false},
        Addressed{"SharedLast", "100.127.255.255", false}, Addressed{"AfterShared", "100.128.0.0", true},
        Addressed{"Loopback", "127.1.2.3", false}, Addressed{"CloudMetadata", "169.254.169.254", false},
        Addressed{"Before172", "172.15.255.255", true}, Addressed{"Private172", "172.31.255.255", false},
        Addressed{"After172", "172.32.0.0", true}, Addressed{"Private192", "192.168.0.1", false},
        Addressed{"Benchmark", "198.19.255.255", false}, Addressed{"Documentation", "203.0.113.7", false},
        Addressed{"Multicast", "224.0.0.1", false}, Addressed{"Broadcast", "255.255.255.255", false},
        Addressed{"PublicV4", "8.8.8.8", true}, Addressed{"LoopbackV6", "::1", false},
        Addressed{"UnspecifiedV6", "::", false}, Addressed{"UniqueLocal", "fd00::1", false},
        Addressed{"LinkLocalV6", "fe80::1", false}, Addressed{"SiteLocalV6", "fec0::1", false},
        Addressed{"MulticastV6", "ff02::1", false}, Addressed{"DocumentationV6", "2001:db8::1", false},
        Addressed{"Teredo", "2001::1", false}, Addressed{"PublicV6", "2606:4700::1111", true},
        Addressed{"MappedPrivate", "::ffff:10.0.0.1", false}, Addressed{"MappedPublic", "::ffff:8.8.8.8", true},
        Addressed{"Nat64Private", "64:ff9b::a9fe:a9fe", false}, Addressed{"Nat64Public", "64:ff9b::808:808", true},
        Addressed{"SixToFourPrivate", "2002:7f00:1::", false}, Addressed{"SixToFourPublic", "2002:808:808::", true}),
    CaseName());

TEST(AddressPolicy, AllowsNamedNetworksBesidesThePublicInternet) {
    AddressPolicy policy;
    policy.networks = {*parse_network("10.20.0.0/16"), *parse_network("fd00:1::/32")};
    EXPECT_TRUE(policy.allows(ip::make_address("10.20.255.1")));
    EXPECT_FALSE(policy.allows(ip::make_address("10.21.0.1")));
    EXPECT_TRUE(policy.allows(ip::make_address("fd00:1:ffff::1")));
    EXPECT_FALSE(policy.allows(ip::make_address("fd00:2::1")));
    EXPECT_TRUE(policy.allows(ip::make_address("8.8.8.8")));
    policy.development = true;
    EXPECT_TRUE(policy.allows(ip::make_address("127.0.0.1")));
}

TEST(AddressPolicy, ReadsNetworksAndNothingElse) {
    for (const char* text :
         {"", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "ehr.example.org", "10.0.0.0/8 "}) {
        EXPECT_FALSE(parse_network(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace service
