#include "service/out/http_get.hpp"

namespace service {

std::string_view name_of(FetchFault fault) noexcept {
    switch (fault) {
        case FetchFault::bad_url:
            return "bad-url";
        case FetchFault::bad_token:
            return "bad-token";
        case FetchFault::unresolved:
            return "unresolved";
        case FetchFault::address_refused:
            return "address-refused";
        case FetchFault::unreachable:
            return "unreachable";
        case FetchFault::bad_certificate:
            return "bad-certificate";
        case FetchFault::timed_out:
            return "timed-out";
        case FetchFault::too_large:
            return "too-large";
        case FetchFault::no_room:
            return "no-room";
        case FetchFault::bad_answer:
            return "bad-answer";
        case FetchFault::other_answer:
            return "other-answer";
        case FetchFault::too_busy:
            return "too-busy";
    }
    return "unknown";
}

}  // namespace service
