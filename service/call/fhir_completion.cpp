#include "service/call/fhir_completion.hpp"

#include "fhir/json_text.hpp"
#include "fhir/member.hpp"
#include "fhir/reference.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/grammar/lut_chars.hpp>
#include <boost/url/rfc/pchars.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

using rules::Unavailable;

bool worth_asking(const std::optional<Unavailable>& unavailable) {
    if (!unavailable) return false;
    switch (*unavailable) {
        case Unavailable::not_sent:
        case Unavailable::incomplete:
        case Unavailable::unresolved:
        case Unavailable::wrong_type:
            return true;
        case Unavailable::failed:
        case Unavailable::refused:
        case Unavailable::not_found:
        case Unavailable::late:
        case Unavailable::server_error:
        case Unavailable::other_patient:
        case Unavailable::not_provided:
        case Unavailable::doubtful:
            break;
    }
    return false;
}

/// What an answer that did not come means for its source.
Unavailable reason_of(NotFetched reason) {
    switch (reason) {
        case NotFetched::not_in_scope:
        case NotFetched::token_expired:
        case NotFetched::refused:
            return Unavailable::refused;
        case NotFetched::not_found:
            return Unavailable::not_found;
        case NotFetched::timed_out:
        case NotFetched::too_busy:
            return Unavailable::late;
        case NotFetched::too_many_pages:
        case NotFetched::too_large:
        case NotFetched::no_room:
            return Unavailable::incomplete;
        case NotFetched::bad_query:
        case NotFetched::server_error:
        case NotFetched::other_status:
        case NotFetched::not_json:
        case NotFetched::other_resource:
        case NotFetched::outcome:
        case NotFetched::other_origin:
        case NotFetched::unreachable:
            break;
    }
    return Unavailable::server_error;
}

/// What was sent of a search, if the rest of it can be had page by page.
std::optional<json::value> first_page(const HookRequest& request, const std::string& key) {
    const json::value* sent = request.prefetch == nullptr ? nullptr : request.prefetch->if_contains(key);
    if (sent == nullptr || !has_next_page(*sent)) return std::nullopt;
    return json::value(*sent, json::storage_ptr());  // pages are added to it: a copy outside of the request's memory
}

using Keys = std::vector<std::string>;

bool is_among(const Keys& keys, const std::string& key) {
    return std::ranges::find(keys, key) != keys.end();
}

Keys required_keys(const HookCall& call) {
    Keys keys;
    for (const rules::PrefetchTemplate& asked : call.service->offered.prefetch) {
        if (asked.required) keys.push_back(asked.key);
    }
    return keys;
}

/// What is to be asked for of `wanted`.
std::vector<FhirQuery> queries_of(const HookCall& call, const Keys& wanted) {
    std::vector<FhirQuery> queries;
    for (const rules::PrefetchTemplate& asked : call.service->offered.prefetch) {
        const auto source = call.sources.find(asked.key);
        if (source == call.sources.end() || !is_among(wanted, asked.key)) continue;
        if (!worth_asking(source->second.unavailable)) continue;
        // The further pages of a query that was not ours, because a token in it was not resolved, are not ours either.
        const bool goes_on = source->second.unavailable == Unavailable::incomplete;
        rules::PrefetchTemplate taken = asked;
        taken.query = without_refused(*call.profile, asked.resource_type, std::move(taken.query));
        queries.push_back({asked.key, query_of(taken, call.request.patient_id),
                           goes_on ? first_page(call.request, asked.key) : std::nullopt});
    }
    return queries;
}

const rules::PrefetchTemplate& template_of(const HookCall& call, const std::string& key) {
    return *std::ranges::find(call.service->offered.prefetch, key, &rules::PrefetchTemplate::key);
}

boost::asio::awaitable<std::vector<FhirAnswer>> fetch(HookCall& call, FhirSource& source,
                                                      std::vector<FhirQuery> queries) {
    call.held = source.client.held();
    auto answers = co_await source.client.fetch(source.grant, std::move(queries), source.deadline);
    for (const FhirAnswer& answer : answers) {
        const auto missed = answer.missed();
        const std::string_view outcome = missed ? name_of(*missed) : "fetched";
        source.log.write(FhirFetched{answer.key, outcome, answer.requests, answer.took});
        if (answer.took > call.slowest_query.took) call.slowest_query = {answer.key, answer.took};
    }
    co_return answers;
}

