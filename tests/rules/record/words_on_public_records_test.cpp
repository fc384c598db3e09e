// What the shipped words silence in public records (tests/test_data.hpp): each text has a verdict in the pack's
// REVIEW.md, so that a stem that takes something else is seen by whoever changes it.
#include "tests/rules/run_support.hpp"
#include "tests/test_data.hpp"

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace {

using rules::CompiledFact;
using rules::Program;

constexpr const char* review = "rules/packs/back-pain-labs/REVIEW.md";

/// The problems and procedures in a tree of JSON, wherever they stand.
void collect(const boost::json::value& value, std::vector<boost::json::object>& found) {
    if (const boost::json::array* list = value.if_array()) {
        for (const boost::json::value& each : *list) collect(each, found);
    }
    const boost::json::object* object = value.if_object();
    if (!object) return;
    const std::string type = text_of(*object, "resourceType");
    if (type == "Condition" || type == "Procedure") found.push_back(*object);
    for (const auto& [name, member] : *object) collect(member, found);
}

std::vector<boost::json::object> public_problems() {
    std::vector<boost::json::object> found;
    const auto root = test_data("");
    if (!root) return found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(*root)) {
        const std::filesystem::path& path = entry.path();
        if (path.extension() != ".json" && path.extension() != ".ndjson") continue;
        std::ifstream stream(path, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
        if (const auto whole = fhir::parse_json(text)) {
            collect(*whole, found);
            continue;
        }
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            if (const auto one = fhir::parse_json(line)) collect(*one, found);
        }
    }
    return found;
}

/// The code and every text of a resource, and whether its status lets it count is left aside: a text is judged once,
/// whoever has it.
std::vector<std::string> texts_of(const boost::json::object& resource) {
    std::vector<std::string> texts;
    const boost::json::value* code = resource.if_contains("code");
    if (!code || !code->is_object()) return texts;
    texts.push_back(text_of(code->get_object(), "text"));
    const boost::json::value* codings = code->get_object().if_contains("coding");
    if (!codings || !codings->is_array()) return texts;
    for (const boost::json::value& coding : codings->get_array()) {
        if (coding.is_object()) texts.push_back(text_of(coding.get_object(), "display"));
    }
    return texts;
}

/// Rows "| malignancy | text |" of what `resource` is found to be by its words alone.
void add_rows(const boost::json::object& resource, std::set<std::string>& rows) {
    const rules::Program::Inner& program = shipped_program().inner();
    const bool is_problem = text_of(resource, "resourceType") == "Condition";
    boost::json::object certain = resource;
    certain["id"] = "one";
    certain["subject"] = boost::json::object{{"reference", "Patient/p"}};
    for (const char* member : {"clinicalStatus", "verificationStatus", "abatementDateTime", "abatementString",
                               "abatementAge", "abatementPeriod", "abatementRange", "onsetPeriod", "onsetAge",
                               "onsetString", "onsetRange", "recordedDate", "performedPeriod", "contained"}) {
        certain.erase(member);
    }
    certain[is_problem ? "onsetDateTime" : "performedDateTime"] = "2026-02-20";
    if (is_problem) {
        certain["clinicalStatus"] = boost::json::object{{"coding", boost::json::array{{{"code", "active"}}}}};
    } else {
        certain["status"] = "completed";
    }
    TestRun test(shipped_program(), boost::json::serialize(boost::json::array{certain}));
    for (const CompiledFact& fact : program.facts) {
        if (fact.words.empty() && fact.history_words.empty()) continue;
        for (const fhir::path::Value& item : test.slot(fact.written->name)) {
            if (text_of(item.json()->as_object(), "words").empty()) continue;
            for (const std::string& text : texts_of(resource)) {
                std::vector<rules::WordsHit> hits;
                program.words.find(text, hits);
                for (const rules::WordsHit& hit : hits) {
                    const std::string past = hit.is_history ? ", past" : "";
                    rows.insert("| " + program.words.words(hit.words).id + past + " | " + text + " |");
                }
            }
        }
    }
}

TEST(WordsOnPublicRecords, HaveAVerdictForEachTextThatSilences) {
    const std::vector<boost::json::object> problems = public_problems();
    if (problems.empty()) GTEST_SKIP() << "skipped: no test data";
    std::set<std::string> rows, seen;  // many records have the same problem
    for (const boost::json::object& problem : problems) {
        const boost::json::value* code = problem.if_contains("code");
        const std::string what = text_of(problem, "resourceType") + (code ? boost::json::serialize(*code) : "");
        if (seen.insert(what).second) add_rows(problem, rows);
    }
    std::ifstream stream(review);
    const std::string reviewed{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    for (const std::string& row : rows) {
        EXPECT_NE(reviewed.find(row), std::string::npos) << "no verdict in " << review << " on " << row;
    }
    EXPECT_FALSE(rows.empty());
}

}  // namespace
