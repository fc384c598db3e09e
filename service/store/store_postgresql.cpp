#include "service/store/store_postgresql.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <poll.h>
#include <string_view>
#include <utility>

namespace service {

using boost::system::result;

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// Waits until the socket is ready for `events`. \returns false at the deadline.
bool wait_for(PGconn* connection, short events, StoreDeadline deadline) {
    pollfd socket{PQsocket(connection), events, 0};
    if (socket.fd < 0) return true;  // libpq has closed it, and will say so
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - StoreClock::now()).count();
        if (left <= 0) return false;
        const int ready = poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
        if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
    }
}

std::string_view state_of(const PGresult* answer) {
    const char* code = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    return code == nullptr ? std::string_view() : std::string_view(code);
}

/// By SQLSTATE (PostgreSQL 15, appendix A). Messages are not looked at: they hold values.
StoreFault fault_of(std::string_view state) {
    // Too many connections, disk full, lock not available, query cancelled by its timeout, shutting down, deadlock,
    // a server that has become a standby.
    const bool passing = state.starts_with("53") || state.starts_with("55") || state.starts_with("57") ||
                         state.starts_with("40") || state == "25006";
    return passing ? StoreFault::unavailable : StoreFault::failed;
}

SqlConnection::Answer answer_of(PGresult* result) {
    SqlConnection::Answer answer;
    const int rows = PQntuples(result);
    const int columns = PQnfields(result);
    for (int row = 0; row < rows; ++row) {
        SqlConnection::Row values;
        for (int column = 0; column < columns; ++column) {
            if (PQgetisnull(result, row, column) != 0) {
                values.emplace_back();
            } else {
                values.emplace_back(PQgetvalue(result, row, column));
            }
        }
        answer.rows.push_back(std::move(values));
    }
    const std::string_view changed = PQcmdTuples(result);
    std::from_chars(changed.data(), changed.data() + changed.size(), answer.changed);
    return answer;
}

class PostgresqlConnection final : public SqlConnection {
  public:
    explicit PostgresqlConnection(Connection connection) : connection_(std::move(connection)) {
        PQsetnonblocking(connection_.get(), 1);
        // libpq would print the server's notices, which may hold values, to the standard error.
        PQsetNoticeReceiver(connection_.get(), &take_notice, this);
    }

    void limit(StoreDeadline deadline) override { deadline_ = deadline; }

    result<Answer, StoreFault> run(const std::string& statement, const Row& values) override {
        if (broken_) return StoreFault::connection_lost;
        std::vector<const char*> parameters;
        parameters.reserve(values.size());
        for (const std::optional<std::string>& value : values) parameters.push_back(value ? value->c_str() : nullptr);
        warned_ = false;
        const int sent = PQsendQueryParams(connection_.get(), statement.c_str(), static_cast<int>(parameters.size()),
                                           nullptr, parameters.data(), nullptr, nullptr, 0);
        if (sent != 1) return broken(StoreFault::connection_lost);
        if (const auto fault = send_all()) return broken(*fault);
        Result answer(nullptr, &PQclear);
        if (const auto fault = receive(answer)) return broken(*fault);
        return judged(answer.get());
    }

    bool alive() override {
        // Reads what has arrived without waiting: the end of the connection, if the server has gone.
        return !broken_ && PQconsumeInput(connection_.get()) == 1 && PQstatus(connection_.get()) == CONNECTION_OK &&
               PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
    }

    std::string begin_statement() const override { return "BEGIN"; }

    std::vector<std::string> reading_statements() const override {
        return {"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", "SET LOCAL statement_timeout = 0"};
    }

    std::vector<std::string> schema_change_statements() const override {
        return {"SET LOCAL statement_timeout = 10000", "SELECT pg_advisory_xact_lock(7233081940266511)"};
    }

  private:
    static void take_notice(void* self, const PGresult* notice) {
        const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
        if (severity != nullptr && std::string_view(severity) == "WARNING") {
            static_cast<PostgresqlConnection*>(self)->warned_ = true;
        }
    }

    StoreFault broken(StoreFault fault) {
        broken_ = true;
        return fault;
    }

    std::optional<StoreFault> send_all() {
        int left = PQflush(connection_.get());
        while (left == 1) {
            // The server may want to be read before it reads on.
            if (!wait_for(connection_.get(), POLLIN | POLLOUT, deadline_)) return StoreFault::timed_out;
            if (PQconsumeInput(connection_.get()) != 1) return StoreFault::connection_lost;
            left = PQflush(connection_.get());
        }
        if (left < 0) return StoreFault::connection_lost;
        return std::nullopt;
    }

