#include "fhir/json_text.hpp"
#include "rules/pack/readers.hpp"

#include <algorithm>
#include <compare>

namespace rules {

namespace {

constexpr Field band_fields[] = {{"band", kind::text, true},
                                 {"words"},
                                 {"from", kind::object, false, kind::number},
                                 {"above", kind::object, false, kind::number},
                                 {"orMore", kind::boolean}};
constexpr Form band_form = {"a band", band_fields};

constexpr Field ruleset_fields[] = {{"title", kind::text, true},
                                    {"cites", kind::list | kind::text, false, kind::text},
                                    {"bands", kind::object, true, kind::list}};
constexpr Form ruleset_form = {"a ruleset", ruleset_fields};

// A lower bound on the line of one unit: `from` 20 lies just below `above` 20.
struct LowerBound {
    fhir::Decimal number;
    bool above = false;
    auto operator<=>(const LowerBound&) const = default;
};

std::optional<LowerBound> lower_bound_in(const Band& band, const std::string& unit) {
    const bool above = band.above.has_value();
    const std::optional<PrintedNumbers>& numbers = above ? band.above : band.from;
    if (!numbers) return std::nullopt;
    const auto found = numbers->find(unit);
    if (found == numbers->end()) return std::nullopt;
    return LowerBound{found->second, above};
}

bool has_bound(const Band& band) {
    return band.from || band.above;
}

/// \returns whether `band` begins where `above_all` has begun, in some unit; it is then an error.
bool refuse_covering(const Node& node, const Band& band, const Band& above_all) {
    const std::optional<PrintedNumbers>& numbers = band.above ? band.above : band.from;
    if (!numbers) return false;
    for (const auto& [unit, number] : *numbers) {
        const auto limit = lower_bound_in(above_all, unit);
        if (!limit || *lower_bound_in(band, unit) < *limit) continue;
        node.error("band-order",
                   "\"" + band.band + "\" begins at " + number.text() + ' ' + unit + ", where \"" + above_all.band +
                       "\" stands under every ruleset, from " + limit->number.text() + " on.",
                   "Let it begin lower, or take it away: \"aboveAll\" is never overridden.");
        return true;
    }
    return false;
}

void check_bounds_stand(const std::vector<Band>& bands, const std::vector<Node>& nodes) {
    for (std::size_t i = 0; i < bands.size(); ++i) {
        if (i == 0 && has_bound(bands[i])) {
            nodes[i].error("band-bound", "The lowest band has a lower bound: results below it would have no band.",
                           "Begin with { \"band\": \"…\" } without \"from\" and \"above\".");
        }
        if (i > 0 && !has_bound(bands[i])) {
            nodes[i].error("band-bound", "Only the lowest band has no lower bound.",
                           "Add \"from\" (this number and more) or \"above\" (more than this number).");
        }
        const auto same_name = [&](const Band& other) { return other.band == bands[i].band; };
        if (std::find_if(bands.begin(), bands.end(), same_name) != bands.begin() + static_cast<std::ptrdiff_t>(i)) {
            nodes[i].error("twice", "The band \"" + bands[i].band + "\" stands twice.", "Give it another name.");
        }
    }
}

std::vector<Band> read_bands(const Node& list, const std::set<std::string>& wanted,
                             const std::set<std::string>& known) {
    const std::vector<Node> nodes = list.elements();
    std::vector<Band> bands;
    if (nodes.empty()) {
        list.error("empty", "This list of bands is empty.",
                   "List the bands, or take the kind away: then it is not banded.");
    }
    for (const Node& node : nodes) bands.push_back(read_band(node, wanted, known));
    check_bounds_stand(bands, nodes);
    for (std::size_t i = 2; i < bands.size(); ++i) refuse_descending(nodes[i], bands[i - 1], bands[i]);
    return bands;
}

// Bands that stand whatever the ruleset ("toxic") are not to be covered by one that begins as high.
void refuse_above_all(const Node& list, const std::vector<Band>& bands, const std::string& kind,
                      const Analyte& analyte) {
    const std::vector<Node> nodes = list.elements();
    for (std::size_t i = 0; i < bands.size(); ++i) {
        for (const Analyte::AboveAll& above_all : analyte.above_all) {
            if (!above_all.kind.empty() && above_all.kind != kind) continue;
            if (refuse_covering(nodes[i], bands[i], above_all.band)) break;
        }
    }
}

}  // namespace

void refuse_descending(const Node& node, const Band& lower, const Band& upper) {
    const std::optional<PrintedNumbers>& numbers = upper.above ? upper.above : upper.from;
    if (!numbers) return;
    for (const auto& [unit, number] : *numbers) {
        const auto below = lower_bound_in(lower, unit);
        if (!below || *below < *lower_bound_in(upper, unit)) continue;
        node.error("band-order",
                   "\"" + upper.band + "\" begins at " + number.text() + ' ' + unit + ", not above \"" + lower.band +
                       "\", which begins at " + below->number.text() + '.',
                   "Write the bands from the lowest to the highest, in every unit.");
    }
}

PrintedNumbers read_printed_numbers(const Node& node, const std::set<std::string>& wanted,
                                    const std::set<std::string>& known) {
    PrintedNumbers numbers;
    for (const auto& [unit, number] : node.members()) {
        if (!require_unit(number, unit, known)) continue;
        if (!number.require(kind::number, '"' + unit + '"')) continue;
        const auto decimal = fhir::Decimal::parse(fhir::number_text(number.value()));
        if (!decimal) {
            number.error("number", "This number has more digits than can be kept.");
        } else {
            numbers.emplace(unit, *decimal);
        }
    }
    for (const std::string& unit : wanted) {
        if (node.member(unit) || !node.is(kind::object)) continue;
        node.error("missing-unit", "There is no number for \"" + unit + "\", in which results are reported.",
                   "Add the number that the guideline prints for " + unit + ": banding never converts.");
    }
    return numbers;
}

Band read_band(const Node& node, const std::set<std::string>& wanted, const std::set<std::string>& known) {
    const Object object(node, band_form);
    Band band;
    band.band = object.text("band");
    band.words = object.text("words");
    band.or_more = object.flag("orMore");
    if (const auto from = object.at("from")) band.from = read_printed_numbers(*from, wanted, known);
    if (const auto above = object.at("above")) band.above = read_printed_numbers(*above, wanted, known);
    if (band.from && band.above) {
        node.error("band-bound", "A band has one lower bound, and this one has two.",
                   "Keep \"from\" (this number and more) or \"above\" (more than this number).");
    }
    return band;
}

Ruleset read_ruleset(const std::string& id, const Node& node, const Analyte& analyte) {
    const Object object(node, ruleset_form);
    Ruleset ruleset;
    ruleset.id = id;
    ruleset.title = object.text("title");
    ruleset.cites = object.authored_list("cites");
    ruleset.place = node.place();
    for (const auto& [kind, list] : object.map("bands")) {
        require_kind(list, kind, analyte);
        std::vector<Band> bands = read_bands(list, units_of_kind(analyte, kind), units_of(analyte));
        refuse_above_all(list, bands, kind, analyte);
        ruleset.bands.emplace(kind, std::move(bands));
    }
    return ruleset;
}

std::set<std::string> units_of(const Analyte& analyte) {
    std::set<std::string> units;
    for (const auto& [property, by_unit] : analyte.units) {
        for (const auto& [unit, synonyms] : by_unit) units.insert(unit);
    }
    return units;
}

std::set<std::string> units_of_kind(const Analyte& analyte, const std::string& kind) {
    std::set<std::string> units;
    for (const AnalyteCode& code : analyte.codes) {
        if (code.kind != kind) continue;
        const auto by_unit = analyte.units.find(code.property);
        if (by_unit == analyte.units.end()) return units_of(analyte);  // property "any": the unit decides
        for (const auto& [unit, synonyms] : by_unit->second) units.insert(unit);
    }
    if (units.empty()) return units_of(analyte);  // a kind that is computed from others
    return units;
}

}  // namespace rules
