// What the page may ask. Each function answers one address; what it answers is what a command prints.
#pragma once

#include "service/http/router.hpp"
#include "service/workbench/api_answer.hpp"
#include "service/workbench/workbench.hpp"

#include <string>
#include <string_view>

namespace service {

using ApiHandler = ApiAnswer (*)(Workbench& workbench, const ApiRequest& request);

enum class ApiBody { json, raw };

struct ApiRoute {
    Route route;
    ApiHandler handler;
    ApiBody body = ApiBody::json;
};

struct ApiMatch {
    const ApiRoute* route = nullptr;  ///< null: there is none, or it does not take the method
    std::string id;                   ///< percent-decoded
    bool is_known = false;            ///< there is one at this address
};

ApiMatch find_api_route(std::string_view target, Method method);

// api_session
ApiAnswer session(Workbench& workbench, const ApiRequest& request);

// api_patient
ApiAnswer open_patient(Workbench& workbench, const ApiRequest& request);
ApiAnswer show_patient(Workbench& workbench, const ApiRequest& request);
ApiAnswer evaluate_patient(Workbench& workbench, const ApiRequest& request);
ApiAnswer preview_patient(Workbench& workbench, const ApiRequest& request);
ApiAnswer find_changes(Workbench& workbench, const ApiRequest& request);

// api_site
ApiAnswer check_draft(Workbench& workbench, const ApiRequest& request);
ApiAnswer difference_of_draft(Workbench& workbench, const ApiRequest& request);
ApiAnswer edit_site(Workbench& workbench, const ApiRequest& request);
ApiAnswer save_site(Workbench& workbench, const ApiRequest& request);

// api_tunables
ApiAnswer list_tunables(Workbench& workbench, const ApiRequest& request);

// api_rules
ApiAnswer tell_stories(Workbench& workbench, const ApiRequest& request);
ApiAnswer list_rules(Workbench& workbench, const ApiRequest& request);

// api_population
ApiAnswer tune_population(Workbench& workbench, const ApiRequest& request);
ApiAnswer show_histogram(Workbench& workbench, const ApiRequest& request);
ApiAnswer find_patients(Workbench& workbench, const ApiRequest& request);
ApiAnswer impact_of_draft(Workbench& workbench, const ApiRequest& request);
ApiAnswer survey_of_draft(Workbench& workbench, const ApiRequest& request);

// api_release
ApiAnswer release_of_draft(Workbench& workbench, const ApiRequest& request);
ApiAnswer seal_of_pack(Workbench& workbench, const ApiRequest& request);
ApiAnswer show_report(Workbench& workbench, const ApiRequest& request);

}  // namespace service
