// What prefetch lacks, read from the caller's FHIR server under the caller's token:
// reads and searches in parallel under one deadline, searches page by page below the server's base, sizes limited.
//
// What cannot be had is said by a reason, never by the server's own words. An answer stands for a prefetch value and is
// complete: of a search with a page missing there is no answer. It is held against its question (fhir_question).
// Filtering, over-returning and foreign patients are for whoever interprets prefetch.
#pragma once

#include "service/fhir_access/fhir_grant.hpp"
#include "service/fhir_access/next_page.hpp"
#include "service/out/https_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace service {

class FhirQuestion;

/// Why data is not available.
enum class NotFetched {
    bad_query,      ///< not "Type/id" or "Type?…", or not an address
    not_in_scope,   ///< the token's scopes say so; not asked
    token_expired,  ///< likewise
    refused,        ///< 401 or 403
    not_found,      ///< 404 or 410
    server_error,   ///< 5xx
    other_status,   ///< redirects among them
    not_json,
    other_resource,  ///< not the resource or the Bundle that was asked for, or to another question
    outcome,         ///< an OperationOutcome
    too_many_pages,  ///< or pages that go round in a circle
    other_origin,    ///< the next page is said to lie on another server, or outside of its base
    too_large,
    no_room,  ///< all calls together hold too much of such answers already
    timed_out,
    too_busy,    ///< no connection to the server got free in time
    unreachable  ///< name, address, connection, certificate
};

std::string_view name_of(NotFetched reason) noexcept;

/// One thing to read. `key` is the caller's own.
struct FhirQuery {
    std::string key;
    std::string query;                             ///< "Patient/123" or "Observation?patient=123&…", below the base
    std::optional<boost::json::value> first_page;  ///< of a search, if it is at hand: only the pages after it are read
};

/// What came of it.
struct FhirAnswer {
    std::string key;
    boost::system::result<boost::json::value, NotFetched> value = NotFetched::unreachable;
    std::optional<NotFetched> cut_short;  ///< why a search's later pages are missing: its Bundle keeps a "next" link
    unsigned requests = 0;                ///< that it took
    std::chrono::microseconds took{};     ///< until it was there, or was not

    /// Why it is not there, or not whole.
    std::optional<NotFetched> missed() const { return value ? cut_short : value.error(); }
};

/// Limits of the configuration ("fhir").
struct FhirLimits {
    std::size_t pages = 10;        ///< of one search
    std::size_t bytes = 16777216;  ///< of one call's answers together
};

/// Whose servers are read, and what bounds the memory of all calls that read some.
struct FhirSurroundings {
    std::shared_ptr<const Realm> realm;  ///< null: the one of the HttpsClient
    BodyBudget* all_calls = nullptr;     ///< outlives every call; null: nobody counts
};

class FhirClient {
  public:
    using Clock = HttpsClient::Clock;

    static constexpr std::size_t most_queries = 64;  ///< of one call; what is beyond is bad_query

    /// For one call. \param http  of the same thread; borrowed.
    FhirClient(HttpsClient& http, FhirLimits limits, FhirSurroundings surroundings = {})
        : http_(&http),
          limits_(limits),
          realm_(std::move(surroundings.realm)),
          held_(std::make_shared<HeldAnswers>(limits.bytes, surroundings.all_calls)) {}

    /// What the answers take of the memory for all calls, while it lives: to be kept as long as they are.
    std::shared_ptr<const HeldAnswers> held() const { return held_; }

    /// Reads all of `queries` at once. \returns one answer for each, in their order, no later than `deadline`.
    /// The client must outlive the coroutine.
    boost::asio::awaitable<std::vector<FhirAnswer>> fetch(FhirGrant grant, std::vector<FhirQuery> queries,
                                                          Clock::time_point deadline);

  private:
    struct Call;
    using Value = boost::system::result<boost::json::value, NotFetched>;

    static boost::asio::awaitable<void> answer(std::shared_ptr<Call> call, FhirQuery query, FhirAnswer* into);
    static boost::asio::awaitable<Value> value_of(Call& call, const FhirQuery& query, FhirAnswer* into);
    static boost::asio::awaitable<Value> search(Call& call, const FhirQuestion& question, const FhirQuery& query,
                                                FhirAnswer* into);
    /// The address of the page that `link` means, which is none of `pages`.
    static boost::system::result<std::string, NotFetched> next_address(const Call& call,
                                                                       const std::vector<std::string>& pages,
                                                                       const std::string& link);
    static boost::asio::awaitable<Value> get(Call& call, const FhirQuestion& question, std::string url,
                                             FhirAnswer* into);

    HttpsClient* http_;
    FhirLimits limits_;
    std::shared_ptr<const Realm> realm_;
    std::shared_ptr<HeldAnswers> held_;
};

}  // namespace service
