// A rule pack as its authors wrote it: identity, parameters, value sets, analytes, facts, orders, citations, rules,
// stories.
//
// These structs mirror the JSON files member by member; the comment beside a field is the JSON member where the names
// differ. Reading checks form and cross references and gathers every finding with file, line and column. Expressions
// are kept as text with their place; rules/program compiles them. Nothing here knows a patient.
#pragma once

#include "fhir/decimal.hpp"
#include "fhir/value_set.hpp"
#include "rules/pack/gate.hpp"
#include "rules/pack/safety_words.hpp"
#include "rules/text/diagnostic.hpp"
#include "rules/text/spelling.hpp"

#include <boost/system/result.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rules {

enum class Hook { patient_view, encounter_start, order_select, order_sign };
enum class Indicator { info, warning, critical };

/// The hook's name in CDS Hooks: "patient-view".
std::string_view name_of(Hook hook);
/// Nothing if no rule can be for a hook of that name.
std::optional<Hook> hook_named(std::string_view name);

// ---- pack.json

struct Service {
    std::string id;
    Hook hook = Hook::patient_view;
    std::string title, description, usage_requirements;  // usageRequirements
};

/// What a site may tune. JSON: "vitaminD.validDays": { "type": "integer", "default": 365, "range": [90, 730], "unit":
/// "days", "says": "…", "source": "…" }, or { "type": "code", "default": "nam-2011", "values": ["nam-2011", …], … }, or
/// "boolean".
struct Parameter {
    enum class Type { integer, boolean, code };
    std::string name;  ///< dotted: the first part is a fact's or a subject's name
    Type type = Type::integer;
    std::string default_value;  ///< as text: "365", "true", "nam-2011"
    std::optional<std::pair<long, long>> range;
    std::vector<std::string> values;
    std::string unit, says, source;
    Place place;
};

/// What the first sentence of every explanation says, found or not: "no sign of B12 deficiency", "sign of B12
/// deficiency: numbness since 2025-10". JSON: { "name": "sign of B12 deficiency", "of": [criteria], "hooks":
/// […] }.
struct ExplainFirst {
    std::string name;
    std::vector<Criterion> of;
    std::vector<Hook> hooks;
};

/// How many cards survive besides the critical ones, and in which order. JSON: { "atMost": 2, "order": ["calcium", …],
/// "within": { "calcium": ["calcium-high", …] } }
struct Show {
    std::size_t at_most = 2;
    std::vector<std::string> order;                       ///< ranks, loudest first; every rule's rank must stand here
    std::map<std::string, std::vector<Authored>> within;  ///< the rules of a rank, loudest first; others come behind
};

struct Coding {
    std::string system, code, display;
    Place place = {};  ///< of the whole object, where it was written as one
};

/// Texts of the card `data-unavailable`, which is no rule over the record: the run's own unknowns make it; and the
/// words that every card uses for what could not be had. JSON: { "summary": "Part of the record could not be read …",
/// "why": "Not available: {{sources}}. May be missing:
/// {{advice}}.", "noBirthDate": { "summary": "…", "why": "…" }, "sources": { "conditions": "the problem list", … },
/// "reasons": { "not-sent": "not sent", … }, "cautions": […], "options": […] }. {{sources}} comes from `sources` and
/// `reasons`, {{advice}} from the rules' `advises`.
struct DataUnavailable {
    Authored summary, why;
    Authored no_birth_date_summary, no_birth_date_why;
    std::map<std::string, std::string> sources;  ///< prefetch key -> words
    std::map<std::string, std::string> reasons;  ///< why it could not be had -> words
    std::vector<std::string> cautions, options;
    std::string rank, override_reasons;
};

/// What stands in "reasons" of "dataUnavailable".
inline constexpr std::string_view unavailable_words[] = {"not-sent",   "failed",       "refused",       "not-found",
                                                         "late",       "server-error", "other-patient", "incomplete",
                                                         "unresolved", "wrong-type",   "not-provided",  "doubtful"};

struct Identity {
    std::string id, version, status, title, publisher, contact, copyright;
    std::string approval_date, last_review_date, next_review_date;  // approvalDate, lastReviewDate, nextReviewDate
    std::string effective_from;                                     // effectivePeriod.start
    std::string source_label, source_url;  // "source": { "label", "url", "topics" }: the card's source
    std::string topic_system;              ///< the system of source.topic, whose codes are the rules' ids
    std::string intended_use;              // intendedUse
    std::vector<std::string> never_considered, known_limits;  // neverConsidered, knownLimits: of the about pages
};

