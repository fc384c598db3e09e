// Whom a change of rules touches: the same patients before two programs, counted. What each gets is what
// rules::evaluate gives, as in the service; nothing is estimated.
#pragma once

#include "rules/compare/counts.hpp"
#include "rules/compare/pack_diff.hpp"
#include "rules/compare/population.hpp"
#include "rules/page/value_plot.hpp"
#include "rules/run/evaluation.hpp"
#include "rules/text/digests.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// Before and after the change.
enum class Side : std::uint8_t { from, to };
inline constexpr std::array sides = {Side::from, Side::to};

/// What was compared: parts are added up only if versions, day and events are the same.
struct ImpactSubject {
    struct Version {
        std::string pack, version;
        Digests digests;
        bool operator==(const Version&) const = default;
    };
    /// By side.
    using Edges = std::array<std::vector<ValueMark>, 2>;

    std::array<Version, 2> versions;
    std::string at;              ///< the instant, as it was said
    std::string events = "now";  ///< or "encounters"
    std::string since, until;    ///< of encounters

    // What follows from the versions, kept for who adds parts up and has no pack at hand:
    std::vector<Change> changes;                                ///< what `diff` says
    std::size_t more_changes = 0;                               ///< beyond most_kept_changes
    std::map<std::string, std::map<std::string, Edges>> bands;  ///< by test and unit, named as in the counts
};

inline constexpr std::size_t most_kept_changes = 1000;

/// What changed between the two, and the limits of bands of either.
void describe_change(const Program& from, const Program& to, ImpactSubject& subject);

/// Exact counts. `counts` has events and cards; `patients` has under the same names how many different patients stand
/// behind each, and under some names more, for sums in which a patient may stand twice. The events of a patient are in
/// one part, so that sums of parts are those of the whole. Of captured requests nobody knows which are one patient's:
/// each counts as one.
///
///     events, patients, calls
///     cut                                      patients whose record is newer than the day, and was cut
///     cards/<side>/<indicator>                 cards shown
///     event/gained|lost|changed|same|none      events by what happens to any of their cards
///     touched                                  events with a card gained, lost or changed
///     losesWarning                             events that lose a warning or critical card, or get it less urgent
///     notEvaluated/<side>/<reason>             the service would have refused
///     rule/<rule>/gained|lost|changed|same     cards
///     ruleChanged/<rule>/indicator|text|suggestion
///     indicator/<indicator>/gained|lost        cards
///     sex/<rule>/<sex>/…, age/<rule>/<band>/…  as rule
///     dropped/<rule>/<side>                    no room: the limit on cards
///     unknown/<rule>/<side>                    could not be known
///     unreadable/<test>/<side>                 events with a result that cannot be read
///     band/<test>/<unit>/<before>/<after>      events, by the band of the result that speaks
///     value/<test>/<unit>/<value>              patients, by that result (of encounters, at the last) to three digits
///     month/<yyyy-mm>/…                        as rule, where events have dates
///     warning/<rule>/info|warning|none         warnings and critical cards lost, by what is shown in their place
///     warning/<rule>/other-info|…              the same by a card of another rule of its topic
///
/// In `patients` alone: cards/<side>/any, indicator/any/gained|lost, rule|month/<name>/before|after,
/// result/<test>/<unit>.
struct Impact {
    ImpactSubject subject;
    Counts counts, patients;
    std::map<PopulationFault, std::uint64_t> faults;
    std::size_t most_examples = 0;
    std::map<std::string, std::map<std::string, std::set<std::string>>> examples;  ///< rule, what happens -> who

    void add(const Impact& other);
};

/// An event as one side sees it.
struct SeenBy {
    const Record* record = nullptr;  ///< null: not evaluated
    std::string_view why_not;        ///< then
    Call call;
};

struct ImpactEvent {
    std::array<SeenBy, 2> seen;
    std::string_view patient;  ///< "Patient/1", for examples
    std::string month;         ///< "2026-03"; empty without a date
};

/// Counts events for one thread. Programs are borrowed.
class ImpactCounter {
  public:
    ImpactCounter(const Program& from, const Program& to, std::size_t most_examples) : programs_{&from, &to} {
        impact_.most_examples = most_examples;
    }

    /// One patient: its events one after the other, then finish_patient().
    void count_patient() { counts_.add({"patients"}); }
    void count_cut() { counts_.add({"cut"}); }
    void count(const ImpactEvent& event);
    void finish_patient();
    /// A captured request: a patient of its own.
    void count_call(const ImpactEvent& event) {
        counts_.add({"calls"});
        count(event);
        finish_patient();
    }

    Impact& impact() { return impact_; }

  private:
    struct Person {
        std::string sex, age;
    };
    void count_cards(const ImpactEvent& event, const std::array<Evaluation, 2>& evaluations);
    void count_change(const ImpactEvent& event, const Person& person, const Card& card, std::string_view what);
    void count_lost_warnings(const std::vector<const Card*>& lost, std::vector<const Card*> gained);
    std::string_view topic_of(Side side, const Card& card) const;
    void count_outcomes(Side side, const Evaluation& evaluation);
    void count_readings(const ImpactEvent& event);

    std::array<const Program*, 2> programs_;
    Counts counts_, sums_;  ///< of the patient who is looked at; `sums_`: names of Impact::patients alone
    std::map<std::string, std::pair<std::string, std::string>> values_;  ///< of the last event: test -> unit, value
    Impact impact_;
};

}  // namespace rules
