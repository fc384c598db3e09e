#include "rules/program/range_place.hpp"

namespace rules {

std::string_view name_of(RangePlace place) {
    switch (place) {
        case RangePlace::unknown:
        case RangePlace::not_beyond:
            return "";
        case RangePlace::below:
            return "below";
        case RangePlace::low_normal:
            return "low-normal";
        case RangePlace::within:
            return "within";
        case RangePlace::above:
            return "above";
    }
    return "";
}

std::string_view band_by_range(RangePlace place) {
    switch (place) {
        case RangePlace::unknown:
        case RangePlace::not_beyond:
            return "";
        case RangePlace::below:
            return "low";
        case RangePlace::low_normal:
        case RangePlace::within:
            return "normal";
        case RangePlace::above:
            return "high";
    }
    return "";
}

}  // namespace rules
