#include "rules/pack/readers.hpp"
#include "rules/pack/sources.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace rules {

namespace {

using Names = std::vector<std::string_view>;

constexpr std::string_view reserved_facts[] = {"param",       "item",    "age",    "sex",     "today",      "alive",
                                               "hook",        "drafts",  "orders", "results", "unreadable", "resource",
                                               "unavailable", "context", "ucum",   "sct",     "loinc"};

template <typename Map>
Names keys_of(const Map& map) {
    Names names;
    for (const auto& [name, value] : map) names.push_back(name);
    return names;
}

bool holds(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Looks every name up that one file uses and another must declare.
class References {
  public:
    References(const Pack& pack, Diagnostics& findings) : pack_(pack), findings_(findings) {
        for (const Rule& rule : pack.rules) rules_.push_back(rule.id);
        for (const Fact& fact : pack.facts) facts_.push_back(fact.name);
        for (const Analyte& analyte : pack.analytes) analytes_.push_back(analyte.id);
    }

    void check() {
        check_pack();
        for (const Fact& fact : pack_.facts) check_fact(fact);
        for (const auto& [id, words] : pack_.word_lists.sets) check_words(words);
        for (const Analyte& analyte : pack_.analytes) check_analyte(analyte);
        check_names_are_free();
        std::map<std::string, std::string> files;
        for (const Rule& rule : pack_.rules) {
            const auto [other, is_new] = files.try_emplace(rule.id, rule.place.file);
            if (!is_new) {
                error(in_file(rule.place.file, "/id"), "twice",
                      other->second + " already holds the rule \"" + rule.id + "\".", "Give one of them another id.");
            }
            check_rule(rule);
        }
        for (const Rule& rule : pack_.rules) {
            check_ends(rule, "onlyIf", only_if_of);
            check_ends(rule, "replaces", replaced_by);
            check_ends(rule, "joins", joined_by);
        }
    }

  private:
    void error(const Place& place, std::string code, std::string message, std::string mend) {
        // A variant has the evidence of its rule, in one place.
        const auto is_told = [&](const Diagnostic& told) {
            return told.place.file == place.file && told.place.pointer == place.pointer && told.message == message;
        };
        if (std::ranges::any_of(findings_, is_told)) return;
        findings_.push_back({Severity::error, place, std::move(code), std::move(message), std::move(mend)});
    }

    void look_up(const Authored& name, const Names& known, const std::string& what) {
        if (holds(known, name.text)) return;
        error(name.place, "unknown-" + what_code(what), "There is no " + what + " \"" + name.text + "\".",
              did_you_mean(name.text, known) + lost_file(name.text, what));
    }
    // A near name may be proposed for one whose file was moved, renamed or kept as a backup.
    static std::string lost_file(const std::string& name, const std::string& what) {
        if (what == "citation") return " Or add \"" + name + "\" to citations.json, with its title and what it says.";
        const std::string folder = what == "rule" ? "rules/" : what == "value set" ? "value-sets/" : "";
        if (folder.empty()) return {};
        return " Or, if \"" + name + "\" is to be there, put its file back: " + folder + name + ".json.";
    }
    static std::string what_code(std::string what) {
        std::replace(what.begin(), what.end(), ' ', '-');
        return what;
    }

    Place in_file(const std::string& file, std::string pointer) const {
        return place_of(file, pack_.files.at(file), std::move(pointer));
    }
    Place in_pack_json(std::string pointer) const { return in_file("pack.json", std::move(pointer)); }

    void check_parameter_use(const Authored& use, Parameter::Type type, std::string_view word) {
        constexpr std::string_view prefix = "%param.";
        if (!use.text.starts_with(prefix)) return;
        const std::string name = use.text.substr(prefix.size());
        Names known;
        for (const Parameter& parameter : pack_.parameters) {
            if (parameter.type == type) known.push_back(parameter.name);
        }
        if (holds(known, name)) return;
        error(use.place, "unknown-parameter", "There is no " + std::string(word) + " parameter \"" + name + "\".",
              did_you_mean(name, known));
    }
    void check_days(const std::optional<Authored>& days) {
        if (days) check_parameter_use(*days, Parameter::Type::integer, "integer");
    }

    void check_pack() {
        std::set<std::string> seen;
        for (std::size_t i = 0; i < pack_.services.size(); ++i) {
            if (seen.insert(pack_.services[i].id).second) continue;
            error(in_pack_json("/services/" + std::to_string(i) + "/id"), "twice", "Two services have one id.",
                  "Give one of them another id.");
        }
        for (const Gate& gate : pack_.gates) {
            for (const Authored& rule : gate.except) look_up(rule, rules_, "rule");
        }
        check_order_within_ranks();
        check_rank(pack_.data_unavailable.rank, in_pack_json("/dataUnavailable/rank"));
        check_override_reasons(
            {pack_.data_unavailable.override_reasons, in_pack_json("/dataUnavailable/overrideReasons")});
        for (const auto& [key, words] : pack_.data_unavailable.sources) check_source(key);
    }

    void check_source(const std::string& key) {
        const Names known = source_keys(pack_);
        if (holds(known, key)) return;
        error(in_pack_json("/dataUnavailable/sources/" + key), "unknown-source", "There is no source \"" + key + "\".",
              did_you_mean(key, known));
    }

    void check_override_reasons(const Authored& name) {
        look_up(name, keys_of(pack_.override_reasons), "list of override reasons");
    }

    void check_rank(const std::string& rank, const Place& place) {
        const Names known(pack_.show.order.begin(), pack_.show.order.end());
        if (holds(known, rank)) return;
        error(place, "unknown-rank", "\"show\" in pack.json has no rank \"" + rank + "\".", did_you_mean(rank, known));
    }

    void check_order_within_ranks() {
        for (const auto& [rank, rules] : pack_.show.within) {
            check_rank(rank, in_pack_json("/show/within/" + rank));
            for (const Authored& name : rules) {
                look_up(name, rules_, "rule");
                const auto rule = std::ranges::find(pack_.rules, name.text, &Rule::id);
                if (rule == pack_.rules.end() || rule->rank == rank) continue;
                error(name.place, "rank-order", "\"" + name.text + "\" has the rank \"" + rule->rank + "\".",
                      "Move it to the list of that rank.");
            }
        }
    }

    void check_fact(const Fact& fact) {
        const Names value_sets = keys_of(pack_.value_sets);
        for (const Authored& value_set : fact.overlaps) look_up(value_set, value_sets, "value set");
        for (const Authored& value_set : fact.value_sets) look_up(value_set, value_sets, "value set");
        if (fact.routes) look_up(*fact.routes, value_sets, "value set");
        if (fact.values) look_up(*fact.values, value_sets, "value set");
        for (const Authored& value_set : fact.except) look_up(value_set, value_sets, "value set");
        if (fact.completed) {
            if (fact.completed->injected) look_up(*fact.completed->injected, value_sets, "value set");
            check_days(fact.completed->counts_days);
            check_days(fact.completed->named_days);
        }
        if (fact.except_routes) look_up(*fact.except_routes, value_sets, "value set");
        const Names word_lists = keys_of(pack_.word_lists.sets);
        for (const Authored& words : fact.words) look_up(words, word_lists, "set of words");
        for (const Authored& words : fact.history_words) look_up(words, word_lists, "set of words");
        check_days(fact.within_days);
        check_days(fact.current_days);
        if (fact.form == Fact::Form::observations) check_prefetch(fact.prefetch, fact.place);
    }

    void check_words(const SafetyWords& words) {
        const Names value_sets = keys_of(pack_.value_sets);
        for (std::size_t i = 0; i < words.not_in.size(); ++i) {
            look_up({words.not_in[i], words.not_in_places[i]}, value_sets, "value set");
        }
    }

    void check_prefetch(const std::string& key, const Place& owner) {
        const Place place = in_file(owner.file, owner.pointer + "/prefetch");
        if (find_fixed_source(key)) {
            return error(place, "reserved", "\"" + key + "\" is the key of another source.",
                         "Choose a key for Observations.");
        }
        const Names known(observation_groups.begin(), observation_groups.end());
        if (key.empty() || holds(known, key)) return;
        error(place, "unknown-prefetch", "\"" + key + "\" is no key of Observations that EHRs are told to configure.",
              did_you_mean(key, known));
    }

    void check_names_are_free() {
        std::set<std::string_view> taken(std::begin(reserved_facts), std::end(reserved_facts));
        const auto take = [&](const std::string& name, const Place& place) {
            if (taken.insert(name).second) return;
            error(place, "twice", "%" + name + " is the name of something else.", "Choose another name.");
        };
        for (const Fact& fact : pack_.facts) take(fact.name, fact.place);
        std::set<std::string_view> ids;
        for (const Analyte& analyte : pack_.analytes) {
            take(analyte.fact, analyte.place);
            if (!ids.insert(analyte.id).second) {
                error(analyte.place, "twice", "Another file already holds the analyte \"" + analyte.id + "\".",
                      "Give one of them another id.");
            }
        }
    }

    void check_analyte(const Analyte& analyte) {
        check_prefetch(analyte.prefetch, analyte.place);
        const Names intents = keys_of(pack_.orders);
        if (!analyte.order.text.empty()) look_up(analyte.order, intents, "order");
        for (const auto& [kind, intent] : analyte.order_by_kind) look_up({intent, analyte.place}, intents, "order");
        check_days(analyte.valid_days);
        for (const Analyte::Outranks& outranks : analyte.outranks) check_days(outranks.within_days);
        for (const Kind& kind : analyte.kinds) {
            if (kind.means_it_if) check_parameter_use(*kind.means_it_if, Parameter::Type::boolean, "boolean");
        }
        if (analyte.adjust) look_up(analyte.adjust->with, analytes_, "analyte");
        if (analyte.stale_once_on) check_therapy(*analyte.stale_once_on);
        for (const auto& [id, ruleset] : analyte.rulesets) {
            for (const Authored& cite : ruleset.cites) look_up(cite, keys_of(pack_.citations), "citation");
        }
        if (analyte.ruleset) check_ruleset_parameter(analyte);
    }

    void check_therapy(const Authored& fact) {
        const std::string name = fact.text.starts_with('%') ? fact.text.substr(1) : fact.text;
        const auto found = std::find_if(pack_.facts.begin(), pack_.facts.end(), [&](const Fact& candidate) {
            return candidate.name == name && candidate.form == Fact::Form::medications;
        });
        if (found != pack_.facts.end()) return;
        Names known;
        for (const Fact& candidate : pack_.facts) {
            if (candidate.form == Fact::Form::medications) known.push_back(candidate.name);
        }
        error(fact.place, "unknown-fact", "There is no medication fact %" + name + ".", did_you_mean(name, known));
    }

    void check_ruleset_parameter(const Analyte& analyte) {
        constexpr std::string_view prefix = "%param.";
        check_parameter_use(*analyte.ruleset, Parameter::Type::code, "code");
        const auto found = std::find_if(pack_.parameters.begin(), pack_.parameters.end(), [&](const Parameter& one) {
            return std::string(prefix) + one.name == analyte.ruleset->text;
        });
        if (found == pack_.parameters.end()) {
            if (!analyte.ruleset->text.starts_with(prefix)) {
                error(analyte.ruleset->place, "ruleset", "The ruleset in force is a parameter.",
                      "Write \"%param.vitaminD.ruleset\".");
            }
            return;
        }
        for (const std::string& value : found->values) {
            if (analyte.rulesets.contains(value)) continue;
            error(analyte.place, "missing-ruleset",
                  "\"" + found->name + "\" can be \"" + value + "\", but this analyte has no such ruleset.",
                  "Add the ruleset, or take the value from the parameter.");
        }
        const Names values(found->values.begin(), found->values.end());
        for (const auto& [id, ruleset] : analyte.rulesets) {
            if (!holds(values, id)) {
                error(ruleset.place, "unknown-ruleset", "\"" + found->name + "\" has no value \"" + id + "\".",
                      did_you_mean(id, values));
            }
        }
    }

    void check_rule(const Rule& rule) {
        check_rank(rule.rank, in_file(rule.place.file, "/rank"));
        for (const Authored& replaced : rule.replaces) {
            look_up(replaced, rules_, "rule");
            if (replaced.text == rule.id) error(replaced.place, "replaces", "A rule cannot replace itself.", "");
        }
        for (const Authored& host : rule.joins) look_up(host, rules_, "rule");
        check_override_reasons(rule.override_reasons);
        for (const Hook hook : rule.hooks) check_hook(rule, hook);
        check_card(rule.card);
        check_evidence(rule.evidence);
        for (const Variant& variant : rule.variants) {
            check_card(variant.card);
            check_evidence(variant.evidence);
            if (variant.only_if) look_up(*variant.only_if, rules_, "rule");
        }
    }

    void check_hook(const Rule& rule, Hook hook) {
        const auto serves = [hook](const Service& service) { return service.hook == hook; };
        if (std::any_of(pack_.services.begin(), pack_.services.end(), serves)) return;
        error(in_file(rule.place.file, "/hooks"), "unknown-hook",
              "No service of pack.json stands at " + std::string(name_of(hook)) + '.',
              "Add a service, or take the hook away.");
    }

    void check_card(const CardForm& card) {
        if (!card.suggestion) return;
        if (card.suggestion->only_if) look_up(*card.suggestion->only_if, rules_, "rule");
        for (const OrderForm& order : card.suggestion->orders) check_proposed(order.intent);
    }

    void check_proposed(const Authored& intent) {
        look_up(intent, keys_of(pack_.orders), "order");
        const auto order = pack_.orders.find(intent.text);
        if (order != pack_.orders.end() && order->second.place_conventional.empty()) {
            error(intent.place, "order-place", "The order \"" + intent.text + "\" does not say which code to place.",
                  "Add \"place\" to it in orders.json.");
        }
    }

    void check_evidence(const EvidenceForm& evidence) {
        const Names citations = keys_of(pack_.citations);
        for (const Authored& cite : evidence.cites) look_up(cite, citations, "citation");
        for (const Authored& cite : evidence.disagrees) look_up(cite, citations, "citation");
    }

    static std::vector<std::string> only_if_of(const Rule& rule) {
        std::vector<std::string> next;
        const auto add = [&](const CardForm& card) {
            if (card.suggestion && card.suggestion->only_if) next.push_back(card.suggestion->only_if->text);
        };
        add(rule.card);
        for (const Variant& variant : rule.variants) {
            add(variant.card);
            if (variant.only_if) next.push_back(variant.only_if->text);
        }
        return next;
    }

    static std::vector<std::string> replaced_by(const Rule& rule) {
        std::vector<std::string> next;
        for (const Authored& replaced : rule.replaces) {
            if (replaced.text != rule.id) next.push_back(replaced.text);  // itself: said already
        }
        return next;
    }

    static std::vector<std::string> joined_by(const Rule& rule) {
        std::vector<std::string> next;
        for (const Authored& host : rule.joins) next.push_back(host.text);
        return next;
    }

    /// Rules must not lead back to `rule` by the member that `next_of` follows: of rules that replace each other none
    /// would be shown.
    void check_ends(const Rule& rule, const std::string& member, std::vector<std::string> (*next_of)(const Rule&)) {
        std::set<std::string> seen;
        std::vector<std::string> open = next_of(rule);
        while (!open.empty()) {
            const std::string id = open.back();
            open.pop_back();
            if (id == rule.id) {
                return error(rule.place, "cycle", '"' + member + "\" leads from \"" + rule.id + "\" back to itself.",
                             "Take one \"" + member + "\" of the circle away.");
            }
            const auto next = std::find_if(pack_.rules.begin(), pack_.rules.end(),
                                           [&](const Rule& candidate) { return candidate.id == id; });
            if (next == pack_.rules.end() || !seen.insert(id).second) continue;
            for (std::string& further : next_of(*next)) open.push_back(std::move(further));
        }
    }

    const Pack& pack_;
    Diagnostics& findings_;
    Names rules_, facts_, analytes_;
};

void share(std::vector<Line>& lines, const Pack& pack, Diagnostics& findings) {
    for (Line& line : lines) {
        if (!line.shared) continue;
        const auto shared = pack.cautions.find(line.shared->text);
        if (shared == pack.cautions.end()) {
            findings.push_back({Severity::error, line.shared->place, "unknown-caution",
                                "There is no shared caution \"" + line.shared->text + "\" in pack.json.",
                                did_you_mean(line.shared->text, keys_of(pack.cautions))});
            continue;
        }
        line.say = shared->second.say;
        line.besides = shared->second.besides;
        line.language = shared->second.language;
        if (!line.condition) line.condition = shared->second.condition;
    }
}

}  // namespace

void share_cautions(Pack& pack, Diagnostics& findings) {
    for (Rule& rule : pack.rules) {
        share(rule.card.cautions, pack, findings);
        for (Variant& variant : rule.variants) share(variant.card.cautions, pack, findings);
    }
}

void check_references(const Pack& pack, Diagnostics& findings) {
    References(pack, findings).check();
}

}  // namespace rules
