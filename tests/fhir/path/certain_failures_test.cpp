// What fails in every evaluation, whatever the data, is refused when compiling, by name and place; what the
// specification calls empty instead of an error is a warning at most.
#include "tests/case_name.hpp"
#include "tests/fhir/path/evaluating.hpp"

#include <gtest/gtest.h>

namespace fhir::path {
namespace {

struct Told {
    const char* name;
    const char* expression;  // on a Patient
    const char* place;       // what the caret and its tail stand under
    const char* message;
};

std::vector<Diagnostic> findings_of(const char* expression) {
    const auto compiled = compile(expression, {.types = &r4(), .context = *r4().find("Patient")});
    return compiled ? compiled->warnings() : compiled.error();
}

class CertainFailure : public testing::TestWithParam<Told> {};
TEST_P(CertainFailure, IsRefusedWithItsPlace) {
    const std::string text = GetParam().expression;
    const auto findings = findings_of(GetParam().expression);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].severity, Severity::error);
    EXPECT_EQ(text.substr(findings[0].offset, findings[0].length), GetParam().place);
    EXPECT_EQ(findings[0].message, GetParam().message);
}

constexpr const char* no_hours =
    "a Date has no hours: whole days, weeks, months and years can be added to it; toDateTime() makes a DateTime of it";
constexpr const char* no_days = "a Time has no days: hours, minutes, seconds and milliseconds can be added to it";
constexpr const char* out_of_range = "this leads out of the years 0001 to 9999";

// FHIRPath, Date/Time Arithmetic: "an unsupported unit for the type" signals an error.
INSTANTIATE_TEST_SUITE_P(
    DateArithmetic, CertainFailure,
    testing::Values(
        Told{"DatePlusHours", "birthDate + 24 hours", "24 hours", no_hours},
        Told{"DatePlusUcumHours", "today() + 24 'h'", "24 'h'", no_hours},
        Told{"DateMinusSeconds", "today() - 1.5 seconds < birthDate", "1.5 seconds", no_hours},
        Told{"DateLiteralPlusMilliseconds", "@2026-01-01 + 5 'ms'", "5 'ms'", no_hours},
        Told{"TimePlusDay", "@T10:00 + 1 day", "1 day", no_days},
        Told{"TimeOfDayMinusWeek", "timeOfDay() - 1 'wk'", "1 'wk'", no_days},
        Told{"UcumYear", "birthDate + 18 'a'", "18 'a'",
             "UCUM's 'a' is an average and no year of the calendar: write years, without quotes"},
        Told{"UcumMonthInADateTime", "now() - 3 'mo'", "3 'mo'",
             "UCUM's 'mo' is an average and no month of the calendar: write months, without quotes"},
        Told{"UcumYearAndATime", "@T10:00 + 1 'a'", "1 'a'", no_days},
        Told{"UcumMonthAndATime", "timeOfDay() - 1 'mo'", "1 'mo'", no_days},
        Told{"NoTimeOfADay", "@T10:00 + 4 'mg'", "4 'mg'",
             "'mg' is no unit that times are counted in: write hours, minutes, seconds or milliseconds"},
        Told{"NoTimeOfADate", "birthDate + 4 'mg'", "4 'mg'",
             "'mg' is no unit that dates are counted in: write years, months, weeks or days"},
        Told{"NoTime", "now() + 4 'mg'", "4 'mg'",
             "'mg' is no unit that dates and times are counted in: write years, months, weeks, days, hours, minutes, "
             "seconds or milliseconds"},
        Told{"NegativeHours", "birthDate + -24 hours", "-24 hours", no_hours},
        Told{"AfterTheLastYear", "@9999-12 + 1 year", "1 year", out_of_range},
        Told{"BeforeTheFirstYear", "@0001 - 1 year", "1 year", out_of_range}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Arguments, CertainFailure,
    testing::Values(
        Told{"Flags", "name.family.first().matches('a', 'ix')", "'ix'",
             "the flags are of 'i' (case does not count) and 'm' (^ and $ at every line)"},
        Told{"FlagsOfAComputedPattern", "name.family.first().matches(gender, 'g')", "'g'",
             "the flags are of 'i' (case does not count) and 'm' (^ and $ at every line)"},
        Told{"FlagsOfAReplacement", "gender.replaceMatches('a', 'b', 'u')", "'u'",
             "the flags are of 'i' (case does not count) and 'm' (^ and $ at every line)"},
        Told{"Encoding", "gender.encode('base32')", "'base32'",
             "there is no such format; there are 'hex', 'base64', 'urlbase64' and 'ascii'"},
        Told{"Decoding", "gender.decode('ascii')", "'ascii'",
             "there is no such format; there are 'hex', 'base64' and 'urlbase64'"},
        Told{"Escape", "gender.escape('xml')", "'xml'", "there is no such format; there are 'html' and 'json'"},
        Told{"RoundedToTens", "(name.count() / 3).round(-1)", "-1",
             "the number of decimal places is a whole number from 0"},
        Told{"Logarithm", "name.count().log(0)", "0", "only a number above 0 is the base of a logarithm"},
        Told{"DateFormat", "gender.toDate('d MMMM yyyy')", "'d MMMM yyyy'",
             "this date format has codes that are not known here: names of months (MMM, MMMM) or of time zones (z)"},
        Told{"HoursBetweenDates", "birthDate.duration(today(), 'hour')", "'hour'",
             "the precision is 'year', 'month', 'week' or 'day' for dates, 'hour', 'minute', 'second' or "
             "'millisecond' for times, any of these for date-times"},
        Told{"NoSuchPrecision", "now().difference(now(), 'decade')", "'decade'",
             "the precision is 'year', 'month', 'week' or 'day' for dates, 'hour', 'minute', 'second' or "
             "'millisecond' for times, any of these for date-times"},
        Told{"DateAndTime", "birthDate.duration(@T10:00, 'day')", "@T10:00",
             "a Time and a date have nothing between them"},
        Told{"Profile", "conformsTo('http://example.org/profile')", "'http://example.org/profile'",
             "profiles are not known here, only R4's types are, as in "
             "'http://hl7.org/fhir/StructureDefinition/Patient'"},
        Told{"LeastOfNames", "name.min()", "min",
             "min() works on a number or a String or a Date or a DateTime or a Time or a Quantity, not on HumanName"}),
    CaseName());

class CertainlyDoubtful : public testing::TestWithParam<Told> {};
TEST_P(CertainlyDoubtful, IsToldWithItsPlace) {
    const std::string text = GetParam().expression;
    const auto findings = findings_of(GetParam().expression);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].severity, Severity::warning);
    EXPECT_EQ(text.substr(findings[0].offset, findings[0].length), GetParam().place);
    EXPECT_EQ(findings[0].message, GetParam().message);
}

