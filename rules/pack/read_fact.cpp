#include "fhir/json_text.hpp"
#include "fhir/ucum.hpp"
#include "rules/pack/readers.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr Kinds expression = kind::text;

constexpr Field conditions_fields[] = {{"title", kind::text, true},
                                       {"conditions", kind::texts, true, kind::text},
                                       {"words", kind::texts, false, kind::text},
                                       {"historyWords", kind::texts, false, kind::text},
                                       {"counts"},
                                       {"remissionCounts", kind::boolean},
                                       {"withinDays", kind::days},
                                       {"undated"},
                                       {"doubtful"},
                                       {"overlaps", kind::texts, false, kind::text}};
constexpr Field medications_fields[] = {{"title", kind::text, true},
                                        {"medications", kind::texts, true, kind::text},
                                        {"routes"},
                                        {"currentDays", kind::days},
                                        {"course"},
                                        {"courseOf"},
                                        {"days"},
                                        {"closedWithoutEnd"},
                                        {"counts"},
                                        {"contradicted"},
                                        {"ended"},
                                        {"except", kind::texts, false, kind::text},
                                        {"completed", kind::object}};
constexpr Field completed_fields[] = {{"countsDays", kind::days, true},
                                      {"dose", kind::object, false, kind::number},
                                      {"injected"},
                                      {"namedDays", kind::days}};
constexpr Form completed_form = {"a completed treatment", completed_fields};
constexpr Field procedures_fields[] = {{"title", kind::text, true},
                                       {"procedures", kind::texts, true, kind::text},
                                       {"words", kind::texts, false, kind::text},
                                       {"withinDays", kind::days},
                                       {"undated"},
                                       {"doubtful"},
                                       {"overlaps", kind::texts, false, kind::text}};
constexpr Field observations_fields[] = {{"title", kind::text, true},
                                         {"observations", kind::texts, true, kind::text},
                                         {"values", kind::text, true},
                                         {"withinDays", kind::days},
                                         {"doubtful"},
                                         {"prefetch", kind::text, true}};
constexpr Field drafts_fields[] = {{"title", kind::text, true},
                                   {"drafts", kind::texts, true, kind::text},
                                   {"except", kind::texts, false, kind::text},
                                   {"exceptRoutes"}};
constexpr Field says_fields[] = {{"title", kind::text, true}, {"says", expression, true}};
constexpr Field items_fields[] = {{"title", kind::text, true}, {"items", expression, true}};
constexpr Field any_fields[] = {{"title", kind::text, true}, {"any", kind::list, true, expression}};
constexpr Field all_fields[] = {
    {"title", kind::text, true}, {"all", kind::list, true, expression}, {"none", kind::list, false, expression}};

struct FactForm {
    std::string_view key;
    Fact::Form form;
    Form table;
};
constexpr FactForm forms[] = {
    {"conditions", Fact::Form::conditions, {"a fact by \"conditions\"", conditions_fields}},
    {"medications", Fact::Form::medications, {"a fact by \"medications\"", medications_fields}},
    {"procedures", Fact::Form::procedures, {"a fact by \"procedures\"", procedures_fields}},
    {"observations", Fact::Form::observations, {"a fact by \"observations\"", observations_fields}},
    {"drafts", Fact::Form::drafts, {"a fact by \"drafts\"", drafts_fields}},
    {"says", Fact::Form::says, {"a fact by \"says\"", says_fields}},
    {"items", Fact::Form::items, {"a fact by \"items\"", items_fields}},
    {"any", Fact::Form::any, {"a fact by \"any\"", any_fields}},
    {"all", Fact::Form::all, {"a fact by \"all\"", all_fields}},
};

constexpr Words<Fact::Counts, 3> counts_words = {{{"active", Fact::Counts::active},
                                                  {"unless resolved", Fact::Counts::unless_resolved},
                                                  {"ever", Fact::Counts::ever}}};
constexpr Words<bool, 2> doubtful_words = {{{"counts", true}, {"does not count", false}}};
constexpr Words<bool, 2> undated_words = {{{"counts", true}, {"does not count", false}}};
constexpr Words<bool, 2> course_of_words = {{{"ingredient", false}, {"class", true}}};
constexpr Words<bool, 2> days_words = {{{"since start", false}, {"covered", true}}};
constexpr Words<bool, 2> closed_words = {{{"covers", false}, {"covers nothing", true}}};
constexpr Words<bool, 2> used_words = {{{"active", false}, {"used", true}}};
constexpr Words<bool, 2> course_words = {{{"all records", false}, {"current course", true}}};

const FactForm* form_of(const Node& node) {
    const FactForm* found = nullptr;
    for (const FactForm& form : forms) {
        if (!node.member(form.key)) continue;
        if (!found) {
            found = &form;
            continue;
        }
        node.member(form.key)->error(
            "fact-form", "A fact has one form, and this one has \"" + std::string(found->key) + "\" already.",
            "Make two facts, and a third that has \"any\" or \"all\" of them.");
    }
    if (!found && node.require(kind::object, "a fact")) {
        node.error("fact-form", "This fact does not say what it is made of.",
                   "Add one of: conditions, medications, procedures, observations, drafts, says, items, any, all.");
    }
    return found;
}

