#include "fhir/issue.hpp"

namespace fhir {

std::string_view name_of(IssueCode code) {
    switch (code) {
        case IssueCode::wrong_type:
            return "wrong-type";
        case IssueCode::invalid_value:
            return "invalid-value";
        case IssueCode::not_a_list:
            return "not-a-list";
        case IssueCode::empty:
            return "empty";
        case IssueCode::incomplete_date:
            return "incomplete-date";
        case IssueCode::plain_code:
            return "plain-code";
        case IssueCode::not_read:
            return "not-read";
        case IssueCode::several_choices:
            return "several-choices";
        case IssueCode::missing:
            return "missing";
        case IssueCode::unresolved:
            return "unresolved";
        case IssueCode::duplicate:
            return "duplicate";
        case IssueCode::versions_differ:
            return "versions-differ";
        case IssueCode::modified:
            return "modified";
        case IssueCode::other_subject:
            return "other-subject";
        case IssueCode::not_a_resource:
            return "not-a-resource";
        case IssueCode::too_many:
            return "too-many";
    }
    return "";
}

}  // namespace fhir
