// The sections of a survey's page, one builder each.
#pragma once

#include "rules/page/html_page.hpp"
#include "rules/survey/survey_proposals.hpp"

#include <functional>
#include <string>
#include <vector>

namespace rules {

/// "<11", or the records rounded: what few patients have is a small count, however many records they have.
std::string shared_records(const SurveyCount& count);

/// A table of what stands behind a prefix, the most patients first, only rows that may be named.
/// \param name  how a row is called; an empty name leaves it out.
Table shared_table(std::string caption, std::string of, const std::vector<SurveyCounts::Row>& rows,
                   const std::function<std::string(const SurveyKey& rest)>& name);

/// "LOINC 2132-9, Vitamin B12": with the display that most records have, if it may be named.
std::string named_code(const SurveyCounts& counts, const std::string& system, const std::string& code);

Section patients_section(const SurveyCounts& counts);
Section proposals_section(const Survey& survey, const SurveyCounts& counts);
std::vector<Section> result_sections(const Survey& survey, const SurveyCounts& counts);
Section problems_section(const Survey& survey, const SurveyCounts& counts);
Section safety_section(const Survey& survey, const SurveyCounts& counts);
Section medicines_section(const Survey& survey, const SurveyCounts& counts);

}  // namespace rules
