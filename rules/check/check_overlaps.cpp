#include "rules/check/check.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <vector>

namespace rules {

namespace {

// The facts that a text reads, as %names.
std::set<std::string> names_in(std::string_view text) {
    std::set<std::string> names;
    for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
        std::size_t end = at + 1;
        while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_')) ++end;
        names.emplace(text.substr(at + 1, end - at - 1));
    }
    return names;
}

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
    // The conditions facts that criteria read whole, without a further condition on their items.
    void add(const std::vector<Criterion>& criteria, std::set<const Fact*>& read) {
        for (const Criterion& criterion : criteria) {
            if (criterion.form != Criterion::Form::none) add(criterion.parts, read);
            if (criterion.form == Criterion::Form::expression) add_names(criterion.expression.text, read, 0);
        }
    }

    void add_names(const std::string& text, std::set<const Fact*>& read, std::size_t depth) {
        constexpr std::size_t deepest = 32;
        const bool whole = text.find('(') == std::string::npos;
        if (!whole || depth == deepest) return;
        for (const std::string& name : names_in(text)) {
            const auto found = facts_.find(name);
            if (found == facts_.end()) continue;
            const Fact& fact = *found->second;
            if (fact.form == Fact::Form::conditions) read.insert(&fact);
            if (fact.form == Fact::Form::items) add_names(fact.items.text, read, depth + 1);
            for (const Authored& part : fact.any) add_names(part.text, read, depth + 1);
            for (const Authored& part : fact.all) add_names(part.text, read, depth + 1);
        }
    }

    static bool same_window(const Fact& one, const Fact& other) {
        const auto window = [](const Fact& fact) { return fact.within_days ? fact.within_days->text : std::string(); };
        return one.counts == other.counts && window(one) == window(other);
    }

    void compare(const Fact& counts, const Fact& against) {
        if (&counts == &against || !seen_.insert({counts.name, against.name}).second) return;
        for (const Authored& set : counts.value_sets) {
            for (const Authored& other : against.value_sets) {
                if (same_window(counts, against)) report_common(counts, set.text, against, other.text);
                report_common_by_site(counts, set.text, against, other.text);
            }
        }
    }

    void report_common(const Fact& counts, const std::string& set, const Fact& against, const std::string& other) {
        const fhir::ValueSet& other_set = pack_.value_sets.at(other);
        for (const auto& system : pack_.value_sets.at(set).included()) {
            for (const auto& entry : system.concepts) {
                if (!other_set.contains(system.url, entry.code)) continue;
                findings_.push_back({Severity::error, against.place, "overlap",
                                     "\"" + entry.code + "\" (" + entry.display + ") counts for a card in %" +
                                         counts.name + " and against it in %" + against.name + '.',
                                     "Take it away from \"" + set + "\" or from \"" + other +
                                         "\", or give one of the facts another window."});
            }
        }
    }

    // A site cannot choose windows. What every card asks for must not silence it in any window; elsewhere a code of two
    // windows may be meant.
    void report_common_by_site(const Fact& counts, const std::string& set, const Fact& against,
                               const std::string& other) {
        const bool is_wrong = same_window(counts, against) || asked_by_gates_.contains(&counts);
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
