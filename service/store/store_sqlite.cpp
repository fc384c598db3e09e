#include "service/store/store_sqlite.hpp"

#include <sqlite3.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace service {

using boost::system::result;

namespace {

constexpr std::chrono::milliseconds between_lock_tries{5};  ///< for a lock that another process has
constexpr int steps_between_looks = 10'000;                 ///< of SQLite's machine, at the deadline
constexpr mode_t for_the_owner = S_IRUSR | S_IWUSR;

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

StoreFault fault_of(int code) {
    if (code == SQLITE_READONLY_DBMOVED) return StoreFault::replaced;
    switch (code & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_CANTOPEN:
            return StoreFault::unavailable;
        case SQLITE_INTERRUPT:
            return StoreFault::timed_out;
        default:
            return StoreFault::failed;
    }
}

std::optional<FileIdentity> file_at(const std::string& path) {
    struct stat found {};
    if (stat(path.c_str(), &found) != 0) return std::nullopt;
    return FileIdentity{found.st_dev, found.st_ino};
}

/// An empty file is a database without tables. It comes to its place closed: to close a file that SQLite has open would
/// end its locks (POSIX, fcntl()).
void make_for_the_owner(const std::string& path) {
    if (file_at(path)) return;
    std::string made = path + ".new-XXXXXX";
    const int descriptor = mkstemp(made.data());  // 0600 (POSIX)
    if (descriptor < 0) return;                   // SQLite will say why
    close(descriptor);
    // If another process was first, its file stays.
    (void)!link(made.c_str(), path.c_str());
    unlink(made.c_str());
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
    SqliteConnection(Database database, std::string path) : database_(std::move(database)), path_(std::move(path)) {
        sqlite3_busy_handler(database_.get(), &wait_for_lock, this);
        sqlite3_progress_handler(database_.get(), steps_between_looks, &is_too_late, this);
    }

    void limit(StoreDeadline deadline) override { deadline_ = deadline; }

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
        auto answer = answer_of(prepared);
        // Outside a transaction what was done has been committed: is that where it will be looked for?
        if (answer && sqlite3_get_autocommit(database_.get()) != 0 && files_changed()) return StoreFault::replaced;
        return answer;
    }

    /// One whose transaction could neither be finished nor taken back is of no use any longer.
    bool alive() override { return sqlite3_get_autocommit(database_.get()) != 0 && !files_changed(); }

    std::string begin_statement() const override { return "BEGIN IMMEDIATE"; }

    std::vector<std::string> schema_change_statements() const override { return {}; }

    /// From now on the files that are at their paths are those that are written to. The log and its index are there
    /// once something has been read, and stay as long as they are open.
    void know_files() {
        for (std::size_t i = 0; i < suffixes.size(); ++i) files_[i] = file_at(path_ + suffixes[i]);
    }

    std::optional<FileIdentity> file() const { return files_[0]; }

    bool files_changed() const {
        int moved = 0;
        sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
        if (moved != 0) return true;
        for (std::size_t i = 0; i < suffixes.size(); ++i) {
            if (files_[i] && file_at(path_ + suffixes[i]) != files_[i]) return true;
        }
        return false;
    }

  private:
    static constexpr std::array<const char*, 3> suffixes = {"", "-wal", "-shm"};

    static int wait_for_lock(void* self, int) {
        if (is_too_late(self) != 0) return 0;
        std::this_thread::sleep_for(between_lock_tries);
        return 1;
    }

    static int is_too_late(void* self) {
        return StoreClock::now() >= static_cast<SqliteConnection*>(self)->deadline_ ? 1 : 0;
    }

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
    std::string path_;
    std::array<std::optional<FileIdentity>, 3> files_;
    StoreDeadline deadline_{};
};

/// Of two that do so at once on a new file SQLite refuses one without waiting, to be safe from a deadlock.
result<void, StoreFault> turn_on_write_ahead_log(SqliteConnection& connection, StoreDeadline deadline) {
    for (;;) {
        const auto done = connection.run("PRAGMA journal_mode=WAL", {});
        if (done) return {};
        if (done.error() != StoreFault::unavailable || StoreClock::now() >= deadline) return done.error();
        std::this_thread::sleep_for(between_lock_tries);
    }
}

}  // namespace

result<std::unique_ptr<SqlConnection>, StoreFault> SqliteFile::connect(StoreDeadline deadline) {
    const std::lock_guard lock(mutex_);
    if (opened_ && file_at(path_) != opened_) return StoreFault::replaced;
    make_for_the_owner(path_);
    sqlite3* opened = nullptr;
    const int may_create = opened_ ? 0 : SQLITE_OPEN_CREATE;
    const int flags = SQLITE_OPEN_READWRITE | may_create | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path_.c_str(), &opened, flags, nullptr);
    Database database(opened, &sqlite3_close);
    if (code != SQLITE_OK) return fault_of(code);
    auto connection = std::make_unique<SqliteConnection>(std::move(database), path_);
    connection->limit(deadline);
    const auto logged = turn_on_write_ahead_log(*connection, deadline);
    if (!logged) return logged.error();
    for (const char* statement :
         {"PRAGMA synchronous=FULL", "PRAGMA trusted_schema=OFF", "SELECT COUNT(*) FROM sqlite_schema"}) {
        const auto done = connection->run(statement, {});
        if (!done) return done.error();
    }
    connection->know_files();
    const bool another = opened_ && connection->file() != opened_;
    if (another || !connection->file() || connection->files_changed()) return StoreFault::replaced;
    opened_ = connection->file();
    return std::unique_ptr<SqlConnection>(std::move(connection));
}

void SqliteFile::make_private() const {
    for (const char* suffix : {"", "-wal", "-shm"}) {
        const std::string file = path_ + suffix;
        struct stat found {};
        if (stat(file.c_str(), &found) != 0 || (found.st_mode & (S_IRWXG | S_IRWXO)) == 0) continue;
        (void)!chmod(file.c_str(), for_the_owner);  // of another owner it cannot be changed: doctor tells
    }
}

result<std::unique_ptr<SqlConnection>, StoreFault> connect_sqlite(const std::string& path, StoreDeadline deadline) {
    return SqliteFile(path).connect(deadline);
}

}  // namespace service
