#include "rules/nearest/invented_fact.hpp"

#include "rules/nearest/changed_record.hpp"

#include <string_view>

namespace rules {

namespace {

std::string_view type_of(Fact::Form form) {
    switch (form) {
        case Fact::Form::conditions:
            return "Condition";
        case Fact::Form::medications:
            return "MedicationRequest";
        case Fact::Form::procedures:
            return "Procedure";
        default:
            return {};
    }
}

}  // namespace

std::vector<long> days_to_invent(const CompiledFact& fact) {
    constexpr long long_ago = 730, months_ago = 200, a_year_ago = 365;
    if (fact.form == Fact::Form::medications) return {0, months_ago, fact.current_days.value_or(a_year_ago)};
    return {0, long_ago};
}

std::optional<boost::json::value> invented_for(const Program::Inner& program, const CompiledFact& fact,
                                               const std::string& patient, const std::string& day) {
    const std::string_view type = type_of(fact.form);
    if (type.empty()) return std::nullopt;
    for (const SetId set : fact.sets) {
        for (const fhir::ValueSet::System& system : program.value_set(set)->included()) {
            if (system.concepts.empty()) continue;
            const fhir::ValueSet::Concept& first = system.concepts.front();
            return invented({type, system.url, first.code, first.display, patient, day});
        }
    }
    return std::nullopt;
}

}  // namespace rules
