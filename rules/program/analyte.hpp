// A laboratory test as a program reads it: which spellings mean which unit, which numbers hold for it under the ruleset
// in force, and what a laboratory of the site does differently. Everything here comes from the pack and the site file.
#pragma once

#include "fhir/ucum.hpp"
#include "rules/pack/site.hpp"
#include "rules/program/banding.hpp"
#include "rules/program/by_system.hpp"
#include "rules/program/parameters.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rules {

struct TransparentHash : std::hash<std::string_view> {
    using is_transparent = void;
};

/// Spellings of units, and the position of the unit that each means.
using Spellings = std::unordered_map<std::string, std::size_t, TransparentHash, std::equal_to<>>;

/// A unit that results of this test come in.
struct CompiledUnit {
    std::string name;
    std::vector<std::string> properties;  ///< LOINC properties that it fits
    std::optional<fhir::Decimal> factor;  ///< this much of it is one of the first unit; for display and comparison only
    std::optional<int> digits = {};       ///< decimal places that a card shows at most; nothing: as printed
    std::optional<fhir::UcumUnit> meaning;  ///< its name, read as UCUM
};

/// Numbers beyond which a result is not believed, in one unit.
struct Plausibility {
    std::optional<fhir::Decimal> fault_below, fault_above, verify_above;
};

/// Between which numbers laboratories print the bounds of their ranges, in one unit; a missing one says nothing.
struct PrintedLimits {
    std::optional<fhir::Decimal> low_from, low_to, high_from, high_to;
};

/// A named limit, in one unit, under the ruleset in force.
struct CompiledMark {
    std::string name;
    enum class Side { below, above, from } side = Side::below;
    bool of_its_kind = false;  ///< it names a kind: that number, not the whole which a fraction bounds
    fhir::Decimal number;
};

/// Total, fraction, active form: what a code of this test measures.
struct CompiledKind {
    std::string name, title, intent;
    std::optional<std::size_t> lower_bound_of;  ///< the kind whose value this one bounds from below
    bool alone_is_no_result = false;
    std::vector<bool> units;                       ///< by unit: whether a code of this kind can have it
    std::size_t preference = 0;                    ///< on the same day the smallest wins
    std::vector<Plausibility> plausibility;        ///< by unit
    std::vector<PrintedLimits> printed;            ///< by unit
    std::vector<std::vector<CompiledMark>> marks;  ///< by unit
};

/// The bands that are in force: a guideline's, or a laboratory's own.
struct RulesetInForce {
    std::string title;
    std::vector<std::string> cites;
    std::vector<std::vector<BandScale>> scales;  ///< by kind, then unit
    std::vector<bool> has_bands;                 ///< by kind: whether the ruleset itself bands it
};

/// What one laboratory does differently.
struct LaboratoryRules {
    bool unit_wins_over_code = false;
    bool decimal_comma = false;
    Spellings spellings;
    std::optional<std::size_t> unit_of_bare_text;
    std::optional<RulesetInForce> ruleset;
};

struct CompiledAnalyte {
    const Analyte* written = nullptr;
    std::vector<CompiledUnit> units;
    std::size_t first_unit = 0;               ///< the one that factors count from
    std::optional<std::size_t> display_unit;  ///< what the site wants to see beside another unit
    Spellings spellings;
    std::vector<CompiledKind> kinds;
    RulesetInForce ruleset;
    std::map<const Laboratory*, LaboratoryRules> laboratories;

    std::optional<long> valid_days, old_days, pending_days;
    std::optional<long> danger_valid_days;       ///< of a result in a band that holds whatever the ruleset
    std::optional<std::uint16_t> stale_once_on;  ///< slot of a medication fact
    std::size_t source = 0;                      ///< its Observation key

    struct Adjustment {
        std::size_t from = 0, to = 0;                          ///< kinds
        std::size_t with = 0;                                  ///< position of the other analyte
        std::map<std::size_t, rules::Adjustment::Term> terms;  ///< by unit
    };
    std::optional<Adjustment> adjustment;
    struct Outranking {
        std::size_t kind = 0, over = 0;
        long within_days = 0;
    };
    std::vector<Outranking> outranking;
    struct Sum {
        std::size_t kind = 0;
        std::vector<std::size_t> of;
    };
    std::vector<Sum> sums;

    std::optional<std::size_t> kind_named(std::string_view name) const;
    /// The unit that `spelling` means after trimming, with UCUM annotations left aside where the whole is not known.
    std::optional<std::size_t> unit_of(std::string_view spelling, const LaboratoryRules* laboratory) const;
    /// The same for a UCUM code, which means a unit in any spelling that UCUM has for it: ug/l, ug.L-1, 10*-3.mg/L.
    std::optional<std::size_t> unit_of_ucum(std::string_view code, const LaboratoryRules* laboratory) const;
    /// Whether a text for people is, or holds, the name of a unit other than `unit`. Unknown words are none.
    bool names_another_unit(std::string_view text, std::size_t unit, const LaboratoryRules* laboratory) const;
    /// How a spelling of `unit` is shown: as it is listed, or as the listed one that differs in upper and lower case
    /// only, else by the name of the unit. Borrowed from here or from `spelling`.
    std::string_view shown_unit(std::string_view spelling, std::size_t unit) const;
    bool fits(std::size_t unit, std::string_view property) const;
    const LaboratoryRules* rules_of(const Laboratory* laboratory) const;
};

/// Without the blanks around it, no-break spaces among them.
std::string_view trimmed(std::string_view text);

/// What a code of a laboratory test stands for.
struct AnalyteHit {
    std::size_t analyte = 0, kind = 0;
    std::string_view property;  ///< borrowed; "any": the unit decides
};

/// All codes of all analytes, and the spellings of all their units.
class AnalyteIndex {
  public:
    void add(std::string_view system, std::string_view code, AnalyteHit hit);
    void add_units(const Spellings& spellings);
    const std::vector<AnalyteHit>* find(std::string_view system, std::string_view code) const;
    /// Whether some analyte knows the unit `spelling`, read as CompiledAnalyte::unit_of reads it.
    bool knows_unit(std::string_view spelling) const;

  private:
    using Codes = std::unordered_map<std::string, std::vector<AnalyteHit>, TransparentHash, std::equal_to<>>;
    BySystem<Codes> systems_;
    Spellings units_;
};

/// Everything of `analyte` but what refers to other analytes, facts and sources. All arguments are borrowed.
CompiledAnalyte compile_analyte(const Analyte& analyte, const Parameters& parameters, const Site& site);

/// The kind that a code of kind `kind` is read as: another one if a parameter says that it means that.
std::string_view effective_kind(const Analyte& analyte, std::string_view kind, const Parameters& parameters);

}  // namespace rules
