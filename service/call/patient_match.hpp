// Whose resource is it? Data of another patient is never used (CDS Hooks prefetch, R-058), and what does not say whose
// it is in a way that can be read is not taken for this patient's.
#pragma once

#include <boost/json.hpp>

#include <string_view>

namespace service {

/// The patient of a call.
struct PatientIdentity {
    std::string_view id;                           ///< a FHIR id
    const boost::json::object* patient = nullptr;  ///< the Patient, if it is at hand: his identifiers are his too
};

enum class Whose {
    patients,  ///< names the patient, or nobody (a Medication, a Practitioner)
    unnamed,   ///< has a subject that refers to nobody: a display, an identifier that is not known to be the patient's
    unreadable,  ///< has a subject that is no Reference: a text, a list, an object without anything in it
    anothers     ///< is, or refers to, another patient, or contains what does
};

/// Whose `resource` and what it contains are, by `subject` or `patient`. Of several answers the worst, `anothers`.
Whose whose(const boost::json::object& resource, const PatientIdentity& identity);

}  // namespace service
