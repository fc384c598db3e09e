// The tally, and how long what is stored is kept.
#include "service/store/sql_text.hpp"
#include "service/store/store.hpp"

#include <algorithm>

namespace service {

using boost::system::result;
using Row = SqlConnection::Row;

namespace {

constexpr std::size_t lines_a_statement = 50;
constexpr std::size_t forgotten_a_statement = 1000;
constexpr int most_forgetting_statements = 100;  ///< in one sweep
/// Microseconds since 1970 are more than this since 1973; milliseconds will be in the year 5138.
constexpr const char* least_micros = "100000000000000";

/// Whether this addition is new; from now on it is not.
result<bool, StoreFault> note_writer(SqlConnection& connection, const TallyWriter& writer, WallTime now) {
    const auto noted = connection.run(
        "INSERT INTO tally_writer (process, number, written_at, is_last) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (process) DO UPDATE SET number = excluded.number, written_at = excluded.written_at, "
        "is_last = excluded.is_last WHERE tally_writer.number < excluded.number",
        {writer.process, number(static_cast<std::int64_t>(writer.number)), micros(now), writer.is_last ? "1" : "0"});
    if (!noted) return noted.error();
    return noted->changed == 1;
}

void append(Row& values, const TallyLine& line) {
    values.insert(values.end(), {number(line.day), line.digest, line.service, line.client, line.rule, line.kind,
                                 line.key, number(static_cast<std::int64_t>(line.count))});
}

std::string before(WallTime now, std::chrono::days kept) {
    return micros(now - kept);
}

}  // namespace

result<void, StoreFault> Store::add(const TallyWriter& writer, std::span<const TallyLine> lines, WallTime now) {
    // In one order everywhere: two replicas that add to the same lines must not wait for each other in a ring.
    std::vector<TallyLine> sorted(lines.begin(), lines.end());
    std::ranges::sort(sorted);
    return write(limits_.background, [&](SqlConnection& connection) -> Done {
        const auto is_new = note_writer(connection, writer, now);
        if (!is_new) return is_new.error();
        const std::span<const TallyLine> all(sorted);
        for (std::size_t first = 0; *is_new && first < all.size(); first += lines_a_statement) {
            const auto some = all.subspan(first, std::min(lines_a_statement, all.size() - first));
            Row values;
            for (const TallyLine& line : some) append(values, line);
            const auto added = connection.run(
                "INSERT INTO tally (day, digest, service, client, rule, kind, key, n) VALUES " +
                    placeholders(some.size(), 8) +
                    " ON CONFLICT (day, digest, service, client, rule, kind, key) DO UPDATE SET n = tally.n + "
                    "excluded.n",
                values);
            if (!added) return added.error();
        }
        return {};
    });
}

/// Runs `statement`, which changes 1,000 rows at most, until it finds fewer, or a sweep has done its share.
Store::Done Store::write_in_pieces(const std::string& statement, const Row& values) {
    std::size_t changed = forgotten_a_statement;
    for (int i = 0; i < most_forgetting_statements && changed >= forgotten_a_statement; ++i) {
        const auto done = write(limits_.background, [&](SqlConnection& connection) -> Done {
            const auto answer = connection.run(statement, values);
            if (!answer) return answer.error();
            changed = answer->changed;
            return {};
        });
        if (!done) return done;
    }
    return {};
}

result<void, StoreFault> Store::forget_old(const StoreKeep& keep, WallTime now) {
    const std::string rows_of_feedback =
        "(card, outcome, outcome_at, suggestions) IN (SELECT card, outcome, outcome_at, "
        "suggestions FROM feedback WHERE ";
    const std::string first_day =
        number(std::chrono::floor<std::chrono::days>(now - keep.tally).time_since_epoch().count());
    const struct {
        std::string statement;
        Row values;
    } steps[] = {
        {"UPDATE decision SET decided_at = decided_at * 1000 WHERE card IN (SELECT card FROM decision WHERE decided_at "
         "< "
         "$1 LIMIT 1000)",
         {least_micros}},
        {"UPDATE feedback SET received_at = received_at * 1000 WHERE " + rows_of_feedback +
             "received_at < $1 LIMIT 1000)",
         {least_micros}},
        {"DELETE FROM feedback WHERE " + rows_of_feedback + "received_at < $1 LIMIT 1000)",
         {before(now, keep.feedback)}},
        {"DELETE FROM decision WHERE card IN (SELECT d.card FROM decision d WHERE d.decided_at < $1 AND NOT EXISTS "
         "(SELECT 1 FROM feedback f WHERE f.card = d.card) LIMIT 1000)",
         {before(now, keep.decisions)}},
        {"DELETE FROM tally WHERE day = (SELECT MIN(day) FROM tally WHERE day < $1)", {first_day}},
        {"DELETE FROM tally_writer WHERE process IN (SELECT process FROM tally_writer WHERE written_at < $1 LIMIT "
         "1000)",
         {before(now, keep.tally)}},
    };
    for (const auto& step : steps) {
        const auto done = write_in_pieces(step.statement, step.values);
        if (!done) return done;
    }
    return {};
}

}  // namespace service
