#include "rules/check/check.hpp"
#include "rules/text/names_in.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace rules {

namespace {

class OverlapChecker {
  public:
    OverlapChecker(const Pack& pack, const Site& site, Diagnostics& findings)
        : pack_(pack), site_(site), findings_(findings) {
        for (const Fact& fact : pack.facts) facts_[fact.name] = &fact;
    }

    void check() {
        std::set<const Fact*> gate_against;
        for (const Gate& gate : pack_.gates) {
            add(gate.when, asked_by_gates_);
            add(gate.unless, gate_against);
        }
        for (const Rule& rule : pack_.rules) {
            std::set<const Fact*> counts = asked_by_gates_, against = gate_against;
            add(rule.when, counts);
            add(rule.unless, against);
            for (const Fact* one : counts) {
                for (const Fact* other : against) compare(*one, *other);
            }
        }
    }

  private:
    void add(const std::vector<Criterion>& criteria, std::set<const Fact*>& read) {
        for (const Criterion& criterion : criteria) {
            if (form_of(criterion).parts != CriterionForm::Parts::must_fail) add(criterion.parts, read);
            if (criterion.form == Criterion::Form::expression) add_names(criterion.expression.text, read, 0);
        }
    }

    // The facts with value sets behind an expression, through "any", "all" and "items", whatever is asked of their
    // items on the way: an item that is left out for its date or route is left out for one patient, not for a code.
    void add_names(const std::string& text, std::set<const Fact*>& read, std::size_t depth) {
        constexpr std::size_t deepest = 32;
        if (depth == deepest) return;
        for (const std::string& name : names_in(text)) {
            const auto found = facts_.find(name);
            if (found == facts_.end()) continue;
            const Fact& fact = *found->second;
            if (fact.form == Fact::Form::conditions || fact.form == Fact::Form::procedures) read.insert(&fact);
            if (fact.form == Fact::Form::items) add_names(fact.items.text, read, depth + 1);
            for (const Authored& part : fact.any) add_names(part.text, read, depth + 1);
            for (const Authored& part : fact.all) add_names(part.text, read, depth + 1);
        }
    }

    // Whether whatever counts in `fact` always stands against it in `against` too: a fact that looks back for so many
    // days only leaves the older ones.
    static bool leaves_none(const Fact& fact, const Fact& against) {
        const auto window = [](const Fact& one) { return one.within_days ? one.within_days->text : std::string(); };
        return window(against).empty() || window(fact) == window(against);
    }

    // Whether the authors of a fact know that a code of it may stand in `set` too, which then goes before it.
    static bool may_overlap(const Fact& counts, const std::string& set) {
        return std::ranges::find(counts.overlaps, set, &Authored::text) != counts.overlaps.end();
    }

    void compare(const Fact& counts, const Fact& against) {
        if (&counts == &against || !seen_.insert({counts.name, against.name}).second) return;
        for (const Authored& set : counts.value_sets) {
            for (const Authored& other : against.value_sets) {
                if (may_overlap(counts, other.text)) continue;
                if (set.text == other.text && counts.form != against.form)
                    continue;  // one idea, as problem and procedure
                if (leaves_none(counts, against)) report_common(counts, set.text, against, other.text);
                report_common_by_site(counts, set.text, against, other.text);
            }
        }
    }

    // Listed codes and branches of either set that the other holds too, each told once.
    void report_common(const Fact& counts, const std::string& set, const Fact& against, const std::string& other) {
        std::set<std::pair<std::string, std::string>> common;
        const fhir::ValueSet& one_set = pack_.value_sets.at(set);
        const fhir::ValueSet& other_set = pack_.value_sets.at(other);
        for (const fhir::ValueSet* each : {&one_set, &other_set}) {
            for (const fhir::ValueSet::System& system : each->included()) {
                const auto add_if_common = [&](const std::string& code) {
                    if (one_set.contains(system.url, code) && other_set.contains(system.url, code)) {
                        common.emplace(system.url, code);
                    }
                };
                for (const auto& listed : system.concepts) add_if_common(listed.code);
                for (const std::vector<std::string>& branch : system.branches) add_if_common(branch.back());
            }
        }
        for (const auto& [system, code] : common) {
            const std::string_view label = one_set.label(system, code);
            findings_.push_back({Severity::error, against.place, "overlap",
                                 "\"" + code + "\" (" + std::string(label) + ") counts for a card in %" + counts.name +
                                     " and against it in %" + against.name + '.',
                                 "Take it away from \"" + set + "\" or from \"" + other + "\"; or, if %" +
                                     against.name + " is meant to go before it, say so in %" + counts.name +
                                     ": \"overlaps\": \"" + other + "\"."});
        }
    }

    // A site cannot choose windows. What every card asks for must not silence it in any window; elsewhere a code of two
    // windows may be meant.
    void report_common_by_site(const Fact& counts, const std::string& set, const Fact& against,
                               const std::string& other) {
        const bool is_wrong = leaves_none(counts, against) || asked_by_gates_.contains(&counts);
        for (const std::string& id : {set, other}) {
            for (const Coding& coding : codes_of_site(id)) {
                if (!holds(set, coding) || !holds(other, coding)) continue;
                findings_.push_back({is_wrong ? Severity::error : Severity::warning, coding.place, "overlap",
                                     "\"" + coding.code + "\" counts for a card in %" + counts.name +
                                         " and against it in %" + against.name + '.',
                                     "Take it away: \"" + set + "\" and \"" + other + "\" would both hold it."});
            }
        }
    }

    std::vector<Coding> codes_of_site(const std::string& value_set) const {
        const auto found = site_.value_set_codes.find(value_set);
        return found == site_.value_set_codes.end() ? std::vector<Coding>() : found->second;
    }

    bool holds(const std::string& value_set, const Coding& coding) const {
        if (pack_.value_sets.at(value_set).contains(coding.system, coding.code)) return true;
        const std::vector<Coding> own = codes_of_site(value_set);
        return std::any_of(own.begin(), own.end(), [&](const Coding& other) {
            return other.system == coding.system && other.code == coding.code;
        });
    }

    const Pack& pack_;
    const Site& site_;
    Diagnostics& findings_;
    std::set<const Fact*> asked_by_gates_;
    std::map<std::string, const Fact*> facts_;
    std::set<std::pair<std::string, std::string>> seen_;
};

}  // namespace

void check_overlaps(const Pack& pack, const Site& site, Diagnostics& findings) {
    OverlapChecker(pack, site, findings).check();
}

}  // namespace rules
