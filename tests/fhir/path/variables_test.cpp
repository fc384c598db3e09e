// Types and variables of the caller: what packs declare, and what the engine tells about the reading of a variable.
#include "tests/case_name.hpp"
#include "tests/fhir/path/evaluating.hpp"

#include <gtest/gtest.h>

#include <array>

namespace fhir::path {
namespace {

struct Pack {
    Types types;
    std::vector<Variable> variables;

    Pack() {
        const TypeId item = types.declare("Item", {{"label", TypeId::string},
                                                   {"ageDays", TypeId::integer},
                                                   {"date", TypeId::date},
                                                   {"sets", TypeId::string, true}});
        const TypeId reading = types.declare("Reading", {{"band", TypeId::string}, {"value", TypeId::decimal}});
        const TypeId subject = types.declare("Subject", {{"result", reading}, {"known", item, true}});
        const TypeId days = types.declare("Days", {{"chronicDays", TypeId::integer}});
        const TypeId parameters = types.declare("Param", {{"backPain", days}});
        variables = {{"backPain", item, true},
                     {"vitaminD", subject, false},
                     {"age", TypeId::integer, false},
                     {"param", parameters, false},
                     {"unread", item, true}};
    }

    CompileOptions options() const { return {.types = &types, .variables = variables}; }
};

const Pack& pack() {
    static const Pack declared;
    return declared;
}

// The result of `expression` on a small record: back pain for 11 days (acute), 112 days, 355 days (chronic by code).
std::string evaluated_on_facts(std::string_view expression) {
    const boost::json::value items = *parse_json(R"([
        {"label": "acute", "ageDays": 11, "date": "2026-11-10", "sets": ["back-pain", "acute-by-code"]},
        {"label": "plain", "ageDays": 112, "date": "2026-08-01", "sets": ["back-pain"]},
        {"label": "chronic", "sets": ["back-pain", "chronic-by-code"]}])");
    const boost::json::value subject = *parse_json(R"({"result": {"band": "deficient", "value": 11.40}, "known": []})");
    const boost::json::value parameters = *parse_json(R"({"backPain": {"chronicDays": 84}})");
    const TypeId item = *pack().types.find("Item");
    Collection back_pain;
    for (const boost::json::value& json : items.as_array()) back_pain.push_back(Value::element(&json, item));
    const Collection vitamin_d{Value::element(&subject, *pack().types.find("Subject"))};
    const Collection age{Value::integer(64)};
    const Collection param{Value::element(&parameters, *pack().types.find("Param"))};
    const std::array<const Collection*, 5> values{&back_pain, &vitamin_d, &age, &param, nullptr};
    const auto compiled = compile(expression, pack().options());
    if (!compiled) return "refused: " + compiled.error().front().message;
    Input input;
    input.variables = values;
    const auto result = evaluate(*compiled, input);
    return result ? print_json(to_json(*result, pack().types)) : "failed: " + result.error().message;
}

TEST(Facts, AreFilteredByCriteriaAsPacksWriteThem) {
    EXPECT_EQ(evaluated_on_facts("%backPain.where('chronic-by-code' in sets or (ageDays >= "
                                 "%param.backPain.chronicDays and ('acute-by-code' in sets).not())).label"),
              "[\"plain\",\"chronic\"]");
    EXPECT_EQ(evaluated_on_facts("%vitaminD.result.where(band = 'deficient').value"), "[11.40]");
    EXPECT_EQ(evaluated_on_facts("%age >= 18"), "[true]");
    EXPECT_EQ(evaluated_on_facts("%unread.exists()"), "[false]");
}

TEST(Facts, HaveSystemValuesNotElements) {
    EXPECT_EQ(evaluated_on_facts("%backPain.first().date is Date"), "[true]");
    EXPECT_EQ(evaluated_on_facts("%backPain.first().date + 1 day"), "[\"2026-11-11\"]");
    EXPECT_EQ(evaluated_on_facts("%vitaminD.result.value.type().name"), "[\"Decimal\"]");
}

TEST(Facts, AreCheckedAgainstTheDeclaredMembers) {
    EXPECT_EQ(evaluated_on_facts("%backPain.where(ageDay > 84)"),
              "refused: Item has no member 'ageDay'; did you mean 'ageDays'?");
    EXPECT_EQ(evaluated_on_facts("%backPian"), "refused: there is no variable %backPian; did you mean 'backPain'?");
    EXPECT_EQ(evaluated_on_facts("%vitaminD.result.band > 3"), "refused: '>' is not defined for String and Integer");
}

struct Uses {
    const char* name;
    const char* expression;
    std::vector<std::pair<std::string, std::string>> uses;
};

class VariableUses : public testing::TestWithParam<Uses> {};

TEST_P(VariableUses, AreToldWithTheMembersThatAreRead) {
    const auto compiled = compile(GetParam().expression, pack().options());
    ASSERT_TRUE(compiled.has_value());
    std::vector<std::pair<std::string, std::string>> uses;
    for (const VariableUse& use : compiled->variable_uses()) uses.emplace_back(use.variable, use.path);
    EXPECT_EQ(uses, GetParam().uses);
}

INSTANTIATE_TEST_SUITE_P(
    Expressions, VariableUses,
    testing::Values(Uses{"Whole", "%backPain", {{"backPain", ""}}},
                    Uses{"Member", "%vitaminD.result.where(band = 'low')", {{"vitaminD", "result"}}},
                    Uses{"Parameter",
                         "%backPain.where(ageDays > %param.backPain.chronicDays)",
                         {{"backPain", ""}, {"param", "backPain.chronicDays"}}},
                    Uses{"BehindAFunction", "%backPain.first().label", {{"backPain", ""}}},
                    Uses{"Twice", "%age > 1 and %age < 9", {{"age", ""}, {"age", ""}}}, Uses{"None", "1 + 1", {}}),
    CaseName());

TEST(VariableUse, KnowsItsFirstMember) {
    EXPECT_EQ((VariableUse{"param", "vitaminD.validDays", 0}.first_member()), "vitaminD");
    EXPECT_EQ((VariableUse{"age", "", 0}.first_member()), "");
}

struct Filtered {
    const char* name;
    const char* expression;
    const char* variable;  // "" if it is no filter
};

class FilteredVariable : public testing::TestWithParam<Filtered> {};

TEST_P(FilteredVariable, IsToldOnlyIfTheResultIsASubset) {
    const auto compiled = compile(GetParam().expression, pack().options());
    ASSERT_TRUE(compiled.has_value());
    const std::optional<VariableUse>& filtered = compiled->filtered_variable();
    EXPECT_EQ(filtered ? filtered->variable + '.' + filtered->path : "", GetParam().variable);
}

INSTANTIATE_TEST_SUITE_P(Expressions, FilteredVariable,
                         testing::Values(Filtered{"Itself", "%backPain", "backPain."},
                                         Filtered{"Where", "%backPain.where(ageDays > 3).first()", "backPain."},
                                         Filtered{"Member", "%vitaminD.known.where(ageDays > 3)", "vitaminD.known"},
                                         Filtered{"Index", "%backPain[0]", "backPain."},
                                         Filtered{"Negated", "%backPain.exists().not()", ""},
                                         Filtered{"Empty", "%backPain.empty()", ""},
                                         Filtered{"Comparison", "%age >= 18", ""},
                                         Filtered{"MemberBehindAFilter", "%backPain.where(ageDays > 3).label", ""},
                                         Filtered{"Union", "%backPain | %unread", ""}),
                         CaseName());

TEST(BuiltInVariables, AreAlwaysThere) {
    const std::string patient = R"({"resourceType":"Patient","id":"p","active":true})";
    EXPECT_EQ(evaluated("%resource.id | %context.active | %rootResource.id", patient), "[\"p\",true]");
    EXPECT_EQ(evaluated("%ucum"), "[\"http://unitsofmeasure.org\"]");
    EXPECT_EQ(evaluated("%`vs-administrative-gender`"), "[\"http://hl7.org/fhir/ValueSet/administrative-gender\"]");
    EXPECT_EQ(evaluated("%`ext-patient-birthTime`"), "[\"http://hl7.org/fhir/StructureDefinition/patient-birthTime\"]");
}

}  // namespace
}  // namespace fhir::path
