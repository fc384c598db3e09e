// When something was, or was meant to be: the choices of effective[x], performed[x], occurrence[x] that are read.
#pragma once

#include "fhir/choice.hpp"
#include "fhir/date_time.hpp"
#include "fhir/element.hpp"

#include <optional>
#include <string_view>
#include <variant>

namespace fhir {

/// Something stands there that this reader does not read: another choice (Timing, Range, a text, …), an invalid date,
/// or several choices at once. An Issue says which.
struct NotRead {
    bool operator==(const NotRead&) const = default;
};

/// Nothing, a point in time, a span, or something that is not read.
using When = std::variant<std::monostate, DateTime, Period, NotRead>;

/// The beginning of a span, or the point itself.
std::optional<DateTime> start_of(const When& when);

/// The end of a span, or the point itself.
std::optional<DateTime> end_of(const When& when);

Period read_period(const Element& element);

/// The choice `stem`[x] of `parent`: stemDateTime, stemInstant or stemPeriod.
When read_when(const Element& parent, std::string_view stem);

/// The same of a choice that was found already.
When read_when(const Element& parent, const Choice& choice);

}  // namespace fhir
