#include "rules/run/reach.hpp"

#include "fhir/json_text.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <tuple>

namespace rules {
namespace {

namespace json = boost::json;

/// What parameters mean that no fact or test names: the code that reads them does (record/facts, fact_conditions,
/// fact_medications), where the record holds what they bear on.
struct ReadByForm {
    std::string_view parameter;
    std::vector<Fact::Form> facts;
    HeldKinds kinds = holds_anything;
    bool orders = false;
};
const ReadByForm read_by_forms[] = {
    {"condition.undatedDays", {Fact::Form::conditions}, holds_conditions_without_status},
    {"medication.currentDays", {Fact::Form::medications}, holds_medications},
    {"medication.currentDays", {Fact::Form::drafts}},
    {"medication.pastEndDays", {Fact::Form::medications}, holds_medications},
    {"medication.pastEndDays", {Fact::Form::drafts}},
    {"orders.openDays", {}, holds_orders, true},
    {"orders.aheadDays", {}, holds_orders, true},
};

/// Without which a fact finds nothing, whatever its settings are.
HeldKinds kinds_of(Fact::Form form) {
    switch (form) {
        case Fact::Form::conditions:
            return holds_conditions;
        case Fact::Form::medications:
            return holds_medications;
        case Fact::Form::procedures:
            return holds_procedures;
        case Fact::Form::observations:
            return holds_observations;
        case Fact::Form::drafts:
        case Fact::Form::says:
        case Fact::Form::items:
        case Fact::Form::any:
        case Fact::Form::all:
            break;
    }
    return holds_anything;
}

/// The site file as a tree; an empty object where there is none; nothing where it cannot be read.
std::optional<json::object> tree_of(const Site& site) {
    if (site.text.empty()) return json::object();
    auto tree = fhir::parse_json(site.text, {}, fhir::JsonDialect::with_comments);
    if (!tree || !tree->is_object()) return std::nullopt;
    return std::move(tree->get_object());
}

json::array laboratories_in(json::object& site) {
    json::value* found = site.if_contains("laboratories");
    return found && found->is_array() ? found->get_array() : json::array();
}

/// Whatever of the two sites is neither a parameter nor a laboratory.
bool is_same_beside(const Site& before, const Site& after, json::object& one, json::object& other) {
    if (before.approval.has_value() != after.approval.has_value()) return false;
    if (before.approval &&
        std::tie(before.approval->by, before.approval->date) != std::tie(after.approval->by, after.approval->date)) {
        return false;
    }
    if (before.expansions.text != after.expansions.text) return false;
    for (json::object* site : {&one, &other}) {
        // Remarks and stories are read by nobody who evaluates; parameters are compared by what they come to.
        for (const char* name : {"parameters", "laboratories", "approval", "stories", "note"}) site->erase(name);
    }
    return one == other;
}

/// Takes the bands out of a laboratory. \returns them by test.
json::object take_bands(json::value& laboratory) {
    json::object* object = laboratory.if_object();
    json::value* bands = object ? object->if_contains("bands") : nullptr;
    json::object taken = bands && bands->is_object() ? bands->get_object() : json::object();
    if (object) object->erase("bands");
    return taken;
}

/// Adds the tests whose bands differ in a laboratory. \returns false where anything else does.
bool compare_laboratories(json::array before, json::array after, std::set<std::string, std::less<>>& tests) {
    if (before.size() != after.size()) return false;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const json::object one = take_bands(before[i]), other = take_bands(after[i]);
        for (const auto* side : {&one, &other}) {
            for (const auto& [test, bands] : *side) {
                const json::value* mine = one.if_contains(test);
                const json::value* theirs = other.if_contains(test);
                if (!mine || !theirs || *mine != *theirs) tests.emplace(test);
            }
        }
    }
    return before == after;
}

bool fact_differs(const CompiledFact& before, const CompiledFact& after) {
    return std::tie(before.completed_days, before.named_days, before.within_days, before.current_days) !=
           std::tie(after.completed_days, after.named_days, after.within_days, after.current_days);
}

/// Whether parameters make another thing of each result of a test: its ruleset, what its codes mean, which of two that
/// lie some days apart speaks.
bool is_read_otherwise(const Program::Inner& before, const Program::Inner& after, std::size_t test) {
    const CompiledAnalyte &one = before.analytes[test], &other = after.analytes[test];
    const auto days = [](const CompiledAnalyte::Outranking& outranking) { return outranking.within_days; };
    if (!std::ranges::equal(one.outranking, other.outranking, {}, days, days)) return true;
    const Analyte& written = *one.written;
    if (written.ruleset && before.parameters.text(*written.ruleset) != after.parameters.text(*written.ruleset)) {
        return true;
    }
    return std::ranges::any_of(written.kinds, [&](const Kind& kind) {
        return effective_kind(written, kind.name, before.parameters) !=
               effective_kind(written, kind.name, after.parameters);
    });
}

/// How old results are that fall on another side of one of the limits that ages are held against
/// (record/test_results, run/run_results).
std::vector<ChangeReach::OfTest::Ages> ages_between(const CompiledAnalyte& before, const CompiledAnalyte& after) {
    constexpr long no_limit = std::numeric_limits<long>::max();
    std::vector<ChangeReach::OfTest::Ages> ages;
    for (const auto limit : {&CompiledAnalyte::valid_days, &CompiledAnalyte::danger_valid_days,
                             &CompiledAnalyte::pending_days, &CompiledAnalyte::old_days}) {
        const long one = (before.*limit).value_or(no_limit), other = (after.*limit).value_or(no_limit);
        const bool is_of_awaited = limit == &CompiledAnalyte::pending_days;
        if (one != other) ages.push_back({std::min(one, other), std::max(one, other), is_of_awaited});
    }
    return ages;
}

class ReachFinder {
  public:
    ReachFinder(const Program::Inner& before, const Program::Inner& after) : before_(before), after_(after) {
        reach_.tests.resize(before.analytes.size());
        reach_.first_test_slot = before.analyte_slot(0);
        for (const CompiledAnalyte& analyte : before.analytes) {
            const auto& formula = analyte.adjustment;
            reach_.computed_with.push_back(formula ? std::optional(formula->with) : std::nullopt);
        }
    }

