// The code systems that records use, by the URL that FHIR registers for them. A code is found by system and code
// together, so a system that is misspelt by one letter makes its codes silent: nobody would see it.
#pragma once

#include <string_view>

namespace rules {

/// Whether FHIR or HL7 Terminology registers `url` for a code system that is in the table, or HL7 keeps it itself
/// (http://terminology.hl7.org/CodeSystem/…).
bool is_known_system(std::string_view url);

/// The registered URL that `system` was meant to be, if it is none: another scheme, "www.", a slash or a version
/// behind it, capitals, one slip of the keys, the OID, or the system's short name ("ICD-10-CM"). Empty if none is
/// near.
std::string_view system_meant_by(std::string_view system);

/// Whether `system` could be a site's own: an absolute URL or a urn.
bool is_absolute_uri(std::string_view system);

/// What to call a system in a message: "LOINC"; the URL itself if it is not in the table.
std::string_view name_of_system(std::string_view url);

}  // namespace rules
