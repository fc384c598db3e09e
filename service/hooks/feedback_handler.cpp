#include "service/hooks/feedback_handler.hpp"

#include "fhir/json_text.hpp"

#include <utility>

namespace service {

boost::asio::awaitable<Reply> FeedbackHandler::take(ServiceCall call) const {
    const auto message = fhir::parse_json(call.body);
    if (!message) co_return problem_reply(problem_of(message.error(), call.body), call.head.accept);
    const FeedbackReading reading{settings_.offered, call.client->strict, call.client->own_reasons};
    auto read = read_feedback(*message, reading, wall_time());
    if (!read) co_return problem_reply(read.error(), call.head.accept);
    for (Feedback& item : read->items) {
        item.service = call.service_id;
        item.client = call.client->name;
    }

    const auto receipt = co_await store(std::move(read->items));
    if (!receipt) {
        settings_.log.write(StoreFailed{"record-feedback", name_of(receipt.error()), 0});
        co_return problem_reply({Fault::store_unavailable, {}, {}}, call.head.accept);
    }
    FeedbackStored told{std::string(call.service_id),           receipt->stored, receipt->repeated,
                        receipt->unknown_card + read->not_ours, read->ahead,     read->left_out};
    for (const StoredOutcome& one : receipt->by_rule) {
        told.outcomes.push_back({one.rule, name_of(one.outcome), one.count});
    }
    settings_.log.write(told);
    co_return Reply();
}

boost::asio::awaitable<FeedbackHandler::Stored> FeedbackHandler::store(std::vector<Feedback> items) const {
    // Everything by value: the store may answer when nobody waits any longer.
    auto work = [&store = settings_.store, items = std::move(items)]() -> Stored {
        return store.record(std::span<const Feedback>(items), wall_time());
    };
    const auto deadline = BlockingCalls::Clock::now() + longest_store_wait;
    const auto stored = co_await settings_.store_calls.run(std::move(work), deadline);
    if (!stored) co_return StoreFault::timed_out;
    co_return *stored;
}

}  // namespace service
