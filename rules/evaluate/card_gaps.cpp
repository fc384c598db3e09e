// What a card says of what it could not take into account: the pack's own words, sources that could not be had, results
// that are awaited or cannot be read, records that were left out.
#include "rules/evaluate/card_builder.hpp"
#include "rules/run/card_text.hpp"

#include <algorithm>

namespace rules {
namespace {

using fhir::path::Value;

constexpr std::size_t most_left_out = 5;

/// How many records of a medicine name nothing that could be read.
template <typename Records>
std::size_t count_nameless(const Records& records) {
    return static_cast<std::size_t>(std::ranges::count_if(records, [](const auto& record) {
        const fhir::MedicationChoice& medication = record.medication;
        return medication.code.empty() && medication.ingredients.empty() && medication.reference.display.empty();
    }));
}

std::string of_test(const Measurement& measurement, const CompiledAnalyte& analyte) {
    std::string words = analyte.kinds[measurement.kind].title;
    if (measurement.date) words += " of " + measurement.date->text();
    return words + " (" + reference_to("Observation", measurement.observation->id) + ")";
}

}  // namespace

void CardBuilder::add_not_considered(const Candidate& candidate, Card& card) {
    add_lines(candidate.card->not_considered, card.not_considered);
    const CompiledRule& rule = run_.program().rules[candidate.rule];
    const SourceSet wanted = rule.reads | candidate.said;
    SourceSet missing = run_.unavailable() & wanted;
    // Statements only add to the requests; that a server never has them is not worth a line on each card.
    const auto& unavailable = run_.record().unavailable;
    const std::string& statements = run_.program().source_keys[source_medication_statements];
    if (!unavailable.contains(statements)) missing &= ~source_bit(source_medication_statements);
    for (std::string& line : describe_missing_sources(run_, missing)) add_once(std::move(line), card.not_considered);
    add_newer_results(candidate, card);
    add_unreadable(candidate, card);
    add_left_out(candidate, card);
}

/// A reading that was shown although a newer one is awaited or cannot be read, or although treatments are not known.
void CardBuilder::add_newer_results(const Candidate& candidate, Card& card) {
    for (const Value& item : candidate.evidence) {
        const std::string_view id = text_member(item, "analyte");
        if (id.empty()) continue;
        for (std::size_t analyte = 0; analyte < run_.program().analytes.size(); ++analyte) {
            const CompiledAnalyte& compiled = run_.program().analytes[analyte];
            if (compiled.written->id != id) continue;
            const TestResults& results = run_.results(analyte);
            for (const std::size_t position : results.newer) {
                const Measurement& newer = results.all[position];
                const bool is_awaited = newer.state == Measurement::State::awaited;
                add_once("A newer result is there: " + of_test(newer, compiled) +
                             (is_awaited ? ", not final yet" : ", which could not be read safely"),
                         card.not_considered);
            }
            const bool treatment_unknown =
                compiled.stale_once_on &&
                (run_.unavailable() & run_.program().slots[*compiled.stale_once_on].result_sources) != 0;
            if (treatment_unknown) {
                add_once(
                    "Medications were not available: the " + compiled.written->title + " result may pre-date treatment",
                    card.not_considered);
            }
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
            if (reference_to("Observation", measurement.observation->id) == own || ++count > most_left_out) continue;
            add_once(of_test(measurement, compiled) +
                         " could not be read safely: " + std::string(words_for(measurement.fault)),
                     card.not_considered);
        }
    }
}

void CardBuilder::add_left_out(const Candidate& candidate, Card& card) {
    const CompiledRule& rule = run_.program().rules[candidate.rule];
    for (const std::uint16_t slot : rule.slots) {
        if (slot < first_fact_slot) continue;
        for (const std::string& note : run_.slot(slot).notes) add_once(note, card.not_considered);
    }
    const Record& record = run_.record();
    if (rule.reads & source_bit(source_medication_requests)) {
        const std::size_t nameless =
            count_nameless(record.medication_requests) + count_nameless(record.medication_statements);
        if (nameless > 0) {
            add_once(std::to_string(nameless) +
                         (nameless == 1 ? " medication record names" : " medication records name") +
                         " no medicine that could be read",
                     card.not_considered);
        }
    }
    std::size_t count = 0;
    for (const Skipped& skipped : record.skipped) {
        if (!skipped.whole || ++count > most_left_out) continue;
        add_once(skipped.reference + " was left out: not what was asked for", card.not_considered);
    }
}

}  // namespace rules
