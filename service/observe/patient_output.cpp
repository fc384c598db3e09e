#include "service/observe/patient_output.hpp"

#include <climits>

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace service {

bool PatientOutput::write(std::string_view text) {
    while (!text.empty()) {
        if (!wait_for_room()) return false;
        // A pipe that has room takes this much without blocking (POSIX, write(); pipe(7)).
        const ssize_t written = ::write(descriptor_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
        if (written < 0 && errno != EINTR && errno != EAGAIN) return false;
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

bool PatientOutput::wait_for_room() const {
    constexpr int between_looks_ms = 50;  // at the deadline, which may be set meanwhile
    if (descriptor_ < 0) return false;    // poll() would wait for ever
    pollfd room{descriptor_, POLLOUT, 0};
    for (;;) {
        const bool late = Clock::now().time_since_epoch().count() >= deadline_.load();
        const int ready = poll(&room, 1, late ? 0 : between_looks_ms);
        if (ready > 0) return (room.revents & POLLNVAL) == 0;
        if (late || (ready < 0 && errno != EINTR)) return false;
    }
}

}  // namespace service
