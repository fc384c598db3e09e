// What an Observation is about, if not simply the patient of the record (FHIR R4: Observation.focus "the actual focus
// of an observation when it is not the patient of record", Observation.specimen).
#pragma once

#include "fhir/bundle.hpp"
#include "rules/record/patient_identity.hpp"

#include <cstdint>

namespace rules {

enum class About : std::uint8_t {
    patient,  ///< or a part, a device, a procedure, a condition of theirs
    other,    ///< a newborn, a donor, a control, a product: not used
    unknown,  ///< nothing tells what it is
};

/// Both are borrowed.
class Focus {
  public:
    Focus(const fhir::Bundle& bundle, const PatientIdentity& patient) : bundle_(bundle), patient_(patient) {}

    /// \param container  the resource that holds `observation`, or it itself. \param holder  the entry of that.
    About of(const boost::json::object& observation, const boost::json::object& container,
             const fhir::Entry& holder) const;

  private:
    About of_focus(const boost::json::value& focus, const boost::json::object& container,
                   const fhir::Entry& holder) const;
    About of_one(const boost::json::object& written, const boost::json::object& container,
                 const fhir::Entry& holder) const;
    bool is_of_another(const boost::json::value& specimen, const boost::json::object& container,
                       const fhir::Entry& holder) const;
    const boost::json::object* target_of(const fhir::Reference& reference, const boost::json::object& container,
                                         const fhir::Entry& holder) const;

    const fhir::Bundle& bundle_;
    const PatientIdentity& patient_;
};

}  // namespace rules
