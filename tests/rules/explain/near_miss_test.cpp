#include "rules/explain/near_miss.hpp"

#include "fhir/json_text.hpp"
#include "tests/case_name.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

const Parameters& parameters() {
    static const Parameters set = [] {
        Parameter days;
        days.name = "backPain.chronicDays";
        days.default_value = "84";
        return Parameters({days}, {});
    }();
    return set;
}

rules::Condition condition(const char* filter) {
    using fhir::path::TypeId;
    static fhir::path::Types types;
    static const TypeId item = types.declare("Item", {{"ageDays", TypeId::integer},
                                                      {"value", TypeId::decimal},
                                                      {"band", TypeId::string},
                                                      {"kind", TypeId::string},
                                                      {"label", TypeId::string}});
    static const TypeId group = types.declare("Group of parameters", {{"chronicDays", TypeId::integer}});
    static const TypeId param = types.declare("Parameters of a pack", {{"backPain", group}});
    fhir::path::CompileOptions options;
    options.types = &types;
    options.variables = {{"x", item}, {"param", param, false}, {"item", item}};
    const auto compiled = fhir::path::compile(filter, options);
    EXPECT_TRUE(compiled.has_value()) << filter;
    return compiled ? condition_of(*compiled, parameters()) : rules::Condition();
}

struct Miss {
    const char* name;
    const char* filter;
    const char* item;
    const char* told;  ///< all of it, one after the other
};
class NearMiss : public testing::TestWithParam<Miss> {};

TEST_P(NearMiss, IsToldByWhatIsThereAndWhatIsNeeded) {
    const auto item = fhir::parse_json(GetParam().item);
    ASSERT_TRUE(item.has_value());
    std::string told;
    for (const std::string& words : failures_of(item->get_object(), condition(GetParam().filter))) {
        told += (told.empty() ? "" : "; ") + words;
    }
    EXPECT_EQ(told, GetParam().told);
}

INSTANTIATE_TEST_SUITE_P(
    Filters, NearMiss,
    testing::Values(
        Miss{"WholeNumber", "%x.where(ageDays >= 84)", R"({"ageDays": 61})", "61 days, 84 needed"},
        Miss{"AtLeast", "%x.where(ageDays >= %param.backPain.chronicDays)", R"({"ageDays": 61, "atLeast": true})",
             "at least 61 days, 84 needed (backPain.chronicDays)"},
        Miss{"NoDuration", "%x.where(ageDays >= 84)", "{}", "duration not known, 84 needed"},
        Miss{"DecimalAsReceived", "%x.where(value < 4.5)", R"({"value": 135.50})",
             "value 135.50, less than 4.5 needed"},
        Miss{"DecimalThatPasses", "%x.where(value < 4.5)", R"({"value": 4.49})", ""},
        Miss{"DecimalsByValueNotByLetters", "%x.where(value > 9)", R"({"value": 10.5})", ""},
        Miss{"DecimalOfEqualValue", "%x.where(value = 4.5)", R"({"value": 4.50})", ""},
        Miss{"BelowZero", "%x.where(value > -1.5)", R"({"value": -2})", "value -2, more than -1.5 needed"},
        Miss{"Word", "%x.where(band = 'low')", R"({"band": "adequate"})", "band \"adequate\", low needed"},
        Miss{"NotTheWord", "%x.where((band = 'low').not())", R"({"band": "low"})",
             "band \"low\", anything else than low needed"},
        Miss{"NotTheWordThatPasses", "%x.where((band = 'low').not())", R"({"band": "adequate"})", ""},
        Miss{"NotBelow", "%x.where((value < 4.5).not())", R"({"value": 4.4})", "value 4.4, 4.5 needed"},
        Miss{"NotNot", "%x.where((value < 4.5).not().not())", R"({"value": 4.6})", "value 4.6, less than 4.5 needed"},
        Miss{"NeitherOfTwo", "%x.where((band = 'low' or band = 'high').not())", R"({"band": "low"})",
             "band \"low\", anything else than low needed"},
        Miss{"NotBoth", "%x.where((kind = 'a' and band = 'low').not())", R"({"kind": "a", "band": "low"})",
             "kind \"a\", anything else than a needed; band \"low\", anything else than low needed"},
        Miss{"WhatAnotherPartMakesUpFor", "%x.where(kind = 'd3' and (band = 'low' or band = 'deficient'))",
             R"({"kind": "total", "band": "low"})", "kind \"total\", d3 needed"},
        Miss{"TheOtherWayRound", "%x.where(84 <= ageDays)", R"({"ageDays": 61})", "61 days, 84 needed"},
        Miss{"TextWithAQuotationMark", R"(%x.where(label = 'Crohn\'s' and ageDays > 3))",
             R"({"label": "Crohn's", "ageDays": 2})", "2 days, more than 3 needed"},
        Miss{"AMemberOfSomethingElse", "%x.where(%item.kind = 'd3')", R"({"kind": "total"})", ""},
        Miss{"Implication", "%x.where(kind = 'd3' implies band = 'low')", R"({"kind": "d3", "band": "high"})",
             "kind \"d3\", anything else than d3 needed; band \"high\", low needed"},
        Miss{"TwoFilters", "%x.where(kind = 'd3').first().where(value > 1)", R"({"kind": "d2", "value": 1})",
             "kind \"d2\", d3 needed; value 1, more than 1 needed"}),
    CaseName());

TEST(NearMiss, NamesTheComparisonsAsTheFilterMeansThem) {
    const auto found = comparisons_in(condition("%x.where(value < 4.5 and (band = 'low').not())"));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].member + found[0].operation + found[0].wanted, "value<4.5");
    EXPECT_EQ(found[1].member + found[1].operation + found[1].wanted, "band!=low");
}

}  // namespace
}  // namespace rules
