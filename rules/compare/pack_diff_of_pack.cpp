// pack.json, citations.json, stories, and what no part of a pack reads.
#include "fhir/json_text.hpp"
#include "rules/check/unconfirmed.hpp"
#include "rules/compare/pack_diff_statement.hpp"
#include "rules/pack/readers.hpp"

#include <boost/json.hpp>

namespace rules {
namespace json = boost::json;

namespace {

std::string word_of(GateFor stands_before) {
    switch (stands_before) {
        case GateFor::every_card:
            return "every card";
        case GateFor::suggestion:
            return "suggestions";
        case GateFor::result:
            return "result cards";
        case GateFor::order_check:
            return "cards on orders";
        case GateFor::notice:
            return "notices";
        case GateFor::info:
            return "information cards";
        case GateFor::warning:
            return "warnings";
        case GateFor::critical:
            return "critical cards";
    }
    return "";
}

std::vector<std::string> words_of(const std::vector<Hook>& hooks) {
    std::vector<std::string> words;
    for (const Hook hook : hooks) words.emplace_back(name_of(hook));
    return words;
}

void tell_identity(const Identity& identity, Teller& to) {
    const auto& [id, version, status, title, publisher, contact, copyright, approved, reviewed, next_review, effective,
                 source_label, source_url, topic_system, intended_use, never_considered, known_limits] = identity;
    to.about("0", "the pack");
    to.text(weight::who, "id", id);
    to.text(weight::nothing, "version", version);
    to.text(weight::card, "status", status);
    to.text(weight::card, "title", title);
    to.text(weight::card, "publisher", publisher);
    to.text(weight::card, "contact", contact);
    to.text(weight::card, "copyright", copyright);
    to.text(weight::card, "approved on", approved);
    to.text(weight::nothing, "last reviewed on", reviewed);
    to.text(weight::nothing, "next review on", next_review);
    to.text(weight::card, "in effect from", effective);
    to.text(weight::card, "source that cards name", source_label);
    to.text(weight::card, "link of that source", source_url);
    to.text(weight::card, "system of topics", topic_system);
    to.text(weight::card, "intended use", intended_use);
    to.texts(weight::card, "never considered", never_considered);
    to.texts(weight::card, "known limits", known_limits);
}

void tell_services(const Pack& pack, Teller& to) {
    for (const Service& service : pack.services) {
        const auto& [id, hook, title, description, usage] = service;
        const std::string name = std::string(name_of(hook)) + ": " + id;
        to.about("7 service " + name, "service at " + name);
        to.text(weight::service, "offered", id);
        to.as_headline();
        to.text(weight::prefetch, "title", title);
        to.text(weight::prefetch, "description", description);
        to.text(weight::prefetch, "usage requirements", usage);
    }
}

std::string word_of(Parameter::Type type) {
    switch (type) {
        case Parameter::Type::integer:
            return "a whole number";
        case Parameter::Type::boolean:
            return "true or false";
        case Parameter::Type::code:
            return "one of several words";
    }
    return "";
}

void tell_parameters(const Pack& pack, Teller& to) {
    for (const Parameter& parameter : pack.parameters) {
        const auto& [name, type, default_value, range, values, unit, says, source, place] = parameter;
        to.about("1b parameter " + name, "parameter " + name + ": " + says);
        to.text(weight::adds, "default", default_value + (unit.empty() ? "" : " " + unit));
        to.as_headline();
        to.text(weight::who, "form", word_of(type));
        if (range) {
            to.text(weight::who, "a site may set",
                    std::to_string(range->first) + " to " + std::to_string(range->second));
        }
        to.texts(weight::adds, "a site may choose", values);
        to.text(weight::card, "what it means", says);
        to.text(weight::evidence, "source", source);
    }
}

void tell_gates(const Telling& telling) {
    std::map<GateFor, int> seen;
    for (const Gate& gate : telling.pack.gates) {
        const auto& [stands_before, when, unless, except, because, passes, place] = gate;
        const int number = ++seen[stands_before];
        const std::string name = word_of(stands_before) + (number == 1 ? "" : ", no. " + std::to_string(number));
        Teller& to = telling.to;
        to.about("2c gate " + name, "gate before " + name + (because.empty() ? "" : ": " + because));
        to.list(weight::safety, "must hold", telling.parts_of(when));
        to.as_headline();
        to.list(weight::safety, "must not hold", telling.parts_of(unless));
        to.as_headline();
        to.texts(weight::safety, "stands not before", except);
        to.as_headline();
        to.text(weight::card, "says of whom it stops", because);
        to.text(weight::card, "says of whom it lets pass", passes);
    }
}

void tell_show(const Telling& telling) {
    const auto& [at_most, order, within] = telling.pack.show;
    Teller& to = telling.to;
    to.about("2d show", "which cards are shown");
    to.text(weight::who, "at most, besides critical ones", std::to_string(at_most));
    to.texts(weight::who, "ranks, loudest first", order, Listing::ordered);
    for (const auto& [rank, rules] : within) {
        // A rule that is added to a rank is told as a rule; what changes the place of another is told here.
        to.texts(weight::adds, "within rank " + rank + ", loudest first", rules, Listing::ordered);
    }
}

void tell_explanations(const Telling& telling) {
    Teller& to = telling.to;
    for (const ExplainFirst& first : telling.pack.explain_first) {
        const auto& [name, of, hooks] = first;
        to.about("3 explained first " + name, "what an explanation says first: " + name);
        to.list(weight::card, "looks at", telling.parts_of(of));
        to.as_headline();
        to.texts(weight::card, "at", words_of(hooks));
    }
}

void tell_unavailable(const DataUnavailable& form, Teller& to) {
    const auto& [summary, why, no_birth_date_summary, no_birth_date_why, sources, reasons, cautions, options, rank,
                 override_reasons] = form;
    to.about("4 data-unavailable", "card data-unavailable");
    to.text(weight::card, "summary", summary.text);
    to.text(weight::card, "why", why.text);
    to.text(weight::card, "summary without a birth date", no_birth_date_summary.text);
    to.text(weight::card, "why without a birth date", no_birth_date_why.text);
    for (const auto& [key, words] : sources) to.text(weight::card, "calls the source " + key, words);
    for (const auto& [reason, words] : reasons) to.text(weight::card, "says of what was " + reason, words);
    to.texts(weight::card, "cautions", cautions, Listing::ordered);
    to.texts(weight::card, "options", options, Listing::ordered);
    to.text(weight::who, "rank", rank);
    to.text(weight::card, "reasons to override", override_reasons);
}

void tell_shared(const Pack& pack, Teller& to) {
    for (const auto& [name, line] : pack.cautions) {
        const auto& [say, condition, shared, besides, language] = line;
        to.about("5 caution " + name, "caution that rules share: " + name);
        to.text(weight::card, "says", say.text);
        to.as_headline();
        to.text(weight::card, "only if", text_of(condition));
        to.text(weight::card, "shared", text_of(shared));
        to.flag(weight::card, "shown besides the others", besides);
        if (language) to.text(weight::card, "in", *language == Language::en_gb ? "en-GB" : "en-US");
    }
    for (const auto& [kind, reasons] : pack.override_reasons) {
        to.about("6 reasons " + kind, "reasons to override: " + kind);
        to.list(weight::card, "offered", parts_of(reasons), Listing::ordered);
        to.as_headline();
    }
}

void tell_citations(const Pack& pack, Teller& to) {
    for (const auto& [key, citation] : pack.citations) {
        const auto& [id, title, url, says, name, year, superseded, own, place] = citation;
        to.about("8 source " + id, "source " + id);
        to.text(weight::evidence, "says", says);
        to.as_headline();
        to.text(weight::evidence, "title", title);
        to.text(weight::evidence, "link", url);
        to.text(weight::evidence, "called", name);
        if (year != 0) to.text(weight::evidence, "year", std::to_string(year));
        to.flag(weight::evidence, "superseded", superseded);
        to.flag(weight::evidence, "the pack's own choice", own);
    }
}

// ---- what nothing of a pack's working reads

/// Each story by its name, with all that it says.
void tell_stories(const Pack& pack, Teller& to) {
    to.about("z stories", "stories");
    PartList stories;
    for (const auto& [path, text] : pack.files) {
        if (!path.starts_with("stories/")) continue;
        const auto tree = fhir::parse_json(text);
        const json::object* file = tree ? tree->if_object() : nullptr;
        const json::value* list = file ? file->if_contains("stories") : nullptr;
        if (!list || !list->is_array()) continue;
        json::object rest = *file;
        rest.erase("stories");
        stories.push_back({path + " " + fhir::print_json(rest), path + ", what its stories share", path});
        for (const json::value& story : list->get_array()) {
            const json::value* said = story.is_object() ? story.get_object().if_contains("name") : nullptr;
            const std::string name(said ? fhir::text_of(*said).value_or("") : "");
            stories.push_back({path + fhir::print_json(story), name, path + " " + name});
        }
    }
    to.list(weight::nothing, "told", std::move(stories), Listing::codes);
}

/// The remarks of a file, wherever they stand.
void add_remarks(const json::value& value, PartList& found) {
    if (const json::array* list = value.if_array()) {
        for (const json::value& element : *list) add_remarks(element, found);
    }
    const json::object* object = value.if_object();
    if (!object) return;
    for (const auto& [name, member] : *object) {
        const bool is_confirmed = name == "confirmed";  // what is not confirmed is evidence, and told there
        if (is_confirmed && member == true) found.push_back({"confirmed", "something is confirmed"});
        if (name == "note" || name == "$schema") {
            const std::string text = fhir::print_json(member);
            found.push_back({text, std::string(fhir::text_of(member).value_or(text))});
        } else if (!is_confirmed) {
            add_remarks(member, found);
        }
    }
}

/// What FHIR says about a ValueSet and no rule reads: everything but what is in it and what it is called.
void add_publication(const json::object& value_set, PartList& found) {
    for (const auto& [name, member] : value_set) {
        const bool is_told = name == "compose" || name == "title" || name == "id" || name == "resourceType";
        if (is_told) continue;
        const std::string text = std::string(fhir::text_of(member).value_or(fhir::print_json(member)));
        found.push_back({std::string(name) + text, std::string(name) + ": " + text, name});
    }
    const json::value* compose = value_set.if_contains("compose");
    if (!compose || !compose->is_object()) return;
    for (const auto& [name, member] : compose->get_object()) {
        if (name == "include" || name == "exclude") continue;
        found.push_back({std::string(name) + fhir::print_json(member), std::string(name), name});
    }
}

void tell_remarks(const Pack& pack, Teller& to) {
    for (const auto& [path, text] : pack.files) {
        if (path.starts_with("stories/") || path == reviewed_codes_file) continue;
        const auto tree = fhir::parse_json(text);
        if (!tree) continue;
        to.about("z remarks " + path, "remarks in " + path);
        PartList found;
        add_remarks(*tree, found);
        to.list(weight::nothing, "remarks", std::move(found));
        PartList published;
        if (path.starts_with("value-sets/") && tree->is_object()) add_publication(tree->get_object(), published);
        to.list(weight::nothing, "publication", std::move(published));
    }
}

/// The list of reviewed codes repeats what the sets hold: told is that it was gone through again.
void tell_review(const Pack& pack, Teller& to) {
    const auto file = pack.files.find(reviewed_codes_file);
    const auto tree = file == pack.files.end() ? std::nullopt : std::optional(fhir::parse_json(file->second));
    if (!tree || !*tree || !(*tree)->is_object()) return;
    to.about("z reviewed codes", "list of reviewed codes");
    PartList owners;
    for (const auto& [section, of_section] : (*tree)->get_object()) {
        if (!of_section.is_object()) continue;
        for (const auto& [owner, codes] : of_section.get_object()) {
            const std::string name = std::string(section) + " " + std::string(owner);
            owners.push_back({name + fhir::print_json(codes), "of " + std::string(owner), name});
        }
    }
    to.list(weight::nothing, "holds", std::move(owners), Listing::codes);
}

void tell_unconfirmed(const Pack& pack, Teller& to) {
    to.about("z unconfirmed", "what nobody has confirmed");
    PartList things;
    for (const Diagnostic& finding : unconfirmed_in(pack)) {
        things.push_back({finding.place.file + finding.message, finding.message + " (" + finding.place.file + ")"});
    }
    to.list(weight::evidence, "marked so", std::move(things), Listing::codes);
}

}  // namespace

void tell_pack(const Telling& telling) {
    // Told elsewhere, one file each: value sets and words, facts, analytes and orders, rules.
    [[maybe_unused]] const auto& [identity, services, parameters, gates, explain_first, show, data_unavailable,
                                  cautions, override_reasons, value_sets, word_lists, facts, analytes, orders,
                                  citations, rules, files] = telling.pack;
    tell_identity(identity, telling.to);
    tell_services(telling.pack, telling.to);
    tell_parameters(telling.pack, telling.to);
    tell_gates(telling);
    tell_show(telling);
    tell_explanations(telling);
    tell_unavailable(data_unavailable, telling.to);
    tell_shared(telling.pack, telling.to);
    tell_citations(telling.pack, telling.to);
    tell_value_sets(telling);
    tell_facts(telling);
    tell_tests(telling);
    tell_rules(telling);
    tell_unconfirmed(telling.pack, telling.to);
    tell_stories(telling.pack, telling.to);
    tell_review(telling.pack, telling.to);
    tell_remarks(telling.pack, telling.to);
}

}  // namespace rules
