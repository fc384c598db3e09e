#include "service/call/prefetch.hpp"

#include "fhir/json_text.hpp"
#include "fhir/member.hpp"
#include "service/call/patient_match.hpp"

namespace service {

namespace json = boost::json;

namespace {

using fhir::find_member;
using fhir::member_text;
using rules::SourceData;
using rules::Unavailable;

std::string_view type_of(const json::object& resource) {
    return member_text(resource, "resourceType");
}

/// The objects of an array member.
std::vector<const json::object*> objects_of(const json::object& parent, std::string_view name) {
    std::vector<const json::object*> objects;
    const json::value* array = find_member(parent, name);
    if (array == nullptr || !array->is_array()) return objects;
    for (const json::value& element : array->get_array()) {
        if (element.is_object()) objects.push_back(&element.get_object());
    }
    return objects;
}

/// Whether an OperationOutcome speaks of a failure, or says nothing of its severity.
bool is_failure(const json::object& outcome) {
    const auto issues = objects_of(outcome, "issue");
    for (const json::object* issue : issues) {
        const std::string_view severity = member_text(*issue, "severity");
        if (severity != "warning" && severity != "information") return true;
    }
    return issues.empty();
}

/// Clients percent-encode a query before they look for tokens they could not resolve; the server then finds nothing.
bool has_unresolved_token(std::string_view url) {
    constexpr std::size_t open_size = 3;  // "%7B"
    int open = 0;
    while (!url.empty() && open < 2) {
        const bool escaped = url.starts_with("%7B") || url.starts_with("%7b");
        open = escaped || url.front() == '{' ? open + 1 : 0;
        url.remove_prefix(escaped ? open_size : 1);
    }
    return open == 2;
}

std::optional<Unavailable> fault_of_links(const json::object& bundle) {
    std::optional<Unavailable> fault;
    for (const json::object* link : objects_of(bundle, "link")) {
        const std::string_view relation = member_text(*link, "relation");
        if (relation == "self" && has_unresolved_token(member_text(*link, "url"))) return Unavailable::unresolved;
        if (relation == "next") fault = Unavailable::incomplete;  // of a query that was not ours, if unresolved too
    }
    return fault;
}

/// Whether the Bundle says that there are more matches than it holds.
bool says_more(const json::object& bundle, std::size_t matches) {
    const json::value* total = find_member(bundle, "total");
    return total != nullptr && total->is_int64() && total->get_int64() > static_cast<std::int64_t>(matches);
}

SourceData read_bundle(const json::object& bundle) {
    SourceData source;
    source.unavailable = fault_of_links(bundle);
    const json::value* entries = find_member(bundle, "entry");
    std::size_t matches = 0;
    if (entries != nullptr && !entries->is_null()) {
        if (!entries->is_array()) return {{}, Unavailable::wrong_type};
        source.resources.reserve(entries->get_array().size());
        for (const json::value& entry : entries->get_array()) {
            const json::value* resource = entry.is_object() ? find_member(entry.get_object(), "resource") : nullptr;
            if (resource == nullptr || !resource->is_object()) {
                source.unavailable = Unavailable::wrong_type;
                continue;
            }
            const json::object& object = resource->get_object();
            if (type_of(object) == "OperationOutcome") {
                if (is_failure(object)) source.unavailable = Unavailable::failed;
                continue;
            }
            const json::value* search = find_member(entry.get_object(), "search");
            const bool included =
                search != nullptr && search->is_object() && member_text(search->get_object(), "mode") == "include";
            matches += included ? 0 : 1;
            source.resources.push_back(&object);
        }
    }
    if (!source.unavailable && says_more(bundle, matches)) source.unavailable = Unavailable::incomplete;
    return source;
}

/// Before CDS Hooks 1.0 a value was { "response": { "status": "200 OK" }, "resource": {…} }; some clients still do so.
/// Null if the response was a failure.
const json::value* unwrapped(const json::value& value) {
    if (!value.is_object() || !type_of(value.get_object()).empty()) return &value;
    const json::value* response = find_member(value.get_object(), "response");
    if (response == nullptr) return &value;
    if (!response->is_object() || !member_text(response->get_object(), "status").starts_with('2')) return nullptr;
    return find_member(value.get_object(), "resource");
}

bool is_absent(const json::value& value) {
    if (const auto text = fhir::text_of(value)) return text->empty();
    return (value.is_object() && value.get_object().empty()) || (value.is_array() && value.get_array().empty());
}

bool is_search(const rules::PrefetchTemplate& asked) {
    return asked.query.find('?') != std::string::npos;
}

SourceData read_value(const json::value& received, const rules::PrefetchTemplate& asked, bool strict) {
    if (is_absent(received)) return {{}, strict ? Unavailable::wrong_type : Unavailable::not_sent};
    const json::value* value = strict ? &received : unwrapped(received);
    if (value == nullptr) return {{}, Unavailable::failed};
    if (value->is_null()) return {};
    if (!value->is_object()) return {{}, Unavailable::wrong_type};
    const json::object& resource = value->get_object();
    const std::string_view type = type_of(resource);
    if (type == "OperationOutcome") return {{}, Unavailable::failed};
    if (is_search(asked)) return type == "Bundle" ? read_bundle(resource) : SourceData{{}, Unavailable::wrong_type};
    if (type != asked.resource_type || member_text(resource, "id").empty()) return {{}, Unavailable::wrong_type};
    return {{&resource}, std::nullopt};
}

/// The place of the first resource that is another patient's; empty if there is none.
std::string place_of_stranger(const SourceData& source, const PrefetchExpectations& expectations,
                              const rules::PrefetchTemplate& asked) {
    for (const json::object* resource : source.resources) {
        if (is_of_another_patient(*resource, expectations.patient_id)) return "prefetch." + asked.key;
    }
    return {};
}

}  // namespace

std::string_view name_of(Unavailable reason) noexcept {
    switch (reason) {
        case Unavailable::not_sent:
            return "not-sent";
        case Unavailable::failed:
            return "failed";
        case Unavailable::incomplete:
            return "incomplete";
        case Unavailable::unresolved:
            return "unresolved";
        case Unavailable::wrong_type:
            return "wrong-type";
        case Unavailable::not_provided:
            return "not-provided";
    }
    return "unknown";
}

boost::system::result<SourceData, Problem> read_source(const json::value& received,
                                                       const rules::PrefetchTemplate& asked,
                                                       const PrefetchExpectations& expectations) {
    SourceData source = read_value(received, asked, expectations.strict);
    if (std::string place = place_of_stranger(source, expectations, asked); !place.empty()) {
        return Problem{Fault::other_patient, {std::move(place)}, {}};
    }
    if (expectations.strict && source.unavailable == Unavailable::wrong_type) {
        return Problem{Fault::wrong_type, {"prefetch." + asked.key}, {}};
    }
    if (source.unavailable) source.resources.clear();
    return source;
}

boost::system::result<rules::Sources, Problem> read_prefetch(const json::object* prefetch,
                                                             const PrefetchExpectations& expectations) {
    rules::Sources sources;
    for (const rules::PrefetchTemplate& asked : expectations.templates) {
        const json::value* received = prefetch == nullptr ? nullptr : find_member(*prefetch, asked.key);
        if (received == nullptr) {
            sources.emplace(asked.key, SourceData{{}, Unavailable::not_sent});
            continue;
        }
        auto source = read_source(*received, asked, expectations);
        if (!source) return source.error();
        sources.emplace(asked.key, std::move(*source));
    }
    return sources;
}

std::optional<Problem> missing_sources(const rules::Sources& sources,
                                       std::span<const rules::PrefetchTemplate> templates) {
    Problem problem{Fault::data_unavailable, {}, {}};
    for (const rules::PrefetchTemplate& asked : templates) {
        const auto source = sources.find(asked.key);
        const auto reason = source == sources.end() ? Unavailable::not_sent : source->second.unavailable;
        if (!asked.required || !reason) continue;
        problem.places.push_back("prefetch." + asked.key);
        problem.reasons.push_back(name_of(*reason));
    }
    if (problem.places.empty()) return std::nullopt;
    return problem;
}

}  // namespace service
