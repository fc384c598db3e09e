#include "rules/record/reading.hpp"

#include "fhir/json_text.hpp"
#include "rules/record/record.hpp"

#include <algorithm>

namespace rules {
namespace {

/// The kind whose bands a measurement is held against: a fraction's are those of the whole.
std::size_t banded_kind(const Measurement& measurement, const CompiledAnalyte& analyte) {
    return analyte.kinds[measurement.kind].lower_bound_of.value_or(measurement.kind);
}

/// The laboratory's own bands, of the kinds that it bands: of the others it has said nothing.
const RulesetInForce& ruleset_for(const Measurement& measurement, const CompiledAnalyte& analyte) {
    const LaboratoryRules* laboratory = measurement.laboratory;
    const bool has_own =
        laboratory && laboratory->ruleset && laboratory->ruleset->has_bands[banded_kind(measurement, analyte)];
    return has_own ? *laboratory->ruleset : analyte.ruleset;
}

const BandScale& scale_of(const Measurement& measurement, const CompiledAnalyte& analyte) {
    return ruleset_for(measurement, analyte).scales[banded_kind(measurement, analyte)][measurement.unit];
}

/// What is banded: a fraction says of the whole only that it is not less.
Interval banded_interval(const Measurement& measurement, const CompiledAnalyte& analyte) {
    const Interval& interval = measurement.interval;
    if (!analyte.kinds[measurement.kind].lower_bound_of) return interval;
    return {interval.low, interval.low_included, std::nullopt, false};
}

/// The bound within 10 % of which a value lies that its scale bands.
std::optional<fhir::Decimal> near_limit(const Measurement& measurement, const CompiledAnalyte& analyte) {
    const Interval interval = banded_interval(measurement, analyte);
    const auto banded = band_of(interval, scale_of(measurement, analyte));
    return banded ? near_bound(interval, *banded) : std::nullopt;
}

/// The lowest tenth of a range counts as low-normal (rules/packs/back-pain-labs/REFERENCE.md D.6).
std::optional<fhir::Decimal> end_of_lowest_tenth(const PrintedRange& range) {
    if (!range.low || !range.high) return std::nullopt;
    const auto width = fhir::subtract(*range.high, *range.low);
    const auto tenth = width ? fhir::multiply(*width, *fhir::Decimal::of(1, 1)) : std::nullopt;
    return tenth ? fhir::add(*range.low, *tenth) : std::nullopt;
}

RangePlace place_in(const PrintedRange& range, const Interval& interval) {
    if (range.low && interval.is_below(*range.low)) return RangePlace::below;
    if (range.high && interval.is_above(*range.high)) return RangePlace::above;
    const bool is_inside =
        (!range.low || interval.is_at_least(*range.low)) && (!range.high || interval.is_at_most(*range.high));
    if (!is_inside || (!range.low && !range.high)) return RangePlace::unknown;
    if (!range.low || !range.high) return RangePlace::not_beyond;
    const auto edge = end_of_lowest_tenth(range);
    return edge && interval.is_at_most(*edge) ? RangePlace::low_normal : RangePlace::within;
}

}  // namespace

namespace {

Banding by_range(const PrintedRange& range) {
    Banding banding;
    banding.band = band_by_range(range.place);
    banding.ruleset = "laboratory range";
    banding.spans = range.place == RangePlace::unknown;
    banding.rank = range.place == RangePlace::below ? 0 : range.place == RangePlace::above ? 2 : 1;
    banding.lower = range.place == RangePlace::above ? range.high : range.low;
    if (range.place == RangePlace::below) banding.lower.reset();
    banding.upper = range.place == RangePlace::below ? range.low : range.high;
    if (range.place == RangePlace::above) banding.upper.reset();
    // The bounds of a range belong to it (FHIR R4, SimpleQuantity low and high of referenceRange).
    banding.lower_included = range.place != RangePlace::above;
    banding.upper_included = range.place != RangePlace::below;
    return banding;
}

/// Whether the laboratory's range decides; what a range with one bound leaves open, the guideline's band may say.
bool decides(const PrintedRange& range, const std::optional<Banded>& banded) {
    if (!range.low && !range.high) return false;
    if (!banded || range.place != RangePlace::not_beyond) return true;
    return banded->step->band == (range.low ? "low" : "high");
}

/// Where the laboratory's range comes first its three places are ranks 0 to 2, and what stands above every ruleset
/// follows; a guideline's scale then begins at the middle. Else the steps of the scale are counted.
std::size_t rank_of(const Banded& banded, const BandScale& scale, bool range_first) {
    constexpr std::size_t above_ranges = 3;
    const auto step = static_cast<std::size_t>(banded.step - scale.data());
    if (!range_first) return step;
    return banded.step->in_every_ruleset ? above_ranges : std::min<std::size_t>(step + 1, above_ranges - 1);
}

Banding by_guideline(const Banded& banded, const RulesetInForce& ruleset) {
    Banding banding;
    banding.band = banded.step->band;
    banding.words = banded.step->words;
    banding.is_by_scale = true;
    banding.in_every_ruleset = banded.step->in_every_ruleset;
    banding.ruleset =
        banding.in_every_ruleset ? std::string_view("whatever the ruleset") : std::string_view(ruleset.title);
    if (!banding.in_every_ruleset) banding.cites = &ruleset.cites;  // its rule says who drew that line
    banding.lower = banded.step->bound;
    banding.lower_included = banded.step->bound_included;
    if (banded.next && !banded.at_least) {
        banding.upper = banded.next->bound;
        banding.upper_included = !banded.next->bound_included;
    }
    return banding;
}

std::string with_unit(fhir::Comparator comparator, const fhir::Decimal& number, std::string_view unit) {
    std::string text(fhir::code_of(comparator));
    return text.append(number.text()).append(1, ' ').append(unit);
}

std::string number_with_unit(const std::optional<fhir::Decimal>& number, std::string_view unit) {
    return number ? with_unit(fhir::Comparator::none, *number, unit) : std::string();
}

std::string range_text(const PrintedRange& range, std::string_view unit) {
    if (range.low && range.high) return range.low->text() + " to " + number_with_unit(range.high, unit);
    if (range.low) return number_with_unit(range.low, unit) + " or above";
    if (range.high) return "up to " + number_with_unit(range.high, unit);
    return "";
}

/// The number in the site's unit; nothing if it is reported in it, or there is no factor.
std::string converted(const Measurement& measurement, const CompiledAnalyte& analyte) {
    if (!analyte.display_unit || *analyte.display_unit == measurement.unit || measurement.is_derived) return "";
    const CompiledKind& kind = analyte.kinds[measurement.kind];
    // The factor is that of the whole: a fraction has another mass, and some forms are never reported by mass.
    if (kind.lower_bound_of || !kind.units[*analyte.display_unit]) return "";
    const std::optional<fhir::Decimal>& from = analyte.units[measurement.unit].factor;
    const std::optional<fhir::Decimal>& to = analyte.units[*analyte.display_unit].factor;
    if (!from || !to) return "";
    const bool has_upper_number =
        measurement.comparator == fhir::Comparator::less || measurement.comparator == fhir::Comparator::less_or_equal;
    const fhir::Decimal number = has_upper_number ? *measurement.interval.high : measurement.interval.low;
    const auto scaled = fhir::multiply(number, *to);
    const auto shown = scaled ? fhir::divide(*scaled, *from) : std::nullopt;
    if (!shown) return "";
    return " (" + std::string(fhir::code_of(measurement.comparator)) + three_digits(*shown) + " " +
           analyte.units[*analyte.display_unit].name + ")";
}

boost::json::array marks_json(const Measurement& measurement, const CompiledAnalyte& analyte,
                              const boost::json::storage_ptr& storage) {
    boost::json::array marks(storage);
    const CompiledKind& kind = analyte.kinds[measurement.kind];
    const Interval of_the_whole = banded_interval(measurement, analyte);
    for (const CompiledMark& mark : kind.marks[measurement.unit]) {
        const Interval& interval = mark.of_its_kind ? measurement.interval : of_the_whole;
        const bool holds = mark.side == CompiledMark::Side::below   ? interval.is_below(mark.number)
                           : mark.side == CompiledMark::Side::above ? interval.is_above(mark.number)
                                                                    : interval.is_at_least(mark.number);
        if (holds) marks.emplace_back(mark.name);
    }
    return marks;
}

Interval scaled(const Interval& interval, int digits) {
    Interval rounded = interval;
    rounded.low = fhir::round(interval.low, digits);
    if (interval.high) rounded.high = fhir::round(*interval.high, digits);
    return rounded;
}

bool lies_in(const Interval& interval, const Banding& banding) {
    const bool is_high_enough = !banding.lower || (banding.lower_included ? interval.is_at_least(*banding.lower)
                                                                          : interval.is_above(*banding.lower));
    const bool is_low_enough = !banding.upper || (banding.upper_included ? interval.is_at_most(*banding.upper)
                                                                         : interval.is_below(*banding.upper));
    return is_high_enough && is_low_enough;
}

/// Whether a card that shows `rounded` in place of `exact` tells the same: in the band that decided, and on the same
/// side of the laboratory's limits.
bool tells_the_same(const Interval& exact, const Interval& rounded, const Banding& banding, const PrintedRange& range) {
    if (lies_in(exact, banding) != lies_in(rounded, banding)) return false;
    for (const auto& limit : {range.low, range.high}) {
        if (limit && (exact.is_below(*limit) != rounded.is_below(*limit) ||
                      exact.is_above(*limit) != rounded.is_above(*limit))) {
            return false;
        }
    }
    return true;
}

void add_value(boost::json::object& json, const Measurement& measurement, const CompiledAnalyte& analyte,
               const Banding& banding) {
    const auto put = [&json](std::string_view name, std::string_view text) {
        if (!text.empty()) json.emplace(name, text);
    };
    const Interval& interval = measurement.interval;
    const std::string_view unit = measurement.unit_text;
    if (interval.is_exact() || !interval.high) {
        json.emplace("value", fhir::make_decimal(interval.low.text(), json.storage()));
    } else {
        json.emplace("value", fhir::make_decimal(interval.high->text(), json.storage()));
    }
    put("unit", unit);
    put("comparator", fhir::code_of(measurement.comparator));
    put("band", banding.band);
    put("bandWords", banding.words);
    put("number", shown_number(measurement, analyte, banding));
    if (banding.upper) put("upperWord", banding.upper_included ? "not above" : "below");
    put("ruleset", banding.ruleset);
    put("lower", number_with_unit(banding.lower, unit));
    put("upper", number_with_unit(banding.upper, unit));
    const auto near = banding.is_by_scale ? near_limit(measurement, analyte) : std::nullopt;
    json.emplace("near", near.has_value());
    put("nearLimit", number_with_unit(near, unit));
    const PrintedRange range = range_of(measurement);
    put("range", name_of(range.place));
    put("rangeText", range_text(range, unit));
    if (!measurement.others.empty()) {
        boost::json::array others(json.storage());
        for (const std::string& other : measurement.others) others.emplace_back(other);
        json.emplace("others", std::move(others));
    }
    if (auto marks = marks_json(measurement, analyte, json.storage()); !marks.empty())
        json.emplace("marks", std::move(marks));
    // For people, not for expressions: how the band is bounded, and who says so.
    if (banding.cites && !banding.cites->empty() && !banding.band.empty()) {
        boost::json::array cites(json.storage());
        for (const std::string& id : *banding.cites) cites.emplace_back(id);
        json.emplace("cites", std::move(cites));
    }
    if (banding.lower) json.emplace("lowerIncluded", banding.lower_included);
    if (banding.upper) json.emplace("upperIncluded", banding.upper_included);
}

std::string why_unreadable(const Measurement& measurement) {
    std::string why(words_for(measurement.fault));
    if (!measurement.contradicted_by.empty())
        why.append(" (the other: ").append(measurement.contradicted_by).append(")");
    return why;
}

}  // namespace

bool has_bands(const Measurement& measurement, const CompiledAnalyte& analyte) {
    return ruleset_for(measurement, analyte).has_bands[banded_kind(measurement, analyte)];
}

PrintedRange range_of(const Measurement& measurement) {
    PrintedRange found;
    found.low = measurement.printed.low;
    found.high = measurement.printed.high;
    found.place = place_in(found, measurement.interval);
    return found;
}

Banding band_measurement(const Measurement& measurement, const CompiledAnalyte& analyte) {
    const CompiledKind& kind = analyte.kinds[measurement.kind];
    const bool is_lower_bound = kind.lower_bound_of.has_value();
    const RulesetInForce& ruleset = ruleset_for(measurement, analyte);
    const BandScale& scale = scale_of(measurement, analyte);
    const auto banded = band_of(banded_interval(measurement, analyte), scale);
    const auto by_scale = [&] {
        Banding banding = by_guideline(*banded, ruleset);
        banding.rank = rank_of(*banded, scale, analyte.written->range_first);
        return banding;
    };
    if (banded && banded->step->in_every_ruleset) return by_scale();
    if (is_lower_bound && kind.alone_is_no_result) return {};
    if (analyte.written->range_first) {
        const PrintedRange range = range_of(measurement);
        if (decides(range, banded)) return by_range(range);
    }
    if (banded) return by_scale();
    Banding none;
    none.spans = !scale.empty() && !is_lower_bound;
    return none;
}

std::string shown_number(const Measurement& measurement, const CompiledAnalyte& analyte, const Banding& banding) {
    const Interval& exact = measurement.interval;
    const auto places_of = [](const Interval& interval) {
        const int low = interval.low.decimal_places();
        return interval.high ? std::max(low, interval.high->decimal_places()) : low;
    };
    const int written = places_of(exact);
    int digits = std::min(written, analyte.units[measurement.unit].digits.value_or(written));
    const PrintedRange range = range_of(measurement);
    while (digits < written && !tells_the_same(exact, scaled(exact, digits), banding, range)) ++digits;
    const Interval shown = scaled(exact, digits);
    if (measurement.is_derived && !exact.is_exact()) return shown.low.text() + " to " + shown.high->text();
    const bool has_upper_number =
        measurement.comparator == fhir::Comparator::less || measurement.comparator == fhir::Comparator::less_or_equal;
    return std::string(fhir::code_of(measurement.comparator)) +
           (has_upper_number ? shown.high->text() : shown.low.text());
}

std::string three_digits(const fhir::Decimal& value) {
    int places = 2;
    for (fhir::Decimal bound = 10; places > 0 && fhir::absolute(value) >= bound; bound = *fhir::multiply(bound, 10))
        --places;
    for (fhir::Decimal bound = 1; places < 6 && fhir::absolute(value) < bound && !value.is_zero(); ++places) {
        bound = *fhir::multiply(bound, *fhir::Decimal::of(1, 1));
    }
    return fhir::with_decimal_places(value, places).value_or(value).text();
}

std::string text_of(const Measurement& measurement, const CompiledAnalyte& analyte) {
    if (measurement.state == Measurement::State::awaited) return "(pending)";
    const bool has_number = !measurement.unit_text.empty();
    if (!measurement.is_readable() && !(has_number && measurement.is_derived)) {
        if (!measurement.echo.empty()) return measurement.echo;
        return has_number ? with_unit(measurement.comparator, measurement.number, measurement.unit_text)
                          : "(not a number)";
    }
    const Interval& interval = measurement.interval;
    if (measurement.is_derived && !interval.is_exact()) {
        return interval.low.text() + " to " +
               with_unit(fhir::Comparator::none, interval.high.value_or(interval.low), measurement.unit_text);
    }
    const bool has_upper_number =
        measurement.comparator == fhir::Comparator::less || measurement.comparator == fhir::Comparator::less_or_equal;
    const fhir::Decimal& number = has_upper_number ? *interval.high : interval.low;
    return with_unit(measurement.comparator, number, measurement.unit_text) + converted(measurement, analyte);
}

boost::json::object reading_json(const Measurement& measurement, const CompiledAnalyte& analyte, const Banding& banding,
                                 const ReadingNotes& notes, const boost::json::storage_ptr& storage) {
    boost::json::object json(storage);
    json.reserve(30);
    const CompiledKind& kind = analyte.kinds[measurement.kind];
    json.emplace("analyte", analyte.written->id);
    json.emplace("title", kind.title);
    json.emplace("label", kind.title);
    if (!kind.intent.empty()) json.emplace("intent", kind.intent);
    json.emplace("kind", kind.name);
    if (measurement.is_readable()) {
        const std::string number = shown_number(measurement, analyte, banding);
        json.emplace("text", number + " " + std::string(measurement.unit_text));
        json.emplace("exact", text_of(measurement, analyte));
    } else {
        json.emplace("text", text_of(measurement, analyte));
    }
    if (measurement.is_readable()) add_value(json, measurement, analyte, banding);
    if (measurement.state == Measurement::State::unreadable) {
        json.emplace("why", why_unreadable(measurement));
        json.emplace("fault", brief_words_for(measurement.fault));
        if (!measurement.contradicted_by.empty()) json.emplace("other", measurement.contradicted_by);
    }
    json.emplace("preDates", notes.pre_dates);
    json.emplace("old", notes.is_old);
    json.emplace("verify", measurement.needs_verification);
    json.emplace("derived", measurement.is_derived);
    json.emplace("status", measurement.observation->status);
    if (measurement.date) json.emplace("date", measurement.date->text());
    if (measurement.age_days) json.emplace("ageDays", *measurement.age_days);
    json.emplace("reference", reference_to("Observation", measurement.observation->id));
    if (measurement.parts.size() > 1) {
        boost::json::array parts(storage);
        for (const fhir::Observation* part : measurement.parts)
            parts.emplace_back(reference_to("Observation", part->id));
        json.emplace("parts", std::move(parts));
    }
    return json;
}

}  // namespace rules
