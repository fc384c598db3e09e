// What no story of a pack touches: rules and variants without a card, criteria seen one way only, band edges without a
// result just below, at and just above them in each unit; those of a site's laboratories, too.
#pragma once

#include "rules/stories/example.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace rules {

/// A number at which a band begins or a mark ends, in one unit. Borrows the pack and the site.
struct Edge {
    const Analyte* analyte = nullptr;
    std::string kind;     ///< whose results it divides
    std::string ruleset;  ///< empty: whatever the ruleset
    std::string name;     ///< of the band or the mark
    std::string unit;
    fhir::Decimal number;
    const Laboratory* laboratory = nullptr;  ///< whose own band it is; null: the pack's
};

/// All edges of a pack's analytes, of kinds that results can have.
std::vector<Edge> edges_of(const Pack& pack);
/// Those of the bands that laboratories of `site` have of their own.
std::vector<Edge> edges_of_laboratories(const Pack& pack, const Site& site);

/// What people call the results that an edge divides: "25-OH vitamin D3".
std::string title_of(const Edge& edge);

/// Whose it is: " in nam-2011", " of General Hospital laboratory"; empty: everybody's.
std::string whose_edge(const Edge& edge);

enum class EdgeSide { below, at, above };

/// The result that touches `edge` best: the number itself, or one step of its last digit beside it (of the first
/// decimal, for a whole number).
fhir::Decimal touching(const Edge& edge, EdgeSide side);

/// Something that no story touches.
struct Gap {
    Place place;
    std::string says;          ///< "No story shows a card of vitamin-d-suggest."
    std::optional<Edge> edge;  ///< a result is missing on `side` of it
    EdgeSide side = EdgeSide::at;
};

/// How much was touched of what there is.
struct CoverageCount {
    std::string of;  ///< "rules"
    std::size_t touched = 0, all = 0;
};

/// Looks on while the examples run, then tells what they left out. Borrows the pack and the site of the run.
class Coverage : public StoryWatcher {
  public:
    explicit Coverage(const Pack& pack, const Site* site = nullptr) : pack_(pack), site_(site) {}

    void see(const StoryRun& run) override;

    /// What no story touched: rules, variants, criteria, then edges. A result touches the side of an edge if it lies
    /// within 5 % of the number, final and without comparator.
    std::vector<Gap> gaps() const;
    std::vector<CoverageCount> counts() const;

  private:
    using Where = std::pair<std::string, std::string>;  ///< file and pointer
    /// Analyte, kind, ruleset or laboratory, unit.
    using Scale = std::tuple<std::string, std::string, std::string, std::string>;

    void see_reasons(const std::vector<Reason>& reasons);
    void see_result(const boost::json::object& observation, const Site& told_with);
    Scale scale_of(const Edge& edge) const;
    void add_gaps_of(const std::vector<Edge>& edges, std::vector<Gap>& gaps) const;
    CoverageCount count(std::string of, const std::vector<Edge>& edges) const;
    bool touches(const Edge& edge, EdgeSide side) const;
    void add_gaps_of(const Rule& rule, std::vector<Gap>& gaps) const;

    const Pack& pack_;
    const Site* site_;
    std::set<std::string> shown_;                             ///< rules with a card
    std::set<std::pair<std::string, std::size_t>> variants_;  ///< of shown cards
    std::set<Where> held_, failed_;                           ///< criteria
    std::map<Scale, std::set<fhir::Decimal>> results_;
};

/// For each edge among `gaps` a story to add: one that looks at the analyte already, with another result. The cards are
/// for a clinician to write. JSON, as in stories/*.json.
std::string boundary_stories(const std::vector<Gap>& gaps, const std::vector<Story>& stories);

}  // namespace rules
