// One patient over time: each test's results with the bands that they are held against, and what lasts beside them,
// treatments, pregnancy and problems, as the facts of the pack have it. For a picture; it decides nothing.
#pragma once

#include "rules/run/evaluation.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace rules {

struct SeriesPoint {
    std::string date;                    ///< as precise as it is known; empty: not known
    std::optional<fhir::Decimal> value;  ///< as reported; nothing where there is no number with a known unit
    std::string text;                    ///< as a card would write it
    std::string band;
    std::optional<Indicator> indicator;  ///< of the loudest card that stands on this result
    std::string status, reference;
    std::string unreadable;  ///< why it cannot be read; empty: it can, or is awaited
    bool is_used = false;    ///< it speaks for its test
};

struct SeriesBand {
    std::string name;
    std::optional<fhir::Decimal> from, to;
};

/// Results of one test, of one kind and in one unit, the earliest first.
struct TestSeries {
    std::string analyte, kind, title, unit;
    std::vector<SeriesPoint> points;
    std::vector<SeriesBand> bands;           ///< ascending, as the newest result is held against them
    std::optional<fhir::Decimal> low, high;  ///< the laboratory's range beside the newest result that has one
};
inline constexpr std::size_t most_series_points = 500;  ///< of one series: the newest

struct Span {
    enum class Kind { treatment, pregnancy, condition } kind = Kind::condition;
    std::string label, reference;
    std::string from;   ///< empty: not known
    std::string until;  ///< empty: it goes on
};

struct Course {
    std::vector<TestSeries> series;  ///< in the pack's order of tests
    std::vector<Span> spans;         ///< of facts that the evaluation looked at, each resource once
};

Course course_of(const Program& program, const Record& record, const Call& call);

boost::json::array series_json(const Course& course);
boost::json::array spans_json(const Course& course);

}  // namespace rules
