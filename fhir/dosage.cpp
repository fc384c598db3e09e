#include "fhir/dosage.hpp"

#include "fhir/ucum.hpp"
#include "fhir/when.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace fhir {
namespace {

constexpr std::int64_t most_days = 40'000;  // longer than anybody is treated

Dosage read_dosage(const Element& element) {
    Dosage dosage;
    dosage.text = element.text("text");
    dosage.route = read_concept(element, "route");
    element.each("doseAndRate", [&](const Element& dose) {
        if (const std::optional<Element> quantity = dose.child("doseQuantity"))
            dosage.doses.push_back(read_quantity(*quantity));
    });
    read_bounds(element, "timing", dosage.bounds, dosage.bounds_for);
    return dosage;
}

// The words that people write for UCUM's units of time.
std::string_view ucum_of(std::string_view word) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 10> words{{{"day", "d"},
                                                                                   {"days", "d"},
                                                                                   {"week", "wk"},
                                                                                   {"weeks", "wk"},
                                                                                   {"month", "mo"},
                                                                                   {"months", "mo"},
                                                                                   {"year", "a"},
                                                                                   {"years", "a"},
                                                                                   {"hour", "h"},
                                                                                   {"hours", "h"}}};
    const auto found = std::find_if(words.begin(), words.end(), [&](const auto& one) { return one.first == word; });
    return found == words.end() ? word : found->second;
}

}  // namespace

std::vector<Dosage> read_dosages(const Element& parent, std::string_view name) {
    return parent.list(name, read_dosage);
}

void read_bounds(const Element& parent, std::string_view name, Period& bounds, std::optional<Quantity>& bounds_for) {
    const std::optional<Element> timing = parent.child(name);
    if (!timing) return;
    const std::optional<Element> repeat = timing->child("repeat");
    if (!repeat) return;
    if (const std::optional<Element> period = repeat->child("boundsPeriod")) bounds = read_period(*period);
    if (const std::optional<Element> duration = repeat->child("boundsDuration")) bounds_for = read_quantity(*duration);
}

std::optional<long> days_of(const Quantity& duration) {
    if (!duration.value || duration.value->is_negative() || duration.comparator != Comparator::none)
        return std::nullopt;
    const std::string_view unit = duration.code.empty() ? ucum_of(duration.unit) : duration.code;
    const std::optional<Decimal> days = convert(*duration.value, unit, "d");
    const std::optional<std::int64_t> whole = days ? ceiling(*days).to_int64() : std::nullopt;
    if (!whole || *whole > most_days) return std::nullopt;
    return *whole;
}

}  // namespace fhir
