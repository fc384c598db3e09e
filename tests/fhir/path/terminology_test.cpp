// memberOf(), subsumes(), subsumedBy() over what the caller knows, and ordinal().
#include "tests/case_name.hpp"
#include "tests/fhir/path/evaluating.hpp"

#include <gtest/gtest.h>

namespace fhir::path {
namespace {

constexpr const char* observation = R"({"resourceType":"Observation","status":"final",
    "code":{"coding":[{"system":"urn:other","code":"x"},{"system":"urn:tree","code":"a.b"}]},
    "method":{"text":"no coding"},
    "category":[{"coding":[{"system":"urn:tree","code":"a"}]}],
    "valueCodeableConcept":{"coding":[{"extension":[
        {"url":"http://hl7.org/fhir/StructureDefinition/ordinalValue","valueDecimal":3}],"system":"urn:tree","code":"b"}]}})";

// One value set of one system; a hierarchy that the codes spell.
Terminology known() {
    return {.is_member = [](std::string_view value_set, std::string_view system,
                            std::string_view code) -> std::optional<bool> {
                if (value_set == "urn:set") return (system == "urn:tree" || system.empty()) && code.starts_with('a');
                if (value_set == "urn:statuses") return code == "final";
                return std::nullopt;
            },
            .subsumes = [](std::string_view system, std::string_view ancestor,
                           std::string_view code) -> std::optional<bool> {
                if (system != "urn:tree") return std::nullopt;
                return code.starts_with(std::string(ancestor) + '.');
            }};
}

std::string answer(std::string_view expression) {
    const boost::json::value tree = *parse_json(observation);
    const Terminology terminology = known();
    const auto compiled =
        compile(expression, {.types = &r4(), .context = *r4().find("Observation"), .has_terminology = true});
    if (!compiled) return "refused: " + compiled.error().front().message;
    Input input;
    input.context = Value::resource(tree, r4());
    input.terminology = &terminology;
    const auto values = evaluate(*compiled, input);
    return values ? print_json(to_json(*values, r4())) : "failed: " + values.error().message;
}

struct Question {
    const char* name;
    const char* expression;
    const char* result;
};

class TerminologyOf : public testing::TestWithParam<Question> {};

TEST_P(TerminologyOf, TheCallerIsAsked) {
    EXPECT_EQ(answer(GetParam().expression), GetParam().result);
}

// FHIR R4, FHIRPath, memberOf, subsumes, subsumedBy; what is not known is empty.
INSTANTIATE_TEST_SUITE_P(Functions, TerminologyOf,
                         testing::Values(Question{"AnyCodingOfAConcept", "code.memberOf('urn:set')", "[true]"},
                                         Question{"Coding", "code.coding.first().memberOf('urn:set')", "[false]"},
                                         Question{"Code", "status.memberOf('urn:statuses')", "[true]"},
                                         Question{"CodeThatIsNotInIt", "status.memberOf('urn:set')", "[false]"},
                                         Question{"UnknownValueSet", "code.memberOf('urn:unknown')", "[]"},
                                         Question{"Several", "code.coding.memberOf('urn:set')", "[]"},
                                         Question{"ConceptWithoutCoding", "method.memberOf('urn:set')", "[false]"},
                                         Question{"Above", "category.first().subsumes(code)", "[true]"},
                                         Question{"Below", "code.subsumedBy(category.first())", "[true]"},
                                         Question{"NotAbove", "code.subsumes(category.first())", "[false]"},
                                         Question{"Itself", "code.coding[0].subsumes(code.coding[0])", "[true]"},
                                         Question{"OtherSystem", "code.coding[0].subsumes(category.coding)", "[]"},
                                         Question{"NoCoding", "status.subsumes(code)",
                                                  "failed: subsumes() compares Codings and CodeableConcepts"},
                                         Question{"Ordinal", "value.coding.ordinal() + 1", "[4]"},
                                         Question{"NoOrdinal", "code.coding.ordinal()", "[]"}),
                         CaseName());

}  // namespace
}  // namespace fhir::path
