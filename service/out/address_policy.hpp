// Where the service may connect to on behalf of a request (server-side request forgery; R-072). In production only
// addresses of the public internet, and the networks that the operator names; in development any.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace service {

using Network = std::variant<boost::asio::ip::network_v4, boost::asio::ip::network_v6>;

/// Reads "10.20.0.0/16" or "fd00:1::/32"; nothing if it is neither.
std::optional<Network> parse_network(std::string_view text);

/// Whether `address` is one of the public internet: not loopback, private, link-local, shared, documentation, multicast
/// or reserved (IANA special-purpose address registries, RFC 6890), nor an IPv6 form that leads to such an IPv4
/// address.
bool is_public(const boost::asio::ip::address& address);

struct AddressPolicy {
    bool development = false;
    std::vector<Network> networks;  ///< private ones that may be reached in production: a hospital's own FHIR server

    bool allows(const boost::asio::ip::address& address) const;
};

}  // namespace service
