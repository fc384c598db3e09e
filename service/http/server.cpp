#include "service/http/server.hpp"

#include "service/base/as_result.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <malloc.h>
#include <optional>
#include <sys/resource.h>
#include <thread>
#include <utility>

namespace service {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds pause_after_accept_error(100);

/// Lets the process open as many sockets as it is to serve, as far as the system allows: shells begin with 1024.
void allow_descriptors(std::size_t connections) {
    constexpr std::size_t others = 256;  // files, the store, servers that are asked
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= connections + others) return;
    limit.rlim_cur = std::min<rlim_t>(connections + others, limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// One thread's event loop and its connections.
class Worker {
  public:
    Worker() : work_(asio::make_work_guard(io_)), drain_timer_(io_) {}

    asio::io_context& io() { return io_; }
    ConnectionSet& connections() { return connections_; }
    bool draining() const { return draining_; }
    std::size_t aborted() const { return aborted_; }

    void run() { io_.run(); }

    /// On the worker's thread.
    void drain(std::chrono::milliseconds patience) {
        if (std::exchange(draining_, true)) return;
        connections_.drain();
        work_.reset();
        if (connections_.size() == 0) return;
        drain_timer_.expires_after(patience);
        drain_timer_.async_wait([this](const error_code& error) {
            if (error) return;
            aborted_ = connections_.size();
            connections_.abort();
        });
    }

    /// On the worker's thread, whenever a connection is gone.
    void connection_ended() {
        if (draining_ && connections_.size() == 0) drain_timer_.cancel();
        give_memory_back();
    }

    /// On the worker's thread, whenever a connection has come.
    void connection_began() { crowd_ = std::max(crowd_, connections_.size()); }

  private:
    /// glibc keeps what a crowd of connections once needed; most of it goes back to the system when they have left.
    void give_memory_back() {
        constexpr std::size_t many = 64;
        if (crowd_ < many || connections_.size() > crowd_ / 4) return;
        crowd_ = connections_.size();
        malloc_trim(0);
    }

    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    asio::steady_timer drain_timer_;
    ConnectionSet connections_;
    std::size_t crowd_ = 0;  // connections at their most since memory was last given back
    bool draining_ = false;
    std::size_t aborted_ = 0;
};

constexpr std::array obeyed_signals = {SIGTERM, SIGINT, SIGHUP};

sigset_t obeyed_set() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : obeyed_signals) sigaddset(&set, number);
    return set;
}

}  // namespace

struct Server::State {
    /// A port, as its connections know it.
    struct Door {
        explicit Door(ConnectionSettings how) : settings(std::move(how)) {}

        const ConnectionSettings settings;
        std::atomic<std::size_t> open{0};
    };
    struct Listener {
        tcp::acceptor acceptor;
        Door& door;
    };

    State(const ServerLimits& asked, Log& events) : limits(asked), log(events) {
        for (std::size_t i = 0; i < limits.threads; ++i) workers.push_back(std::make_unique<Worker>());
        signals.emplace(workers.front()->io());
    }

    asio::awaitable<void> accept(Listener& listener);
    void admit(tcp::socket socket, Door& door, Worker& worker);
    void take(tcp::socket socket, Door& door, Worker& worker);
    void stop_accepting();

    ServerLimits limits;
    Log& log;
    std::atomic<bool> stopping{false};
    std::size_t next_worker = 0;
    // An acceptor needs its worker's io_context, a connection its door: doors, workers, acceptors go last to first.
    std::vector<std::unique_ptr<Door>> doors;
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<std::unique_ptr<Listener>> listeners;
    std::optional<asio::signal_set> signals;
    std::function<void()> on_hangup;
};

asio::awaitable<void> Server::State::accept(Listener& listener) {
    asio::steady_timer pause(listener.acceptor.get_executor());
    while (listener.acceptor.is_open()) {
        Worker& worker = *workers[next_worker];
        auto [error, socket] = co_await listener.acceptor.async_accept(worker.io(), as_result);
        if (error == asio::error::operation_aborted) co_return;
        if (error) {
            // Out of file descriptors, most likely: accepting again at once would spin.
            log.write(AcceptPaused{error.value()});
            pause.expires_after(pause_after_accept_error);
            co_await pause.async_wait(as_result);
            continue;
        }
        next_worker = (next_worker + 1) % workers.size();
        admit(std::move(socket), listener.door, worker);
    }
}

void Server::State::take(tcp::socket socket, Door& door, Worker& worker) {
    door.open.fetch_add(1);
    asio::post(worker.io(), [&door, &worker, socket = std::move(socket)]() mutable {
        serve_connection(std::move(socket), door.settings, worker.connections(), [&door, &worker] {
            door.open.fetch_sub(1);
            worker.connection_ended();
        });
        worker.connection_began();
        if (worker.draining()) worker.connections().drain();
    });
}

