// What the prefetch of a call lacks, read from the FHIR server that the call names (CDS Hooks, "Providing FHIR
// Resources to a CDS Service"; R-051 to R-057, R-065 to R-073).
//
// Read is what was not sent, not filled in, or sent in part, and the Medications that prescriptions refer to: first
// what is required, then, of the rest, what may still matter to a rule. For most patients nothing does. What the client
// has reported as failed is not asked for again. What cannot be had stays unavailable, with its reason.
#pragma once

#include "service/call/hook_call.hpp"
#include "service/fhir_access/fhir_client.hpp"
#include "service/observe/log.hpp"

#include <boost/asio/awaitable.hpp>

#include <set>
#include <string>
#include <string_view>

namespace service {

/// Where and how to read.
struct FhirSource {
    FhirGrant grant;
    FhirClient client;
    FhirClient::Clock::time_point deadline;
    Log& log;
};

/// What `asked` asks for about one patient, as an address below the base of a FHIR server: characters that a URL may
/// not hold encoded.
std::string query_of(const rules::PrefetchTemplate& asked, std::string_view patient_id);

/// The ids of the Medications on the server at `base` that resources of `source` refer to, and that it does not hold.
std::set<std::string> medications_missing_from(const rules::SourceData& source, std::string_view base);

/// Whether complete_from_fhir() would ask for a source of `call`.
bool lacks_sources(const HookCall& call);

/// Reads what `call` lacks and may need at the instant `at`; afterwards call.sources hold it, or why it could not be
/// had. `call` is borrowed.
boost::asio::awaitable<void> complete_from_fhir(HookCall& call, FhirSource source, ClinicalTime at);

}  // namespace service
