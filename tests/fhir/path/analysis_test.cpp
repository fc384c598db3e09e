// What the compiler refuses, and how it says so.
#include "tests/case_name.hpp"
#include "tests/fhir/path/evaluating.hpp"

#include <gtest/gtest.h>

namespace fhir::path {
namespace {

struct Refusal {
    const char* name;
    const char* expression;  // on a Patient, unless it begins with the name of another resource
    const char* rendered;
};

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithPlaceAndHelp) {
    const std::string_view text = GetParam().expression;
    const bool is_observation = text.starts_with("Observation");
    const auto compiled =
        compile(text, {.types = &r4(), .context = *r4().find(is_observation ? "Observation" : "Patient")});
    ASSERT_TRUE(compiled.has_error());
    std::string rendered;
    for (const Diagnostic& found : compiled.error()) rendered += render(found, text);
    EXPECT_EQ(rendered, GetParam().rendered);
}

INSTANTIATE_TEST_SUITE_P(
    Names, Refused,
    testing::Values(Refusal{"Member", "Patient.nmae.given",
                            "1:9: error: Patient has no member 'nmae'; did you mean 'name'?\n"
                            "  1 | Patient.nmae.given\n"
                            "    |         ^~~~\n"},
                    Refusal{"MemberOfAnItem", "name.where(\n  uze = 'official')",
                            "2:3: error: HumanName has no member 'uze'; did you mean 'use'?\n"
                            "  2 |   uze = 'official')\n"
                            "    |   ^~~\n"},
                    Refusal{"ChoiceByItsJsonName", "Observation.valueQuantity.unit",
                            "1:13: error: Observation has no member 'valueQuantity'; in FHIRPath it is 'value', or "
                            "'value.ofType(Quantity)'\n"
                            "  1 | Observation.valueQuantity.unit\n"
                            "    |             ^~~~~~~~~~~~~\n"},
                    Refusal{"Function", "name.frist()",
                            "1:6: error: there is no function frist(); did you mean 'first'?\n"
                            "  1 | name.frist()\n"
                            "    |      ^~~~~\n"},
                    Refusal{"Variable", "%resorce.id",
                            "1:1: error: there is no variable %resorce; did you mean 'resource'?\n"
                            "  1 | %resorce.id\n"
                            "    | ^~~~~~~~\n"},
                    Refusal{"Type", "name.ofType(HumanNam)",
                            "1:13: error: there is no type 'HumanNam'; did you mean 'HumanName'?\n"
                            "  1 | name.ofType(HumanNam)\n"
                            "    |             ^~~~~~~~\n"},
                    Refusal{"OtherResource", "Encounter.status",
                            "1:1: error: the path begins with Encounter, but it is evaluated on Patient\n"
                            "  1 | Encounter.status\n"
                            "    | ^~~~~~~~~\n"},
                    Refusal{"TwoAtOnce", "name.gven | name.famly",
                            "1:6: error: HumanName has no member 'gven'; did you mean 'given'?\n"
                            "  1 | name.gven | name.famly\n"
                            "    |      ^~~~\n"
                            "1:18: error: HumanName has no member 'famly'; did you mean 'family'?\n"
                            "  1 | name.gven | name.famly\n"
                            "    |                  ^~~~~\n"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Operations, Refused,
    testing::Values(
        Refusal{"OrderOfDateAndString", "birthDate < 'today'",
                "1:11: error: '<' is not defined for date and String\n"
                "  1 | birthDate < 'today'\n"
                "    |           ^\n"},
        Refusal{"DatePlusNumber", "birthDate + 7",
                "1:11: error: '+' is not defined for date and Integer\n"
                "  1 | birthDate + 7\n"
                "    |           ^\n"},
        Refusal{"InputOfAFunction", "name.startsWith('A')",
                "1:6: error: startsWith() works on a String, not on HumanName\n"
                "  1 | name.startsWith('A')\n"
                "    |      ^~~~~~~~~~\n"},
        Refusal{"ArgumentOfAFunction", "name.skip('1')",
                "1:11: error: skip() needs an Integer here, not String\n"
                "  1 | name.skip('1')\n"
                "    |           ^~~\n"},
        Refusal{"NumberOfArguments", "name.where()",
                "1:6: error: where() takes 1 argument, not 0\n"
                "  1 | name.where()\n"
                "    |      ^~~~~\n"},
        Refusal{
            "CriterionThatIsNone", "name.where(family)",
            "1:12: error: the criterion of where() must be a Boolean, not string; to ask whether there is one, write "
            ".exists()\n"
            "  1 | name.where(family)\n"
            "    |            ^~~~~~\n"},
        Refusal{
            "SignOfABoolean", "-active",
            "1:1: error: the sign '-' needs a number or a Quantity, not boolean; it applies to all that follows it up "
            "to an operator\n"
            "  1 | -active\n"
            "    | ^\n"},
        Refusal{"OrderOfChildren", "children().first()",
                "1:12: error: first() depends on an order that children() and descendants() do not have\n"
                "  1 | children().first()\n"
                "    |            ^~~~~\n"},
        Refusal{"Pattern", "name.family.matches('(')",
                "1:21: error: this regular expression is not valid: missing ): (\n"
                "  1 | name.family.matches('(')\n"
                "    |                     ^~~\n"},
        Refusal{"Terminology", "gender.memberOf('http://x')",
                "1:8: error: memberOf() needs value sets or code systems, of which nothing is known here\n"
                "  1 | gender.memberOf('http://x')\n"
                "    |        ^~~~~~~~\n"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Syntax, Refused,
    testing::Values(
        Refusal{"Unfinished", "name.where(use = ",
                "1:18: error: the expression ends too early\n"
                "  1 | name.where(use = \n"
                "    |                  ^\n"},
        Refusal{"Keyword", "name.where(days >= 84)",
                "1:12: error: 'days' is a word of the language; as a name it is written `days`\n"
                "  1 | name.where(days >= 84)\n"
                "    |            ^~~~\n"},
        Refusal{"OpenString", "name.family = 'x",
                "1:15: error: the closing quote is missing\n"
                "  1 | name.family = 'x\n"
                "    |               ^\n"},
        Refusal{"NoSuchDate", "birthDate = @2023-02-30",
                "1:13: error: there is no such date or time\n"
                "  1 | birthDate = @2023-02-30\n"
                "    |             ^~~~~~~~~~~\n"},
        Refusal{"TooMuch", "name given",
                "1:6: error: an operator or the end is missing before this\n"
                "  1 | name given\n"
                "    |      ^~~~~\n"},
        Refusal{"IntegerTooLarge", "3000000000",
                "1:1: error: this is beyond the largest Integer, 2147483647; a Decimal is written with .0 behind it\n"
                "  1 | 3000000000\n"
                "    | ^~~~~~~~~~\n"}),
    CaseName());

struct Warning {
    const char* name;
    const char* expression;
    const char* message;
};

class Warned : public testing::TestWithParam<Warning> {};

TEST_P(Warned, ButCompiled) {
    const auto compiled = compile(GetParam().expression, {.types = &r4(), .context = *r4().find("Patient")});
    ASSERT_TRUE(compiled.has_value());
    ASSERT_EQ(compiled->warnings().size(), 1U);
    EXPECT_EQ(compiled->warnings()[0].severity, Severity::warning);
    EXPECT_EQ(compiled->warnings()[0].message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Doubtful, Warned,
    testing::Values(Warning{"NeverEqual", "birthDate = 'x'", "date and String are never equal"},
                    Warning{"NumberWithoutUnit", "multipleBirth.ofType(integer) < 2 'mg'",
                            "integer has no unit, so it is never compared with one in 'mg'; leave the unit away"},
                    Warning{"NotABoolean", "active and name.exists() and gender",
                            "code counts as true where a Boolean is needed; write .exists() to say so"},
                    Warning{"NoSystemType", "active is System.Flag", "there is no type 'System.Flag'"}),
    CaseName());

// Expressions of elsewhere: what they say of R4 that is not so is empty, and told.
TEST(Lenient, TakesUnknownMembersAsEmpty) {
    const auto compiled = compile("Patient.nmae.given.exists() or name.exists(famly = 'x')",
                                  {.types = &r4(), .context = *r4().find("Patient"), .is_lenient = true});
    ASSERT_TRUE(compiled.has_value());
    ASSERT_EQ(compiled->warnings().size(), 2U);
    EXPECT_EQ(compiled->warnings()[0].message, "Patient has no member 'nmae', so this is empty");
    const boost::json::value patient = *parse_json(R"({"resourceType":"Patient","name":[{"family":"x"}]})");
    const auto values = evaluate(*compiled, {.context = Value::resource(patient, r4())});
    ASSERT_TRUE(values.has_value());
    EXPECT_FALSE(values->front().as_boolean());
}

TEST(Lenient, TakesASingleItemAsACondition) {
    const auto compiled =
        compile("name.where(family).count()", {.types = &r4(), .context = *r4().find("Patient"), .is_lenient = true});
    ASSERT_TRUE(compiled.has_value());
    EXPECT_EQ(compiled->warnings().size(), 1U);
    const boost::json::value patient =
        *parse_json(R"({"resourceType":"Patient","name":[{"family":"x"},{"text":"y"}]})");
    const auto values = evaluate(*compiled, {.context = Value::resource(patient, r4())});
    ASSERT_TRUE(values.has_value());
    EXPECT_EQ(values->front().as_integer(), 1);
}

// An expression of elsewhere may name a profile, and never come to it.
TEST(Lenient, TakesAnArgumentThatFailsUntilItIsComeTo) {
    const std::string text =
        "contained.where(conformsTo('http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient'))";
    const CompileOptions options{.types = &r4(), .context = *r4().find("Patient")};
    EXPECT_TRUE(compile(text, options).has_error());
    CompileOptions lenient = options;
    lenient.is_lenient = true;
    const auto compiled = compile(text, lenient);
    ASSERT_TRUE(compiled.has_value());
    ASSERT_EQ(compiled->warnings().size(), 1U);
    EXPECT_EQ(compiled->warnings()[0].severity, Severity::warning);
    const boost::json::value alone = *parse_json(R"({"resourceType":"Patient"})");
    const auto values = evaluate(*compiled, {.context = Value::resource(alone, r4())});
    ASSERT_TRUE(values.has_value());
    EXPECT_TRUE(values->empty());
    const boost::json::value with_one =
        *parse_json(R"({"resourceType":"Patient","contained":[{"resourceType":"Patient"}]})");
    EXPECT_TRUE(evaluate(*compiled, {.context = Value::resource(with_one, r4())}).has_error());
}

TEST(Lenient, StillRefusesWhatIsNoExpression) {
    for (const char* expression : {"name.", "name.frist()", "1 + 'a'", "%nobody"}) {
        EXPECT_TRUE(compile(expression, {.types = &r4(), .is_lenient = true}).has_error()) << expression;
    }
}

struct Typing {
    const char* name;
    const char* expression;
    const char* types;
    bool is_collection;
};

class ResultTypeOf : public testing::TestWithParam<Typing> {};

TEST_P(ResultTypeOf, IsKnownBeforeEvaluation) {
    const auto compiled = compile(GetParam().expression, {.types = &r4(), .context = *r4().find("Patient")});
    ASSERT_TRUE(compiled.has_value());
    std::string types;
    for (const TypeId type : compiled->result_type().types) types += std::string(r4().path(type)) + ' ';
    EXPECT_EQ(types, GetParam().types);
    EXPECT_EQ(compiled->result_type().is_collection, GetParam().is_collection);
}

INSTANTIATE_TEST_SUITE_P(Expressions, ResultTypeOf,
                         testing::Values(Typing{"Path", "name.given", "string ", true},
                                         Typing{"First", "name.first().family", "string ", false},
                                         Typing{"Choice", "deceased", "boolean dateTime ", false},
                                         Typing{"Backbone", "contact.first()", "Patient.contact ", false},
                                         Typing{"Comparison", "birthDate < today()", "Boolean ", false},
                                         Typing{"Union", "name.select(given | use)", "string code ", true},
                                         Typing{"Number", "name.count() / 2", "Decimal ", false},
                                         Typing{"RoundedQuantity", "(1 'mg' * 2).round(1)", "Quantity ", false},
                                         Typing{"RoundedNumber", "2.5.floor()", "Integer ", false},
                                         Typing{"Cast", "deceased as dateTime", "dateTime ", false},
                                         Typing{"Branches", "iif(active, 1, 'x')", "Integer String ", false},
                                         Typing{"Tree", "descendants()", "", true}),
                         CaseName());

}  // namespace
}  // namespace fhir::path