template <typename Meaning, std::size_t count>
Meaning read_word(const Object& object, std::string_view name, const Words<Meaning, count>& words, Meaning otherwise) {
    const std::optional<Node> node = object.at(name);
    return node ? meaning_of(*node, words).value_or(otherwise) : otherwise;
}

CompletedTreatment read_completed(const Node& node) {
    const Object object(node, completed_form);
    CompletedTreatment completed;
    completed.counts_days = read_days(object, "countsDays");
    completed.named_days = read_days(object, "namedDays");
    completed.injected = object.authored("injected");
    for (const auto& [unit, number] : object.map("dose")) {
        const auto amount = fhir::Decimal::parse(fhir::number_text(number.value()));
        if (!fhir::parse_ucum(unit)) {
            number.error("unknown-unit", "\"" + unit + "\" is no unit of UCUM.", "Write mg, ug or [iU].");
        } else if (amount) {
            completed.dose.emplace(unit, *amount);
        }
    }
    return completed;
}

void read_course(const Object& object, Fact& fact) {
    fact.course_of_class = read_word(object, "courseOf", course_of_words, false);
    fact.covered_days = read_word(object, "days", days_words, false);
    fact.closed_covers_nothing = read_word(object, "closedWithoutEnd", closed_words, false);
    fact.used_counts = read_word(object, "counts", used_words, false);
    fact.contradicted_counts = read_word(object, "contradicted", doubtful_words, false);
    fact.ended_counts = read_word(object, "ended", doubtful_words, false);
    fact.except = object.authored_list("except");
    if (const auto completed = object.at("completed")) fact.completed = read_completed(*completed);
    if (fact.course_of_class && !fact.current_course) {
        object.at("courseOf")
            ->error("fact-form", "\"courseOf\" has no effect without \"course\": \"current course\".",
                    "Add it, or take \"courseOf\" away.");
    }
}

void read_members(const Object& object, Fact& fact) {
    switch (fact.form) {
        case Fact::Form::conditions:
            fact.value_sets = object.authored_list("conditions");
            fact.overlaps = object.authored_list("overlaps");
            fact.counts = read_word(object, "counts", counts_words, Fact::Counts::active);
            fact.remission_counts = object.flag("remissionCounts");
            fact.within_days = read_days(object, "withinDays");
            fact.undated_counts = read_word(object, "undated", undated_words, false);
            fact.doubtful_counts = read_word(object, "doubtful", doubtful_words, false);
            fact.words = object.authored_list("words");
            fact.history_words = object.authored_list("historyWords");
            break;
        case Fact::Form::medications:
            fact.value_sets = object.authored_list("medications");
            fact.routes = object.authored("routes");
            fact.current_days = read_days(object, "currentDays");
            fact.current_course = read_word(object, "course", course_words, false);
            read_course(object, fact);
            break;
        case Fact::Form::procedures:
            fact.value_sets = object.authored_list("procedures");
            fact.overlaps = object.authored_list("overlaps");
            fact.within_days = read_days(object, "withinDays");
            fact.undated_counts = read_word(object, "undated", undated_words, false);
            fact.doubtful_counts = read_word(object, "doubtful", doubtful_words, false);
            fact.words = object.authored_list("words");
            break;
        case Fact::Form::observations:
            fact.value_sets = object.authored_list("observations");
            fact.values = object.authored("values");
            fact.within_days = read_days(object, "withinDays");
            fact.doubtful_counts = read_word(object, "doubtful", doubtful_words, false);
            fact.prefetch = object.text("prefetch");
            break;
        case Fact::Form::drafts:
            fact.value_sets = object.authored_list("drafts");
            fact.except = object.authored_list("except");
            fact.except_routes = object.authored("exceptRoutes");
            break;
        case Fact::Form::says:
            fact.items = object.authored("says").value_or(Authored{});
            break;
        case Fact::Form::items:
            fact.items = object.authored("items").value_or(Authored{});
            break;
        case Fact::Form::any:
            fact.any = object.authored_list("any");
            break;
        case Fact::Form::all:
            fact.all = object.authored_list("all");
            fact.none = object.authored_list("none");
            break;
    }
}

}  // namespace

Fact read_fact(const std::string& name, const Node& node) {
    Fact fact;
    fact.name = name;
    fact.place = node.place();
    const FactForm* form = form_of(node);
    if (!form) return fact;
    const Object object(node, form->table);
    fact.form = form->form;
    fact.title = object.text("title");
    read_members(object, fact);
    if (fact.counts == Fact::Counts::active && fact.remission_counts) {
        object.at("remissionCounts")
            ->error("fact-form", "\"remissionCounts\" has no effect where only active conditions count.",
                    "Add \"counts\": \"unless resolved\", or take it away.");
    }
    return fact;
}

std::optional<Authored> read_days(const Object& object, std::string_view name) {
    const std::optional<Node> node = object.at(name);
    if (!node) return std::nullopt;
    Authored authored = node->authored();
    if (node->is(kind::integer)) {
        const std::int64_t number = node->value().get_int64();
        if (number < 1) node->error("days", "A number of days is at least 1.");
        authored.text = std::to_string(number);
    } else if (!authored.text.starts_with("%param.")) {
        node->error("days", "A window is a number of days or a parameter.", "Write 90 or \"%param.labs.validDays\".");
    }
    return authored;
}

}  // namespace rules
