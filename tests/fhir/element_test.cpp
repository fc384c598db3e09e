#include "fhir/element.hpp"

#include "tests/case_name.hpp"
#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

struct WrongMember {
    std::string_view name;
    std::string_view json;
    void (*read)(const Element&);
    std::vector<std::string> issues;
};

class ElementReader : public testing::TestWithParam<WrongMember> {};

TEST_P(ElementReader, SkipsWhatIsWrongAndSaysWhere) {
    const boost::json::value tree = parsed(GetParam().json);
    Issues issues;
    GetParam().read(Element(tree.get_object(), "Thing", issues));
    EXPECT_EQ(told(issues), GetParam().issues);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ElementReader,
    testing::ValuesIn(std::vector<WrongMember>{
        {"number_for_text",
         R"({"a": 1})",
         [](const Element& e) { EXPECT_EQ(e.text("a"), ""); },
         {"Thing.a wrong-type"}},
        {"decimal_for_text",
         R"({"a": 1.5})",
         [](const Element& e) { EXPECT_EQ(e.text("a"), ""); },
         {"Thing.a wrong-type"}},
        {"null_for_text",
         R"({"a": null})",
         [](const Element& e) { EXPECT_EQ(e.text("a"), ""); },
         {"Thing.a wrong-type"}},
        {"absent_text", "{}", [](const Element& e) { EXPECT_EQ(e.text("a"), ""); }, {}},
        {"text_for_number",
         R"({"a": "1.5"})",
         [](const Element& e) { EXPECT_FALSE(e.decimal("a")); },
         {"Thing.a wrong-type"}},
        {"number_too_long",
         R"({"a": 1e60})",
         [](const Element& e) { EXPECT_FALSE(e.decimal("a")); },
         {"Thing.a invalid-value"}},
        {"decimal", R"({"a": 1.10})", [](const Element& e) { EXPECT_EQ(e.decimal("a")->text(), "1.10"); }, {}},
        {"integer_as_decimal", R"({"a": -3})", [](const Element& e) { EXPECT_EQ(e.decimal("a")->text(), "-3"); }, {}},
        {"large_integer_as_decimal",
         R"({"a": 18446744073709551615})",
         [](const Element& e) { EXPECT_EQ(e.decimal("a")->text(), "18446744073709551615"); },
         {}},
        {"fraction_for_integer",
         R"({"a": 1.0})",
         [](const Element& e) { EXPECT_FALSE(e.integer("a")); },
         {"Thing.a invalid-value"}},
        {"text_for_boolean",
         R"({"a": "true"})",
         [](const Element& e) { EXPECT_FALSE(e.boolean("a")); },
         {"Thing.a wrong-type"}},
        {"invalid_date",
         R"({"a": "31.12.2025"})",
         [](const Element& e) { EXPECT_FALSE(e.date("a")); },
         {"Thing.a invalid-value"}},
        {"time_for_date",
         R"({"a": "2025-12-31T00:00:00Z"})",
         [](const Element& e) { EXPECT_FALSE(e.date("a")); },
         {"Thing.a invalid-value"}},
        {"literal_for_date",
         R"({"a": "@2025"})",
         [](const Element& e) { EXPECT_FALSE(e.date("a")); },
         {"Thing.a invalid-value"}},
        {"no_offset",
         R"({"a": "2025-12-31T10:00:00"})",
         [](const Element& e) { EXPECT_EQ(e.date_time("a")->text(), "2025-12-31T10:00:00"); },
         {"Thing.a incomplete-date"}},
        {"no_seconds",
         R"({"a": "2025-12-31T10:00Z"})",
         [](const Element& e) { EXPECT_EQ(e.date_time("a")->text(), "2025-12-31T10:00Z"); },
         {"Thing.a incomplete-date"}},
        {"invalid_date_time",
         R"({"a": "yesterday"})",
         [](const Element& e) { EXPECT_FALSE(e.date_time("a")); },
         {"Thing.a invalid-value"}},
        {"text_for_object",
         R"({"a": "x"})",
         [](const Element& e) { EXPECT_FALSE(e.child("a")); },
         {"Thing.a wrong-type"}},
        {"list_for_object",
         R"({"a": [{}]})",
         [](const Element& e) { EXPECT_FALSE(e.child("a")); },
         {"Thing.a wrong-type"}},
        {"object_for_list",
         R"({"a": {}})",
         [](const Element& e) { EXPECT_EQ(e.each("a", [](const Element&) {}), 1U); },
         {"Thing.a not-a-list"}},
        {"text_for_list",
         R"({"a": "x"})",
         [](const Element& e) { EXPECT_EQ(e.each("a", [](const Element&) {}), 0U); },
         {"Thing.a wrong-type"}},
        {"null_in_list",
         R"({"a": [null, {}]})",
         [](const Element& e) { EXPECT_EQ(e.each("a", [](const Element&) {}), 1U); },
         {"Thing.a wrong-type"}},
    }),
    CaseName());

TEST(Element, NamesThePathThroughListsAndObjects) {
    const boost::json::value tree = parsed(R"({"component": [{}, {"valueQuantity": {"value": "high"}}]})");
    Issues issues;
    const Element element(tree.get_object(), "Observation", issues);
    element.each("component", [](const Element& component) {
        if (const std::optional<Element> quantity = component.child("valueQuantity")) quantity->decimal("value");
    });
    EXPECT_EQ(told(issues), Told{"Observation.component[1].valueQuantity.value wrong-type"});
}

}  // namespace
}  // namespace fhir
