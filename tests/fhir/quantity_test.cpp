#include "fhir/quantity.hpp"

#include "tests/case_name.hpp"
#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

Quantity read(const boost::json::value& tree, Issues& issues) {
    return read_quantity(Element(tree.get_object(), "Quantity", issues));
}

struct ComparatorCase {
    std::string_view name;
    std::string_view json;
    Comparator comparator;
    std::vector<std::string> issues;
};

class QuantityComparator : public testing::TestWithParam<ComparatorCase> {};

TEST_P(QuantityComparator, IsNeverLost) {
    const boost::json::value tree = parsed(GetParam().json);
    Issues issues;
    EXPECT_EQ(read(tree, issues).comparator, GetParam().comparator);
    EXPECT_EQ(told(issues), GetParam().issues);
}

// FHIR R4, quantity-comparator: < <= >= >. R5 adds "ad".
INSTANTIATE_TEST_SUITE_P(
    Table, QuantityComparator,
    testing::ValuesIn(std::vector<ComparatorCase>{
        {"none", R"({"value": 4})", Comparator::none, {}},
        {"less", R"({"value": 4, "comparator": "<"})", Comparator::less, {}},
        {"less_or_equal", R"({"value": 4, "comparator": "<="})", Comparator::less_or_equal, {}},
        {"greater_or_equal", R"({"value": 4, "comparator": ">="})", Comparator::greater_or_equal, {}},
        {"greater", R"({"value": 4, "comparator": ">"})", Comparator::greater, {}},
        {"ad", R"({"value": 4, "comparator": "ad"})", Comparator::other, {"Quantity.comparator invalid-value"}},
        {"empty", R"({"value": 4, "comparator": ""})", Comparator::other, {"Quantity.comparator invalid-value"}},
        {"not_a_text",
         R"({"value": 4, "comparator": 1})",
         Comparator::other,
         {"Quantity.comparator wrong-type", "Quantity.comparator invalid-value"}},
    }),
    CaseName());

TEST(Quantity, KeepsTheValueAndUnitAsSent) {
    const boost::json::value tree =
        parsed(R"({"value": 12.50, "unit": "ng/ml", "system": "http://unitsofmeasure.org", "code": "ng/mL"})");
    Issues issues;
    const Quantity quantity = read(tree, issues);
    EXPECT_EQ(quantity.value->text(), "12.50");
    EXPECT_EQ(quantity.unit, "ng/ml");
    EXPECT_EQ(quantity.system, "http://unitsofmeasure.org");
    EXPECT_EQ(quantity.code, "ng/mL");
    EXPECT_TRUE(issues.empty());
}

TEST(Quantity, HasNoValueWhereNoneCanBeRead) {
    const boost::json::value tree = parsed(R"({"value": "12", "unit": "ng/mL"})");
    Issues issues;
    EXPECT_EQ(read(tree, issues).value, std::nullopt);
    EXPECT_EQ(told(issues), Told{"Quantity.value wrong-type"});
}

TEST(Comparator, PrintsTheCodeItWasReadFrom) {
    for (const std::string_view code : {"", "<", "<=", ">=", ">"}) EXPECT_EQ(code_of(comparator_of(code)), code);
}

}  // namespace
}  // namespace fhir
