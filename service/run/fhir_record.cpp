#include "service/run/fhir_record.hpp"

#include "service/call/composed_request.hpp"
#include "service/call/fhir_completion.hpp"
#include "service/call/fhir_prefetch.hpp"
#include "service/call/prefetch.hpp"
#include "service/fhir_access/fetch_advice.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace service {

namespace asio = boost::asio;
using boost::system::result;

namespace {

/// Leave to read the server that the person names: he is the only client, and this is the only server of his.
result<FhirGrant, GrantFault> leave_to_read(const FhirPatient& patient) {
    Client person;
    person.fhir_servers = {patient.url};
    FhirAccess access;
    access.server = patient.url;
    access.patient_id = patient.patient_id;
    access.development = true;
    if (!patient.token.empty()) {
        access.authorization = FhirAuthorization();
        access.authorization->access_token = patient.token;
        access.authorization->token_type = "Bearer";
    }
    return grant_fhir_access(person, access, wall_time());
}

/// Whether another try, another token or another network may help; else the server answers what is no use.
ExitCode code_of(NotFetched reason) {
    switch (reason) {
        case NotFetched::refused:
        case NotFetched::token_expired:
        case NotFetched::not_in_scope:
        case NotFetched::server_error:
        case NotFetched::no_room:
        case NotFetched::timed_out:
        case NotFetched::too_busy:
        case NotFetched::unreachable:
            return ExitCode::environment;
        case NotFetched::bad_query:
        case NotFetched::not_found:
        case NotFetched::other_status:
        case NotFetched::not_json:
        case NotFetched::other_resource:
        case NotFetched::outcome:
        case NotFetched::too_many_pages:
        case NotFetched::other_origin:
        case NotFetched::too_large:
            break;
    }
    return ExitCode::bad_input;
}

std::string advice_on_gap(const PrefetchGap& gap, const FhirGrant& grant) {
    if (gap.reason == NotFetched::refused) {
        return std::string(advice_on(gap.reason)) +
               (grant.access_token.empty() ? ": --token-env NAME gives it a bearer token from the environment"
                                           : ": is the token still good, and does it cover this?");
    }
    if (gap.reason == NotFetched::not_found && gap.asked.resource_type == "Patient") {
        return "it has no patient of this id (404): look at --patient-id, and whether that is the base of its FHIR API";
    }
    return std::string(advice_on(gap.reason));
}

std::string sentence_of(const PrefetchGap& gap, const FhirGrant& grant) {
    return gap.asked.key + " (" + gap.asked.resource_type + ") " + (gap.in_part ? "came in part" : "cannot be had") +
           " from " + grant.base + ": " + advice_on_gap(gap, grant);
}

/// The context of an EHR's call names the encounter; here it is asked for beside the rest.
const rules::PrefetchTemplate encounters{"encounter", "Encounter?patient={{context.patientId}}&_count=200", "Encounter",
                                         false};

/// Takes the Encounters out of what was fetched. \returns the id of the newest.
std::string take_encounter(boost::json::object& fetched, const std::string& patient_id) {
    const boost::json::value received = std::move(fetched[encounters.key]);
    fetched.erase(encounters.key);
    rules::PatientIdentity patient(patient_id);
    learn_patient(&fetched, patient);
    const auto source = read_source(received, encounters, {{}, patient});
    if (!source) return {};
    std::vector<const boost::json::object*> resources;
    for (const fhir::Entry& entry : source->resources) {
        if (entry.resource) resources.push_back(entry.resource);
    }
    return newest_encounter(resources);
}

/// One reading, from its first request to what the person is told.
class Reading {
  public:
    Reading(const FhirPatient& patient, FhirGrant grant, asio::any_io_executor executor,
            std::shared_ptr<asio::ssl::context> tls)
        : patient_(patient),
          grant_(std::move(grant)),
          http_(std::move(executor), std::move(tls), {.development = true, .networks = {}}),
          client_(http_, patient.limits) {}

    asio::awaitable<result<FhirRecord, FhirRefusal>> run(std::vector<rules::PrefetchTemplate> templates) {
        const auto deadline = FhirClient::Clock::now() + patient_.patience;
        templates.push_back(encounters);
        PrefetchWanted wanted{std::move(templates), patient_.patient_id};
        FetchedPrefetch fetched = co_await fetch_prefetch(client_, grant_, std::move(wanted), deadline);
        const auto required = std::ranges::find_if(
            fetched.gaps, [](const PrefetchGap& gap) { return gap.asked.required && !gap.in_part; });
        if (required != fetched.gaps.end()) {
            FhirRefusal refusal{code_of(required->reason), sentence_of(*required, grant_)};
            if (required->reason == NotFetched::unreachable || required->reason == NotFetched::bad_query) {
                const FetchFault fault = co_await what_is_wrong(*required);
                refusal.message = "nothing can be had from " + grant_.base + ": " + std::string(advice_on(fault));
            }
            co_return refusal;
        }
        std::string encounter_id = take_encounter(fetched.values, patient_.patient_id);
        FhirRecord record{std::move(fetched.values), std::move(encounter_id), {}};
        for (const PrefetchGap& gap : fetched.gaps) record.warnings.push_back(sentence_of(gap, grant_));
        co_return record;
    }

  private:
    /// What the FHIR client has one word for has many causes; asked once more, past that client, the server shows
    /// which.
    asio::awaitable<FetchFault> what_is_wrong(const PrefetchGap& gap) {
        constexpr std::chrono::seconds patience(5);
        HttpGet request;
        request.url = grant_.base + "/" + query_of(gap.asked, patient_.patient_id);
        request.bearer = grant_.access_token;
        const auto answer = co_await http_.get(std::move(request), FhirClient::Clock::now() + patience);
        co_return answer ? FetchFault::unreachable : answer.error();
    }

    const FhirPatient& patient_;
    FhirGrant grant_;
    HttpsClient http_;
    FhirClient client_;
};

}  // namespace

result<FhirRecord, FhirRefusal> read_fhir_record(const FhirPatient& patient,
                                                 const std::vector<rules::PrefetchTemplate>& templates) {
    auto grant = leave_to_read(patient);
    if (!grant) {
        return FhirRefusal{ExitCode::usage,
                           "--fhir takes the base of a FHIR API, an http or https URL without user, "
                           "query and fragment, such as https://fhir.example.org/r4"};
    }
    const auto tls = open_client_tls({});
    if (tls == nullptr) return FhirRefusal{ExitCode::environment, "the system's CA certificates cannot be read"};
    asio::io_context io;
    Reading reading(patient, std::move(*grant), io.get_executor(), tls);
    std::optional<result<FhirRecord, FhirRefusal>> outcome;
    asio::co_spawn(io, reading.run(templates),
                   [&](const std::exception_ptr& bug, result<FhirRecord, FhirRefusal> read) {
                       if (bug) std::rethrow_exception(bug);
                       outcome.emplace(std::move(read));
                       io.stop();  // a name that is still being looked up is waited for no longer
                   });
    io.run();
    return std::move(*outcome);
}

}  // namespace service
