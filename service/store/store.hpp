// What outlives a call: which cards were given, what became of them, what was counted, and which tokens were seen. No
// clinical data, no patient, no token: uuids of cards that we made, rules, versions, outcomes, times and digests.
//
// One Store serves every thread; it blocks, so it is used among blocking
// calls. The SQL is one for SQLite and PostgreSQL, which
// differ behind SqlConnection. What a call has reported as stored survives the death of the process.
#pragma once

#include "service/base/wall_time.hpp"
#include "service/store/replay.hpp"

#include <boost/system/result.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// Why the store did not do it. Unless said otherwise nothing of what was asked has been stored.
enum class StoreFault {
    unavailable,      ///< it cannot be opened or reached, or is busy for too long
    connection_lost,  ///< in the middle: it may or may not have been stored
    timed_out,        ///< it does not answer: it may or may not have been stored
    replaced,         ///< the file that was opened is no longer at its place: what is written to it is lost
    newer_schema,     ///< a newer version of this program has been at it
    failed            ///< it is there, and refuses: disk full, no permission, damaged
};

std::string_view name_of(StoreFault fault) noexcept;

/// A card that was given.
struct Decision {
    std::string card;     ///< its uuid
    std::string service;  ///< id of ours
    std::string rule;
    std::string pack;
    std::string version;  ///< of the pack
    std::string digest;   ///< of pack and site, as on the card
    WallTime at{};
    std::string client = {};  ///< who was given it, by the name of the configuration; empty: it has none
};

enum class Outcome { accepted, overridden };

/// As CDS Hooks has it.
std::string_view name_of(Outcome outcome) noexcept;

/// Why a card was overridden, as a code.
struct Reason {
    std::string system;
    std::string code;
    auto operator<=>(const Reason&) const = default;
};

/// What became of a card, as its user told (CDS Hooks, "Feedback"). What the user wrote is not kept.
struct Feedback {
    std::string card;  ///< its uuid, in lower case
    Outcome outcome = Outcome::accepted;
    std::chrono::sys_time<std::chrono::microseconds> at{};
    std::vector<std::string> suggestions;  ///< the uuids of those accepted: sorted, each once
    std::optional<Reason> reason;
    bool has_comment = false;  ///< in the user's own words, which are not kept
    std::string service = {};  ///< that it was told to: an id of ours
    std::string client = {};   ///< that told it, as in Decision
    auto operator<=>(const Feedback&) const = default;
};

/// How much feedback of one outcome was stored about a rule's cards.
struct StoredOutcome {
    std::string rule;  ///< empty: of cards unknown here
    Outcome outcome = Outcome::accepted;
    std::size_t count = 0;
    bool operator==(const StoredOutcome&) const = default;
};

/// What became of a batch of feedback.
struct FeedbackReceipt {
    std::size_t stored = 0;
    std::size_t repeated = 0;              ///< told before (R-114)
    std::size_t unknown_card = 0;          ///< of those stored: about cards that this store knows nothing of
    std::vector<StoredOutcome> by_rule{};  ///< those stored
    bool operator==(const FeedbackReceipt&) const = default;
};

/// A line of the tally: how often something happened on one day. Lines of the same name add up.
struct TallyLine {
    std::int64_t day = 0;  ///< since 1970-01-01, in UTC
    std::string digest, service, client, rule, kind, key;
    std::uint64_t count = 0;
    auto operator<=>(const TallyLine&) const = default;
};

/// Who adds to the tally: a process, and which of its additions this is. One that comes again, since nobody knew
/// whether it had been stored, is not counted twice.
struct TallyWriter {
    std::string process;       ///< a random name
    std::uint64_t number = 0;  ///< of this addition, from 1 on
    bool is_last = false;      ///< the process ends in order, and nothing of its counts is missing
};

/// How long what is stored is kept. Of a card with feedback the decision is kept as long as the feedback.
struct StoreKeep {
    std::chrono::days decisions{400}, feedback{800}, tally{1200};
    bool operator==(const StoreKeep&) const = default;
};

struct StoreView;  // store_view.hpp

/// How often users of a rule's cards did what they did.
struct OutcomeCount {
    std::string rule;     ///< empty: of cards unknown here
    std::string version;  ///< likewise
    Outcome outcome = Outcome::accepted;
    std::optional<Reason> reason;
    std::uint64_t count = 0;
    bool operator==(const OutcomeCount&) const = default;
};

using StoreClock = std::chrono::steady_clock;
using StoreDeadline = StoreClock::time_point;

