// The slots of a program: the types that expressions see, and facts and analytes in the order of their dependencies.
#include "rules/program/item.hpp"
#include "rules/program/program_builder.hpp"

#include <algorithm>
#include <iterator>

namespace rules {
namespace {

using fhir::path::TypeId;

std::vector<fhir::path::Member> reason_members() {
    return {{"label", TypeId::string}, {"sets", TypeId::string, true}};
}

std::vector<fhir::path::Member> members_of_item(TypeId reason) {
    std::vector<fhir::path::Member> typed;
    for (const ItemMember& member : item_members()) {
        if (!member.type) continue;
        const TypeId type = *member.type == TypeId::none ? reason : *member.type;
        typed.push_back({std::string(member.name), type, member.is_collection});
    }
    return typed;
}

std::vector<fhir::path::Member> reading_members() {
    return {{"analyte", TypeId::string},   {"title", TypeId::string},       {"label", TypeId::string},
            {"intent", TypeId::string},    {"kind", TypeId::string},        {"value", TypeId::decimal},
            {"unit", TypeId::string},      {"text", TypeId::string},        {"comparator", TypeId::string},
            {"band", TypeId::string},      {"lower", TypeId::string},       {"upper", TypeId::string},
            {"ruleset", TypeId::string},   {"marks", TypeId::string, true}, {"range", TypeId::string},
            {"rangeText", TypeId::string}, {"preDates", TypeId::boolean},   {"old", TypeId::boolean},
            {"verify", TypeId::boolean},   {"derived", TypeId::boolean},    {"near", TypeId::boolean},
            {"why", TypeId::string},       {"status", TypeId::string},      {"date", TypeId::date},
            {"ageDays", TypeId::integer},  {"reference", TypeId::string},   {"number", TypeId::string},
            {"bandWords", TypeId::string}, {"upperWord", TypeId::string},   {"fault", TypeId::string},
            {"other", TypeId::string},     {"nearLimit", TypeId::string},   {"others", TypeId::string, true}};
}

TypeId type_of(Parameter::Type type) {
    switch (type) {
        case Parameter::Type::integer:
            return TypeId::integer;
        case Parameter::Type::boolean:
            return TypeId::boolean;
        case Parameter::Type::code:
            return TypeId::string;
    }
    return TypeId::none;
}

void add_names(const std::vector<Authored>& expressions, std::vector<std::string>& names) {
    for (const Authored& expression : expressions)
        std::ranges::move(variables_named_in(expression.text), std::back_inserter(names));
}

}  // namespace

void ProgramBuilder::declare_types() {
    fhir::path::Types& types = inner_->types;
    FactTypes& own = inner_->fact_types;
    own.item = types.declare("Item", members_of_item(types.declare("StatedReason", reason_members())));
    own.reading = types.declare("Reading", reading_members());
    own.results = types.declare("TestResults", {{"result", own.reading},
                                                {"known", own.reading, true},
                                                {"pending", own.reading, true},
                                                {"unreadable", own.reading, true},
                                                {"newer", own.reading, true},
                                                {"ordered", own.item, true}});
    boost::json::object value;
    own.param = declare_parameters("", value);
    inner_->param = std::move(value);
}

/// A type for the parameters whose names begin with `prefix`, and their values; dotted names become nested objects.
TypeId ProgramBuilder::declare_parameters(const std::string& prefix, boost::json::object& value) {
    std::vector<fhir::path::Member> members;
    for (const Parameter& parameter : inner_->pack.parameters) {
        if (!parameter.name.starts_with(prefix)) continue;
        const std::string rest = parameter.name.substr(prefix.size());
        const std::string name = rest.substr(0, rest.find('.'));
        if (std::ranges::find(members, name, &fhir::path::Member::name) != members.end()) continue;
        if (name.size() < rest.size()) {
            boost::json::object nested;
            const TypeId type = declare_parameters(prefix + name + ".", nested);
            members.push_back({name, type});
            value[name] = std::move(nested);
            continue;
        }
        members.push_back({name, type_of(parameter.type)});
        const std::string text(inner_->parameters.text(parameter.name).value_or(""));
        if (parameter.type == Parameter::Type::integer) {
            value[name] = inner_->parameters.integer(parameter.name).value_or(0);
        } else if (parameter.type == Parameter::Type::boolean) {
            value[name] = text == "true";
        } else {
            value[name] = text;
        }
    }
    const std::string name = prefix.empty() ? "Param" : "Param_" + prefix.substr(0, prefix.size() - 1);
    return inner_->types.declare(name, std::move(members));
}

void ProgramBuilder::define_fixed_slots() {
    const FactTypes& own = inner_->fact_types;
    const SourceSet patient = source_bit(source_patient);
    SourceSet observations = 0;
    for (const CompiledAnalyte& analyte : inner_->analytes) observations |= source_bit(analyte.source);
    inner_->slots = {{"param", own.param, false, false, 0, 0, 0, true},
                     {"age", TypeId::integer, false, false, patient, 0, 0, true},
                     {"alive", TypeId::boolean, false, false, patient, 0, 0, true},
                     {"sex", TypeId::string, false, false, patient, 0, 0, true},
                     {"today", TypeId::date, false, false, 0, 0, 0, true},
                     {"orders", own.item, true, false, source_bit(source_orders), 0, 0, true},
                     {"drafts", own.item, true, false, 0, 0, 0, true},
                     {"results", own.reading, true, false, observations, 0, 0, false},
                     {"unreadable", own.reading, true, false, observations, 0, 0, false},
                     {"unavailable", TypeId::string, true, false, 0, 0, 0, true},
                     {"item", TypeId::none, false, false, 0, 0, 0, true}};
    for (const Fact& fact : inner_->pack.facts) {
        CompiledFact& compiled = inner_->facts.emplace_back();
        compiled.form = fact.form;
        compiled.written = &fact;
        compiled.slot = static_cast<std::uint16_t>(inner_->slots.size());
        inner_->slots.push_back({fact.name, TypeId::none, true, false, 0, 0, 0, false});
    }
    for (CompiledAnalyte& analyte : inner_->analytes) {
        inner_->slots.push_back({analyte.written->fact, own.results, false, true, source_bit(analyte.source),
                                 source_bit(source_orders), 0, false});
        link_analyte(analyte);
    }
}

std::vector<std::string> ProgramBuilder::dependencies_of(std::size_t slot) const {
    std::vector<std::string> names;
    const std::size_t first_analyte = inner_->analyte_slot(0);
    if (slot == slot_results || slot == slot_unreadable) {
        for (const CompiledAnalyte& analyte : inner_->analytes) names.push_back(analyte.written->fact);
    } else if (slot >= first_analyte) {
        const Analyte& analyte = *inner_->analytes[slot - first_analyte].written;
        if (analyte.stale_once_on) names.push_back(analyte.stale_once_on->text.substr(1));
        const auto& adjustment = inner_->analytes[slot - first_analyte].adjustment;
        if (adjustment) names.push_back(inner_->analytes[adjustment->with].written->fact);
    } else if (slot >= first_fact_slot) {
        const Fact& fact = *inner_->facts[slot - first_fact_slot].written;
        add_names({fact.items}, names);
        for (const auto* list : {&fact.any, &fact.all, &fact.none}) add_names(*list, names);
    }
    return names;
}

/// Defines `slot` after everything that it depends on. \returns whether no cycle was met.
bool ProgramBuilder::visit(std::size_t slot, std::vector<std::string>& trail) {
    if (visits_[slot] == Visit::done) return true;
    trail.push_back(inner_->slots[slot].name);
    if (visits_[slot] == Visit::under_way) return false;
    visits_[slot] = Visit::under_way;
    for (const std::string& name : dependencies_of(slot)) {
        const auto other = std::ranges::find(inner_->slots, name, &Slot::name);
        if (other == inner_->slots.end()) continue;  // the compiler says so, at its place
        if (!visit(static_cast<std::size_t>(other - inner_->slots.begin()), trail)) return false;
    }
    visits_[slot] = Visit::done;
    trail.pop_back();
    if (slot >= inner_->analyte_slot(0)) {
        define_analyte(slot - inner_->analyte_slot(0));
    } else if (slot >= first_fact_slot) {
        define_fact(inner_->facts[slot - first_fact_slot]);
    }
    inner_->slots[slot].is_defined = true;
    return true;
}

bool ProgramBuilder::define_slots_in_order() {
    visits_.assign(inner_->slots.size(), Visit::not_yet);
    for (std::size_t slot = 0; slot < inner_->slots.size(); ++slot) {
        std::vector<std::string> trail;
        if (visit(slot, trail)) continue;
        std::string circle;
        for (const std::string& name : trail) circle += (circle.empty() ? "%" : " -> %") + name;
        const Place place = slot >= inner_->analyte_slot(0)
                                ? inner_->pack.analytes[slot - inner_->analyte_slot(0)].place
                            : slot >= first_fact_slot ? inner_->pack.facts[slot - first_fact_slot].place
                                                      : Place{"facts.json", "", 1, 1};
        findings_.push_back({Severity::error, place, "cycle", "Facts depend on each other in a circle: " + circle + ".",
                             "Let one of them not read the others."});
        return false;
    }
    return true;
}

void ProgramBuilder::define_analyte(std::size_t analyte) {
    Slot& slot = inner_->slots[inner_->analyte_slot(analyte)];
    const CompiledAnalyte& compiled = inner_->analytes[analyte];
    if (compiled.stale_once_on) slot.also_reads |= inner_->slots[*compiled.stale_once_on].sources(SlotPart::whole);
    if (compiled.adjustment) slot.also_reads |= source_bit(inner_->analytes[compiled.adjustment->with].source);
}

void ProgramBuilder::compile_expressions(const std::vector<Authored>& written,
                                         std::vector<CompiledExpression>& compiled) {
    for (const Authored& text : written) {
        if (auto expression = expressions_.compile(text)) compiled.push_back(std::move(*expression));
    }
}

void ProgramBuilder::compile_conditions(const std::vector<Authored>& written,
                                        std::vector<CompiledExpression>& compiled) {
    for (const Authored& text : written) {
        if (auto expression = expressions_.compile_condition(text)) compiled.push_back(std::move(*expression));
    }
}

void ProgramBuilder::compile_completed(const CompletedTreatment& written, CompiledFact& fact) const {
    if (written.injected) fact.injected = sets_named({*written.injected});
    for (const auto& [unit, amount] : written.dose) {
        if (const auto meant = fhir::parse_ucum(unit)) fact.doses.push_back({*meant, amount});
    }
    if (written.counts_days) fact.completed_days = inner_->parameters.integer(*written.counts_days);
    if (written.named_days) fact.named_days = inner_->parameters.integer(*written.named_days);
}

void ProgramBuilder::define_fact(CompiledFact& fact) {
    const Fact& written = *fact.written;
    Slot& slot = inner_->slots[fact.slot];
    slot.type = inner_->fact_types.item;
    fact.sets = sets_named(written.value_sets);
    if (written.routes) fact.routes = sets_named({*written.routes});
    if (written.values) fact.values = sets_named({*written.values});
    fact.except = sets_named(written.except);
    fact.words = words_named(written.words);
    fact.history_words = words_named(written.history_words);
    if (written.completed) compile_completed(*written.completed, fact);
    if (written.except_routes) fact.except_routes = sets_named({*written.except_routes});
    if (written.within_days) fact.within_days = inner_->parameters.integer(*written.within_days);
    if (written.current_days) fact.current_days = inner_->parameters.integer(*written.current_days);
    switch (written.form) {
        case Fact::Form::conditions:
            slot.result_sources = source_bit(source_conditions);
            return;
        case Fact::Form::medications:
            slot.result_sources = source_bit(source_medication_requests);
            slot.also_reads = source_bit(source_medication_statements);
            if (written.completed) slot.also_reads |= source_bit(source_medication_administrations);
            return;
        case Fact::Form::procedures:
            slot.result_sources = source_bit(source_procedures);
            return;
        case Fact::Form::observations:
            fact.source = inner_->source_of_key(written.prefetch).value_or(first_observation_source);
            slot.result_sources = source_bit(fact.source);
            return;
        case Fact::Form::drafts:
            return;  // they come with the call
        case Fact::Form::says:
        case Fact::Form::items:
            fact.items = expressions_.compile(written.items);
            break;
        case Fact::Form::any:
        case Fact::Form::all:
            compile_expressions(written.any, fact.any);
            compile_conditions(written.all, fact.all);
            compile_conditions(written.none, fact.none);
            break;
    }
    type_fact(fact, slot);
}

/// The type of a fact that is made of others, and the sources behind it.
void ProgramBuilder::type_fact(const CompiledFact& fact, Slot& slot) {
    std::vector<TypeId> types;
    const auto add = [&](const CompiledExpression& expression, bool gives_items) {
        for (const SlotUse& use : expression.uses) {
            slot.result_sources |= inner_->slots[use.slot].sources(use.part);
            slot.also_reads |= inner_->slots[use.slot].also_reads;
        }
        if (gives_items) std::ranges::copy(expression.path.result_type().types, std::back_inserter(types));
    };
    if (fact.items) add(*fact.items, true);
    for (const auto* list : {&fact.any, &fact.all}) {
        for (const CompiledExpression& expression : *list) add(expression, true);
    }
    for (const CompiledExpression& expression : fact.none) add(expression, false);
    const FactTypes& own = inner_->fact_types;
    const auto is_usable = [&own](TypeId type) {
        return type == own.item || type == own.reading || type == TypeId::string;
    };
    const bool all_items = std::ranges::all_of(types, is_usable);
    const bool may_be_boolean = fact.form != Fact::Form::items && fact.form != Fact::Form::says;
    if (!all_items && !may_be_boolean) {
        findings_.push_back(
            {Severity::error, fact.written->place, "fact-items",
             "%" + fact.written->name + " gives neither items of the record nor texts",
             "give items, for instance with where(…); a yes or no belongs into \"all\" or a criterion"});
    }
    const bool same =
        !types.empty() && std::ranges::all_of(types, [&types](TypeId type) { return type == types.front(); });
    slot.type = same && all_items ? types.front() : TypeId::none;
}

}  // namespace rules
