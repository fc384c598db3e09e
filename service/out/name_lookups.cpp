#include "service/out/name_lookups.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <netdb.h>
#include <sys/socket.h>
#include <utility>

namespace service {

namespace ip = boost::asio::ip;

namespace {

// Names come from the configuration; should they ever come from elsewhere, memory stays bounded.
constexpr std::size_t most_names_remembered = 1024;

std::optional<ip::address> address_from(const sockaddr& generic) {
    if (generic.sa_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(generic);
        return ip::address_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (generic.sa_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(generic);
        ip::address_v6::bytes_type bytes;
        std::copy_n(std::begin(v6.sin6_addr.s6_addr), bytes.size(), bytes.begin());
        return ip::address_v6(bytes, v6.sin6_scope_id);
    }
    return std::nullopt;
}

}  // namespace

Addresses addresses_by_system(const std::string& name) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0) return {};
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
    Addresses addresses;
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
        if (const auto address = address_from(*entry->ai_addr)) addresses.push_back(*address);
    }
    return addresses;
}

/// One name being asked for, or what came of it.
struct NameLookups::Lookup {
    std::vector<std::shared_ptr<Bell>> waiting;
    std::optional<Addresses> found;  ///< nothing: under way
    Clock::time_point known_until{};
};

struct NameLookups::State {
    State(Ask how, Clock::time_point (*clock)()) : ask(std::move(how)), now(clock) {}

    const Ask ask;
    Clock::time_point (*const now)();
    std::mutex mutex;  // of what follows
    std::map<std::string, std::shared_ptr<Lookup>> names;

    /// With the lock held.
    void forget_old() {
        if (names.size() < most_names_remembered) return;
        std::erase_if(names,
                      [&](const auto& entry) { return entry.second->found && entry.second->known_until <= now(); });
    }
};

NameLookups::NameLookups(Ask ask, Clock::time_point (*now)())
    : state_(std::make_shared<State>(std::move(ask), now)),
      threads_({.threads = most_under_way, .waiting = most_names_remembered}) {}

boost::asio::awaitable<std::optional<Addresses>> NameLookups::addresses_of(std::string host,
                                                                           Clock::time_point deadline) {
    boost::system::error_code no_address;
    const ip::address address = ip::make_address(host, no_address);
    if (!no_address) co_return Addresses{address};
    const auto bell = std::make_shared<Bell>();
    const std::shared_ptr<Lookup> lookup = join(host, bell);
    if (lookup == nullptr) co_return std::nullopt;
    co_await bell->wait(deadline);
    const std::lock_guard lock(state_->mutex);
    std::erase(lookup->waiting, bell);
    co_return lookup->found;
}

/// What is known of `host`, or the lookup that is under way for it, at whose end `bell` rings; null if none can begin.
std::shared_ptr<NameLookups::Lookup> NameLookups::join(const std::string& host, const std::shared_ptr<Bell>& bell) {
    const std::lock_guard lock(state_->mutex);
    state_->forget_old();
    std::shared_ptr<Lookup>& lookup = state_->names[host];
    if (lookup != nullptr && lookup->found && lookup->known_until > state_->now()) {
        bell->ring();
        return lookup;
    }
    if (lookup == nullptr || lookup->found) {
        lookup = std::make_shared<Lookup>();
        const bool begun = threads_.start([state = state_, host, lookup] { look_up(state, host, lookup); });
        if (!begun) {
            state_->names.erase(host);
            return nullptr;
        }
    }
    lookup->waiting.push_back(bell);
    return lookup;
}

void NameLookups::look_up(const std::shared_ptr<State>& state, const std::string& host,
                          const std::shared_ptr<Lookup>& lookup) {
    {
        const std::lock_guard lock(state->mutex);
        if (lookup->waiting.empty()) {
            // All who asked have given up before a thread was free.
            state->names.erase(host);
            return;
        }
    }
    Addresses found = state->ask(host);
    const std::lock_guard lock(state->mutex);
    lookup->known_until = state->now() + (found.empty() ? failure_is_kept : found_is_kept);
    lookup->found = std::move(found);
    for (const std::shared_ptr<Bell>& bell : lookup->waiting) bell->ring();
    lookup->waiting.clear();
}

}  // namespace service
