// Looks after the store beside the calls: whether it can be written to, for /health/ready, and what it need not
// remember any longer. A store that hangs holds the thread of the keeper alone.
#pragma once

#include "service/base/blocking_calls.hpp"
#include "service/observe/log.hpp"
#include "service/store/store.hpp"

#include <chrono>
#include <memory>

namespace service {

/// How often a keeper does what.
struct KeeperPace {
    std::chrono::milliseconds look{1'000};
    std::chrono::milliseconds patience{1'000};  ///< with a look, before the store counts as away
    std::chrono::milliseconds forget{60'000};
};

class StoreKeeper {
  public:
    /// \param store, log  outlive this, and the process if close() says so.
    StoreKeeper(Store& store, Log& log, const KeeperPace& pace = {}, const StoreKeep& keep = {});
    ~StoreKeeper();
    StoreKeeper(const StoreKeeper&) = delete;
    StoreKeeper& operator=(const StoreKeeper&) = delete;

    /// Whether the store did what it was asked when it was last looked at, and does not keep the keeper waiting now.
    bool store_works() const;

    /// \returns false if the store hangs, and the keeper's thread with it.
    bool close(BlockingCalls::Clock::time_point deadline);

  private:
    struct State;

    std::shared_ptr<State> state_;
    BlockingCalls thread_;
};

}  // namespace service
