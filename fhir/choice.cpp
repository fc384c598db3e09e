#include "fhir/choice.hpp"

namespace fhir {

Choice find_choice(const Element& parent, std::string_view stem) {
    Choice choice;
    for (const auto& member : parent.json()) {
        const std::string_view name = member.key();
        if (name.size() <= stem.size()) continue;
        const char next = name[stem.size()];  // looked at first: few names have a capital there
        if (next < 'A' || next > 'Z' || !name.starts_with(stem)) continue;
        if (!choice.name.empty()) {
            choice.several = true;
            parent.report(stem, IssueCode::several_choices);
            break;
        }
        choice.name = name;
        choice.type = name.substr(stem.size());
    }
    return choice;
}

}  // namespace fhir
