// A site file: it sets what a pack lets it set, and a change of it is a change like any other.
#include "fhir/json_text.hpp"
#include "rules/compare/pack_diff_statement.hpp"
#include "rules/pack/code_systems.hpp"

#include <boost/json.hpp>

namespace rules {
namespace {

void tell_settings(const Telling& telling, const Site& site) {
    Teller& to = telling.to;
    to.about("0 site settings", "this site");
    for (const Parameter& parameter : telling.pack.parameters) {
        const auto set = site.parameters.find(parameter.name);
        const std::string unit = parameter.unit.empty() ? "" : " " + parameter.unit;
        // Said of every parameter, so that a change reads "the pack's 365 days -> 180 days".
        to.text(weight::who, parameter.name + ", " + parameter.says,
                set == site.parameters.end() ? "the pack's default" : set->second + unit);
    }
    to.texts(weight::who, "rules switched off", site.off, Listing::codes);
    to.texts(weight::who, "never has", site.not_provided, Listing::codes);
    to.text(weight::card, "spelling", site.language == Language::en_gb ? "en-GB" : "en-US");
    to.text(weight::card, "units shown", site.display_units == DisplayUnits::si ? "SI" : "conventional");
    to.text(weight::card, "pages behind cards at", site.about_url);
    to.text(weight::nothing, "name", site.name);
    to.text(weight::nothing, "for the pack", site.pack_id);
    to.text(weight::nothing, "for versions", site.pack_version);
    if (site.approval) {
        const auto& [by, date, place, digest] = *site.approval;
        to.text(weight::card, "approved by", by);
        to.text(weight::card, "approved on", date);
        to.text(weight::nothing, "approved digest", digest);
    }
}

void tell_codes(const Telling& telling, const Site& site) {
    Teller& to = telling.to;
    for (const auto& [id, codings] : site.value_set_codes) {
        to.about("1c site set " + id, "this site's codes of value set " + id);
        to.list(weight_of_set(telling.reach, id), "holds", parts_of(codings), Listing::codes);
        to.as_headline();
    }
    for (const auto& [id, codes] : site.analyte_codes) {
        to.about("1a site test " + id, "this site's codes of test " + id);
        to.list(weight::who, "codes", parts_of(codes), Listing::codes);
        to.as_headline();
    }
    for (const auto& [intent, codings] : site.order_codes) {
        to.about("1e site order " + intent, "this site's codes of order " + intent);
        to.list(weight::who, "known by codes", parts_of(codings), Listing::codes);
        to.as_headline();
    }
    for (const auto& [intent, codings] : site.placed_orders) {
        to.about("1e site order " + intent, "this site's codes of order " + intent);
        to.list(weight::offer, "drafted here as", parts_of(codings), Listing::ordered);
        to.as_headline();
    }
}

void tell_laboratory(const Laboratory& laboratory, Teller& to) {
    const auto& [name, reference, identifier_system, identifier_value, unit_wins_over_code, units, unit_of_bare_text,
                 decimal_comma, is_default, bands, place] = laboratory;
    to.about("1a laboratory " + name, "this site's laboratory " + name);
    to.text(weight::who, "stands for results by", reference);
    to.as_headline();
    to.text(weight::who, "identifier", identifier_system.empty() ? "" : identifier_system + "|" + identifier_value);
    to.as_headline();
    if (is_default) to.text(weight::who, "stands for all results that name no other", "yes");
    to.as_headline();
    to.texts(weight::who, "the unit wins over the code of", unit_wins_over_code);
    for (const auto& [analyte, of_analyte] : units) {
        for (const auto& [unit, spellings] : of_analyte) {
            to.texts(weight::who, analyte + ": more spellings of " + unit, spellings, Listing::codes);
        }
    }
    for (const auto& [analyte, unit] : unit_of_bare_text) to.text(weight::who, analyte + ": unit of a bare text", unit);
    to.flag(weight::who, "writes a decimal comma", decimal_comma);
    for (const auto& [analyte, ruleset] : bands) {
        const auto& [id, title, cites, by_kind, place_of_bands] = ruleset;
        to.text(weight::card, analyte + ": limits called", title);
        to.texts(weight::evidence, analyte + ": limits, cited", cites);
        for (const auto& [kind, list] : by_kind) {
            to.list(weight::who, analyte + ": limits of " + kind, parts_of(list));
            to.as_headline();
        }
    }
}

void tell_expansions(const Expansions& expansions, Teller& to) {
    for (const auto& [id, expansion] : expansions.sets) {
        const auto& [version, timestamp, codes, label, place] = expansion;
        to.about("1c site expansion " + id, "this site's expansion of value set " + id);
        to.text(weight::safety, "release", version);
        to.as_headline();
        to.text(weight::nothing, "made at", timestamp);
        to.text(weight::card, "label", label);
        PartList parts;
        for (const std::string& code : codes) parts.push_back({code, "SNOMED CT " + code});
        to.list(weight::safety, "holds", std::move(parts), Listing::codes);
    }
}

void tell_own_words(const Site& site, Teller& to) {
    for (const auto& [id, words] : site.words) {
        const auto& [stems, taken_out, without] = words;
        to.about("1d site words " + id, "this site's words of " + id);
        to.list(weight::safety, "also found by", parts_of(stems), Listing::codes);
        to.as_headline();
        to.list(weight::safety, "taken out first", parts_of(taken_out), Listing::codes);
        to.as_headline();
        to.texts(weight::safety, "no longer found by", without, Listing::codes);
        to.as_headline();
    }
}

/// Stories and remarks: what the file says and no reader of settings keeps.
void tell_rest(const Site& site, Teller& to) {
    const auto tree = fhir::parse_json(site.text, {}, fhir::JsonDialect::with_comments);
    if (!tree || !tree->is_object()) return;
    to.about("z site", "this site's file");
    for (const auto& [name, member] : tree->get_object()) {
        const bool is_told_nowhere_else =
            name == "stories" || name == "note" || name == "$schema" || name == "confirmed";
        if (is_told_nowhere_else) to.text(weight::nothing, std::string(name), fhir::print_json(member));
    }
}

}  // namespace

void tell_site(const Telling& telling, const Site& site) {
    [[maybe_unused]] const auto& [name, words, expansions_file, expansions, pack_id, pack_version, language, about_url,
                                  display_units, parameters, off, value_set_codes, order_codes, analyte_codes,
                                  placed_orders, laboratories, approval, not_provided, file, text] = site;
    telling.to.site_begins();
    tell_settings(telling, site);
    tell_codes(telling, site);
    for (const Laboratory& laboratory : laboratories) tell_laboratory(laboratory, telling.to);
    tell_expansions(expansions, telling.to);
    tell_own_words(site, telling.to);
    tell_rest(site, telling.to);
}

}  // namespace rules
