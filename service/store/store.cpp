#include "service/store/store.hpp"

#include "service/base/uuid.hpp"
#include "service/store/store_postgresql.hpp"
#include "service/store/store_schema.hpp"
#include "service/store/store_sqlite.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

namespace service {

using boost::system::result;
using Row = SqlConnection::Row;

namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";
// SQLite writes one transaction at a time in any case; one connection spares everybody its busy waiting.
constexpr std::size_t sqlite_connections = 1;
constexpr std::size_t postgresql_connections = 16;
// Of a store that does not answer one caller finds out, from time to time; the others are told at once. So nobody waits
// in vain, and a server that is stuck is not flooded with connections that it would have to clear away.
constexpr std::chrono::milliseconds between_tries{500};
constexpr std::size_t rows_a_statement = 50;
// Tokens are forgotten when they have expired for longer than the clocks of replicas may differ.
constexpr std::chrono::minutes replicas_differ_by{5};
constexpr std::size_t forgotten_a_statement = 1000;
constexpr int most_forgetting_statements = 100;  ///< in one sweep

std::string number(std::int64_t value) {
    return std::to_string(value);
}

std::uint64_t count_of(const std::optional<std::string>& text) {
    std::uint64_t value = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), value);
    return value;
}

std::string_view word_for(Outcome outcome) {
    switch (outcome) {
        case Outcome::accepted:
            return "accepted";
        case Outcome::overridden:
            return "overridden";
    }
    return "unknown";
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all.append(all.empty() ? "" : ",").append(text);
    return all;
}

/// "($1, $2), ($3, $4)" for two rows of two.
std::string placeholders(std::size_t rows, std::size_t columns) {
    std::string text;
    for (std::size_t row = 0; row < rows; ++row) {
        text += row == 0 ? "(" : ", (";
        for (std::size_t column = 0; column < columns; ++column) {
            text += (column == 0 ? "$" : ", $") + std::to_string(row * columns + column + 1);
        }
        text += ')';
    }
    return text;
}

void append(Row& values, const Decision& decision) {
    values.insert(values.end(), {decision.card, decision.service, decision.rule, decision.pack, decision.version,
                                 decision.digest, number(decision.at.time_since_epoch().count())});
}

void append(Row& values, const Feedback& feedback, WallTime received) {
    std::optional<std::string> system;
    std::optional<std::string> code;
    if (feedback.reason) {
        system = feedback.reason->system;
        code = feedback.reason->code;
    }
    values.insert(values.end(), {feedback.card, std::string(word_for(feedback.outcome)),
                                 number(feedback.at.time_since_epoch().count()), joined(feedback.suggestions), system,
                                 code, number(received.time_since_epoch().count())});
}

/// How many of these cards the store knows nothing of; each as often as it is named.
result<std::size_t, StoreFault> count_unknown(SqlConnection& connection, const std::vector<Row>& cards) {
    if (cards.empty()) return std::size_t{0};
    Row values;
    for (const Row& row : cards) values.push_back(row.at(0));
    const auto known =
        connection.run("SELECT card FROM decision WHERE card IN " + placeholders(1, values.size()), values);
    if (!known) return known.error();
    const std::set<Row> found(known->rows.begin(), known->rows.end());
    return static_cast<std::size_t>(std::ranges::count_if(cards, [&](const Row& row) { return !found.contains(row); }));
}

/// Adds to `receipt` what came of one statement's worth of feedback.
result<void, StoreFault> insert(SqlConnection& connection, std::span<const Feedback> batch, WallTime received,
                                FeedbackReceipt& receipt) {
    Row values;
    for (const Feedback& feedback : batch) append(values, feedback, received);
    const auto stored = connection.run(
        "INSERT INTO feedback (card, outcome, outcome_at, suggestions, reason_system, reason_code, received_at) "
        "VALUES " +
            placeholders(batch.size(), 7) + " ON CONFLICT DO NOTHING RETURNING card",
        values);
    if (!stored) return stored.error();
    receipt.stored += stored->rows.size();
    receipt.repeated += batch.size() - stored->rows.size();
    const auto unknown = count_unknown(connection, stored->rows);
    if (!unknown) return unknown.error();
    receipt.unknown_card += *unknown;
    return {};
}

}  // namespace

