// Routes as a table. A pattern is a path whose segments are literal, save those that may be "{id}" and "{rule}".
// Clients join base address and id by hand, so empty segments ("//id", a trailing slash) are looked over.
#pragma once

#include "service/http/exchange.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace service {

enum class Endpoint { discovery, hook_call, feedback, about, live, ready, metrics, workbench };

struct Route {
    std::string_view pattern;
    Method method;  ///< get (which HEAD may use too), post or put
    Endpoint endpoint;
    std::string_view name;  ///< for the log
};

inline constexpr Route clinical_routes[] = {
    {"/cds-services", Method::get, Endpoint::discovery, "discovery"},
    {"/cds-services/{id}", Method::post, Endpoint::hook_call, "hook-call"},
    {"/cds-services/{id}/feedback", Method::post, Endpoint::feedback, "feedback"},
    {"/about/{id}/{rule}", Method::get, Endpoint::about, "about"},
};

inline constexpr Route admin_routes[] = {
    {"/health/live", Method::get, Endpoint::live, "health-live"},
    {"/health/ready", Method::get, Endpoint::ready, "health-ready"},
    {"/metrics", Method::get, Endpoint::metrics, "metrics"},
};

struct Match {
    const Route* route = nullptr;  ///< of the table searched
    std::string id, rule;          ///< what stood for {id} and {rule}, percent-decoded
};

/// The route that `target` names, whatever the method; nothing if there is none, or if `target` is not an address.
std::optional<Match> find_route(std::span<const Route> routes, std::string_view target);

/// Whether `route` takes `method` (OPTIONS is every route's own business).
bool takes(const Route& route, Method method) noexcept;

/// The value of the Allow header.
std::string_view allowed_methods(const Route& route) noexcept;

}  // namespace service
