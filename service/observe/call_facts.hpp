// What log and metrics learn of a call.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace service {

/// What may be said of a call in the log: names and ids of our own making, never what was sent.
struct CallFacts {
    std::string_view endpoint = "none";  ///< name of the route, a literal
    std::string_view fault;              ///< name of the fault, a literal; empty: answered
    std::string service;                 ///< id of a service that we offer
    std::string client;                  ///< the name that the configuration gives to who called
    std::string hook_instance;           ///< only if it is a UUID
    unsigned cards = 0;
    std::string slowest_query;  ///< to the FHIR server, by its prefetch key; empty: nothing was asked
    std::chrono::microseconds slowest_query_took{};
    std::string refused_origin;  ///< SHA-256 of the origin of a page that may not read the answer
};

}  // namespace service