/// Takes what stands in the queues first: to whoever connected the service looks as open as ever, and closing a
/// listening socket resets them.
void Server::State::stop_accepting() {
    error_code ignored;
    for (const auto& listener : listeners) {
        listener->acceptor.non_blocking(true, ignored);
        listener->acceptor.set_option(asio::socket_base::enable_connection_aborted(true), ignored);  // else it waits
        for (int waiting = 0; waiting < asio::socket_base::max_listen_connections; ++waiting) {
            Worker& worker = *workers[next_worker];
            error_code error;
            tcp::socket socket(worker.io());
            listener->acceptor.accept(socket, error);
            if (error == asio::error::connection_aborted) continue;
            if (error) break;
            next_worker = (next_worker + 1) % workers.size();
            admit(std::move(socket), listener->door, worker);
        }
        listener->acceptor.close(ignored);
    }
    signals->cancel(ignored);
}

/// As long as there is room.
void Server::State::admit(tcp::socket socket, Door& door, Worker& worker) {
    const std::size_t most = door.settings.limits.connections;
    if (door.open.load() >= most) {
        log.write(ConnectionRefused{most});
        return;
    }
    take(std::move(socket), door, worker);
}

Server::Server(const ServerLimits& limits, Log& log) : state_(std::make_unique<State>(limits, log)) {}

Server::~Server() = default;

boost::system::result<std::uint16_t, ListenError> Server::listen(const tcp::endpoint& endpoint,
                                                                 ConnectionSettings settings) {
    tcp::acceptor acceptor(state_->workers.front()->io());
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return ListenError{error.message()};
    const std::uint16_t port = acceptor.local_endpoint().port();
    state_->doors.push_back(std::make_unique<State::Door>(std::move(settings)));
    state_->listeners.push_back(
        std::make_unique<State::Listener>(State::Listener{std::move(acceptor), *state_->doors.back()}));
    std::size_t connections = 0;
    for (const auto& door : state_->doors) connections += door->settings.limits.connections;
    allow_descriptors(connections);
    return port;
}

std::vector<asio::any_io_executor> Server::executors() const {
    std::vector<asio::any_io_executor> executors;
    for (const auto& worker : state_->workers) executors.emplace_back(worker->io().get_executor());
    return executors;
}

std::size_t Server::open_connections() const noexcept {
    std::size_t open = 0;
    for (const auto& door : state_->doors) open += door->open.load();
    return open;
}

void hold_back_signals() {
    const sigset_t set = obeyed_set();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void Server::obey_signals(std::function<void()> on_hangup) {
    state_->on_hangup = std::move(on_hangup);
    for (const int number : obeyed_signals) state_->signals->add(number);
    wait_for_signal();
}

void Server::wait_for_signal() {
    state_->signals->async_wait([this](const error_code& error, int number) {
        if (error) return;
        if (number != SIGHUP) return stop();
        state_->on_hangup();
        wait_for_signal();
    });
}

std::size_t Server::run() {
    for (const auto& listener : state_->listeners) {
        asio::co_spawn(state_->workers.front()->io(), state_->accept(*listener), asio::detached);
    }
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < state_->workers.size(); ++i) {
            threads.emplace_back([worker = state_->workers[i].get()] { worker->run(); });
        }
        const sigset_t set = obeyed_set();
        pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
        state_->workers.front()->run();
    }
    std::size_t aborted = 0;
    for (const auto& worker : state_->workers) aborted += worker->aborted();
    return aborted;
}

void Server::drain_unwelcome() {
    for (const auto& worker : state_->workers) {
        asio::post(worker->io(), [&worker = *worker, &log = state_->log] {
            const std::size_t ended = worker.connections().drain_unwelcome();
            if (ended > 0) log.write(ConnectionsWithdrawn{ended});
        });
    }
}

void Server::stop() {
    if (state_->stopping.exchange(true)) return;
    state_->log.write(StopRequested{});
    // In this order: a worker has what was accepted before it is told to end.
    asio::io_context& first = state_->workers.front()->io();
    asio::post(first, [state = state_.get(), &first] {
        state->stop_accepting();
        // What the listener had accepted before stands in this queue: it is handed on first.
        asio::post(first, [state] {
            for (const auto& worker : state->workers) {
                asio::post(worker->io(),
                           [&worker = *worker, patience = state->limits.drain] { worker.drain(patience); });
            }
        });
    });
}

}  // namespace service
