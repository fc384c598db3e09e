#include "rules/stories/coverage.hpp"

#include "fhir/observation.hpp"
#include "rules/pack/readers.hpp"

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
    switch (criterion.form) {
        case Criterion::Form::expression:
            return criterion.expression.text;
        case Criterion::Form::all:
            return "all of the criteria here";
        case Criterion::Form::any:
            return "any of the criteria here";
        case Criterion::Form::none:
            return "none of the criteria here";
    }
    return "";
}

// The ruleset that a story is read by.
std::string ruleset_in_force(const Analyte& analyte, const Story& story, const Pack& pack) {
    if (!analyte.ruleset) return analyte.rulesets.empty() ? "" : analyte.rulesets.begin()->first;
    const std::string name = analyte.ruleset->text.substr(std::string_view("%param.").size());
    const auto set = story.site.parameters.find(name);
    if (set != story.site.parameters.end()) return set->second;
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
        if (type && *type == "Observation") see_result(*object, run.story);
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

void Coverage::see_result(const json::object& resource, const Story& story) {
    fhir::Issues issues;
    const fhir::Observation observation = fhir::read_observation(resource, issues);
    const fhir::Quantity* value = std::get_if<fhir::Quantity>(&observation.value);
    if (!value || !value->value || value->comparator != fhir::Comparator::none || !is_banded(observation.status))
        return;
    const std::string_view reported = value->unit.empty() ? value->code : value->unit;
    for (const Analyte& analyte : pack_.analytes) {
        for (const AnalyteCode& code : analyte.codes) {
            const auto is_code = [&](const fhir::Coding& coding) {
                return coding.system == code.system && coding.code == code.code;
            };
            if (std::none_of(observation.code.codings.begin(), observation.code.codings.end(), is_code)) continue;
            const std::string unit = own_unit(analyte, code, reported);
            for (const std::string& ruleset : {ruleset_in_force(analyte, story, pack_), std::string()}) {
                results_[{analyte.id, code.kind, ruleset, unit}].insert(*value->value);
            }
        }
    }
}

bool Coverage::touches(const Edge& edge, Side side) const {
    const auto found = results_.find({edge.analyte->id, edge.kind, edge.ruleset, edge.unit});
    if (found == results_.end()) return false;
    const fhir::Decimal five_percent = *fhir::Decimal::parse("0.05");
    const fhir::Decimal margin = fhir::multiply(fhir::absolute(edge.number), five_percent).value_or(fhir::Decimal());
    return std::any_of(found->second.begin(), found->second.end(), [&](const fhir::Decimal& result) {
        const fhir::Decimal distance = fhir::subtract(result, edge.number).value_or(edge.number);
        if (side == Side::at) return distance.is_zero();
        const bool on_side = !distance.is_zero() && distance.is_negative() == (side == Side::below);
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
    for (const Edge& edge : edges_of(pack_)) {
        for (const Side side : {Side::below, Side::at, Side::above}) {
            if (touches(edge, side)) continue;
            const std::string ruleset = edge.ruleset.empty() ? "" : " in " + edge.ruleset;
            gaps.push_back({edge.analyte->place,
                            "No story has a result like " + title_of(edge) + ' ' + touching(edge, side).text() + ' ' +
                                edge.unit + ", at the edge of \"" + edge.name + '"' + ruleset + '.',
                            edge, side});
        }
    }
    return gaps;
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
    CoverageCount edges{"band edges, each side", 0, 0};
    for (const Edge& edge : edges_of(pack_)) {
        for (const Side side : {Side::below, Side::at, Side::above}) {
            ++edges.all;
            edges.touched += touches(edge, side) ? 1U : 0U;
        }
    }
    return {rules, variants, criteria, edges};
}

}  // namespace rules
