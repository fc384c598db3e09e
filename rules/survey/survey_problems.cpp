// Problems and procedures: what counts for which fact, by which match and since when; what is listed and does not
// count; what nearly is one of the pack's.
#include "rules/explain/unmatched.hpp"
#include "rules/record/facts.hpp"
#include "rules/survey/survey.hpp"

#include <algorithm>
#include <set>

namespace rules {
namespace {

class ProblemSurvey {
  public:
    ProblemSurvey(const Survey& survey, const Record& record, const Calendar& calendar, PatientTally& tally)
        : survey_(survey), program_(survey.program()), tally_(tally), facts_(program_, record, calendar) {
        for (const fhir::Condition& one : record.conditions)
            records_.push_back({&one.code, reference_to("Condition", one.id), Fact::Form::conditions});
        for (const fhir::Procedure& one : record.procedures)
            records_.push_back({&one.code, reference_to("Procedure", one.id), Fact::Form::procedures});
    }

    void look() {
        for (const CompiledFact* fact : survey_.problem_facts()) note(*fact);
        for (const Written& one : records_) {
            if (one.form == Fact::Form::conditions && !is_known_code(program_, *one.code)) note_near(*one.code);
        }
    }

  private:
    struct Written {
        const fhir::CodeableConcept* code = nullptr;
        std::string reference;
        Fact::Form form = Fact::Form::conditions;
    };

    void note(const CompiledFact& fact) {
        const std::string& name = fact.written->name;
        const FactItems found = facts_.read(fact);
        std::set<std::string_view> counted;
        for (const Item& item : found.items) {
            tally_.note({"fact", name, "all"});
            tally_.note({"fact", name, "since",
                         !item.date         ? std::string_view("no date")
                         : item.is_recorded ? std::string_view("recorded")
                                            : std::string_view("known")});
            counted.insert(item.reference);
            if (!item.words.empty()) {
                tally_.note({"fact", name, "how", "words"});
                tally_.note({"fact", name, "stem", item.words});
            }
        }
        for (const Written& one : records_) {
            if (one.form == fact.form) note_codes(*one.code, fact, counted.contains(one.reference));
        }
    }

    void note_codes(const fhir::CodeableConcept& code, const CompiledFact& fact, bool counts) {
        const std::string& name = fact.written->name;
        for (const fhir::Coding& coding : code.codings) {
            const std::string_view how = how_matched(coding, fact);
            if (how.empty()) continue;
            const CountedCode counted = counted_code(coding);
            if (counts) tally_.note({"fact", name, "how", how});
            tally_.note({"fact", name, counts ? "code" : "idle", counted.system, counted.code});
            if (!coding.display.empty())
                tally_.note({"display", counted.system, counted.code, key_text(coding.display)});
        }
    }

    /// By which list a code is one of the fact's; empty: by none.
    std::string_view how_matched(const fhir::Coding& coding, const CompiledFact& fact) const {
        std::vector<CodeHit> hits;
        program_.codes.find(coding.system, coding.code, hits);
        std::string_view how;
        for (const CodeHit& hit : hits) {
            if (!std::ranges::binary_search(fact.sets, hit.set)) continue;
            const fhir::ValueSet& value_set = *program_.value_set(hit.set);
            if (value_set.contains(coding.system, coding.code)) return "code";
            const auto local = program_.site.value_set_codes.find(value_set.id());
            const bool is_local = local != program_.site.value_set_codes.end() &&
                                  std::ranges::any_of(local->second, [&](const Coding& one) {
                                      return one.system == coding.system && one.code == coding.code;
                                  });
            how = is_local ? "site" : "expansion";
        }
        return how;
    }

    /// By a name of the pack's in its words; by an ICD-10 category of which the pack lists other codes.
    void note_near(const fhir::CodeableConcept& code) {
        std::vector<CodeHit> named;
        for (const std::string_view text : texts_of(code)) survey_.names().problems.find(text, named);
        std::vector<CountedCode> codes;
        for (const fhir::Coding& coding : code.codings) {
            if (!coding.code.empty()) codes.push_back(counted_code(coding));
            note_sibling(coding);
        }
        if (codes.empty()) codes.emplace_back();
        for (const CodeHit& hit : named) {
            const std::string& set = program_.value_set(hit.set)->id();
            for (const CountedCode& counted : codes) {
                tally_.note({"near", set, "name", counted.system, counted.code, hit.label});
                for (const std::string_view text : texts_of(code))
                    tally_.note({"near", set, "text", counted.system, counted.code, key_text(text)});
            }
        }
    }

    void note_sibling(const fhir::Coding& coding) {
        const std::string_view category = icd_category(coding.system, coding.code);
        if (category.empty()) return;
        const auto known = survey_.names().categories.find({std::string(coding.system), std::string(category)});
        if (known == survey_.names().categories.end()) return;
        const CountedCode counted = counted_code(coding);
        for (const std::string& set : known->second)
            tally_.note({"near", set, "sibling", counted.system, counted.code});
        if (!coding.display.empty()) tally_.note({"display", counted.system, counted.code, key_text(coding.display)});
    }

    const Survey& survey_;
    const Program::Inner& program_;
    PatientTally& tally_;
    FactReader facts_;
    std::vector<Written> records_;
};

}  // namespace

void survey_problems(const Survey& survey, const Record& record, const Calendar& calendar, PatientTally& tally) {
    ProblemSurvey(survey, record, calendar, tally).look();
}

}  // namespace rules
