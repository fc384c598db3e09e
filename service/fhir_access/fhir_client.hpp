// What prefetch lacks, read from the caller's FHIR server under the caller's token:
// reads and searches in parallel under one deadline, searches page by page on the same origin, sizes limited.
//
// What cannot be had is said by a reason, never by the server's own words. An answer stands for a prefetch value and is
// complete: of a search with a page missing there is no answer. Filtering, over-returning and foreign patients are for
// whoever interprets prefetch.
#pragma once

#include "service/fhir_access/fhir_grant.hpp"
#include "service/out/https_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// Why data is not available.
enum class Unavailable {
    bad_query,      ///< not "Type/id" or "Type?…", or not an address
    not_in_scope,   ///< the token's scopes say so; not asked
    token_expired,  ///< likewise
    refused,        ///< 401 or 403
    not_found,      ///< 404 or 410
    server_error,   ///< 5xx
    other_status,   ///< redirects among them
    not_json,
    other_resource,  ///< not the resource or the Bundle that was asked for
    outcome,         ///< an OperationOutcome
    too_many_pages,
    other_origin,  ///< the next page is said to lie on another server
    too_large,
    timed_out,
    unreachable  ///< name, address, connection, certificate
};

std::string_view name_of(Unavailable reason) noexcept;

/// One thing to read. `key` is the caller's own.
struct FhirQuery {
    std::string key;
    std::string query;                             ///< "Patient/123" or "Observation?patient=123&…", below the base
    std::optional<boost::json::value> first_page;  ///< of a search, if it is at hand: only the pages after it are read
};

/// What came of it.
struct FhirAnswer {
    std::string key;
    boost::system::result<boost::json::value, Unavailable> value = Unavailable::unreachable;
    unsigned requests = 0;  ///< that it took
};

/// Limits of the configuration ("fhir").
struct FhirLimits {
    std::size_t pages = 10;        ///< of one search
    std::size_t bytes = 16777216;  ///< of one call's answers together
};

/// Whether a Bundle says that there is more of it than it holds.
bool has_next_page(const boost::json::value& bundle);

class FhirClient {
  public:
    using Clock = HttpsClient::Clock;

    static constexpr std::size_t most_queries = 64;  ///< of one call; what is beyond is bad_query

    /// \param http  of the same thread; borrowed.
    FhirClient(HttpsClient& http, FhirLimits limits) : http_(&http), limits_(limits) {}

    /// Reads all of `queries` at once. \returns one answer for each, in their order, no later than `deadline`.
    /// The client must outlive the coroutine.
    boost::asio::awaitable<std::vector<FhirAnswer>> fetch(FhirGrant grant, std::vector<FhirQuery> queries,
                                                          Clock::time_point deadline);

  private:
    struct Call;
    using Value = boost::system::result<boost::json::value, Unavailable>;

    static boost::asio::awaitable<void> answer(std::shared_ptr<Call> call, FhirQuery query, FhirAnswer* into);
    static boost::asio::awaitable<Value> search(std::shared_ptr<Call> call, const FhirQuery& query, FhirAnswer* into);
    static boost::asio::awaitable<Value> get(std::shared_ptr<Call> call, std::string url, FhirAnswer* into);

    HttpsClient* http_;
    FhirLimits limits_;
};

}  // namespace service
