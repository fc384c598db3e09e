#include "rules/survey/survey_report.hpp"

#include "fhir/member.hpp"
#include "rules/survey/survey_page.hpp"

namespace rules {

namespace json = boost::json;

namespace {

constexpr std::string_view not_for_sharing =
    "Exact counts, and texts of records that few patients have: keep it where the records are. --html and the text may "
    "be shared.";
constexpr std::string_view kind_of_part = "survey-part";
constexpr std::int64_t format_of_part = 1;

json::array texts_json(const std::vector<std::string>& texts) {
    json::array list;
    for (const std::string& text : texts) list.emplace_back(text);
    return list;
}

json::array proposals_json(const SurveyProposals& proposals) {
    json::array list;
    for (const SurveyProposal& one : proposals.all) {
        json::object proposal{{"looksLike", one.of},
                              {"found", one.what},
                              {"patients", one.count.patients},
                              {"records", one.count.records}};
        if (!one.texts.empty()) proposal["texts"] = texts_json(one.texts);
        if (!one.units.empty()) proposal["units"] = texts_json(one.units);
        if (!one.remark.empty()) proposal["remark"] = one.remark;
        if (one.element.empty()) {
            proposal["noLineBecause"] = one.why_not;
        } else {
            proposal["line"] = one.line();
        }
        list.push_back(std::move(proposal));
    }
    return list;
}

/// Keys as members of members, the counts at their ends.
json::object counts_json(const SurveyCounts& counts) {
    json::object root;
    for (const auto& [key, count] : counts.all()) {
        json::object* at = &root;
        for (const std::string& part : parts_of(key)) {
            json::value& member = (*at)[part];
            at = member.is_object() ? &member.get_object() : &member.emplace_object();
        }
        at->emplace("patients", count.patients);
        at->emplace("records", count.records);
    }
    return root;
}

json::object heading_json(const SurveyHeading& heading) {
    json::object object{{"pack", heading.pack}, {"site", heading.site}, {"at", heading.at}};
    for (const NamedDigest& one : named(heading.digests)) object.emplace(one.member, *one.digest);
    return object;
}

/// "day (2026-03-03, not 2026-03-02)": the first of what a part must share.
std::string what_differs(const json::object& part, const json::object& own) {
    const json::value* theirs = part.if_contains("survey");
    if (!theirs || !theirs->is_object()) return "pack";
    constexpr std::pair<std::string_view, std::string_view> members[] = {{"pack", "pack"},
                                                                         {"packDigest", "content of the pack"},
                                                                         {"site", "site"},
                                                                         {"siteDigest", "content of the site file"},
                                                                         {"at", "day"}};
    for (const auto& [name, words] : members) {
        const std::string_view mine = fhir::member_text(own, name);
        const std::string_view its = fhir::member_text(theirs->get_object(), name);
        if (mine == its) continue;
        const auto shown = [](std::string_view text) { return text.empty() ? "none" : std::string(text); };
        return std::string(words) + " (" + shown(its) + ", not " + shown(mine) + ")";
    }
    return "version of this program";
}

}  // namespace

Page survey_page(const SurveyHeading& heading, const Survey& survey, const SurveyCounts& counts) {
    Page page{"Do the records suit the rules?", "en", {}, {}};
    page.opening.emplace_back(Paragraph{"Pack " + heading.pack +
                                        (heading.site.empty() ? "" : ", site " + heading.site) + ", as of " +
                                        heading.at + "."});
    page.opening.emplace_back(CodeText{lines_of(heading.digests, "")});
    page.opening.emplace_back(Paragraph{
        "Counts of 1 to 10 are <11, all others are rounded to 10, and texts, codes and units stand here only where at "
        "least 11 patients have them. Everything was read as a call would read it."});
    page.sections.push_back(patients_section(counts));
    page.sections.push_back(proposals_section(survey, counts));
    for (Section& section : result_sections(survey, counts)) page.sections.push_back(std::move(section));
    page.sections.push_back(problems_section(survey, counts));
    page.sections.push_back(safety_section(survey, counts));
    page.sections.push_back(medicines_section(survey, counts));
    return page;
}

json::object survey_json(const SurveyHeading& heading, const Survey& survey, const SurveyCounts& counts) {
    const SurveyProposals proposals = survey_proposals(survey, counts, 1);
    return {{"notForSharing", not_for_sharing},
            {"survey", heading_json(heading)},
            {"counts", counts_json(counts)},
            {"proposals", proposals_json(proposals)},
            {"siteFile", proposals.site_file}};
}

json::object part_of_survey(const SurveyHeading& heading, const SurveyCounts& counts) {
    return {{"notForSharing", not_for_sharing},
            {"kind", kind_of_part},
            {"format", format_of_part},
            {"survey", heading_json(heading)},
            {"counts", counts.to_json()}};
}

std::string add_part(const json::value& part, const SurveyHeading& heading, SurveyCounts& counts) {
    const json::object* object = part.if_object();
    const auto is = [object](std::string_view name, const json::value& wanted) {
        const json::value* member = object ? object->if_contains(name) : nullptr;
        return member && *member == wanted;
    };
    if (!is("kind", json::value(kind_of_part))) return "it is no part of a survey, as --partial writes it";
    if (!is("format", json::value(format_of_part))) return "it was written by another version of this program";
    if (!is("survey", heading_json(heading))) {
        return "it is of another " + what_differs(*object, heading_json(heading)) +
               ": make all parts with the same --pack, --site and --at";
    }
    const json::value* rows = object->if_contains("counts");
    return rows && counts.add_json(*rows) ? std::string() : "its counts cannot be read";
}

}  // namespace rules