std::string_view name_of(StoreFault fault) noexcept {
    switch (fault) {
        case StoreFault::unavailable:
            return "unavailable";
        case StoreFault::connection_lost:
            return "connection-lost";
        case StoreFault::timed_out:
            return "timed-out";
        case StoreFault::replaced:
            return "replaced";
        case StoreFault::newer_schema:
            return "newer-schema";
        case StoreFault::failed:
            return "failed";
    }
    return "unknown";
}

std::size_t Store::most_connections_of(std::string_view address) noexcept {
    return address.starts_with("postgres") ? postgresql_connections : sqlite_connections;
}

/// A store that has not been looked at yet; null if the address names none.
std::unique_ptr<Store> Store::unopened(std::string_view address, const StoreLimits& limits) {
    if (address.starts_with(sqlite_scheme)) {
        const std::string path(address.substr(sqlite_scheme.size()));
        const auto file = std::make_shared<SqliteFile>(path);
        return std::make_unique<Store>([file](StoreDeadline deadline) { return file->connect(deadline); },
                                       sqlite_connections, limits);
    }
    if (address.starts_with("postgresql://") || address.starts_with("postgres://")) {
        const auto servers = std::make_shared<PostgresqlServers>(std::string(address));
        return std::make_unique<Store>([servers](StoreDeadline deadline) { return servers->connect(deadline); },
                                       postgresql_connections, limits);
    }
    return nullptr;
}

result<std::unique_ptr<Store>, StoreFault> Store::open(std::string_view address, const StoreLimits& limits) {
    if (address.starts_with(sqlite_scheme))
        SqliteFile(std::string(address.substr(sqlite_scheme.size()))).make_private();
    std::unique_ptr<Store> store = unopened(address, limits);
    if (store == nullptr) return StoreFault::unavailable;
    const auto migrated = store->migrate();
    if (!migrated) return migrated.error();
    return store;
}

result<Store::Rehearsal, StoreFault> Store::rehearse(std::string_view address) {
    const StoreLimits limits;
    const std::unique_ptr<Store> store = unopened(address, limits);
    if (store == nullptr) return StoreFault::unavailable;
    Rehearsal found{0, newest_schema()};
    const auto done = store->with_connection(
        StoreClock::now() + limits.start, [&](SqlConnection& connection) -> result<void, StoreFault> {
            const auto begun = connection.run(connection.begin_statement());
            if (!begun) return begun.error();
            const auto schema = try_everything(connection);
            (void)connection.run("ROLLBACK");  // if this fails, the connection is gone and its transaction with it
            if (!schema) return schema.error();
            found.schema = *schema;
            return {};
        });
    if (!done) return done.error();
    return found;
}

// ---- connections ----------------------------------------------------------------------------------------------------

result<std::unique_ptr<SqlConnection>, StoreFault> Store::take(StoreDeadline deadline) {
    {
        std::unique_lock lock(mutex_);
        // In turn: who writes much beside the calls would else take the only connection again before they wake up.
        const auto turn = turns_.insert(turns_.end(), 0);
        const auto free = [&] { return turns_.begin() == turn && (!idle_.empty() || open_ < most_connections_); };
        const bool mine = one_free_.wait_until(lock, deadline, free);
        turns_.erase(turn);
        one_free_.notify_all();
        if (!mine) return StoreFault::unavailable;
        while (!idle_.empty()) {
            std::unique_ptr<SqlConnection> connection = std::move(idle_.back());
            idle_.pop_back();
            if (connection->alive()) return connection;
            --open_;
        }
        ++open_;
    }
    auto connection = connect_(deadline);
    if (!connection) give_back(nullptr);
    return connection;
}

void Store::give_back(std::unique_ptr<SqlConnection> connection) {
    const bool fit = connection != nullptr && connection->alive();
    const std::lock_guard lock(mutex_);
    if (fit) {
        idle_.push_back(std::move(connection));
    } else {
        --open_;
    }
    one_free_.notify_all();
}

