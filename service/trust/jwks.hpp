// JSON Web Key Sets (RFC 7517, section 5), and what is remembered of a set that lives behind a URL.
//
// Nothing here fetches and nothing here reads a clock: KeyCache is asked what to do at a time and told what came of it.
// It keeps a set between 5 minutes and 24 hours as its server wishes, asks again when an unknown key is named, but not
// more often than once a minute, and keeps the last good set when the server fails (CDS Hooks, security; R-143).
#pragma once

#include "service/base/wall_time.hpp"
#include "service/trust/jose.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
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

/// What is known of the key set behind one URL. A value: whoever shares it locks it.
class KeyCache {
  public:
    /// What to do for a token.
    enum class Step {
        use,          ///< `key` is the one
        use_renew,    ///< `key` is the one; fetch the set again meanwhile, without waiting
        fetch,        ///< fetch the set, then ask again
        wait,         ///< somebody is fetching it: ask again a little later
        unknown_key,  ///< the set has no such key, and was asked for too recently to ask again
        unavailable   ///< there is no set, and the server failed too recently to ask again
    };
    struct Advice {
        Step step = Step::unavailable;
        std::optional<VerificationKey> key;
    };

    static constexpr std::chrono::seconds retry_after{60};   ///< between two fetches that tokens can bring about
    static constexpr std::chrono::seconds fetch_at_most{3};  ///< after which a fetch that never reported is given up
    static constexpr std::chrono::seconds first_retry_after{5};  ///< between two fetches while there is no set at all

    /// What to do for a token signed by `key_id`. On fetch and use_renew the caller has taken it upon itself to fetch.
    Advice advise(std::string_view key_id, Algorithm algorithm, WallTime now);

    /// A fetch brought `set`, to be kept for `lifetime`.
    void fetched(KeySet set, std::chrono::seconds lifetime, WallTime now);

    /// A fetch failed, or brought no key set. The last good set stays.
    void failed() noexcept;

  private:
    bool begin_fetch(WallTime now) noexcept;
    bool fetching(WallTime now) const noexcept { return fetching_since_ && now < *fetching_since_ + fetch_at_most; }

    std::optional<KeySet> set_;
    WallTime renew_at_{};  ///< ahead of expires_at_, so that a set in use is as a rule renewed without anybody waiting
    WallTime expires_at_{};
    bool last_failed_ = false;
    std::optional<WallTime> fetching_since_;
    std::optional<WallTime> last_attempt_;
};

}  // namespace service
