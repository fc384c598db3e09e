// What a FHIR server would answer to the prefetch templates, out of a record at hand: by type, code and status, the
// newest version of each resource, Medications and Specimens included; and how it would call them: where a Bundle names
// its resources by urn:uuid only, references become `Type/id`.
//
// Of several Patients who were merged (FHIR R4, Patient.link) the one who was not replaced is meant.
#pragma once

#include "fhir/bundle.hpp"
#include "rules/program/program.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace rules {

/// How a server calls the resources of a record. Borrows the record.
class ServedNames {
  public:
    explicit ServedNames(const fhir::Bundle& record);

    /// Whether a server calls anything otherwise than the record does.
    bool differ() const { return differ_; }
    /// A resource as a server has it.
    boost::json::value copy(std::size_t index, boost::json::storage_ptr storage = {}) const;

  private:
    const fhir::Bundle& record_;
    std::map<std::string, std::string, std::less<>> references_;  ///< urn -> "Type/id"
    bool differ_ = false;
};

/// Where a server says that a resource stands; empty if the record does not say.
inline std::string_view served_place(const fhir::Entry& entry) {
    return entry.full_url.starts_with("urn:") ? std::string_view() : entry.full_url;
}

/// Whose a record is not.
enum class PatientFault : std::uint8_t { none_there, several };

/// The position of the only Patient, or of the one whom the others were merged into.
boost::system::result<std::size_t, PatientFault> find_patient(const fhir::Bundle& record, const ServedNames& names);

/// A resource that answers a template, by its position in the record.
struct Selected {
    std::size_t index = 0;
    bool is_included = false;  ///< brought along by one that was asked for
};

/// Templates, taken apart once. Immutable, and shared between threads.
class Selection {
  public:
    explicit Selection(const std::vector<PrefetchTemplate>& templates);

    const std::vector<PrefetchTemplate>& templates() const { return templates_; }
    /// The codes, of whatever system, of the Observations that are asked for; nothing if any may be.
    std::optional<std::set<std::string, std::less<>>> observation_codes() const;
    /// What answers the template at that position, in the order of the record; what is included comes last.
    std::vector<Selected> answer(const fhir::Bundle& record, std::size_t position) const;

  private:
    struct Wanted {
        std::unordered_set<std::string> codes;  ///< "http://loinc.org|62292-8"; empty: any
        std::vector<std::string> statuses;      ///< empty: any
    };
    static bool is_answer(const fhir::Entry& entry, const PrefetchTemplate& asked, const Wanted& wanted);

    std::vector<PrefetchTemplate> templates_;
    std::vector<Wanted> wanted_;
};

}  // namespace rules
