#include "rules/course/course.hpp"

#include "fhir/json_text.hpp"
#include "fhir/member.hpp"
#include "rules/record/reading.hpp"
#include "rules/run/run.hpp"
#include "rules/run/trace.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace rules {
namespace {

namespace json = boost::json;

/// A fact of this name is drawn as a pregnancy; a pack without it has none to draw.
constexpr std::string_view pregnancy_fact = "pregnancy";

std::string_view word(Indicator indicator) {
    switch (indicator) {
        case Indicator::info:
            return "info";
        case Indicator::warning:
            return "warning";
        case Indicator::critical:
            break;
    }
    return "critical";
}

std::string_view word(Span::Kind kind) {
    switch (kind) {
        case Span::Kind::treatment:
            return "treatment";
        case Span::Kind::pregnancy:
            return "pregnancy";
        case Span::Kind::condition:
            break;
    }
    return "condition";
}

/// The loudest card that stands on each resource.
std::map<std::string, Indicator> indicators_of(const Evaluation& evaluation) {
    std::map<std::string, Indicator> indicators;
    for (const Card& card : evaluation.cards) {
        for (const CardInput& input : card.inputs) {
            const auto [found, is_new] = indicators.emplace(input.reference, card.indicator);
            if (!is_new) found->second = std::max(found->second, card.indicator);
        }
    }
    return indicators;
}

std::string_view state_of(const Measurement& measurement) {
    if (measurement.state == Measurement::State::unreadable) return words_for(measurement.fault);
    return {};
}

bool comes_before(const Measurement& one, const Measurement& other) {
    return std::tie(one.moment, one.issued) < std::tie(other.moment, other.issued);
}

class CourseReader {
  public:
    CourseReader(const Program& program, const Record& record, const Call& call) : run_(program.inner(), record, call) {
        evaluation_ = evaluate(program, record, call, trace_);
        indicators_ = indicators_of(evaluation_);
    }

    Course read() {
        Course course;
        // Of whatever day: a picture shows also what counts no longer.
        std::vector<std::vector<Measurement>> measurements =
            read_measurements(run_.program(), run_.record(), run_.calendar());
        for (std::size_t test = 0; test < measurements.size(); ++test) {
            add_derived(test, measurements[test]);
            add_series(test, measurements[test], course.series);
        }
        add_spans(course.spans);
        return course;
    }

  private:
    /// What was computed from several results of one draw stands beside them.
    void add_derived(std::size_t test, std::vector<Measurement>& measurements) {
        for (const Measurement& one : run_.results(test).all) {
            if (one.is_derived) measurements.push_back(one);
        }
    }

    /// Without a known unit a result stands with those of its kind, if there are any.
    static std::pair<std::size_t, std::optional<std::size_t>> place_of(const Measurement& one) {
        return {one.kind, one.unit_text.empty() ? std::nullopt : std::optional(one.unit)};
    }

    void add_series(std::size_t test, std::vector<Measurement>& all, std::vector<TestSeries>& to) {
        std::stable_sort(all.begin(), all.end(), comes_before);
        std::map<std::pair<std::size_t, std::optional<std::size_t>>, std::vector<const Measurement*>> groups;
        for (const Measurement& one : all) groups[place_of(one)].push_back(&one);
        for (auto group = groups.begin(); group != groups.end();) {  // those without a unit come first of their kind
            const auto next = std::next(group);
            const bool may_join =
                !group->first.second && next != groups.end() && next->first.first == group->first.first;
            if (!may_join) {
                ++group;
                continue;
            }
            next->second.insert(next->second.end(), group->second.begin(), group->second.end());
            std::ranges::stable_sort(next->second, [](auto* one, auto* other) { return comes_before(*one, *other); });
            group = groups.erase(group);
        }
        for (const auto& [place, measurements] : groups) {
            to.push_back(series_of(test, place.first, place.second, measurements));
        }
    }

    TestSeries series_of(std::size_t test, std::size_t kind, std::optional<std::size_t> unit,
                         const std::vector<const Measurement*>& measurements) {
        const CompiledAnalyte& analyte = run_.program().analytes[test];
        TestSeries series;
        series.analyte = analyte.written->id;
        series.kind = analyte.kinds[kind].name;
        series.title = analyte.written->title;
        if (analyte.kinds.size() > 1) series.title += ", " + analyte.kinds[kind].title;
        if (unit) series.unit = analyte.units[*unit].name;
        const std::size_t first = measurements.size() - std::min(measurements.size(), most_series_points);
        for (std::size_t at = first; at < measurements.size(); ++at) {
            const Measurement& one = *measurements[at];
            series.points.push_back(point_of(test, one));
            if (!one.is_readable() || one.unit_text.empty()) continue;
            series.bands = bands_of(analyte, one);
            const PrintedRange range = range_of(one);
            if (!range.low && !range.high) continue;
            series.low = range.low;
            series.high = range.high;
        }
        return series;
    }

    bool speaks(std::size_t test, const Measurement& one) {
        const TestResults& results = run_.results(test);
        if (!results.result) return false;
        const Measurement& spoken = results.all[*results.result];
        const bool is_it =
            spoken.observation == one.observation && spoken.kind == one.kind && spoken.is_derived == one.is_derived;
        return is_it || std::ranges::find(spoken.parts, one.observation) != spoken.parts.end();
    }

    SeriesPoint point_of(std::size_t test, const Measurement& one) {
        const CompiledAnalyte& analyte = run_.program().analytes[test];
        SeriesPoint point;
        if (one.date) point.date = one.date->text();
        if (!one.unit_text.empty() && one.state != Measurement::State::awaited) point.value = one.number;
        point.text = text_of(one, analyte);
        point.status = one.observation->status;
        point.reference = reference_to("Observation", one.observation->id);
        point.unreadable = state_of(one);
        if (one.is_readable() && has_bands(one, analyte)) point.band = band_measurement(one, analyte).band;
        point.is_used = speaks(test, one);
        const auto card = indicators_.find(point.reference);
        if (card != indicators_.end() && point.is_used) point.indicator = card->second;
        return point;
    }

