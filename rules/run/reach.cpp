#include "rules/run/reach.hpp"

#include "fhir/json_text.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>

namespace rules {
namespace {

namespace json = boost::json;

/// What parameters mean that no fact or test names: the code that reads them does (record/facts, fact_conditions,
/// fact_medications).
struct ReadByForm {
    std::string_view parameter;
    std::vector<Fact::Form> facts;
    bool orders = false;
};
const ReadByForm read_by_forms[] = {
    {"condition.undatedDays", {Fact::Form::conditions}},
    {"medication.currentDays", {Fact::Form::medications, Fact::Form::drafts}},
    {"medication.pastEndDays", {Fact::Form::medications, Fact::Form::drafts}},
    {"orders.openDays", {}, true},
    {"orders.aheadDays", {}, true},
};

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

/// Whether parameters make another thing of a test: its ruleset, what its codes mean, for how long it counts.
bool test_differs(const Program::Inner& before, const Program::Inner& after, std::size_t test) {
    const CompiledAnalyte &one = before.analytes[test], &other = after.analytes[test];
    if (std::tie(one.valid_days, one.danger_valid_days, one.pending_days, one.old_days) !=
        std::tie(other.valid_days, other.danger_valid_days, other.pending_days, other.old_days)) {
        return true;
    }
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

class ReachFinder {
  public:
    ReachFinder(const Program::Inner& before, const Program::Inner& after) : before_(before), after_(after) {
        reach_.tests.resize(before.analytes.size(), false);
    }

    ChangeReach find() {
        std::set<std::string, std::less<>> banded;
        if (!is_comparable(banded)) {
            reach_.is_everything = true;
            reach_.tests.assign(reach_.tests.size(), true);
            return reach_;
        }
        for (const auto& [name, value] : before_.parameters.all()) {
            if (after_.parameters.text(name) != std::string_view(value)) add_parameter(name);
        }
        for (std::size_t fact = 0; fact < before_.facts.size(); ++fact) {
            if (fact_differs(before_.facts[fact], after_.facts[fact])) reach_.slots.insert(before_.facts[fact].slot);
        }
        for (std::size_t test = 0; test < before_.analytes.size(); ++test) {
            if (banded.contains(before_.analytes[test].written->id) || test_differs(before_, after_, test)) {
                add_test(test);
            }
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

    void add_parameter(const std::string& name) {
        reach_.parameters.insert(name);
        for (const ReadByForm& read : read_by_forms) {
            if (read.parameter != name) continue;
            for (const CompiledFact& fact : before_.facts) {
                if (std::ranges::find(read.facts, fact.form) != read.facts.end()) reach_.slots.insert(fact.slot);
            }
            if (!read.orders) continue;
            reach_.slots.insert({slot_orders, slot_drafts});
            for (std::size_t test = 0; test < before_.analytes.size(); ++test) {
                reach_.slots.insert(static_cast<std::uint16_t>(before_.analyte_slot(test)));
            }
        }
    }

    /// The test, and those that are computed with it.
    void add_test(std::size_t test) {
        for (std::size_t other = 0; other < before_.analytes.size(); ++other) {
            const auto& adjustment = before_.analytes[other].adjustment;
            if (other != test && !(adjustment && adjustment->with == test)) continue;
            reach_.tests[other] = true;
            reach_.slots.insert(static_cast<std::uint16_t>(before_.analyte_slot(other)));
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

bool ChangeReach::touches(const Trace& trace) const {
    if (is_everything) return true;
    const auto was_filled = [&trace](std::uint16_t slot) { return trace.slots.contains(slot); };
    if (std::ranges::any_of(slots, was_filled)) return true;
    return std::ranges::any_of(parameters, [&trace](std::string_view parameter) {
        return std::ranges::any_of(trace.parameters,
                                   [&](std::string_view read) { return reads_parameter(read, parameter); });
    });
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
