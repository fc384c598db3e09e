// Whom a change of rules touches: the same patients before two programs, counted. What each gets is what
// rules::evaluate gives, as in the service; nothing is estimated.
#pragma once

#include "rules/compare/counts.hpp"
#include "rules/compare/population.hpp"
#include "rules/run/evaluation.hpp"

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

/// What was compared: parts are added up only if all of it is the same.
struct ImpactSubject {
    struct Version {
        std::string pack, version, digest;
        bool operator==(const Version&) const = default;
    };
    std::array<Version, 2> versions;
    std::string at;              ///< the instant, as it was said
    std::string events = "now";  ///< or "encounters"
    std::string since, until;    ///< of encounters

    bool operator==(const ImpactSubject&) const = default;
};

/// Exact counts.
///
///     events, patients
///     cut                                      patients whose record is newer than the day, and was cut
///     cards/<side>/<indicator>                 cards shown
///     event/gained|lost|changed|same|none      events by what happens to any of their cards
///     notEvaluated/<side>/<reason>             the service would have refused
///     rule/<rule>/gained|lost|changed|same     cards
///     ruleChanged/<rule>/indicator|text|suggestion
///     indicator/<indicator>/gained|lost        cards
///     sex/<rule>/<sex>/…, age/<rule>/<band>/…  as rule
///     dropped/<rule>/<side>                    no room: the limit on cards
///     unknown/<rule>/<side>                    could not be known
///     unreadable/<test>/<side>                 events with a result that cannot be read
///     band/<test>/<unit>/<before>/<after>      events, by the band of the result that speaks
///     value/<test>/<unit>/<value>              events, by that result to two digits
///     month/<yyyy-mm>/…                        as rule, where events have dates
struct Impact {
    ImpactSubject subject;
    Counts counts;
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

    void count_patient() { impact_.counts.add({"patients"}); }
    void count(const ImpactEvent& event);

    Impact& impact() { return impact_; }

  private:
    struct Person {
        std::string sex, age;
    };
    void count_cards(const ImpactEvent& event, const std::array<Evaluation, 2>& evaluations);
    void count_change(const ImpactEvent& event, const Person& person, std::string_view rule, std::string_view what);
    void count_outcomes(Side side, const Evaluation& evaluation);
    void count_readings(const ImpactEvent& event);

    std::array<const Program*, 2> programs_;
    Impact impact_;
};

}  // namespace rules
