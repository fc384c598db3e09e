#include "service/trust/jwks.hpp"

#include "fhir/json_text.hpp"

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace service {

namespace urls = boost::urls;
namespace json = boost::json;
using std::chrono::seconds;

namespace {

constexpr seconds least_lifetime = std::chrono::minutes(5);
constexpr seconds most_lifetime = KeyCache::longest_use;
constexpr seconds usual_lifetime = std::chrono::hours(1);

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// A delta-seconds value (RFC 9111, section 1.2.2): a number beyond any use counts as very long.
std::optional<seconds> delta_seconds(std::string_view digits) {
    if (digits.size() >= 2 && digits.front() == '"' && digits.back() == '"')
        digits = digits.substr(1, digits.size() - 2);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc() ? seconds(number) : most_lifetime;
}

}  // namespace

std::string_view name_of(KeySetFault fault) noexcept {
    switch (fault) {
        case KeySetFault::too_large:
            return "too-large";
        case KeySetFault::not_json:
            return "not-json";
        case KeySetFault::no_keys_member:
            return "no-keys-member";
        case KeySetFault::too_many_keys:
            return "too-many-keys";
    }
    return "unknown";
}

boost::system::result<KeySet, KeySetFault> KeySet::parse(std::string_view text) {
    if (text.size() > key_set_bytes_limit) return KeySetFault::too_large;
    const auto set = fhir::parse_json(text);
    if (!set) return KeySetFault::not_json;
    return read(*set);
}

boost::system::result<KeySet, KeySetFault> KeySet::read(const json::value& set) {
    const json::object* object = set.if_object();
    const json::value* keys = object != nullptr ? object->if_contains("keys") : nullptr;
    if (keys == nullptr || !keys->is_array()) return KeySetFault::no_keys_member;
    if (keys->get_array().size() > key_set_keys_limit) return KeySetFault::too_many_keys;

    KeySet result;
    std::size_t index = 0;
    for (const json::value& jwk : keys->get_array()) {
        auto key = VerificationKey::read(jwk);
        const bool repeated = key && std::ranges::any_of(result.keys_, [&](const VerificationKey& other) {
                                  return other.id() == key->id() && other.same_kind(*key);
                              });
        if (key && !repeated) {
            result.keys_.push_back(std::move(*key));
        } else {
            result.unused_.push_back({index, key ? KeyFault::repeated_key_id : key.error()});
        }
        ++index;
    }
    return result;
}

bool KeySet::fits(Algorithm algorithm) const noexcept {
    return std::ranges::any_of(keys_, [algorithm](const VerificationKey& key) { return key.fits(algorithm); });
}

const VerificationKey* KeySet::find(std::string_view id, Algorithm algorithm) const noexcept {
    const auto found =
        std::ranges::find_if(keys_, [&](const VerificationKey& key) { return key.id() == id && key.fits(algorithm); });
    return found == keys_.end() ? nullptr : &*found;
}

seconds key_lifetime(std::string_view cache_control, std::string_view age) {
    std::optional<seconds> lifetime;
    while (!cache_control.empty()) {
        const std::size_t comma = std::min(cache_control.find(','), cache_control.size());
        const std::string_view directive = trimmed(cache_control.substr(0, comma));
        cache_control.remove_prefix(std::min(comma + 1, cache_control.size()));
        const std::size_t equals = std::min(directive.find('='), directive.size());
        const std::string_view name = directive.substr(0, equals);
        if (urls::grammar::ci_is_equal(name, "no-store") || urls::grammar::ci_is_equal(name, "no-cache"))
            return least_lifetime;
        if (urls::grammar::ci_is_equal(name, "max-age") && equals < directive.size()) {
            lifetime = delta_seconds(directive.substr(equals + 1)).value_or(least_lifetime);
        }
    }
    if (!lifetime) return usual_lifetime;
    return std::clamp(*lifetime - delta_seconds(trimmed(age)).value_or(seconds(0)), least_lifetime, most_lifetime);
}

KeyCache::Advice KeyCache::advise(std::string_view key_id, Algorithm algorithm, Clock::time_point now) {
    if (fetching_ && now >= *last_fetch_ + fetch_at_most) failed(fetches_);
    if (set_ && now >= ends_at_) set_.reset();
    const VerificationKey* key = set_ ? set_->find(key_id, algorithm) : nullptr;
    if (key == nullptr) return advise_without_key(now);
    if (now < renew_at_) return {Step::use, *key};
    // A set that has expired is waited for once; while its server fails, the last good one serves without delay.
    const bool waits = now >= expires_at_ && !last_failed_;
    if (fetching_) return waits ? Advice{Step::wait} : Advice{Step::use, *key};
    if (last_renewal_ && now < *last_renewal_ + renew_after) return {Step::use, *key};
    last_renewal_ = now;
    const std::uint64_t fetch = begin_fetch(now);
    return waits ? Advice{Step::fetch, std::nullopt, fetch} : Advice{Step::use_renew, *key, fetch};
}

KeyCache::Advice KeyCache::advise_without_key(Clock::time_point now) noexcept {
    if (fetching_) return {Step::wait};
    if (may_ask(now)) return {Step::fetch, std::nullopt, begin_fetch(now)};
    return {set_ && !last_failed_ ? Step::unknown_key : Step::unavailable};
}

/// Anybody can name an unknown key, so their fetches have a rate of their own, which renewals neither use up nor add
/// to.
bool KeyCache::may_ask(Clock::time_point now) noexcept {
    if (last_failed_ && now < *last_fetch_ + ask_after) return false;
    const Clock::time_point from = std::max(asked_until_, now);
    if (from + ask_after > now + asks_at_once * ask_after) return false;
    asked_until_ = from + ask_after;
    return true;
}

std::uint64_t KeyCache::begin_fetch(Clock::time_point now) noexcept {
    fetching_ = true;
    last_fetch_ = now;
    return ++fetches_;
}

void KeyCache::fetched(std::uint64_t fetch, KeySet set, seconds lifetime, Clock::time_point now) {
    if (!is_under_way(fetch)) return;
    set_ = std::move(set);
    renew_at_ = now + lifetime * 4 / 5;
    expires_at_ = now + lifetime;
    ends_at_ = now + longest_use;
    last_failed_ = false;
    fetching_ = false;
}

void KeyCache::failed(std::uint64_t fetch) noexcept {
    if (!is_under_way(fetch)) return;
    last_failed_ = true;
    fetching_ = false;
}

}  // namespace service
