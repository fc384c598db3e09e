#include "service/store/store.hpp"

#include "service/store/store_postgresql.hpp"
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

constexpr std::size_t postgresql_connections = 16;
constexpr std::chrono::seconds patience{2};  ///< for a connection to become free
constexpr std::chrono::seconds between_sweeps{60};

/// Each brings the schema from the version of its index to the next. Never changed once released; only added to.
const std::array<std::vector<std::string>, 1> migrations = {{{
    "CREATE TABLE decision (card TEXT PRIMARY KEY, service TEXT NOT NULL, rule TEXT NOT NULL, pack TEXT NOT NULL, "
    "version TEXT NOT NULL, digest TEXT NOT NULL, decided_at BIGINT NOT NULL)",
    "CREATE TABLE feedback (card TEXT NOT NULL, outcome TEXT NOT NULL, outcome_at BIGINT NOT NULL, "
    "suggestions TEXT NOT NULL, reason_system TEXT, reason_code TEXT, received_at BIGINT NOT NULL, "
    "PRIMARY KEY (card, outcome, outcome_at, suggestions))",
    "CREATE TABLE replay (digest TEXT PRIMARY KEY, valid_until BIGINT NOT NULL)",
    "CREATE INDEX replay_valid_until ON replay (valid_until)",
}}};

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

result<int, StoreFault> version_of(SqlConnection& connection) {
    const auto created = connection.run("CREATE TABLE IF NOT EXISTS backpain_cds_schema (version BIGINT NOT NULL)");
    if (!created) return created.error();
    const auto answer = connection.run("SELECT COALESCE(MAX(version), 0) FROM backpain_cds_schema");
    if (!answer) return answer.error();
    return static_cast<int>(count_of(answer->rows.at(0).at(0)));
}

result<void, StoreFault> lock_schema(SqlConnection& connection) {
    const std::string lock = connection.lock_schema_statement();
    if (lock.empty()) return {};
    const auto locked = connection.run(lock);
    if (!locked) return locked.error();
    return {};
}

result<void, StoreFault> bring_up_to_date(SqlConnection& connection) {
    const auto locked = lock_schema(connection);
    if (!locked) return locked.error();
    const auto version = version_of(connection);
    if (!version) return version.error();
    if (*version > static_cast<int>(migrations.size())) return StoreFault::newer_schema;
    for (std::size_t next = static_cast<std::size_t>(*version); next < migrations.size(); ++next) {
        for (const std::string& statement : migrations[next]) {
            const auto done = connection.run(statement);
            if (!done) return done.error();
        }
        const auto noted = connection.run("INSERT INTO backpain_cds_schema (version) VALUES ($1)",
                                          {number(static_cast<std::int64_t>(next + 1))});
        if (!noted) return noted.error();
    }
    return {};
}

/// What a start and a call would do, up to date and written to. For a transaction that is taken back.
result<int, StoreFault> try_everything(SqlConnection& connection) {
    const auto locked = lock_schema(connection);
    if (!locked) return locked.error();
    const auto version = version_of(connection);
    if (!version) return version.error();
    const auto migrated = bring_up_to_date(connection);
    if (!migrated) return migrated.error();
    const auto written = connection.run("INSERT INTO replay (digest, valid_until) VALUES ($1, $2)", {"doctor", "0"});
    if (!written) return written.error();
    return *version;
}

result<std::size_t, StoreFault> insert(SqlConnection& connection, const Feedback& feedback, WallTime received) {
    std::optional<std::string> system;
    std::optional<std::string> code;
    if (feedback.reason) {
        system = feedback.reason->system;
        code = feedback.reason->code;
    }
    const auto answer = connection.run(
        "INSERT INTO feedback (card, outcome, outcome_at, suggestions, reason_system, reason_code, received_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        {feedback.card, std::string(word_for(feedback.outcome)), number(feedback.at.time_since_epoch().count()),
         joined(feedback.suggestions), system, code, number(received.time_since_epoch().count())});
    if (!answer) return answer.error();
    return answer->changed;
}

}  // namespace

std::string_view name_of(StoreFault fault) noexcept {
    switch (fault) {
        case StoreFault::unavailable:
            return "unavailable";
        case StoreFault::connection_lost:
            return "connection-lost";
        case StoreFault::newer_schema:
            return "newer-schema";
        case StoreFault::failed:
            return "failed";
    }
    return "unknown";
}

/// A store that has not been looked at yet; null if the address names none.
std::unique_ptr<Store> Store::unopened(std::string_view address) {
    constexpr std::string_view sqlite = "sqlite:";
    if (address.starts_with(sqlite)) {
        // SQLite writes one transaction at a time in any case; one connection spares everybody its busy waiting.
        const std::string path(address.substr(sqlite.size()));
        return std::make_unique<Store>([path] { return connect_sqlite(path); }, 1);
    }
    if (address.starts_with("postgresql://") || address.starts_with("postgres://")) {
        const std::string uri(address);
        return std::make_unique<Store>([uri] { return connect_postgresql(uri); }, postgresql_connections);
    }
    return nullptr;
}

result<std::unique_ptr<Store>, StoreFault> Store::open(std::string_view address) {
    std::unique_ptr<Store> store = unopened(address);
    if (store == nullptr) return StoreFault::unavailable;
    const auto migrated = store->migrate();
    if (!migrated) return migrated.error();
    return store;
}