    /// One answer, and the end of the statement behind it.
    std::optional<StoreFault> receive(Result& answer) {
        for (;;) {
            while (PQisBusy(connection_.get()) == 1) {
                if (!wait_for(connection_.get(), POLLIN, deadline_)) return StoreFault::timed_out;
                if (PQconsumeInput(connection_.get()) != 1) return StoreFault::connection_lost;
            }
            Result next(PQgetResult(connection_.get()), &PQclear);
            if (next == nullptr) return std::nullopt;
            answer = std::move(next);
        }
    }

    result<Answer, StoreFault> judged(PGresult* answer) {
        const ExecStatusType status = PQresultStatus(answer);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            if (PQstatus(connection_.get()) != CONNECTION_OK) return broken(StoreFault::connection_lost);
            const std::string_view state = state_of(answer);
            // This server is no longer the one that is written to: the next connection looks for that.
            if (state == "25006") broken_ = true;
            return fault_of(state);
        }
        // A commit whose wait for the synchronous standby was broken off is reported as done, with a warning: it is
        // here, and gone with this server.
        if (warned_) return StoreFault::timed_out;
        return answer_of(answer);
    }

    Connection connection_;
    StoreDeadline deadline_{};
    bool broken_ = false;
    bool warned_ = false;
};

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        parts.emplace_back(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return parts;
}

/// What the URI says for `keyword`, as a list.
std::vector<std::string> listed(const PQconninfoOption* options, std::string_view keyword) {
    for (const PQconninfoOption* option = options; option != nullptr && option->keyword != nullptr; ++option) {
        if (keyword == option->keyword && option->val != nullptr) return split(option->val);
    }
    return {};
}

std::string part(const std::vector<std::string>& list, std::size_t index) {
    if (list.size() == 1) return list.front();  // one port for all
    return index < list.size() ? list[index] : std::string();
}

/// The waiting for a connection, which libpq leaves to us.
std::optional<StoreFault> complete(PGconn* connection, StoreDeadline deadline) {
    PostgresPollingStatusType step = PGRES_POLLING_WRITING;
    while (step != PGRES_POLLING_OK) {
        if (step == PGRES_POLLING_FAILED) return StoreFault::unavailable;
        if (!wait_for(connection, step == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline))
            return StoreFault::timed_out;
        step = PQconnectPoll(connection);
    }
    return std::nullopt;
}

/// \param host  one of those that the URI names; null: as it stands.
result<std::unique_ptr<SqlConnection>, StoreFault> connect_to(
    const std::string& uri, const std::vector<std::pair<const char*, std::string>>& host, StoreDeadline deadline) {
    // What the URI says itself wins over what stands before it.
    std::vector<const char*> names = {"application_name", "tcp_user_timeout", "options", "target_session_attrs",
                                      "dbname"};
    std::vector<const char*> values = {
        "backpain-cds", "5000", "-c statement_timeout=2000 -c client_min_messages=warning", "read-write", uri.c_str()};
    for (const auto& [name, value] : host) {
        names.push_back(name);
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    Connection connection(PQconnectStartParams(names.data(), values.data(), 1), &PQfinish);
    if (connection == nullptr || PQstatus(connection.get()) == CONNECTION_BAD) return StoreFault::unavailable;
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    if (const auto fault = complete(connection.get(), deadline)) return *fault;
    auto made = std::make_unique<PostgresqlConnection>(std::move(connection));
    made->limit(deadline);
    return std::unique_ptr<SqlConnection>(std::move(made));
}

}  // namespace

PostgresqlServers::PostgresqlServers(std::string uri) : uri_(std::move(uri)) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(uri_.c_str(), nullptr),
                                                                               &PQconninfoFree);
    const auto names = listed(options.get(), "host");
    const auto addresses = listed(options.get(), "hostaddr");
    const auto ports = listed(options.get(), "port");
    const std::size_t count = std::max(names.size(), addresses.size());
    for (std::size_t i = 0; count > 1 && i < count; ++i) {
        hosts_.push_back({part(names, i), part(addresses, i), part(ports, i)});
    }
}

result<std::unique_ptr<SqlConnection>, StoreFault> PostgresqlServers::connect(StoreDeadline deadline) {
    if (hosts_.empty()) return connect_to(uri_, {}, deadline);
    StoreFault fault = StoreFault::unavailable;
    const std::size_t first = last_.load();
    for (std::size_t tried = 0; tried < hosts_.size(); ++tried) {
        const std::size_t index = (first + tried) % hosts_.size();
        const Host& host = hosts_[index];
        const auto now = StoreClock::now();
        const auto share = now + (deadline - now) / static_cast<long>(hosts_.size() - tried);
        auto connection =
            connect_to(uri_, {{"host", host.name}, {"hostaddr", host.address}, {"port", host.port}}, share);
        if (connection) {
            last_ = index;
            return connection;
        }
        fault = connection.error();
    }
    return fault;
}

result<std::unique_ptr<SqlConnection>, StoreFault> connect_postgresql(const std::string& uri, StoreDeadline deadline) {
    return PostgresqlServers(uri).connect(deadline);
}

}  // namespace service