// ---- facts.json

/// A named fact: a list of items that rules see as %name. Exactly one form. Every item has the members of
/// program/item.cpp that make sense for it.
///
/// conditions   "conditions": "value-set" or ["a", "b"]
///              "counts": "active" (default; REFERENCE.md A.1, status), "unless resolved" (anything but refuted,
///              entered-in-error, resolved or abated; "remissionCounts": true keeps remission), "ever" (all
///              but refuted and entered-in-error) "withinDays": 90 or "%param.x" (by onset, else by record); "undated":
///              "counts" or "does not count" (default)
///              "doubtful": "counts" for what only keeps cards away: a condition with an unknown modifierExtension, or
///              in versions that differ, or with two contradicting status codes, counts; "does not count" (default)
/// medications  "medications": ids, "routes": "value-set" (a record whose route, or failing that dose form, is none of
///              these or unknown does not count), "currentDays": number or "%param.x", "course": "all records"
///              (default) or "current course" (gaps of at most 90 days), "courseOf": "ingredient" (default) or "class"
///              (another medicine of the fact goes on with it), "days": "since start" (default) or "covered" (by the
///              records of the course), "closedWithoutEnd": "covers" (default) up to the next record, or "covers
///              nothing", "except": value sets whose names in the record's words make it no such treatment, "counts":
///              "active" (default) or "used" (active, completed, stopped or on hold, whose end, else latest date, lies
///              within currentDays), "contradicted": "counts" or "does not count" (default): two records of one
///              ingredient and day of which one is active and one closed, "ended": "counts": a treatment that began
///              within currentDays counts whether it goes on or not, "completed": see CompletedTreatment
///              "words": sets of words.json, by whose words a condition counts too: it can keep cards away and bring
///              none; "historyWords": those that count where the words speak of the past
/// procedures   "procedures": ids, "withinDays", "undated", "doubtful", "words"
/// observations "observations": value set of codes, "values": value set of coded results, "withinDays": of the latest
/// one
///              only; "prefetch": its key
/// drafts       "drafts": ids, "except": ids, "exceptRoutes": value set: the draft prescriptions of an order hook
/// says         "says": FHIRPath that makes words for cards, whatever could not be had; no criterion may read it
/// items        "items": FHIRPath over other facts
/// any          "any": [expressions]: the items of all of them
/// all / none   "all": [expressions], "none": [expressions]: the items of "all", if each gives something and none of
/// "none" does
/// What counts as a treatment although its record is completed. { "countsDays": 84, "dose": { "[iU]": 100000, "mg": 2.5
/// }, "injected": "value-set of routes and words", "namedDays": 28 }: a single dose of at least that size, or an
/// injection, or a course that names an end at least that many days after its start; for that many days after its end.
struct CompletedTreatment {
    std::optional<Authored> counts_days;        // countsDays
    std::map<std::string, fhir::Decimal> dose;  ///< by UCUM unit
    std::optional<Authored> injected;
    std::optional<Authored> named_days;  // namedDays
};

struct Fact {
    enum class Form { conditions, medications, procedures, observations, drafts, says, items, any, all };
    enum class Counts { active, unless_resolved, ever };
    std::string name, title;
    Form form = Form::items;
    std::vector<Authored> value_sets;       ///< of the first five forms
    std::vector<Authored> overlaps;         ///< value sets that may share codes with these: this fact goes before them
    std::vector<Authored> except;           ///< of drafts and medications: what also holds one of these does not count
    std::optional<Authored> except_routes;  // exceptRoutes
    Counts counts = Counts::active;
    bool remission_counts = false;        // remissionCounts
    std::optional<Authored> within_days;  // withinDays: a number or "%param.x"
    bool undated_counts = false;          // undated
    bool doubtful_counts = false;         // doubtful
    std::vector<Authored> words;          ///< of conditions and procedures: sets of words.json that count too
    std::vector<Authored> history_words;  // historyWords: those that count where they speak of the past
    std::optional<Authored> routes, values;
    std::optional<Authored> current_days;  // currentDays
    bool current_course = false;           // course
    bool course_of_class = false;          // courseOf
    bool covered_days = false;             // days
    bool closed_covers_nothing = false;    // closedWithoutEnd
    bool used_counts = false;              // counts of a medications fact
    bool contradicted_counts = false;      // contradicted
    bool ended_counts = false;             // ended
    std::optional<CompletedTreatment> completed;
    std::string prefetch;
    Authored items;  ///< of items, and of says
    std::vector<Authored> any, all, none;
    Place place;
};

