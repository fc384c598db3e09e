#include "rules/record/reference_range.hpp"

#include "rules/record/written_value.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace rules {
namespace {

constexpr std::size_t most_ranges = 50;

std::string small_letters(std::string_view text) {
    std::string small(text);
    for (char& character : small) {
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
    }
    return small;
}

/// The words of a concept, in small letters: its text and its displays.
std::vector<std::string> words_of(const fhir::CodeableConcept& written) {
    std::vector<std::string> words;
    if (!written.text.empty()) words.push_back(small_letters(written.text));
    for (const fhir::Coding& coding : written.codings) {
        if (!coding.display.empty()) words.push_back(small_letters(coding.display));
    }
    return words;
}

bool is_normal(const fhir::CodeableConcept& type) {
    if (type.empty()) return true;
    const bool is_coded =
        std::ranges::any_of(type.codings, [](const fhir::Coding& coding) { return coding.code == "normal"; });
    constexpr std::array<std::string_view, 5> names{"normal", "normal range", "reference", "reference range",
                                                    "reference interval"};
    return is_coded || std::ranges::any_of(words_of(type), [&](const std::string& word) {
               return std::ranges::find(names, word) != names.end();
           });
}

/// The sex that a concept names: by HL7's codes, by SNOMED CT's, by the word.
std::string_view sex_named(const fhir::CodeableConcept& written) {
    constexpr std::array<std::string_view, 6> female{"female", "F", "248152002", "703117000", "women", "woman"};
    constexpr std::array<std::string_view, 6> male{"male", "M", "248153007", "703118005", "men", "man"};
    const auto names = [](const auto& list, std::string_view word) {
        return std::ranges::find(list, word) != list.end();
    };
    for (const fhir::Coding& coding : written.codings) {
        if (names(female, coding.code)) return "female";
        if (names(male, coding.code)) return "male";
    }
    for (const std::string& word : words_of(written)) {
        if (names(female, word)) return "female";
        if (names(male, word)) return "male";
    }
    return {};
}

/// In years; nothing if it is no age.
std::optional<fhir::Decimal> years_of(const fhir::Quantity& age) {
    if (!age.value || age.value->is_negative() || age.comparator != fhir::Comparator::none) return std::nullopt;
    const std::string unit = small_letters(age.code.empty() ? age.unit : age.code);
    if (unit == "a" || unit == "year" || unit == "years" || unit == "yr" || unit == "yrs") return age.value;
    return fhir::convert(*age.value, unit, "a");
}

bool holds_age(const fhir::ReferenceRange& range, const RangePerson& person) {
    if (!range.by_age) return true;
    if (!person.age_years || (!range.age_low && !range.age_high)) return false;
    const fhir::Decimal age(*person.age_years);
    for (const auto* bound : {&range.age_low, &range.age_high}) {
        if (!*bound) continue;
        const auto years = years_of(**bound);
        if (!years || (bound == &range.age_low ? age < *years : age > *years)) return false;
    }
    return true;
}

bool applies(const fhir::ReferenceRange& range, const RangePerson& person) {
    return std::ranges::all_of(range.applies_to, [&](const fhir::CodeableConcept& to) {
        const std::string_view sex = sex_named(to);
        return !sex.empty() && sex == person.sex;
    });
}

enum class Bound { absent, number, other };

/// A bound without a unit is in that of the value: many laboratories print it once.
Bound read_bound(const std::optional<fhir::Quantity>& written, const RangedResult& beside,
                 std::optional<fhir::Decimal>& number) {
    if (!written) return Bound::absent;
    if (!written->value || written->comparator != fhir::Comparator::none) return Bound::other;
    const bool has_unit = !written->unit.empty() || !written->code.empty();
    if (has_unit && unit_beside(*written, beside.analyte, beside.laboratory) != beside.unit) return Bound::other;
    number = written->value;
    return Bound::number;
}

bool is_printed(const fhir::Decimal& bound, const std::optional<fhir::Decimal>& from,
                const std::optional<fhir::Decimal>& to) {
    return (!from || bound >= *from) && (!to || bound <= *to);
}

/// Without bounds if the range does not count.
RangeBounds bounds_of(const fhir::ReferenceRange& range, const RangedResult& beside) {
    RangeBounds bounds;
    const Bound low = read_bound(range.low, beside, bounds.low);
    const Bound high = read_bound(range.high, beside, bounds.high);
    if (low == Bound::other || high == Bound::other) return {};
    if (bounds.high && !(*bounds.high > fhir::Decimal(0))) return {};
    if (bounds.low && bounds.high && *bounds.low >= *bounds.high) return {};
    const PrintedLimits& printed = beside.analyte.kinds[beside.kind].printed[beside.unit];
    if (bounds.low && !is_printed(*bounds.low, printed.low_from, printed.low_to)) bounds.low.reset();
    if (bounds.high && !is_printed(*bounds.high, printed.high_from, printed.high_to)) bounds.high.reset();
    return bounds;
}

}  // namespace

RangeBounds choose_range(const std::vector<fhir::ReferenceRange>& ranges, const RangedResult& beside,
                         const RangePerson& person) {
    RangeBounds chosen;
    int most_specific = -1;
    bool is_disputed = false;
    std::size_t looked_at = 0;
    for (const fhir::ReferenceRange& range : ranges) {
        if (++looked_at > most_ranges) return {};
        if (!is_normal(range.type) || !holds_age(range, person) || !applies(range, person)) continue;
        const RangeBounds bounds = bounds_of(range, beside);
        if (bounds == RangeBounds()) continue;
        const int specific = (range.by_age ? 1 : 0) + (range.applies_to.empty() ? 0 : 1);
        if (specific < most_specific) continue;
        if (specific == most_specific) {
            is_disputed = is_disputed || bounds != chosen;
            continue;
        }
        most_specific = specific;
        chosen = bounds;
        is_disputed = false;
    }
    return is_disputed ? RangeBounds() : chosen;
}

}  // namespace rules
