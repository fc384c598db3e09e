// `survey` of a population that is read from where it lies: what the command counts, and the workbench.
#pragma once

#include "rules/compare/population.hpp"
#include "rules/survey/survey_report.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/deployment/load_pack.hpp"

#include <boost/system/result.hpp>

#include <string>

namespace service {

/// Precondition: the pack has a program.
rules::SurveyHeading heading_of(const LoadedPack& pack, const fhir::DateTime& at);

/// Adds what is counted to `counts`, what could not be read too. \returns or why the population cannot be read.
boost::system::result<rules::PopulationCounts, std::string> count_survey(const rules::Survey& survey,
                                                                         const ClinicalTime& time,
                                                                         const rules::PopulationOptions& population,
                                                                         rules::SurveyCounts& counts);

/// Why nothing is told of these counts: there are too many different things among them. Empty if it is.
std::string why_not_told(const rules::SurveyCounts& counts);

}  // namespace service
