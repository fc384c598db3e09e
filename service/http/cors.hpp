// Cross-origin requests of browser-based clients (CDS Hooks, "Cross-Origin Resource Sharing"; Fetch standard).
// Credentials are never allowed: the token travels in a header, so cookies and "Allow-Credentials" are not needed.
#pragma once

#include "service/http/exchange.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace service {

/// Which pages may read our answers: exact origins ("https://ehr.example.org"), or "*" for all.
class CorsPolicy {
  public:
    CorsPolicy() = default;
    explicit CorsPolicy(std::vector<std::string> origins) : origins_(std::move(origins)) {}

    /// Adds what a browser needs to read `reply`, errors included. Without any configured origin nothing is added.
    void permit(std::string_view origin, Reply& reply) const;

    /// The answer to OPTIONS on a path that exists: 204, without authentication. \param allow the Allow header's value.
    Reply preflight(std::string_view origin, std::string_view allow) const;

  private:
    bool allows(std::string_view origin) const;

    std::vector<std::string> origins_;
};

}  // namespace service
