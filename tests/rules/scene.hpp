// Scenes: a woman born 1970-07-15, what is on her record and what could not be had, told to the shipped pack on
// 2026-03-02 at noon UTC.
#pragma once

#include "rules/run/card_layout.hpp"
#include "tests/rules/run_support.hpp"

#include <set>

inline const char* const back_pain = R"({"resourceType": "Condition", "id": "pain", "onsetDateTime": "2025-01-01",
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "279039007", "display": "Jane's low back pain"}]}})";

inline std::string condition(const char* id, const char* code, const char* more = "") {
    return R"({"resourceType": "Condition", "id": ")" + std::string(id) +
           R"(", "clinicalStatus": {"coding": [{"code": "active"}]}, "code": {"coding": [{"system": "http://snomed.info/sct", "code": ")" +
           code + R"("}]})" + more + "}";
}

inline const char* const coeliac = "396331005";
inline const char* const sarcoidosis = "31541009";
inline const char* const bone_metastasis = "94222008";
inline const char* const paraesthesia = "91019004";

struct Scene {
    std::vector<std::string> resources;
    std::set<std::string> unavailable = {};  ///< prefetch keys that are not sent
    rules::Hook hook = rules::Hook::patient_view;
    rules::Site site = {};
    const char* birth_date = R"("birthDate": "1970-07-15")";
    std::vector<std::string> drafts = {};
    bool problems_in_part = false;  ///< there is more of the problem list than was sent
};

inline rules::Evaluation played(const Scene& scene) {
    std::vector<std::string> resources = scene.resources;
    resources.push_back(R"({"resourceType": "Patient", "id": "p", "gender": "female")" +
                        std::string(scene.birth_date[0] ? ", " : "") + scene.birth_date + "}");
    const boost::json::value tree = parsed(list(resources));
    rules::Sources sources = rules::sources_of_complete_record(objects_in(tree), observation_keys(shipped_pack()));
    for (const std::string& key : scene.unavailable) sources.erase(key);
    if (scene.problems_in_part) sources["conditions"].unavailable = rules::Unavailable::incomplete;
    const rules::Record record = rules::read_record(sources);
    const boost::json::value drafts = parsed(list(scene.drafts));
    rules::Call call;
    call.drafts = objects_in(drafts);
    call.hook = scene.hook;
    call.at = *fhir::DateTime::parse("2026-03-02T12:00:00Z");
    const auto program = scene.site.off.empty() && scene.site.not_provided.empty() && !scene.site.approval
                             ? nullptr
                             : compile_test_pack(shipped_pack(), scene.site);
    return rules::explain(program ? *program : shipped_program(), record, call);
}

inline std::string cards_of(const rules::Evaluation& evaluation) {
    std::string cards;
    for (const rules::Card& card : evaluation.cards) {
        cards +=
            (cards.empty() ? "" : ", ") + std::string(card.rule) + " (" + std::string(name_of(card.indicator)) + ")";
    }
    return cards;
}

inline const rules::RuleOutcome& outcome_of(const rules::Evaluation& evaluation, std::string_view rule) {
    return *std::ranges::find(evaluation.outcomes, rule, &rules::RuleOutcome::rule);
}

inline bool has_line(const std::vector<std::string>& lines, std::string_view part) {
    return std::ranges::any_of(lines, [part](const std::string& line) { return line.find(part) != std::string::npos; });
}

inline bool has_line(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

inline std::string vitamin_d(const char* number) {
    return observation("o1", "62292-8", quantity(number, "ng/mL"));
}

inline std::string draft(const char* id, const char* cpt) {
    return R"({"resourceType": "ServiceRequest", "id": ")" + std::string(id) +
           R"(", "status": "draft", "intent": "order", "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": ")" +
           cpt + R"("}]}})";
}
