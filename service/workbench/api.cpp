#include "service/workbench/api.hpp"

#include <array>
#include <span>

namespace service {
namespace {

constexpr Route route(std::string_view pattern, Method method, std::string_view name) {
    return {pattern, method, Endpoint::workbench, name};
}

constexpr std::array routes = {
    ApiRoute{route("/api/session", Method::get, "session"), session},
    ApiRoute{route("/api/patients", Method::post, "open-patient"), open_patient, ApiBody::raw},
    ApiRoute{route("/api/patients/{id}", Method::get, "show-patient"), show_patient},
    ApiRoute{route("/api/evaluate", Method::post, "evaluate"), evaluate_patient},
    ApiRoute{route("/api/preview", Method::post, "preview"), preview_patient},
    ApiRoute{route("/api/changes", Method::post, "changes"), find_changes},
    ApiRoute{route("/api/tune", Method::post, "tune"), tune_population},
    ApiRoute{route("/api/histogram", Method::post, "histogram"), show_histogram},
    ApiRoute{route("/api/find", Method::post, "find"), find_patients},
    ApiRoute{route("/api/impact", Method::post, "impact"), impact_of_draft},
    ApiRoute{route("/api/survey", Method::post, "survey"), survey_of_draft},
    ApiRoute{route("/api/check", Method::post, "check"), check_draft},
    ApiRoute{route("/api/diff", Method::post, "diff"), difference_of_draft},
    ApiRoute{route("/api/edit", Method::post, "edit"), edit_site},
    ApiRoute{route("/api/site", Method::put, "save"), save_site},
    ApiRoute{route("/api/tunables", Method::post, "tunables"), list_tunables},
    ApiRoute{route("/api/release", Method::post, "release"), release_of_draft},
    ApiRoute{route("/api/seal", Method::post, "seal"), seal_of_pack},
    ApiRoute{route("/api/report", Method::get, "report"), show_report},
    ApiRoute{route("/api/stories", Method::post, "stories"), tell_stories},
    ApiRoute{route("/api/rules", Method::get, "rules"), list_rules},
    ApiRoute{route("/api/rules", Method::post, "rules"), list_rules},
};

}  // namespace

ApiMatch find_api_route(std::string_view target, Method method) {
    ApiMatch found;
    for (const ApiRoute& one : routes) {
        const auto match = find_route(std::span(&one.route, 1), target);
        if (!match) continue;
        found.is_known = true;
        if (!takes(one.route, method)) continue;
        found.route = &one;
        found.id = match->id;
        break;
    }
    return found;
}

}  // namespace service
