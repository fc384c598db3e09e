#include "service/command_evaluate.hpp"

#include "fhir/json_text.hpp"
#include "service/clinical_clock.hpp"
#include "service/composed_request.hpp"
#include "service/evaluation_text.hpp"
#include "service/file_text.hpp"
#include "service/findings.hpp"
#include "service/hook_call.hpp"
#include "service/uuid.hpp"

#include <iostream>
#include <iterator>
#include <optional>

namespace service {
namespace json = boost::json;

namespace {

/// The text of `file`, or of standard input for "-"; nothing after having said why not.
std::optional<std::string> read_input(const std::string& file, const Streams& streams) {
    if (file == "-") return std::string(std::istreambuf_iterator<char>(streams.in), {});
    auto text = read_text(file);
    if (!text) print_findings({finding_of_file(file, "cannot-read", "The file cannot be read.")}, streams.err);
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

/// The resources of a file: one JSON value, or one a line. Nothing after having said why not.
std::optional<std::vector<json::value>> read_resource_file(const std::string& file, const Streams& streams) {
    const auto text = read_input(file, streams);
    if (!text) return std::nullopt;
    auto values = fhir::parse_resources(*text);
    if (values) return std::move(*values);
    print_json_error(file, *text, values.error(), streams.err);
    return std::nullopt;
}

/// The request that an EHR with the files' record would send; nothing after having said why not.
std::optional<std::string> compose_from_files(const EvaluateOptions& options, const ServedService& service,
                                              const Streams& streams) {
    const auto trees = read_resource_file(options.patient_file, streams);
    if (!trees) return std::nullopt;
    std::vector<const json::object*> objects;
    for (const json::value& tree : *trees) {
        if (const json::object* object = tree.if_object()) objects.push_back(object);
    }
    fhir::Issues issues;
    const fhir::Bundle record = fhir::Bundle::of(objects, issues);

    ComposeOptions compose{service.offered.hook, service.offered.prefetch, std::nullopt, options.selections,
                           random_uuid()};
    if (!options.orders_file.empty()) {
        auto orders = read_resource_file(options.orders_file, streams);
        if (!orders) return std::nullopt;
        if (!orders->empty()) compose.draft_orders = std::move(orders->front());
    }
    const auto request = compose_request(record, compose);
    if (request) return fhir::print_json(*request);
    const bool about_orders =
        request.error() == ComposeFault::no_draft_orders || request.error() == ComposeFault::unknown_selection;
    const std::string& file = about_orders && !options.orders_file.empty() ? options.orders_file : options.patient_file;
    print_findings({finding_of_file(file, "record", std::string(explain(request.error())) + ".")}, streams.err);
    return std::nullopt;
}

ExitCode refuse(const Problem& problem, const Streams& streams) {
    streams.out << problem_reply(problem).body << '\n';
    return ExitCode::bad_input;
}

void print_explanation(const rules::Evaluation& evaluation, OutputFormat format, std::ostream& out) {
    switch (format) {
        case OutputFormat::text:
            out << explanation_as_text(evaluation.outcomes);
            break;
        case OutputFormat::json:
            out << fhir::print_json_indented(explanation_as_json(evaluation.outcomes)) << '\n';
            break;
    }
}

ExitCode answer(const HookCall& call, const fhir::DateTime& at, const EvaluateOptions& options, std::ostream& out) {
    const rules::Evaluation evaluation = evaluate_call(call, at, options.explain);
    if (options.explain) {
        print_explanation(evaluation, options.format, out);
    } else if (options.format == OutputFormat::text) {
        out << cards_as_text(evaluation.cards);
    } else {
        out << fhir::print_json_indented(response_of(call, evaluation, ClientProfile::v2_0, random_uuid)) << '\n';
    }
    return ExitCode::fine;
}

std::vector<const ServedService*> services_called(const std::vector<ServedService>& services, std::string_view id) {
    std::vector<const ServedService*> called;
    for (const ServedService& service : services) {
        if (service.offered.id == id) called.push_back(&service);
    }
    return called;
}

void say_which_services(const std::vector<ServedService>& services, std::string_view wanted, std::ostream& err) {
    err << "error: the pack has no service '" << wanted << "'; it has";
    for (const ServedService& service : services) err << ' ' << service.offered.id;
    err << '\n';
}

}  // namespace

ExitCode run_evaluate(const EvaluateOptions& options, const Streams& streams) {
    if (options.request_file.empty() == options.patient_file.empty()) {
        streams.err << "error: give either --request FILE or --patient FILE\n";
        return ExitCode::usage;
    }
    const auto at = options.at.empty() ? std::optional(running_clock()()) : parse_clinical_instant(options.at);
    if (!at) {
        streams.err << "error: --at takes a date (2026-03-02) or an instant (2026-03-02T09:00:00-05:00)\n";
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
    const auto body = options.patient_file.empty() ? read_input(options.request_file, streams)
                                                   : compose_from_files(options, *called.front(), streams);
    if (!body) return ExitCode::bad_input;
    if (options.print_request) {
        streams.out << *body << '\n';
        return ExitCode::fine;
    }
    const auto call = read_hook_call(called, *body, false);
    if (!call) return refuse(call.error(), streams);
    if (const auto missing = missing_sources(call->sources, call->service->offered.prefetch)) {
        return refuse(*missing, streams);
    }
    return answer(*call, *at, options, streams.out);
}

}  // namespace service
