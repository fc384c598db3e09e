// The run: a program over a record at an instant gives cards, and for every rule the reason why it has a card or none.
// A pure function: no clock, no I/O, no globals.
#pragma once

#include "fhir/date_time.hpp"
#include "rules/program/program.hpp"
#include "rules/record/record.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace rules {

enum class Truth { fails, holds, unknown };

// ---- cards, as neutral parts; service/card lays them out for the wire
// ---------------------------------------------------

/// A proposal to place, replace or remove orders, all of it together. At most one a card; never applied by itself.
struct Proposal {
    std::string label;
    std::optional<std::string> remove;  ///< "ServiceRequest/draft-1": the draft that goes
    struct Create {
        std::string intent, loinc, display;
        std::vector<std::string> reason_references;      ///< Condition and Observation only (FHIR R4 reasonReference)
        std::vector<std::string> supporting_references;  ///< MedicationRequest, Procedure, …: supportingInfo
        std::vector<std::string> reason_texts;           ///< reasonCode.text
    };
    std::vector<Create> create;
};

/// What the clinician may open: title, https address. Borrowed from the program.
struct Link {
    std::string_view label, url;
};

struct Card {
    std::string_view rule, title;        ///< borrowed from the program
    std::optional<std::size_t> variant;  ///< index in Rule::variants of the one that was used
    Indicator indicator = Indicator::info;
    std::string summary;  ///< under 140 characters; plain text
    // Detail, in the fixed order of knowledge G.1. Each line is plain text of ours with fills from the record already
    // made safe for plain text; service/card escapes Markdown.
    std::vector<std::string> why;         ///< facts with date, unit, status, resource reference
    std::vector<std::string> rule_lines;  ///< threshold, operator, ruleset; pack id, version, review date and owner
    std::string strength;                 ///< "Guideline-supported (targeted)", …
    std::vector<std::string> evidence;    ///< sentences; who says so; who disagrees
    std::vector<std::string> cautions;
    std::vector<std::string> not_considered;  ///< what was missing, refused, stale, or could not be had
    std::vector<std::string> options;
    std::optional<Proposal> proposal;
    std::vector<Link> links;
    Coding topic;  ///< source.topic: system and code are the pack's rule id
};

// ---- the explanation
// -----------------------------------------------------------------------------------------------------

/// A node of the reason tree: a criterion, a fact, an item. Words are the pack's; references and dates are the
/// record's.
struct Reason {
    std::string what;  ///< title of the fact, or the expression
    Truth truth = Truth::fails;
    std::string because;                ///< one sentence: "at least 61 days, 84 needed (backPain.chronicDays)"
    std::vector<std::string> evidence;  ///< "Condition/c1 \"Low back pain\" since 2025-12"
    std::vector<Reason> parts;
    Place place;  ///< of a criterion: where the pack's author wrote it; empty below it
};

enum class Outcome {
    card,         ///< shown
    not_met,      ///< a criterion of `when` fails
    excluded,     ///< a criterion of `unless` holds
    gated,        ///< a gate of the pack
    unknown,      ///< a criterion could not be known
    replaced,     ///< another rule's card took its place
    crowded_out,  ///< the limit on cards, or another card of its topic
    off,          ///< switched off by the site
    other_hook,   ///< not a rule of this hook
};

struct RuleOutcome {
    std::string_view rule;  ///< borrowed from the program
    Outcome outcome = Outcome::not_met;
    std::string sentence;                      ///< why, in one sentence a clinician reads; by explain() only
    std::vector<Reason> reasons;               ///< gates and criteria; by explain() only
    std::vector<std::string> unknown_sources;  ///< prefetch keys
};

struct Call {
    Hook hook = Hook::patient_view;
    fhir::DateTime at;                               ///< with an offset: calendar days are counted in it
    std::vector<const boost::json::object*> drafts;  ///< order hooks: the draft orders
    std::vector<std::string> selections;  ///< "ServiceRequest/1"; order-select: the selected ones; empty: all
};

struct Evaluation {
    std::vector<Card> cards;            ///< in the order shown
    std::vector<RuleOutcome> outcomes;  ///< of every rule, in the pack's order
    std::optional<Program> program{};   ///< lives as long as what is borrowed from it
};

/// Cards and outcomes of one call, without the words that only explain() gives.
Evaluation evaluate(const Program& program, const Record& record, const Call& call);

/// The same, with a sentence and the whole reason tree for every rule.
Evaluation explain(const Program& program, const Record& record, const Call& call);

}  // namespace rules
