#include "service/commands/command_fhirpath.hpp"

#include "fhir/code_hierarchy.hpp"
#include "fhir/json_text.hpp"
#include "fhir/path/path.hpp"
#include "service/base/file_text.hpp"
#include "service/tuning/read_version.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iterator>
#include <ostream>

namespace service {
namespace json = boost::json;
namespace path = fhir::path;
namespace {

std::string read_all(std::istream& stream) {
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string_view text_member(const json::value& value, std::string_view name) {
    const json::object* object = value.if_object();
    const json::value* member = object ? object->if_contains(name) : nullptr;
    return member ? fhir::text_of(*member).value_or("") : "";
}

/// The resource in the file, or nothing after saying why.
std::optional<json::value> read_resource(const FhirpathOptions& options, const path::Types& types,
                                         const Streams& streams) {
    std::string text;
    const std::string name = options.file == "-" ? "stdin" : options.file;
    if (options.file == "-") {
        text = read_all(streams.in);
    } else {
        std::ifstream file(options.file, std::ios::binary);
        if (!file) {
            streams.err << name << ": error: cannot be read: " << why_unread(name) << "\n";
            return std::nullopt;
        }
        text = read_all(file);
    }
    auto parsed = fhir::parse_json(text);
    if (!parsed) {
        const fhir::TextPosition place = fhir::position_at(text, parsed.error().offset);
        streams.err << name << ':' << place.line << ':' << place.column << ": error: " << parsed.error().message
                    << '\n';
        return std::nullopt;
    }
    const std::optional<path::TypeId> type = types.find_in("FHIR", text_member(*parsed, "resourceType"));
    if (!type || !types.is_resource(*type)) {
        streams.err << name << ":1:1: error: this is no FHIR R4 resource: its resourceType is missing or unknown\n";
        return std::nullopt;
    }
    return std::move(*parsed);
}

/// The entry of a Bundle that a reference means: by its fullUrl, or by type and id.
std::optional<path::Value> entry_of(const json::value& bundle, std::string_view reference, const path::Types& types) {
    const json::object* object = bundle.if_object();
    const json::value* entries = object ? object->if_contains("entry") : nullptr;
    if (!entries || !entries->is_array()) return std::nullopt;
    for (const json::value& entry : entries->get_array()) {
        const json::object* holder = entry.if_object();
        const json::value* resource = holder ? holder->if_contains("resource") : nullptr;
        if (!resource) continue;
        const std::string local =
            std::string(text_member(*resource, "resourceType")) + '/' + std::string(text_member(*resource, "id"));
        if (reference == text_member(entry, "fullUrl") || reference == local)
            return path::Value::resource(*resource, types);
    }
    return std::nullopt;
}

/// What a pack with its site file says of its value sets. Nothing for one that the pack does not have, and for SNOMED
/// CT's hierarchy where nobody has expanded it.
std::optional<bool> is_member(const ReadVersion& version, std::string_view url, std::string_view system,
                              std::string_view code) {
    const auto& sets = version.pack.value_sets;
    const auto found = std::ranges::find_if(sets, [url](const auto& set) { return set.second.url() == url; });
    if (found == sets.end()) return std::nullopt;
    const auto& [id, set] = *found;
    if (system.empty()) {
        if (set.included().size() != 1) return std::nullopt;
        system = set.included().front().url;
    }
    if (set.contains(system, code)) return true;
    const rules::Site& site = version.site.site;
    if (const auto added = site.value_set_codes.find(id); added != site.value_set_codes.end()) {
        const auto is_it = [&](const rules::Coding& known) { return known.system == system && known.code == code; };
        if (std::ranges::any_of(added->second, is_it)) return true;
    }
    const auto has_hierarchy = [&](const fhir::ValueSet::System& included) {
        return included.url == system && (!included.roots.empty() || !included.constraints.empty());
    };
    if (std::ranges::none_of(set.included(), has_hierarchy)) return false;
    const auto expanded = site.expansions.sets.find(id);
    if (expanded == site.expansions.sets.end()) return std::nullopt;
    return std::ranges::find(expanded->second.codes, code) != expanded->second.codes.end();
}

/// Whether `code` lies below `ancestor`, where the codes say so themselves.
std::optional<bool> subsumes(std::string_view system, std::string_view ancestor, std::string_view code) {
    if (!fhir::spells_its_hierarchy(system)) return std::nullopt;
    return fhir::lookup_key(system, code).starts_with(fhir::lookup_key(system, ancestor));
}

/// This machine's clock, with the offset of its time zone.
fhir::DateTime now() {
    const std::time_t seconds = std::time(nullptr);
    std::tm local{};
    localtime_r(&seconds, &local);
    const auto east = std::chrono::minutes(local.tm_gmtoff / 60);
    return fhir::DateTime::of(std::chrono::sys_seconds(std::chrono::seconds(seconds)), fhir::UtcOffset::of(east));
}

std::string one_line(const path::Collection& values, const path::Types& types) {
    return fhir::print_json(path::to_json(values, types));
}

json::array typed(const path::Collection& values, const path::Types& types) {
    json::array array;
    for (const path::Value& value : values) array.push_back(path::to_typed_json(value, types));
    return array;
}

// Depth is that of the expression, which its limit bounds.
json::object explanation_json(const path::Explanation& part, const path::Types& types) {
    json::array parts;
    for (const path::Explanation& inner : part.parts) parts.push_back(explanation_json(inner, types));
    return {{"expression", part.text}, {"values", typed(part.values, types)}, {"parts", std::move(parts)}};
}

void print_explanation(const path::Explanation& part, const path::Types& types, std::size_t depth, std::ostream& out) {
    out << std::string(2 * depth, ' ') << part.text << "  =>  " << one_line(part.values, types) << '\n';
    for (const path::Explanation& inner : part.parts) print_explanation(inner, types, depth + 1, out);
}

ExitCode say_why(const path::EvaluationError& error, const path::Expression& expression, const Streams& streams) {
    const fhir::TextPosition place = fhir::position_at(expression.text(), error.offset);
    path::Diagnostic diagnostic;
    diagnostic.message = error.message;
    diagnostic.offset = error.offset;
    diagnostic.length = error.length;
    diagnostic.line = place.line;
    diagnostic.column = place.column;
    streams.err << path::render(diagnostic, expression.text());
    return ExitCode::does_not_hold;
}

ExitCode explain(const FhirpathOptions& options, const path::Expression& expression, const path::Input& input,
                 const path::Types& types, const Streams& streams) {
    const auto explained = path::explain(expression, input);
    if (!explained) return say_why(explained.error(), expression, streams);
    if (options.format == OutputFormat::text) {
        print_explanation(*explained, types, 0, streams.out);
    } else {
        streams.out << fhir::print_json_indented(explanation_json(*explained, types)) << '\n';
    }
    return ExitCode::fine;
}

ExitCode print_values(const FhirpathOptions& options, const path::Collection& values, const path::Types& types,
                      const Streams& streams) {
    if (options.format == OutputFormat::json) {
        streams.out << (options.typed ? fhir::print_json(typed(values, types)) : one_line(values, types)) << '\n';
        return ExitCode::fine;
    }
    for (const path::Value& value : values) {
        if (options.typed) streams.out << types.name(value.type()) << ' ';
        streams.out << path::to_text(value, types) << '\n';
    }
    return ExitCode::fine;
}

}  // namespace

ExitCode run_fhirpath(const FhirpathOptions& options, const Streams& streams) {
    const path::Types types;
    path::CompileOptions compile_options{.types = &types, .is_lenient = options.lenient};
    path::Input input;
    path::Terminology terminology{.subsumes = subsumes};
    std::optional<ReadVersion> version;
    if (!options.pack.empty()) {
        version = read_version(options.pack, options.site, streams.err);
        if (!version) return ExitCode::bad_input;
        terminology.is_member = [&](std::string_view url, std::string_view system, std::string_view code) {
            return is_member(*version, url, system, code);
        };
        compile_options.has_terminology = true;
        input.terminology = &terminology;
    }
    std::optional<json::value> resource;
    if (!options.file.empty()) {
        resource = read_resource(options, types, streams);
        if (!resource) return ExitCode::bad_input;
        input.context = path::Value::resource(*resource, types);
        compile_options.context = input.context.type();
    }
    const auto expression = path::compile(options.expression, compile_options);
    if (!expression) {
        for (const path::Diagnostic& found : expression.error()) streams.err << render(found, options.expression);
        return ExitCode::does_not_hold;
    }
    for (const path::Diagnostic& found : expression->warnings()) streams.err << render(found, options.expression);
    const path::Resolver resolver = [&](std::string_view reference) -> std::optional<path::Value> {
        return resource ? entry_of(*resource, reference, types) : std::nullopt;
    };
    const path::TraceListener trace = [&](std::string_view name, const path::Collection& values) {
        streams.err << name << ": " << one_line(values, types) << '\n';
    };
    input.now = now();
    input.resolver = &resolver;
    input.trace = &trace;
    if (options.explain) return explain(options, *expression, input, types, streams);
    const auto values = path::evaluate(*expression, input);
    if (!values) return say_why(values.error(), *expression, streams);
    return print_values(options, *values, types, streams);
}

}  // namespace service
