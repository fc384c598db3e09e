#include "fhir/json_text.hpp"
#include "rules/pack/readers.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr Field mark_fields[] = {{"mark", kind::text, true},
                                 {"kind", kind::text, true},
                                 {"below", kind::object, false, kind::number},
                                 {"above", kind::object, false, kind::number},
                                 {"from", kind::object, false, kind::number},
                                 {"inRuleset", kind::object, false, kind::object}};
constexpr Form mark_form = {"a mark", mark_fields};

constexpr Field above_all_fields[] = {{"band", kind::text, true},
                                      {"words"},
                                      {"kind"},
                                      {"from", kind::object, false, kind::number},
                                      {"above", kind::object, false, kind::number}};
constexpr Form above_all_form = {"an element of \"aboveAll\"", above_all_fields};

constexpr Field adjustment_fields[] = {{"from", kind::text, true},
                                       {"to", kind::text, true},
                                       {"with", kind::text, true},
                                       {"formula", kind::object, true, kind::object}};
constexpr Form adjustment_form = {"an adjustment", adjustment_fields};

constexpr Field term_fields[] = {
    {"unit", kind::text, true}, {"factor", kind::number, true}, {"normal", kind::number, true}};
constexpr Form term_form = {"a term of the formula", term_fields};

fhir::Decimal read_decimal(const Object& object, std::string_view name) {
    const auto node = object.at(name);
    if (!node) return {};
    const auto decimal = fhir::Decimal::parse(fhir::number_text(node->value()));
    if (!decimal) node->error("number", "This number has more digits than can be kept.");
    return decimal.value_or(fhir::Decimal{});
}

std::set<std::string> units_wanted(const Analyte& analyte, const std::string& kind) {
    return kind.empty() ? units_of(analyte) : units_of_kind(analyte, kind);
}

}  // namespace

void require_kind(const Node& node, const std::string& name, const Analyte& analyte) {
    std::vector<std::string_view> names;
    for (const Kind& kind : analyte.kinds) names.push_back(kind.name);
    if (std::find(names.begin(), names.end(), name) != names.end()) return;
    node.error("unknown-kind", "This analyte has no kind \"" + name + "\".", did_you_mean(name, names));
}

void refuse_unknown_kind(const Node& node, const std::string& name, const Analyte& analyte) {
    if (name.empty()) return;
    for (const auto& [key, member] : node.members()) {
        if (member.text() == name) return require_kind(member, name, analyte);
    }
    require_kind(node, name, analyte);
}

bool require_unit(const Node& node, const std::string& unit, const std::set<std::string>& known) {
    if (known.contains(unit)) return true;
    node.error("unknown-unit", "This analyte has no unit \"" + unit + "\".",
               did_you_mean(unit, {known.begin(), known.end()}));
    return false;
}

Mark read_mark(const Node& node, const Analyte& analyte) {
    const Object object(node, mark_form);
    Mark mark;
    mark.mark = object.text("mark");
    mark.kind = object.text("kind");
    refuse_unknown_kind(node, mark.kind, analyte);
    const std::set<std::string> wanted = units_wanted(analyte, mark.kind);
    const auto read_side = [&](std::string_view name) -> std::optional<PrintedNumbers> {
        const auto side = object.at(name);
        if (!side) return std::nullopt;
        return read_printed_numbers(*side, wanted, units_of(analyte));
    };
    mark.below = read_side("below");
    mark.above = read_side("above");
    mark.from = read_side("from");
    if (mark.below.has_value() + mark.above.has_value() + mark.from.has_value() != 1) {
        node.error("mark", "A mark names the results on one side of a number.",
                   "Write one of \"below\" (less), \"above\" (more) and \"from\" (this number and more).");
    }
    for (const auto& [ruleset, numbers] : object.map("inRuleset")) {
        if (!analyte.rulesets.contains(ruleset)) {
            std::vector<std::string_view> known;
            for (const auto& [id, other] : analyte.rulesets) known.push_back(id);
            numbers.error("unknown-ruleset", "This analyte has no ruleset \"" + ruleset + "\".",
                          did_you_mean(ruleset, known));
        }
        mark.in_ruleset.emplace(ruleset, read_printed_numbers(numbers, wanted, units_of(analyte)));
    }
    return mark;
}

Analyte::AboveAll read_above_all(const Node& node, const Analyte& analyte) {
    const Object object(node, above_all_form);
    Analyte::AboveAll above_all;
    above_all.kind = object.text("kind");
    refuse_unknown_kind(node, above_all.kind, analyte);
    const std::set<std::string> wanted = units_wanted(analyte, above_all.kind);
    above_all.band.band = object.text("band");
    above_all.band.words = object.text("words");
    above_all.band.or_more = true;
    if (const auto from = object.at("from"))
        above_all.band.from = read_printed_numbers(*from, wanted, units_of(analyte));
    if (const auto above = object.at("above")) {
        above_all.band.above = read_printed_numbers(*above, wanted, units_of(analyte));
    }
    if (above_all.band.from.has_value() == above_all.band.above.has_value()) {
        node.error("band-bound", "A band above all others has one lower bound.", "Write \"from\" or \"above\".");
    }
    return above_all;
}

Adjustment read_adjustment(const Node& node, const Analyte& analyte) {
    const Object object(node, adjustment_form);
    Adjustment adjustment;
    adjustment.from = object.text("from");
    adjustment.to = object.text("to");
    refuse_unknown_kind(node, adjustment.from, analyte);
    refuse_unknown_kind(node, adjustment.to, analyte);
    adjustment.with = object.authored("with").value_or(Authored{});
    const std::set<std::string> units = units_of(analyte);
    for (const auto& [unit, term_node] : object.map("formula")) {
        require_unit(term_node, unit, units);
        const Object term(term_node, term_form);
        adjustment.formula.emplace(
            unit, Adjustment::Term{term.text("unit"), read_decimal(term, "factor"), read_decimal(term, "normal")});
    }
    return adjustment;
}

}  // namespace rules
