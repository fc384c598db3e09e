// The named facts that come straight from resources: conditions, medications, procedures, coded observations, orders.
//
// Every fact is a list of items of one shape, newest first, undated last. Labels are the pack's own words, never the
// record's. Days are whole calendar days (rules/calendar). Source: rules/packs/back-pain-labs/REFERENCE.md A.1, A.3,
// A.6, D.6.
#pragma once

#include "rules/program/item.hpp"
#include "rules/program/program_inner.hpp"
#include "rules/record/calendar.hpp"
#include "rules/record/record.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// A fact keeps its newest items: more would tell a rule nothing, and cost without end where a record is hostile.
inline constexpr std::size_t most_items = 200;

/// A fact's items, and sentences on records that were left out because something about them was not known.
struct FactItems {
    std::vector<Item> items;
    std::vector<std::string> notes;
};

/// Reads facts from one record. Codes of each resource are looked up once, when the first fact asks. All borrowed.
class FactReader {
  public:
    FactReader(const Program::Inner& program, const Record& record, const Calendar& calendar)
        : program_(program), record_(record), calendar_(calendar) {}

    /// Precondition: `fact` is of one of the four forms that read resources.
    FactItems read(const CompiledFact& fact);

    /// Open orders of the pack's intents: draft, active or on hold, up to orders.openDays after they were written or
    /// are to be done, without those named in `left_out` ("ServiceRequest/1": the drafts of the call, and what they
    /// replace or fulfil).
    std::vector<Item> open_orders(const std::vector<std::string>& left_out) const;
    std::vector<Item> orders(std::span<const fhir::ServiceRequest> requests) const;
    /// The draft prescriptions that a fact by "drafts" looks for. They outlive the items.
    std::vector<Item> drafts(const CompiledFact& fact, std::span<const fhir::MedicationRequest> requests) const;

  private:
    struct Match {
        std::vector<CodeHit> hits;
        std::vector<WordsHit> words;  ///< of conditions and procedures
        std::string_view label_in(const std::vector<SetId>& sets) const;
        bool is_in(const std::vector<SetId>& sets) const;
    };
    /// A record of a medicine, whether it was ordered, reported or given. Texts are borrowed from the record.
    struct Treatment {
        Match match;
        const fhir::MedicationChoice* medication = nullptr;
        const std::vector<fhir::Dosage>* dosage = nullptr;
        std::string reference;
        std::string_view status;
        bool is_active = false;
        bool is_past = false;  ///< completed or stopped: counts for the start of the treatment
        bool is_request = false;
        bool is_given = false;                             ///< one administration: it goes on no further
        bool has_open_period = false;                      ///< an effective period without an end: it lasts
        std::optional<fhir::DateTime> start;               ///< authoredOn, or the beginning of the effective period
        std::optional<std::chrono::sys_days> first, last;  ///< day of the start; of the earliest end that it names
        std::optional<fhir::DateTime> asserted;            ///< that it is taken, since a day that nobody says
    };
    using Course = std::vector<const Treatment*>;  ///< the newest first

    Match match(const fhir::CodeableConcept& code) const;
    /// The words by which `code` is one of the fact's although no code of it is; null if there are none.
    const WordsHit* words_for(const Match& match, const CompiledFact& fact) const;
    bool is_open(const fhir::ServiceRequest& request) const;
    std::vector<StatedReason> reasons_of(const fhir::ServiceRequest& request) const;
    void match_words(const fhir::CodeableConcept& code, Match& match) const;
    std::vector<std::string_view> set_names(const Match& match) const;
    void name_item(Item& item, const Match& match, const WordsHit* words, const CompiledFact& fact) const;
    void date_item(Item& item, const fhir::DateTime& when) const;
    bool is_in_window(const CompiledFact& fact, const Item& item) const;

    // facts.cpp
    FactItems conditions(const CompiledFact& fact);
    FactItems procedures(const CompiledFact& fact);
    FactItems observations(const CompiledFact& fact);
    bool answers(const fhir::Observation& observation, const CompiledFact& fact) const;
    // fact_conditions.cpp
    bool counts(const fhir::Condition& condition, const CompiledFact& fact) const;
    bool is_verified(const fhir::Condition& condition, const CompiledFact& fact) const;
    bool is_abated(const fhir::Condition& condition) const;
    void date_onset(Item& item, const fhir::Condition& condition, const CompiledFact& fact) const;
    std::optional<fhir::Date> day_of_age(const fhir::Quantity& age) const;
    // fact_medications.cpp
    FactItems medications(const CompiledFact& fact);
    void read_treatments();
    Match match_medicine(const fhir::MedicationChoice& medication, const std::vector<fhir::Dosage>& dosage) const;
    enum class Route { fits, differs, unknown };
    Route route_of(const Treatment& treatment, const std::vector<SetId>& routes) const;
    void add_end(Treatment& treatment, const std::optional<fhir::DateTime>& end) const;
    void add_end(Treatment& treatment, const std::optional<fhir::Quantity>& lasting, long times) const;
    void add_ends_of_dosage(Treatment& treatment) const;
    bool is_long_ended(const Treatment& treatment) const;
    bool is_current(const Treatment& treatment, long days) const;
    bool is_contradicted(const Treatment& treatment, const CompiledFact& fact) const;
    bool was_used(const Treatment& treatment, long days) const;
    bool is_completed_treatment(const Treatment& treatment, const CompiledFact& fact, long days) const;
    bool is_large_dose(const Treatment& treatment, const CompiledFact& fact) const;
    bool counts(const Treatment& treatment, const CompiledFact& fact, long days) const;
    bool belongs(const Treatment& treatment, const CompiledFact& fact) const;
    Course course_of(const Treatment& current, const CompiledFact& fact) const;
    long covered_days(const Course& course, const CompiledFact& fact) const;
    void date_treatment(Item& item, const Treatment& treatment, const CompiledFact& fact) const;
    bool has_route(const Treatment& treatment, const CompiledFact& fact, std::string_view label,
                   std::vector<std::string>& notes) const;

    const Program::Inner& program_;
    const Record& record_;
    const Calendar& calendar_;
    std::optional<std::vector<Match>> condition_matches_, procedure_matches_;
    std::optional<std::vector<Treatment>> treatments_;
};

/// Newest first, undated last, of equals the first first; no more than `most_items`.
void keep_newest(std::vector<Item>& items);

}  // namespace rules
