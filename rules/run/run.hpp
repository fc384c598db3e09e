// One run of a program over a record: slots filled when something first asks for them, and expressions with three
// answers. A fact that no rule of the hook asks for costs nothing.
//
// Three values: what an expression reads may be missing because its source could not be had. A plain fact, and what
// filters its items, still holds by the items that were found; anything else that reads a fact with something missing
// is unknown.
#pragma once

#include "rules/program/program_inner.hpp"
#include "rules/record/calendar.hpp"
#include "rules/record/facts.hpp"
#include "rules/record/test_results.hpp"
#include "rules/run/evaluation.hpp"
#include "rules/run/trace.hpp"

#include <boost/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rules {

/// What an expression gave.
struct Answer {
    fhir::path::Collection items;  ///< the evidence; empty if unknown by what is missing
    Truth truth = Truth::fails;
    SourceSet missing = 0;  ///< sources without which it cannot be known, or may be incomplete
    std::string error;      ///< the expression could not be evaluated: an error of the pack that only data show
};

/// The value of a slot.
struct SlotValue {
    fhir::path::Collection items;
    SourceSet missing = 0;  ///< of an analyte: of its results
    SourceSet missing_orders = 0;
    std::vector<std::string> notes;  ///< records that were left out, and why
};

/// What a required source is taken for of which only a part could be had.
enum class Parts {
    missing,  ///< what it does not show may be in the rest: unknown
    whole     ///< what came is all that is looked at
};

/// Every result of a record by its test, of whatever day, in the order of the record. Borrows both.
std::vector<std::vector<Measurement>> read_measurements(const Program::Inner& program, const Record& record,
                                                        const Calendar& calendar);
/// The same of some observations alone. \param observations  places in the record, each once, ascending
std::vector<std::vector<Measurement>> read_measurements(const Program::Inner& program, const Record& record,
                                                        const Calendar& calendar,
                                                        std::span<const std::uint32_t> observations);

class Run {
  public:
    /// All arguments are borrowed.
    Run(const Program::Inner& program, const Record& record, const Call& call, Parts parts = Parts::missing);
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    /// What is looked at from now on is noted in `trace`, which is borrowed.
    void note_in(Trace& trace) { trace_ = &trace; }

    const Program::Inner& program() const { return program_; }
    const Record& record() const { return record_; }
    const Call& call() const { return call_; }
    const Calendar& calendar() const { return calendar_; }

    /// Sources that count as missing, wholly or in part.
    SourceSet unavailable() const { return unavailable_; }
    /// Required sources of which only a part could be had, whatever they are taken for.
    SourceSet in_part() const { return in_part_; }
    /// Whether such parts are taken for the whole, which only what is loud may be said on.
    bool takes_parts_for_whole() const { return (in_part_ & ~unavailable_) != 0; }

    Answer evaluate(const CompiledExpression& expression);
    /// What `expression` gives on what is there, whatever is missing. For texts, which decide nothing: the criteria
    /// have decided already, and a card names what could not be had.
    fhir::path::Collection shown(const CompiledExpression& expression);
    /// Whether `condition` holds; true without a condition. Unknown is not true.
    bool holds(const std::optional<CompiledExpression>& condition);

    /// What %item is from now on; null for nothing.
    void set_item(const fhir::path::Value* item);

    const SlotValue& slot(std::uint16_t slot);
    const TestResults& results(std::size_t analyte);
    /// Every result of the record by its test, read once. Precondition: nothing has asked for `results` yet, which take
    /// them over.
    const std::vector<std::vector<Measurement>>& read_results() { return measurements(); }

    /// Takes results that somebody has read, so that they are not read again. Precondition: nothing has asked for
    /// `results` yet; of each test that will be asked for, and of the one that it is computed with, all are there.
    void take_results(std::vector<std::vector<Measurement>> by_test) { measurements_ = std::move(by_test); }

    /// The draft orders that are selected.
    std::vector<fhir::ServiceRequest> drafts();

  private:
    /// Puts what `expression` gives into `items`. Precondition: the slots that it reads are filled.
    /// \returns why it could not be evaluated: an error of the pack that only data show.
    std::optional<std::string> compute(const CompiledExpression& expression, fhir::path::Collection& items) const;
    void fill(std::uint16_t slot);
    void fill_fixed(std::uint16_t slot, SlotValue& value);
    void fill_fact(const CompiledFact& fact, SlotValue& value);
    void fill_any(const CompiledFact& fact, SlotValue& value);
    void fill_all(const CompiledFact& fact, SlotValue& value);
    void fill_analyte(std::size_t analyte, SlotValue& value);
    void fill_age(SlotValue& value);
    void add_readings(SlotValue& value, bool readable);
    void add_items(const std::vector<Item>& items, fhir::path::Collection& to);
    const boost::json::value& keep(boost::json::value value);
    fhir::path::Value item_value(boost::json::object item, fhir::path::TypeId type);
    /// The Reading of one of the results of `analyte`, made once.
    const boost::json::value& reading(std::size_t analyte, std::size_t position);
    boost::json::object make_reading(std::size_t analyte, std::size_t position);
    const boost::json::value*& made_reading(std::size_t analyte, std::size_t position);
    const boost::json::value& add_reading(std::size_t analyte, std::size_t position, boost::json::array& list);
    std::vector<std::vector<Measurement>>& measurements();
    /// The day on which the treatment that makes results of `analyte` stale began.
    std::optional<std::chrono::sys_days> treatment_start(const CompiledAnalyte& analyte);
    const std::vector<Item>& open_orders();
    void mark_repeated(std::vector<Item>& items);
    /// All draft orders that ask for something, read once.
    const std::vector<fhir::ServiceRequest>& basket();
    /// The draft prescriptions that are selected, read once.
    const std::vector<fhir::MedicationRequest>& draft_medications();
    bool is_selected(std::string_view type, std::string_view id) const;
    /// What need not be offered any more: open orders, and the basket.
    const std::vector<Item>& ordered();
    SourceSet missing_for(const SlotUse& use);

    const Program::Inner& program_;
    const Record& record_;
    const Call& call_;
    Calendar calendar_;
    SourceSet in_part_ = 0;
    SourceSet unavailable_ = 0;
    std::array<unsigned char, 24 * 1024> first_block_;
    boost::json::monotonic_resource memory_;
    boost::json::storage_ptr storage_;
    std::deque<boost::json::value> kept_;
    FactReader facts_;
    std::vector<SlotValue> values_;        ///< in the order in which they were asked for
    std::vector<const SlotValue*> slots_;  ///< null: not asked for yet
    std::vector<const fhir::path::Collection*> variables_;
    fhir::path::Collection item_;
    std::optional<std::vector<std::vector<Measurement>>> measurements_;
    std::vector<std::optional<TestResults>> results_;
    std::vector<std::vector<const boost::json::value*>> readings_;  ///< by analyte and position; null: not made yet
    std::optional<std::vector<Item>> open_orders_, ordered_;
    std::optional<std::vector<fhir::ServiceRequest>> basket_;
    std::optional<std::vector<fhir::MedicationRequest>> draft_medications_;
    std::vector<std::string> draft_references_;
    Trace* trace_ = nullptr;
};

}  // namespace rules
