#include "service/store/store_schema.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

namespace service {

using boost::system::result;

namespace {

/// Each brings the schema from the version of its index to the next. Never changed once released; only added to.
const std::array<std::vector<std::string>, 3> migrations = {
    {{
         "CREATE TABLE decision (card TEXT PRIMARY KEY, service TEXT NOT NULL, rule TEXT NOT NULL, pack TEXT NOT NULL, "
         "version TEXT NOT NULL, digest TEXT NOT NULL, decided_at BIGINT NOT NULL)",
         "CREATE TABLE feedback (card TEXT NOT NULL, outcome TEXT NOT NULL, outcome_at BIGINT NOT NULL, "
         "suggestions TEXT NOT NULL, reason_system TEXT, reason_code TEXT, received_at BIGINT NOT NULL, "
         "PRIMARY KEY (card, outcome, outcome_at, suggestions))",
         "CREATE TABLE replay (digest TEXT PRIMARY KEY, valid_until BIGINT NOT NULL)",
         "CREATE INDEX replay_valid_until ON replay (valid_until)",
     },
     {
         // Up to which end of validity tokens have been forgotten.
         "CREATE TABLE replay_forgotten (valid_until BIGINT NOT NULL)",
         "INSERT INTO replay_forgotten (valid_until) VALUES (0)",
     },
     {
         // Times of decision and feedback are microseconds from here on; what counts milliseconds still is brought to
         // them in small pieces (Store::forget_old). What is added has a default: a replica of before goes on writing.
         "ALTER TABLE decision ADD COLUMN client TEXT NOT NULL DEFAULT ''",
         "ALTER TABLE feedback ADD COLUMN has_comment BIGINT NOT NULL DEFAULT 0",
         "ALTER TABLE feedback ADD COLUMN service TEXT NOT NULL DEFAULT ''",
         "ALTER TABLE feedback ADD COLUMN client TEXT NOT NULL DEFAULT ''",
         "CREATE INDEX decision_decided_at ON decision (decided_at)",
         "CREATE INDEX feedback_received_at ON feedback (received_at)",
         "CREATE TABLE tally (day BIGINT NOT NULL, digest TEXT NOT NULL, service TEXT NOT NULL, client TEXT NOT NULL, "
         "rule TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, n BIGINT NOT NULL, "
         "PRIMARY KEY (day, digest, service, client, rule, kind, key))",
         // Which addition of each process was the last that is in the tally.
         "CREATE TABLE tally_writer (process TEXT PRIMARY KEY, number BIGINT NOT NULL, written_at BIGINT NOT NULL, "
         "is_last BIGINT NOT NULL)",
     }}};

int version_in(const std::optional<std::string>& text) {
    int version = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), version);
    return version;
}

result<void, StoreFault> lock_schema(SqlConnection& connection) {
    for (const std::string& statement : connection.schema_change_statements()) {
        const auto done = connection.run(statement);
        if (!done) return done.error();
    }
    return {};
}

}  // namespace

int newest_schema() {
    return static_cast<int>(migrations.size());
}

result<int, StoreFault> schema_of(SqlConnection& connection) {
    const auto created = connection.run("CREATE TABLE IF NOT EXISTS backpain_cds_schema (version BIGINT NOT NULL)");
    if (!created) return created.error();
    const auto answer = connection.run("SELECT COALESCE(MAX(version), 0) FROM backpain_cds_schema");
    if (!answer) return answer.error();
    return version_in(answer->rows.at(0).at(0));
}

result<void, StoreFault> bring_up_to_date(SqlConnection& connection) {
    const auto locked = lock_schema(connection);
    if (!locked) return locked.error();
    const auto version = schema_of(connection);
    if (!version) return version.error();
    if (*version > newest_schema()) return StoreFault::newer_schema;
    for (std::size_t next = static_cast<std::size_t>(*version); next < migrations.size(); ++next) {
        for (const std::string& statement : migrations[next]) {
            const auto done = connection.run(statement);
            if (!done) return done.error();
        }
        const auto noted =
            connection.run("INSERT INTO backpain_cds_schema (version) VALUES ($1)", {std::to_string(next + 1)});
        if (!noted) return noted.error();
    }
    return {};
}

result<int, StoreFault> try_everything(SqlConnection& connection) {
    const auto locked = lock_schema(connection);
    if (!locked) return locked.error();
    const auto version = schema_of(connection);
    if (!version) return version.error();
    const auto migrated = bring_up_to_date(connection);
    if (!migrated) return migrated.error();
    const auto written = connection.run("INSERT INTO replay (digest, valid_until) VALUES ($1, $2)", {"doctor", "0"});
    if (!written) return written.error();
    return *version;
}

}  // namespace service
