// Who may call: the clients of the configuration, held against a token (CDS Hooks, "Security and Safety"; R-130 to
//
//
// The checks come in the order of R-139: issuer, algorithm, audience, times, tenant, key, signature, replay; the first
// that fails is the answer, for the log alone. No network and no clock: times are arguments, key sets are fetched by
// the caller (authenticate.hpp). One Trust serves all threads; a reload makes a new one.
#pragma once

#include "service/clients/client_profile.hpp"
#include "service/store/replay.hpp"
#include "service/store/store.hpp"
#include "service/trust/jwks.hpp"
#include "service/trust/jwt.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// How often one token may be used.
enum class ReplayPolicy {
    strict,     ///< once
    same_body,  ///< once for one method, path and body: some clients send one token with several bodies (R-141)
    off
};

/// One client of the configuration ("clients[]").
struct Client {
    std::string name;    ///< ours, for the log
    std::string issuer;  ///< `iss`, exactly

    KeySet keys;                         ///< exchanged beforehand: "jwks" or "jwksFile"
    std::optional<std::string> keys_at;  ///< exchanged beforehand: "jwksUrl"
    std::vector<std::string> key_urls;   ///< "jku" that its tokens may name

    std::vector<std::string> tenants;  ///< empty: any, or none
    std::vector<Algorithm> algorithms = {Algorithm::es384, Algorithm::rs384};
    std::vector<std::string> audience;  ///< further values of `aud` that mean this service, compared exactly
    TokenTimes times;
    ReplayPolicy replay = ReplayPolicy::strict;

    std::optional<std::string> client_id;   ///< that `fhirAuthorization.subject` must be; absent: not looked at
    std::vector<std::string> fhir_servers;  ///< base URLs that its requests may name
    std::filesystem::path fhir_ca;          ///< that these servers are trusted by besides; may be empty
    const ClientProfile* profile = &client::version_2_0;
    bool strict = false;                   ///< optional members sent empty are refused (R-006)
    std::vector<Reason> own_reasons = {};  ///< why its users override cards, beside the reasons that we offer
};

/// What a token is used for. `endpoints` are the addresses by which clients may call this endpoint, normalized (see
/// endpoint_addresses).
struct TokenUse {
    std::vector<std::string> endpoints;
    std::string_view method;  ///< a literal
    std::string path;
    std::string_view body = {};  ///< as received, borrowed; only looked at under ReplayPolicy::same_body
};

/// The addresses of the endpoint at `path` under each of `public_urls`, normalized. For ".../feedback" the address of
/// the service itself counts too.
std::vector<std::string> endpoint_addresses(const std::vector<std::string>& public_urls, std::string_view path);

/// Who a token says it comes from, for the log. Not proven.
struct Claimed {
    std::string client;         ///< the name that the configuration gives to its issuer; empty: none
    std::string issuer_digest;  ///< SHA-256 of an issuer that has none: what a stranger writes is not for the log
};

/// A token on its way through the checks. What it says is not proven before signature_fault() has found none.
struct Candidate {
    std::shared_ptr<const Client> client;
    Token token;
};

/// A caller who has proven to be a client.
struct Caller {
    std::shared_ptr<const Client> client;
    std::optional<Candidate> by_body = std::nullopt;  ///< under ReplayPolicy::same_body: what is not spent yet
};

/// A use of a token that may not come again.
struct SingleUse {
    std::string digest;  ///< of all that makes it the same use
    WallTime until{};    ///< by then the token is refused for its age
};

/// A fetch of a key set that somebody has taken upon himself. What it brings is for this address and for no other.
struct KeyFetch {
    std::string url;
    std::uint64_t number = 0;
};

/// The clients and their keys.
class Trust {
  public:
    /// \param clients  with one issuer each.
    /// \param replay   borrowed; lives as long as this does.
    /// \param before   what was trusted until now: key sets behind URLs that are still in use are shared with it. Null:
    ///                 none.
    Trust(std::vector<Client> clients, ReplayMemory& replay, const Trust* before = nullptr);

    /// Whether the calls of every client need the memory of tokens seen.
    bool all_need_replay_memory() const;

    /// Who a token that was refused says it comes from.
    Claimed claimed_by(std::string_view authorization) const;

    /// The checks that need no key: everything before the signature, in order. Cheap.
    boost::system::result<Candidate, TokenFault> examine(std::string_view authorization, const TokenUse& use,
                                                         WallTime now) const;

    /// What to do to get the candidate's key, and from where.
    struct KeyAdvice {
        KeyCache::Step step = KeyCache::Step::unknown_key;
        KeyFetch fetch;  ///< what to fetch, on fetch and use_renew
        std::optional<VerificationKey> key;
    };
    boost::system::result<KeyAdvice, TokenFault> key_for(const Candidate& candidate, KeyCache::Clock::time_point now);

    /// What the fetch that key_for() asked for brought. \returns how many keys of it can be used: none is an answer.
    boost::system::result<std::size_t, KeySetFault> keys_fetched(const KeyFetch& fetch, std::string_view body,
                                                                 std::chrono::seconds lifetime,
                                                                 KeyCache::Clock::time_point now);
    void keys_failed(const KeyFetch& fetch);

    /// What is wrong with the signature. Up to a millisecond of computing: run it on a pool.
    static std::optional<TokenFault> signature_fault(const Candidate& candidate, const VerificationKey& key);

    /// The use that may not come again; nothing where the client's tokens may be used any number of times. Under
    /// ReplayPolicy::same_body it computes over the body: likewise.
    static std::optional<SingleUse> single_use(const Candidate& candidate, const TokenUse& use);

    /// Whether `once` is a replay: the last check. It blocks where the memory is a store: run it among blocking calls.
    std::optional<TokenFault> replay_fault(const SingleUse& once, WallTime now) const;

  private:
    /// Shared with the Trust of the next configuration: the last good set outlives a reload.
    struct SharedCache {
        std::mutex mutex;
        KeyCache cache;
    };

    void add_cache(const std::string& url, const Trust* before);

    std::map<std::string, std::shared_ptr<const Client>, std::less<>> clients_;  ///< by issuer
    ReplayMemory* replay_;
    std::map<std::string, std::shared_ptr<SharedCache>> caches_;  ///< by URL; every URL of the configuration, no other
};

}  // namespace service
