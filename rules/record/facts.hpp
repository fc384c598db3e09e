// The named facts that come straight from resources: conditions, medications, procedures, coded observations, orders.
//
// Every fact is a list of items of one shape, newest first, undated last. Labels are the pack's own words, never the
// record's. Days are whole calendar days (rules/calendar). Source: knowledge A.1, A.3, A.6, D.6.
#pragma once

#include "rules/program/program_inner.hpp"
#include "rules/record/calendar.hpp"
#include "rules/record/record.hpp"

#include <boost/json.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// A fact keeps its newest items: more would tell a rule nothing, and cost without end where a record is hostile.
inline constexpr std::size_t most_items = 200;

/// Why an order was placed, as far as the pack knows the code.
struct StatedReason {
    std::string_view label;
    std::vector<std::string_view> sets;
};

/// One item of a fact. Texts are borrowed from the program and the record.
struct Item {
    std::string_view label;
    std::optional<fhir::Date> date;
    std::optional<long> age_days;
    bool is_at_least = false;  ///< the date is partial or only a record's: it began then or before
    bool is_recorded = false;  ///< the date is that of the record: when it began is not known
    bool lasts = false;        ///< a problem or a treatment, which is "since" a date
    std::vector<std::string_view> sets;
    std::string reference;
    std::optional<long> days_on_treatment;
    std::string_view intent, group, status;
    std::vector<StatedReason> reasons;
};

/// What expressions see of an item, and for people whether its age is a lower bound ("atLeast").
boost::json::object item_json(const Item& item, const boost::json::storage_ptr& storage);

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

    /// Open orders of the pack's intents: draft, active or on hold, not older than the parameter orders.openDays,
    /// without those named in `left_out` ("ServiceRequest/1": the drafts of the call).
    std::vector<Item> open_orders(const std::vector<std::string>& left_out) const;
    std::vector<Item> orders(std::span<const fhir::ServiceRequest> requests) const;
    /// The draft prescriptions that a fact by "drafts" looks for. They outlive the items.
    std::vector<Item> drafts(const CompiledFact& fact, std::span<const fhir::MedicationRequest> requests) const;

  private:
    struct Match {
        std::vector<CodeHit> hits;
        std::string_view label_in(const std::vector<SetId>& sets) const;
        bool is_in(const std::vector<SetId>& sets) const;
    };
    /// A record of a medicine, whether it was ordered or reported. Texts are borrowed from the record.
    struct Treatment {
        Match match;
        const fhir::MedicationChoice* medication = nullptr;
        const std::vector<fhir::Dosage>* dosage = nullptr;
        std::string reference;
        std::string_view status;
        bool is_active = false;
        bool is_past = false;  ///< completed or stopped: counts for the start of the treatment
        bool is_request = false;
        bool has_open_period = false;            ///< an effective period without an end: it lasts
        std::optional<fhir::DateTime> start;     ///< authoredOn, or the beginning of the effective period
        std::optional<fhir::DateTime> end;       ///< of the effective period, or of the dispense request
        std::optional<fhir::DateTime> asserted;  ///< that it is taken, since a day that nobody says
    };

    Match match(const fhir::CodeableConcept& code) const;
    std::vector<StatedReason> reasons_of(const fhir::ServiceRequest& request) const;
    std::vector<std::string_view> set_names(const Match& match) const;
    void date_item(Item& item, const fhir::DateTime& when) const;
    bool is_in_window(const CompiledFact& fact, const Item& item) const;

    // facts.cpp
    FactItems conditions(const CompiledFact& fact);
    FactItems procedures(const CompiledFact& fact);
    FactItems observations(const CompiledFact& fact);
    // fact_conditions.cpp
    bool counts(const fhir::Condition& condition, const CompiledFact& fact) const;
    bool is_abated(const fhir::Condition& condition) const;
    void date_onset(Item& item, const fhir::Condition& condition) const;
    std::optional<fhir::Date> day_of_age(const fhir::Quantity& age) const;
    // fact_medications.cpp
    FactItems medications(const CompiledFact& fact);
    void read_treatments();
    Match match_medicine(const fhir::MedicationChoice& medication) const;
    enum class Route { fits, differs, unknown };
    Route route_of(const Treatment& treatment, const std::vector<SetId>& routes) const;
    bool is_current(const Treatment& treatment, long days) const;
    std::optional<fhir::DateTime> start_of_course(const Treatment& current, const CompiledFact& fact) const;

    const Program::Inner& program_;
    const Record& record_;
    const Calendar& calendar_;
    std::optional<std::vector<Match>> condition_matches_, procedure_matches_;
    std::optional<std::vector<Treatment>> treatments_;
};

/// Newest first, undated last, of equals the first first; no more than `most_items`.
void keep_newest(std::vector<Item>& items);

}  // namespace rules
