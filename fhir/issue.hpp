// What a lenient reader left out, and why. Names the element, never its value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fhir {

enum class IssueCode {
    wrong_type,       ///< another kind of JSON value stands there; it was skipped
    invalid_value,    ///< the right kind, but no such date, number, code or reference; it was skipped
    not_a_list,       ///< one value stands where a list belongs; it was read as a list of one
    empty,            ///< an object or list with nothing in it; it was skipped
    incomplete_date,  ///< a time without seconds or offset; it was read as it stands
    plain_code,       ///< a plain code stands where a CodeableConcept belongs; it was read
    several_choices,  ///< two elements of one choice (value[x]) stand side by side; none was read
    not_read,         ///< a choice or form that is allowed but that this reader does not read
    missing,          ///< a required element is not there
    unresolved,       ///< a reference into this resource or Bundle leads nowhere
    duplicate,        ///< the same resource twice, or an older version of it; the newest was read
    versions_differ,  ///< several versions of a resource, and nothing says which is the newest
    modified,         ///< an unknown modifierExtension may turn round what it says; it was not used as if it had none
    other_subject,    ///< about somebody else, or about something that is not the patient; it was not used
    not_a_resource,   ///< an object without a resourceType; it was skipped
    too_many          ///< a limit was reached; the rest was skipped
};

/// The code as text for counts and explanations: "wrong-type".
std::string_view name_of(IssueCode code);

struct Issue {
    std::string path;  ///< such as Observation.component[1].valueQuantity.value
    IssueCode code = IssueCode::wrong_type;

    bool operator==(const Issue&) const = default;
};

using Issues = std::vector<Issue>;

}  // namespace fhir
