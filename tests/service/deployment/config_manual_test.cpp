// deploy/configuration.md is what the table of keys says, row by row.
#include "service/base/file_text.hpp"
#include "service/deployment/config.hpp"
#include "tests/golden_file.hpp"

#include <optional>
#include <sstream>
#include <string>

namespace {

constexpr std::string_view introduction =
    R"(# The configuration file

`backpain-cds serve --config FILE`. JSON with comments and trailing commas. An unknown key is an error that names the nearest right one.
Relative paths are relative to the file; `${NAME}` in a string is read from the environment. Dots are levels: `"tls.key"` is written
`"tls": { "key": … }`; `[]` is each element of an array. Every fault is reported with file, line and column, and then the service does
not start.

| key | value | default | meaning |
|---|---|---|---|
)";

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) result += c == '|' ? "\\|" : std::string(1, c);
    return result;
}

/// A key's default in words: required, none, or the value with its unit.
std::string fallback_of(const service::ConfigKey& key) {
    if (key.required) return "required";
    if (key.fallback.empty()) return "";
    const std::string unit = key.unit.empty() ? "" : " " + std::string(key.unit);
    return "`" + std::string(key.fallback) + "`" + unit;
}

std::string manual() {
    std::ostringstream text;
    text << introduction;
    for (const service::ConfigKey& key : service::config_keys()) {
        text << "| `" << key.path << "` | " << escaped(key.form) << " | " << fallback_of(key) << " | "
             << escaped(key.meaning) << " |\n";
    }
    return std::move(text).str();
}

TEST(ConfigManual, SaysWhatTheTableOfKeysSays) {
    expect_golden("deploy/configuration.md", manual());
}

// The example names files that are not here; of everything else in it nothing may be wrong.
TEST(ConfigExample, LacksNothingButTheFilesItNames) {
    const char* file = "deploy/config.example.json";
    const auto reading = service::read_config(service::read_text(file).value(), file,
                                              [](const std::string&) { return std::optional<std::string>(); });
    EXPECT_EQ(reading.config.clients.size(), 1U);
    for (const rules::Diagnostic& finding : reading.findings) {
        EXPECT_NE(finding.message.find("does not exist"), std::string::npos) << finding.message;
    }
}

}  // namespace
