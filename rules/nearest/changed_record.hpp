// The resources of one patient as JSON, changed one at a time and read again by the reader of every record. The one
// place of this room that looks into a resource.
#pragma once

#include "fhir/date_time.hpp"
#include "fhir/decimal.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// A number of a result: where it stands in its resource.
struct ValuePlace {
    std::size_t resource = 0;
    std::optional<std::size_t> component = {};  ///< nothing: valueQuantity of the resource itself
};

class ChangedRecord {
  public:
    explicit ChangedRecord(std::vector<boost::json::value> trees);

    std::size_t size() const { return resources_.size(); }
    /// "Condition/c1"; empty where it has no id.
    const std::string& reference(std::size_t resource) const { return references_[resource]; }
    std::optional<std::size_t> find(std::string_view reference) const;
    const boost::json::value& resource(std::size_t resource) const { return *resources_[resource]; }

    /// The trees, as fhir::Bundle::of takes them, with what is changed now.
    std::vector<const boost::json::object*> objects() const;

    /// One change at a time: until undo() `resource` reads as `changed`.
    void replace(std::size_t resource, boost::json::value changed);
    /// As if it were not there.
    void remove(std::size_t resource);
    void add(boost::json::value resource);
    void undo();

    /// Where the number of a result stands that reads as `number`; nothing of one that is written otherwise.
    std::optional<ValuePlace> find_value(std::size_t resource, const fhir::Decimal& number) const;
    boost::json::value with_value(const ValuePlace& place, const fhir::Decimal& number) const;

    /// The days of all its dates that have one.
    std::vector<std::chrono::sys_days> days_of(std::size_t resource) const;
    /// With all its dates moved; those without a day stay.
    boost::json::value moved_by(std::size_t resource, long days) const;

  private:
    std::vector<boost::json::value> trees_;
    std::vector<boost::json::value*> resources_;
    std::vector<std::string> references_;
    std::optional<std::size_t> changed_;
    boost::json::value kept_;  ///< of the resource that is changed
    std::optional<boost::json::value> added_;
};

/// A resource for "if this were on record": type, code and dates that rules read, of the patient `subject`.
struct InventedCode {
    std::string_view type;  ///< Condition, MedicationRequest, Procedure
    std::string_view system, code, display;
    std::string subject;  ///< "Patient/1"
    std::string day;
};
boost::json::value invented(const InventedCode& invented);

}  // namespace rules
