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
                                                      {"old", TypeId::boolean},
                                                      {"bandWords", TypeId::string},
                                                      {"daysOnTreatment", TypeId::integer},
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
    for (const Failure& failure : failures_of(item->get_object(), condition(GetParam().filter))) {
        told += (told.empty() ? "" : "; ") + failure.words;
        if (!failure.parameter.empty()) told += " (" + failure.parameter + ")";
    }
    EXPECT_EQ(told, GetParam().told);
}

INSTANTIATE_TEST_SUITE_P(
    Filters, NearMiss,
    testing::Values(
        Miss{"WholeNumber", "%x.where(ageDays >= 84)", R"({"ageDays": 61})", "for 61 days, 84 are needed"},
        Miss{"AtLeast", "%x.where(ageDays >= %param.backPain.chronicDays)", R"({"ageDays": 61, "atLeast": true})",
             "for at least 61 days, 84 are needed (backPain.chronicDays)"},
        Miss{"OneDay", "%x.where(ageDays > 3)", R"({"ageDays": 1})", "for 1 day, more than 3 are needed"},
        Miss{"NoDuration", "%x.where(ageDays >= 84)", "{}", "since when is not known"},
        Miss{"TooLongAgo", "%x.where(ageDays <= 180)", R"({"ageDays": 200})", "200 days ago, only the last 180 count"},
        Miss{"JustTooLongAgo", "%x.where(ageDays < 180)", R"({"ageDays": 180})",
             "180 days ago, only the last 179 count"},
        Miss{"TreatedForLonger", "%x.where(daysOnTreatment < 56)", R"({"daysOnTreatment": 290})",
             "on it for 290 days, past the first 55"},
        Miss{"TreatedForTooShort", "%x.where(daysOnTreatment >= 84)", R"({"daysOnTreatment": 36})",
             "on it for 36 days, 84 are needed"},
        Miss{"DecimalAsReceived", "%x.where(value < 4.5)", R"({"value": 135.50})", "not below 4.5"},
        Miss{"DecimalThatPasses", "%x.where(value < 4.5)", R"({"value": 4.49})", ""},
        Miss{"DecimalsByValueNotByLetters", "%x.where(value > 9)", R"({"value": 10.5})", ""},
        Miss{"DecimalOfEqualValue", "%x.where(value = 4.5)", R"({"value": 4.50})", ""},
        Miss{"BelowZero", "%x.where(value > -1.5)", R"({"value": -2})", "not above -1.5"},
        Miss{"Word", "%x.where(band = 'low')", R"({"band": "adequate"})", "adequate, not low"},
        Miss{"InThePacksWords", "%x.where(band = 'low')", R"({"band": "unlikely", "bandWords": "deficiency unlikely"})",
             "deficiency unlikely, not low"},
        Miss{"OneOfTwoWords", "%x.where(band = 'high' or band = 'critical')", R"({"band": "not-high"})", "not high"},
        Miss{"ThatSomethingIsThereIsSaidByWhatItIs", "%x.where(band = 'below' or band.empty())",
             R"({"band": "within"})", "within, not below"},
        Miss{"NoBand", "%x.where(band = 'low')", "{}", "no limit holds for it"},
        Miss{"NotTheWord", "%x.where((band = 'low').not())", R"({"band": "low"})", "low"},
        Miss{"NotTheWordThatPasses", "%x.where((band = 'low').not())", R"({"band": "adequate"})", ""},
        Miss{"NotBelow", "%x.where((value < 4.5).not())", R"({"value": 4.4})", "below 4.5"},
        Miss{"NotNot", "%x.where((value < 4.5).not().not())", R"({"value": 4.6})", "not below 4.5"},
        Miss{"NeitherOfTwo", "%x.where((band = 'low' or band = 'high').not())", R"({"band": "low"})", "low"},
        Miss{"NotBoth", "%x.where((kind = 'a' and band = 'low').not())", R"({"kind": "a", "band": "low"})", "a; low"},
        Miss{"WhatAnotherPartMakesUpFor", "%x.where(kind = 'd3' and (band = 'low' or band = 'deficient'))",
             R"({"kind": "total", "band": "low"})", "total, not D3"},
        Miss{"TheOtherWayRound", "%x.where(84 <= ageDays)", R"({"ageDays": 61})", "for 61 days, 84 are needed"},
        Miss{"TextWithAQuotationMark", R"(%x.where(label = 'Crohn\'s' and ageDays > 3))",
             R"({"label": "Crohn's", "ageDays": 2})", "for 2 days, more than 3 are needed"},
        Miss{"AMemberOfSomethingElse", "%x.where(%item.kind = 'd3')", R"({"kind": "total"})", ""},
        Miss{"Implication", "%x.where(kind = 'd3' implies band = 'low')", R"({"kind": "d3", "band": "high"})",
             "D3; high, not low"},
        Miss{"TwoFilters", "%x.where(kind = 'd3').first().where(value > 1)", R"({"kind": "d2", "value": 1})",
             "D2, not D3; not above 1"},
        Miss{"WhatIsTrue", "%x.where(old)", R"({"old": false})", "not old"},
        Miss{"WhatMustNotBeTrue", "%x.where(old.not())", R"({"old": true})", "too old"},
        Miss{"WhatIsThere", "%x.where(ageDays.empty())", R"({"ageDays": 3})", "dated"},
        Miss{"WhatIsNotThere", "%x.where(ageDays.exists())", "{}", "without a date"}),
    CaseName());

TEST(NearMiss, SaysWhatAFilterAsksFor) {
    const auto words = [](const char* filter) {
        std::string all;
        for (const Comparison& asked : comparisons_in(condition(filter))) all += asked_words(asked) + "; ";
        return all;
    };
    EXPECT_EQ(words("%x.where(band = 'low' and ageDays <= 365)"), "low; of the last 365 days; ");
    EXPECT_EQ(words("%x.where(ageDays >= %param.backPain.chronicDays)"), "for 84 days or more; ");
    EXPECT_EQ(words("%x.where(daysOnTreatment < 56)"), "for up to 55 days; ");
    EXPECT_EQ(words("%x.where(old.not() and value > 4.5)"), "not old; above 4.5; ");
}

TEST(NearMiss, NamesTheComparisonsAsTheFilterMeansThem) {
    const auto found = comparisons_in(condition("%x.where(value < 4.5 and (band = 'low').not())"));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].member + found[0].operation + found[0].wanted, "value<4.5");
    EXPECT_EQ(found[1].member + found[1].operation + found[1].wanted, "band!=low");
}

}  // namespace
}  // namespace rules
