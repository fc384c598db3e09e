#include "service/store/store_sqlite.hpp"

#include <sqlite3.h>

#include <chrono>
#include <thread>
#include <utility>

namespace service {

using boost::system::result;

namespace {

constexpr int busy_timeout_ms = 2000;  ///< another process at the same file: a copy being made, an impatient operator

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

StoreFault fault_of(int code) {
    switch (code & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_CANTOPEN:
            return StoreFault::unavailable;
        default:
            return StoreFault::failed;
    }
}

SqlConnection::Row row_of(sqlite3_stmt* statement) {
    SqlConnection::Row row;
    const int columns = sqlite3_column_count(statement);
    for (int column = 0; column < columns; ++column) {
        const unsigned char* text = sqlite3_column_text(statement, column);
        if (text == nullptr) {
            row.emplace_back();
            continue;
        }
        const auto length = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        row.emplace_back(std::in_place, reinterpret_cast<const char*>(text), length);
    }
    return row;
}

class SqliteConnection final : public SqlConnection {
  public:
    explicit SqliteConnection(Database database) : database_(std::move(database)) {}

    result<Answer, StoreFault> run(const std::string& text, const Row& values) override {
        sqlite3_stmt* prepared = nullptr;
        const int code =
            sqlite3_prepare_v2(database_.get(), text.data(), static_cast<int>(text.size()), &prepared, nullptr);
        const Statement statement(prepared, &sqlite3_finalize);
        if (code != SQLITE_OK) return fault_of(code);
        int parameter = 0;
        for (const std::optional<std::string>& value : values) {
            ++parameter;
            // $1, $2, … are names to SQLite; our statements name them in their order. The column's type decides whether
            // a text of digits is stored as a number.
            if (!value) continue;
            const int bound =
                sqlite3_bind_text(prepared, parameter, value->data(), static_cast<int>(value->size()), SQLITE_STATIC);
            if (bound != SQLITE_OK) return fault_of(bound);
        }
        return answer_of(prepared);
    }

    /// One whose transaction could neither be finished nor taken back is of no use any longer.
    bool alive() override { return sqlite3_get_autocommit(database_.get()) != 0; }

    std::string begin_statement() const override { return "BEGIN IMMEDIATE"; }

    std::string lock_schema_statement() const override { return {}; }

  private:
    result<Answer, StoreFault> answer_of(sqlite3_stmt* statement) {
        Answer answer;
        // total_changes, since changes() still holds the number of the last statement that wrote.
        const int before = sqlite3_total_changes(database_.get());
        int code = sqlite3_step(statement);
        while (code == SQLITE_ROW) {
            answer.rows.push_back(row_of(statement));
            code = sqlite3_step(statement);
        }
        if (code != SQLITE_DONE) return fault_of(code);
        answer.changed = static_cast<std::size_t>(sqlite3_total_changes(database_.get()) - before);
        return answer;
    }

    Database database_;
};

/// Of two that do so at once on a new file SQLite refuses one without waiting, to be safe from a deadlock.
result<void, StoreFault> turn_on_write_ahead_log(SqliteConnection& connection) {
    constexpr std::chrono::milliseconds pause{20};
    for (int waited_ms = 0;; waited_ms += static_cast<int>(pause.count())) {
        const auto done = connection.run("PRAGMA journal_mode=WAL", {});
        if (done) return {};
        if (done.error() != StoreFault::unavailable || waited_ms >= busy_timeout_ms) return done.error();
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace

result<std::unique_ptr<SqlConnection>, StoreFault> connect_sqlite(const std::string& path) {
    sqlite3* opened = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    Database database(opened, &sqlite3_close);
    if (code != SQLITE_OK) return fault_of(code);
    sqlite3_busy_timeout(opened, busy_timeout_ms);
    auto connection = std::make_unique<SqliteConnection>(std::move(database));
    const auto logged = turn_on_write_ahead_log(*connection);
    if (!logged) return logged.error();
    for (const char* pragma : {"PRAGMA synchronous=FULL", "PRAGMA trusted_schema=OFF"}) {
        const auto done = connection->run(pragma, {});
        if (!done) return done.error();
    }
    return std::unique_ptr<SqlConnection>(std::move(connection));
}

}  // namespace service
