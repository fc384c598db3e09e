// What stands behind the feedback endpoint: a message is read whole, stored whole, and only then answered 200; what was
// answered 200 survives the process (CDS Hooks, "Feedback"; ). A store that hangs is waited for no longer
// than longest_store_wait.
#pragma once

#include "service/answer/feedback.hpp"
#include "service/base/blocking_calls.hpp"
#include "service/hooks/cds_services.hpp"
#include "service/observe/log.hpp"
#include "service/store/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace service {

/// What feedback is handled with. Store, log and calls outlive the handler.
struct FeedbackSettings {
    Store& store;
    Log& log;
    BlockingCalls& store_calls;   ///< where the store is written to
    std::vector<Reason> offered;  ///< the override reasons of the cards that are given
};

class FeedbackHandler {
  public:
    explicit FeedbackHandler(FeedbackSettings settings) : settings_(std::move(settings)) {}

    /// 200 without a body once the feedback is stored; a problem, of which nothing is stored; 503 if the store fails.
    boost::asio::awaitable<Reply> take(ServiceCall call) const;

  private:
    using Stored = boost::system::result<FeedbackReceipt, StoreFault>;
    boost::asio::awaitable<Stored> store(std::vector<Feedback> items) const;

    FeedbackSettings settings_;
};

}  // namespace service
