#include "service/fhir_access/fhir_client.hpp"

#include "fhir/json_text.hpp"
#include "service/base/as_result.hpp"
#include "service/base/wall_time.hpp"
#include "service/fhir_access/fhir_question.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace service {

namespace asio = boost::asio;
namespace json = boost::json;
using boost::system::result;

namespace {

NotFetched reason_of(FetchFault fault) {
    switch (fault) {
        case FetchFault::bad_url:
        case FetchFault::bad_token:
            return NotFetched::bad_query;
        case FetchFault::unresolved:
        case FetchFault::address_refused:
        case FetchFault::unreachable:
        case FetchFault::bad_certificate:
            return NotFetched::unreachable;
        case FetchFault::too_busy:
            return NotFetched::too_busy;
        case FetchFault::no_room:
            return NotFetched::no_room;
        case FetchFault::other_answer:
            return NotFetched::other_resource;
        case FetchFault::timed_out:
            return NotFetched::timed_out;
        case FetchFault::too_large:
            return NotFetched::too_large;
        case FetchFault::bad_answer:
            return NotFetched::not_json;
    }
    return NotFetched::unreachable;
}

std::optional<NotFetched> reason_of_status(unsigned status) {
    if (status == 200) return std::nullopt;
    if (status == 401 || status == 403) return NotFetched::refused;
    if (status == 404 || status == 410) return NotFetched::not_found;
    return status >= 500 ? NotFetched::server_error : NotFetched::other_status;
}

std::string_view member_text(const json::value& value, std::string_view name) {
    const json::object* object = value.if_object();
    const json::value* member = object != nullptr ? object->if_contains(name) : nullptr;
    return member != nullptr ? fhir::text_of(*member).value_or(std::string_view()) : std::string_view();
}

}  // namespace

std::string_view name_of(NotFetched reason) noexcept {
    switch (reason) {
        case NotFetched::bad_query:
            return "bad-query";
        case NotFetched::not_in_scope:
            return "not-in-scope";
        case NotFetched::token_expired:
            return "token-expired";
        case NotFetched::refused:
            return "refused";
        case NotFetched::not_found:
            return "not-found";
        case NotFetched::server_error:
            return "server-error";
        case NotFetched::other_status:
            return "other-status";
        case NotFetched::not_json:
            return "not-json";
        case NotFetched::other_resource:
            return "other-resource";
        case NotFetched::outcome:
            return "outcome";
        case NotFetched::too_many_pages:
            return "too-many-pages";
        case NotFetched::other_origin:
            return "other-origin";
        case NotFetched::too_large:
            return "too-large";
        case NotFetched::no_room:
            return "no-room";
        case NotFetched::timed_out:
            return "timed-out";
        case NotFetched::too_busy:
            return "too-busy";
        case NotFetched::unreachable:
            return "unreachable";
    }
    return "unknown";
}

/// What the requests of one call share. They all run on one thread.
struct FhirClient::Call {
    Call(const FhirClient& client, FhirGrant leave)
        : http(client.http_),
          grant(std::move(leave)),
          limits(client.limits_),
          realm(client.realm_),
          held(client.held_),
          all_done(client.http_->executor()) {}

    HttpsClient* http;
    FhirGrant grant;
    FhirLimits limits;
    std::shared_ptr<const Realm> realm;
    std::shared_ptr<HeldAnswers> held;
    Clock::time_point deadline{};
    std::size_t left = 0;  ///< queries without an answer
    std::vector<FhirAnswer> answers;
    std::exception_ptr failure;  ///< of any of them: a bug, or no memory
    asio::steady_timer all_done;
};

asio::awaitable<std::vector<FhirAnswer>> FhirClient::fetch(FhirGrant grant, std::vector<FhirQuery> queries,
                                                           Clock::time_point deadline) {
    const auto call = std::make_shared<Call>(*this, std::move(grant));
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
    const auto begun = Clock::now();
    into->value = co_await value_of(*call, query, into);
    into->took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
}

asio::awaitable<FhirClient::Value> FhirClient::value_of(Call& call, const FhirQuery& query, FhirAnswer* into) {
    const auto question = FhirQuestion::of(query.query);
    if (!question) co_return NotFetched::bad_query;
    if (call.deadline <= Clock::now()) {
        co_return call.grant.usable_until <= wall_time() ? NotFetched::token_expired : NotFetched::timed_out;
    }
    const bool searches = question->is_search();
    if (!call.grant.allows(question->type(), searches ? Interaction::search : Interaction::read)) {
        co_return NotFetched::not_in_scope;
    }
    if (searches) {
        Value bundle = co_await search(call, *question, query, into);
        co_return bundle;
    }
    Value resource = co_await get(call, *question, call.grant.base + "/" + query.query, into);
    co_return resource;
}

result<std::string, NotFetched> FhirClient::next_address(const Call& call, const std::vector<std::string>& pages,
                                                         const std::string& link) {
    if (pages.size() >= call.limits.pages) return NotFetched::too_many_pages;
    const auto url = address_below(call.grant.base, pages.back(), link);
    if (!url) return NotFetched::other_origin;
    if (std::ranges::find(pages, *url) != pages.end()) return NotFetched::too_many_pages;
    return *url;
}

asio::awaitable<FhirClient::Value> FhirClient::search(Call& call, const FhirQuestion& question, const FhirQuery& query,
                                                      FhirAnswer* into) {
    std::vector<std::string> pages{call.grant.base + "/" + query.query};  // their addresses
    Value bundle = NotFetched::bad_query;
    if (query.first_page) {
        bundle = *query.first_page;
    } else {
        bundle = co_await get(call, question, pages.back(), into);
    }
    if (!bundle) co_return bundle.error();
    if (member_text(*bundle, "resourceType") != "Bundle") co_return NotFetched::other_resource;
    std::optional<std::string> next = next_link(*bundle);
    const bool goes_on = next.has_value();
    while (next) {
        const auto url = next_address(call, pages, *next);
        if (!url) {
            into->cut_short = url.error();
            co_return bundle;
        }
        pages.push_back(*url);
        Value page = co_await get(call, question, *url, into);
        if (!page && page.error() == NotFetched::other_resource) co_return page.error();  // nothing of it is trusted
        if (!page) {
            into->cut_short = page.error();
            co_return bundle;
        }
        next = next_link(*page);
        append_entries(bundle->get_object(), page->get_object());
    }
    if (goes_on) remove_next_link(bundle->get_object());
    co_return bundle;
}

asio::awaitable<FhirClient::Value> FhirClient::get(Call& call, const FhirQuestion& question, std::string url,
                                                   FhirAnswer* into) {
    HttpGet request;
    request.url = std::move(url);
    request.accept = "application/fhir+json, application/json;q=0.9";
    request.bearer = call.grant.access_token;
    // Some servers answer a search that equals a recent one from memory: a result filed in between would not be seen.
    request.fresh = true;
    request.most_bytes = call.limits.bytes;
    request.realm = call.realm;
    request.held = call.held;
    ++into->requests;
    const auto answer = co_await call.http->get(std::move(request), call.deadline);
    if (!answer) co_return reason_of(answer.error());
    if (const auto reason = reason_of_status(answer->status)) co_return *reason;
    auto value = fhir::parse_json(answer->body);
    if (!value || !value->is_object()) co_return NotFetched::not_json;
    if (member_text(*value, "resourceType") == "OperationOutcome") co_return NotFetched::outcome;
    if (!question.may_be_answered_by(*value)) co_return NotFetched::other_resource;
    co_return std::move(*value);
}

}  // namespace service
