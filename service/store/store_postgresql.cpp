#include "service/store/store_postgresql.hpp"

#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace service {

using boost::system::result;

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// By SQLSTATE (PostgreSQL 15, appendix A). Messages are not looked at: they hold values.
StoreFault fault_of(PGconn* connection, const PGresult* answer) {
    if (PQstatus(connection) != CONNECTION_OK) return StoreFault::connection_lost;
    const char* code = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    const std::string_view state = code == nullptr ? std::string_view() : std::string_view(code);
    // Too many connections, lock not available, query cancelled by its timeout, shutting down, deadlock.
    const bool passing =
        state.starts_with("53") || state.starts_with("55") || state.starts_with("57") || state.starts_with("40");
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
    explicit PostgresqlConnection(Connection connection) : connection_(std::move(connection)) {}

    result<Answer, StoreFault> run(const std::string& statement, const Row& values) override {
        std::vector<const char*> parameters;
        parameters.reserve(values.size());
        for (const std::optional<std::string>& value : values) parameters.push_back(value ? value->c_str() : nullptr);
        const Result answer(PQexecParams(connection_.get(), statement.c_str(), static_cast<int>(parameters.size()),
                                         nullptr, parameters.data(), nullptr, nullptr, 0),
                            &PQclear);
        const ExecStatusType status = PQresultStatus(answer.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return fault_of(connection_.get(), answer.get());
        return answer_of(answer.get());
    }

    bool alive() override {
        // Reads what has arrived without waiting: the end of the connection, if the server has gone.
        return PQconsumeInput(connection_.get()) == 1 && PQstatus(connection_.get()) == CONNECTION_OK &&
               PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
    }

    std::string begin_statement() const override { return "BEGIN"; }

    std::string lock_schema_statement() const override { return "SELECT pg_advisory_xact_lock(7233081940266511)"; }

  private:
    Connection connection_;
};

}  // namespace

result<std::unique_ptr<SqlConnection>, StoreFault> connect_postgresql(const std::string& uri) {
    // What the URI says itself wins, because it comes last.
    const std::array<const char*, 6> names = {"application_name", "connect_timeout", "tcp_user_timeout",
                                              "options",          "dbname",          nullptr};
    const std::array<const char*, 6> values = {
        "backpain-cds", "2", "5000", "-c statement_timeout=5000 -c client_min_messages=error", uri.c_str(), nullptr};
    Connection connection(PQconnectdbParams(names.data(), values.data(), 1), &PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK) return StoreFault::unavailable;
    // libpq would print the server's notices, which may hold values, to the standard error.
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    return std::unique_ptr<SqlConnection>(std::make_unique<PostgresqlConnection>(std::move(connection)));
}

}  // namespace service
