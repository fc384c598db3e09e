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
        auto advice = with.trust->key_for(candidate, with.now());
        if (!advice) co_return advice.error();
        switch (advice->step) {
            case Step::use:
                co_return std::move(*advice->key);
            case Step::use_renew:
                asio::co_spawn(with.client->executor(), fetch_keys(with, advice->url),
                               [log = with.log](const std::exception_ptr& failure, bool) {
                                   if (failure && log != nullptr) log->write(CallFailed{"key-set", "renewal"});
                               });
                co_return std::move(*advice->key);
            case Step::fetch:
                co_await fetch_keys(with, advice->url);
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

}  // namespace

Fault fault_of(TokenFault fault) noexcept {
    if (fault == TokenFault::keys_unavailable) return Fault::keys_unavailable;
    const bool ours = fault == TokenFault::replay_unknown || fault == TokenFault::too_many_checks;
    return ours ? Fault::overloaded : Fault::unauthenticated;
}

asio::awaitable<result<Caller, TokenFault>> authenticate(Authentication with, std::string_view authorization,
                                                         const TokenUse& use) {
    const auto candidate = with.trust->examine(authorization, use, with.now());
    if (!candidate) co_return candidate.error();
    const auto key = co_await key_of(with, *candidate);
    if (!key) co_return key.error();
    const CheckUnderWay check(with.checks);
    if (!check.may_run()) co_return TokenFault::too_many_checks;
    auto caller = co_await on_pool(with.pool, [&] { return with.trust->admit(*candidate, *key, use, with.now()); });
    co_return caller;
}

asio::awaitable<bool> fetch_keys(Authentication with, std::string url) {
    HttpGet request;
    request.url = url;
    request.accept = "application/jwk-set+json, application/json";
    request.most_bytes = key_set_bytes_limit;
    const auto answer = co_await with.client->get(std::move(request), HttpsClient::Clock::now() + longest_fetch);
    std::string reason;  // empty: all is well
    if (!answer) reason = name_of(answer.error());
    if (answer && answer->status != 200) reason = "status-" + std::to_string(answer->status);
    if (reason.empty()) {
        const auto lifetime = key_lifetime(answer->cache_control, answer->age);
        if (!with.trust->keys_fetched(url, answer->body, lifetime, with.now())) reason = "no-usable-key";
    } else {
        with.trust->keys_failed(url);
    }
    const bool fine = reason.empty();
    if (with.log != nullptr) with.log->write(KeySetFetched{std::move(url), fine, std::move(reason)});
    co_return fine;
}

}  // namespace service
