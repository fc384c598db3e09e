#include "service/http/connection_set.hpp"

#include <boost/asio/post.hpp>

#include <vector>

namespace service {

void ConnectionSet::drain() {
    for (Connection* connection : open_) connection->drain();
}

std::size_t ConnectionSet::drain_unwelcome() {
    std::vector<Connection*> unwelcome;
    for (Connection* connection : open_) {
        if (!connection->still_welcome()) unwelcome.push_back(connection);
    }
    for (Connection* connection : unwelcome) connection->withdraw();
    return unwelcome.size();
}

void ConnectionSet::abort() {
    for (Connection* connection : open_) connection->abort();
}

bool ConnectionSet::is_overloaded(const boost::asio::any_io_executor& executor) {
    const auto now = QueueDelay::Clock::now();
    if (queue_.departs(now)) boost::asio::post(executor, [this] { queue_.arrived(QueueDelay::Clock::now()); });
    return queue_.is_too_long(now);
}

}  // namespace service
