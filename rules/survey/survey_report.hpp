// A survey told: as a page for people, in which no count of fewer than 11 patients stands, and exactly, for programs.
#pragma once

#include "rules/page/html_page.hpp"
#include "rules/survey/survey_proposals.hpp"
#include "rules/text/digests.hpp"

#include <boost/json.hpp>

#include <string>

namespace rules {

/// What was surveyed.
struct SurveyHeading {
    std::string pack, site, at;  ///< "back-pain-labs 1.0.0"; the site's name; "2026-03-02"
    Digests digests = {};
};

/// May be shared: counts are rounded, texts and codes are those of at least 11 patients.
Page survey_page(const SurveyHeading& heading, const Survey& survey, const SurveyCounts& counts);

/// Not for sharing, and says so first: exact counts, every text and code.
boost::json::object survey_json(const SurveyHeading& heading, const Survey& survey, const SurveyCounts& counts);

/// A part of a survey, for survey_of_part. The same counts, the same bytes.
boost::json::object part_of_survey(const SurveyHeading& heading, const SurveyCounts& counts);

/// Adds what part_of_survey gave to `counts`. \returns why it cannot be: another pack, site or day, or no part of a
/// survey; empty if it was added.
std::string add_part(const boost::json::value& part, const SurveyHeading& heading, SurveyCounts& counts);

}  // namespace rules
