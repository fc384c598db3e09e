#include "rules/stories/coverage.hpp"

#include "fhir/observation.hpp"
#include "rules/pack/readers.hpp"
#include "rules/record/measurement.hpp"

#include <algorithm>
#include <functional>

namespace rules {
namespace json = boost::json;

namespace {

void each_criterion(const std::vector<Criterion>& criteria, const std::function<void(const Criterion&)>& visit) {
    for (const Criterion& criterion : criteria) {
        visit(criterion);
        each_criterion(criterion.parts, visit);
    }
}

void each_criterion(const Pack& pack, const std::function<void(const Criterion&)>& visit) {
    for (const Gate& gate : pack.gates) {
        each_criterion(gate.when, visit);
        each_criterion(gate.unless, visit);
    }
    for (const Rule& rule : pack.rules) {
        each_criterion(rule.when, visit);
        each_criterion(rule.unless, visit);
    }
}

std::string words_of(const Criterion& criterion) {
    if (criterion.form == Criterion::Form::expression) return criterion.expression.text;
    return std::string(form_of(criterion).how_many) + " of the criteria here";
}

// The ruleset that a story is read by.
std::string ruleset_in_force(const Analyte& analyte, const Site& told_with, const Pack& pack) {
    if (!analyte.ruleset) return analyte.rulesets.empty() ? "" : analyte.rulesets.begin()->first;
    const std::string name = analyte.ruleset->text.substr(std::string_view("%param.").size());
    const auto set = told_with.parameters.find(name);
    if (set != told_with.parameters.end()) return set->second;
    const auto parameter = std::find_if(pack.parameters.begin(), pack.parameters.end(),
                                        [&](const Parameter& each) { return each.name == name; });
    return parameter == pack.parameters.end() ? "" : parameter->default_value;
}

// The analyte's own word for a unit as reported; empty if it knows none.
std::string own_unit(const Analyte& analyte, const AnalyteCode& code, std::string_view reported) {
    for (const auto& [property, units] : analyte.units) {
        if (code.property != "any" && code.property != property) continue;
        for (const auto& [unit, synonyms] : units) {
            if (unit == reported || std::find(synonyms.begin(), synonyms.end(), reported) != synonyms.end())
                return unit;
        }
    }
    return {};
}

// The codes of a test, a site's own among them.
std::vector<AnalyteCode> codes_of(const Analyte& analyte, const Site& told_with) {
    std::vector<AnalyteCode> codes = analyte.codes;
    const auto own = told_with.analyte_codes.find(analyte.id);
    if (own != told_with.analyte_codes.end()) codes.insert(codes.end(), own->second.begin(), own->second.end());
    return codes;
}

std::string scale_name(const Laboratory& laboratory) {
    return "laboratory " + laboratory.name;
}

bool is_banded(std::string_view status) {
    return status == "final" || status == "amended" || status == "corrected";
}

}  // namespace

void Coverage::see(const StoryRun& run) {
    for (const Card& card : run.evaluation.cards) {
        shown_.insert(std::string(card.rule));
        for (const std::string_view guest : card.with) shown_.insert(std::string(guest));
        if (card.variant) variants_.emplace(card.rule, *card.variant);
    }
    for (const RuleOutcome& outcome : run.evaluation.outcomes) see_reasons(outcome.reasons);
    for (const json::value& resource : run.story.resources) {
        const json::object* object = resource.if_object();
        const json::value* type = object ? object->if_contains("resourceType") : nullptr;
        if (type && *type == "Observation") see_result(*object, run.program.site());
    }
}

void Coverage::see_reasons(const std::vector<Reason>& reasons) {
    for (const Reason& reason : reasons) {
        if (!reason.place.file.empty()) {
            if (reason.truth == Truth::holds) held_.emplace(reason.place.file, reason.place.pointer);
            if (reason.truth == Truth::fails) failed_.emplace(reason.place.file, reason.place.pointer);
        }
        see_reasons(reason.parts);
    }
}

void Coverage::see_result(const json::object& resource, const Site& told_with) {
    fhir::Issues issues;
    const fhir::Observation observation = fhir::read_observation(resource, issues);
    const fhir::Quantity* value = std::get_if<fhir::Quantity>(&observation.value);
    if (!value || !value->value || value->comparator != fhir::Comparator::none || !is_banded(observation.status))
        return;
    const std::string_view reported = value->unit.empty() ? value->code : value->unit;
    const bool is_told_with_site = site_ && told_with.text == site_->text;
    const Laboratory* laboratory = is_told_with_site ? laboratory_of(told_with, observation) : nullptr;
    for (const Analyte& analyte : pack_.analytes) {
        for (const AnalyteCode& code : codes_of(analyte, told_with)) {
            const auto is_code = [&](const fhir::Coding& coding) {
                return coding.system == code.system && coding.code == code.code;
            };
            if (std::none_of(observation.code.codings.begin(), observation.code.codings.end(), is_code)) continue;
            const std::string unit = own_unit(analyte, code, reported);
            std::vector<std::string> scales = {ruleset_in_force(analyte, told_with, pack_), ""};
            if (laboratory) scales.push_back(scale_name(*laboratory));
            for (const std::string& scale : scales) {
                results_[{analyte.id, code.kind, scale, unit}].insert(*value->value);
            }
        }
    }
}

Coverage::Scale Coverage::scale_of(const Edge& edge) const {
    return {edge.analyte->id, edge.kind, edge.laboratory ? scale_name(*edge.laboratory) : edge.ruleset, edge.unit};
}

bool Coverage::touches(const Edge& edge, EdgeSide side) const {
    const auto found = results_.find(scale_of(edge));
    if (found == results_.end()) return false;
    const fhir::Decimal five_percent = *fhir::Decimal::parse("0.05");
    const fhir::Decimal margin = fhir::multiply(fhir::absolute(edge.number), five_percent).value_or(fhir::Decimal());
    return std::any_of(found->second.begin(), found->second.end(), [&](const fhir::Decimal& result) {
        const fhir::Decimal distance = fhir::subtract(result, edge.number).value_or(edge.number);
        if (side == EdgeSide::at) return distance.is_zero();
        const bool on_side = !distance.is_zero() && distance.is_negative() == (side == EdgeSide::below);
        return on_side && fhir::absolute(distance) <= margin;
    });
}

std::vector<Gap> Coverage::gaps() const {
    std::vector<Gap> gaps;
    for (const Rule& rule : pack_.rules) add_gaps_of(rule, gaps);
    each_criterion(pack_, [&](const Criterion& criterion) {
        const Where where{criterion.place.file, criterion.place.pointer};
        if (!held_.contains(where)) {
            gaps.push_back({criterion.place, "In no story this holds: " + words_of(criterion), {}, {}});
        }
        if (!failed_.contains(where)) {
            gaps.push_back({criterion.place, "In no story this fails: " + words_of(criterion), {}, {}});
        }
    });
    add_gaps_of(edges_of(pack_), gaps);
    if (site_) add_gaps_of(edges_of_laboratories(pack_, *site_), gaps);
    return gaps;
}

void Coverage::add_gaps_of(const std::vector<Edge>& edges, std::vector<Gap>& gaps) const {
    for (const Edge& edge : edges) {
        for (const EdgeSide side : {EdgeSide::below, EdgeSide::at, EdgeSide::above}) {
            if (touches(edge, side)) continue;
            gaps.push_back({edge.laboratory ? edge.laboratory->place : edge.analyte->place,
                            "No story has a result like " + title_of(edge) + ' ' + touching(edge, side).text() + ' ' +
                                edge.unit + ", at the edge of \"" + edge.name + '"' + whose_edge(edge) + '.',
                            edge, side});
        }
    }
}

void Coverage::add_gaps_of(const Rule& rule, std::vector<Gap>& gaps) const {
    if (!shown_.contains(rule.id)) gaps.push_back({rule.place, "No story shows a card of " + rule.id + '.', {}, {}});
    for (std::size_t i = 0; i < rule.variants.size(); ++i) {
        if (variants_.contains({rule.id, i})) continue;
        const Variant& variant = rule.variants[i];
        const std::string when = variant.condition ? variant.condition->text : "only if " + variant.only_if->text;
        gaps.push_back({variant.place, "No story shows this variant of " + rule.id + ": " + when, {}, {}});
    }
}

std::vector<CoverageCount> Coverage::counts() const {
    CoverageCount rules{"rules", 0, pack_.rules.size()};
    CoverageCount variants{"variants", variants_.size(), 0};
    for (const Rule& rule : pack_.rules) {
        rules.touched += shown_.contains(rule.id) ? 1U : 0U;
        variants.all += rule.variants.size();
    }
    CoverageCount criteria{"criteria, each way", 0, 0};
    each_criterion(pack_, [&](const Criterion& criterion) {
        const Where where{criterion.place.file, criterion.place.pointer};
        criteria.all += 2;
        criteria.touched += (held_.contains(where) ? 1U : 0U) + (failed_.contains(where) ? 1U : 0U);
    });
    std::vector<CoverageCount> counts = {rules, variants, criteria, count("band edges, each side", edges_of(pack_))};
    const std::vector<Edge> own = site_ ? edges_of_laboratories(pack_, *site_) : std::vector<Edge>();
    if (!own.empty()) counts.push_back(count("band edges of laboratories, each side", own));
    return counts;
}

CoverageCount Coverage::count(std::string of, const std::vector<Edge>& edges) const {
    CoverageCount sides{std::move(of), 0, 0};
    for (const Edge& edge : edges) {
        for (const EdgeSide side : {EdgeSide::below, EdgeSide::at, EdgeSide::above}) {
            ++sides.all;
            sides.touched += touches(edge, side) ? 1U : 0U;
        }
    }
    return sides;
}

}  // namespace rules
