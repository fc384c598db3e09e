// What one call holds of other servers' answers: counted as it comes, up to what the call may hold, and up to what all
// calls together may. A hundred calls that are each within their bounds would still be more memory than there is.
#pragma once

#include "service/http/body_budget.hpp"

#include <cstddef>

namespace service {

/// Used on one thread; the budget of all calls is shared by threads. What was counted is given back at the end: keep it
/// as long as what was read.
class HeldAnswers {
  public:
    enum class Fit {
        fits,
        too_large,  ///< for this call
        no_room     ///< for it beside the others
    };

    /// \param most  bytes for this call. \param all  outlives this; null: nobody counts what all calls hold.
    explicit HeldAnswers(std::size_t most, BodyBudget* all = nullptr) : most_(most), all_(all) {}
    HeldAnswers(const HeldAnswers&) = delete;
    HeldAnswers& operator=(const HeldAnswers&) = delete;
    ~HeldAnswers() {
        if (all_ != nullptr) all_->give_back(held_);
    }

    std::size_t bytes() const noexcept { return held_; }

    /// Counts `bytes` more, if they may be held.
    Fit add(std::size_t bytes) noexcept {
        if (bytes > most_ - held_) return Fit::too_large;
        if (all_ != nullptr && !all_->take(bytes)) return Fit::no_room;
        held_ += bytes;
        return Fit::fits;
    }

  private:
    std::size_t most_;
    BodyBudget* all_;
    std::size_t held_ = 0;
};

}  // namespace service
