// Bands as a laboratory or a ruleset draws them, beside those that the pack's other rulesets draw: the same name far
// from where all others have it is a slip of a digit, a kind that nobody bands is silent, and without its highest band
// the one below it has no end.
#include "rules/check/check.hpp"
#include "rules/pack/readers.hpp"

#include <algorithm>
#include <optional>

namespace rules {

namespace {

// Of what some ruleset prints. Laboratories differ by their method, guidelines by their aim.
constexpr std::string_view least_of_laboratory = "0.5", most_of_laboratory = "1.5";
constexpr std::string_view least_of_ruleset = "0.33", most_of_ruleset = "3";

// The numbers at which bands of one name and kind begin, in one unit, by all rulesets of a test but `besides`.
std::vector<fhir::Decimal> begins_elsewhere(const Analyte& analyte, const Ruleset* besides, const std::string& kind,
                                            const std::string& band, const std::string& unit) {
    std::vector<fhir::Decimal> numbers;
    for (const auto& [id, ruleset] : analyte.rulesets) {
        const auto bands = ruleset.bands.find(kind);
        if (&ruleset == besides || bands == ruleset.bands.end()) continue;
        for (const Band& other : bands->second) {
            const std::optional<PrintedNumbers>& begin = other.from ? other.from : other.above;
            if (other.band != band || !begin) continue;
            if (const auto number = begin->find(unit); number != begin->end()) numbers.push_back(number->second);
        }
    }
    return numbers;
}

bool is_near(const fhir::Decimal& number, const fhir::Decimal& other, bool is_laboratory) {
    const std::string_view lowest = is_laboratory ? least_of_laboratory : least_of_ruleset;
    const std::string_view highest = is_laboratory ? most_of_laboratory : most_of_ruleset;
    const auto least = fhir::multiply(other, *fhir::Decimal::parse(lowest));
    const auto most = fhir::multiply(other, *fhir::Decimal::parse(highest));
    return !least || !most || (*least <= number && number <= *most);
}

// Where one set of bands stands, and what it is held against.
struct Drawn {
    const Analyte& analyte;
    const Ruleset* ruleset;  ///< null: a laboratory's
    std::string kind;
};

void check_number(const Drawn& drawn, const std::string& band, const std::string& unit, const Node& node) {
    const auto number = fhir::Decimal::parse(fhir::number_text(node.value()));
    const auto others = begins_elsewhere(drawn.analyte, drawn.ruleset, drawn.kind, band, unit);
    // Two rulesets may differ; a number that none of several comes near is a slip.
    const std::size_t enough = drawn.ruleset ? 2 : 1;
    if (!number || others.size() < enough) return;
    const bool is_laboratory = drawn.ruleset == nullptr;
    const auto is_like = [&](const fhir::Decimal& other) { return is_near(*number, other, is_laboratory); };
    if (std::ranges::any_of(others, is_like)) return;
    node.warning("band-far",
                 "\"" + band + "\" begins at " + number->text() + ' ' + unit + " here, and at " +
                     others.front().text() + " in the pack: far from every ruleset.",
                 "Compare it with what the laboratory prints; a digit may be missing, or one too many.");
}

void check_bands_of_kind(const Drawn& drawn, const Node& list) {
    for (const Node& band : list.elements()) {
        const auto name = band.member("band");
        for (const char* bound : {"from", "above"}) {
            const auto numbers = band.member(bound);
            if (!name || !numbers) continue;
            for (const auto& [unit, number] : numbers->members()) check_number(drawn, name->text(), unit, number);
        }
    }
}

// "from 350 pg/mL", "above 350 pg/mL"
std::string begin_in_words(std::string_view bound, const std::string& unit, std::string_view number) {
    return std::string(bound) + ' ' + std::string(number) + ' ' + unit;
}

// Where a band of the pack begins, by the first of its units.
std::string begin_of(const Band& band) {
    const std::optional<PrintedNumbers>& begin = band.from ? band.from : band.above;
    if (!begin || begin->empty()) return {};
    return begin_in_words(band.from ? "from" : "above", begin->begin()->first, begin->begin()->second.text());
}

// The same of one as it is written; empty for the lowest.
std::string begin_of(const Node& band) {
    for (const char* bound : {"from", "above"}) {
        const auto numbers = band.member(bound);
        const auto printed = numbers ? numbers->members() : std::vector<std::pair<std::string, Node>>();
        if (printed.empty()) continue;
        return begin_in_words(bound, printed.front().first, fhir::number_text(printed.front().second.value()));
    }
    return {};
}

// The highest band of a ruleset that has the band `name`, too, of the one in force if it does; null where it is the
// highest of one itself.
const Band* highest_above(const Analyte& analyte, const Ruleset* in_force, const std::string& kind,
                          const std::string& name) {
    const Band* highest = nullptr;
    for (const auto& [id, ruleset] : analyte.rulesets) {
        const auto bands = ruleset.bands.find(kind);
        if (bands == ruleset.bands.end() || bands->second.empty()) continue;
        if (bands->second.back().band == name) return nullptr;
        const bool has_it = std::ranges::find(bands->second, name, &Band::band) != bands->second.end();
        if (has_it && (highest == nullptr || &ruleset == in_force)) highest = &bands->second.back();
    }
    return highest;
}

// The last band of a list holds all above it: a laboratory that leaves out "unlikely" makes each sound B12
// "indeterminate".
void check_top(const Analyte& analyte, const Ruleset* in_force, const std::string& kind, const Node& list) {
    const std::vector<Node> bands = list.elements();
    const auto name = bands.empty() ? std::nullopt : bands.back().member("band");
    const Band* highest = name ? highest_above(analyte, in_force, kind, name->text()) : nullptr;
    if (highest == nullptr) return;
    const std::string begin = begin_of(bands.back());
    bands.back().warning(
        "band-top",
        "\"" + name->text() + "\" is the highest band here, so that every value" + (begin.empty() ? "" : ' ' + begin) +
            " is in it, however high; in the pack \"" + highest->band + "\" stands above it, " + begin_of(*highest) +
            '.',
        "Add { \"band\": \"" + highest->band + "\", \"" + (highest->from ? "from" : "above") +
            "\": { a number for each unit }, \"orMore\": true } behind it, with the limit that the laboratory prints.");
}

void check_bands_by_kind(const Analyte& analyte, const Ruleset* ruleset, const Node& of_test) {
    const auto kinds = of_test.member("bands");
    if (!kinds) return;
    for (const auto& [kind, list] : kinds->members()) check_bands_of_kind({analyte, ruleset, kind}, list);
}

void check_tops(const Analyte& analyte, const Ruleset* in_force, const Node& of_laboratory) {
    const auto kinds = of_laboratory.member("bands");
    if (!kinds) return;
    for (const auto& [kind, list] : kinds->members()) check_top(analyte, in_force, kind, list);
}

void check_rulesets(const Analyte& analyte, const Node& root) {
    const auto rulesets = root.member("rulesets");
    if (!rulesets) return;
    for (const auto& [id, node] : rulesets->members()) {
        const auto ruleset = analyte.rulesets.find(id);
        if (ruleset != analyte.rulesets.end()) check_bands_by_kind(analyte, &ruleset->second, node);
    }
}

bool bands_kind(const Ruleset& ruleset, const std::string& kind) {
    const auto bands = ruleset.bands.find(kind);
    return bands != ruleset.bands.end() && !bands->second.empty();
}

bool laboratory_for_all_bands(const Site& site, const Analyte& analyte, const std::string& kind) {
    return std::any_of(site.laboratories.begin(), site.laboratories.end(), [&](const Laboratory& laboratory) {
        const auto own = laboratory.bands.find(analyte.id);
        return laboratory.is_default && own != laboratory.bands.end() && bands_kind(own->second, kind);
    });
}

// The ruleset that is in force for a test, and where a site has chosen it.
struct Chosen {
    const Ruleset* ruleset = nullptr;
    std::string parameter, value;
};

Chosen chosen_ruleset(const Pack& pack, const Site& site, const Analyte& analyte) {
    constexpr std::string_view prefix = "%param.";
    Chosen chosen;
    if (!analyte.ruleset || !analyte.ruleset->text.starts_with(prefix)) return chosen;
    chosen.parameter = analyte.ruleset->text.substr(prefix.size());
    const auto set = site.parameters.find(chosen.parameter);
    const auto declared = std::ranges::find(pack.parameters, chosen.parameter, &Parameter::name);
    if (set != site.parameters.end()) {
        chosen.value = set->second;
    } else if (declared != pack.parameters.end()) {
        chosen.value = declared->default_value;
    }
    const auto found = analyte.rulesets.find(chosen.value);
    if (found != analyte.rulesets.end()) chosen.ruleset = &found->second;
    return chosen;
}

// A kind that other rulesets band, and the one that a site has chosen does not: its results give no card, silently.
void check_kinds_without_bands(const Pack& pack, const Site& site, const Node& root) {
    const auto parameters = root.member("parameters");
    for (const Analyte& analyte : pack.analytes) {
        const Chosen chosen = chosen_ruleset(pack, site, analyte);
        const auto place = parameters ? parameters->member(chosen.parameter) : std::nullopt;
        if (!chosen.ruleset || !place) continue;
        for (const Kind& kind : analyte.kinds) {
            const bool elsewhere = std::any_of(analyte.rulesets.begin(), analyte.rulesets.end(),
                                               [&](const auto& other) { return bands_kind(other.second, kind.name); });
            if (!elsewhere || bands_kind(*chosen.ruleset, kind.name)) continue;
            if (laboratory_for_all_bands(site, analyte, kind.name)) continue;
            place->warning("kind-without-bands",
                           "\"" + chosen.value + "\" has no bands for " + kind.title +
                               ": a result of it gives no card, however low.",
                           "Give the laboratory bands for \"" + kind.name +
                               "\" (\"laboratories\"), or choose a ruleset "
                               "that has them.");
        }
    }
}

}  // namespace

void check_bands(const Pack& pack, const Site& site, Diagnostics& findings) {
    for (const Analyte& analyte : pack.analytes) {
        with_pack_file(pack, analyte.place.file, findings, [&](const Node& root) { check_rulesets(analyte, root); });
    }
    with_site_file(site, findings, [&](const Node& root) {
        check_kinds_without_bands(pack, site, root);
        const auto laboratories = root.member("laboratories");
        if (!laboratories) return;
        for (const Node& laboratory : laboratories->elements()) {
            const auto bands = laboratory.member("bands");
            for (const Analyte& analyte : pack.analytes) {
                const auto own = bands ? bands->member(analyte.id) : std::nullopt;
                if (!own) continue;
                check_bands_by_kind(analyte, nullptr, *own);
                check_tops(analyte, chosen_ruleset(pack, site, analyte).ruleset, *own);
            }
        }
    });
}

}  // namespace rules
