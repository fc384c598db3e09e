// What records hold that looks like one of the pack's and is not mapped, by frequency, each with the line for the site
// file that would map it. Every line was read as a site file and held against the pack by the clinical linter; what it
// refuses is listed without a line, and why. Whether it is right is for the laboratory and the clinical owner to say.
#pragma once

#include "rules/survey/survey.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rules {

struct SurveyProposal {
    enum class Kind { test_code, unit, problem_code };
    Kind kind = Kind::test_code;
    std::string of;                  ///< id of the test or value set
    std::string what;                ///< "VITD of https://laboratory.example/codes"; the spelling of a unit
    std::vector<std::string> texts;  ///< what records call it, the most frequent first
    std::vector<std::string> units;  ///< of a code, in which its results come
    SurveyCount count;
    std::string element;   ///< as it stands in its list of the site file; empty: no line
    std::string unit;      ///< of a spelling: what it means
    std::string why_not;   ///< where there is no line
    std::string remark{};  ///< where there is one: what its name does not say

    /// The line with the members that it stands under; empty without one.
    std::string line() const;
};

struct SurveyProposals {
    std::vector<SurveyProposal> all;  ///< tests, units, problems; of each kind the most patients first
    std::size_t left_out = 0;         ///< beyond most_proposals
    std::string site_file;            ///< holds every line; empty without any
};

inline constexpr std::size_t most_proposals = 300;

/// \param least  how many patients must have what is named: a code, a text, a unit.
SurveyProposals survey_proposals(const Survey& survey, const SurveyCounts& counts, std::uint64_t least);

/// "LOINC 2132-9", "VITD of https://laboratory.example/codes", "words without a code".
std::string shown_code(const std::string& system, const std::string& code);

}  // namespace rules
