// JSON Web Key Sets (RFC 7517, section 5), and what is remembered of a set that lives behind a URL.
//
// Nothing here fetches and nothing here reads a clock: KeyCache is asked what to do at a time and told what came of it.
// It keeps a set between 5 minutes and 24 hours as its server wishes, asks again when an unknown key is named, but only
// every few seconds, and keeps the last good set when the server fails, for a day at most (CDS Hooks, security; R-143).
#pragma once

#include "service/trust/jose.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

inline constexpr std::size_t key_set_bytes_limit = 256 * 1024;
inline constexpr std::size_t key_set_keys_limit = 100;

/// Why a text is no key set.
enum class KeySetFault { too_large, not_json, no_keys_member, too_many_keys };

std::string_view name_of(KeySetFault fault) noexcept;

/// A key that was passed over, for people who mend key sets.
struct UnusedKey {
    std::size_t index = 0;  ///< in `keys`
    KeyFault fault = KeyFault::not_an_object;
    bool operator==(const UnusedKey&) const = default;
};

/// The usable keys of a set, in its order.
class KeySet {
  public:
    /// Reads `{"keys": […]}`. Keys that cannot be used are passed over (RFC 7517, section 5) and listed.
    static boost::system::result<KeySet, KeySetFault> parse(std::string_view text);
    static boost::system::result<KeySet, KeySetFault> read(const boost::json::value& set);

    /// The key called `id` that a signature of `algorithm` can be of; nullptr if there is none. Borrowed.
    const VerificationKey* find(std::string_view id, Algorithm algorithm) const noexcept;

    /// Whether a signature of `algorithm` can be of any of the keys.
    bool fits(Algorithm algorithm) const noexcept;

    bool empty() const noexcept { return keys_.empty(); }
    std::size_t size() const noexcept { return keys_.size(); }
    const std::vector<UnusedKey>& unused() const noexcept { return unused_; }

  private:
    std::vector<VerificationKey> keys_;
    std::vector<UnusedKey> unused_;
};

/// How long an answer may be kept, by its Cache-Control ("max-age=600", "no-store", …; RFC 9111, section 5.2.2) and
/// Age: never less than 5 minutes and never more than 24 hours; an hour when the server says nothing.
std::chrono::seconds key_lifetime(std::string_view cache_control, std::string_view age = {});

/// What is known of the key set behind one URL. A value: whoever shares it locks it. Times are those of a clock that
/// nobody sets: a set does not live longer because somebody put the wall clock back.
class KeyCache {
  public:
    using Clock = std::chrono::steady_clock;

    /// What to do for a token.
    enum class Step {
        use,          ///< `key` is the one
        use_renew,    ///< `key` is the one; fetch the set again meanwhile, without waiting
        fetch,        ///< fetch the set, then ask again
        wait,         ///< somebody is fetching it: ask again a little later
        unknown_key,  ///< the set has no such key, and was asked for too recently to ask again
        unavailable   ///< the server failed too recently to ask again, so nobody knows whether there is such a key
    };
    struct Advice {
        Step step = Step::unavailable;
        std::optional<VerificationKey> key = std::nullopt;
        std::uint64_t fetch = 0;  ///< on fetch and use_renew: the number by which the caller tells what came of it
    };

    static constexpr std::chrono::hours longest_use{24};  ///< of a set, from the fetch that brought it, whatever fails
    static constexpr std::chrono::seconds renew_after{60};  ///< between two renewals of a set whose server fails
    /// Between two fetches that tokens without a known key bring about, in the long run; after a failure, always.
    static constexpr std::chrono::seconds ask_after{5};
    /// So many of them may follow each other at once: a key that is new right after a fetch is found by the next.
    static constexpr int asks_at_once = 2;
    static constexpr std::chrono::seconds fetch_at_most{3};  ///< after which a fetch that never reported has failed

    /// What to do for a token signed by `key_id`. On fetch and use_renew the caller has taken it upon itself to fetch.
    Advice advise(std::string_view key_id, Algorithm algorithm, Clock::time_point now);

    /// The fetch of this number brought `set`, to be kept for `lifetime`. An empty set is an answer too: all keys were
    /// withdrawn. What comes from a fetch that was given up is older than what is known, and not taken.
    void fetched(std::uint64_t fetch, KeySet set, std::chrono::seconds lifetime, Clock::time_point now);

    /// The fetch of this number failed, or brought no key set. The last good set stays until its longest_use is over.
    void failed(std::uint64_t fetch) noexcept;

  private:
    Advice advise_without_key(Clock::time_point now) noexcept;
    bool may_ask(Clock::time_point now) noexcept;
    std::uint64_t begin_fetch(Clock::time_point now) noexcept;
    bool is_under_way(std::uint64_t fetch) const noexcept { return fetching_ && fetch == fetches_; }

    std::optional<KeySet> set_;
    Clock::time_point renew_at_{};  ///< ahead of expires_at_, so that a set in use is renewed without anybody waiting
    Clock::time_point expires_at_{};
    Clock::time_point ends_at_{};
    bool last_failed_ = false;
    bool fetching_ = false;
    std::uint64_t fetches_ = 0;  ///< begun so far; the number of the last one
    std::optional<Clock::time_point> last_fetch_;
    std::optional<Clock::time_point> last_renewal_;
    Clock::time_point asked_until_{};  ///< up to which the shares of ask_after are given away
};

}  // namespace service
