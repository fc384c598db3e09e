// What a reload exchanges while calls are under way: whoever has got hold of the old value keeps it to the end.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace service {

/// Safe from every thread. A mutex, because libstdc++ 12's atomic<shared_ptr> is one too, and sanitizers know this one.
template <typename Value>
class Reloadable {
  public:
    explicit Reloadable(std::shared_ptr<Value> value) : value_(std::move(value)) {}

    std::shared_ptr<Value> get() const {
        const std::lock_guard lock(mutex_);
        return value_;
    }

    /// From now on `value` is handed out.
    void set(std::shared_ptr<Value> value) {
        const std::lock_guard lock(mutex_);
        value_.swap(value);
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<Value> value_;
};

}  // namespace service
