#include "service/call/fhir_prefetch.hpp"

#include "service/call/fhir_completion.hpp"
#include "service/call/prefetch.hpp"

#include <utility>

namespace service {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

json::object outcome_of(NotFetched reason) {
    json::object issue{{"severity", "error"},
                       {"code", "incomplete"},
                       {"diagnostics", "The FHIR server was asked: " + std::string(name_of(reason)) + "."}};
    return {{"resourceType", "OperationOutcome"}, {"issue", json::array{std::move(issue)}}};
}

json::array* entries_of(json::value& bundle) {
    json::value* entries = bundle.is_object() ? bundle.get_object().if_contains("entry") : nullptr;
    return entries != nullptr ? entries->if_array() : nullptr;
}

std::vector<FhirQuery> medication_queries(const PrefetchWanted& wanted, const FetchedPrefetch& fetched,
                                          std::string_view base) {
    std::vector<FhirQuery> queries;
    rules::PatientIdentity patient(wanted.patient_id);
    learn_patient(&fetched.values, patient);
    for (const rules::PrefetchTemplate& asked : wanted.templates) {
        if (!asked.resource_type.starts_with("Medication")) continue;
        const auto source = read_source(fetched.values.at(asked.key), asked, {wanted.templates, patient, false});
        if (!source) continue;  // another patient's: whoever reads the prefetch refuses it
        for (const std::string& id : medications_missing_from(*source, base)) {
            queries.push_back({asked.key, "Medication/" + id, std::nullopt});
        }
    }
    return queries;
}

/// Those that could not be had stay unresolved, which the rules count and tell.
void add_medications(std::vector<FhirAnswer> answers, FetchedPrefetch& fetched) {
    for (FhirAnswer& answer : answers) {
        json::array* entries = answer.value ? entries_of(fetched.values[answer.key]) : nullptr;
        if (entries == nullptr) continue;
        entries->push_back(
            json::object{{"resource", std::move(*answer.value)}, {"search", json::object{{"mode", "include"}}}});
    }
}

}  // namespace

asio::awaitable<FetchedPrefetch> fetch_prefetch(FhirClient& client, FhirGrant grant, PrefetchWanted wanted,
                                                FhirClient::Clock::time_point deadline) {
    std::vector<FhirQuery> queries;
    for (const rules::PrefetchTemplate& asked : wanted.templates) {
        queries.push_back({asked.key, query_of(asked, wanted.patient_id), std::nullopt});
    }
    std::vector<FhirAnswer> answers = co_await client.fetch(grant, std::move(queries), deadline);
    FetchedPrefetch fetched;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        FhirAnswer& answer = answers[i];
        const auto missed = answer.missed();
        if (missed) fetched.gaps.push_back({wanted.templates[i], *missed, answer.value.has_value()});
        fetched.values[answer.key] = answer.value ? std::move(*answer.value) : outcome_of(answer.value.error());
    }
    std::vector<FhirQuery> medications = medication_queries(wanted, fetched, grant.base);
    if (!medications.empty()) {
        add_medications(co_await client.fetch(std::move(grant), std::move(medications), deadline), fetched);
    }
    co_return fetched;
}

}  // namespace service
