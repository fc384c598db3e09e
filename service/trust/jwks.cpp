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
constexpr seconds most_lifetime = std::chrono::hours(24);
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

KeyCache::Advice KeyCache::advise(std::string_view key_id, Algorithm algorithm, WallTime now) {
    const VerificationKey* key = set_ ? set_->find(key_id, algorithm) : nullptr;
    if (key == nullptr) {
        if (fetching(now)) return {Step::wait, std::nullopt};
        if (begin_fetch(now)) return {Step::fetch, std::nullopt};
        return {set_ ? Step::unknown_key : Step::unavailable, std::nullopt};
    }
    if (now < renew_at_) return {Step::use, *key};
    // A set that has expired is waited for once; while its server fails, the last good one serves without delay.
    const bool waits = now >= expires_at_ && !last_failed_;
    if (fetching(now)) return waits ? Advice{Step::wait, std::nullopt} : Advice{Step::use, *key};
    if (!begin_fetch(now)) return {Step::use, *key};
    return waits ? Advice{Step::fetch, std::nullopt} : Advice{Step::use_renew, *key};
}

bool KeyCache::begin_fetch(WallTime now) noexcept {
    if (last_attempt_ && now < *last_attempt_ + (set_ ? retry_after : first_retry_after)) return false;
    fetching_since_ = now;
    last_attempt_ = now;
    return true;
}

void KeyCache::fetched(KeySet set, seconds lifetime, WallTime now) {
    set_ = std::move(set);
    renew_at_ = now + lifetime * 4 / 5;
    expires_at_ = now + lifetime;
    last_failed_ = false;
    fetching_since_.reset();
}

void KeyCache::failed() noexcept {
    last_failed_ = true;
    fetching_since_.reset();
}

}  // namespace service
