// One result of one laboratory test as the record has it: read safely, still awaited, or not readable and why.
//
// Only final, amended and corrected results are read; registered and preliminary ones are awaited; cancelled ones and
// those entered in error do not count; any other status cannot be read. A result without a value is no result.
#pragma once

#include "fhir/patient.hpp"
#include "rules/program/code_index.hpp"
#include "rules/record/calendar.hpp"
#include "rules/record/reference_range.hpp"
#include "rules/record/written_value.hpp"

#include <boost/container/small_vector.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// How much a version of a result counts against another version of the same one.
enum class Finality : std::uint8_t { unknown, awaited, complete, amended };

struct Measurement {
    enum class State : std::uint8_t { readable, awaited, unreadable };
    State state = State::readable;
    Fault fault = Fault::none;  ///< of an unreadable one
    Finality finality = Finality::complete;
    const fhir::Observation* observation = nullptr;  ///< borrowed from the record
    std::size_t kind = 0;                            ///< of the analyte

    // As written, if readable
    fhir::Comparator comparator = fhir::Comparator::none;
    Interval interval;
    std::size_t unit = 0;
    fhir::Decimal number;             ///< of a value with a unit, readable or not
    std::string_view unit_text;       ///< as it is shown; borrowed from record or program; empty: no known unit
    bool needs_verification = false;  ///< believed, but to be verified: beyond verifyAbove
    std::string echo;                 ///< what may be shown of a value without a known unit
    std::string contradicted_by;      ///< the other value, of fault values_disagree
    std::vector<std::string> others;  ///< further values of the same draw, which agree well enough

    // When; nothing only if unreadable or awaited
    std::optional<fhir::Date> date;
    std::optional<long> age_days;
    std::chrono::sys_days day{};
    std::chrono::sys_seconds moment{}, issued{};
    bool has_time = false;  ///< `moment` is one, and not the midnight of `day`

    RangeBounds printed;  ///< the laboratory's own range for this person
    const LaboratoryRules* laboratory = nullptr;
    std::vector<const fhir::Observation*> parts;  ///< of a derived one: what it was computed from
    bool is_derived = false;

    bool is_readable() const { return state == State::readable; }
    /// Makes it unreadable.
    void refuse(Fault why) {
        state = State::unreadable;
        fault = why;
    }
};

/// The codes of an Observation or component that name a test.
struct MatchedCodes {
    std::size_t analyte = 0;
    std::size_t kind = 0;
    boost::container::small_vector<std::string_view, 2> properties;
    bool disagree = false;  ///< they name different kinds, or another test beside this one
};

/// The laboratory of the site that a performer of `observation` names; else the one that stands for all others; else
/// null. Borrowed from the site.
const Laboratory* laboratory_of(const Site& site, const fhir::Observation& observation);

/// Where results are read: the tests, their codes, those of orders, the calendar, the site's laboratories, the patient
/// (null: not known). All borrowed.
class MeasurementReader {
  public:
    MeasurementReader(const std::vector<CompiledAnalyte>& analytes, const AnalyteIndex& codes, const OrderIndex& orders,
                      const Site& site, const Calendar& calendar, const fhir::Patient* patient)
        : analytes_(analytes), codes_(codes), orders_(orders), site_(site), calendar_(calendar), patient_(patient) {}

    /// Adds every result that `observation` and its components hold to the measurements of its test.
    /// \param by_analyte  one list for each analyte.
    void read(const fhir::Observation& observation, std::vector<std::vector<Measurement>>& by_analyte) const;

  private:
    /// Nearly always one test: no heap for that.
    using Matches = boost::container::small_vector<MatchedCodes, 2>;
    void match(const fhir::CodeableConcept& code, Matches& matched) const;
    bool orders_another_test(const fhir::CodeableConcept& code, const CompiledKind& kind) const;
    /// Adds the result, if there is one, to `measurements`.
    void read_one(const fhir::Observation& observation, const MatchedCodes& codes, const fhir::ObservationValue& value,
                  bool is_absent, const std::vector<fhir::ReferenceRange>& ranges,
                  std::vector<Measurement>& measurements) const;
    void read_written(Measurement& measurement, WrittenValue& written, const CompiledAnalyte& analyte) const;
    void date(Measurement& measurement) const;
    RangePerson person_on(std::chrono::sys_days day) const;
    bool knows_unit(std::string_view text) const;

    const std::vector<CompiledAnalyte>& analytes_;
    const AnalyteIndex& codes_;
    const OrderIndex& orders_;
    const Site& site_;
    const Calendar& calendar_;
    const fhir::Patient* patient_;
};

}  // namespace rules
