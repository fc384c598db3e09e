#include "service/store/store_view.hpp"

#include "service/observe/call_counts.hpp"
#include "service/store/sql_text.hpp"

#include <functional>
#include <utility>

namespace service {

using boost::system::result;
using Row = SqlConnection::Row;

namespace {

using Done = result<void, StoreFault>;

/// The week of a time: 1970-01-01 was a Thursday.
constexpr const char* week_of_decision = "(d.decided_at / 86400000000 + 3) / 7";

/// The last word on each card, by the client's clock.
constexpr const char* last_words =
    "WITH word AS (SELECT card, outcome, suggestions, reason_system, reason_code, has_comment FROM (SELECT f.card, "
    "f.outcome, f.suggestions, f.reason_system, f.reason_code, f.has_comment, ROW_NUMBER() OVER (PARTITION BY f.card "
    "ORDER BY f.outcome_at DESC, f.received_at DESC, f.outcome, f.suggestions) AS place FROM feedback f) AS told WHERE "
    "place = 1) ";

std::string text(const Row& row, std::size_t column) {
    return row.at(column).value_or("");
}

WallTime time_at(const Row& row, std::size_t column) {
    const std::chrono::sys_time<std::chrono::microseconds> exact(
        std::chrono::microseconds(count_of<std::int64_t>(row.at(column))));
    return std::chrono::floor<std::chrono::milliseconds>(exact);
}

Done for_each_row(SqlConnection& connection, const std::string& statement, const Row& values,
                  const std::function<void(const Row&)>& take) {
    const auto answer = connection.run(statement, values);
    if (!answer) return answer.error();
    for (const Row& row : answer->rows) take(row);
    return {};
}

Done read_cards(SqlConnection& connection, const Row& since, StoreView& view) {
    const std::string statement =
        std::string(last_words) + "SELECT " + week_of_decision +
        ", d.pack, d.version, d.digest, d.service, d.client, d.rule, w.outcome, w.reason_system, w.reason_code, "
        "CASE WHEN w.outcome = 'accepted' AND w.suggestions <> '' THEN 1 ELSE 0 END, w.has_comment, COUNT(*) "
        "FROM decision d LEFT JOIN word w ON w.card = d.card WHERE d.decided_at >= $1 "
        "GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12";
    return for_each_row(connection, statement, since, [&](const Row& row) {
        CardGroup group{count_of<std::int64_t>(row.at(0)),
                        text(row, 1),
                        text(row, 2),
                        text(row, 3),
                        text(row, 4),
                        text(row, 5),
                        text(row, 6),
                        {},
                        {}};
        if (row.at(7)) group.outcome = row.at(7) == "accepted" ? Outcome::accepted : Outcome::overridden;
        if (row.at(9)) group.reason = Reason{text(row, 8), text(row, 9)};
        group.has_suggestion = row.at(10) == "1";
        group.has_comment = row.at(11) == "1";
        group.cards = count_of(row.at(12));
        view.cards.push_back(std::move(group));
    });
}

Done read_tally(SqlConnection& connection, const Row& first_day, StoreView& view) {
    const std::string statement =
        "SELECT (day + 3) / 7, digest, service, client, rule, kind, key, MIN(day), SUM(n) FROM tally WHERE day >= $1 "
        "GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7";
    return for_each_row(connection, statement, first_day, [&](const Row& row) {
        TallyLine line{count_of<std::int64_t>(row.at(7)),
                       text(row, 1),
                       text(row, 2),
                       text(row, 3),
                       text(row, 4),
                       text(row, 5),
                       text(row, 6),
                       count_of(row.at(8))};
        view.tally.push_back({count_of<std::int64_t>(row.at(0)), std::move(line)});
    });
}

Done read_versions(SqlConnection& connection, const Row& since, StoreView& view) {
    const std::string statement =
        "SELECT pack, version, digest, MIN(decided_at), MAX(decided_at), COUNT(*) FROM decision WHERE decided_at >= $1 "
        "GROUP BY 1, 2, 3 ORDER BY 4, 1, 2, 3";
    return for_each_row(connection, statement, since, [&](const Row& row) {
        view.versions.push_back(
            {text(row, 0), text(row, 1), text(row, 2), time_at(row, 3), time_at(row, 4), count_of(row.at(5))});
    });
}

Done read_writers(SqlConnection& connection, const Row& since, StoreView& view) {
    return for_each_row(connection,
                        "SELECT process, written_at, is_last FROM tally_writer WHERE written_at >= $1 ORDER BY 2, 1",
                        since, [&](const Row& row) {
                            view.writers.push_back({text(row, 0), time_at(row, 1), row.at(2) == "1"});
                        });
}

/// A client that told of its cards before it was noted who tells is known by the cards.
Done read_tellers(SqlConnection& connection, StoreView& view) {
    const auto tellers = for_each_row(
        connection,
        "SELECT DISTINCT client FROM feedback WHERE client <> '' UNION SELECT DISTINCT d.client FROM feedback f JOIN "
        "decision d ON d.card = f.card",
        {}, [&](const Row& row) { view.clients_with_feedback.insert(text(row, 0)); });
    if (!tellers) return tellers;
    return for_each_row(
        connection, "SELECT COUNT(*) FROM feedback f WHERE NOT EXISTS (SELECT 1 FROM decision d WHERE d.card = f.card)",
        {}, [&](const Row& row) { view.feedback_of_unknown_cards = count_of(row.at(0)); });
}

Done read_all(SqlConnection& connection, WallTime since, StoreView& view) {
    const Row from = {micros(since)};
    const Row first_day = {number(std::chrono::floor<std::chrono::days>(since).time_since_epoch().count())};
    if (const auto done = read_cards(connection, from, view); !done) return done;
    if (const auto done = read_tally(connection, first_day, view); !done) return done;
    if (const auto done = read_versions(connection, from, view); !done) return done;
    if (const auto done = read_writers(connection, from, view); !done) return done;
    return read_tellers(connection, view);
}

/// Cards and silences of a rule stand together, whatever was on the card or the reason.
Done read_days(SqlConnection& connection, const Row& days, std::vector<TallyLine>& lines) {
    const auto quoted = [](CountKind kind) { return "'" + std::string(name_of(kind)) + "'"; };
    const std::string statement =
        "SELECT day, CASE WHEN kind = " + quoted(CountKind::call) +
        " THEN digest ELSE '' END, service, client, rule, kind, CASE WHEN kind IN (" + quoted(CountKind::card) + ", " +
        quoted(CountKind::silence) +
        ") THEN '' ELSE key END, SUM(n) FROM tally WHERE day >= $1 AND day < $2 GROUP BY 1, 2, 3, 4, "
        "5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7";
    return for_each_row(connection, statement, days, [&](const Row& row) {
        lines.push_back({count_of<std::int64_t>(row.at(0)), text(row, 1), text(row, 2), text(row, 3), text(row, 4),
                         text(row, 5), text(row, 6), count_of(row.at(7))});
    });
}

}  // namespace

result<StoreView, StoreFault> Store::view(WallTime since) {
    StoreView view;
    const auto done = with_connection(StoreClock::now() + limits_.background, [&](SqlConnection& connection) -> Done {
        for (const std::string& statement : connection.reading_statements()) {
            if (const auto begun = connection.run(statement); !begun) return begun.error();
        }
        const auto read = read_all(connection, since, view);
        const auto ended = connection.run("ROLLBACK");
        if (!read) return read;
        if (!ended) return ended.error();
        return {};
    });
    if (!done) return done.error();
    return view;
}

result<std::vector<TallyLine>, StoreFault> Store::tally_by_day(std::int64_t first, std::int64_t end) {
    std::vector<TallyLine> lines;
    const auto done = with_connection(StoreClock::now() + limits_.background, [&](SqlConnection& connection) {
        return read_days(connection, {number(first), number(end)}, lines);
    });
    if (!done) return done.error();
    return lines;
}

}  // namespace service
