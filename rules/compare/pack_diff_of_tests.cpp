// analytes/*.json and orders.json.
#include "fhir/coding.hpp"
#include "rules/compare/pack_diff_statement.hpp"
#include "rules/pack/code_systems.hpp"

namespace rules {
namespace {

void tell_kind(const Kind& kind, Teller& to) {
    const auto& [name, title, lower_bound_of, means_it_if, alone_is_no_result] = kind;
    const std::string of = "results of kind " + name + ": ";
    to.text(weight::card, of + "called", title);
    to.text(weight::who, of + "are a lower bound of", lower_bound_of);
    to.text(weight::who, of + "are that kind itself if", text_of(means_it_if));
    to.flag(weight::who, of + "alone are no result", alone_is_no_result);
}

void numbers(Teller& to, const std::string& aspect, const PrintedNumbers& values) {
    to.text(weight::who, aspect, in_words(values));
}

void tell_mark(const Mark& mark, Teller& to) {
    const auto& [name, kind, below, above, from, in_ruleset] = mark;
    const std::string of = "mark " + name + " of " + kind + ": ";
    if (below) numbers(to, of + "below", *below);
    if (above) numbers(to, of + "above", *above);
    if (from) numbers(to, of + "from", *from);
    for (const auto& [ruleset, values] : in_ruleset) numbers(to, of + "under " + ruleset, values);
}

void tell_adjustment(const Adjustment& adjustment, Teller& to) {
    const auto& [from, into, with, formula] = adjustment;
    to.text(weight::who, "adjusted", from + " to " + into + " with " + with.text);
    for (const auto& [unit, term] : formula) {
        const auto& [unit_of_other, factor, normal] = term;
        to.text(weight::who, "adjusted in " + unit,
                "value + " + factor.without_trailing_zeros().text() + " x (" + normal.without_trailing_zeros().text() +
                    " " + unit_of_other + " - the other)");
    }
}

void tell_rulesets(const Analyte& analyte, Teller& to) {
    to.text(weight::who, "ruleset", text_of(analyte.ruleset));
    PartList names;
    for (const auto& [key, ruleset] : analyte.rulesets) {
        const auto& [id, title, cites, bands, place] = ruleset;
        names.push_back({key, title});
        to.texts(weight::evidence, "limits of " + key + ", cited", cites);
        for (const auto& [kind, list] : bands) to.list(weight::who, "limits of " + key + ", " + kind, parts_of(list));
    }
    to.list(weight::adds, "rulesets", std::move(names), Listing::codes);
    for (const auto& [kind, band] : analyte.above_all) {
        to.list(weight::who, "limit whatever the ruleset, " + (kind.empty() ? "every kind" : kind) + ", " + band.band,
                parts_of(std::vector{band}));
    }
}

void tell_units(const Analyte& analyte, Teller& to) {
    for (const auto& [property, units] : analyte.units) {
        PartList spellings;
        for (const auto& [unit, synonyms] : units) {
            spellings.push_back({unit, unit});
            for (const std::string& synonym : synonyms) {
                spellings.push_back({unit + " " + synonym, "\"" + synonym + "\" for " + unit});
            }
        }
        to.list(weight::who, "units of " + property, std::move(spellings), Listing::codes);
    }
    for (const auto& [unit, places] : analyte.digits) {
        to.text(weight::card, "decimal places shown in " + unit, std::to_string(places));
    }
    to.text(weight::card, "shown as, factors", in_words(analyte.shown_as));
}

void tell_plausible(const Analyte& analyte, Teller& to) {
    numbers(to, "unreadable below", analyte.fault_below);
    numbers(to, "unreadable above", analyte.fault_above);
    numbers(to, "to be verified above", analyte.verify_above);
    for (const auto& [kind, values] : analyte.fault_below_by_kind) numbers(to, kind + " unreadable below", values);
    for (const auto& [kind, values] : analyte.fault_above_by_kind) numbers(to, kind + " unreadable above", values);
    for (const auto& [kind, bounds] : analyte.printed_bounds) {
        const auto& [low_from, low_to, high_from, high_to] = bounds;
        numbers(to, "printed low bound of " + kind + " believed from", low_from);
        numbers(to, "printed low bound of " + kind + " believed to", low_to);
        numbers(to, "printed high bound of " + kind + " believed from", high_from);
        numbers(to, "printed high bound of " + kind + " believed to", high_to);
    }
}

void tell_choice(const Analyte& analyte, Teller& to) {
    to.text(weight::who, "a result counts for, days", text_of(analyte.valid_days));
    to.text(weight::who, "a dangerous result counts for, days", text_of(analyte.danger_valid_days));
    to.texts(weight::who, "of two values the higher counts in", analyte.higher_counts);
    to.text(weight::who, "a result is out of date once on", text_of(analyte.stale_once_on));
    to.texts(weight::who, "of one day preferred", analyte.prefer_on_same_day, Listing::ordered);
    PartList ranks;
    for (const auto& [kind, over, within_days] : analyte.outranks) {
        const std::string words = kind + " over " + over + " within " + within_days.text + " days";
        ranks.push_back({words, words, kind + over});
    }
    to.list(weight::who, "outranks", std::move(ranks));
    for (const auto& [kind, of] : analyte.sums) to.texts(weight::who, "added up to " + kind, of);
    to.flag(weight::who, "the laboratory's own range comes first", analyte.range_first);
}

void tell_analyte(const Analyte& analyte, Teller& to) {
    // Those that are told in a function of their own are bound here all the same.
    [[maybe_unused]] const auto& [id, fact, title, words, order, order_by_kind, prefetch, codes, kinds, units, shown_as,
                                  digits, fault_below, fault_above, verify_above, fault_below_by_kind,
                                  fault_above_by_kind, valid_days, danger_valid_days, printed_bounds, higher_counts,
                                  stale_once_on, prefer_on_same_day, outranks, sums, adjust, range_first, above_all,
                                  marks, ruleset, rulesets, place] = analyte;
    to.about("1a test " + id, "test " + id + ": " + title);
    to.list(weight::who, "codes", parts_of(codes), Listing::codes);
    to.as_headline();
    to.text(weight::who, "called by rules", fact);
    to.text(weight::card, "title", title);
    to.texts(weight::card, "words by which an explanation notices it", words);
    to.text(weight::who, "order", order.text);
    for (const auto& [kind, intent] : order_by_kind) to.text(weight::who, "order of " + kind, intent);
    to.text(weight::prefetch, "prefetch key", prefetch);
    for (const Kind& kind : kinds) tell_kind(kind, to);
    tell_units(analyte, to);
    tell_plausible(analyte, to);
    tell_choice(analyte, to);
    for (const Mark& mark : marks) tell_mark(mark, to);
    if (adjust) tell_adjustment(*adjust, to);
    tell_rulesets(analyte, to);
}

void tell_order(const Order& order, Teller& to) {
    const auto& [intent, label, group, codes, words, place_conventional, place_si, place] = order;
    to.about("1e order " + intent, "order " + intent + ": " + label);
    to.list(weight::who, "known by codes", parts_of(codes), Listing::codes);
    to.as_headline();
    to.texts(weight::who, "known by words", words);
    to.as_headline();
    to.text(weight::card, "label", label);
    to.text(weight::who, "group", group);
    to.text(weight::offer, "drafted in conventional units as LOINC", place_conventional);
    to.text(weight::offer, "drafted in SI units as LOINC", place_si);
}

}  // namespace

PartList parts_of(const std::vector<AnalyteCode>& codes) {
    PartList parts;
    for (const auto& [system, code, property, kind] : codes) {
        const std::string named =
            std::string(name_of_system(system.empty() ? fhir::loinc_system : std::string_view(system))) + " " + code;
        const std::string words = named + ", " + property + ", " + kind;
        parts.push_back({words, words, named});
    }
    return parts;
}

void tell_tests(const Telling& telling) {
    for (const Analyte& analyte : telling.pack.analytes) tell_analyte(analyte, telling.to);
    for (const auto& [intent, order] : telling.pack.orders) tell_order(order, telling.to);
}

}  // namespace rules
