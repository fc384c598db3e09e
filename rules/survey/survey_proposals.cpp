#include "rules/survey/survey_proposals.hpp"

#include "rules/check/check.hpp"
#include "rules/pack/code_systems.hpp"
#include "rules/survey/kind_meant.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace rules {
namespace {

constexpr std::string_view proposed_file = "the proposed site file";
constexpr int most_rounds = 5;  // of taking out what the linter refuses
constexpr std::size_t most_texts = 3;

// Specimens, and what is computed from a result: LOINC's axes System and Property, in the languages of records that
// were met. Blood, serum and plasma are what the tests of a pack mean.
constexpr std::array other_specimens = {
    "urine",    "urin",       "urinary",   "urinaire",  "urines",  "u",      "24h",      "24u",
    "24 h",     "24 hour",    "csf",       "liquor",    "stool",   "faeces", "feces",    "saliva",
    "sweat",    "fluid",      "effusion",  "ascites",   "cord",    "ratio",  "quotient", "clearance",
    "antibody", "antibodies", "dialysate", "excretion", "binding", "screen", "goal"};

// A name can be wrong that a system gave its column; the code of it is not.
constexpr std::string_view ask_loinc = "the pack does not list this code: look up at LOINC what it means first";

std::string in_quotes(std::string_view text) {
    return boost::json::serialize(boost::json::string(text));
}

/// The specimen or the like that a text names; empty if it names none.
std::string_view other_specimen(std::string_view text) {
    NameIndex names;
    const std::vector<std::string> words = words_of(text);
    for (const std::string_view specimen : other_specimens) {
        const bool is_one_word = specimen.find(' ') == std::string_view::npos;
        if (is_one_word && any_word(words, specimen)) return specimen;
        if (!is_one_word) names.add(0, specimen, specimen);
    }
    std::vector<CodeHit> hits;
    names.find(text, hits);
    return hits.empty() ? std::string_view() : *std::ranges::find(other_specimens, hits.front().label);
}

/// The LOINC property that all units of a code's results have; "any" if they have several, or none is known.
std::string property_of(const CompiledAnalyte& analyte, const std::vector<std::string>& units) {
    std::set<std::string> properties;
    for (const std::string& spelled : units) {
        const auto unit = analyte.unit_of_ucum(spelled, nullptr);
        if (!unit) return "any";
        const std::vector<std::string>& of_unit = analyte.units[*unit].properties;
        properties.insert(of_unit.begin(), of_unit.end());
    }
    return properties.size() == 1 ? *properties.begin() : "any";
}

/// Whether one of `units` is, or is another way of writing, a unit of the test; true where there is none.
bool any_is_of(const CompiledAnalyte& analyte, const std::vector<std::string>& units) {
    return units.empty() || std::ranges::any_of(units, [&](const std::string& unit) {
               return analyte.unit_of_ucum(unit, nullptr) || unit_meant(analyte, unit);
           });
}

class Proposer {
  public:
    Proposer(const Survey& survey, const SurveyCounts& counts, std::uint64_t least)
        : survey_(survey), program_(survey.program()), counts_(counts), least_(least) {}

    std::vector<SurveyProposal> propose() {
        for (const CompiledAnalyte& analyte : program_.analytes) add_codes(analyte);
        for (const CompiledAnalyte& analyte : program_.analytes) add_units(analyte);
        for (const fhir::ValueSet* value_set : program_.value_sets) add_problems(value_set->id());
        std::ranges::stable_sort(found_, [](const SurveyProposal& one, const SurveyProposal& other) {
            if (one.kind != other.kind) return one.kind < other.kind;
            return one.count.patients > other.count.patients;
        });
        return std::move(found_);
    }

  private:
    std::vector<std::string> most_often(std::initializer_list<std::string_view> prefix, std::size_t most) const {
        std::vector<std::string> words;
        for (const SurveyCounts::Row& row : counts_.most_below(prefix)) {
            if (row.count.patients >= least_ && words.size() < most) words.push_back(row.rest.front());
        }
        return words;
    }

    void add_codes(const CompiledAnalyte& analyte) {
        const std::string& id = analyte.written->id;
        for (const SurveyCounts::Row& row : counts_.most_below({"unmapped", id, "all"})) {
            if (row.count.patients < least_) break;
            const std::string &system = row.rest[0], &code = row.rest[1];
            SurveyProposal proposal{SurveyProposal::Kind::test_code,
                                    id,
                                    shown_code(system, code),
                                    most_often({"unmapped", id, "text", system, code}, most_texts),
                                    most_often({"unmapped", id, "unit", system, code}, most_texts),
                                    row.count,
                                    {},
                                    {},
                                    {}};
            proposal.why_not = why_no_code(system, code, proposal.texts);
            if (proposal.why_not.empty() && !any_is_of(analyte, proposal.units)) {
                proposal.why_not =
                    "its results come in \"" + proposal.units.front() + "\", which is no unit of this test";
            }
            std::vector<std::string> names = proposal.texts;
            names.push_back(code);
            const KindMeant meant = kind_meant(analyte, names, proposal.units);
            if (proposal.why_not.empty()) proposal.why_not = meant.why_not;
            if (proposal.why_not.empty()) {
                const bool is_loinc = system == fhir::loinc_system;
                proposal.remark = meant.remark;
                if (is_loinc) proposal.remark.append(meant.remark.empty() ? "" : "; ").append(ask_loinc);
                const std::string name = is_loinc
                                             ? "\"loinc\": " + in_quotes(code)
                                             : "\"system\": " + in_quotes(system) + ", \"code\": " + in_quotes(code);
                proposal.element = "{ " + name + ", \"property\": " + in_quotes(property_of(analyte, proposal.units)) +
                                   ", \"kind\": " + in_quotes(meant.kind->name) + " }";
            }
            found_.push_back(std::move(proposal));
        }
    }

