#include "service/http/problem.hpp"

#include "service/http/media_type.hpp"

#include <array>
#include <cstddef>

namespace service {

namespace json = boost::json;

namespace {

struct Meaning {
    Fault fault;
    FaultMeaning means;
    /// Good JSON that is not what CDS Hooks asks for (Da Vinci CRD 2.0.1). Another patient's data stays a bad request.
    bool is_unprocessable = false;
};
constexpr bool unprocessable = true;

/// In the order of Fault, all of them.
constexpr std::array meanings = {
    Meaning{Fault::bad_http, {400, "bad-http", "structure", "The request is not valid HTTP/1.1."}},
    Meaning{Fault::expectation_failed,
            {417, "expectation-failed", "not-supported", "The only expectation that is met is 100-continue."}},
    Meaning{Fault::header_too_large, {431, "header-too-large", "too-long", "The header of the request is too large."}},
    Meaning{Fault::target_too_long, {414, "target-too-long", "too-long", "The address of the request is too long."}},
    Meaning{Fault::request_timeout, {408, "request-timeout", "timeout", "The request did not arrive in time."}},
    Meaning{Fault::length_required, {411, "length-required", "required", "The request needs a Content-Length."}},
    Meaning{Fault::body_too_large, {413, "body-too-large", "too-long", "The body of the request is too large."}},
    Meaning{Fault::unknown_path, {404, "unknown-path", "not-found", "There is nothing at this address."}},
    Meaning{Fault::method_not_allowed,
            {405, "method-not-allowed", "not-supported", "This address does not take this method."}},
    Meaning{Fault::not_acceptable,
            {406, "not-acceptable", "not-supported", "The answer is JSON, which the Accept header excludes."}},
    Meaning{Fault::unsupported_media_type,
            {415, "unsupported-media-type", "not-supported", "The body must be application/json in UTF-8."}},
    Meaning{Fault::unsupported_encoding,
            {415, "unsupported-encoding", "not-supported", "The body must not be compressed."}},
    Meaning{Fault::unauthenticated, {401, "unauthenticated", "login", ""}},
    Meaning{Fault::forbidden,
            {403, "forbidden", "forbidden", "This client may not use the FHIR server or token that it names."}},
    Meaning{Fault::unknown_service, {404, "unknown-service", "not-found", "There is no CDS service of this id."}},
    Meaning{Fault::feedback_not_offered,
            {404, "feedback-not-offered", "not-found", "This service does not take feedback."}},
    Meaning{Fault::not_json, {400, "not-json", "structure", "The body is not JSON (RFC 8259, UTF-8)."}},
    Meaning{Fault::duplicate_member,
            {400, "duplicate-member", "structure", "An object of the body has two members of one name."}},
    Meaning{Fault::too_deep, {400, "too-deep", "too-long", "The body is nested too deeply."}},
    Meaning{Fault::too_many_values,
            {400, "too-many-values", "too-long", "The body holds too many values, or too long a number."}},
    Meaning{Fault::member_missing, {400, "member-missing", "required", "A required member is missing."}, unprocessable},
    Meaning{Fault::member_empty,
            {400, "member-empty", "required", "A member is null or empty, which CDS Hooks does not allow."},
            unprocessable},
    Meaning{Fault::wrong_type, {400, "wrong-type", "structure", "A member has the wrong JSON type."}, unprocessable},
    Meaning{Fault::bad_value,
            {400, "bad-value", "value", "A member has a value that CDS Hooks does not allow."},
            unprocessable},
    Meaning{
        Fault::wrong_hook, {400, "wrong-hook", "value", "This service is not offered for this hook."}, unprocessable},
    Meaning{Fault::fhir_server_missing,
            {400, "fhir-server-missing", "required", "fhirAuthorization needs a fhirServer beside it."},
            unprocessable},
    Meaning{Fault::other_patient,
            {400, "other-patient", "security", "The request holds data of another patient; none of it was used."}},
    Meaning{Fault::data_unavailable,
            {412, "data-unavailable", "incomplete",
             "Required data was neither in the prefetch nor to be had from the FHIR server."}},
    Meaning{Fault::too_many_requests,
            {429, "too-many-requests", "throttled", "There are too many requests; try again later."}},
    Meaning{Fault::keys_unavailable,
            {503, "keys-unavailable", "transient",
             "The keys of this client cannot be had from their server; try again later."}},
    Meaning{Fault::store_unavailable,
            {503, "store-unavailable", "transient", "The service's store cannot be had; try again later."}},
    Meaning{Fault::overloaded, {503, "overloaded", "transient", "The service is busy or stopping; try again later."}},
    Meaning{Fault::internal, {500, "internal", "exception", "The service failed; the failure was logged."}},
};

constexpr bool are_in_order() {
    for (std::size_t position = 0; position < meanings.size(); ++position) {
        if (meanings[position].fault != static_cast<Fault>(position)) return false;
    }
    return meanings.back().fault == Fault::internal;
}
static_assert(are_in_order(), "each fault has its meaning, in the order of Fault");

const Meaning& row_of(Fault fault) {
    return meanings[static_cast<std::size_t>(fault)];
}

}  // namespace

FaultMeaning meaning_of(Fault fault) {
    return row_of(fault).means;
}

namespace {

Fault fault_of(fhir::JsonErrorCode code) noexcept {
    switch (code) {
        case fhir::JsonErrorCode::duplicate_key:
            return Fault::duplicate_member;
        case fhir::JsonErrorCode::too_deep:
            return Fault::too_deep;
        case fhir::JsonErrorCode::too_many_values:
        case fhir::JsonErrorCode::number_too_long:
            return Fault::too_many_values;
        case fhir::JsonErrorCode::syntax:
        case fhir::JsonErrorCode::control_character:
            break;
    }
    return Fault::not_json;
}

std::string sentence_of(const FaultMeaning& meaning, const Problem& problem) {
    std::string sentence(meaning.sentence);
    if (problem.position) {
        sentence += " At line " + std::to_string(problem.position->line) + ", column " +
                    std::to_string(problem.position->column) + ".";
    }
    for (std::size_t i = 0; i < problem.places.size(); ++i) {
        sentence += (i == 0 ? " At " : ", ") + problem.places[i];
        if (i < problem.reasons.size()) sentence += " (" + std::string(problem.reasons[i]) + ")";
    }
    if (!problem.places.empty()) sentence += '.';
    return sentence;
}

std::string outcome_of(const FaultMeaning& meaning, const Problem& problem) {
    json::object issue{
        {"severity", "error"}, {"code", meaning.issue_type}, {"diagnostics", sentence_of(meaning, problem)}};
    if (!problem.places.empty()) issue["expression"] = json::array(problem.places.begin(), problem.places.end());
    return fhir::print_json(
        json::object{{"resourceType", "OperationOutcome"}, {"issue", json::array{std::move(issue)}}});
}

}  // namespace

Problem problem_of(const fhir::JsonError& error, std::string_view body) {
    return {fault_of(error.code), {}, fhir::position_at(body, error.offset)};
}

std::string sentence_of(const Problem& problem) {
    return sentence_of(meaning_of(problem.fault), problem);
}

Reply problem_reply(const Problem& problem, std::string_view accept, const ClientProfile& profile) {
    const FaultMeaning meaning = meaning_of(problem.fault);
    Reply reply;
    reply.status = profile.is_crd && row_of(problem.fault).is_unprocessable ? 422 : meaning.status;
    reply.facts.fault = meaning.name;
    if (meaning.status == 401) {
        reply.headers.push_back({"WWW-Authenticate", "Bearer"});
        return reply;
    }
    reply.body = outcome_of(meaning, problem);
    if (prefers_fhir_json(accept)) reply.content_type = fhir_json_media_type;
    if (meaning.status == 429 || meaning.status == 503) reply.headers.push_back({"Retry-After", "1"});
    return reply;
}

}  // namespace service