result<Store::Rehearsal, StoreFault> Store::rehearse(std::string_view address) {
    const std::unique_ptr<Store> store = unopened(address);
    if (store == nullptr) return StoreFault::unavailable;
    Rehearsal found{0, static_cast<int>(migrations.size())};
    const auto done = store->with_connection([&](SqlConnection& connection) -> result<void, StoreFault> {
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

result<std::unique_ptr<SqlConnection>, StoreFault> Store::take() {
    {
        std::unique_lock lock(mutex_);
        const auto free = [this] { return !idle_.empty() || open_ < most_connections_; };
        if (!one_free_.wait_for(lock, patience, free)) return StoreFault::unavailable;
        while (!idle_.empty()) {
            std::unique_ptr<SqlConnection> connection = std::move(idle_.back());
            idle_.pop_back();
            if (connection->alive()) return connection;
            --open_;
        }
        ++open_;
    }
    auto connection = connect_();
    if (!connection) give_back(nullptr);
    return connection;
}

void Store::give_back(std::unique_ptr<SqlConnection> connection) {
    const std::lock_guard lock(mutex_);
    if (connection != nullptr && connection->alive()) {
        idle_.push_back(std::move(connection));
    } else {
        --open_;
    }
    one_free_.notify_one();
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

result<void, StoreFault> Store::with_connection(const Work& work) {
    auto taken = take();
    if (!taken) return taken.error();
    Lease lease(*this, std::move(*taken));
    return work(lease.connection());
}

result<void, StoreFault> Store::in_transaction(const Work& work) {
    return with_connection([&](SqlConnection& connection) -> result<void, StoreFault> {
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

result<void, StoreFault> Store::in_transaction_twice_if_lost(const Work& work) {
    auto done = in_transaction(work);
    if (!done && done.error() == StoreFault::connection_lost) done = in_transaction(work);
    return done;
}

// ---- what is stored -------------------------------------------------------------------------------------------------

result<void, StoreFault> Store::migrate() {
    return in_transaction(bring_up_to_date);
}

result<int, StoreFault> Store::schema_version() {
    int version = 0;
    const auto done = in_transaction([&](SqlConnection& connection) -> result<void, StoreFault> {
        const auto found = version_of(connection);
        if (!found) return found.error();
        version = *found;
        return {};
    });
    if (!done) return done.error();
    return version;
}

result<void, StoreFault> Store::record(std::span<const Decision> decisions) {
    if (decisions.empty()) return {};
    return in_transaction_twice_if_lost([&](SqlConnection& connection) -> result<void, StoreFault> {
        for (const Decision& decision : decisions) {
            const auto answer = connection.run(
                "INSERT INTO decision (card, service, rule, pack, version, digest, decided_at) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                {decision.card, decision.service, decision.rule, decision.pack, decision.version, decision.digest,
                 number(decision.at.time_since_epoch().count())});
            if (!answer) return answer.error();
        }
        return {};
    });
}

result<FeedbackReceipt, StoreFault> Store::record(std::span<const Feedback> batch, WallTime received) {
    if (batch.empty()) return FeedbackReceipt{};
    // In one order everywhere: two replicas that store the same batch must not wait for each other in a ring.
    const std::set<Feedback> sorted(batch.begin(), batch.end());
    FeedbackReceipt receipt;
    const auto done = in_transaction_twice_if_lost([&](SqlConnection& connection) -> result<void, StoreFault> {
        receipt = {.stored = 0, .repeated = batch.size() - sorted.size(), .unknown_card = 0};
        for (const Feedback& feedback : sorted) {
            const auto stored = insert(connection, feedback, received);
            if (!stored) return stored.error();
            ++(*stored == 0 ? receipt.repeated : receipt.stored);
            if (*stored == 0) continue;
            const auto known = connection.run("SELECT COUNT(*) FROM decision WHERE card = $1", {feedback.card});
            if (!known) return known.error();
            if (count_of(known->rows.at(0).at(0)) == 0) ++receipt.unknown_card;
        }
        return {};
    });
    if (!done) return done.error();
    return receipt;
}

result<std::vector<OutcomeCount>, StoreFault> Store::outcomes() {
    std::vector<OutcomeCount> counts;
    const auto done = with_connection([&](SqlConnection& connection) -> result<void, StoreFault> {
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
    forget_expired(now);
    Seen seen = Seen::unknown;
    // Never tried twice: after a lost connection the first try may have been the one that counted.
    const auto done = with_connection([&](SqlConnection& connection) -> result<void, StoreFault> {
        const auto answer = connection.run(
            "INSERT INTO replay (digest, valid_until) VALUES ($1, $2) ON CONFLICT (digest) DO UPDATE "
            "SET valid_until = excluded.valid_until WHERE replay.valid_until <= $3",
            {digest, number(until.time_since_epoch().count()), number(now.time_since_epoch().count())});
        if (!answer) return answer.error();
        seen = answer->changed == 1 ? Seen::first_time : Seen::before;
        return {};
    });
    return done ? seen : Seen::unknown;
}

void Store::forget_expired(WallTime now) {
    {
        const std::lock_guard lock(mutex_);
        if (now < next_sweep_) return;
        next_sweep_ = now + between_sweeps;
    }
    // Housekeeping: if it fails, the next one makes up for it.
    (void)with_connection([&](SqlConnection& connection) -> result<void, StoreFault> {
        const auto answer =
            connection.run("DELETE FROM replay WHERE valid_until <= $1", {number(now.time_since_epoch().count())});
        if (!answer) return answer.error();
        return {};
    });
}

}  // namespace service
