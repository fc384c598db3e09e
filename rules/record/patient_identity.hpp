// Whose is a resource? Data of another patient is never used (CDS Hooks prefetch, R-058).
//
// A subject names the patient of the call by id (relative, absolute, versioned, urn:uuid), by an identifier of the
// Patient, or names a patient with whom the call's own Patient was merged: Patient.link says `replaces` or
// `replaced-by` (FHIR R4, Patient.link); `seealso` and `refer` make nobody one person. An absolute address counts while
// all absolute subjects of the call share its base. A contained Patient has no identity.
#pragma once

#include "fhir/entry.hpp"
#include "fhir/reference.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rules {

/// Of several answers the last one counts.
enum class Whose : std::uint8_t {
    theirs,         ///< the patient's, or nobody's: a Medication, a Practitioner
    unnamed,        ///< has a subject that refers to nobody: a display, an identifier that is not known to be theirs
    unreadable,     ///< has a subject that is no Reference: a text, a list, an object without anything in it
    holds_another,  ///< contains what is another patient's, or a Patient without identity
    another,        ///< another patient's
};

class PatientIdentity {
  public:
    PatientIdentity() = default;
    /// \param id  of the patient whom the call is about.
    explicit PatientIdentity(std::string_view id) : ids_{std::string(id)} {}

    /// Takes over what the call's own Patient says: identifiers, and whom it replaces or is replaced by. A Patient that
    /// is not the call's own changes nothing. \param full_url  of its entry; may be empty.
    void learn(const boost::json::object& patient, std::string_view full_url = {});

    /// Whether Patient/`id` is this person.
    bool is(std::string_view id) const;

    /// Whether `reference`, a subject, a patient or a focus, names this person. Looks at no base URL.
    bool names(const fhir::Reference& reference) const;

    /// Whose `resource` is. Remembers the base URL of the first absolute subject: another one is another patient's.
    Whose whose(const boost::json::object& resource);

  private:
    enum class Subject : std::uint8_t { patient, unnamed, unreadable, contained, another };
    Subject subject_of(const boost::json::value& subject);
    static Whose whose_is(Subject subject);
    Subject by_identifier(const boost::json::object& subject) const;
    bool shares_base(const fhir::Reference& reference);
    Whose of_contained(const boost::json::value& contained);

    std::vector<std::string> ids_;  ///< the call's own first, then those it was merged with
    std::string full_url_;
    std::vector<std::pair<std::string, std::string>> identifiers_;  ///< system, value
    std::string base_;
};

}  // namespace rules
