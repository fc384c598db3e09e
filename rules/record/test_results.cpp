#include "rules/record/test_results.hpp"

#include <algorithm>
#include <numeric>

namespace rules {
namespace {

// Newer results decide; comparing more of them with each other would only cost.
constexpr std::size_t most_measurements = 200;

const fhir::Decimal& two_percent() {
    static const fhir::Decimal value = *fhir::Decimal::of(2, 2);
    return value;
}

/// Newest first; of one moment the later issued, then the more final one.
void sort_newest_first(std::vector<Measurement>& measurements) {
    const auto comes_first = [](const Measurement& left, const Measurement& right) {
        if (left.day != right.day) return left.day > right.day;
        if (left.moment != right.moment) return left.moment > right.moment;
        if (left.finality != right.finality) return left.finality > right.finality;
        return left.issued > right.issued;
    };
    // Servers mostly send them so. Else their order is found first: moving them about is what costs.
    if (std::ranges::is_sorted(measurements, comes_first)) return;
    std::vector<std::size_t> order(measurements.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::ranges::sort(order, [&](std::size_t left, std::size_t right) {
        if (comes_first(measurements[left], measurements[right])) return true;
        return left < right && !comes_first(measurements[right], measurements[left]);
    });
    std::vector<Measurement> sorted;
    sorted.reserve(measurements.size());
    for (const std::size_t position : order) sorted.push_back(std::move(measurements[position]));
    measurements = std::move(sorted);
}

bool name_different_specimens(const Measurement& left, const Measurement& right) {
    const std::string_view first = left.observation->specimen.reference;
    const std::string_view second = right.observation->specimen.reference;
    return !first.empty() && !second.empty() && first != second;
}

bool name_one_specimen(const Measurement& left, const Measurement& right) {
    const std::string_view specimen = left.observation->specimen.reference;
    return !specimen.empty() && specimen == right.observation->specimen.reference;
}

/// Whether nothing speaks against it; of a day without a time that is all that can be known.
bool are_of_one_specimen(const Measurement& left, const Measurement& right) {
    if (left.day != right.day || name_different_specimens(left, right)) return false;
    return name_one_specimen(left, right) || left.moment == right.moment;
}

/// Whether the record says which of two came later, so that the later one decides
/// (rules/packs/back-pain-labs/REFERENCE.md D.3).
bool are_issued_apart(const Measurement& left, const Measurement& right) {
    const bool are_undated_in_the_day = !left.has_time && !right.has_time && !name_one_specimen(left, right);
    return are_undated_in_the_day && left.observation->issued && right.observation->issued &&
           left.issued != right.issued;
}

/// Versions and repetitions of one specimen are of one day: nearly always there are none.
bool any_share_a_day(const std::vector<Measurement>& newest_first) {
    return std::ranges::adjacent_find(newest_first, {}, &Measurement::day) != newest_first.end();
}

/// An amended result replaces its original, a complete one the preliminary one; of several amended ones the last issued
/// counts. They are versions of each other if they are of one kind and one specimen.
bool replaces(const Measurement& newer, const Measurement& older) {
    if (newer.finality != older.finality) return newer.finality > older.finality;
    const bool both_say_when = newer.observation->issued && older.observation->issued;
    return newer.finality == Finality::amended && both_say_when && newer.issued > older.issued;
}

void keep_last_versions(std::vector<Measurement>& measurements) {
    std::vector<bool> replaced(measurements.size(), false);
    for (std::size_t first = 0; first < measurements.size(); ++first) {
        for (std::size_t second = first + 1; second < measurements.size(); ++second) {
            if (measurements[second].day != measurements[first].day) break;
            if (!measurements[first].date || !measurements[second].date) continue;
            if (measurements[first].kind != measurements[second].kind) continue;
            if (!are_of_one_specimen(measurements[first], measurements[second])) continue;
            if (replaces(measurements[first], measurements[second])) replaced[second] = true;
            if (replaces(measurements[second], measurements[first])) replaced[first] = true;
        }
    }
    std::size_t kept = 0;
    for (std::size_t index = 0; index < measurements.size(); ++index) {
        if (replaced[index]) continue;
        if (kept != index) measurements[kept] = std::move(measurements[index]);
        ++kept;
    }
    measurements.erase(measurements.begin() + static_cast<std::ptrdiff_t>(kept), measurements.end());
}

/// `number` of `unit` in the first unit; nothing if there is no factor.
std::optional<fhir::Decimal> in_first_unit(const fhir::Decimal& number, std::size_t unit,
                                           const CompiledAnalyte& analyte) {
    const std::optional<fhir::Decimal>& factor = analyte.units[unit].factor;
    return factor ? fhir::divide(number, *factor) : std::nullopt;
}

bool is_close(const std::optional<fhir::Decimal>& left, const std::optional<fhir::Decimal>& right) {
    if (!left || !right) return left.has_value() == right.has_value();
    const auto difference = fhir::subtract(*left, *right);
    const auto allowed = fhir::multiply(std::max(*left, *right), two_percent());
    return difference && allowed && fhir::absolute(*difference) <= *allowed;
}

/// Whether two readable values of one specimen say the same, to 2 % (REFERENCE.md D.6, results). Values that no factor
/// makes comparable do not contradict each other.
bool agree(const Measurement& left, const Measurement& right, const CompiledAnalyte& analyte) {
    const bool same_unit = left.unit == right.unit;
    if (!same_unit && (!analyte.units[left.unit].factor || !analyte.units[right.unit].factor)) return true;
    const auto comparable = [&](const std::optional<fhir::Decimal>& number,
                                const Measurement& of) -> std::optional<fhir::Decimal> {
        if (!number || same_unit) return number;
        return in_first_unit(*number, of.unit, analyte);
    };
    return is_close(comparable(left.interval.low, left), comparable(right.interval.low, right)) &&
           is_close(comparable(left.interval.high, left), comparable(right.interval.high, right));
}

/// Reduces the values of one draw to one.
class DrawReducer {
  public:
    explicit DrawReducer(const CompiledAnalyte& analyte) : analyte_(analyte) {}

    void reduce(std::vector<Measurement>& measurements) {
        dropped_.assign(measurements.size(), false);
        for (std::size_t first = 0; first < measurements.size(); ++first) {
            if (dropped_[first] || !measurements[first].is_readable()) continue;
            std::vector<std::size_t> draw = draw_of(measurements, first);
            if (draw.size() > 1) merge(measurements, draw);
        }
        std::size_t index = 0;
        std::erase_if(measurements, [&](const Measurement&) { return dropped_[index++]; });
    }

  private:
    /// The readable values of one kind and one draw, the newest first.
    std::vector<std::size_t> draw_of(const std::vector<Measurement>& measurements, std::size_t first) const {
        std::vector<std::size_t> draw = {first};
        const Measurement& one = measurements[first];
        for (std::size_t second = first + 1; second < measurements.size(); ++second) {
            const Measurement& two = measurements[second];
            if (two.day != one.day) break;
            if (dropped_[second] || !two.is_readable() || one.kind != two.kind) continue;
            if (are_of_one_specimen(one, two) && !are_issued_apart(one, two)) draw.push_back(second);
        }
        return draw;
    }

    /// Values that agree are one; of those in one band or in neighbouring ones the more cautious counts. Assays differ
    /// by 10 %, and 42 CFR 493.931 lets calcium differ by 1.0 mg/dL: two normal values are no doubtful one, nor two
    /// high ones. Values further apart cannot be read.
    void merge(std::vector<Measurement>& measurements, std::vector<std::size_t>& draw) {
        drop_copies(measurements, draw);
        if (draw.size() < 2) return;
        std::size_t chosen = draw.front();
        const bool tells_apart = are_neighbours(measurements, draw);
        for (const std::size_t position : draw) {
            if (tells_apart && is_more_cautious(measurements[position], measurements[chosen])) chosen = position;
        }
        for (const std::size_t position : draw) {
            if (position == chosen) continue;
            dropped_[position] = true;
            const std::string other = text_of(measurements[position], analyte_);
            if (tells_apart) {
                measurements[chosen].others.push_back(other);
            } else {
                std::string& contradicted = measurements[chosen].contradicted_by;
                contradicted.append(contradicted.empty() ? "" : ", ").append(other);
            }
        }
        if (!tells_apart) measurements[chosen].refuse(Fault::values_disagree);
    }

    /// One amount in two units is one value, in the first unit of the test.
    void drop_copies(const std::vector<Measurement>& measurements, std::vector<std::size_t>& draw) {
        for (const std::size_t one : draw) {
            for (const std::size_t two : draw) {
                if (one == two || dropped_[one] || dropped_[two]) continue;
                const bool same_unit = measurements[one].unit == measurements[two].unit;
                const bool is_copy = same_unit ? measurements[one].interval == measurements[two].interval
                                               : agree(measurements[one], measurements[two], analyte_);
                if (is_copy) dropped_[measurements[two].unit == analyte_.first_unit ? one : two] = true;
            }
        }
        std::erase_if(draw, [this](std::size_t position) { return dropped_[position]; });
    }

    bool are_neighbours(const std::vector<Measurement>& measurements, const std::vector<std::size_t>& draw) const {
        std::optional<std::size_t> lowest, highest;
        for (const std::size_t position : draw) {
            const Banding banding = band_measurement(measurements[position], analyte_);
            if (banding.spans) return false;
            if (banding.band.empty()) continue;  // drawn by nobody: it gives no card
            lowest = std::min(lowest.value_or(banding.rank), banding.rank);
            highest = std::max(highest.value_or(banding.rank), banding.rank);
        }
        return !lowest || *highest - *lowest <= 1;
    }

    bool is_more_cautious(const Measurement& one, const Measurement& other) const {
        const bool higher_counts = counts_upwards(one) || counts_upwards(other);
        const auto left = in_first_unit(one.interval.low, one.unit, analyte_);
        const auto right = in_first_unit(other.interval.low, other.unit, analyte_);
        if (!left || !right) return false;
        return higher_counts ? *left > *right : *left < *right;
    }

    bool counts_upwards(const Measurement& measurement) const {
        const std::string_view band = band_measurement(measurement, analyte_).band;
        return std::ranges::find(analyte_.written->higher_counts, band) != analyte_.written->higher_counts.end();
    }

    const CompiledAnalyte& analyte_;
    std::vector<bool> dropped_;
};

bool may_be_added(const Measurement& part) {
    return part.is_readable() && part.interval.high.has_value();
}

/// Sums of fractions of one specimen, in one unit, each exact or "<" (REFERENCE.md A.2, b).
void add_sums(std::vector<Measurement>& measurements, const CompiledAnalyte& analyte) {
    for (const CompiledAnalyte::Sum& sum : analyte.sums) {
        const std::size_t reported = measurements.size();
        for (std::size_t first = 0; first < reported && !sum.of.empty(); ++first) {
            if (measurements[first].kind != sum.of.front() || !may_be_added(measurements[first])) continue;
            Measurement total = measurements[first];
            total.parts = {total.observation};
            for (std::size_t part = 1; part < sum.of.size(); ++part) {
                for (std::size_t second = 0; second < reported; ++second) {
                    const Measurement& other = measurements[second];
                    if (other.kind != sum.of[part] || !may_be_added(other) || other.unit != total.unit) continue;
                    if (total.parts.size() > part || !are_of_one_specimen(total, other)) continue;
                    const auto added = sum_of(total.interval, other.interval);
                    if (!added) continue;
                    total.interval = *added;
                    total.parts.push_back(other.observation);
                }
            }
            if (total.parts.size() != sum.of.size()) continue;
            const bool is_reported = std::ranges::any_of(measurements, [&](const Measurement& other) {
                return other.kind == sum.kind && other.is_readable() && other.day == total.day;
            });
            if (is_reported) continue;  // a total that the laboratory printed is used alone (A.2, a)
            total.kind = sum.kind;
            total.is_derived = true;
            total.comparator = fhir::Comparator::none;
            total.printed = {};
            measurements.push_back(std::move(total));
        }
    }
}

/// The value of the other test in the unit that the formula wants.
std::optional<fhir::Decimal> number_in(std::string_view unit, const Measurement& other,
                                       const CompiledAnalyte& analyte) {
    const auto wanted = analyte.unit_of(unit, nullptr);
    if (!wanted) return std::nullopt;
    if (*wanted == other.unit) return other.interval.low;
    const auto base = in_first_unit(other.interval.low, other.unit, analyte);
    const std::optional<fhir::Decimal>& factor = analyte.units[*wanted].factor;
    return base && factor ? fhir::multiply(*base, *factor) : std::nullopt;
}

/// value + factor * (normal - other), rounded to two decimal places: the number that is banded is the number shown.
std::optional<fhir::Decimal> adjusted(const fhir::Decimal& value, const fhir::Decimal& other,
                                      const Adjustment::Term& term) {
    const auto lacking = fhir::subtract(term.normal, other);
    const auto correction = lacking ? fhir::multiply(*lacking, term.factor) : std::nullopt;
    const auto sum = correction ? fhir::add(value, *correction) : std::nullopt;
    if (!sum || sum->is_negative()) return std::nullopt;
    return fhir::round(*sum, 2);
}

/// The newest exact result of the other test on the same day.
const Measurement* companion(const Measurement& measurement, const std::vector<Measurement>& others) {
    const Measurement* newest = nullptr;
    for (const Measurement& other : others) {
        if (!other.is_readable() || !other.interval.is_exact() || other.day != measurement.day) continue;
        if (!newest || other.moment > newest->moment) newest = &other;
    }
    return newest;
}

/// What an unadjusted result would be with the other test of the same day taken into account (REFERENCE.md B.5).
void add_adjusted(std::vector<Measurement>& measurements, const CompiledAnalyte& analyte,
                  const std::vector<Measurement>& others, const CompiledAnalyte& other_analyte) {
    const CompiledAnalyte::Adjustment& adjustment = *analyte.adjustment;
    const std::size_t reported = measurements.size();
    for (std::size_t index = 0; index < reported; ++index) {
        const Measurement& from = measurements[index];
        if (from.kind != adjustment.from || !from.is_readable() || !from.interval.is_exact()) continue;
        const auto term = adjustment.terms.find(from.unit);
        const Measurement* with = companion(from, others);
        if (term == adjustment.terms.end() || !with) continue;
        const auto other = number_in(term->second.unit, *with, other_analyte);
        const auto value = other ? adjusted(from.interval.low, *other, term->second) : std::nullopt;
        if (!value) continue;
        Measurement derived = from;
        derived.kind = adjustment.to;
        derived.interval = Interval::exactly(*value);
        derived.is_derived = true;
        derived.parts = {from.observation, with->observation};
        measurements.push_back(std::move(derived));
    }
}

class Chooser {
  public:
    Chooser(const CompiledAnalyte& analyte, TestResults& results) : analyte_(analyte), results_(results) {}

    void choose() {
        band();
        const std::vector<std::size_t> candidates = in_order_of_preference();
        results_.result = first_usable(candidates);
        if (results_.result) let_another_kind_outrank(candidates);
        sort_out_the_rest();
        for (const std::size_t candidate : candidates) keep_newest_of_kind(candidate, results_.readable);
        for (std::size_t index = 0; index < results_.all.size(); ++index) {
            if (results_.all[index].is_readable() && !is_mere_part(index))
                keep_newest_of_kind(index, results_.readable);
        }
    }

  private:
    const CompiledKind& kind_of(std::size_t index) const { return analyte_.kinds[results_.all[index].kind]; }

    /// What lies in more than one band cannot be read safely.
    void band() {
        results_.bandings.resize(results_.all.size());
        for (std::size_t index = 0; index < results_.all.size(); ++index) {
            Measurement& measurement = results_.all[index];
            if (!measurement.is_readable()) continue;
            results_.bandings[index] = band_measurement(measurement, analyte_);
            if (results_.bandings[index].spans) measurement.refuse(Fault::spans_bands);
        }
    }

    bool is_no_result_alone(std::size_t index) const {
        return kind_of(index).alone_is_no_result && !results_.bandings[index].in_every_ruleset;
    }

    /// A fraction whose sum with the others is there says nothing beside it, unless it has a band by itself.
    bool is_mere_part(std::size_t index) const {
        const Measurement& fraction = results_.all[index];
        if (!kind_of(index).lower_bound_of || !results_.bandings[index].band.empty()) return false;
        return std::ranges::any_of(results_.all, [&](const Measurement& sum) {
            return sum.is_derived && std::ranges::find(sum.parts, fraction.observation) != sum.parts.end();
        });
    }

    bool is_banded(std::size_t index) const { return has_bands(results_.all[index], analyte_); }

    /// Newest day first; within a day kinds that the ruleset bands, by the preference of the test, then the newest.
    std::vector<std::size_t> in_order_of_preference() const {
        std::vector<std::size_t> candidates;
        candidates.reserve(results_.all.size());
        for (std::size_t index = 0; index < results_.all.size(); ++index) {
            const bool counts = results_.all[index].is_readable() && !is_no_result_alone(index) && !is_mere_part(index);
            if (counts) candidates.push_back(index);
        }
        const auto is_preferred = [this](std::size_t left, std::size_t right) {
            const Measurement& first = results_.all[left];
            const Measurement& second = results_.all[right];
            if (first.day != second.day) return first.day > second.day;
            if (is_banded(left) != is_banded(right)) return is_banded(left);
            return kind_of(left).preference < kind_of(right).preference;
        };
        if (!std::ranges::is_sorted(candidates, is_preferred)) std::ranges::stable_sort(candidates, is_preferred);
        return candidates;
    }

    /// The first candidate; but a fraction that cannot be banded gives way to an older total.
    std::optional<std::size_t> first_usable(const std::vector<std::size_t>& candidates) const {
        std::optional<std::size_t> fraction;
        for (const std::size_t candidate : candidates) {
            const bool is_fraction = kind_of(candidate).lower_bound_of.has_value();
            const bool is_banded = !results_.bandings[candidate].band.empty();
            if (!is_fraction || (is_banded && !fraction)) return candidate;
            if (!fraction) fraction = candidate;
        }
        return fraction;
    }

    void let_another_kind_outrank(const std::vector<std::size_t>& candidates) {
        for (const CompiledAnalyte::Outranking& outranking : analyte_.outranking) {
            const Measurement& chosen = results_.all[*results_.result];
            if (chosen.kind != outranking.over) continue;
            for (const std::size_t candidate : candidates) {
                const Measurement& other = results_.all[candidate];
                // A kind that nobody bands outranks nothing.
                if (other.kind != outranking.kind || !is_banded(candidate)) continue;
                if (fhir::days_between(other.day, chosen.day) > outranking.within_days) break;
                results_.result = candidate;
                break;
            }
        }
    }

    void keep_newest_of_kind(std::size_t index, std::vector<std::size_t>& kept) const {
        const bool has_kind = std::ranges::any_of(
            kept, [&](std::size_t other) { return results_.all[other].kind == results_.all[index].kind; });
        if (!has_kind) kept.push_back(index);
    }

    /// What is awaited or cannot be read matters unless a readable result is newer.
    void sort_out_the_rest() {
        for (std::size_t index = 0; index < results_.all.size(); ++index) {
            const Measurement& measurement = results_.all[index];
            if (measurement.is_readable()) continue;
            const bool has_result = results_.result.has_value();
            const bool is_dated = measurement.date.has_value();
            const std::chrono::sys_days result_day = has_result ? results_.all[*results_.result].day : measurement.day;
            if (has_result && is_dated && measurement.day < result_day) continue;
            const bool is_pending = measurement.state == Measurement::State::awaited;
            keep_newest_of_kind(index, is_pending ? results_.pending : results_.unreadable);
            if (has_result && is_dated && measurement.day > result_day) results_.newer.push_back(index);
        }
        if (!results_.result) return;
        const Measurement& chosen = results_.all[*results_.result];
        for (std::size_t index = 0; index < results_.all.size(); ++index) {
            const Measurement& measurement = results_.all[index];
            const bool is_unbanded_fraction = measurement.is_readable() && kind_of(index).lower_bound_of &&
                                              !is_no_result_alone(index) && !is_mere_part(index);
            if (is_unbanded_fraction && measurement.day > chosen.day) results_.newer.push_back(index);
        }
    }

    const CompiledAnalyte& analyte_;
    TestResults& results_;
};

}  // namespace

namespace {

/// A danger that nobody looked after again does not go silent by itself; what is awaited too long will not come.
std::optional<long> days_that_count(const Measurement& measurement, const CompiledAnalyte& analyte) {
    if (measurement.state == Measurement::State::awaited && analyte.pending_days) return analyte.pending_days;
    const bool may_be_danger = analyte.danger_valid_days && measurement.is_readable();
    if (may_be_danger && band_measurement(measurement, analyte).in_every_ruleset) return analyte.danger_valid_days;
    return analyte.valid_days;
}

}  // namespace

TestResults choose_results(const CompiledAnalyte& analyte, std::vector<Measurement> measurements,
                           const std::vector<Measurement>* others, const CompiledAnalyte* other_analyte) {
    std::erase_if(measurements, [&](const Measurement& measurement) {
        const std::optional<long> limit = days_that_count(measurement, analyte);
        return limit && measurement.age_days && *measurement.age_days > *limit;
    });
    TestResults results;
    if (measurements.empty()) return results;
    sort_newest_first(measurements);
    if (measurements.size() > most_measurements) {
        measurements.erase(measurements.begin() + most_measurements, measurements.end());
    }
    if (any_share_a_day(measurements)) {
        keep_last_versions(measurements);
        DrawReducer(analyte).reduce(measurements);
    }
    add_sums(measurements, analyte);
    if (analyte.adjustment && others && other_analyte) add_adjusted(measurements, analyte, *others, *other_analyte);
    sort_newest_first(measurements);
    results.all = std::move(measurements);
    Chooser(analyte, results).choose();
    return results;
}

}  // namespace rules
