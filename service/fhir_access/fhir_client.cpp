#include "service/fhir_access/fhir_client.hpp"

#include "fhir/json_text.hpp"
#include "service/base/wall_time.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace service {

namespace asio = boost::asio;
namespace json = boost::json;
namespace urls = boost::urls;
using boost::system::result;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

Unavailable reason_of(FetchFault fault) {
    switch (fault) {
        case FetchFault::bad_url:
        case FetchFault::bad_token:
            return Unavailable::bad_query;
        case FetchFault::unresolved:
        case FetchFault::address_refused:
        case FetchFault::unreachable:
        case FetchFault::bad_certificate:
        case FetchFault::too_busy:
            return Unavailable::unreachable;
        case FetchFault::timed_out:
            return Unavailable::timed_out;
        case FetchFault::too_large:
            return Unavailable::too_large;
        case FetchFault::bad_answer:
            return Unavailable::not_json;
    }
    return Unavailable::unreachable;
}

std::optional<Unavailable> reason_of_status(unsigned status) {
    if (status == 200) return std::nullopt;
    if (status == 401 || status == 403) return Unavailable::refused;
    if (status == 404 || status == 410) return Unavailable::not_found;
    return status >= 500 ? Unavailable::server_error : Unavailable::other_status;
}

/// The resource type that a query asks for; nothing if it is not a query below the base.
std::optional<std::string_view> type_asked(std::string_view query) {
    const std::string_view type = query.substr(0, std::min(query.find_first_of("/?"), query.size()));
    const bool letters =
        std::ranges::all_of(type, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
    if (type.empty() || type.size() == query.size() || !letters) return std::nullopt;
    const bool climbs = query.substr(0, query.find('?')).find("..") != std::string_view::npos;
    return climbs ? std::nullopt : std::optional(type);
}

std::string_view member_text(const json::value& value, std::string_view name) {
    const json::object* object = value.if_object();
    const json::value* member = object != nullptr ? object->if_contains(name) : nullptr;
    return member != nullptr ? fhir::text_of(*member).value_or(std::string_view()) : std::string_view();
}

/// The address of the page after this one; nothing if this is the last (FHIR R4, Bundle.link).
std::optional<std::string> next_link(const json::value& bundle) {
    const json::object* object = bundle.if_object();
    const json::value* links = object != nullptr ? object->if_contains("link") : nullptr;
    if (links == nullptr || !links->is_array()) return std::nullopt;
    for (const json::value& link : links->get_array()) {
        if (member_text(link, "relation") == "next") return std::string(member_text(link, "url"));
    }
    return std::nullopt;
}

std::string origin_of(urls::url_view url) {
    const std::string_view port = url.port();
    const std::string_view usual = url.scheme_id() == urls::scheme::https ? "443" : "80";
    return std::string(url.scheme()) + "://" + std::string(url.encoded_host()) + ":" +
           std::string(port.empty() ? usual : port);
}

/// `link` as an absolute address on the origin of `base`; nothing if it leads elsewhere, where the token must not go.
std::optional<std::string> on_same_origin(const std::string& base, const std::string& link) {
    const auto here = urls::parse_uri(base);
    const auto there = urls::parse_uri_reference(link);
    urls::url resolved;
    if (!here || !there || !urls::resolve(*here, *there, resolved)) return std::nullopt;
    resolved.normalize_scheme();
    resolved.normalize_authority();
    if (resolved.has_userinfo() || origin_of(resolved) != origin_of(*here)) return std::nullopt;
    resolved.remove_fragment();
    return std::string(resolved.buffer());
}

/// Moves the entries of `page` to the end of those of `bundle`.
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
        if (member_text(link, "relation") != "next") others.push_back(std::move(link));
    }
    bundle["link"] = std::move(others);
}

}  // namespace

std::string_view name_of(Unavailable reason) noexcept {
    switch (reason) {
        case Unavailable::bad_query:
            return "bad-query";
        case Unavailable::not_in_scope:
            return "not-in-scope";
        case Unavailable::token_expired:
            return "token-expired";
        case Unavailable::refused:
            return "refused";
        case Unavailable::not_found:
            return "not-found";
        case Unavailable::server_error:
            return "server-error";
        case Unavailable::other_status:
            return "other-status";
        case Unavailable::not_json:
            return "not-json";
        case Unavailable::other_resource:
            return "other-resource";
        case Unavailable::outcome:
            return "outcome";
        case Unavailable::too_many_pages:
            return "too-many-pages";
        case Unavailable::other_origin:
            return "other-origin";
        case Unavailable::too_large:
            return "too-large";
        case Unavailable::timed_out:
            return "timed-out";
        case Unavailable::unreachable:
            return "unreachable";
    }
    return "unknown";
}

bool has_next_page(const json::value& bundle) {
    return next_link(bundle).has_value();
}

/// What the requests of one call share. They all run on one thread.
struct FhirClient::Call {
    Call(HttpsClient& client, FhirGrant leave, FhirLimits limited)
        : http(&client), grant(std::move(leave)), limits(limited), all_done(client.executor()) {}

