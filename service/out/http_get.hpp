// What is asked of another server, and what comes of it: values that know no HTTP library.
#pragma once

#include "service/out/held_answers.hpp"
#include "service/out/realm.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace service {

/// Why nothing came back.
enum class FetchFault {
    bad_url,          ///< not absolute https (or http in development), or with user or fragment
    bad_token,        ///< a bearer token with characters that no header may hold
    unresolved,       ///< the name has no address
    address_refused,  ///< it has, but none that the policy allows
    unreachable,
    bad_certificate,  ///< or any other failure of the TLS handshake
    timed_out,
    too_large,
    no_room,       ///< too much is held of other servers' answers already, all calls together
    bad_answer,    ///< not HTTP, cut off, encoded, sent unasked, or with more behind it than it says
    other_answer,  ///< to another request than this
    too_busy       ///< no connection to that server got free in time
};

std::string_view name_of(FetchFault fault) noexcept;

struct HttpGet {
    std::string url;
    std::string accept = "application/json";
    std::string bearer;  ///< empty: none
    bool fresh = false;  ///< no cache on the way may answer (RFC 9111, section 5.2.1.4)
    bool alone = false;  ///< on a connection that carries nothing else, before or after
    std::size_t most_bytes = 1024 * 1024;
    std::shared_ptr<const Realm> realm;  ///< null: the one of the client
    std::shared_ptr<HeldAnswers> held;   ///< where what comes is counted besides; null: nowhere
};

struct HttpAnswer {
    unsigned status = 0;
    std::string cache_control;
    std::string age;
    std::string body;
};

}  // namespace service
