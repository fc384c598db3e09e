#include "service/trust/authenticate.hpp"

#include "service/base/on_pool.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace service {

namespace asio = boost::asio;
using boost::system::result;
using Step = KeyCache::Step;

namespace {

constexpr std::chrono::seconds longest_fetch{2};
constexpr std::chrono::milliseconds between_looks{10};
constexpr int most_looks = 250;  ///< of a call that waits for another one's fetch: two and a half seconds

/// Counted among the checks while it lives.
class CheckUnderWay {
  public:
    explicit CheckUnderWay(std::atomic<std::size_t>* checks) : checks_(checks) {
        if (checks_ != nullptr) others_ = checks_->fetch_add(1);
    }
    ~CheckUnderWay() {
        if (checks_ != nullptr) checks_->fetch_sub(1);
    }
    CheckUnderWay(const CheckUnderWay&) = delete;
    CheckUnderWay& operator=(const CheckUnderWay&) = delete;

    bool may_run() const noexcept { return others_ < most_checks; }

  private:
    std::atomic<std::size_t>* checks_;
    std::size_t others_ = 0;
};

/// The candidate's key, once it is at hand.
asio::awaitable<result<VerificationKey, TokenFault>> key_of(Authentication with, const Candidate& candidate) {
    asio::steady_timer pause(with.client->executor());
    for (int look = 0; look < most_looks; ++look) {
        auto advice = with.trust->key_for(candidate, with.ticks());
        if (!advice) co_return advice.error();
        switch (advice->step) {
            case Step::use:
                co_return std::move(*advice->key);
            case Step::use_renew:
                asio::co_spawn(with.client->executor(), fetch_keys(with, std::move(advice->fetch)),
                               [log = with.log](const std::exception_ptr& failure) {
                                   if (failure && log != nullptr) log->write(CallFailed{"key-set", "renewal"});
                               });
                co_return std::move(*advice->key);
            case Step::fetch:
                co_await fetch_keys(with, std::move(advice->fetch));
                break;
            case Step::wait:
                pause.expires_after(between_looks);
                co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
                break;
            case Step::unknown_key:
                co_return TokenFault::unknown_key;
            case Step::unavailable:
                co_return TokenFault::keys_unavailable;
        }
    }
    co_return TokenFault::keys_unavailable;
}

/// The candidate that the token makes, once its signature was found good.
asio::awaitable<result<Candidate, TokenFault>> prove(Authentication with, std::string_view authorization,
                                                     const TokenUse& use) {
    auto candidate = with.trust->examine(authorization, use, with.now());
    if (!candidate) co_return candidate.error();
    const auto key = co_await key_of(with, *candidate);
    if (!key) co_return key.error();
    const CheckUnderWay check(with.checks);
    if (!check.may_run()) co_return TokenFault::too_many_checks;
    const auto fault = co_await on_pool(with.pool, [&] { return Trust::signature_fault(*candidate, *key); });
    if (fault) co_return *fault;
    co_return std::move(*candidate);
}

/// What the memory of tokens seen says, if it says it in time.
asio::awaitable<std::optional<TokenFault>> check_replay(Authentication with, SingleUse once) {
    // Everything by value: the memory may answer when nobody waits any longer.
    auto ask = [trust = with.trust, once = std::move(once), now = with.now] {
        return trust->replay_fault(once, now());
    };
    const auto answer =
        co_await with.store_calls->run(std::move(ask), BlockingCalls::Clock::now() + longest_store_wait);
    if (!answer) co_return TokenFault::replay_unknown;
    co_return *answer;
}

}  // namespace

Fault fault_of(TokenFault fault) noexcept {
    if (fault == TokenFault::keys_unavailable) return Fault::keys_unavailable;
    if (fault == TokenFault::too_many_requests) return Fault::too_many_requests;
    if (fault == TokenFault::replay_unknown) return Fault::store_unavailable;
    return fault == TokenFault::too_many_checks ? Fault::overloaded : Fault::unauthenticated;
}

asio::awaitable<result<Caller, TokenFault>> authenticate(Authentication with, std::string_view authorization,
                                                         const TokenUse& use) {
    auto proven = co_await prove(with, authorization, use);
    if (!proven) {
        const bool may_be_told = with.rates == nullptr || with.rates->admit_stranger(with.ticks());
        co_return may_be_told ? proven.error() : TokenFault::too_many_requests;
    }
    const Client& client = *proven->client;
    if (with.rates != nullptr && !with.rates->admit(client.issuer, with.ticks())) {
        co_return TokenFault::too_many_requests;
    }
    Caller caller{proven->client};
    if (client.replay == ReplayPolicy::same_body) {
        caller.by_body = std::move(*proven);
        co_return caller;
    }
    auto once = Trust::single_use(*proven, use);
    if (once) {
        const auto fault = co_await check_replay(with, std::move(*once));
        if (fault) co_return *fault;
    }
    co_return caller;
}

asio::awaitable<std::optional<TokenFault>> spend_on_body(Authentication with, const Caller& caller,
                                                         const TokenUse& use) {
    if (!caller.by_body) co_return std::nullopt;
    auto once = co_await on_pool(with.pool, [&] { return Trust::single_use(*caller.by_body, use); });
    if (!once) co_return std::nullopt;
    const auto fault = co_await check_replay(with, std::move(*once));
    co_return fault;
}

asio::awaitable<void> fetch_keys(Authentication with, KeyFetch fetch) {
    HttpGet request;
    request.url = fetch.url;
    request.accept = "application/jwk-set+json, application/json";
    request.most_bytes = key_set_bytes_limit;
    request.alone = true;  // nothing that another answer left on a connection may become a key
    const auto answer = co_await with.client->get(std::move(request), HttpsClient::Clock::now() + longest_fetch);
    std::string why_not;  // empty: it is a key set
    if (!answer) why_not = name_of(answer.error());
    if (answer && answer->status != 200) why_not = "status-" + std::to_string(answer->status);
    bool usable = false;
    if (why_not.empty()) {
        const auto lifetime = key_lifetime(answer->cache_control, answer->age);
        const auto keys = with.trust->keys_fetched(fetch, answer->body, lifetime, with.ticks());
        if (!keys) why_not = name_of(keys.error());
        usable = keys && *keys > 0;
    } else {
        with.trust->keys_failed(fetch);
    }
    if (with.log == nullptr) co_return;
    const bool fine = why_not.empty();
    // A set without a key is an answer all the same; whoever looks for the cause of a 401 finds it here.
    if (fine && !usable) why_not = "no-usable-key";
    with.log->write(KeySetFetched{std::move(fetch.url), fine, std::move(why_not)});
}

}  // namespace service
