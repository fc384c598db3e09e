// Looks names up without holding anybody who asks for another one. The system's resolver blocks, for many seconds where
// a name server is silent, and cannot be interrupted; so it is asked on threads of its own, once for all who want to
// know the same name, and each of them waits no longer than until his own deadline.
#pragma once

#include "service/base/blocking_calls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace service {

/// What a name means; empty: it has no address.
using Addresses = std::vector<boost::asio::ip::address>;

/// By the system: /etc/hosts, DNS. Blocks.
Addresses addresses_by_system(const std::string& name);

/// One for all threads.
class NameLookups {
  public:
    using Clock = std::chrono::steady_clock;
    using Ask = std::function<Addresses(const std::string& name)>;

    /// Names that are asked for at the same time, each once. That many names whose servers are silent hold nobody; with
    /// more of them, others wait for one to be given up.
    static constexpr std::size_t most_under_way = 64;
    static constexpr std::chrono::seconds found_is_kept{10};
    static constexpr std::chrono::seconds failure_is_kept{2};

    /// \param ask  blocks, throws nothing, is asked from several threads at once.
    /// \param now  durations are counted by it.
    explicit NameLookups(Ask ask = addresses_by_system, Clock::time_point (*now)() = Clock::now);
    NameLookups(const NameLookups&) = delete;
    NameLookups& operator=(const NameLookups&) = delete;

    /// What `host` (a name, or an address as text) means; nothing if that is not known by `deadline`.
    boost::asio::awaitable<std::optional<Addresses>> addresses_of(std::string host, Clock::time_point deadline);

    /// Begins no more lookups, and leaves behind what is under way then. \returns whether there is none.
    bool close(Clock::time_point deadline) { return threads_.close(deadline); }

  private:
    struct Lookup;
    struct State;
    std::shared_ptr<Lookup> join(const std::string& host, const std::shared_ptr<Bell>& bell);
    static void look_up(const std::shared_ptr<State>& state, const std::string& host,
                        const std::shared_ptr<Lookup>& lookup);

    std::shared_ptr<State> state_;  // shared with lookups under way
    BlockingCalls threads_;
};

}  // namespace service
