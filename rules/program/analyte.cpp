#include "rules/program/analyte.hpp"

#include <algorithm>
#include <array>

namespace rules {
namespace {

constexpr std::string_view any_property = "any";
constexpr std::string_view molar_property = "SCnc";
constexpr std::string_view pending_days_parameter = "results.pendingDays";

std::string without_annotations(std::string_view unit) {
    std::string plain;
    bool inside = false;
    for (const char character : unit) {
        if (character == '{') inside = true;
        if (!inside) plain += character;
        if (character == '}') inside = false;
    }
    return plain;
}

/// In small letters but for the litre, with u for micro.
std::string usual_letters(std::string_view unit) {
    std::string usual;
    for (const char character : unit) {
        usual += character >= 'A' && character <= 'Z' && character != 'L' ? static_cast<char>(character - 'A' + 'a')
                                                                          : character;
    }
    for (const std::string_view micro : {"mcg", "\xC2\xB5g", "\xCE\xBCg"}) {
        if (usual.starts_with(micro)) usual.replace(0, micro.size(), "ug");
    }
    return usual;
}

/// What `look_up` gives for `spelling` after trimming, or else for it without UCUM annotations.
template <typename LookUp>
std::optional<std::size_t> unit_spelled(std::string_view spelling, LookUp look_up) {
    const std::string_view exact = trimmed(spelling);
    if (exact.empty()) return std::nullopt;
    if (const std::optional<std::size_t> unit = look_up(exact)) return unit;
    if (exact.find('{') == std::string_view::npos) return std::nullopt;
    const std::string plain = without_annotations(exact);
    return look_up(trimmed(plain));
}

std::optional<std::size_t> unit_in(const Spellings& spellings, std::string_view text) {
    const auto known = spellings.find(text);
    return known == spellings.end() ? std::nullopt : std::optional(known->second);
}

std::optional<fhir::Decimal> number_for(const PrintedNumbers& numbers, const std::string& unit) {
    const auto found = numbers.find(unit);
    if (found == numbers.end()) return std::nullopt;
    return found->second;
}

std::optional<fhir::Decimal> number_for(const std::map<std::string, PrintedNumbers>& by_kind, const std::string& kind,
                                        const PrintedNumbers& otherwise, const std::string& unit) {
    const auto own = by_kind.find(kind);
    if (own != by_kind.end()) {
        if (auto number = number_for(own->second, unit)) return number;
    }
    return number_for(otherwise, unit);
}

void add_units(CompiledAnalyte& compiled) {
    for (const auto& [property, units] : compiled.written->units) {
        for (const auto& [name, synonyms] : units) {
            auto unit = std::ranges::find(compiled.units, name, &CompiledUnit::name);
            if (unit == compiled.units.end()) {
                compiled.units.push_back(
                    {name, {}, number_for(compiled.written->shown_as, name), std::nullopt, fhir::parse_ucum(name)});
                unit = compiled.units.end() - 1;
                const auto digits = compiled.written->digits.find(name);
                if (digits != compiled.written->digits.end()) unit->digits = digits->second;
            }
            unit->properties.push_back(property);
            const std::size_t position = static_cast<std::size_t>(unit - compiled.units.begin());
            compiled.spellings.emplace(name, position);
            for (const std::string& synonym : synonyms) compiled.spellings.emplace(synonym, position);
        }
    }
    const auto first = std::ranges::find_if(
        compiled.units, [](const CompiledUnit& unit) { return unit.factor && *unit.factor == fhir::Decimal(1); });
    if (first != compiled.units.end()) compiled.first_unit = static_cast<std::size_t>(first - compiled.units.begin());
}

/// Equivalents count as moles do, and are no SI unit.
bool counts_equivalents(const CompiledUnit& unit) {
    return unit.name.find("eq/") != std::string::npos;
}

/// Conventional units are the first; SI is the molar one, if the first is not molar itself.
std::optional<std::size_t> display_unit(const CompiledAnalyte& compiled, DisplayUnits wanted) {
    if (compiled.units.empty() || !compiled.units[compiled.first_unit].factor) return std::nullopt;
    if (wanted == DisplayUnits::conventional || compiled.fits(compiled.first_unit, molar_property)) {
        return compiled.first_unit;
    }
    for (std::size_t unit = 0; unit < compiled.units.size(); ++unit) {
        const bool is_si = compiled.fits(unit, molar_property) && !counts_equivalents(compiled.units[unit]);
        if (compiled.units[unit].factor && is_si) return unit;
    }
    return std::nullopt;
}

std::vector<CompiledMark> marks_of(const Analyte& analyte, const std::string& kind, const std::string& unit,
                                   std::string_view ruleset) {
    std::vector<CompiledMark> marks;
    for (const Mark& mark : analyte.marks) {
        if (!mark.kind.empty() && mark.kind != kind) continue;
        const auto side = mark.below   ? CompiledMark::Side::below
                          : mark.above ? CompiledMark::Side::above
                                       : CompiledMark::Side::from;
        const std::optional<PrintedNumbers>& everywhere = mark.below ? mark.below : mark.above ? mark.above : mark.from;
        const auto own = mark.in_ruleset.find(std::string(ruleset));
        if (!everywhere && own == mark.in_ruleset.end()) continue;
        const auto number = number_for(own == mark.in_ruleset.end() ? *everywhere : own->second, unit);
        if (number) marks.push_back({mark.mark, side, !mark.kind.empty(), *number});
    }
    return marks;
}

/// Position in preferOnSameDay; kinds that are not named come behind, a kind before the fractions of it.
std::size_t preference_of(const Analyte& analyte, const CompiledKind& kind) {
    const auto& order = analyte.prefer_on_same_day;
    const auto named = std::ranges::find(order, kind.name);
    const std::size_t place = static_cast<std::size_t>(named - order.begin());
    return named == order.end() && kind.lower_bound_of ? place + 1 : place;
}

bool can_have(const Analyte& analyte, const std::string& kind, const CompiledUnit& unit) {
    return std::ranges::any_of(analyte.codes, [&](const AnalyteCode& code) {
        if (code.kind != kind) return false;
        return code.property == any_property ||
               std::ranges::find(unit.properties, code.property) != unit.properties.end();
    });
}

PrintedLimits printed_limits(const Analyte& analyte, const std::string& kind, const std::string& unit) {
    const auto known = analyte.printed_bounds.find(kind);
    if (known == analyte.printed_bounds.end()) return {};
    const PrintedBounds& bounds = known->second;
    return {number_for(bounds.low_from, unit), number_for(bounds.low_to, unit), number_for(bounds.high_from, unit),
            number_for(bounds.high_to, unit)};
}

void add_kinds(CompiledAnalyte& compiled, std::string_view ruleset) {
    const Analyte& analyte = *compiled.written;
    const auto add = [&](std::string name, std::string title) {
        if (compiled.kind_named(name)) return;
        CompiledKind& kind = compiled.kinds.emplace_back();
        kind.title = title.empty() ? analyte.title : std::move(title);
        const auto intent = analyte.order_by_kind.find(name);
        kind.intent = intent == analyte.order_by_kind.end() ? analyte.order.text : intent->second;
        kind.name = std::move(name);
    };
    for (const Kind& kind : analyte.kinds) add(kind.name, kind.title);
    for (const AnalyteCode& code : analyte.codes) add(code.kind, "");
    for (const Analyte::Sum& sum : analyte.sums) add(sum.kind, "");
    if (analyte.adjust) add(analyte.adjust->to, "");

    for (const Kind& written : analyte.kinds) {
        CompiledKind& kind = compiled.kinds[*compiled.kind_named(written.name)];
        kind.lower_bound_of = compiled.kind_named(written.lower_bound_of);
        kind.alone_is_no_result = written.alone_is_no_result;
    }
    for (CompiledKind& kind : compiled.kinds) {
        kind.preference = preference_of(analyte, kind);
        for (const CompiledUnit& unit : compiled.units) {
            kind.units.push_back(can_have(analyte, kind.name, unit));
            kind.plausibility.push_back(
                {number_for(analyte.fault_below_by_kind, kind.name, analyte.fault_below, unit.name),
                 number_for(analyte.fault_above_by_kind, kind.name, analyte.fault_above, unit.name),
                 number_for(analyte.verify_above, unit.name)});
            kind.printed.push_back(printed_limits(analyte, kind.name, unit.name));
            kind.marks.push_back(marks_of(analyte, kind.name, unit.name, ruleset));
        }
    }
}

void add_step(BandScale& scale, const Band& band, const std::string& unit, bool in_every_ruleset) {
    const std::optional<PrintedNumbers>& lower = band.from ? band.from : band.above;
    BandStep step{band.band,        std::nullopt, band.from.has_value(), band.or_more || in_every_ruleset,
                  in_every_ruleset, band.words};
    if (lower) {
        step.bound = number_for(*lower, unit);
        if (!step.bound) return;  // a unit that this kind never has: the reader has seen to the others
    }
    scale.push_back(std::move(step));
}

const std::vector<Band>* bands_of(const Ruleset* ruleset, const std::string& kind) {
    if (!ruleset) return nullptr;
    const auto bands = ruleset->bands.find(kind);
    return bands == ruleset->bands.end() ? nullptr : &bands->second;
}

BandScale scale_of(const Analyte& analyte, const Ruleset* ruleset, const std::string& kind, const std::string& unit) {
    BandScale scale;
    if (const std::vector<Band>* bands = bands_of(ruleset, kind)) {
        for (const Band& band : *bands) add_step(scale, band, unit, false);
    }
    for (const Analyte::AboveAll& above : analyte.above_all) {
        if (above.kind.empty() || above.kind == kind) add_step(scale, above.band, unit, true);
    }
    if (!scale.empty() && scale.front().bound) scale.insert(scale.begin(), BandStep{});
    std::ranges::stable_sort(scale, [](const BandStep& left, const BandStep& right) {
        if (!left.bound || !right.bound) return !left.bound && right.bound;
        return *left.bound < *right.bound;
    });
    return scale;
}

RulesetInForce in_force(const CompiledAnalyte& compiled, const Ruleset* ruleset) {
    RulesetInForce result;
    if (ruleset) {
        result.title = ruleset->title;
        for (const Authored& cited : ruleset->cites) result.cites.push_back(cited.text);
    }
    for (const CompiledKind& kind : compiled.kinds) {
        std::vector<BandScale>& scales = result.scales.emplace_back();
        for (const CompiledUnit& unit : compiled.units) {
            scales.push_back(scale_of(*compiled.written, ruleset, kind.name, unit.name));
        }
        const std::vector<Band>* bands = bands_of(ruleset, kind.name);
        result.has_bands.push_back(bands && !bands->empty());
    }
    return result;
}

LaboratoryRules laboratory_rules(const CompiledAnalyte& compiled, const Laboratory& laboratory) {
    const std::string& id = compiled.written->id;
    LaboratoryRules rules;
    rules.unit_wins_over_code =
        std::ranges::find(laboratory.unit_wins_over_code, id, &Authored::text) != laboratory.unit_wins_over_code.end();
    rules.decimal_comma = laboratory.decimal_comma;
    const auto position = [&compiled](const std::string& name) -> std::optional<std::size_t> {
        const auto unit = std::ranges::find(compiled.units, name, &CompiledUnit::name);
        if (unit == compiled.units.end()) return std::nullopt;
        return static_cast<std::size_t>(unit - compiled.units.begin());
    };
    if (const auto units = laboratory.units.find(id); units != laboratory.units.end()) {
        for (const auto& [name, synonyms] : units->second) {
            const auto unit = position(name);
            if (!unit) continue;
            for (const std::string& synonym : synonyms) rules.spellings.emplace(synonym, *unit);
        }
    }
    if (const auto unit = laboratory.unit_of_bare_text.find(id); unit != laboratory.unit_of_bare_text.end()) {
        rules.unit_of_bare_text = position(unit->second);
    }
    if (const auto bands = laboratory.bands.find(id); bands != laboratory.bands.end()) {
        rules.ruleset = in_force(compiled, &bands->second);
    }
    return rules;
}

const Ruleset* chosen_ruleset(const Analyte& analyte, const Parameters& parameters) {
    if (analyte.rulesets.empty()) return nullptr;
    if (!analyte.ruleset) return &analyte.rulesets.begin()->second;
    const auto name = parameters.text(*analyte.ruleset);
    const auto chosen = name ? analyte.rulesets.find(std::string(*name)) : analyte.rulesets.end();
    return chosen == analyte.rulesets.end() ? nullptr : &chosen->second;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    const auto is_visible_ascii = [](char c) { return c > ' ' && c < '\x7F'; };
    if (text.empty() || (is_visible_ascii(text.front()) && is_visible_ascii(text.back()))) return text;
    constexpr std::array<std::string_view, 7> blanks{" ", "\t", "\r", "\n", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89"};
    const auto blank_at = [&](auto has_it) { return std::ranges::find_if(blanks, has_it); };
    while (!text.empty()) {
        const auto first = blank_at([&](std::string_view blank) { return text.starts_with(blank); });
        const auto last = blank_at([&](std::string_view blank) { return text.ends_with(blank); });
        if (first != blanks.end()) {
            text.remove_prefix(first->size());
        } else if (last != blanks.end()) {
            text.remove_suffix(last->size());
        } else {
            break;
        }
    }
    return text;
}

std::optional<std::size_t> CompiledAnalyte::kind_named(std::string_view name) const {
    const auto found = std::ranges::find(kinds, name, &CompiledKind::name);
    if (name.empty() || found == kinds.end()) return std::nullopt;
    return static_cast<std::size_t>(found - kinds.begin());
}

std::optional<std::size_t> CompiledAnalyte::unit_of(std::string_view spelling,
                                                    const LaboratoryRules* laboratory) const {
    return unit_spelled(spelling, [&](std::string_view text) -> std::optional<std::size_t> {
        if (laboratory) {
            if (const auto own = laboratory->spellings.find(text); own != laboratory->spellings.end())
                return own->second;
        }
        return unit_in(spellings, text);
    });
}

std::optional<std::size_t> CompiledAnalyte::unit_of_ucum(std::string_view code,
                                                         const LaboratoryRules* laboratory) const {
    if (const auto listed = unit_of(code, laboratory)) return listed;
    const auto meant = fhir::parse_ucum(trimmed(code));
    if (!meant) return std::nullopt;
    const auto same = std::ranges::find_if(
        units, [&](const CompiledUnit& unit) { return unit.meaning && fhir::same_unit(*unit.meaning, *meant); });
    return same == units.end() ? std::nullopt : std::optional(static_cast<std::size_t>(same - units.begin()));
}

bool CompiledAnalyte::names_another_unit(std::string_view text, std::size_t unit,
                                         const LaboratoryRules* laboratory) const {
    const auto is_another = [&](std::string_view word) {
        if (const auto known = unit_of(word, laboratory)) return *known != unit;
        // People write NG/DL and mcg/dL for units of UCUM.
        for (const std::string& spelled : {std::string(word), usual_letters(word)}) {
            const auto meant = fhir::parse_ucum(spelled);
            if (meant) return !(units[unit].meaning && fhir::same_unit(*units[unit].meaning, *meant));
        }
        return false;
    };
    const std::string_view whole = trimmed(text);
    if (const auto known = unit_of(whole, laboratory)) return *known != unit;
    if (is_another(whole)) return true;
    constexpr std::string_view between = " \t\r\n()[],;:";
    for (std::size_t begin = 0; begin < whole.size();) {
        const std::size_t end = std::min(whole.find_first_of(between, begin), whole.size());
        const std::string_view word = whole.substr(begin, end - begin);
        // Among words only what is written as a quotient is a unit: "a" is a year to UCUM.
        if (word.find('/') != std::string_view::npos && is_another(word)) return true;
        begin = end + 1;
    }
    return false;
}

std::string_view CompiledAnalyte::shown_unit(std::string_view spelling, std::size_t unit) const {
    const std::string& name = units[unit].name;
    const auto differs_in_case_only = [&](std::string_view other) {
        return std::ranges::equal(spelling, other,
                                  [](char left, char right) { return (left | 0x20) == (right | 0x20); });
    };
    if (spelling == name || differs_in_case_only(name)) return name;
    const auto listed = spellings.find(spelling);
    if (listed != spellings.end() && listed->second == unit) return spelling;
    for (const auto& [property, names] : written->units) {
        const auto synonyms = names.find(name);
        if (synonyms == names.end()) continue;
        const auto like = std::ranges::find_if(synonyms->second, differs_in_case_only);
        if (like != synonyms->second.end()) return *like;
    }
    return name;
}

bool CompiledAnalyte::fits(std::size_t unit, std::string_view property) const {
    if (property == any_property) return true;
    return std::ranges::find(units[unit].properties, property) != units[unit].properties.end();
}

const LaboratoryRules* CompiledAnalyte::rules_of(const Laboratory* laboratory) const {
    if (!laboratory) return nullptr;
    const auto found = laboratories.find(laboratory);
    return found == laboratories.end() ? nullptr : &found->second;
}

void AnalyteIndex::add(std::string_view system, std::string_view code, AnalyteHit hit) {
    systems_.of(system)[std::string(code)].push_back(hit);
}

void AnalyteIndex::add_units(const Spellings& spellings) {
    units_.insert(spellings.begin(), spellings.end());
}

bool AnalyteIndex::knows_unit(std::string_view spelling) const {
    return unit_spelled(spelling, [this](std::string_view text) { return unit_in(units_, text); }).has_value();
}

const std::vector<AnalyteHit>* AnalyteIndex::find(std::string_view system, std::string_view code) const {
    const Codes* codes = systems_.find(system);
    if (!codes) return nullptr;
    const auto hits = codes->find(code);
    return hits == codes->end() ? nullptr : &hits->second;
}

CompiledAnalyte compile_analyte(const Analyte& analyte, const Parameters& parameters, const Site& site) {
    CompiledAnalyte compiled;
    compiled.written = &analyte;
    add_units(compiled);
    compiled.display_unit = display_unit(compiled, site.display_units);
    const Ruleset* ruleset = chosen_ruleset(analyte, parameters);
    add_kinds(compiled, ruleset ? std::string_view(ruleset->id) : std::string_view());
    compiled.ruleset = in_force(compiled, ruleset);
    for (const Laboratory& laboratory : site.laboratories) {
        compiled.laboratories.emplace(&laboratory, laboratory_rules(compiled, laboratory));
    }
    if (analyte.valid_days) compiled.valid_days = parameters.integer(*analyte.valid_days);
    if (analyte.danger_valid_days) compiled.danger_valid_days = parameters.integer(*analyte.danger_valid_days);
    compiled.pending_days = parameters.integer(pending_days_parameter);
    compiled.old_days = parameters.integer(analyte.fact + ".highOldDays");
    for (const Analyte::Outranks& outranks : analyte.outranks) {
        const auto kind = compiled.kind_named(outranks.kind);
        const auto over = compiled.kind_named(outranks.over);
        if (!kind || !over) continue;
        compiled.outranking.push_back({*kind, *over, parameters.integer(outranks.within_days).value_or(0)});
    }
    for (const Analyte::Sum& sum : analyte.sums) {
        CompiledAnalyte::Sum& compiled_sum = compiled.sums.emplace_back();
        compiled_sum.kind = *compiled.kind_named(sum.kind);
        for (const std::string& part : sum.of) {
            if (const auto kind = compiled.kind_named(part)) compiled_sum.of.push_back(*kind);
        }
    }
    return compiled;
}

std::string_view effective_kind(const Analyte& analyte, std::string_view kind, const Parameters& parameters) {
    const auto written = std::ranges::find(analyte.kinds, kind, &Kind::name);
    if (written == analyte.kinds.end() || !written->means_it_if) return kind;
    return parameters.text(*written->means_it_if) == std::string_view("true")
               ? std::string_view(written->lower_bound_of)
               : kind;
}

}  // namespace rules
