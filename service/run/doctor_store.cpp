// doctor: the store.
#include "service/run/doctor.hpp"
#include "service/store/store.hpp"

#include <system_error>
#include <unistd.h>

namespace service {

namespace {

constexpr std::string_view sqlite = "sqlite:";

/// The store's address without what may be secret in it.
std::string shown(const std::string& address) {
    if (address.starts_with(sqlite)) return address;
    const std::string without_query = address.substr(0, address.find('?'));
    const std::size_t at = without_query.rfind('@');
    return at == std::string::npos ? "postgresql" : "postgresql at " + without_query.substr(at + 1);
}

/// A database that is not there yet is made at the first start.
DoctorLine examine_folder(const std::filesystem::path& file, const std::string& about) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    if (access(folder.c_str(), W_OK | X_OK) == 0) return {Verdict::ok, about, "is made at the first start", ""};
    return {Verdict::fault, about, "is not there and cannot be made",
            "Make the folder " + folder.string() + ", writable for the user of the service."};
}

DoctorLine faulty(StoreFault fault, const std::string& about) {
    switch (fault) {
        case StoreFault::unavailable:
        case StoreFault::connection_lost:
        case StoreFault::timed_out:
        case StoreFault::replaced:
            return {Verdict::fault, about, "cannot be opened or reached",
                    "Look at its address, at the rights of the service's user, and whether the server runs."};
        case StoreFault::newer_schema:
            return {Verdict::fault, about, "a newer version of backpain-cds has been at it",
                    "Use that version, or another store."};
        case StoreFault::failed:
            return {Verdict::fault, about, "is there and refuses to be written",
                    "Look at the rights of the service's user and at the space on its disk; it may be damaged."};
    }
    return {};
}

}  // namespace

DoctorLines examine_store(const Config& config) {
    if (config.store.empty()) {
        return {{Verdict::warning, "store", "none: no feedback is taken, and tokens seen are forgotten at a restart",
                 "Set \"store\": \"sqlite:backpain-cds.db\", or postgresql:// for several replicas."}};
    }
    const std::string about = "store: " + shown(config.store);
    if (config.store.starts_with(sqlite)) {
        const std::filesystem::path file = config.store.substr(sqlite.size());
        std::error_code ignored;
        if (!std::filesystem::exists(file, ignored)) return {examine_folder(file, about)};
    }
    const auto rehearsed = Store::rehearse(config.store);
    if (!rehearsed) return {faulty(rehearsed.error(), about)};
    const std::string there = "can be written; schema " + std::to_string(rehearsed->schema);
    if (rehearsed->schema == rehearsed->newest) return {{Verdict::ok, about, there, ""}};
    return {
        {Verdict::ok, about, there + ", brought to " + std::to_string(rehearsed->newest) + " at the next start", ""}};
}

}  // namespace service
