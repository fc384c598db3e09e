#include "rules/pack/readers.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr Kinds expression = kind::text;
constexpr Kinds names = kind::text | kind::list;
constexpr Kinds days = kind::integer | kind::text;

constexpr Field conditions_fields[] = {{"title", kind::text, true},
                                       {"conditions", names, true, kind::text},
                                       {"counts"},
                                       {"remissionCounts", kind::boolean},
                                       {"withinDays", days},
                                       {"undated"}};
constexpr Field medications_fields[] = {{"title", kind::text, true},
                                        {"medications", names, true, kind::text},
                                        {"routes"},
                                        {"currentDays", days},
                                        {"course"}};
constexpr Field procedures_fields[] = {
    {"title", kind::text, true}, {"procedures", names, true, kind::text}, {"withinDays", days}, {"undated"}};
constexpr Field observations_fields[] = {{"title", kind::text, true},
                                         {"observations", names, true, kind::text},
                                         {"values", kind::text, true},
                                         {"withinDays", days},
                                         {"prefetch", kind::text, true}};
constexpr Field drafts_fields[] = {{"title", kind::text, true},
                                   {"drafts", names, true, kind::text},
                                   {"except", names, false, kind::text},
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
constexpr Words<bool, 2> undated_words = {{{"counts", true}, {"does not count", false}}};
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

void read_members(const Object& object, Fact& fact) {
    switch (fact.form) {
        case Fact::Form::conditions:
            fact.value_sets = object.authored_list("conditions");
            fact.counts = read_word(object, "counts", counts_words, Fact::Counts::active);
            fact.remission_counts = object.flag("remissionCounts");
            fact.within_days = read_days(object, "withinDays");
            fact.undated_counts = read_word(object, "undated", undated_words, false);
            break;
        case Fact::Form::medications:
            fact.value_sets = object.authored_list("medications");
            fact.routes = object.authored("routes");
            fact.current_days = read_days(object, "currentDays");
            fact.current_course = read_word(object, "course", course_words, false);
            break;
        case Fact::Form::procedures:
            fact.value_sets = object.authored_list("procedures");
            fact.within_days = read_days(object, "withinDays");
            fact.undated_counts = read_word(object, "undated", undated_words, false);
            break;
        case Fact::Form::observations:
            fact.value_sets = object.authored_list("observations");
            fact.values = object.authored("values");
            fact.within_days = read_days(object, "withinDays");
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