/// An answer takes the place of what was sent. Another patient's data is the server's fault, and is not used. Where no
/// answer came, what was sent in part still counts.
void put(FhirAnswer answer, HookCall& call, Log& log) {
    rules::SourceData& source = call.sources[answer.key];
    std::vector<fhir::Entry> left_out = std::move(source.left_out);  // of drafts
    if (!answer.value) {
        if (source.resources.empty()) source = {{}, reason_of(answer.value.error())};
        source.left_out = std::move(left_out);
        return;
    }
    const json::value& kept = call.fetched.emplace_back(std::move(*answer.value));
    const rules::PrefetchTemplate& asked = template_of(call, answer.key);
    const bool is_patient = asked.resource_type == "Patient" && kept.is_object();
    if (is_patient) call.request.patient.learn(kept.get_object());
    auto read = read_source(kept, asked, {call.service->offered.prefetch, call.request.patient, false});
    // What is required is logged where it is missed.
    if (!read && !asked.required)
        log.write(SourceMissing{"prefetch." + answer.key, name_of(Unavailable::other_patient)});
    source = read ? std::move(*read) : rules::SourceData{{}, Unavailable::other_patient};
    std::ranges::move(left_out, std::back_inserter(source.left_out));
}

boost::asio::awaitable<void> complete(HookCall& call, FhirSource& source, const Keys& wanted) {
    std::vector<FhirQuery> queries = queries_of(call, wanted);
    if (queries.empty()) co_return;
    auto answers = co_await fetch(call, source, std::move(queries));
    for (FhirAnswer& answer : answers) put(std::move(answer), call, source.log);
}

boost::asio::awaitable<void> add_medications(HookCall& call, FhirSource& source, const Keys& wanted) {
    std::vector<FhirQuery> queries;
    for (const rules::PrefetchTemplate& asked : call.service->offered.prefetch) {
        if (!asked.resource_type.starts_with("Medication") || !is_among(wanted, asked.key)) continue;
        for (const std::string& id : medications_missing_from(call.sources[asked.key], source.grant.base)) {
            queries.push_back({asked.key, "Medication/" + id, std::nullopt});
        }
    }
    if (queries.empty()) co_return;
    auto answers = co_await fetch(call, source, std::move(queries));
    for (FhirAnswer& answer : answers) {
        if (!answer.value) continue;  // the rules say which reference nothing resolves
        const json::value& kept = call.fetched.emplace_back(std::move(*answer.value));
        call.sources[answer.key].resources.push_back(fhir::entry_of(kept.get_object()));
    }
}

}  // namespace

std::string query_of(const rules::PrefetchTemplate& asked, std::string_view patient_id) {
    constexpr std::string_view token = "{{context.patientId}}";
    std::string query = asked.query;
    if (const auto at = query.find(token); at != std::string::npos) query.replace(at, token.size(), patient_id);
    // A "+" is one in a code, and a blank to a server that reads the query as a form.
    using boost::urls::grammar::lut_chars;
    return boost::urls::encode(query, boost::urls::pchars - lut_chars('+') + lut_chars("/?"));
}

std::set<std::string> medications_missing_from(const rules::SourceData& source, std::string_view base) {
    std::set<std::string> missing, there;
    for (const fhir::Entry& entry : source.resources) {
        const bool is_here = entry.full_url.empty() || entry.full_url.starts_with(base);
        if (entry.type == "Medication" && is_here) there.emplace(entry.id);
        const json::value* member = entry.resource ? entry.resource->if_contains("medicationReference") : nullptr;
        if (member == nullptr || !member->is_object()) continue;
        const std::string_view url = fhir::member_text(member->get_object(), "reference");
        const fhir::Reference reference = fhir::parse_reference(url);
        const bool on_server = reference.kind == fhir::ReferenceKind::relative ||
                               (url.starts_with(base) && url.substr(base.size()).starts_with("/Medication/"));
        if (on_server && reference.type == "Medication") missing.emplace(reference.id);
    }
    for (const std::string& id : there) missing.erase(id);
    return missing;
}

bool lacks_sources(const HookCall& call) {
    return std::ranges::any_of(call.sources,
                               [](const auto& source) { return worth_asking(source.second.unavailable); });
}

boost::asio::awaitable<void> complete_from_fhir(HookCall& call, FhirSource source, ClinicalTime at) {
    co_await complete(call, source, required_keys(call));
    if (missing_sources(call.sources, call.service->offered.prefetch)) co_return;  // no answer but 412
    const Keys wanted = sources_that_matter(call, at);
    if (wanted.empty()) co_return;
    co_await complete(call, source, wanted);
    co_await add_medications(call, source, wanted);
}

}  // namespace service
