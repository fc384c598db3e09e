// A population in memory, before the saved rules and a draft of them: whom a change touches, while somebody moves a
// slider. What is counted is what `impact` counts for the same patients, and a test holds the two together; nothing is
// estimated. The saved side is evaluated once and held; of the draft only those are evaluated whom it can reach
// (reach).
//
// Captured requests are not held. Numbers of patients ("population/17") are places in the order of files and lines.
#pragma once

#include "rules/compare/seen_patient.hpp"
#include "rules/page/value_plot.hpp"
#include "rules/program/program.hpp"
#include "rules/run/reach.hpp"
#include "rules/tune/held_patient.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rules {

struct HeldOptions {
    LookedAt looked_at;
    std::size_t threads = 1;
    std::size_t most_bytes = std::size_t(4) << 30;  ///< patients beyond are counted and not held
    std::shared_ptr<const Program> also = {};       ///< a draft that asks for Observations by other codes; null: none
    Codes more = {};                                ///< of Observations that others ask for
};

/// What happened to cards, or to patients by any of their cards.
struct TunedCounts {
    std::int64_t gained = 0, lost = 0, changed = 0, same = 0;

    std::int64_t& of(std::string_view what);
    void add(const TunedCounts& other, int sign);
};

struct TunedExample {
    std::size_t patient = 0;  ///< its number
    std::string rule, what;

    auto operator<=>(const TunedExample&) const = default;
};
inline constexpr std::size_t most_tuned_examples = 200;

/// The counts of `impact` by the same names.
struct Tuned {
    std::int64_t patients = 0;                                      ///< evaluated on both sides
    std::int64_t not_evaluated = 0, cut = 0;                        ///< refused by either; newer than the day
    TunedCounts events;                                             ///< patients
    std::int64_t none = 0;                                          ///< patients without a card before and after
    std::int64_t touched = 0, loses_warning = 0;                    ///< patients, each once
    std::map<std::string, TunedCounts, std::less<>> rules;          ///< cards
    std::map<std::string, std::array<std::int64_t, 2>> unreadable;  ///< patients by test, saved and draft
    std::vector<TunedExample> examples;                             ///< the first ones
    std::size_t looked_at = 0;                                      ///< patients whom the change could reach

    void add(const Tuned& other, int sign = 1);
};

/// All that is given must hold. Sides: of the cards of a rule, of a band, of unreadable results.
struct FindFilter {
    std::string rule, what;      ///< gained, lost, changed, same
    bool is_saved = false;       ///< the saved side; else the draft's
    std::string sex, age;        ///< as impact counts them: "female", "40-49"
    std::string analyte, band;   ///< ids; a band of that test, or "unreadable", "no result", "no band", "in two bands"
    bool unreadable = false;     ///< a result of `analyte`, or of any test, that cannot be read
    bool loses_warning = false;  ///< a warning or critical card of `rule`, or of any, is gone or less urgent
};

struct Found {
    struct Patient {
        std::size_t number = 0;
        std::vector<std::string> cards;          ///< rules, in the order shown
        std::vector<std::string> lost_warnings;  ///< rules of which one is gone or less urgent
        std::string sex, age;
    };
    std::vector<Patient> patients;  ///< the first most_found
    std::size_t of = 0;             ///< all
};
inline constexpr std::size_t most_found = 500;

struct ValueHistogram {
    std::map<std::string, std::uint64_t> values;  ///< patients by counted value
    std::vector<ValueMark> saved, draft;          ///< limits of bands
    std::size_t kind = 0, unit = 0;
};

class HeldPopulation {
  public:
    HeldPopulation(std::shared_ptr<const Program> saved, HeldOptions options);
    ~HeldPopulation();

    // ---- reading: what PopulationOptions takes
    std::optional<Codes> observation_codes() const;
    std::string dates_from() const;
    /// From several threads.
    void add(PopulationPatient& patient);
    /// Once all are there. \returns false if it was stopped.
    bool finish(std::stop_token stop = {});

    /// The rules that were saved. \returns false if it was stopped: the old ones stand.
    bool set_saved(std::shared_ptr<const Program> saved, std::stop_token stop = {});

    std::size_t patients() const { return patients_.size(); }
    std::size_t bytes() const { return bytes_; }
    std::size_t beyond() const { return beyond_; }      ///< not held: over HeldOptions::most_bytes
    std::size_t requests() const { return requests_; }  ///< captured, and not held
    const HeldPatient& patient(std::size_t number) const { return *patients_[number]; }

    /// Whether all is held that the draft asks for. If not, the population is read again with HeldOptions::also.
    bool can_read(const Program& draft) const;

    // ---- Precondition of all: finish() has ended, and can_read(draft). Nothing: stopped.
    std::optional<Tuned> tune(const Program& draft, std::stop_token stop = {}) const;
    std::optional<Found> find(const Program& draft, const FindFilter& filter, std::stop_token stop = {}) const;
    /// Of the test and the unit that are named ("vitamin-d", "ng/mL"), of the kind that most results are of.
    std::optional<ValueHistogram> histogram(const Program& draft, std::string_view analyte, std::string_view unit,
                                            std::stop_token stop = {}) const;

  private:
    class DraftSide;
    struct SavedSide;
    bool evaluate_saved(const Program& program, SavedSide& side, std::stop_token stop) const;
    void take(std::shared_ptr<const Program> program, SavedSide side);
    void look_at(const HeldPatient& patient, std::size_t number, const DraftSide& draft, Tuned& tuned) const;
    void count_saved(const HeldPatient& patient, Tuned& tuned) const;
    bool has_asked_result(const Program& program, const Record& record, const FindFilter& filter) const;
    bool fits(const HeldPatient& patient, const DraftSide& draft, const FindFilter& filter,
              Found::Patient& found) const;

    std::shared_ptr<const Program> saved_;
    HeldOptions options_;
    Selection selection_;
    std::optional<Codes> codes_;  ///< of Observations that are held; nothing: all

    std::mutex adding_;
    std::vector<std::unique_ptr<HeldPatient>> patients_;
    std::atomic<std::size_t> bytes_{0}, beyond_{0}, requests_{0};
    std::vector<Trace> traces_;
    Tuned base_;  ///< the saved rules before themselves
};

}  // namespace rules
