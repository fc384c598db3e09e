#include "fhir/quantity.hpp"

#include "fhir/coding.hpp"

namespace fhir {

Comparator comparator_of(std::string_view code) {
    if (code.empty()) return Comparator::none;
    if (code == "<") return Comparator::less;
    if (code == "<=") return Comparator::less_or_equal;
    if (code == ">=") return Comparator::greater_or_equal;
    if (code == ">") return Comparator::greater;
    return Comparator::other;
}

std::string_view code_of(Comparator comparator) {
    switch (comparator) {
        case Comparator::less:
            return "<";
        case Comparator::less_or_equal:
            return "<=";
        case Comparator::greater_or_equal:
            return ">=";
        case Comparator::greater:
            return ">";
        case Comparator::none:
        case Comparator::other:
            return "";
    }
    return "";
}

Quantity read_quantity(const Element& element) {
    Quantity quantity;
    quantity.value = element.decimal("value");
    quantity.unit = element.text("unit");
    quantity.system = system_url(element.text("system"));
    quantity.code = element.text("code");
    if (element.has("comparator")) {
        const std::string_view comparator = element.text("comparator");
        // An unreadable comparator must not turn "<4" into 4.
        quantity.comparator = comparator.empty() ? Comparator::other : comparator_of(comparator);
        if (quantity.comparator == Comparator::other) element.report("comparator", IssueCode::invalid_value);
    }
    return quantity;
}

}  // namespace fhir
