// Every example that the specifications print (specification.tsv), held against what they say it gives.
#include "fhir/json_text.hpp"
#include "fhir/path/path.hpp"
#include "tests/fhir/path/evaluating.hpp"
#include "tests/test_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace fhir::path {
namespace {

struct Example {
    std::string edition;
    std::string section;
    std::string on;
    std::string expression;
    std::string result;
};

std::vector<std::string> columns_of(const std::string& line) {
    std::vector<std::string> columns;
    std::istringstream stream(line);
    for (std::string column; std::getline(stream, column, '\t');) columns.push_back(column);
    return columns;
}

const std::vector<Example>& examples() {
    static const std::vector<Example> all = [] {
        std::vector<Example> read;
        std::istringstream lines(file_text("tests/fhir/path/specification.tsv"));
        for (std::string line; std::getline(lines, line);) {
            if (line.empty() || line.front() == '#') continue;
            const std::vector<std::string> columns = columns_of(line);
            read.push_back({columns.at(0), columns.at(1), columns.at(2), columns.at(3), columns.at(4)});
        }
        return read;
    }();
    return all;
}

// Invented. What an example is evaluated on is named by its first words; any other word is the name of a resource type,
// of which there is then an empty one.
const std::map<std::string, std::string> inputs = {
    {"Patient", R"({"resourceType":"Patient","active":true,"gender":"female","birthDate":"1961-03-14",
        "maritalStatus":{"text":"married"},"name":[{"use":"usual","family":"Brandt","given":["Ilse"]}],
        "telecom":[{"system":"phone","use":"home","value":"1"}],"contact":[{"gender":"male"}],"address":[{"city":"Potsdam"}]})"},
    {"Observation", R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:x","code":"c"}]},
        "valueQuantity":{"value":40,"unit":"milligram","system":"http://unitsofmeasure.org","code":"mg"},"component":[
        {"code":{"text":"systolic"},"valueQuantity":{"value":120,"system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
        {"code":{"text":"diastolic"},"valueQuantity":{"value":80,"system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]})"},
    {"Age of a year", R"({"resourceType":"Observation","valueQuantity":
        {"value":1,"system":"http://unitsofmeasure.org","code":"a"}})"},
    {"Questionnaire with item", R"({"resourceType":"Questionnaire","item":[{"linkId":"1"}]})"}};

bool mentions(const Example& example, std::string_view word) {
    return example.on.find(word) != std::string::npos;
}

std::string resource_of(const Example& example) {
    std::string name = example.on;
    for (const std::string_view word : {" lenient", "lenient", " terminology"}) {
        if (const std::size_t place = name.find(word); place != std::string::npos) name.erase(place, word.size());
    }
    if (name.empty()) return "";
    const auto known = inputs.find(name);
    return known != inputs.end() ? known->second : R"({"resourceType":")" + name + "\"}";
}

// The literals of a result, apart at commas that stand in no string.
std::vector<std::string> items_of(const std::string& result) {
    std::vector<std::string> items(1);
    bool is_quoted = false;
    for (std::size_t i = 0; i < result.size(); ++i) {
        if (result[i] == '\\') items.back() += result[i++];
        if (result[i] == '\'') is_quoted = !is_quoted;
        if (!is_quoted && result.substr(i, 2) == ", ") {
            items.emplace_back();
            ++i;
        } else {
            items.back() += result[i];
        }
    }
    return items;
}

bool is_number(const Value& value) {
    return value.kind() == Value::Kind::integer || value.kind() == Value::Kind::long_integer ||
           value.kind() == Value::Kind::decimal;
}

// The text prints `8 (as a decimal)` and `9.0`: of numbers the value counts, of quantities the unit too.
bool is_same(const Value& actual, const Value& expected) {
    if (is_number(actual) && is_number(expected)) return actual.as_decimal() == expected.as_decimal();
    if (actual.kind() != expected.kind()) return false;
    if (actual.kind() != Value::Kind::quantity) return literal_text(actual) == literal_text(expected);
    const Measure& left = actual.as_quantity();
    const Measure& right = expected.as_quantity();
    const bool same_unit = left.calendar_unit == right.calendar_unit && (left.calendar_unit || left.unit == right.unit);
    return same_unit && left.value == right.value;
}

// The literal, evaluated by itself: a minus in front is an operator.
Value literal(const std::string& text) {
    const auto compiled = compile(text, {.types = &r4()});
    return compiled ? evaluate(*compiled, {})->front() : Value();
}

std::string shown(const Collection& values) {
    std::string text;
    for (const Value& value : values) text += print_json(to_typed_json(value, r4())) + ' ';
    return "gives " + text;
}

// "" if the example gives what it should, else what it does.
std::string fault_of(const Example& example) {
    const std::string resource = resource_of(example);
    const boost::json::value tree = resource.empty() ? boost::json::value() : *parse_json(resource);
    const Terminology terminology;
    Input input;
    input.now = DateTime::parse("2026-11-21T08:30:00+01:00");
    input.limits.steps = 100'000;
    CompileOptions options{.types = &r4()};
    if (!resource.empty()) {
        input.context = Value::resource(tree, r4());
        options.context = input.context.type();
    }
    options.is_lenient = mentions(example, "lenient");
    if (mentions(example, "terminology")) {
        options.has_terminology = true;
        input.terminology = &terminology;
    }
    const bool must_fail = example.result == "error";
    const auto compiled = compile(example.expression, options);
    if (!compiled) return must_fail ? "" : "is refused: " + compiled.error().front().message;
    const auto values = evaluate(*compiled, input);
    if (!values) return must_fail ? "" : "fails: " + values.error().message;
    if (example.result == "-") return "";
    if (example.result == "{ }") return values->empty() ? "" : shown(*values);
    const std::vector<std::string> expected = items_of(example.result);
    if (must_fail || values->size() != expected.size()) return shown(*values);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (!is_same((*values)[i].system_value(), literal(expected[i]))) return shown(*values);
    }
    return "";
}

std::vector<std::string> sections() {
    std::vector<std::string> names;
    for (const Example& example : examples()) {
        if (std::find(names.begin(), names.end(), example.section) == names.end()) names.push_back(example.section);
    }
    return names;
}

class Specification : public testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Specification);

TEST_P(Specification, GivesWhatItsExamplesPrint) {
    for (const Example& example : examples()) {
        if (example.section != GetParam()) continue;
        EXPECT_EQ(fault_of(example), "") << example.edition << ": " << example.expression << "  =>  " << example.result;
    }
}

std::string section_name(const testing::TestParamInfo<std::string>& section) {
    std::string name = std::to_string(section.index) + '_' + section.param;
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Sections, Specification, testing::ValuesIn(sections()), section_name);

TEST(SpecificationAsAWhole, IsThere) {
    EXPECT_GT(examples().size(), 600U);
}

}  // namespace
}  // namespace fhir::path
