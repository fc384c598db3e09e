#include "service/fhir_access/next_page.hpp"

#include "fhir/member.hpp"

#include <boost/url.hpp>

#include <utility>

namespace service {

namespace json = boost::json;
namespace urls = boost::urls;

namespace {

bool is_next(const json::value& link) {
    return link.is_object() && fhir::member_text(link.get_object(), "relation") == "next";
}

std::string origin_of(urls::url_view url) {
    const std::string_view port = url.port();
    const std::string_view usual = url.scheme_id() == urls::scheme::https ? "443" : "80";
    return std::string(url.scheme()) + "://" + std::string(url.encoded_host()) + ":" +
           std::string(port.empty() ? usual : port);
}

/// Whether a path that some server decodes before it looks for dots would lead upwards.
bool climbs_when_decoded(urls::url_view url) {
    const std::string path = url.path();
    return path.find("/..") != std::string::npos || path.find('\\') != std::string::npos;
}

}  // namespace

std::optional<std::string> next_link(const json::value& bundle) {
    const json::object* object = bundle.if_object();
    const json::value* links = object != nullptr ? object->if_contains("link") : nullptr;
    if (links == nullptr || !links->is_array()) return std::nullopt;
    for (const json::value& link : links->get_array()) {
        if (is_next(link)) return std::string(fhir::member_text(link.get_object(), "url"));
    }
    return std::nullopt;
}

bool has_next_page(const json::value& bundle) {
    return next_link(bundle).has_value();
}

std::optional<std::string> address_below(const std::string& base, const std::string& page, const std::string& link) {
    const auto listed = urls::parse_uri(base);
    const auto here = urls::parse_uri(page);
    const auto there = urls::parse_uri_reference(link);
    urls::url resolved;
    if (!listed || !here || !there || !urls::resolve(*here, *there, resolved)) return std::nullopt;
    urls::url root(*listed);
    root.normalize_path();
    resolved.normalize_scheme();
    resolved.normalize_authority();
    resolved.normalize_path();
    if (resolved.has_userinfo() || origin_of(resolved) != origin_of(root)) return std::nullopt;
    const std::string_view path = resolved.encoded_path(), below = root.encoded_path();
    const bool within = path.starts_with(below) && (path.size() == below.size() || path[below.size()] == '/');
    if (!within || climbs_when_decoded(resolved)) return std::nullopt;
    resolved.remove_fragment();
    return std::string(resolved.buffer());
}

void append_entries(json::object& bundle, json::object& page) {
    json::value* more = page.if_contains("entry");
    if (more == nullptr || !more->is_array()) return;
    json::value& entries = bundle["entry"];
    if (!entries.is_array()) entries.emplace_array();
    for (json::value& entry : more->get_array()) entries.get_array().push_back(std::move(entry));
}

void remove_next_link(json::object& bundle) {
    json::array others;
    for (json::value& link : bundle["link"].get_array()) {
        if (!is_next(link)) others.push_back(std::move(link));
    }
    bundle["link"] = std::move(others);
}

}  // namespace service
