#include "fhir/json_text.hpp"
#include "fhir/ucum.hpp"
#include "rules/check/check.hpp"
#include "rules/pack/readers.hpp"

#include <algorithm>
#include <optional>

namespace rules {

namespace {

constexpr std::string_view tolerance_of_pairs = "0.05";  // pairs are printed rounded, not wrong

// LOINC's property says whether mass or moles are counted; a unit of the other kind is a wrong code or a wrong unit.
void check_property(const std::string& property, const std::string& spelling, const Node& node) {
    if (property != "MCnc" && property != "SCnc") return;
    const bool mass = property == "MCnc";
    const auto parsed = fhir::parse_ucum(spelling);
    if (!parsed || !comparable(*parsed, *fhir::parse_ucum(mass ? "mol/L" : "g/L"))) return;
    node.error("unit-property",
               "\"" + spelling + "\" does not fit LOINC property " + property + ", which counts " +
                   (mass ? "mass." : "moles."),
               std::string("Move it to \"") + (mass ? "SCnc" : "MCnc") + "\".");
}

// A spelling takes the numbers of its unit as they are, so it must mean the same amount. One that is no UCUM ("mcg/L")
// says nothing of its amount.
void check_scale(const std::string& unit, const Node& spelling) {
    const auto own = fhir::parse_ucum(unit);
    const auto written = fhir::parse_ucum(spelling.text());
    if (!own || !written || !comparable(*own, *written)) return;
    const auto amount = fhir::convert(1, *written, *own);
    if (amount == fhir::Decimal(1)) return;
    spelling.error("unit-scale",
                   "\"" + spelling.text() + "\" is not the same amount as \"" + unit + "\"" +
                       (amount ? ": one of it is " + amount->text() + ' ' + unit + '.' : "."),
                   "Take it away: a spelling takes the numbers of its unit as they are.");
}

bool means(const std::string& spelling, const std::string& unit, const std::vector<std::string>& synonyms) {
    if (spelling == unit || std::find(synonyms.begin(), synonyms.end(), spelling) != synonyms.end()) return true;
    const auto written = fhir::parse_ucum(spelling);
    const auto other = fhir::parse_ucum(unit);
    return written && other && comparable(*written, *other);
}

// The unit of the pack that `spelling` means, if it is another than `unit`.
std::optional<std::string> other_unit_meant(const Analyte& analyte, const std::string& unit,
                                            const std::string& spelling) {
    std::optional<std::string> other;
    for (const auto& [property, units] : analyte.units) {
        for (const auto& [name, synonyms] : units) {
            if (!means(spelling, name, synonyms)) continue;
            if (name == unit) return std::nullopt;
            other = name;
        }
    }
    return other;
}

void check_units_of_pack(const Analyte& analyte, const Node& root) {
    const auto properties = root.member("units");
    if (!properties) return;
    for (const auto& [property, units] : properties->members()) {
        const auto declared = analyte.units.find(property);
        if (declared == analyte.units.end()) continue;
        for (const auto& [unit, synonyms] : declared->second) {
            for (const std::string& synonym : synonyms) check_property(property, synonym, units);
            check_property(property, unit, units);
        }
        for (const auto& [unit, synonyms] : units.members()) {
            for (const Node& synonym : synonyms.elements()) check_scale(unit, synonym);
        }
    }
}

// A laboratory's own spellings go before the pack's.
void check_units_of_laboratory(const Analyte& analyte, const Node& by_unit) {
    for (const auto& [unit, synonyms] : by_unit.members()) {
        for (const Node& synonym : synonyms.elements()) {
            if (const auto other = other_unit_meant(analyte, unit, synonym.text())) {
                synonym.error(
                    "unit-scale",
                    "\"" + synonym.text() + "\" is no spelling of \"" + unit + "\": it means \"" + *other + "\".",
                    "Take it away: a spelling takes the numbers of its unit as they are.");
            } else {
                check_scale(unit, synonym);
            }
        }
    }
}

void check_pair(const Analyte& analyte, const Node& node) {
    std::optional<fhir::Decimal> first;
    for (const auto& [unit, number_node] : node.members()) {
        const auto number = fhir::Decimal::parse(fhir::number_text(number_node.value()));
        const fhir::Decimal factor = analyte.shown_as.at(unit);
        const auto in_first_unit = number ? fhir::divide(*number, factor) : std::nullopt;
        if (!in_first_unit) continue;
        if (!first) {
            first = in_first_unit;
            continue;
        }
        const auto distance = fhir::subtract(*in_first_unit, *first);
        const auto allowed = fhir::multiply(fhir::absolute(*first), *fhir::Decimal::parse(tolerance_of_pairs));
        if (!distance || !allowed || fhir::absolute(*distance) <= *allowed) continue;
        number_node.warning("pair",
                            "The numbers for the units are not the same amount: by \"shownAs\" they differ by "
                            "more than 5 %.",
                            "Compare both with what the guideline prints.");
    }
}

// The numbers of one threshold in two units must mean about the same amount.
void check_pairs(const Analyte& analyte, const Node& node, std::size_t depth) {
    constexpr std::size_t deepest = 8;
    if (depth == deepest || analyte.shown_as.size() < 2) return;
    if (node.value().is_array()) {
        for (const Node& element : node.elements()) check_pairs(analyte, element, depth + 1);
    }
    const auto members = node.members();
    const bool by_unit = members.size() > 1 && std::all_of(members.begin(), members.end(), [&](const auto& member) {
                             return analyte.shown_as.contains(member.first) && member.second.is(kind::number);
                         });
    if (by_unit) return check_pair(analyte, node);
    for (const auto& [name, member] : members) {
        if (name != "shownAs" && name != "digits") check_pairs(analyte, member, depth + 1);
    }
}

void check_laboratory(const Pack& pack, const Node& laboratory) {
    const auto units = laboratory.member("units");
    const auto bands = laboratory.member("bands");
    for (const Analyte& analyte : pack.analytes) {
        if (const auto own = units ? units->member(analyte.id) : std::nullopt) check_units_of_laboratory(analyte, *own);
        if (const auto own = bands ? bands->member(analyte.id) : std::nullopt) check_pairs(analyte, *own, 0);
    }
}

}  // namespace

void check_units(const Pack& pack, const Site& site, Diagnostics& findings) {
    for (const Analyte& analyte : pack.analytes) {
        with_pack_file(pack, analyte.place.file, findings, [&](const Node& root) {
            check_units_of_pack(analyte, root);
            check_pairs(analyte, root, 0);
        });
    }
    with_site_file(site, findings, [&](const Node& root) {
        const auto laboratories = root.member("laboratories");
        if (!laboratories) return;
        for (const Node& laboratory : laboratories->elements()) check_laboratory(pack, laboratory);
    });
}

}  // namespace rules
