#include "service/store/store.hpp"

#include "service/base/uuid.hpp"
#include "service/store/sql_text.hpp"
#include "service/store/store_postgresql.hpp"
#include "service/store/store_schema.hpp"
#include "service/store/store_sqlite.hpp"

#include <algorithm>
#include <array>
#include <map>
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
Outcome outcome_named(const std::optional<std::string>& word) {
    return word == "accepted" ? Outcome::accepted : Outcome::overridden;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all.append(all.empty() ? "" : ",").append(text);
    return all;
}

void append(Row& values, const Decision& decision) {
    values.insert(values.end(), {decision.card, decision.service, decision.rule, decision.pack, decision.version,
                                 decision.digest, micros(decision.at), decision.client});
}

void append(Row& values, const Feedback& feedback, WallTime received) {
    std::optional<std::string> system;
    std::optional<std::string> code;
    if (feedback.reason) {
        system = feedback.reason->system;
        code = feedback.reason->code;
    }
    values.insert(values.end(),
                  {feedback.card, std::string(name_of(feedback.outcome)),
                   number(feedback.at.time_since_epoch().count()), joined(feedback.suggestions), system, code,
                   micros(received), feedback.has_comment ? "1" : "0", feedback.service, feedback.client});
}

using RuleOfCard = std::map<std::string, std::string, std::less<>>;

/// The rules of those of these cards that the store knows.
result<RuleOfCard, StoreFault> rules_of(SqlConnection& connection, const std::vector<Row>& told) {
    RuleOfCard rules;
    if (told.empty()) return rules;
    Row values;
    for (const Row& row : told) values.push_back(row.at(0));
    const auto known =
        connection.run("SELECT card, rule FROM decision WHERE card IN " + placeholders(1, values.size()), values);
    if (!known) return known.error();
    for (const Row& row : known->rows) rules.emplace(row.at(0).value_or(""), row.at(1).value_or(""));
    return rules;
}

/// \param told  a card and an outcome a row.
void note(const std::vector<Row>& told, const RuleOfCard& rules, FeedbackReceipt& receipt) {
    for (const Row& row : told) {
        const auto rule = rules.find(row.at(0).value_or(""));
        if (rule == rules.end()) ++receipt.unknown_card;
        const std::string name = rule == rules.end() ? std::string() : rule->second;
        const Outcome outcome = outcome_named(row.at(1));
        const auto same = std::ranges::find_if(
            receipt.by_rule, [&](const StoredOutcome& one) { return one.rule == name && one.outcome == outcome; });
        if (same != receipt.by_rule.end()) {
            ++same->count;
        } else {
            receipt.by_rule.push_back({name, outcome, 1});
        }
    }
}

/// Adds to `receipt` what came of one statement's worth of feedback.
result<void, StoreFault> insert(SqlConnection& connection, std::span<const Feedback> batch, WallTime received,
                                FeedbackReceipt& receipt) {
    Row values;
    for (const Feedback& feedback : batch) append(values, feedback, received);
    const auto stored = connection.run(
        "INSERT INTO feedback (card, outcome, outcome_at, suggestions, reason_system, reason_code, received_at, "
        "has_comment, service, client) VALUES " +
            placeholders(batch.size(), 10) + " ON CONFLICT DO NOTHING RETURNING card, outcome",
        values);
    if (!stored) return stored.error();
    receipt.stored += stored->rows.size();
    receipt.repeated += batch.size() - stored->rows.size();
    const auto rules = rules_of(connection, stored->rows);
    if (!rules) return rules.error();
    note(stored->rows, *rules, receipt);
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

std::string_view name_of(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::accepted:
            return "accepted";
        case Outcome::overridden:
            return "overridden";
    }
    return "unknown";
}

int Store::newest_schema() noexcept {
    return service::newest_schema();
}

std::unique_ptr<Store> Store::as_it_stands(std::string_view address, const StoreLimits& limits) {
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
    std::unique_ptr<Store> store = as_it_stands(address, limits);
    if (store == nullptr) return StoreFault::unavailable;
    const auto migrated = store->migrate();
    if (!migrated) return migrated.error();
    return store;
}

result<Store::Rehearsal, StoreFault> Store::rehearse(std::string_view address) {
    const StoreLimits limits;
    const std::unique_ptr<Store> store = as_it_stands(address, limits);
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
            const auto answer = connection.run(
                "INSERT INTO decision (card, service, rule, pack, version, digest, decided_at, client) "
                "VALUES " +
                    placeholders(some.size(), 8) + " ON CONFLICT DO NOTHING",
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
        receipt = FeedbackReceipt();
        receipt.repeated = batch.size() - items.size();
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
            count.outcome = outcome_named(row.at(2));
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
    return write_in_pieces(
        "DELETE FROM replay WHERE digest IN (SELECT digest FROM replay WHERE valid_until <= "
        "(SELECT MAX(valid_until) FROM replay_forgotten) ORDER BY valid_until LIMIT 1000)",
        {});
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
