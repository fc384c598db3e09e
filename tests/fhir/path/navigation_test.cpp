// From JSON to values: choices, extensions of primitives, resources inside resources, types at run time.
#include "tests/case_name.hpp"
#include "tests/fhir/path/evaluating.hpp"

#include <gtest/gtest.h>

namespace fhir::path {
namespace {

constexpr const char* observation = R"({
    "resourceType": "Observation", "id": "o", "status": "final",
    "contained": [{"resourceType": "Patient", "id": "p", "name": [{"family": "Brandt"}]}],
    "subject": {"reference": "#p"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "62292-8"}, {"system": "urn:local", "code": "D"}]},
    "valueQuantity": {"value": 11.40, "unit": "ng/mL", "system": "http://unitsofmeasure.org", "code": "ng/mL"},
    "_issued": {"extension": [{"url": "urn:why", "valueCode": "unknown"}]}
})";

struct Navigation {
    const char* name;
    const char* expression;
    const char* result;
};

class Navigates : public testing::TestWithParam<Navigation> {};

TEST_P(Navigates, AnObservation) {
    EXPECT_EQ(evaluated(GetParam().expression, observation), GetParam().result);
}

INSTANTIATE_TEST_SUITE_P(
    Members, Navigates,
    testing::Values(Navigation{"Choice", "value.unit", R"(["ng/mL"])"},
                    Navigation{"ChoiceOfAType", "value.ofType(Quantity).value", "[11.40]"},
                    Navigation{"ChoiceOfAnotherType", "value.ofType(string)", "[]"},
                    Navigation{"ChoiceAsQuantity", "value > 11 'ng/mL'", "[true]"},
                    Navigation{"QuantityInAnotherUnit", "value = 11.4 'ug/L'", "[true]"},
                    Navigation{"PrimitiveWithoutValue", "issued.exists()", "[true]"},
                    Navigation{"PrimitiveHasNoValue", "issued.hasValue()", "[false]"},
                    Navigation{"ExtensionOfAPrimitive", "issued.extension('urn:why').value", R"(["unknown"])"},
                    Navigation{"Contained", "contained.ofType(Patient).name.family", R"(["Brandt"])"},
                    Navigation{"ContainedByItsMember", "contained.name.family", R"(["Brandt"])"},
                    Navigation{"ResolvesContained", "subject.resolve().name.family", R"(["Brandt"])"},
                    Navigation{"ResolvesNothingElse", "performer.resolve()", "[]"},
                    Navigation{"Filter", "code.coding.where(system = 'http://loinc.org').code", R"(["62292-8"])"},
                    Navigation{"Membership", "'D' in code.coding.code", "[true]"},
                    Navigation{"Reflection", "value.type().name", R"(["Quantity"])"},
                    Navigation{"NamespaceOfALiteral", "1.type().namespace", R"(["System"])"},
                    Navigation{"Children", "code.children().count()", "[2]"},
                    Navigation{"Descendants", "code.descendants().where($this is code or $this is uri).count()", "[4]"},
                    Navigation{"Base", "$this is DomainResource and $this is Resource", "[true]"},
                    Navigation{"Conforms", "conformsTo('http://hl7.org/fhir/StructureDefinition/Observation')",
                               "[true]"}),
    CaseName());

TEST(Sort, PutsItemsInOrderOfTheirKeys) {
    const std::string patient =
        R"({"resourceType":"Patient","name":[{"family":"B","given":["x"]},{"family":"A","given":["y"]},{"family":"B","given":["a"]}]})";
    EXPECT_EQ(evaluated("name.sort(family, -given.first()).given", patient), R"(["y","x","a"])");
}

