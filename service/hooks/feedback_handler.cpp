#include "service/hooks/feedback_handler.hpp"

#include "fhir/json_text.hpp"
#include "service/base/on_pool.hpp"

#include <utility>

namespace service {

boost::asio::awaitable<Reply> FeedbackHandler::take(ServiceCall call) const {
    const auto message = fhir::parse_json(call.body);
    if (!message) co_return problem_reply(problem_of(message.error(), call.body), call.head.accept);
    auto read = read_feedback(*message, {settings_.offered, call.client->strict}, wall_time());
    if (!read) co_return problem_reply(read.error(), call.head.accept);

    const auto receipt = co_await on_pool(
        settings_.pool, [&] { return settings_.store.record(std::span<const Feedback>(read->items), wall_time()); });
    if (!receipt) {
        settings_.log.write(StoreFailed{"record-feedback", name_of(receipt.error()), 0});
        co_return problem_reply({Fault::overloaded, {}, {}}, call.head.accept);
    }
    settings_.log.write(FeedbackStored{std::string(call.service_id), receipt->stored, receipt->repeated,
                                       receipt->unknown_card + read->not_ours, read->ahead});
    co_return Reply();
}

}  // namespace service