    std::string why_no_code(const std::string& system, const std::string& code,
                            const std::vector<std::string>& texts) const {
        for (const std::string& text : texts) {
            std::vector<CodeHit> apart;
            survey_.names().told_apart.find(text, apart);
            if (!apart.empty()) return "another test: " + std::string(apart.front().label);
            const std::string_view specimen = other_specimen(text);
            if (!specimen.empty())
                return "another specimen or measure: \"" + std::string(specimen) + "\" stands in its name";
        }
        if (code.empty()) return "it has words only: ask who fills the interface for a code and its system";
        return why_no_system(system);
    }

    static std::string why_no_system(const std::string& system) {
        if (system.empty()) return "its code has no system: ask who fills the interface for one";
        if (is_absolute_uri(system)) return {};
        return in_quotes(system) + " is no URI: ask who fills the interface for one, a urn of your own for instance";
    }

    void add_units(const CompiledAnalyte& analyte) {
        const std::string& id = analyte.written->id;
        for (const SurveyCounts::Row& row : counts_.most_below({"result", id, "unit"})) {
            const bool is_known = !row.rest[1].empty() || is_known_to_a_laboratory(analyte, row.rest[0]);
            if (row.count.patients < least_ || is_known) continue;
            SurveyProposal proposal{SurveyProposal::Kind::unit, id, row.rest[0], {}, {}, row.count, {}, {}, {}};
            const auto unit = unit_meant(analyte, row.rest[0]);
            if (unit) {
                proposal.unit = analyte.units[*unit].name;
                proposal.element = in_quotes(row.rest[0]);
            } else {
                proposal.why_not = "it is no way of writing a unit of this test: ask the laboratory what it means";
            }
            found_.push_back(std::move(proposal));
        }
    }

    static bool is_known_to_a_laboratory(const CompiledAnalyte& analyte, const std::string& spelled) {
        return std::ranges::any_of(analyte.laboratories,
                                   [&](const auto& one) { return one.second.spellings.contains(spelled); });
    }

    void add_problems(const std::string& set) {
        for (const SurveyCounts::Row& row : counts_.most_below({"near", set, "name"})) {
            if (row.count.patients < least_) break;
            const std::string &system = row.rest[0], &code = row.rest[1], &label = row.rest[2];
            SurveyProposal proposal{SurveyProposal::Kind::problem_code,
                                    set,
                                    shown_code(system, code),
                                    most_often({"near", set, "text", system, code}, most_texts),
                                    {},
                                    row.count,
                                    {},
                                    {},
                                    {}};
            if (code.empty() || system.empty()) {
                proposal.why_not = "it has no code of a system: only a coded problem can bring a card";
            } else if (proposal.why_not = why_no_system(system); proposal.why_not.empty()) {
                proposal.element = "{ \"system\": " + in_quotes(system) + ", \"code\": " + in_quotes(code) +
                                   ", \"display\": " + in_quotes(label) + " }";
            }
            const bool stands = std::ranges::any_of(found_, [&](const SurveyProposal& one) {
                return one.kind == proposal.kind && one.of == set && one.what == proposal.what;
            });
            if (!stands) found_.push_back(std::move(proposal));
        }
    }

    const Survey& survey_;
    const Program::Inner& program_;
    const SurveyCounts& counts_;
    std::uint64_t least_;
    std::vector<SurveyProposal> found_;
};

/// A site file with the lines of proposals, one a line, and which proposal stands in which.
struct ProposedSite {
    std::string text;
    std::map<std::size_t, std::size_t> proposals;  ///< by line, from 1
};

class SiteWriter {
  public:
    explicit SiteWriter(const std::vector<SurveyProposal>& proposals) : proposals_(proposals) {}

    ProposedSite write() {
        const auto tests = grouped(SurveyProposal::Kind::test_code),
                   problems = grouped(SurveyProposal::Kind::problem_code), units = grouped(SurveyProposal::Kind::unit);
        if (tests.empty() && problems.empty() && units.empty()) return {};
        put("{");
        if (!tests.empty() || !problems.empty()) {
            put("  \"codes\": {");
            if (!tests.empty()) put_lists("    \"analytes\": {", tests, problems.empty() ? "    }" : "    },");
            if (!problems.empty()) put_lists("    \"valueSets\": {", problems, "    }");
            put(units.empty() ? "  }" : "  },");
        }
        if (!units.empty()) put_units(units);
        put("}");
        return std::move(site_);
    }