    ChangeReach find() {
        std::set<std::string, std::less<>> banded;
        if (!is_comparable(banded)) {
            reach_.is_everything = true;
            return reach_;
        }
        for (const auto& [name, value] : before_.parameters.all()) {
            if (after_.parameters.text(name) != std::string_view(value)) add_parameter(name);
        }
        for (std::size_t fact = 0; fact < before_.facts.size(); ++fact) {
            if (fact_differs(before_.facts[fact], after_.facts[fact])) add_fact(before_.facts[fact]);
        }
        for (std::size_t test = 0; test < before_.analytes.size(); ++test) {
            ChangeReach::OfTest& of_test = reach_.tests[test];
            const bool is_banded_otherwise = banded.contains(before_.analytes[test].written->id);
            of_test.is_read_otherwise = is_banded_otherwise || is_read_otherwise(before_, after_, test);
            of_test.ages = ages_between(before_.analytes[test], after_.analytes[test]);
        }
        return reach_;
    }

  private:
    /// Whether all that differs are parameters and bands of laboratories, whose tests are added to `banded`.
    bool is_comparable(std::set<std::string, std::less<>>& banded) const {
        if (before_.pack.files != after_.pack.files || before_.pack.files.empty()) return false;
        if (before_.facts.size() != after_.facts.size() || before_.slots.size() != after_.slots.size()) return false;
        auto one = tree_of(before_.site), other = tree_of(after_.site);
        if (!one || !other) return false;
        json::array labs = laboratories_in(*one), other_labs = laboratories_in(*other);
        const bool are_told =
            labs.size() == before_.site.laboratories.size() && other_labs.size() == after_.site.laboratories.size();
        return are_told && is_same_beside(before_.site, after_.site, *one, *other) &&
               compare_laboratories(std::move(labs), std::move(other_labs), banded);
    }

