#include "service/http/cors.hpp"

#include "service/base/sha256.hpp"

#include <algorithm>

namespace service {

bool CorsPolicy::allows(std::string_view origin) const {
    return !origin.empty() &&
           std::ranges::any_of(origins_, [&](const std::string& one) { return one == "*" || one == origin; });
}

void CorsPolicy::permit(std::string_view origin, Reply& reply) const {
    if (!origin.empty() && !allows(origin)) reply.facts.refused_origin = sha256_hex(origin);
    if (origins_.empty()) return;
    // Also without an Origin: a cache must not hand this answer to a page of another origin.
    reply.headers.push_back({"Vary", "Origin"});
    if (!allows(origin)) return;
    const bool any = std::ranges::find(origins_, "*") != origins_.end();
    reply.headers.push_back({"Access-Control-Allow-Origin", any ? "*" : std::string(origin)});
}

Reply CorsPolicy::preflight(std::string_view origin, std::string_view allow) const {
    Reply reply;
    reply.status = 204;
    reply.headers.push_back({"Allow", std::string(allow)});
    permit(origin, reply);
    if (!allows(origin)) return reply;
    reply.headers.push_back({"Access-Control-Allow-Methods", "GET, POST, OPTIONS"});
    reply.headers.push_back({"Access-Control-Allow-Headers", "Content-Type, Authorization, Accept"});
    reply.headers.push_back({"Access-Control-Max-Age", "3600"});
    return reply;
}

}  // namespace service