/// Gives a connection back, however its use ends.
class Store::Lease {
  public:
    Lease(Store& store, std::unique_ptr<SqlConnection> connection)
        : store_(store), connection_(std::move(connection)) {}
    ~Lease() { store_.give_back(std::move(connection_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    SqlConnection& connection() { return *connection_; }

  private:
    Store& store_;
    std::unique_ptr<SqlConnection> connection_;
};

result<void, StoreFault> Store::with_connection(StoreDeadline deadline, const Work& work) {
    if (!may_be_asked()) return StoreFault::timed_out;
    auto taken = take(deadline);
    if (!taken) return noted(taken.error());
    Lease lease(*this, std::move(*taken));
    lease.connection().limit(deadline);
    return noted(work(lease.connection()));
}

/// While the store does not answer: true for one caller, from time to time.
bool Store::may_be_asked() {
    StoreClock::rep again_at = asked_again_at_.load();
    if (again_at == 0) return true;
    const auto now = StoreClock::now();
    if (now.time_since_epoch().count() < again_at) return false;
    return asked_again_at_.compare_exchange_strong(again_at, (now + between_tries).time_since_epoch().count());
}

Store::Done Store::noted(Done done) {
    const bool hangs = !done && done.error() == StoreFault::timed_out;
    asked_again_at_ = hangs ? (StoreClock::now() + between_tries).time_since_epoch().count() : 0;
    return done;
}

Store::Done Store::in_transaction(StoreDeadline deadline, const Work& work) {
    return with_connection(deadline, [&](SqlConnection& connection) -> Done {
        const auto begun = connection.run(connection.begin_statement());
        if (!begun) return begun.error();
        const auto done = work(connection);
        if (!done) {
            // If this fails too, the connection is gone and its transaction with it.
            (void)connection.run("ROLLBACK");
            return done.error();
        }
        const auto committed = connection.run("COMMIT");
        if (!committed) {
            (void)connection.run("ROLLBACK");
            return committed.error();
        }
        return {};
    });
}

Store::Done Store::write(std::chrono::milliseconds limit, const Work& work) {
    const auto deadline = StoreClock::now() + limit;
    auto done = in_transaction(deadline, work);
    if (!done && done.error() == StoreFault::connection_lost) done = in_transaction(deadline, work);
    write_failed_ = !done;
    return done;
}

// ---- what is stored -------------------------------------------------------------------------------------------------

result<void, StoreFault> Store::migrate() {
    return in_transaction(StoreClock::now() + limits_.start, bring_up_to_date);
}

result<int, StoreFault> Store::schema_version() {
    int version = 0;
    const auto done =
        in_transaction(StoreClock::now() + limits_.call, [&](SqlConnection& connection) -> result<void, StoreFault> {
            const auto found = schema_of(connection);
            if (!found) return found.error();
            version = *found;
            return {};
        });
    if (!done) return done.error();
    return version;
}

result<void, StoreFault> Store::record(std::span<const Decision> decisions) {
    if (decisions.empty()) return {};
    return write(limits_.background, [&](SqlConnection& connection) -> Done {
        for (std::size_t first = 0; first < decisions.size(); first += rows_a_statement) {
            const auto some = decisions.subspan(first, std::min(rows_a_statement, decisions.size() - first));
            Row values;
            for (const Decision& decision : some) append(values, decision);
            const auto answer =
                connection.run("INSERT INTO decision (card, service, rule, pack, version, digest, decided_at) VALUES " +
                                   placeholders(some.size(), 7) + " ON CONFLICT DO NOTHING",
                               values);
            if (!answer) return answer.error();
        }
        return {};
    });
}

result<FeedbackReceipt, StoreFault> Store::record(std::span<const Feedback> batch, WallTime received) {
    if (batch.empty()) return FeedbackReceipt{};
    // In one order everywhere: two replicas that store the same batch must not wait for each other in a ring.
    const std::set<Feedback> sorted(batch.begin(), batch.end());
    const std::vector<Feedback> items(sorted.begin(), sorted.end());
    FeedbackReceipt receipt;
    const auto done = write(limits_.call, [&](SqlConnection& connection) -> Done {
        receipt = {.stored = 0, .repeated = batch.size() - items.size(), .unknown_card = 0};
        const std::span<const Feedback> all(items);
        for (std::size_t first = 0; first < all.size(); first += rows_a_statement) {
            const auto some = all.subspan(first, std::min(rows_a_statement, all.size() - first));
            const auto inserted = insert(connection, some, received, receipt);
            if (!inserted) return inserted;
        }
        return {};
    });
    if (!done) return done.error();
    return receipt;
}

result<std::vector<OutcomeCount>, StoreFault> Store::outcomes() {
    std::vector<OutcomeCount> counts;
    const auto deadline = StoreClock::now() + limits_.background;
    const auto done = with_connection(deadline, [&](SqlConnection& connection) -> Done {
        const auto answer = connection.run(
            "SELECT COALESCE(d.rule, ''), COALESCE(d.version, ''), f.outcome, f.reason_system, f.reason_code, COUNT(*) "
            "FROM feedback f LEFT JOIN decision d ON d.card = f.card "
            "GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5");
        if (!answer) return answer.error();
        for (const Row& row : answer->rows) {
            OutcomeCount count;
            count.rule = row.at(0).value_or("");
            count.version = row.at(1).value_or("");
            count.outcome = row.at(2) == "accepted" ? Outcome::accepted : Outcome::overridden;
            if (row.at(4)) count.reason = Reason{row.at(3).value_or(""), *row.at(4)};
            count.count = count_of(row.at(5));
            counts.push_back(std::move(count));
        }
        return {};
    });
    if (!done) return done.error();
    return counts;
}

Seen Store::remember(const std::string& digest, WallTime until, WallTime now) {
    Seen seen = Seen::unknown;
    // Never tried twice: after a lost connection the first try may have been the one that counted.
    const auto done = with_connection(StoreClock::now() + limits_.call, [&](SqlConnection& connection) -> Done {
        const auto answer = connection.run(
            "INSERT INTO replay (digest, valid_until) SELECT $1, CAST($2 AS BIGINT) "
            "WHERE CAST($2 AS BIGINT) > (SELECT MAX(valid_until) FROM replay_forgotten) "
            "ON CONFLICT (digest) DO UPDATE SET valid_until = excluded.valid_until "
            "WHERE replay.valid_until <= CAST($3 AS BIGINT)",
            {digest, number(until.time_since_epoch().count()), number(now.time_since_epoch().count())});
        if (!answer) return answer.error();
        seen = answer->changed == 1 ? Seen::first_time : Seen::before;
        return {};
    });
    write_failed_ = !done;
    return done ? seen : Seen::unknown;
}

result<void, StoreFault> Store::forget_expired(WallTime now) {
    const std::string expired = number((now - replicas_differ_by).time_since_epoch().count());
    // First what is to be forgotten, then the forgetting: whatever happens in between, no token is without memory.
    const auto announced = write(limits_.background, [&](SqlConnection& connection) -> Done {
        const auto answer = connection.run(
            "UPDATE replay_forgotten SET valid_until = (SELECT MAX(valid_until) FROM replay WHERE valid_until <= $1) "
            "WHERE valid_until < (SELECT MAX(valid_until) FROM replay WHERE valid_until <= $1)",
            {expired});
        if (!answer) return answer.error();
        return {};
    });
    if (!announced) return announced;
    // In small pieces, since calls wait for each.
    std::size_t forgotten = forgotten_a_statement;
    for (int i = 0; i < most_forgetting_statements && forgotten == forgotten_a_statement; ++i) {
        const auto done = write(limits_.background, [&](SqlConnection& connection) -> Done {
            const auto answer = connection.run(
                "DELETE FROM replay WHERE digest IN (SELECT digest FROM replay WHERE valid_until <= "
                "(SELECT MAX(valid_until) FROM replay_forgotten) ORDER BY valid_until LIMIT 1000)");
            if (!answer) return answer.error();
            forgotten = answer->changed;
            return {};
        });
        if (!done) return done;
    }
    return {};
}

result<void, StoreFault> Store::look() {
    // What failed to be written has to be seen to be written again: a full disk can still be read. A row of its own
    // each time, as long as a token's: an old one written anew finds room on a full disk too. The next sweep forgets
    // it.
    if (write_failed_) {
        return write(limits_.call, [](SqlConnection& connection) -> Done {
            const auto answer = connection.run("INSERT INTO replay (digest, valid_until) VALUES ($1, $2)",
                                               {random_uuid() + random_uuid(), "0"});
            if (!answer) return answer.error();
            return {};
        });
    }
    return with_connection(StoreClock::now() + limits_.call, [](SqlConnection& connection) -> Done {
        const auto begun = connection.run(connection.begin_statement());
        if (!begun) return begun.error();
        const auto read = connection.run("SELECT MAX(valid_until) FROM replay_forgotten");
        const auto ended = connection.run("ROLLBACK");
        if (!read) return read.error();
        if (!ended) return ended.error();
        return {};
    });
}

}  // namespace service
