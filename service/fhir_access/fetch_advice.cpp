#include "service/fhir_access/fetch_advice.hpp"

namespace service {

std::string_view advice_on(FetchFault fault) noexcept {
    switch (fault) {
        case FetchFault::bad_url:
            return "its address is not an absolute http or https URL";
        case FetchFault::bad_token:
            return "the token holds characters that no HTTP header may hold: is it the token alone, on one line?";
        case FetchFault::unresolved:
            return "its name has no address: is it spelled right, and does this machine reach a name server?";
        case FetchFault::address_refused:
            return "its address is private, and no network in fhir.privateNetworks of the configuration holds it";
        case FetchFault::unreachable:
            return "nothing answers at its address: is it running, is the port right, is a firewall between?";
        case FetchFault::bad_certificate:
            return "TLS fails: its certificate is not trusted here, is over or is for another name, or it does not "
                   "speak TLS there. A CA of its own is trusted if SSL_CERT_FILE names a file that holds it";
        case FetchFault::timed_out:
            return "it did not answer in time";
        case FetchFault::too_large:
            return "its answer is larger than is read";
        case FetchFault::no_room:
            return "too much is being read from such servers at once";
        case FetchFault::bad_answer:
            return "its answer is not HTTP, breaks off, is longer than it says, or is compressed though that was not "
                   "asked for";
        case FetchFault::other_answer:
            return "its answer is to another request: it, or a proxy before it, mixes answers up";
        case FetchFault::too_busy:
            return "none of the connections to it got free in time";
    }
    return "";
}

std::string_view advice_on(NotFetched reason) noexcept {
    switch (reason) {
        case NotFetched::bad_query:
            return "what to ask it does not make an address";
        case NotFetched::not_in_scope:
            return "the scopes of the token do not cover it";
        case NotFetched::token_expired:
            return "the token is over";
        case NotFetched::refused:
            return "it refuses access (401 or 403)";
        case NotFetched::not_found:
            return "it has nothing there (404)";
        case NotFetched::server_error:
            return "it failed (a status from 500 on): its own log says why";
        case NotFetched::other_status:
            return "it answered with neither data nor an error (a redirect, perhaps): is that the base of its FHIR "
                   "API?";
        case NotFetched::not_json:
            return "its answer is not JSON: is that the base of a FHIR API?";
        case NotFetched::other_resource:
            return "its answer is not what was asked for: is that the base of a FHIR R4 API?";
        case NotFetched::outcome:
            return "it answered with an OperationOutcome instead of data";
        case NotFetched::too_many_pages:
            return "its answer has more pages than are read, or its pages lead round in a circle";
        case NotFetched::other_origin:
            return "it says that the next page lies on another server or outside of the base, which is not followed";
        case NotFetched::too_large:
            return "its answers are larger than is read";
        case NotFetched::no_room:
            return "too much is being read from FHIR servers at once";
        case NotFetched::timed_out:
            return "it did not answer in time";
        case NotFetched::too_busy:
            return "none of the connections to it got free in time";
        case NotFetched::unreachable:
            return "it cannot be reached";
    }
    return "";
}

}  // namespace service
