#include "service/trust/trust.hpp"

#include "service/base/sha256.hpp"

#include <algorithm>
#include <utility>

namespace service {

namespace {

bool holds(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

bool meant_for_us(const Token& token, const Client& client, const std::vector<std::string>& endpoints) {
    return audience_names(token, endpoints) ||
           std::ranges::any_of(token.audience, [&](const std::string& name) { return holds(client.audience, name); });
}

bool tenant_allowed(const Token& token, const Client& client) {
    return client.tenants.empty() || (token.tenant && holds(client.tenants, *token.tenant));
}

/// The one key set that the token's key may be in besides those exchanged beforehand; nothing if there is none.
std::optional<std::string> key_url_for(const Token& token, const Client& client) {
    if (token.key_url && holds(client.key_urls, *token.key_url)) return token.key_url;
    if (client.keys_at) return client.keys_at;
    if (client.keys.empty() && !client.key_urls.empty()) return client.key_urls.front();
    return std::nullopt;
}

/// What the replay memory remembers. Digests of one length, so that no part can run into the next.
std::string replay_digest(const Client& client, const Token& token, const TokenUse& use) {
    std::string parts = sha256_hex(client.issuer) + sha256_hex(token.id);
    if (client.replay == ReplayPolicy::same_body) {
        parts += sha256_hex(use.method) + sha256_hex(use.path) + sha256_hex(use.body);
    }
    return sha256_hex(parts);
}

}  // namespace

std::vector<std::string> endpoint_addresses(const std::vector<std::string>& public_urls, std::string_view path) {
    constexpr std::string_view feedback = "/feedback";
    std::vector<std::string> addresses;
    for (std::string base : public_urls) {
        while (base.ends_with('/')) base.pop_back();
        if (auto address = normalized_url(base + std::string(path))) addresses.push_back(std::move(*address));
        if (!path.ends_with(feedback)) continue;
        if (auto of_service = normalized_url(base + std::string(path.substr(0, path.size() - feedback.size())))) {
            addresses.push_back(std::move(*of_service));
        }
    }
    return addresses;
}

Trust::Trust(std::vector<Client> clients, ReplayMemory& replay, const Trust* before) : replay_(&replay) {
    for (Client& client : clients) {
        if (client.keys_at) add_cache(*client.keys_at, before);
        for (const std::string& url : client.key_urls) add_cache(url, before);
        std::string issuer = client.issuer;
        clients_.insert_or_assign(std::move(issuer), std::make_shared<const Client>(std::move(client)));
    }
}

void Trust::add_cache(const std::string& url, const Trust* before) {
    std::shared_ptr<SharedCache>& cache = caches_[url];
    if (cache != nullptr) return;
    const bool known = before != nullptr && before->caches_.contains(url);
    cache = known ? before->caches_.at(url) : std::make_shared<SharedCache>();
}

bool Trust::all_need_replay_memory() const {
    return std::ranges::none_of(clients_, [](const auto& entry) { return entry.second->replay == ReplayPolicy::off; });
}

Claimed Trust::claimed_by(std::string_view authorization) const {
    const auto compact = bearer_token(authorization);
    if (!compact) return {};
    const auto token = parse_token(*compact);
    if (!token) return {};
    const auto found = clients_.find(token->issuer);
    if (found == clients_.end()) return {{}, sha256_hex(token->issuer)};
    return {found->second->name, {}};
}

boost::system::result<Candidate, TokenFault> Trust::examine(std::string_view authorization, const TokenUse& use,
                                                            WallTime now) const {
    const auto compact = bearer_token(authorization);
    if (!compact) return compact.error();
    auto token = parse_token(*compact);
    if (!token) return token.error();
    const auto found = clients_.find(token->issuer);
    if (found == clients_.end()) return TokenFault::unknown_issuer;
    const Client& client = *found->second;
    if (std::ranges::find(client.algorithms, token->algorithm) == client.algorithms.end()) {
        return TokenFault::algorithm_not_allowed;
    }
    if (!meant_for_us(*token, client, use.endpoints)) return TokenFault::wrong_audience;
    if (const auto fault = check_times(*token, client.times, now)) return *fault;
    if (!tenant_allowed(*token, client)) return TokenFault::unknown_tenant;
    return Candidate{found->second, std::move(*token)};
}

boost::system::result<Trust::KeyAdvice, TokenFault> Trust::key_for(const Candidate& candidate,
                                                                   KeyCache::Clock::time_point now) {
    const Client& client = *candidate.client;
    const Token& token = candidate.token;
    if (token.key_url && !client.key_urls.empty() && !holds(client.key_urls, *token.key_url)) {
        return TokenFault::key_url_not_allowed;
    }
    if (const VerificationKey* key = client.keys.find(token.key_id, token.algorithm)) {
        return KeyAdvice{KeyCache::Step::use, {}, *key};
    }
    const auto url = key_url_for(token, client);
    if (!url) return TokenFault::unknown_key;
    SharedCache& shared = *caches_.at(*url);
    const std::lock_guard lock(shared.mutex);
    KeyCache::Advice advice = shared.cache.advise(token.key_id, token.algorithm, now);
    if (advice.step == KeyCache::Step::unknown_key) return TokenFault::unknown_key;
    if (advice.step == KeyCache::Step::unavailable) return TokenFault::keys_unavailable;
    return KeyAdvice{advice.step, {*url, advice.fetch}, std::move(advice.key)};
}

boost::system::result<std::size_t, KeySetFault> Trust::keys_fetched(const KeyFetch& fetch, std::string_view body,
                                                                    std::chrono::seconds lifetime,
                                                                    KeyCache::Clock::time_point now) {
    auto set = KeySet::parse(body);
    if (!set) {
        keys_failed(fetch);
        return set.error();
    }
    const std::size_t usable = set->size();
    SharedCache& shared = *caches_.at(fetch.url);
    const std::lock_guard lock(shared.mutex);
    shared.cache.fetched(fetch.number, std::move(*set), lifetime, now);
    return usable;
}

void Trust::keys_failed(const KeyFetch& fetch) {
    SharedCache& shared = *caches_.at(fetch.url);
    const std::lock_guard lock(shared.mutex);
    shared.cache.failed(fetch.number);
}

std::optional<TokenFault> Trust::signature_fault(const Candidate& candidate, const VerificationKey& key) {
    const Token& token = candidate.token;
    if (!key.fits(token.algorithm) || !key.verifies(token.algorithm, token.compact)) return TokenFault::bad_signature;
    return std::nullopt;
}

std::optional<SingleUse> Trust::single_use(const Candidate& candidate, const TokenUse& use) {
    const Client& client = *candidate.client;
    if (client.replay == ReplayPolicy::off) return std::nullopt;
    return SingleUse{replay_digest(client, candidate.token, use), candidate.token.expires + client.times.skew};
}

std::optional<TokenFault> Trust::replay_fault(const SingleUse& once, WallTime now) const {
    switch (replay_->remember(once.digest, once.until, now)) {
        case Seen::first_time:
            return std::nullopt;
        case Seen::before:
            return TokenFault::replayed;
        case Seen::unknown:
            break;
    }
    return TokenFault::replay_unknown;
}

}  // namespace service
