// The configuration file: one table of keys (config_keys.cpp) says every key, its default, unit and meaning.
//
// JSON with comments and trailing commas. An unknown key is an error that names the nearest right one. `${NAME}` in a
// string is read from the environment. Relative paths are relative to the file. All findings are gathered, each with
// file, line and column.
#pragma once

#include "rules/text/diagnostic.hpp"
#include "service/deployment/canary_share.hpp"
#include "service/http/tls_files.hpp"
#include "service/observe/log.hpp"
#include "service/trust/trust.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace service {

enum class Mode { production, development };

/// An address to listen on: an IP address (without brackets) and a port, 0 for any free one.
struct Address {
    std::string host;
    std::uint16_t port = 0;
    bool operator==(const Address&) const = default;
};

/// "192.0.2.1:8443", "[2001:db8::1]:8443", "localhost:0"; nothing if it is not of this form.
std::optional<Address> parse_address(std::string_view text);

/// As a person writes it: IPv6 in brackets.
std::string print_address(const Address& address);

/// Another version of a pack, beside it. What may be waived and whose signature counts is said of the pack.
struct VersionSource {
    std::filesystem::path path, site;  ///< site may be empty: that of the pack
};

struct CanarySource : VersionSource {
    CanaryShare share;
};

struct PackSource {
    std::filesystem::path path, site;                 ///< site may be empty
    std::vector<std::string> waive;                   ///< codes of the linter's errors that are served all the same
    std::vector<std::filesystem::path> trusted_keys;  ///< one of these must have signed it; none: nobody need
    std::optional<VersionSource> shadow;              ///< evaluated beside it, and shown to nobody
    std::optional<CanarySource> canary;               ///< answers some users in its place
};

struct Config {
    Mode mode = Mode::production;
    Address listen;
    std::vector<std::string> public_urls;
    TlsFiles tls;
    std::optional<Address> admin;
    std::vector<PackSource> packs;
    bool authentication_required = true;
    std::vector<Client> clients;
    Client anonymous;  ///< who calls when authentication is "none"
    std::vector<std::string> cors_origins;
    struct Fhir {
        std::filesystem::path ca;  ///< may be empty
        std::size_t timeout_ms = 0, max_pages = 0, max_bytes = 0;
        std::vector<std::string> private_networks;  ///< each reads as a network (address_policy.hpp)
        bool operator==(const Fhir&) const = default;
    } fhir;
    struct Limits {
        std::size_t body_bytes = 0, header_bytes = 0, connections = 0, request_seconds = 0, deadline_ms = 0,
                    requests_per_second = 0;
        bool operator==(const Limits&) const = default;
    } limits;
    std::string store;            ///< "sqlite:PATH" or "postgresql://…"; empty: none
    StoreKeep keep;               ///< how long what is in it is kept
    std::filesystem::path audit;  ///< who asked about whom; empty: nowhere
    LogOptions log;
    std::size_t threads = 0;  ///< 0: one per core
    std::string time_zone;    ///< IANA name; empty: the system's
};

/// A value of the file on its way into a Config: typed, checked, strings expanded.
class ConfigValue;

/// What is wrong with a value, as the end of a sentence that begins with the key; empty: nothing.
using Complaint = std::string;

struct ConfigKey {
    std::string_view path;      ///< dotted; "packs[].path" is the member of every element of "packs"
    std::string_view form;      ///< what may stand there, in words
    std::string_view fallback;  ///< JSON text of the default; empty: none
    std::string_view unit;
    std::string_view meaning;
    bool required = false;
    /// Puts a value of the file where it belongs.
    Complaint (*store)(Config&, const ConfigValue&) = nullptr;
};

/// Every key, in the order of the manual.
std::span<const ConfigKey> config_keys();

/// The value of an environment variable, or nothing.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct ConfigReading {
    Config config;  ///< whole only if no finding is an error
    rules::Diagnostics findings;
};

/// Reads a configuration. \param file its path, for messages and as the base of relative paths.
ConfigReading read_config(std::string_view text, const std::filesystem::path& file, const Environment& environment);

}  // namespace service
