// Whose servers: certificates that are trusted and connections that are kept are shared within a realm, and with no
// other. Each client of the configuration has one for its FHIR servers; the key servers have one.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace service {

struct Realm {
    std::shared_ptr<boost::asio::ssl::context> tls;
    std::string_view kind = "keys";  ///< "fhir" or "keys", for the metrics: a literal
};

/// The realms of clients, by issuer; "" is whoever calls without a token.
using Realms = std::map<std::string, std::shared_ptr<const Realm>, std::less<>>;

/// A TLS client context: TLS 1.2 and above, the system's certificates (SSL_CERT_FILE is honoured) and those of
/// `ca_file` and `further_ca_file`, if these are not empty. Nothing if one cannot be read as PEM certificates.
std::shared_ptr<boost::asio::ssl::context> open_client_tls(const std::filesystem::path& ca_file,
                                                           const std::filesystem::path& further_ca_file = {});

}  // namespace service
