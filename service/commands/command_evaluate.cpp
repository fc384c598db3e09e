#include "service/commands/command_evaluate.hpp"

#include "fhir/bundle.hpp"
#include "fhir/json_text.hpp"
#include "fhir/reference.hpp"
#include "rules/pack/sources.hpp"
#include "service/base/file_text.hpp"
#include "service/base/findings.hpp"
#include "service/base/uuid.hpp"
#include "service/call/composed_request.hpp"
#include "service/call/hook_call.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/run/fhir_record.hpp"
#include "service/tuning/evaluation_text.hpp"
#include "service/tuning/explained_call.hpp"
#include "service/tuning/preview_cards.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <optional>
#include <utility>

namespace service {
namespace json = boost::json;

namespace {

/// Who is called, and when.
struct Asked {
    std::vector<const ServedService*> called;
    ClinicalClock clock;
    std::vector<json::value> resources = {};  ///< of the file that the request was made of
};

/// The text of `file`, or of standard input for "-"; nothing after having said why not.
std::optional<std::string> read_input(const std::string& file, const Streams& streams) {
    if (file == "-") return std::string(std::istreambuf_iterator<char>(streams.in), {});
    auto text = read_text(file);
    if (!text) {
        print_findings({finding_of_file(file, "cannot-read", "The file cannot be read: " + why_unread(file) + ".")},
                       streams.err);
    }
    return text;
}

void print_json_error(const std::string& file, std::string_view text, const fhir::JsonError& error, std::ostream& err) {
    const fhir::TextPosition position = fhir::position_at(text, error.offset);
    rules::Diagnostic finding = rules::Diagnostic();
    finding.place = {file, "", position.line, position.column};
    finding.code = "json";
    finding.message = "This cannot be read: " + std::string(error.message) + ".";
    print_findings({finding}, err);
}

/// The resources of a file: one JSON object, or one a line. Nothing after having said why not.
std::optional<std::vector<json::value>> read_resource_file(const std::string& file, const Streams& streams) {
    const auto text = read_input(file, streams);
    if (!text) return std::nullopt;
    auto values = fhir::parse_resources(*text);
    if (!values) {
        print_json_error(file, *text, values.error(), streams.err);
        return std::nullopt;
    }
    const auto stranger = std::ranges::find_if_not(*values, &json::value::is_object);
    if (stranger == values->end()) return std::move(*values);
    const std::string which = std::to_string(stranger - values->begin() + 1);
    print_findings({finding_of_file(file, "not-a-resource", "Value " + which + " of this file is no JSON object.")},
                   streams.err);
    return std::nullopt;
}

/// A request's body, or how the command ends after having said why there is none.
using Body = boost::system::result<std::string, ExitCode>;

/// How to compose the request, draft orders included; nothing after having said why not.
std::optional<ComposeOptions> read_compose_options(const EvaluateOptions& options, const ServedService& service,
                                                   const Streams& streams) {
    ComposeOptions compose{service.offered.hook, service.offered.prefetch, {}, options.selections, random_uuid()};
    if (options.orders_file.empty()) return compose;
    auto orders = read_resource_file(options.orders_file, streams);
    if (!orders) return std::nullopt;
    compose.draft_orders = std::move(*orders);
    return compose;
}

/// \param source  what the record came from, if the fault is not that of the orders.
Body print_composed(const boost::system::result<json::object, ComposeFault>& request, const std::string& source,
                    const EvaluateOptions& options, std::ostream& err) {
    if (request) return fhir::print_json(*request);
    const bool about_orders =
        request.error() == ComposeFault::no_draft_orders || request.error() == ComposeFault::unknown_selection;
    const std::string& file = about_orders && !options.orders_file.empty() ? options.orders_file : source;
    print_findings({finding_of_file(file, "record", std::string(explain(request.error())) + ".")}, err);
    return ExitCode::bad_input;
}

/// The request that an EHR with the files' record would send.
Body compose_from_files(const EvaluateOptions& options, const ServedService& service,
                        std::vector<json::value>& resources, const Streams& streams) {
    auto trees = read_resource_file(options.patient_file, streams);
    if (!trees) return ExitCode::bad_input;
    resources = std::move(*trees);
    std::vector<const json::object*> objects;
    for (const json::value& tree : resources) objects.push_back(&tree.get_object());
    fhir::Issues issues;
    const fhir::Bundle record = fhir::Bundle::of(objects, issues);
    const auto compose = read_compose_options(options, service, streams);
    if (!compose) return ExitCode::bad_input;
    return print_composed(compose_request(record, *compose), options.patient_file, options, streams.err);
}

/// The token of the variable that is named; nothing after having said that there is none.
std::optional<std::string> read_token(const EvaluateOptions& options, std::ostream& err) {
    if (options.token_variable.empty()) return std::string();
    const char* token = std::getenv(options.token_variable.c_str());
    if (token == nullptr || *token == '\0') {
        err << "error: the environment variable that --token-env names is not set, or is empty\n";
        return std::nullopt;
    }
    if (options.fhir_url.starts_with("http:")) err << "warning: over http the token can be read on its way\n";
    return token;
}

/// The request of an EHR that got its prefetch from the FHIR server.
Body compose_from_server(const EvaluateOptions& options, const ServedService& service, const Streams& streams) {
    auto compose = read_compose_options(options, service, streams);
    const auto token = read_token(options, streams.err);
    if (!compose || !token) return ExitCode::bad_input;
    auto record = read_fhir_record({.url = options.fhir_url, .patient_id = options.patient_id, .token = *token},
                                   compose->templates);
    if (!record) {
        streams.err << "error: " << record.error().message << '\n';
        return record.error().code;
    }
    for (const std::string& warning : record->warnings) streams.err << "warning: " << warning << '\n';
    compose->encounter_id = std::move(record->encounter_id);
    return print_composed(compose_request(options.patient_id, std::move(record->prefetch), *compose), options.fhir_url,
                          options, streams.err);
}

Body read_body(const EvaluateOptions& options, Asked& asked, const Streams& streams) {
    const ServedService& service = *asked.called.front();
    if (!options.fhir_url.empty()) return compose_from_server(options, service, streams);
    if (!options.patient_file.empty()) return compose_from_files(options, service, asked.resources, streams);
    auto body = read_input(options.request_file, streams);
    if (!body) return ExitCode::bad_input;
    return std::move(*body);
}

/// What a refusal means if it is a FHIR server's answers that are refused.
void say_what_the_server_did(const Problem& problem, std::ostream& err) {
    if (problem.fault == Fault::other_patient) {
        err << "error: the FHIR server gave data of another patient: does it follow the search parameter `patient`?\n";
    } else if (problem.fault == Fault::data_unavailable) {
        err << "error: the FHIR server gave a part only of what is required, and no address of the rest\n";
    }
}

ExitCode refuse(const Problem& problem, const EvaluateOptions& options, const Streams& streams) {
    if (!options.fhir_url.empty()) say_what_the_server_did(problem, streams.err);
    streams.out << problem_reply(problem).body << '\n';
    return ExitCode::bad_input;
}

void print_explanation(const ExplainedCall& explained, const EvaluateOptions& options, std::ostream& out) {
    const auto& [evaluation, unmatched] = explained;
    switch (options.format) {
        case OutputFormat::text:
            out << explanation_as_text(evaluation, unmatched, options.explain_all ? Telling::full : Telling::lines);
            break;
        case OutputFormat::json:
            out << fhir::print_json_indented(explanation_as_json(evaluation, unmatched)) << '\n';
            break;
    }
}

ExitCode answer(const HookCall& call, const Asked& asked, const EvaluateOptions& options, std::ostream& out) {
    if (options.explain) {
        print_explanation(explain_call(call, asked.resources, asked.clock.time()), options, out);
        return ExitCode::fine;
    }
    const rules::Evaluation evaluation = evaluate_call(call, asked.clock.time());
    if (options.format == OutputFormat::text) {
        out << cards_as_text(evaluation.cards);
    } else {
        const Response response = response_of(call, evaluation, {random_uuid});
        out << fhir::print_json_indented(*fhir::parse_json(response.body)) << '\n';
    }
    return ExitCode::fine;
}

using Called = std::vector<const ServedService*>;

/// Prints the page that shows the answer as clients do.
ExitCode preview(const Called& called, const std::string& body, const ClinicalTime& time,
                 const EvaluateOptions& options, const Streams& streams) {
    PreviewOptions how;
    how.width_px = options.width_px;
    for (const std::string& name : options.client_names) how.clients.push_back(find_client_profile(name));
    const auto page = preview_of(called, body, time, how);
    if (!page) return refuse(page.error(), options, streams);
    streams.out << *page;
    return ExitCode::fine;
}

void say_which_services(const std::vector<ServedService>& services, std::string_view wanted, std::ostream& err) {
    err << "error: the pack has no service '" << wanted << "'; it has";
    for (const ServedService& service : services) err << ' ' << service.offered.id;
    err << '\n';
}

/// False after having said what is amiss with the options of the preview.
bool fit_preview(const EvaluateOptions& options, std::ostream& err) {
    const bool has_some = !options.client_names.empty() || options.width_px > 0;
    if (has_some && !options.as_html) {
        err << "error: --client and --width go with --format html\n";
    } else if (options.as_html && (options.explain || options.print_request)) {
        err << "error: --format html shows cards: leave out --explain and --print-request\n";
    } else if (options.width_px > 0 &&
               (options.width_px < least_preview_width || options.width_px > most_preview_width)) {
        err << "error: --width takes " << least_preview_width << " to " << most_preview_width << " pixels\n";
    } else {
        for (const std::string& name : options.client_names) {
            if (find_client_profile(name) != nullptr) continue;
            err << "error: there is no client '" << name << "'; there are";
            for (const ClientProfile* client : client_profiles()) err << ' ' << client->name;
            err << '\n';
            return false;
        }
        return true;
    }
    return false;
}

/// False after having said what is amiss with the options.
bool fit_together(const EvaluateOptions& options, std::ostream& err) {
    const auto sources = !options.request_file.empty() + !options.patient_file.empty() + !options.fhir_url.empty();
    if (sources != 1) {
        err << "error: give one of --request FILE, --patient FILE, and --fhir URL with --patient-id ID\n";
    } else if (options.fhir_url.empty() != options.patient_id.empty()) {
        err << "error: --fhir URL and --patient-id ID need each other\n";
    } else if (!options.patient_id.empty() && !fhir::is_id(options.patient_id)) {
        err << "error: --patient-id takes a FHIR id: up to 64 letters, digits, dashes and points\n";
    } else if (!options.token_variable.empty() && options.fhir_url.empty()) {
        err << "error: --token-env goes with --fhir\n";
    } else if (!options.request_file.empty() && (!options.orders_file.empty() || !options.selections.empty())) {
        err << "error: --orders and --selections go with --patient and --fhir: a request has its own\n";
    } else {
        return fit_preview(options, err);
    }
    return false;
}

/// The same for what only one of the services can tell.
bool fit_the_hook(const EvaluateOptions& options, rules::Hook hook, std::ostream& err) {
    if (!options.orders_file.empty() && !is_order_hook(hook)) {
        err << "error: --orders goes with services for order-select and order-sign\n";
    } else if (!options.selections.empty() && hook != rules::Hook::order_select) {
        err << "error: --selections goes with services for order-select\n";
    } else {
        return true;
    }
    return false;
}

/// Prints the answer to a request, or the request itself.
ExitCode answer_body(const Asked& asked, const std::string& body, const EvaluateOptions& options,
                     const Streams& streams) {
    if (options.print_request) {
        streams.out << body << '\n';
        return ExitCode::fine;
    }
    if (options.as_html) return preview(asked.called, body, asked.clock.time(), options, streams);
    const auto call = read_hook_call(asked.called, body, false);
    if (!call) return refuse(call.error(), options, streams);
    if (const auto missing = missing_sources(call->sources, call->service->offered.prefetch)) {
        return refuse(*missing, options, streams);
    }
    return answer(*call, asked, options, streams.out);
}

}  // namespace

ExitCode run_evaluate(const EvaluateOptions& options, const Streams& streams) {
    if (!fit_together(options, streams.err)) return ExitCode::usage;
    const auto clock = options.at.empty() ? std::optional(running_clock()) : parse_clinical_clock(options.at, false);
    if (!clock) {
        streams.err << "error: --at " << options.at << ": " << why_no_instant(options.at) << '\n';
        return ExitCode::usage;
    }
    const LoadedPack pack = load_pack(options.pack, options.site);
    print_findings(pack.findings, streams.err);
    if (!pack.program) return ExitCode::bad_input;
    const std::vector<ServedService> services = services_of(pack);
    const auto called = services_called(services, options.service_id);
    if (called.empty()) {
        say_which_services(services, options.service_id, streams.err);
        return ExitCode::usage;
    }
    if (!fit_the_hook(options, called.front()->offered.hook, streams.err)) return ExitCode::usage;
    Asked asked{called, *clock};
    const Body body = read_body(options, asked, streams);
    return body ? answer_body(asked, *body, options, streams) : body.error();
}

}  // namespace service