    void add_fact(const CompiledFact& fact) { add_fact(fact, kinds_of(fact.form)); }

    void add_fact(const CompiledFact& fact, HeldKinds kinds) {
        const bool is_read = kinds_of(fact.form) != holds_anything;
        (is_read ? reach_.facts : reach_.slots)[fact.slot] |= kinds;
    }

    void add_parameter(const std::string& name) {
        reach_.parameters.insert(name);
        for (const ReadByForm& read : read_by_forms) {
            if (read.parameter != name) continue;
            for (const CompiledFact& fact : before_.facts) {
                const bool is_read = std::ranges::find(read.facts, fact.form) != read.facts.end();
                if (is_read) add_fact(fact, read.kinds);
            }
            if (!read.orders) continue;
            for (const std::uint16_t slot : {std::uint16_t(slot_orders), std::uint16_t(slot_drafts)}) {
                reach_.slots[slot] |= read.kinds;
            }
            for (std::size_t test = 0; test < before_.analytes.size(); ++test) {
                reach_.slots[static_cast<std::uint16_t>(before_.analyte_slot(test))] |= read.kinds;
            }
        }
    }

    const Program::Inner &before_, &after_;
    ChangeReach reach_;
};

/// Whether an expression that reads `read` ("backPain", or "backPain.chronicDays") reads the parameter.
bool reads_parameter(std::string_view read, std::string_view parameter) {
    return read.empty() || read == parameter || (parameter.starts_with(read) && parameter[read.size()] == '.');
}

void add_parameters_of_test(const Program::Inner& program, std::size_t test,
                            std::set<std::string, std::less<>>& found) {
    const Analyte& written = *program.analytes[test].written;
    const auto add = [&found](const std::optional<Authored>& authored) {
        const std::string_view name = authored ? Parameters::name_in(*authored) : std::string_view();
        if (!name.empty()) found.emplace(name);
    };
    for (const auto* authored : {&written.valid_days, &written.danger_valid_days, &written.ruleset}) add(*authored);
    for (const Analyte::Outranks& outranks : written.outranks) add(outranks.within_days);
    for (const Kind& kind : written.kinds) {
        add(kind.means_it_if);
    }
    found.emplace("results.pendingDays");
    found.emplace(written.fact + ".highOldDays");
}

}  // namespace

bool RecordOutline::has_result_of(std::size_t test) const {
    return std::ranges::any_of(results, [test](const Result& result) { return result.test == test; });
}

RecordOutline outline_of(const Record& record, const std::vector<std::vector<Measurement>>& measurements) {
    RecordOutline outline;
    const auto add = [&outline](bool holds, HeldKinds kind) {
        if (holds) outline.kinds |= kind;
    };
    add(!record.conditions.empty(), holds_conditions);
    add(std::ranges::any_of(record.conditions, [](const auto& one) { return !one.clinical_status.is_there; }),
        holds_conditions_without_status);
    add(!record.medication_requests.empty() || !record.medication_statements.empty() ||
            !record.medication_administrations.empty(),
        holds_medications);
    add(!record.procedures.empty(), holds_procedures);
    add(!record.observations.empty(), holds_observations);
    add(!record.orders.empty(), holds_orders);
    for (std::size_t test = 0; test < measurements.size(); ++test) {
        for (const Measurement& one : measurements[test]) {
            const auto place = static_cast<std::uint32_t>(one.observation - record.observations.data());
            RecordOutline::Result& result = outline.results.emplace_back();
            result.test = static_cast<std::uint16_t>(test);
            result.observation = place;
            if (one.age_days) result.age_days = static_cast<std::int32_t>(*one.age_days);
            result.is_awaited = one.state == Measurement::State::awaited;
        }
    }
    outline.results.shrink_to_fit();
    return outline;
}