// ---- analytes/*.json

/// A number for each unit of an analyte, as a guideline prints it: { "ng/mL": 12, "nmol/L": 30 }.
using PrintedNumbers = std::map<std::string, fhir::Decimal>;

struct Band {
    std::string band;                           ///< its name, seen by rules
    std::string words;                          ///< what a card calls it, where it shows it: "at risk of deficiency"
    std::optional<PrintedNumbers> from, above;  ///< the lower bound: from is >=, above is >; neither on the lowest band
    bool or_more = false;  // orMore: "at least this band" may be said of a > value or of a fraction
};

/// "nam-2011": { "title": "NAM 2011", "cites": ["nam-2011"], "bands": { "total": […], "active": […] } }. Ascending
/// lower bounds.
struct Ruleset {
    std::string id, title;
    std::vector<Authored> cites;
    std::map<std::string, std::vector<Band>> bands;  ///< by kind; a kind without bands is never banded by this ruleset
    Place place;
};

/// { "loinc": "62292-8", "property": "MCnc", "kind": "total" } or { "system": …, "code": … , …}. Property "any": the
/// unit decides.
struct AnalyteCode {
    std::string system, code;
    std::string property, kind;
};

/// "d3": { "title": "25-OH vitamin D3", "lowerBoundOf": "total", "meansItIf": "%param.vitaminD.d3CodeMeansTotal",
///         "alone": "no result" | "a result" (default) }
struct Kind {
    std::string name, title;
    std::string lower_bound_of;           // lowerBoundOf: its value bounds that kind from below
    std::optional<Authored> means_it_if;  // meansItIf: a boolean parameter that makes it that kind itself
    bool alone_is_no_result = false;      // alone
};

/// A name for results below, above or from a number on, whatever the ruleset. { "mark": "bone-profile", "kind":
/// "total", "below": { "ng/mL": 12, … }, "inRuleset": { "ros-2020": { "ng/mL": 10, … } } }
struct Mark {
    std::string mark, kind;
    std::optional<PrintedNumbers> below, above, from;  ///< exactly one: less than, more than, at least
    std::map<std::string, PrintedNumbers> in_ruleset;  // inRuleset: other numbers under a ruleset of this analyte
};

/// "adjust": { "from": "total", "to": "adjusted", "with": "albumin", "formula": { "mg/dL": { "unit": "g/dL", "factor":
/// 0.8, "normal": 4.0 }, "mmol/L": { "unit": "g/L", "factor": 0.02, "normal": 40 } } }: value + factor * (normal -
/// other analyte's value), both of the same calendar day.
struct Adjustment {
    struct Term {
        std::string unit;
        fhir::Decimal factor, normal;
    };
    std::string from, to;
    Authored with;  ///< id of the other analyte
    std::map<std::string, Term> formula;
};

/// Between which numbers laboratories print a bound of their ranges: { "high": { "from": { "mg/dL": 9.5 }, "to": {
/// "mg/dL": 11.5 } }, "low": … }. A bound outside is a filler or an alarm limit, and none.
struct PrintedBounds {
    PrintedNumbers low_from, low_to, high_from, high_to;
};

