// The run: a program over a record at an instant gives cards, and for every rule the reason why it has a card or none.
// A pure function: no clock, no I/O, no globals.
#pragma once

#include "fhir/date_time.hpp"
#include "rules/program/program.hpp"
#include "rules/record/record.hpp"
#include "rules/record/time_zone.hpp"

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
    std::vector<std::string> remove;  ///< "ServiceRequest/draft-1": the drafts that go
    struct Create {
        std::string intent, loinc, display;
        std::vector<std::string> reason_references;      ///< Condition and Observation only (FHIR R4 reasonReference)
        std::vector<std::string> supporting_references;  ///< MedicationRequest, Procedure, …: supportingInfo
        std::vector<std::string> reason_texts;           ///< reasonCode.text
        std::vector<Coding> codings = {};                ///< the site's own, in place of LOINC
    };
    std::vector<Create> create;
};

/// What the clinician may open: title, https address. Borrowed from the program.
struct Link {
    std::string_view label, url;
};

/// A value or a fact that decided, as the record has it.
struct CardInput {
    std::string what;   ///< in the pack's words: "25-OH vitamin D", "coeliac disease"
    std::string value;  ///< with its unit, as reported; empty of what has none
    std::string date, status, reference;
    std::string range;  ///< the laboratory's own, of a result
};

/// What stands on a card is plain text of ours, with fills from the record already made safe for plain text. No id of a
/// resource and no name of ours stands there: those are for the extension.
struct Card {
    std::string_view rule, title;        ///< borrowed from the program
    std::vector<std::string_view> with;  ///< rules whose offer hangs on this card; borrowed
    std::optional<std::size_t> variant;  ///< index in Rule::variants of the one that was used
    RuleKind kind = RuleKind::notice;
    Indicator indicator = Indicator::info;
    std::string_view override_reasons;  ///< which of the pack's lists; borrowed
    std::string summary;                ///< under 140 characters

    // The detail, one line each, in this order; empty ones are left out.
    std::string why;       ///< of this patient
    std::string evidence;  ///< how strong it is, in words, and who says so
    std::string options;
    std::vector<std::string> cautions;  ///< that apply to this patient, the most harmful first
    std::string missing;                ///< what could not be had, and bears on this card
    bool is_approved = false;           ///< by a clinical owner, of the pack or of the site

    std::vector<CardInput> inputs;
    std::vector<std::string> not_used;  ///< what was refused, left out, or found no room on the card, and why
    std::vector<std::string> cautions_left_out;
    std::optional<Proposal> proposal;
    std::vector<Link> links;  ///< to sources
    Coding topic;             ///< source.topic: system and code are the pack's rule id
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
    std::string said;  ///< of an item or a lack that decided: the same without ids and names of ours, for one line
    Place place;       ///< of a criterion: where the pack's author wrote it; empty below it
};

enum class Outcome {
    card,         ///< shown
    not_met,      ///< a criterion of `when` fails
    excluded,     ///< a criterion of `unless` holds
    gated,        ///< a gate of the pack
    unknown,      ///< a criterion could not be known
    replaced,     ///< another rule's card took its place
    joined,       ///< its offer stands on another rule's card
    crowded_out,  ///< the limit on cards, or another card of its topic
    off,          ///< switched off by the site
    other_hook,   ///< not a rule of this hook
};

struct RuleOutcome {
    std::string_view rule;  ///< borrowed from the program
    Outcome outcome = Outcome::not_met;
    std::string_view title = {};               ///< of the rule; borrowed; by explain() only
    bool is_held_back = false;                 ///< all that it asks for is there, but something stands in its way
    std::string because = {};                  ///< the reason alone; by explain() only
    std::string sentence;                      ///< why, in one sentence a clinician reads; by explain() only
    std::vector<Reason> reasons;               ///< gates and criteria; by explain() only
    std::optional<std::size_t> decides = {};   ///< the place in `reasons` of what kept the card away; by explain() only
    std::vector<std::string> unknown_sources;  ///< prefetch keys
    bool by_limit = false;                     ///< crowded out by the number of cards alone
};

struct Call {
    Hook hook = Hook::patient_view;
    fhir::DateTime at;                               ///< with an offset; calendar days are counted in it, or
    const TimeZone* zone = nullptr;                  ///< in this zone, by its rules on each date; borrowed
    std::vector<const boost::json::object*> drafts;  ///< order hooks: the draft orders
    std::vector<std::string> selections;  ///< "ServiceRequest/1"; order-select: the selected ones; empty: all
};

struct Evaluation {
    std::vector<Card> cards;            ///< in the order shown
    std::vector<RuleOutcome> outcomes;  ///< of every rule, in the pack's order
    std::vector<std::string> left_out;  ///< resources of which nothing counts, and why; by explain() only
    std::string sentence{};             ///< the whole of it in one sentence a clinician reads; by explain() only
    std::optional<Program> program{};   ///< lives as long as what is borrowed from it
};

/// Cards and outcomes of one call, without the words that only explain() gives.
Evaluation evaluate(const Program& program, const Record& record, const Call& call);

/// The same, with a sentence and the whole reason tree for every rule.
Evaluation explain(const Program& program, const Record& record, const Call& call);

}  // namespace rules
