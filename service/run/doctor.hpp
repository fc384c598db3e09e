// What a deployment stands on, looked at before it serves: certificate, packs, clients, store, FHIR servers, addresses,
// settings. Each part says a line for everything that it has proven or found wrong, and how to mend it. What the
// configuration alone can be refused for is refused where it is read (config).
//
// Looking changes nothing: what is written to a store is taken back. No line holds a key, a token or a password.
#pragma once

#include "fhir/date_time.hpp"
#include "service/base/wall_time.hpp"
#include "service/deployment/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace service {

enum class Verdict {
    ok,
    warning,  ///< it serves, but perhaps not as it was meant
    fault     ///< it does not serve, or not everybody
};

std::string_view name_of(Verdict verdict) noexcept;

struct DoctorLine {
    Verdict verdict = Verdict::ok;
    std::string about;  ///< what was looked at: a key of the configuration, with the file, address or name that it has
    std::string says;
    std::string mend;  ///< empty if there is nothing to mend
};

using DoctorLines = std::vector<DoctorLine>;

// ---- its parts, one file each

/// Mode, authentication, time zone, and what of it lets in more than a hospital wants.
DoctorLines examine_settings(const Config& config);

/// The server's certificate: readable, with its key, in time, with its chain, for the names that clients call.
DoctorLines examine_certificate(const Config& config, WallTime now);

/// Packs and site files: loaded, checked, their review not overdue, what the site never has.
DoctorLines examine_packs(const Config& config, const fhir::Date& today);

/// The clients: keys of use for their algorithms; key sets behind addresses are fetched.
DoctorLines examine_clients(const Config& config);

/// The FHIR servers that calls may name: reached as the service would, FHIR R4, with what the packs ask for.
DoctorLines examine_fhir_servers(const Config& config);

/// The store: opened, of a version that this program knows, written to.
DoctorLines examine_store(const Config& config);

/// Whether the addresses to listen on can be had.
DoctorLines examine_addresses(const Config& config);

}  // namespace service
