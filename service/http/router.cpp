#include "service/http/router.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <vector>

namespace service {
namespace {

constexpr std::size_t most_segments = 8;  // no route has more than three

/// The non-empty segments of the path of `target`, decoded; nothing if it is no address of ours.
std::optional<std::vector<std::string>> segments_of(std::string_view target) {
    const boost::urls::string_view text(target.data(), target.size());
    const auto url =
        target.starts_with('/') ? boost::urls::parse_origin_form(text) : boost::urls::parse_absolute_uri(text);
    if (!url) return std::nullopt;
    std::vector<std::string> segments;
    for (const auto& segment : url->segments()) {
        if (segment.empty()) continue;
        if (segments.size() == most_segments) return std::nullopt;
        segments.emplace_back(segment.begin(), segment.end());
    }
    return segments;
}

std::optional<Match> match(const Route& route, const std::vector<std::string>& segments) {
    Match found{&route, {}, {}};
    std::string_view rest = route.pattern;
    for (const std::string& segment : segments) {
        if (rest.empty()) return std::nullopt;
        rest.remove_prefix(1);  // '/'
        const std::string_view expected = rest.substr(0, rest.find('/'));
        rest.remove_prefix(expected.size());
        if (expected == "{id}") {
            found.id = segment;
        } else if (expected == "{rule}") {
            found.rule = segment;
        } else if (expected != segment) {
            return std::nullopt;
        }
    }
    if (!rest.empty()) return std::nullopt;
    return found;
}

}  // namespace

std::optional<Match> find_route(std::span<const Route> routes, std::string_view target) {
    const auto segments = segments_of(target);
    if (!segments) return std::nullopt;
    for (const Route& route : routes) {
        if (auto found = match(route, *segments)) return found;
    }
    return std::nullopt;
}

bool takes(const Route& route, Method method) noexcept {
    return method == route.method || (method == Method::head && route.method == Method::get);
}

std::string_view allowed_methods(const Route& route) noexcept {
    if (route.method == Method::put) return "PUT, OPTIONS";
    return route.method == Method::get ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
}

}  // namespace service