TEST(Trace, HandsValuesToTheListenerAndOn) {
    const auto compiled = compile("(1 | 2).trace('t').count()", {.types = &r4()});
    ASSERT_TRUE(compiled.has_value());
    std::string seen;
    const TraceListener listener = [&](std::string_view name, const Collection& values) {
        seen = std::string(name) + ' ' + std::to_string(values.size());
    };
    Input input;
    input.trace = &listener;
    const auto result = evaluate(*compiled, input);
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ((*result)[0].as_integer(), 2);
    EXPECT_EQ(seen, "t 2");
}

TEST(Resolve, AsksTheCaller) {
    const boost::json::value patient =
        *parse_json(R"({"resourceType":"Patient","generalPractitioner":[{"reference":"Practitioner/1"}]})");
    const boost::json::value practitioner = *parse_json(R"({"resourceType":"Practitioner","id":"1","active":true})");
    const Resolver resolver = [&](std::string_view reference) -> std::optional<Value> {
        return reference == "Practitioner/1" ? std::optional(Value::resource(practitioner, r4())) : std::nullopt;
    };
    const auto compiled = compile("generalPractitioner.where(resolve() is Practitioner).count()",
                                  {.types = &r4(), .context = *r4().find("Patient")});
    ASSERT_TRUE(compiled.has_value());
    Input input;
    input.context = Value::resource(patient, r4());
    input.resolver = &resolver;
    const auto result = evaluate(*compiled, input);
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ((*result)[0].as_integer(), 1);
}

TEST(Result, OutlivesTheExpression) {
    Collection values;
    {
        const auto compiled = compile("'a literal that is long enough to need the heap' | 4.0 'g'", {.types = &r4()});
        ASSERT_TRUE(compiled.has_value());
        values = *evaluate(*compiled, {});
    }
    EXPECT_EQ(values[0].as_string(), "a literal that is long enough to need the heap");
    EXPECT_EQ(values[1].as_quantity().unit, "g");
}

TEST(Explanation, HoldsTheValueOfEveryPart) {
    const boost::json::value patient =
        *parse_json(R"({"resourceType":"Patient","name":[{"use":"official"},{"use":"usual"}]})");
    const auto compiled =
        compile("name.where(use = 'usual').exists()", {.types = &r4(), .context = *r4().find("Patient")});
    ASSERT_TRUE(compiled.has_value());
    Input input;
    input.context = Value::resource(patient, r4());
    const auto whole = explain(*compiled, input);
    ASSERT_TRUE(whole.has_value());
    EXPECT_EQ(whole->text, "name.where(use = 'usual').exists()");
    EXPECT_TRUE(whole->values[0].as_boolean());
    ASSERT_EQ(whole->parts.size(), 1U);
    const Explanation& where = whole->parts[0];
    EXPECT_EQ(where.text, "name.where(use = 'usual')");
    EXPECT_EQ(where.values.size(), 1U);
    ASSERT_EQ(where.parts.size(), 3U);  // name, and the criterion once for each item
    EXPECT_EQ(where.parts[1].text, "use = 'usual'");
    EXPECT_FALSE(where.parts[1].values[0].as_boolean());
    EXPECT_TRUE(where.parts[2].values[0].as_boolean());
    ASSERT_EQ(where.parts[2].parts.size(), 2U);
    EXPECT_EQ(to_text(where.parts[2].parts[0].values[0], r4()), "usual");
}

TEST(Text, IsWhatACardCanShow) {
    const boost::json::value tree = *parse_json(observation);
    const auto compiled = compile("value | code", {.types = &r4(), .context = *r4().find("Observation")});
    ASSERT_TRUE(compiled.has_value());
    Input input;
    input.context = Value::resource(tree, r4());
    const auto values = evaluate(*compiled, input);
    ASSERT_TRUE(values.has_value());
    EXPECT_EQ(to_text((*values)[0], r4()), "11.40 ng/mL");
    EXPECT_EQ(to_text((*values)[1], r4()), "CodeableConcept");
    EXPECT_EQ(to_text(Value::date(Date{2026, 11, 0}), r4()), "2026-11");
}

}  // namespace
}  // namespace fhir::path