    HttpsClient* http;
    FhirGrant grant;
    FhirLimits limits;
    Clock::time_point deadline{};
    std::size_t bytes = 0;  ///< received so far
    std::size_t left = 0;   ///< queries without an answer
    std::vector<FhirAnswer> answers;
    std::exception_ptr failure;  ///< of any of them: a bug, or no memory
    asio::steady_timer all_done;
};

asio::awaitable<std::vector<FhirAnswer>> FhirClient::fetch(FhirGrant grant, std::vector<FhirQuery> queries,
                                                           Clock::time_point deadline) {
    const auto call = std::make_shared<Call>(*http_, std::move(grant), limits_);
    const auto usable_for = call->grant.usable_until - wall_time();
    const bool forever = call->grant.usable_until == WallTime::max();
    call->deadline = forever ? deadline : std::min(deadline, Clock::now() + usable_for);
    call->answers.resize(queries.size());
    call->left = queries.size();
    call->all_done.expires_at(Clock::time_point::max());
    for (std::size_t i = 0; i < queries.size(); ++i) {
        call->answers[i].key = queries[i].key;
        if (i >= most_queries) queries[i].query.clear();
        asio::co_spawn(http_->executor(), answer(call, std::move(queries[i]), &call->answers[i]),
                       [call](const std::exception_ptr& failure) {
                           if (failure) call->failure = failure;
                           if (--call->left == 0) call->all_done.cancel();
                       });
    }
    // Every request gives up at the deadline, so this ends.
    while (call->left > 0) co_await call->all_done.async_wait(as_result);
    if (call->failure) std::rethrow_exception(call->failure);
    co_return std::move(call->answers);
}

asio::awaitable<void> FhirClient::answer(std::shared_ptr<Call> call, FhirQuery query, FhirAnswer* into) {
    const auto type = type_asked(query.query);
    const bool searches = type && query.query[type->size()] == '?';
    if (!type) {
        into->value = Unavailable::bad_query;
    } else if (call->deadline <= Clock::now()) {
        into->value = call->grant.usable_until <= wall_time() ? Unavailable::token_expired : Unavailable::timed_out;
    } else if (!call->grant.allows(*type, searches ? Interaction::search : Interaction::read)) {
        into->value = Unavailable::not_in_scope;
    } else if (searches) {
        into->value = co_await search(call, query, into);
    } else {
        Value resource = co_await get(call, call->grant.base + "/" + query.query, into);
        if (resource && member_text(*resource, "resourceType") != *type) resource = Unavailable::other_resource;
        into->value = std::move(resource);
    }
}

asio::awaitable<FhirClient::Value> FhirClient::search(std::shared_ptr<Call> call, const FhirQuery& query,
                                                      FhirAnswer* into) {
    Value bundle = Unavailable::bad_query;
    if (query.first_page) {
        bundle = *query.first_page;
    } else {
        bundle = co_await get(call, call->grant.base + "/" + query.query, into);
    }
    std::optional<std::string> next = bundle ? next_link(*bundle) : std::nullopt;
    for (std::size_t pages = 1; bundle && next; ++pages) {
        if (member_text(*bundle, "resourceType") != "Bundle") break;
        if (pages >= call->limits.pages) co_return Unavailable::too_many_pages;
        const auto url = on_same_origin(call->grant.base, *next);
        if (!url) co_return Unavailable::other_origin;
        Value page = co_await get(call, *url, into);
        if (!page) co_return page.error();
        if (member_text(*page, "resourceType") != "Bundle") co_return Unavailable::other_resource;
        next = next_link(*page);
        append_entries(bundle->get_object(), page->get_object());
        if (!next) remove_next_link(bundle->get_object());
    }
    if (bundle && member_text(*bundle, "resourceType") != "Bundle") co_return Unavailable::other_resource;
    co_return bundle;
}

asio::awaitable<FhirClient::Value> FhirClient::get(std::shared_ptr<Call> call, std::string url, FhirAnswer* into) {
    if (call->bytes >= call->limits.bytes) co_return Unavailable::too_large;
    HttpGet request;
    request.url = std::move(url);
    request.accept = "application/fhir+json, application/json;q=0.9";
    request.bearer = call->grant.access_token;
    request.most_bytes = call->limits.bytes - call->bytes;
    ++into->requests;
    const auto answer = co_await call->http->get(std::move(request), call->deadline);
    if (!answer) co_return reason_of(answer.error());
    call->bytes += answer->body.size();
    if (call->bytes > call->limits.bytes) co_return Unavailable::too_large;
    if (const auto reason = reason_of_status(answer->status)) co_return *reason;
    auto value = fhir::parse_json(answer->body);
    if (!value || !value->is_object()) co_return Unavailable::not_json;
    if (member_text(*value, "resourceType") == "OperationOutcome") co_return Unavailable::outcome;
    co_return std::move(*value);
}

}  // namespace service
