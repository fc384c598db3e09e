#include "fhir/json_text.hpp"
#include "rules/pack/readers.hpp"
#include "rules/stories/coverage.hpp"
#include "rules/stories/story_vocabulary.hpp"

#include <algorithm>

namespace rules {
namespace json = boost::json;

namespace {

// Gathers the edges of one analyte, or those that a laboratory has for it.
class EdgeCollector {
  public:
    EdgeCollector(const Analyte& analyte, std::vector<Edge>& edges, const Laboratory* laboratory = nullptr)
        : analyte_(analyte), edges_(edges), laboratory_(laboratory) {}

    void collect(const Ruleset& own) {
        for (const auto& [kind, bands] : own.bands) {
            for (const Band& band : bands) add_band(kind, "", band);
        }
    }

    void collect() {
        for (const auto& [id, ruleset] : analyte_.rulesets) {
            for (const auto& [kind, bands] : ruleset.bands) {
                for (const Band& band : bands) add_band(kind, id, band);
            }
        }
        for (const Analyte::AboveAll& above : analyte_.above_all) {
            for (const std::string& kind : kinds(above.kind)) add_band(kind, "", above.band);
        }
        for (const Mark& mark : analyte_.marks) add_mark(mark);
    }

  private:
    bool is_reported(const std::string& kind) const {
        return std::any_of(analyte_.codes.begin(), analyte_.codes.end(),
                           [&](const AnalyteCode& code) { return code.kind == kind; });
    }

    std::vector<std::string> kinds(const std::string& one) const {
        if (!one.empty()) return {one};
        std::vector<std::string> all;
        for (const Kind& kind : analyte_.kinds) all.push_back(kind.name);
        return all;
    }

    void add(const std::string& kind, const std::string& ruleset, const std::string& name,
             const std::optional<PrintedNumbers>& numbers) {
        if (!numbers || !is_reported(kind)) return;
        const std::set<std::string> units = units_of_kind(analyte_, kind);
        for (const auto& [unit, number] : *numbers) {
            if (units.contains(unit)) edges_.push_back({&analyte_, kind, ruleset, name, unit, number, laboratory_});
        }
    }

    void add_band(const std::string& kind, const std::string& ruleset, const Band& band) {
        add(kind, ruleset, band.band, band.from);
        add(kind, ruleset, band.band, band.above);
    }

    void add_mark(const Mark& mark) {
        for (const auto* numbers : {&mark.below, &mark.above, &mark.from}) add(mark.kind, "", mark.mark, *numbers);
        for (const auto& [ruleset, numbers] : mark.in_ruleset) add(mark.kind, ruleset, mark.mark, numbers);
    }

    const Analyte& analyte_;
    std::vector<Edge>& edges_;
    const Laboratory* laboratory_;
};

std::string_view side_word(EdgeSide side) {
    switch (side) {
        case EdgeSide::below:
            return "just below";
        case EdgeSide::at:
            return "exactly";
        case EdgeSide::above:
            return "just above";
    }
    return "";
}

// Which line of a story tells a result of that name.
std::optional<std::size_t> line_of(const Story& story, const std::string& title) {
    const std::string small = small_letters(title) + ' ';
    for (std::size_t i = 0; i < story.lines.size(); ++i) {
        if (small_letters(story.lines[i]).starts_with(small)) return i;
    }
    return std::nullopt;
}

std::string date_before(const Story& story) {
    constexpr std::chrono::days some_days(10);
    return fhir::Date::of(story.at.date.last_day() - some_days).text();
}

// A line of a story names a laboratory by its reference.
bool can_be_told(const Edge& edge) {
    return !edge.laboratory || edge.laboratory->is_default || !edge.laboratory->reference.empty();
}

json::object boundary_story(const Gap& gap, const Story& base, std::size_t line) {
    const Edge& edge = *gap.edge;
    const std::string result = title_of(edge) + ' ' + touching(edge, gap.side).text() + ' ' + edge.unit;
    const std::string by = edge.laboratory && !edge.laboratory->is_default ? " by " + edge.laboratory->reference : "";
    json::object story;
    story["name"] =
        result + ", " + std::string(side_word(gap.side)) + " the edge of \"" + edge.name + "\"" + whose_edge(edge);
    story["patient"] = base.patient;
    json::array record;
    for (std::size_t i = 0; i < base.lines.size(); ++i) {
        record.emplace_back(i == line ? result + " on " + date_before(base) + by : base.lines[i]);
    }
    story["record"] = std::move(record);
    if (!edge.ruleset.empty() && edge.analyte->ruleset) {
        const std::string parameter = edge.analyte->ruleset->text.substr(std::string_view("%param.").size());
        story["site"] = json::object{{"parameters", json::object{{parameter, edge.ruleset}}}};
    }
    story["patient-view"] = json::array{"write what a clinician expects here"};
    return story;
}

}  // namespace

std::string title_of(const Edge& edge) {
    const auto kind = std::find_if(edge.analyte->kinds.begin(), edge.analyte->kinds.end(),
                                   [&](const Kind& each) { return each.name == edge.kind; });
    return kind == edge.analyte->kinds.end() ? edge.analyte->title : kind->title;
}

std::string whose_edge(const Edge& edge) {
    if (edge.laboratory) return " of " + edge.laboratory->name;
    return edge.ruleset.empty() ? "" : " in " + edge.ruleset;
}

std::vector<Edge> edges_of(const Pack& pack) {
    std::vector<Edge> edges;
    for (const Analyte& analyte : pack.analytes) EdgeCollector(analyte, edges).collect();
    return edges;
}

std::vector<Edge> edges_of_laboratories(const Pack& pack, const Site& site) {
    std::vector<Edge> edges;
    for (const Laboratory& laboratory : site.laboratories) {
        for (const Analyte& analyte : pack.analytes) {
            const auto own = laboratory.bands.find(analyte.id);
            if (own != laboratory.bands.end()) EdgeCollector(analyte, edges, &laboratory).collect(own->second);
        }
    }
    return edges;
}

fhir::Decimal touching(const Edge& edge, EdgeSide side) {
    const int places = std::max(edge.number.decimal_places(), 1);
    const fhir::Decimal step = fhir::Decimal::of(1, places).value_or(fhir::Decimal());
    switch (side) {
        case EdgeSide::below:
            return fhir::subtract(edge.number, step).value_or(edge.number);
        case EdgeSide::at:
            return edge.number;
        case EdgeSide::above:
            return fhir::add(edge.number, step).value_or(edge.number);
    }
    return edge.number;
}

std::string boundary_stories(const std::vector<Gap>& gaps, const std::vector<Story>& stories) {
    json::array all;
    for (const Gap& gap : gaps) {
        if (!gap.edge || !can_be_told(*gap.edge)) continue;
        for (const Story& base : stories) {
            const auto line = line_of(base, title_of(*gap.edge));
            if (!line) continue;
            all.emplace_back(boundary_story(gap, base, *line));
            break;
        }
    }
    return all.empty() ? std::string() : fhir::print_json_indented(json::value(std::move(all)));
}

}  // namespace rules
