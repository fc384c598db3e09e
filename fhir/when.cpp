#include "fhir/when.hpp"

namespace fhir {

std::optional<DateTime> start_of(const When& when) {
    if (const DateTime* point = std::get_if<DateTime>(&when)) return *point;
    const Period* period = std::get_if<Period>(&when);
    return period ? period->start : std::nullopt;
}

std::optional<DateTime> end_of(const When& when) {
    if (const DateTime* point = std::get_if<DateTime>(&when)) return *point;
    const Period* period = std::get_if<Period>(&when);
    return period ? period->end : std::nullopt;
}

Period read_period(const Element& element) {
    return {element.date_time("start"), element.date_time("end")};
}

When read_when(const Element& parent, std::string_view stem) {
    return read_when(parent, find_choice(parent, stem));
}

When read_when(const Element& parent, const Choice& choice) {
    if (choice.name.empty()) return {};
    if (choice.several) return NotRead();
    if (choice.type == "DateTime" || choice.type == "Instant") {
        const std::optional<DateTime> point = parent.date_time(choice.name);
        return point ? When(*point) : When(NotRead());
    }
    if (choice.type == "Period") {
        const std::optional<Element> period = parent.child(choice.name);
        return period ? When(read_period(*period)) : When(NotRead());
    }
    parent.report(choice.name, IssueCode::not_read);
    return NotRead();
}

}  // namespace fhir