struct Analyte {
    std::string id, fact, title;
    /// By which a result is noticed whose code nobody knows, for the explanation only: ["25-OH", "vit D"].
    std::vector<std::string> words;
    Authored order;                                    ///< the intent in orders.json that asks for it
    std::map<std::string, std::string> order_by_kind;  // orderByKind: { "active": "b12-active" }
    std::string prefetch;                              ///< key of its Observation prefetch
    std::vector<AnalyteCode> codes;
    std::vector<Kind> kinds;
    std::map<std::string, std::map<std::string, std::vector<std::string>>> units;  ///< property -> unit -> synonyms
    PrintedNumbers shown_as;            // shownAs: factor from the first unit to each other; for display only
    std::map<std::string, int> digits;  ///< by unit: decimal places that a card shows at most
    PrintedNumbers fault_below;         // faultBelow: an exact value below is unreadable
    PrintedNumbers fault_above;         // faultAbove: above is unreadable, where that cannot hide a danger
    PrintedNumbers verify_above;        // verifyAbove: above is read, and the reading says "verify"
    std::map<std::string, PrintedNumbers> fault_below_by_kind,
        fault_above_by_kind;             // faultBelowByKind, faultAboveByKind
    std::optional<Authored> valid_days;  // validDays
    std::optional<Authored>
        danger_valid_days;  // dangerValidDays: of a result in a band of aboveAll that nobody repeated
    std::map<std::string, PrintedBounds> printed_bounds;  // printedBounds: by kind
    /// higherCounts: of several values of one draw in neighbouring bands the higher counts if one of them lies in one
    /// of these bands, else the lower.
    std::vector<std::string> higher_counts;
    std::optional<Authored> stale_once_on;  // staleOnceOn: a medication fact; a result before its start "pre-dates" it
    std::vector<std::string> prefer_on_same_day;  // preferOnSameDay: kinds, best first
    struct Outranks {
        std::string kind, over;
        Authored within_days;
    };
    std::vector<Outranks> outranks;  ///< [{ "kind": "active", "over": "total", "withinDays": 30 }]
    struct Sum {
        std::string kind;
        std::vector<std::string> of;
    };
    std::vector<Sum> sums;  ///< [{ "kind": "total", "of": ["d2", "d3"] }]: same day, same unit
    std::optional<Adjustment> adjust;
    bool range_first = false;  // rangeFirst: the laboratory's own range, in the same unit, gives "low"/"normal"/"high"
                               // before the bands
    struct AboveAll {
        std::string kind;  ///< empty: every kind
        Band band;
    };
    std::vector<AboveAll>
        above_all;  // aboveAll: [{ "band": "toxic", "kind": "total", "above": … }] whatever the ruleset
    std::vector<Mark> marks;
    std::optional<Authored> ruleset;  ///< "%param.vitaminD.ruleset"; absent: the single ruleset
    std::map<std::string, Ruleset> rulesets;
    Place place;
};

// ---- orders.json, citations.json

/// "vitamin-d": { "label": "25-OH vitamin D", "loinc": […], "cpt": […], "snomed": […], "other": [{ "system", "code" }],
///   "words": ["vitamin K2"], "group": "unsupported", "place": { "conventional": "62292-8", "SI": "68438-1" } }
struct Order {
    std::string intent, label, group;
    std::vector<Coding> codes;
    std::vector<std::string> words;  ///< for a test without a code: whole words of the order's text or display
    std::string place_conventional, place_si;  ///< LOINC; empty: cannot be placed
    Place place;
};

/// "nam-2011": { "title": "…", "short": "NAM 2011", "year": 2011, "url": "https://…", "says": "…", "superseded": true }
/// or, for a choice of the pack's own that nobody prints, "own": true in place of a link.
struct Citation {
    std::string id, title, url, says;
    std::string name;  ///< what a card calls it, made of short (or title), year and superseded; its link has the title
    int year = 0;
    bool superseded = false;
    bool own = false;
    Place place;
};

// ---- rules/*.json

/// A sentence on a card. JSON: "text {{expression}}", or { "if": "expression", "say": "text" }; in pack.json under
/// "cautions" also "besides": true for one that does not count among those that fit, and in a rule's cautions
/// { "shared": "red-flag" } for one of those, perhaps with an "if" in place of its own. "in": "en-US" says it to sites
/// of that language only.
struct Line {
    Authored say;
    std::optional<Authored> condition;
    std::optional<Authored> shared;  ///< until the whole pack is read: then it is the line that it names
    bool besides = false;
    std::optional<Language> language = {};  // in
};

/// An intent of orders.json to place. JSON: "calcium", or { "if": "expression", "order": "calcium" }.
struct OrderForm {
    Authored intent;
    std::optional<Authored> condition;
};

/// "suggestion": { "label", "order": "vitamin-d" or a list, "reason": "%expression of items", "delete": "%item",
/// "onlyIf": "rule-id" }. All of it is done together when the suggestion is accepted, or nothing.
struct SuggestionForm {
    Authored label;
    std::vector<OrderForm> orders;                    // order
    std::optional<Authored> reason, remove, only_if;  // remove: "delete"
};

struct CardForm {
    Indicator indicator = Indicator::info;
    Authored summary;
    std::vector<Line> why;
    std::vector<Line> cautions;  ///< the most harmful first: those that do not fit fall away from the end
    std::vector<Line> options;
    std::optional<SuggestionForm> suggestion;
};

