#include "service/out/address_policy.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace service {

namespace ip = boost::asio::ip;

namespace {

/// Not global by the IANA IPv4 Special-Purpose Address Registry.
constexpr std::array<std::string_view, 15> special_v4 = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4"};

bool holds(const ip::network_v4& network, const ip::address_v4& address) {
    return (address.to_uint() & network.netmask().to_uint()) ==
           (network.address().to_uint() & network.netmask().to_uint());
}

bool holds(const ip::network_v6& network, const ip::address_v6& address) {
    const auto of_network = network.address().to_bytes();
    const auto of_address = address.to_bytes();
    unsigned left = network.prefix_length();
    for (std::size_t i = 0; i < of_network.size() && left > 0; ++i) {
        const unsigned bits = std::min(left, 8U);
        const unsigned mask = 0xFFU << (8U - bits) & 0xFFU;
        if ((of_network[i] & mask) != (of_address[i] & mask)) return false;
        left -= bits;
    }
    return true;
}

bool is_public_v4(const ip::address_v4& address) {
    return std::ranges::none_of(special_v4, [&](std::string_view network) {
        return holds(ip::make_network_v4(std::string(network)), address);
    });
}

ip::address_v4 v4_at(const ip::address_v6::bytes_type& bytes, std::size_t first) {
    return ip::address_v4({bytes[first], bytes[first + 1], bytes[first + 2], bytes[first + 3]});
}

bool is_public_v6(const ip::address_v6& address) {
    const auto bytes = address.to_bytes();
    const auto within = [&](const char* network) { return holds(ip::make_network_v6(network), address); };
    if (address.is_v4_mapped() || within("64:ff9b::/96")) return is_public_v4(v4_at(bytes, 12));  // NAT64, RFC 6052
    if (within("2002::/16")) return is_public_v4(v4_at(bytes, 2));                                // 6to4, RFC 3056
    // Of the rest only 2000::/3 is given out; what of it is not for everybody follows.
    return within("2000::/3") && !within("2001::/23") && !within("2001:db8::/32") && !within("3fff::/20");
}

}  // namespace

std::optional<Network> parse_network(std::string_view text) {
    boost::system::error_code error;
    const std::string copy(text);
    const auto v4 = ip::make_network_v4(copy, error);
    if (!error) return Network(v4);
    const auto v6 = ip::make_network_v6(copy, error);
    if (!error) return Network(v6);
    return std::nullopt;
}

bool is_public(const ip::address& address) {
    return address.is_v4() ? is_public_v4(address.to_v4()) : is_public_v6(address.to_v6());
}

bool AddressPolicy::allows(const ip::address& address) const {
    if (development || is_public(address)) return true;
    return std::ranges::any_of(networks, [&](const Network& network) {
        if (const auto* v4 = std::get_if<ip::network_v4>(&network))
            return address.is_v4() && holds(*v4, address.to_v4());
        return address.is_v6() && holds(std::get<ip::network_v6>(network), address.to_v6());
    });
}

}  // namespace service