/// How long one use of the store may take, all its statements and the connection that it may need included. Beyond it
/// the database is not waited for any longer, whatever state it is in.
struct StoreLimits {
    std::chrono::milliseconds call{500};          ///< somebody waits: see longest_store_wait
    std::chrono::milliseconds background{2'000};  ///< nobody does
    std::chrono::milliseconds start{10'000};      ///< to open it and to bring its schema up to date
};

/// A database that runs statements with parameters $1, $2, … Used by one thread at a time.
class SqlConnection {
  public:
    using Row = std::vector<std::optional<std::string>>;
    struct Answer {
        std::vector<Row> rows;
        std::size_t changed = 0;  ///< rows inserted, updated or deleted
    };

    SqlConnection() = default;
    SqlConnection(const SqlConnection&) = delete;
    SqlConnection& operator=(const SqlConnection&) = delete;
    virtual ~SqlConnection() = default;

    /// What it is used for from now on ends by `deadline`: statements that have not been answered by then fail.
    virtual void limit(StoreDeadline deadline) = 0;

    /// Runs one statement. \param values  of its parameters in the order of their numbers; nothing is NULL.
    virtual boost::system::result<Answer, StoreFault> run(const std::string& statement, const Row& values = {}) = 0;

    /// Whether it is fit for the next caller: the other side still there, as far as can be told without asking it, and
    /// no transaction left open.
    virtual bool alive() = 0;

    /// What begins a transaction that may write.
    virtual std::string begin_statement() const = 0;

    /// What begins a transaction that only reads, one state throughout, and hinders nobody who writes.
    virtual std::vector<std::string> reading_statements() const { return {"BEGIN"}; }

    /// What comes first in a transaction that changes the schema: it may take long, and no other process may be at it.
    virtual std::vector<std::string> schema_change_statements() const = 0;
};

class Store final : public ReplayMemory {
  public:
    using Connect = std::function<boost::system::result<std::unique_ptr<SqlConnection>, StoreFault>(StoreDeadline)>;

    /// Opens what the configuration names: "sqlite:PATH" or "postgresql://…" (libpq's URI; its password never appears
    /// in an error), and brings its schema up to date.
    static boost::system::result<std::unique_ptr<Store>, StoreFault> open(std::string_view address,
                                                                          const StoreLimits& limits = {});

    /// The same as it stands: its schema is neither looked at nor changed. Null if the address names none.
    static std::unique_ptr<Store> as_it_stands(std::string_view address, const StoreLimits& limits = {});

    /// The schema that this program works with.
    static int newest_schema() noexcept;

    /// How many calls a store at `address` can work on at the same time.
    static std::size_t most_connections_of(std::string_view address) noexcept;

    /// What a rehearsal found.
    struct Rehearsal {
        int schema = 0;  ///< that is there; 0: none
        int newest = 0;  ///< that open() would bring it to
    };

    /// Does to what the configuration names all that open() and a call do to it, in one transaction that is taken back:
    /// for doctor. Nothing of it changes; a SQLite file that is not there is made, empty.
    static boost::system::result<Rehearsal, StoreFault> rehearse(std::string_view address);

    /// \param connect           opens one more connection.
    /// \param most_connections  that are open at once; further callers wait.
    Store(Connect connect, std::size_t most_connections, const StoreLimits& limits = {})
        : connect_(std::move(connect)), most_connections_(most_connections), limits_(limits) {}

    /// Brings the schema up to date; several processes may do so at once.
    boost::system::result<void, StoreFault> migrate();

    /// The version of the schema that is there; 0 for an empty database.
    boost::system::result<int, StoreFault> schema_version();

    boost::system::result<void, StoreFault> record(std::span<const Decision> decisions);

    /// All of the batch or nothing of it. The same feedback a second time changes nothing.
    boost::system::result<FeedbackReceipt, StoreFault> record(std::span<const Feedback> batch, WallTime received);

    /// Adds `lines` to what is there, in one piece, and once: see TallyWriter.
    boost::system::result<void, StoreFault> add(const TallyWriter& writer, std::span<const TallyLine> lines,
                                                WallTime now);

    /// What was given, answered and counted since then: for the report.
    boost::system::result<StoreView, StoreFault> view(WallTime since);

    /// What was counted on the days from `first` on, before `end`: by day, and of each kind but calls whatever the
    /// version.
    boost::system::result<std::vector<TallyLine>, StoreFault> tally_by_day(std::int64_t first, std::int64_t end);

    /// Forgets what is older than `keep` says, and brings times of a replica of before schema 3 to our unit: in small
    /// pieces, since calls wait for each.
    boost::system::result<void, StoreFault> forget_old(const StoreKeep& keep, WallTime now);

    /// What became of all cards, by rule, version, outcome and reason, in this order.
    boost::system::result<std::vector<OutcomeCount>, StoreFault> outcomes();

    Seen remember(const std::string& digest, WallTime until, WallTime now) override;

    /// Forgets tokens that have expired for a while. The clocks of replicas differ a little, and one may be set wrong:
    /// no token passes a second time for that, since it is remembered up to when tokens have been forgotten.
    boost::system::result<void, StoreFault> forget_expired(WallTime now);

    /// Whether it can be written to now. Writes nothing as long as it did what it was last asked.
    boost::system::result<void, StoreFault> look();

  private:
    using Work = std::function<boost::system::result<void, StoreFault>(SqlConnection&)>;
    using Done = boost::system::result<void, StoreFault>;

    Done with_connection(StoreDeadline deadline, const Work& work);
    Done in_transaction(StoreDeadline deadline, const Work& work);
    Done write(std::chrono::milliseconds limit, const Work& work);
    Done write_in_pieces(const std::string& statement, const std::vector<std::optional<std::string>>& values);
    boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> take(StoreDeadline deadline);
    void give_back(std::unique_ptr<SqlConnection> connection);
    class Lease;
    bool may_be_asked();
    Done noted(Done done);

    Connect connect_;
    std::size_t most_connections_;
    StoreLimits limits_;
    std::atomic<StoreClock::rep> asked_again_at_{0};  // 0: it answers; else when one caller may try it again
    std::atomic<bool> write_failed_{false};           // the last one
    std::mutex mutex_;                                // of what follows
    std::condition_variable one_free_;
    std::list<char> turns_;  // one for each caller that waits for a connection
    std::vector<std::unique_ptr<SqlConnection>> idle_;
    std::size_t open_ = 0;
};

}  // namespace service
