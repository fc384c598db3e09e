#include "fhir/when.hpp"

#include "tests/case_name.hpp"
#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

struct WhenCase {
    std::string_view name;
    std::string_view json;
    std::string start;  // "" for none
    std::string end;
    bool not_read;
    std::vector<std::string> issues;
};

class WhenReader : public testing::TestWithParam<WhenCase> {};

TEST_P(WhenReader, ReadsOneChoiceOrSaysWhyNot) {
    const boost::json::value tree = parsed(GetParam().json);
    Issues issues;
    const When when = read_when(Element(tree.get_object(), "Procedure", issues), "performed");
    const auto text = [](const std::optional<DateTime>& date) { return date ? date->text() : ""; };
    EXPECT_EQ(text(start_of(when)), GetParam().start);
    EXPECT_EQ(text(end_of(when)), GetParam().end);
    EXPECT_EQ(std::holds_alternative<NotRead>(when), GetParam().not_read);
    EXPECT_EQ(told(issues), GetParam().issues);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WhenReader,
    testing::ValuesIn(std::vector<WhenCase>{
        {"absent", "{}", "", "", false, {}},
        {"date_time", R"({"performedDateTime": "2025-03"})", "2025-03", "2025-03", false, {}},
        {"instant",
         R"({"performedInstant": "2025-03-01T10:00:00Z"})",
         "2025-03-01T10:00:00Z",
         "2025-03-01T10:00:00Z",
         false,
         {}},
        {"period",
         R"({"performedPeriod": {"start": "2025-03-01", "end": "2025-04"}})",
         "2025-03-01",
         "2025-04",
         false,
         {}},
        {"open_period", R"({"performedPeriod": {"start": "2025-03-01"}})", "2025-03-01", "", false, {}},
        {"invalid_date",
         R"({"performedDateTime": "last week"})",
         "",
         "",
         true,
         {"Procedure.performedDateTime invalid-value"}},
        {"text", R"({"performedString": "last week"})", "", "", true, {"Procedure.performedString not-read"}},
        {"period_as_text", R"({"performedPeriod": "2025"})", "", "", true, {"Procedure.performedPeriod wrong-type"}},
        {"two_choices",
         R"({"performedDateTime": "2025", "performedPeriod": {}})",
         "",
         "",
         true,
         {"Procedure.performed several-choices"}},
        {"performer_is_no_choice", R"({"performer": []})", "", "", false, {}},
        {"extension_of_the_primitive_is_no_choice", R"({"_performedDateTime": {}})", "", "", false, {}},
    }),
    CaseName());

}  // namespace
}  // namespace fhir