ChangeReach::Met ChangeReach::met_by(const Trace& trace) const {
    Met met;
    const bool reads_one = std::ranges::any_of(parameters, [&trace](std::string_view parameter) {
        return std::ranges::any_of(trace.parameters,
                                   [&](std::string_view read) { return reads_parameter(read, parameter); });
    });
    if (is_everything || reads_one) met.kinds |= holds_anything;
    for (const auto& [slot, kinds] : slots) {
        if (trace.slots.contains(slot)) met.kinds |= kinds;
    }
    for (const auto& [slot, kinds] : facts) {
        if (!trace.slots.contains(slot)) continue;
        met.facts.push_back(slot);
        met.of_facts |= kinds;
    }
    for (std::size_t test = 0; test < tests.size(); ++test) {
        const bool may_be_reached =
            tests[test].is_reached() || (computed_with[test] && tests[*computed_with[test]].is_reached());
        if (may_be_reached && trace.slots.contains(static_cast<std::uint16_t>(first_test_slot + test))) {
            met.tests.push_back(test);
        }
    }
    return met;
}

bool ChangeReach::touches_beside_facts(const Met& met, const RecordOutline& record) const {
    return (met.kinds & record.kinds) != 0 ||
           std::ranges::any_of(met.tests, [&](std::size_t test) { return may_change(test, record); });
}

bool ChangeReach::may_change(std::size_t test, const RecordOutline& record) const {
    if (is_everything) return true;
    const auto bears_on = [&](std::size_t changed) {
        const OfTest& of_test = tests[changed];
        return of_test.is_reached() && std::ranges::any_of(record.results, [&](const RecordOutline::Result& result) {
                   if (result.test != changed) return false;
                   return of_test.is_read_otherwise || std::ranges::any_of(of_test.ages, [&](const OfTest::Ages& ages) {
                              const bool is_meant = result.is_awaited || !ages.of_awaited;
                              return is_meant && result.age_days && *result.age_days > ages.above &&
                                     *result.age_days <= ages.up_to;
                          });
               });
    };
    if (bears_on(test)) return true;
    return computed_with[test] && record.has_result_of(test) && bears_on(*computed_with[test]);
}

std::set<std::string, std::less<>> parameters_behind(const Program::Inner& program, const Trace& trace) {
    std::set<std::string, std::less<>> found;
    for (const auto& [name, value] : program.parameters.all()) {
        const auto reads = [&name](std::string_view read) { return reads_parameter(read, name); };
        if (std::ranges::any_of(trace.parameters, reads)) found.insert(name);
    }
    const auto add = [&found](const std::optional<Authored>& written) {
        const std::string_view name = written ? Parameters::name_in(*written) : std::string_view();
        if (!name.empty()) found.emplace(name);
    };
    bool reads_orders = trace.slots.contains(slot_orders) || trace.slots.contains(slot_drafts);
    for (const CompiledFact& fact : program.facts) {
        if (!trace.slots.contains(fact.slot)) continue;
        add(fact.written->within_days);
        add(fact.written->current_days);
        if (fact.written->completed) add(fact.written->completed->counts_days);
        if (fact.written->completed) add(fact.written->completed->named_days);
        for (const ReadByForm& read : read_by_forms) {
            if (std::ranges::find(read.facts, fact.form) != read.facts.end()) found.emplace(read.parameter);
        }
    }
    for (std::size_t test = 0; test < program.analytes.size(); ++test) {
        if (!trace.slots.contains(static_cast<std::uint16_t>(program.analyte_slot(test)))) continue;
        reads_orders = true;
        add_parameters_of_test(program, test, found);
        const auto& adjustment = program.analytes[test].adjustment;
        if (adjustment) add_parameters_of_test(program, adjustment->with, found);
    }
    for (const ReadByForm& read : read_by_forms) {
        if (read.orders && reads_orders) found.emplace(read.parameter);
    }
    std::erase_if(found, [&](const std::string& name) { return !program.parameters.text(name); });
    return found;
}

ChangeReach reach_of(const Program::Inner& before, const Program::Inner& after) {
    return ReachFinder(before, after).find();
}

}  // namespace rules
