// What a card could not take into account: on the card what could not be had and results that are awaited; in the
// extension results that cannot be read and records that were left out.
#include "rules/evaluate/card_builder.hpp"
#include "rules/run/card_layout.hpp"
#include "rules/run/card_text.hpp"
#include "rules/run/text_template.hpp"

#include <algorithm>

namespace rules {
namespace {

using fhir::path::Value;

constexpr std::size_t most_gaps_named = 5;

/// How many records of a medicine name nothing that could be read.
template <typename Records>
std::size_t count_nameless(const Records& records) {
    return static_cast<std::size_t>(std::ranges::count_if(records, [](const auto& record) {
        const fhir::MedicationChoice& medication = record.medication;
        return medication.code.empty() && medication.ingredients.empty() && medication.reference.display.empty();
    }));
}

/// Whether nothing but this test is shown on a card, so that "a newer result" is one of it.
bool is_only_test(const fhir::path::Collection& evidence, std::string_view analyte, const CompiledKind& kind) {
    return std::ranges::all_of(evidence, [&](const Value& item) {
        const std::string_view id = text_member(item, "analyte");
        return id.empty() || (id == analyte && text_member(item, "kind") == kind.name);
    });
}

/// Whether a card's own item is this result, or one of its test and day that could not be read either.
bool is_of(const Value& item, const Measurement& result, const CompiledKind& kind) {
    return result.state == Measurement::State::unreadable && result.date && text_member(item, "kind") == kind.name &&
           text_member(item, "date") == result.date->text();
}

std::string_view why_not_shown(const Measurement& measurement) {
    switch (measurement.state) {
        case Measurement::State::readable:
            return " (not the whole)";
        case Measurement::State::awaited:
            return " (not final yet)";
        case Measurement::State::unreadable:
            return measurement.fault == Fault::in_the_future ? " (dated ahead)" : " (unreadable)";
    }
    return "";
}

std::string of_test(const Measurement& measurement, const CompiledAnalyte& analyte) {
    std::string words = analyte.kinds[measurement.kind].title;
    if (measurement.date) words += " of " + measurement.date->text();
    return words + " (" + reference_to("Observation", measurement.observation->id) + ")";
}

}  // namespace

/// Sources that could not be had, and newer results than those shown. `unknowns` is what other advice lacks.
std::vector<std::string> CardBuilder::missing_for(const Candidate& candidate, const Unknowns& unknowns) {
    const CompiledRule& rule = run_.program().rules[candidate.rule];
    const SourceSet wanted = rule.reads | candidate.said;
    const SourceSet missing = (run_.unavailable() & wanted) | run_.in_part() | unknowns.missing;
    std::vector<std::string> lines = describe_missing(missing);
    if (!unknowns.advice.empty())
        lines.push_back("so advice on " + joined_with_and(unknowns.advice) + " may be missing");
    add_newer_results(candidate, lines);
    return lines;
}

std::vector<std::string> CardBuilder::describe_missing(SourceSet missing) {
    // Statements only add to the requests; that a server never has them is not worth a line on each card.
    const auto& unavailable = run_.record().unavailable;
    const std::string& statements = run_.program().source_keys[source_medication_statements];
    if (!unavailable.contains(statements)) missing &= ~source_bit(source_medication_statements);
    // Few clients have records of what was given; that they send none is said nowhere, that it failed is.
    const auto given = unavailable.find(run_.program().source_keys[source_medication_administrations]);
    if (given == unavailable.end() || given->second == Unavailable::not_sent)
        missing &= ~source_bit(source_medication_administrations);
    return describe_missing_sources(run_, missing);
}

/// An offer that fell away because something could not be had is not one that nobody needs.
void CardBuilder::say_why_not_offered(SourceSet missing, std::vector<std::string>& lines) {
    for (std::string& line : describe_missing(missing)) add_once(std::move(line), lines);
    add_once("so no order is offered", lines);
}

/// A reading that was shown although a newer result is awaited, cannot be read or is of a part only.
void CardBuilder::add_newer_results(const Candidate& candidate, std::vector<std::string>& missing) {
    for (std::size_t analyte = 0; analyte < run_.program().analytes.size(); ++analyte) {
        const CompiledAnalyte& compiled = run_.program().analytes[analyte];
        const std::string_view id = compiled.written->id;
        const auto is_its = [id](const Value& item) { return text_member(item, "analyte") == id; };
        if (std::ranges::none_of(candidate.evidence, is_its)) continue;
        const TestResults& results = run_.results(analyte);
        for (const std::size_t position : results.newer) {
            const Measurement& newer = results.all[position];
            const CompiledKind& kind = compiled.kinds[newer.kind];
            if (candidate.item && is_its(*candidate.item) && is_of(*candidate.item, newer, kind)) continue;
            const bool is_clear = is_only_test(candidate.evidence, id, kind);
            std::string words = is_clear ? "a newer result" : "a newer " + kind.title + " result";
            if (newer.date) words += " of " + newer.date->text();
            add_once(words + std::string(why_not_shown(newer)), missing);
        }
    }
}

void CardBuilder::add_unreadable(const Candidate& candidate, Card& card) {
    const std::string_view own = candidate.item ? text_member(*candidate.item, "reference") : std::string_view();
    std::size_t count = 0;
    for (std::size_t analyte = 0; analyte < run_.program().analytes.size(); ++analyte) {
        const CompiledAnalyte& compiled = run_.program().analytes[analyte];
        const TestResults& results = run_.results(analyte);
        for (const std::size_t position : results.unreadable) {
            const Measurement& measurement = results.all[position];
            if (reference_to("Observation", measurement.observation->id) == own || ++count > most_gaps_named) continue;
            add_once(of_test(measurement, compiled) +
                         " could not be read safely: " + std::string(words_for(measurement.fault)),
                     card.not_used);
        }
    }
}

void CardBuilder::add_left_out(const Candidate& candidate, Card& card) {
    const CompiledRule& rule = run_.program().rules[candidate.rule];
    for (const std::uint16_t slot : rule.slots) {
        if (slot < first_fact_slot) continue;
        for (const std::string& note : run_.slot(slot).notes) add_once(note, card.not_used);
    }
    const Record& record = run_.record();
    if (rule.reads & source_bit(source_medication_requests)) {
        const std::size_t nameless =
            count_nameless(record.medication_requests) + count_nameless(record.medication_statements);
        if (nameless > 0) {
            add_once(std::to_string(nameless) +
                         (nameless == 1 ? " medication record names" : " medication records name") +
                         " no medicine that could be read",
                     card.not_used);
        }
    }
    std::size_t count = 0;
    for (const Skipped& skipped : record.skipped) {
        if (!skipped.whole || ++count > most_gaps_named) continue;
        add_once(skipped.reference + " " + std::string(words_for(skipped)), card.not_used);
    }
}

/// What words kept away from this patient, and with it cards that would stand beside this one.
void CardBuilder::add_found_by_words(Card& card) {
    std::size_t count = 0;
    for (const CompiledFact& fact : run_.program().facts) {
        if (fact.words.empty() && fact.history_words.empty()) continue;
        for (const Value& item : run_.slot(fact.slot).items) {
            if (text_member(item, "words").empty() || ++count > most_gaps_named) continue;
            add_once(describe_briefly(item), card.not_used);
        }
    }
}

}  // namespace rules
