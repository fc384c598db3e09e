// FHIR's Quantity (and SimpleQuantity, Age): a measured amount as the sender wrote it. Nothing is converted here.
#pragma once

#include "fhir/decimal.hpp"
#include "fhir/element.hpp"

#include <optional>
#include <string_view>

namespace fhir {

/// Whether the real value is the one given, or lies on one side of it (FHIR R4, quantity-comparator; R5 adds "ad").
enum class Comparator { none, less, less_or_equal, greater_or_equal, greater, other };

/// The comparator that `code` means: "" gives none, anything that is not one of R4's gives other.
Comparator comparator_of(std::string_view code);

/// The code of a comparator: "", "<", "<=", ">=", ">"; "other" has none.
std::string_view code_of(Comparator comparator);

/// The texts are borrowed: from the tree if it was read, from the caller if it was built.
struct Quantity {
    std::optional<Decimal> value;
    Comparator comparator = Comparator::none;
    std::string_view unit;    ///< for people
    std::string_view system;  ///< of `code`
    std::string_view code;

    bool operator==(const Quantity&) const = default;
};

Quantity read_quantity(const Element& element);

}  // namespace fhir
