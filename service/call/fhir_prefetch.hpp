// What the prefetch templates of a service ask for, read from a FHIR server instead of sent along: the values are those
// that an EHR would have put into the request, and take the same way from there.
//
// One round for the templates, a second one for the Medications that their answers only point at (`_include` is no part
// of the queries that EHRs answer; R-078). What could not be had stands there as an OperationOutcome of ours, which
// prefetch reads as "failed", never as "nothing".
#pragma once

#include "rules/program/program.hpp"
#include "service/fhir_access/fhir_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// A template whose answer could not be had, or only its first pages.
struct PrefetchGap {
    rules::PrefetchTemplate asked;
    NotFetched reason = NotFetched::unreachable;
    bool in_part = false;
};

struct FetchedPrefetch {
    boost::json::object values;  ///< one for each template, by its key
    std::vector<PrefetchGap> gaps;
};

/// What is to be read, of whom.
struct PrefetchWanted {
    std::vector<rules::PrefetchTemplate> templates;
    std::string patient_id;  ///< a FHIR id
};

/// Reads all of `wanted` by `deadline`. \param client borrowed until the coroutine completes.
boost::asio::awaitable<FetchedPrefetch> fetch_prefetch(FhirClient& client, FhirGrant grant, PrefetchWanted wanted,
                                                       FhirClient::Clock::time_point deadline);

}  // namespace service
