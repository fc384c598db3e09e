// What a card offers: the order that would be placed, whom it passes by, and in which order cards of one rank are
// shown.
#include "rules/check/check.hpp"
#include "rules/pack/readers.hpp"

#include <algorithm>
#include <set>

namespace rules {

namespace {

const Kind* kind_named(const Analyte& analyte, const std::string& name) {
    const auto found = std::ranges::find(analyte.kinds, name, &Kind::name);
    return found == analyte.kinds.end() ? nullptr : &*found;
}

bool asks_for(const Analyte& analyte, const std::string& kind, const std::string& intent) {
    const auto own = analyte.order_by_kind.find(kind);
    return (own == analyte.order_by_kind.end() ? analyte.order.text : own->second) == intent;
}

// The kind of test that a LOINC code asks for, of those that answer an order.
struct Ordered {
    const Analyte* analyte = nullptr;
    const Kind* kind = nullptr;
};

Ordered ordered_by(const Pack& pack, const std::string& loinc) {
    for (const Analyte& analyte : pack.analytes) {
        for (const AnalyteCode& code : analyte.codes) {
            if (code.system == fhir::loinc_system && code.code == loinc)
                return {&analyte, kind_named(analyte, code.kind)};
        }
    }
    return {};
}

void check_place(const Pack& pack, const Order& order, const Node& node) {
    const std::string code = node.text();
    const Ordered ordered = ordered_by(pack, code);
    if (!ordered.analyte) return;  // a panel, which is no test by itself
    if (!ordered.kind || !asks_for(*ordered.analyte, ordered.kind->name, order.intent)) {
        return node.error(
            "order-place",
            "LOINC " + code + " is " + ordered.analyte->title + ", and \"" + order.label + "\" would order it.",
            "Write the code of the test itself, as \"codes\" of its analyte has it.");
    }
    if (ordered.kind->lower_bound_of.empty()) return;
    node.error("order-place",
               "LOINC " + code + " is " + ordered.kind->title + ", a part of what \"" + order.label + "\" asks for.",
               "Place the code of the kind \"" + ordered.kind->lower_bound_of + "\".");
}

void check_places(const Pack& pack, Diagnostics& findings) {
    if (!pack.files.contains("orders.json")) return;
    with_pack_file(pack, "orders.json", findings, [&](const Node& root) {
        for (const auto& [intent, order] : pack.orders) {
            const auto node = root.member(intent);
            const auto place = node ? node->member("place") : std::nullopt;
            if (!place) continue;
            for (const auto& [units, code] : place->members()) check_place(pack, order, code);
        }
    });
}

bool places_an_order(const CardForm& card) {
    return card.suggestion && !card.suggestion->orders.empty() && !card.suggestion->remove;
}

// What proposes a test stands behind the gates of suggestions: red flags, pregnancy, comfort care.
void check_kind(const Rule& rule, Diagnostics& findings) {
    const bool offers =
        places_an_order(rule.card) || std::any_of(rule.variants.begin(), rule.variants.end(),
                                                  [](const Variant& variant) { return places_an_order(variant.card); });
    if (!offers || rule.kind == RuleKind::suggestion || !rule.offers_past_gates.empty()) return;
    findings.push_back({Severity::error, rule.place, "offer-past-gates",
                        "\"" + rule.id +
                            "\" offers to order a test and is no suggestion: it passes the gates of "
                            "suggestions, red flags and pregnancy among them.",
                        "Make its \"kind\" \"suggestion\"; or say in \"offersPastGates\" why none of these gates is "
                        "asked."});
}

bool share_a_hook(const Rule& one, const Rule& other) {
    return std::ranges::any_of(one.hooks, [&](Hook hook) { return std::ranges::count(other.hooks, hook) != 0; });
}

// Of one rank the first is shown where there is no room for all: nobody should leave that to the alphabet.
void check_order_in_rank(const Pack& pack, const Rule& rule, Diagnostics& findings) {
    const auto within = pack.show.within.find(rule.rank);
    const auto is_declared = [&](const Rule& one) {
        return within != pack.show.within.end() &&
               std::ranges::find(within->second, one.id, &Authored::text) != within->second.end();
    };
    if (is_declared(rule)) return;
    const auto rival = std::ranges::find_if(pack.rules, [&](const Rule& other) {
        return &other != &rule && other.rank == rule.rank && share_a_hook(rule, other);
    });
    if (rival == pack.rules.end()) return;
    findings.push_back({Severity::warning, rule.place, "rank-order",
                        "Nothing says whether \"" + rule.id + "\" or \"" + rival->id +
                            "\" is shown first: both have the "
                            "rank \"" +
                            rule.rank + "\", and a card may find no room.",
                        "Put \"" + rule.id + "\" into \"show\", \"within\", \"" + rule.rank + "\" of pack.json."});
}

void check_rules_off(const Pack& pack, const Site& site, Diagnostics& findings) {
    with_site_file(site, findings, [&](const Node& root) {
        const auto off = root.member("off");
        for (const Node& node : off ? off->elements() : std::vector<Node>()) {
            const auto rule = std::ranges::find(pack.rules, node.text(), &Rule::id);
            if (rule == pack.rules.end()) continue;
            Indicator loudest = rule->card.indicator;
            for (const Variant& variant : rule->variants) loudest = std::max(loudest, variant.card.indicator);
            if (loudest == Indicator::info) continue;
            node.warning("safety-rule-off", "\"" + rule->id + "\" warns of a danger, and is switched off.",
                         "Take it out of \"off\", or have who approves this site file say so.");
        }
    });
}

}  // namespace

void check_offers(const Pack& pack, const Site& site, Diagnostics& findings) {
    check_places(pack, findings);
    for (const Rule& rule : pack.rules) {
        check_kind(rule, findings);
        check_order_in_rank(pack, rule, findings);
    }
    check_rules_off(pack, site, findings);
}

}  // namespace rules
