#include "service/http/problem.hpp"

#include "service/http/media_type.hpp"

#include <algorithm>
#include <iterator>

namespace service {

namespace json = boost::json;

FaultMeaning meaning_of(Fault fault) {
    switch (fault) {
        case Fault::bad_http:
            return {400, "bad-http", "structure", "The request is not valid HTTP/1.1."};
        case Fault::expectation_failed:
            return {417, "expectation-failed", "not-supported", "The only expectation that is met is 100-continue."};
        case Fault::header_too_large:
            return {431, "header-too-large", "too-long", "The header of the request is too large."};
        case Fault::target_too_long:
            return {414, "target-too-long", "too-long", "The address of the request is too long."};
        case Fault::request_timeout:
            return {408, "request-timeout", "timeout", "The request did not arrive in time."};
        case Fault::length_required:
            return {411, "length-required", "required", "The request needs a Content-Length."};
        case Fault::body_too_large:
            return {413, "body-too-large", "too-long", "The body of the request is too large."};
        case Fault::unknown_path:
            return {404, "unknown-path", "not-found", "There is nothing at this address."};
        case Fault::method_not_allowed:
            return {405, "method-not-allowed", "not-supported", "This address does not take this method."};
        case Fault::not_acceptable:
            return {406, "not-acceptable", "not-supported", "The answer is JSON, which the Accept header excludes."};
        case Fault::unsupported_media_type:
            return {415, "unsupported-media-type", "not-supported", "The body must be application/json in UTF-8."};
        case Fault::unsupported_encoding:
            return {415, "unsupported-encoding", "not-supported", "The body must not be compressed."};
        case Fault::unauthenticated:
            return {401, "unauthenticated", "login", ""};
        case Fault::forbidden:
            return {403, "forbidden", "forbidden", "This client may not use the FHIR server or token that it names."};
        case Fault::unknown_service:
            return {404, "unknown-service", "not-found", "There is no CDS service of this id."};
        case Fault::feedback_not_offered:
            return {404, "feedback-not-offered", "not-found", "This service does not take feedback."};
        case Fault::not_json:
            return {400, "not-json", "structure", "The body is not JSON (RFC 8259, UTF-8)."};
        case Fault::duplicate_member:
            return {400, "duplicate-member", "structure", "An object of the body has two members of one name."};
        case Fault::too_deep:
            return {400, "too-deep", "too-long", "The body is nested too deeply."};
        case Fault::too_many_values:
            return {400, "too-many-values", "too-long", "The body holds too many values, or too long a number."};
        case Fault::member_missing:
            return {400, "member-missing", "required", "A required member is missing."};
        case Fault::member_empty:
            return {400, "member-empty", "required", "A member is null or empty, which CDS Hooks does not allow."};
        case Fault::wrong_type:
            return {400, "wrong-type", "structure", "A member has the wrong JSON type."};
        case Fault::bad_value:
            return {400, "bad-value", "value", "A member has a value that CDS Hooks does not allow."};
        case Fault::wrong_hook:
            return {400, "wrong-hook", "value", "This service is not offered for this hook."};
        case Fault::fhir_server_missing:
            return {400, "fhir-server-missing", "required", "fhirAuthorization needs a fhirServer beside it."};
        case Fault::other_patient:
            return {400, "other-patient", "security",
                    "The request holds data of another patient; none of it was used."};
        case Fault::data_unavailable:
            return {412, "data-unavailable", "incomplete",
                    "Required data was neither in the prefetch nor to be had from the FHIR server."};
        case Fault::too_many_requests:
            return {429, "too-many-requests", "throttled", "There are too many requests; try again later."};
        case Fault::keys_unavailable:
            return {503, "keys-unavailable", "transient",
                    "The keys of this client cannot be had from their server; try again later."};
        case Fault::overloaded:
            return {503, "overloaded", "transient", "The service is busy or stopping; try again later."};
        case Fault::internal:
            break;
    }
    return {500, "internal", "exception", "The service failed; the failure was logged."};
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

/// Good JSON that is not what CDS Hooks asks for (Da Vinci CRD 2.0.1). Another patient's data stays a bad request.
bool is_unprocessable(Fault fault) {
    constexpr Fault faults[] = {Fault::member_missing, Fault::member_empty, Fault::wrong_type,
                                Fault::bad_value,      Fault::wrong_hook,   Fault::fhir_server_missing};
    return std::ranges::find(faults, fault) != std::end(faults);
}

}  // namespace

Problem problem_of(const fhir::JsonError& error, std::string_view body) {
    return {fault_of(error.code), {}, fhir::position_at(body, error.offset)};
}

Reply problem_reply(const Problem& problem, std::string_view accept, ClientProfile profile) {
    const FaultMeaning meaning = meaning_of(problem.fault);
    Reply reply;
    reply.status = profile == ClientProfile::crd && is_unprocessable(problem.fault) ? 422 : meaning.status;
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