    static std::vector<SeriesBand> bands_of(const CompiledAnalyte& analyte, const Measurement& one) {
        const bool is_own = one.laboratory && one.laboratory->ruleset &&
                            one.kind < one.laboratory->ruleset->has_bands.size() &&
                            one.laboratory->ruleset->has_bands[one.kind];
        const RulesetInForce& ruleset = is_own ? *one.laboratory->ruleset : analyte.ruleset;
        std::vector<SeriesBand> bands;
        if (one.kind >= ruleset.scales.size() || one.unit >= ruleset.scales[one.kind].size()) return bands;
        for (const BandStep& step : ruleset.scales[one.kind][one.unit]) {
            if (!bands.empty()) bands.back().to = step.bound;
            bands.push_back({step.words.empty() ? step.band : step.words, step.bound, {}});
        }
        return bands;
    }

    void add_spans(std::vector<Span>& spans) {
        const Program::Inner& program = run_.program();
        std::set<std::string, std::less<>> known;
        const auto pregnancy = std::ranges::find(program.facts, pregnancy_fact, [](const CompiledFact& fact) {
            return std::string_view(fact.written->name);
        });
        if (pregnancy != program.facts.end()) add_spans_of(*pregnancy, Span::Kind::pregnancy, known, spans);
        for (const CompiledFact& fact : program.facts) {
            if (!trace_.slots.contains(fact.slot)) continue;
            if (fact.form == Fact::Form::medications) add_spans_of(fact, Span::Kind::treatment, known, spans);
            if (fact.form == Fact::Form::conditions) add_spans_of(fact, Span::Kind::condition, known, spans);
        }
    }

    void add_spans_of(const CompiledFact& fact, Span::Kind kind, std::set<std::string, std::less<>>& known,
                      std::vector<Span>& spans) {
        for (const fhir::path::Value& item : run_.slot(fact.slot).items) {
            const json::object* object = item.is_element() ? item.json()->if_object() : nullptr;
            if (!object) continue;
            Span span;
            span.kind = kind;
            span.reference = fhir::member_text(*object, "reference");
            if (span.reference.empty() || !known.insert(span.reference).second) continue;
            span.label = fhir::member_text(*object, "label");
            if (span.label.empty()) span.label = fact.written->title;
            span.from = fhir::member_text(*object, "date");
            const json::value* days = object->if_contains("daysOnTreatment");
            if (days && days->is_int64()) {
                span.from = fhir::Date::of(run_.calendar().today() - std::chrono::days(days->get_int64())).text();
            }
            span.until = end_of(span.reference);
            spans.push_back(std::move(span));
        }
    }

    /// Of a problem that has ended; of others the facts say that they go on.
    std::string end_of(std::string_view reference) const {
        const auto& conditions = run_.record().conditions;
        const auto found = std::ranges::find_if(conditions, [reference](const fhir::Condition& condition) {
            return reference_to("Condition", condition.id) == reference;
        });
        if (found == conditions.end() || !found->abatement) return {};
        return run_.calendar().date_of(*found->abatement).text();
    }

    Run run_;
    Trace trace_;
    Evaluation evaluation_;
    std::map<std::string, Indicator> indicators_;
};

json::value number_or_null(const std::optional<fhir::Decimal>& number) {
    return number ? fhir::make_decimal(number->text()) : json::value();
}

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value() : json::value(text);
}

json::object point_json(const SeriesPoint& point) {
    json::object told = {{"date", text_or_null(point.date)},
                         {"value", number_or_null(point.value)},
                         {"text", point.text},
                         {"band", text_or_null(point.band)},
                         {"indicator", nullptr},
                         {"status", point.status},
                         {"reference", point.reference},
                         {"unreadable", text_or_null(point.unreadable)},
                         {"used", point.is_used}};
    if (point.indicator) told["indicator"] = word(*point.indicator);
    return told;
}

}  // namespace

Course course_of(const Program& program, const Record& record, const Call& call) {
    return CourseReader(program, record, call).read();
}

json::array series_json(const Course& course) {
    json::array all;
    for (const TestSeries& series : course.series) {
        json::array points, bands;
        for (const SeriesPoint& point : series.points) points.emplace_back(point_json(point));
        for (const SeriesBand& band : series.bands) {
            bands.emplace_back(json::object{
                {"name", band.name}, {"from", number_or_null(band.from)}, {"to", number_or_null(band.to)}});
        }
        json::object told = {{"analyte", series.analyte}, {"kind", series.kind},         {"title", series.title},
                             {"unit", series.unit},       {"points", std::move(points)}, {"bands", std::move(bands)},
                             {"range", nullptr}};
        if (series.low || series.high) {
            const std::string text =
                (series.low ? series.low->text() : "up") + " to " + (series.high ? series.high->text() : "any number");
            told["range"] = json::object{
                {"low", number_or_null(series.low)}, {"high", number_or_null(series.high)}, {"text", text}};
        }
        all.emplace_back(std::move(told));
    }
    return all;
}

json::array spans_json(const Course& course) {
    json::array all;
    for (const Span& span : course.spans) {
        all.emplace_back(json::object{{"kind", word(span.kind)},
                                      {"label", span.label},
                                      {"from", text_or_null(span.from)},
                                      {"until", text_or_null(span.until)},
                                      {"reference", span.reference}});
    }
    return all;
}

}  // namespace rules