/// How strong the evidence is stands in words at the beginning of a line: one of evidence_labels.
struct EvidenceForm {
    std::vector<Authored> cites, disagrees;
    std::vector<Line> says;  ///< a line or a list of lines
};

/// "guideline-supported": a guideline asks for this test or reading in this patient. "weak or conflicting": guidelines
/// disagree, or are withdrawn. "not supported": duplicate, early, wrong, without indication. "drug label": what the
/// product information says. "safety rule of this service", "own choice": no source prints it.
inline constexpr std::string_view evidence_labels[] = {
    "guideline-supported", "weak or conflicting",        "not supported", "drug label", "own choice",
    "limits are printed",  "safety rule of this service"};

/// Replaces members of the card and of the evidence when its condition holds; the first that holds wins. JSON:
/// { "if": "expression", "onlyIf": "rule-id", "card": { members that differ, "suggestion": null }, "evidence": { … } },
/// with one of "if" and "onlyIf" at least; "onlyIf" holds where that rule would have a card. The reader stores the
/// whole result: base and overlay already merged.
struct Variant {
    std::optional<Authored> condition, only_if;
    Place place;
    CardForm card;
    EvidenceForm evidence;
};

enum class RuleKind { suggestion, result, order_check, notice };  // "suggestion", "result", "order-check", "notice"

struct Rule {
    std::string id, title, note;
    RuleKind kind = RuleKind::suggestion;
    Authored topic;  ///< of the cards of one topic only the loudest survives; may hold {{%item.…}}
    std::string rank;
    std::vector<Hook> hooks;
    std::string advises;             ///< words for data-unavailable: "25-OH vitamin D"
    std::vector<Authored> replaces;  ///< rules whose cards fall away when this one fires
    std::vector<Authored> joins;     ///< rules on whose card, if it stands, this one's offer hangs: one decision
    Authored override_reasons;       // overrideReasons: which of the pack's lists
    std::vector<std::string> about;  ///< the rule in plain words, for the page behind its card
    std::string offers_past_gates;   ///< offersPastGates: why it offers a test although no gate of suggestions asks
    /// forEach: one card an item, seen as %item. JSON: "expression", or { "of": "expression", "because": "…" }, which
    /// is said where there is no item.
    std::optional<Authored> for_each;
    std::string for_each_because;
    std::vector<Criterion> when, unless;
    CardForm card;
    EvidenceForm evidence;
    std::vector<Variant> variants;
    Place place;
};

// ---- the whole

/// The files of a pack, path -> exact text, from a directory or from a sealed file. Paths are relative, with '/'.
using PackFiles = std::map<std::string, std::string>;

/// The file that lists every code of a pack once more (rules/check/reviewed_codes.hpp): no part of what a pack does.
inline constexpr const char* reviewed_codes_file = "reviewed-codes.json";

struct Pack {
    Identity identity;
    std::vector<Service> services;
    std::vector<Parameter> parameters;
    std::vector<Gate> gates;
    std::vector<ExplainFirst> explain_first;  // explainFirst
    Show show;
    DataUnavailable data_unavailable;                             // dataUnavailable
    std::map<std::string, Line> cautions;                         ///< shared by rules
    std::map<std::string, std::vector<Coding>> override_reasons;  // overrideReasons: by kind of card
    std::map<std::string, fhir::ValueSet> value_sets;             ///< by id
    WordLists word_lists;                                         ///< words.json; empty without one
    std::vector<Fact> facts;
    std::vector<Analyte> analytes;
    std::map<std::string, Order> orders;
    std::map<std::string, Citation, std::less<>> citations;
    std::vector<Rule> rules;
    PackFiles files;  ///< what was read: for positions, stories, the seal and the digest
};

/// Reads every .json file below a directory, also behind links, but for names that begin with a point. Errors:
/// "cannot-read", a link that leads nowhere ("dangling-link"). What it leaves out: rules/pack/pack_folder.hpp.
boost::system::result<PackFiles, Diagnostics> read_pack_directory(const std::filesystem::path& directory);

struct PackReading {
    Pack pack;  ///< as much as could be read; use it only if the findings hold no error
    Diagnostics findings;
};

/// Reads a pack whole. Every fault of form and every dangling reference between files is a finding.
PackReading read_pack(PackFiles files);

/// The bytes that a pack's digest covers: for each file in path order its path, its length and its bytes. (The caller
/// hashes.)
std::string digest_input(const PackFiles& files);

}  // namespace rules
