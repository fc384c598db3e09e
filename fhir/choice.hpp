// Which of the elements of a FHIR choice (value[x]) an object has.
#pragma once

#include "fhir/element.hpp"

#include <string_view>

namespace fhir {

/// The member of `parent` whose name is `stem` and then a type's name, which begins with a capital: "valueQuantity" for
/// "value". Several of them are reported under `stem`.
struct Choice {
    std::string_view name;  ///< the whole member name, borrowed from the tree; empty if there is none
    std::string_view type;  ///< what follows the stem: "Quantity"
    bool several = false;   ///< there is more than one: which of them was meant cannot be known
};

Choice find_choice(const Element& parent, std::string_view stem);

}  // namespace fhir
