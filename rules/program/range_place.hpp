// Where a result lies in the range that the laboratory printed beside it, and the words by which expressions ask for
// it.
#pragma once

#include <string_view>

namespace rules {

/// Where a value lies in the range that the laboratory printed beside it, in the same unit; `not_beyond` the only bound
/// says nothing of the other side.
enum class RangePlace { unknown, below, low_normal, within, not_beyond, above };

/// What expressions see as `range`: "below", "low-normal", "within", "above"; empty for unknown.
std::string_view name_of(RangePlace place);
/// The band that a laboratory's own range gives: "low", "normal", "high"; empty for unknown.
std::string_view band_by_range(RangePlace place);

}  // namespace rules