// FHIRPath N1, 4.1.2: a backslash that begins no escape "will be ignored".
INSTANTIATE_TEST_SUITE_P(
    Backslashes, CertainlyDoubtful,
    testing::Values(
        Told{"Digit", R"(name.family.first().matches('^\d+$'))", R"(\d)",
             R"(\d is no escape, so this is d; for a backslash write \\d (in JSON \\\\d))"},
        Told{"BeyondOthers", R"(name.family = '\\\'\w')", R"(\w)",
             R"(\w is no escape, so this is w; for a backslash write \\w (in JSON \\\\w))"},
        Told{
            "HalfAUnicodeEscape", R"(name.family = '\u00E')", R"(\u)",
            R"(\u is an escape only with four hexadecimal digits, so this is u; for a backslash write \\u (in JSON \\\\u))"},
        Told{"AtTheEnd", R"(gender = '\')", R"(\')",
             R"(this backslash stands for nothing; for a backslash write \\ (in JSON \\\\))"},
        Told{"InAName", R"(`\gender` = 'x')", R"(\g)",
             R"(\g is no escape, so this is g; for a backslash write \\g (in JSON \\\\g))"}),
    CaseName());

// FHIRPath, Date/Time Arithmetic: "implementers SHOULD produce a warning when decimal fractions are ignored".
INSTANTIATE_TEST_SUITE_P(Amounts, CertainlyDoubtful,
                         testing::Values(Told{
                             "FractionOfADay", "birthDate + 7.9 days", "7.9 days",
                             "of 7.9 days only 7 count: fractions are ignored above the second; write a whole number"}),
                         CaseName());

class NoFailure : public testing::TestWithParam<const char*> {};
TEST_P(NoFailure, IsSeenWhereDataDecide) {
    EXPECT_TRUE(findings_of(GetParam()).empty()) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Expressions, NoFailure,
                         testing::Values("deceased.ofType(dateTime) + 24 hours", "now() + 90 minutes",
                                         "@T10:00 + 1.5 seconds", "birthDate + 1.0 day", "@2026T + 24 hours",
                                         "birthDate + 1 'd'", "1 'mg' + 1 'a'", "now().duration(birthDate, 'hour')",
                                         "name.given.first().encode(gender)", "multipleBirth as integer",
                                         R"('\\d \' \" \` \r \n \t \f \u00e9 \/')", "'abc'.substring(-1)", "2.round(0)",
                                         "name.family.max()", "gender.replaceMatches('', 'b', 'u')",
                                         "gender.replaceMatches(language, 'b', 'u')",
                                         "@2026-03-14.toDate('d MMMM yyyy')", "birthDate.toDate('d MMM yyyy')",
                                         "birthDate.convertsToDate('d MMM yyyy')", "now().toDateTime('d MMM yyyy')",
                                         "deceased.convertsToDateTime('d MMM yyyy')",
                                         "(birthDate | gender).first().toDate('d MMM yyyy')",
                                         "conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')"));

// 3.0: "If the input is not a string, the format parameter is ignored"; "If the regex is an empty string", the result
// is the input.
TEST(AnArgumentThatIsNotRead, IsNoFailure) {
    EXPECT_EQ(evaluated("birthDate.toDate('d MMM yyyy')", R"({"resourceType":"Patient","birthDate":"1961-03"})"),
              R"(["1961-03"])");
    EXPECT_EQ(evaluated("gender.replaceMatches('', 'b', 'u')", R"({"resourceType":"Patient","gender":"male"})"),
              R"(["male"])");
}

// Findings of one severity must not crowd out those of the other: an error that is not told is compiled.
TEST(ManyWarnings, HideNoError) {
    for (const std::string_view doubtful : {"name and name", "'\\d'"}) {
        std::string list;
        for (int i = 0; i < 60; ++i) list += std::string(doubtful) + ", ";
        EXPECT_EQ(evaluated("coalesce(" + list + "frist())", R"({"resourceType":"Patient"})"),
                  "refused: there is no function frist(); did you mean 'first'?");
    }
}

TEST(ObjectConstruction, IsRefusedByName) {
    EXPECT_EQ(evaluated("Coding { system : 'http://example.org/demo', code : 'c1' }"),
              "refused: objects cannot be constructed: of FHIRPath 3.0's trial use, not supported");
}

}  // namespace
}  // namespace fhir::path
