// The connections of one thread: how each ends when the service does, and how long they wait for their thread.
#pragma once

#include "service/http/queue_delay.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <unordered_set>

namespace service {

/// A connection as its thread sees it.
class Connection {
  public:
    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection() = default;

    /// Ends the connection as soon as no request is under way, here or on its way: who has sent one on a connection
    /// that was open gets an answer.
    virtual void drain() = 0;

    /// As drain(), and at once if it is idle: its client gets no answer any more.
    virtual void withdraw() = 0;

    /// Ends the connection now.
    virtual void abort() = 0;

    /// Whether its client would be let in now, by the TLS that is in force.
    virtual bool still_welcome() = 0;
};

/// The connections of one thread, and how long they wait for it. Used by that thread only.
class ConnectionSet {
  public:
    void add(Connection& connection) { open_.insert(&connection); }
    void remove(Connection& connection) { open_.erase(&connection); }
    std::size_t size() const noexcept { return open_.size(); }
    void drain();
    void abort();

    /// Drains the connections whose clients would not be let in now. \returns how many.
    std::size_t drain_unwelcome();

    /// Whether so much waits for the thread that what is ready now is to be refused. \param executor  the thread's.
    bool is_overloaded(const boost::asio::any_io_executor& executor);

  private:
    std::unordered_set<Connection*> open_;
    QueueDelay queue_;
};

}  // namespace service