  private:
    /// Positions, by what they are of; of units by the unit that they mean, too.
    using Groups = std::map<std::pair<std::string, std::string>, std::vector<std::size_t>>;

    Groups grouped(SurveyProposal::Kind kind) const {
        Groups groups;
        for (std::size_t at = 0; at < proposals_.size(); ++at) {
            const SurveyProposal& one = proposals_[at];
            if (one.kind == kind && !one.element.empty()) groups[{one.of, one.unit}].push_back(at);
        }
        return groups;
    }

    void put(const std::string& line) {
        site_.text += line + "\n";
        ++line_;
    }

    void put_elements(const std::vector<std::size_t>& positions, const std::string& before) {
        for (const std::size_t at : positions) {
            put(before + proposals_[at].element + (at == positions.back() ? "" : ","));
            site_.proposals[line_] = at;
        }
    }

    void put_lists(const std::string& opening, const Groups& groups, const std::string& closing) {
        put(opening);
        for (const auto& [of, positions] : groups) {
            put("      " + in_quotes(of.first) + ": [");
            put_elements(positions, "        ");
            put(of == groups.rbegin()->first ? "      ]" : "      ],");
        }
        put(closing);
    }

    void put_units(const Groups& groups) {
        put("  \"laboratories\": [");
        put("    { \"name\": \"all laboratories\", \"default\": true, \"units\": {");
        for (auto at = groups.begin(); at != groups.end(); ++at) {
            const auto next = std::next(at);
            const bool opens = at == groups.begin() || std::prev(at)->first.first != at->first.first;
            const bool closes = next == groups.end() || next->first.first != at->first.first;
            if (opens) put("      " + in_quotes(at->first.first) + ": {");
            put("        " + in_quotes(at->first.second) + ": [");
            put_elements(at->second, "          ");
            put(closes ? "        ]" : "        ],");
            if (closes) put(next == groups.end() ? "      }" : "      },");
        }
        put("    } }");
        put("  ]");
    }

    const std::vector<SurveyProposal>& proposals_;
    ProposedSite site_;
    std::size_t line_ = 0;
};

/// Takes the line from each proposal that `site` may not have. \returns whether all may stand.
bool take_out_refused(const Pack& pack, const ProposedSite& site, std::vector<SurveyProposal>& proposals) {
    SiteReading reading = read_site(site.text, std::string(proposed_file), pack);
    if (!has_errors(reading.findings)) append(reading.findings, check(pack, reading.site));
    bool all_stand = true;
    for (const Diagnostic& finding : reading.findings) {
        if (finding.severity != Severity::error || finding.place.file != proposed_file) continue;
        all_stand = false;
        const auto at = site.proposals.find(finding.place.line);
        if (at == site.proposals.end()) continue;
        SurveyProposal& refused = proposals[at->second];
        refused.element.clear();
        refused.why_not = "check refuses it: " + finding.message;
    }
    return all_stand;
}

}  // namespace

std::string shown_code(const std::string& system, const std::string& code) {
    if (code.empty()) return "words without a code";
    const std::string_view name = name_of_system(system);
    if (name != system) return std::string(name) + " " + code;
    return code + (system.empty() ? std::string(" without a code system") : " of " + system);
}

std::string SurveyProposal::line() const {
    if (element.empty()) return {};
    switch (kind) {
        case Kind::test_code:
            return "\"codes\": { \"analytes\": { " + in_quotes(of) + ": [" + element + "] } }";
        case Kind::unit:
            return "\"laboratories\": [{ \"name\": \"all laboratories\", \"default\": true, \"units\": { " +
                   in_quotes(of) + ": { " + in_quotes(unit) + ": [" + element + "] } } }]";
        case Kind::problem_code:
            return "\"codes\": { \"valueSets\": { " + in_quotes(of) + ": [" + element + "] } }";
    }
    return {};
}

SurveyProposals survey_proposals(const Survey& survey, const SurveyCounts& counts, std::uint64_t least) {
    SurveyProposals proposals;
    proposals.all = Proposer(survey, counts, least).propose();
    if (proposals.all.size() > most_proposals) {
        proposals.left_out = proposals.all.size() - most_proposals;
        proposals.all.resize(most_proposals);
    }
    for (int round = 0; round < most_rounds; ++round) {
        ProposedSite site = SiteWriter(proposals.all).write();
        if (site.text.empty()) return proposals;
        if (take_out_refused(survey.program().pack, site, proposals.all)) {
            proposals.site_file = std::move(site.text);
            return proposals;
        }
    }
    for (SurveyProposal& one : proposals.all) one.element.clear();  // never a line that check does not take
    return proposals;
}

}  // namespace rules
