// A story's lines as full FHIR R4 resources, as an EHR would hold them.
#pragma once

#include "rules/stories/story_line.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace rules {

/// The id of the Patient of every story.
inline constexpr std::string_view story_patient = "patient";

/// "female, born 1987-07-15, died 2026-01-01" as a Patient; birth and death may be left out.
boost::system::result<boost::json::object, LineError> story_patient_resource(std::string_view line);

/// A line as a Condition, Observation, MedicationStatement ("since", "from"), MedicationRequest ("prescribed"),
/// Procedure or ServiceRequest. \param id of the resource.
boost::system::result<boost::json::object, LineError> story_resource(const StoryLine& line,
                                                                     const Vocabulary& vocabulary, std::string_view id);

/// A line of "drafts" as a draft ServiceRequest, or of a medicine as a draft MedicationRequest.
boost::json::object story_draft(const StoryLine& line, std::string_view id);

}  // namespace rules
