// The readers of the forms that a pack is made of, one file a form. Each takes a value with its place, reports what is
// wrong with it as findings, and returns as much as could be read. References to other files are looked at afterwards,
// when the whole pack is there (check_references).
#pragma once

#include "fhir/coding.hpp"
#include "rules/pack/form.hpp"
#include "rules/pack/pack.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rules {

/// pack.json: identity, services, parameters, gates, show, dataUnavailable, overrideReasons.
void read_pack_json(const Node& node, Pack& pack);

/// One member of "parameters" in pack.json.
Parameter read_parameter(const std::string& name, const Node& node);
/// A value for `parameter`, as text, if it has its type and lies in its range or among its values.
std::optional<std::string> read_parameter_value(const Parameter& parameter, const Node& node);

/// One member of facts.json.
Fact read_fact(const std::string& name, const Node& node);

/// A file of analytes/.
Analyte read_analyte(const Node& node);
/// One of an analyte's "codes"; its property and kind must be those of `analyte`.
AnalyteCode read_analyte_code(const Node& node, const Analyte& analyte);
/// One of an analyte's "rulesets", or a laboratory's bands. Bands ascend, and each has a number for every unit.
Ruleset read_ruleset(const std::string& id, const Node& node, const Analyte& analyte);
/// Which numbers by unit a value must hold: every unit in which a result of that kind can be reported.
std::set<std::string> units_of_kind(const Analyte& analyte, const std::string& kind);
/// All the units of an analyte.
std::set<std::string> units_of(const Analyte& analyte);
/// Numbers by unit. \param wanted the units that must stand. \param known those that may.
PrintedNumbers read_printed_numbers(const Node& node, const std::set<std::string>& wanted,
                                    const std::set<std::string>& known);
/// One of an analyte's "marks", its "adjust", one of its "aboveAll".
Mark read_mark(const Node& node, const Analyte& analyte);
Adjustment read_adjustment(const Node& node, const Analyte& analyte);
Analyte::AboveAll read_above_all(const Node& node, const Analyte& analyte);
/// Reports an error if `name` is no kind of `analyte`; the other one takes an empty name for none.
void require_kind(const Node& node, const std::string& name, const Analyte& analyte);
void refuse_unknown_kind(const Node& node, const std::string& name, const Analyte& analyte);
/// \returns whether `unit` is one of `known`, those of an analyte; reports an error if not.
bool require_unit(const Node& node, const std::string& unit, const std::set<std::string>& known);
/// A band with its lower bound, if it has one.
Band read_band(const Node& node, const std::set<std::string>& wanted, const std::set<std::string>& known);
/// Reports an error for each unit in which `upper` does not begin above `lower`.
void refuse_descending(const Node& node, const Band& lower, const Band& upper);

/// words.json.
WordLists read_word_lists(const Node& node);
/// What a site says of the words of one set of the pack.
SiteWords read_site_words(const Node& node, const SafetyWords& words);

/// A file of value-sets/: a FHIR R4 ValueSet that lists its codes, or includes ICD and ATC codes by prefix.
std::optional<fhir::ValueSet> read_value_set(const Node& node);

/// The members of an order that hold codes of one system.
inline constexpr std::pair<std::string_view, std::string_view> order_systems[] = {
    {"loinc", fhir::loinc_system}, {"cpt", fhir::cpt_system}, {"snomed", fhir::snomed_system}};
Order read_order(const std::string& intent, const Node& node);
Citation read_citation(const std::string& id, const Node& node);
Gate read_gate(const Node& node);
ExplainFirst read_explain_first(const Node& node);
/// The member "hooks", each once.
std::vector<Hook> read_hooks(const Object& object);
Rule read_rule(const Node& node);

Criterion read_criterion(const Node& node);
/// Criteria one below the other; a single one may stand without a list.
std::vector<Criterion> read_criteria(const Object& object, std::string_view name);
Line read_line(const Node& node);
std::vector<Line> read_lines(const Object& object, std::string_view name);
Coding read_coding(const Node& node);
/// Reports a code that begins or ends with a space, or holds a sign that was copied along and looks like one or like a
/// dash: no record has it so.
void check_signs(const Node& code);

/// A member that is a date like 2026-03-01; empty if it is not there, a finding if it is none.
std::string read_date(const Object& object, std::string_view name);
/// A number of days, or the name of a parameter that holds it: 90 or "%param.x", as text.
std::optional<Authored> read_days(const Object& object, std::string_view name);

/// Puts the cautions that rules share in place of their names; a name that pack.json does not have is a finding.
void share_cautions(Pack& pack, Diagnostics& findings);

/// Findings for every name that one file uses and no file declares.
void check_references(const Pack& pack, Diagnostics& findings);

inline constexpr Words<Language, 2> language_words = {{{"en-US", Language::en_us}, {"en-GB", Language::en_gb}}};

inline constexpr Words<Hook, 4> hook_words = {{{"patient-view", Hook::patient_view},
                                               {"encounter-start", Hook::encounter_start},
                                               {"order-select", Hook::order_select},
                                               {"order-sign", Hook::order_sign}}};

}  // namespace rules
