// What nobody uses: parameters, facts and value sets that no expression of the pack names. What people write for each
// other (notes, reasons, titles) uses nothing.
#include "fhir/json_text.hpp"
#include "rules/check/check.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace rules {
namespace json = boost::json;

namespace {

// Parameters that the engine reads by their name (rules/README.md).
constexpr std::array engine_parameters = {"condition.undatedDays",  "orders.openDays",        "orders.aheadDays",
                                          "medication.currentDays", "medication.pastEndDays", "results.pendingDays"};
constexpr std::string_view old_after = ".highOldDays";

// Members that people write for each other.
constexpr std::array remarks = {"note", "because", "title", "description", "purpose"};
// Members with texts for a card: only what they fill in is an expression.
constexpr std::array texts_of_cards = {"summary", "why", "say", "cautions", "options", "label", "about", "topic"};
// Their texts are no expressions: what value sets hold, and what stories tell.
constexpr std::array no_expressions = {"value-sets/", "stories/"};

// Every text of a pack that may be an expression, or have one to fill in.
class Expressions {
  public:
    explicit Expressions(const Pack& pack) {
        for (const auto& [path, text] : pack.files) {
            const bool has_none =
                std::ranges::any_of(no_expressions, [&](const char* folder) { return path.starts_with(folder); });
            if (has_none) continue;
            const auto tree = fhir::parse_json(text);
            if (tree) add(*tree, false);
        }
    }

    // Whether any of them holds `text`; `whole_name`: and no letter, digit or underscore after it.
    bool hold(const std::string& text, bool whole_name) const {
        return std::ranges::any_of(all_, [&](const std::string& expression) {
            for (std::size_t at = expression.find(text); at != std::string::npos; at = expression.find(text, at + 1)) {
                const std::size_t end = at + text.size();
                const char next = end < expression.size() ? expression[end] : ' ';
                if (!whole_name || !(std::isalnum(static_cast<unsigned char>(next)) || next == '_')) return true;
            }
            return false;
        });
    }

  private:
    // As deep as a file may be nested.
    void add(const json::value& value, bool is_text) {
        if (const auto text = fhir::text_of(value)) {
            if (is_text) {
                add_fills(*text);
            } else {
                all_.emplace_back(*text);
            }
        }
        if (value.is_array()) {
            for (const json::value& each : value.get_array()) add(each, is_text);
        }
        if (!value.is_object()) return;
        for (const auto& [name, member] : value.get_object()) {
            if (std::ranges::find(remarks, name) == remarks.end()) {
                add(member, std::ranges::find(texts_of_cards, name) != texts_of_cards.end());
            }
        }
    }

    void add_fills(std::string_view text) {
        for (std::size_t open = text.find("{{"); open != std::string_view::npos; open = text.find("{{")) {
            text.remove_prefix(open + 2);
            const std::size_t close = std::min(text.find("}}"), text.size());
            all_.emplace_back(text.substr(0, close));
            text.remove_prefix(close);
        }
    }

    std::vector<std::string> all_;
};

void check_parameters(const Pack& pack, const Expressions& expressions, Diagnostics& findings) {
    for (const Parameter& parameter : pack.parameters) {
        const bool by_engine = std::ranges::find(engine_parameters, parameter.name) != engine_parameters.end() ||
                               parameter.name.ends_with(old_after);
        if (by_engine || expressions.hold("%param." + parameter.name, true)) continue;
        findings.push_back({Severity::warning, parameter.place, "unused-parameter",
                            "Nothing reads \"" + parameter.name + "\": setting it would change nothing.",
                            "Use it as %param." + parameter.name + ", or take it away."});
    }
}

void check_facts(const Pack& pack, const Expressions& expressions, Diagnostics& findings) {
    for (const Fact& fact : pack.facts) {
        if (expressions.hold('%' + fact.name, true)) continue;
        findings.push_back({Severity::warning, fact.place, "unused-fact", "Nothing looks at \"" + fact.name + "\".",
                            "Use it as %" + fact.name + " in a rule, a gate or another fact, or take it away."});
    }
}

std::set<std::string> value_sets_of_facts(const Pack& pack) {
    std::set<std::string> used;
    for (const Fact& fact : pack.facts) {
        for (const auto* ids : {&fact.value_sets, &fact.except}) {
            for (const Authored& id : *ids) used.insert(id.text);
        }
        for (const auto* id : {&fact.routes, &fact.values, &fact.except_routes}) {
            if (*id) used.insert((*id)->text);
        }
        if (fact.completed && fact.completed->injected) used.insert(fact.completed->injected->text);
    }
    return used;
}

void check_value_sets(const Pack& pack, const Expressions& expressions, Diagnostics& findings) {
    const std::set<std::string> used = value_sets_of_facts(pack);
    for (const auto& [path, text] : pack.files) {
        if (!path.starts_with("value-sets/")) continue;
        const auto tree = fhir::parse_json(text);
        const json::value* id_value = tree && tree->is_object() ? tree->get_object().if_contains("id") : nullptr;
        if (!id_value) continue;
        const std::string id(fhir::text_of(*id_value).value_or(""));
        if (used.contains(id) || expressions.hold("'" + id + "' in sets", false) || is_told_apart(id)) continue;
        findings.push_back({Severity::warning, place_of(path, text, "/id"), "unused-value-set",
                            "No fact uses the value set \"" + id + "\".",
                            "Use it in facts.json, take it away, or call it \"not-…\" if its codes stand here to be "
                            "told apart."});
    }
}

}  // namespace

void check_unused(const Pack& pack, Diagnostics& findings) {
    const Expressions expressions(pack);
    check_parameters(pack, expressions, findings);
    check_facts(pack, expressions, findings);
    check_value_sets(pack, expressions, findings);
}

}  // namespace rules
