// Time as the outside world counts it. Tokens, key sets and stores keep to it even when the clinical clock is frozen.
#pragma once

#include <chrono>

namespace service {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// The time now. Whatever can be tested takes the time as an argument instead.
inline WallTime wall_time() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace service
