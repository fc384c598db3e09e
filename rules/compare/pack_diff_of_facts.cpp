// facts.json.
#include "rules/compare/pack_diff_statement.hpp"

namespace rules {
namespace {

std::string word_of(Fact::Form form) {
    switch (form) {
        case Fact::Form::conditions:
            return "problems";
        case Fact::Form::medications:
            return "medicines";
        case Fact::Form::procedures:
            return "procedures";
        case Fact::Form::observations:
            return "observations";
        case Fact::Form::drafts:
            return "draft prescriptions";
        case Fact::Form::says:
            return "words for cards";
        case Fact::Form::items:
            return "some of other facts";
        case Fact::Form::any:
            return "any of other facts";
        case Fact::Form::all:
            return "all of other facts";
    }
    return "";
}

std::string word_of(Fact::Counts counts) {
    switch (counts) {
        case Fact::Counts::active:
            return "while active";
        case Fact::Counts::unless_resolved:
            return "unless resolved";
        case Fact::Counts::ever:
            return "ever";
    }
    return "";
}

void tell_completed(const Weight& weight, const CompletedTreatment& completed, Teller& to) {
    const auto& [counts_days, dose, injected, named_days] = completed;
    to.flag(weight, "completed treatments count", true);
    to.text(weight, "completed treatments count for, days", text_of(counts_days));
    to.text(weight, "completed treatments count from a dose of", in_words(dose));
    to.text(weight, "completed treatments count when injected by", text_of(injected));
    to.text(weight, "completed treatments count when named for, days", text_of(named_days));
}

void tell_fact(const Telling& telling, const Fact& fact) {
    const auto& [name, title, form, value_sets, overlaps, except, except_routes, counts, remission_counts, within_days,
                 undated_counts, doubtful_counts, words, history_words, routes, values, current_days, current_course,
                 course_of_class, covered_days, closed_covers_nothing, used_counts, contradicted_counts, ended_counts,
                 completed, prefetch, items, any, all, none, place] = fact;
    const bool is_safety = telling.reach.safety_facts.contains(name);
    // What only fills in texts decides nothing.
    const Weight weight = form == Fact::Form::says ? weight::card : is_safety ? weight::safety : weight::who;
    Teller& to = telling.to;
    to.about("2a fact " + name, "%" + name + ": " + title);
    to.text({weight.section, Step::minor, Step::major, Step::major}, "made of", word_of(form));
    to.as_headline();
    to.text(weight::card, "title", title);
    to.texts(weight, "value sets", value_sets);
    to.as_headline();
    to.texts(weight, "goes behind", overlaps);
    to.texts(weight, "but not what is in", except);
    to.text(weight, "but not by routes in", text_of(except_routes));
    to.text(weight, "counts", word_of(counts));
    to.flag(weight, "counts in remission", remission_counts);
    to.text(weight, "looks back for, days", text_of(within_days));
    to.flag(weight, "counts without a date", undated_counts);
    to.flag(weight, "counts in doubt", doubtful_counts);
    to.texts(weight, "found by words of", words);
    to.texts(weight, "found by words of the past of", history_words);
    to.text(weight, "routes", text_of(routes));
    to.text(weight, "values", text_of(values));
    to.text(weight, "counts as current for, days", text_of(current_days));
    to.flag(weight, "days on treatment are of the current course", current_course);
    to.flag(weight, "another medicine goes on with the course", course_of_class);
    to.flag(weight, "days on treatment are those that records cover", covered_days);
    to.flag(weight, "a closed record without an end covers nothing", closed_covers_nothing);
    to.flag(weight, "counts when it was used", used_counts);
    to.flag(weight, "counts when contradicted", contradicted_counts);
    to.flag(weight, "counts when it has ended", ended_counts);
    if (completed) tell_completed(weight, *completed, to);
    to.text(weight::prefetch, "prefetch key", prefetch);
    to.text(weight, form == Fact::Form::says ? "words" : "items", items.text);
    to.as_headline();
    to.texts(weight, "any of", any);
    to.as_headline();
    to.texts(weight, "all of", all);
    to.texts(weight, "none of", none);
}

}  // namespace

void tell_facts(const Telling& telling) {
    for (const Fact& fact : telling.pack.facts) tell_fact(telling, fact);
}

}  // namespace rules
