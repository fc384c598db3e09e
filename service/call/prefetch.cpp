#include "service/call/prefetch.hpp"

#include "fhir/json_text.hpp"
#include "fhir/member.hpp"
#include "rules/pack/sources.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

constexpr std::string_view patient_key = rules::fixed_sources[rules::source_patient].key;

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

/// The resource type that the address of a search ends with; empty if it does not end with the name of one that is
/// asked for ("https://ehr.example.org/fhir?_getpages=…" does not).
std::string_view type_searched(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    const std::string_view last = url.substr(url.rfind('/') + 1);
    const bool is_known =
        last == "Observation" || last == "Medication" ||
        std::ranges::find(rules::fixed_sources, last, &rules::SourceKind::resource_type) != rules::fixed_sources.end();
    return is_known ? last : std::string_view();
}

std::optional<Unavailable> fault_of_links(const json::object& bundle, const rules::PrefetchTemplate& asked) {
    std::optional<Unavailable> fault;
    for (const json::object* link : objects_of(bundle, "link")) {
        const std::string_view relation = member_text(*link, "relation");
        const std::string_view url = member_text(*link, "url");
        if (relation == "self" && has_unresolved_token(url)) return Unavailable::unresolved;
        const std::string_view searched = relation == "self" ? type_searched(url) : std::string_view();
        if (!searched.empty() && searched != asked.resource_type) return Unavailable::wrong_type;
        if (relation == "next") fault = Unavailable::incomplete;  // of a query that was not ours, if unresolved too
    }
    return fault;
}

/// Whether the Bundle says that there are more matches than it holds.
bool says_more(const json::object& bundle, std::size_t matches) {
    const json::value* total = find_member(bundle, "total");
    return total != nullptr && total->is_int64() && total->get_int64() > static_cast<std::int64_t>(matches);
}

/// Whether a Bundle may be the answer to a search. Some clients name no type, or "collection".
bool may_answer_a_search(const json::object& bundle) {
    const json::value* type = find_member(bundle, "type");
    if (type == nullptr || type->is_null()) return true;
    constexpr std::array<std::string_view, 7> others = {"document", "message", "transaction",   "transaction-response",
                                                        "batch",    "history", "batch-response"};
    const auto text = fhir::text_of(*type);
    return text && std::ranges::find(others, *text) == others.end();
}

/// Reads the entries of one Bundle.
class EntryReader {
  public:
    EntryReader(const rules::PrefetchTemplate& asked, rules::PatientIdentity& patient)
        : asked_(asked), patient_(patient) {}

    void read(const json::value& entry) {
        const auto read = entry.is_object() ? fhir::read_entry(entry.get_object()) : std::nullopt;
        if (!read || !read->resource) {
            ++unreadable_;
            return;
        }
        read_resource(*read, is_marked_included(entry.get_object()));
    }

    void read_resource(const fhir::Entry& read, bool is_included) {
        const std::string_view type = read.type;
        if (type == "OperationOutcome") {
            has_failed_ = has_failed_ || is_failure(*read.resource);
            return;
        }
        const rules::Whose whose = patient_.whose(*read.resource);
        is_anothers_ = is_anothers_ || whose == rules::Whose::another;
        if (whose == rules::Whose::holds_another) {
            source_.left_out.push_back(read);
            return;
        }
        if (type.empty() || holds_others(type) || whose != rules::Whose::theirs) {
            ++unreadable_;
            return;
        }
        matches_ += !is_included && type == asked_.resource_type ? 1U : 0U;
        others_ += !is_included && type != asked_.resource_type ? 1U : 0U;
        source_.resources.push_back(read);
    }

    std::size_t matches() const { return matches_; }
    bool is_anothers() const { return is_anothers_; }

    SourceData take(std::optional<Unavailable> fault_of_links, bool says_more) {
        source_.unavailable = fault_of_links;
        if (fault_of_links == Unavailable::unresolved || fault_of_links == Unavailable::wrong_type) return source_;
        if (has_failed_) {
            source_.unavailable = Unavailable::failed;
        } else if (matches_ == 0 && unreadable_ + others_ > 0) {
            source_.unavailable = Unavailable::wrong_type;
        } else if (unreadable_ > 0 || says_more) {
            source_.unavailable = Unavailable::incomplete;
        }
        return std::move(source_);
    }

    void reserve(std::size_t entries) { source_.resources.reserve(entries); }

  private:
    static bool is_marked_included(const json::object& entry) {
        const json::value* search = find_member(entry, "search");
        return search != nullptr && search->is_object() && member_text(search->get_object(), "mode") == "include";
    }

    const rules::PrefetchTemplate& asked_;
    rules::PatientIdentity& patient_;
    SourceData source_;
    std::size_t matches_ = 0, others_ = 0, unreadable_ = 0;
    bool has_failed_ = false, is_anothers_ = false;
};

/// A source, and whether anything in it is another patient's.
struct ReadValue {
    SourceData source;
    bool is_anothers = false;
};

ReadValue unavailable(Unavailable reason, bool is_anothers = false) {
    ReadValue read;
    read.source.unavailable = reason;
    read.is_anothers = is_anothers;
    return read;
}

ReadValue read_bundle(const json::object& bundle, const rules::PrefetchTemplate& asked,
                      rules::PatientIdentity& patient) {
    EntryReader reader(asked, patient);
    const json::value* entries = find_member(bundle, "entry");
    const bool has_entries = entries != nullptr && !entries->is_null();
    if (has_entries && !entries->is_array()) return unavailable(Unavailable::wrong_type);
    if (has_entries) {
        reader.reserve(entries->get_array().size());
        for (const json::value& entry : entries->get_array()) reader.read(entry);
    }
    const bool is_anothers = reader.is_anothers();
    if (!may_answer_a_search(bundle)) return unavailable(Unavailable::wrong_type, is_anothers);
    ReadValue read;
    read.source = reader.take(fault_of_links(bundle, asked), says_more(bundle, reader.matches()));
    read.is_anothers = is_anothers;
    return read;
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

ReadValue read_value(const json::value& received, const rules::PrefetchTemplate& asked,
                     const PrefetchExpectations& expectations) {
    if (is_absent(received)) return unavailable(expectations.strict ? Unavailable::wrong_type : Unavailable::not_sent);
    const json::value* value = expectations.strict ? &received : unwrapped(received);
    if (value == nullptr) return unavailable(Unavailable::failed);
    if (value->is_null()) return {};
    if (!value->is_object()) return unavailable(Unavailable::wrong_type);
    const json::object& resource = value->get_object();
    const std::string_view type = type_of(resource);
    if (type == "OperationOutcome") return unavailable(Unavailable::failed);
    if (is_search(asked)) {
        return type == "Bundle" ? read_bundle(resource, asked, expectations.patient)
                                : unavailable(Unavailable::wrong_type);
    }
    if (type != asked.resource_type || member_text(resource, "id").empty()) return unavailable(Unavailable::wrong_type);
    ReadValue read;
    read.source.resources.push_back(fhir::entry_of(resource));
    read.is_anothers = expectations.patient.whose(resource) == rules::Whose::another;
    return read;
}

/// Whether a part of a source counts: a problem that is on record is there, whatever else is.
bool counts_in_part(const rules::PrefetchTemplate& asked) {
    return asked.required && is_search(asked);
}

}  // namespace

bool holds_others(std::string_view type) {
    return type == "Bundle" || type == "List" || type == "Parameters";
}

std::string_view name_of(Unavailable reason) noexcept {
    switch (reason) {
        case Unavailable::not_sent:
            return "not-sent";
        case Unavailable::failed:
            return "failed";
        case Unavailable::refused:
            return "refused";
        case Unavailable::not_found:
            return "not-found";
        case Unavailable::late:
            return "late";
        case Unavailable::server_error:
            return "server-error";
        case Unavailable::other_patient:
            return "other-patient";
        case Unavailable::incomplete:
            return "incomplete";
        case Unavailable::unresolved:
            return "unresolved";
        case Unavailable::wrong_type:
            return "wrong-type";
        case Unavailable::not_provided:
            return "not-provided";
        case Unavailable::doubtful:
            return "doubtful";
    }
    return "unknown";
}

void learn_patient(const json::object* prefetch, rules::PatientIdentity& patient) {
    const json::value* sent = prefetch ? find_member(*prefetch, patient_key) : nullptr;
    const json::value* resource = sent ? unwrapped(*sent) : nullptr;
    if (resource && resource->is_object()) patient.learn(resource->get_object());
}

boost::system::result<SourceData, Problem> read_source(const json::value& received,
                                                       const rules::PrefetchTemplate& asked,
                                                       const PrefetchExpectations& expectations) {
    ReadValue read = read_value(received, asked, expectations);
    if (read.is_anothers) return Problem{Fault::other_patient, {"prefetch." + asked.key}, {}};
    SourceData& source = read.source;
    if (expectations.strict && source.unavailable == Unavailable::wrong_type) {
        return Problem{Fault::wrong_type, {"prefetch." + asked.key}, {}};
    }
    const bool is_part = source.unavailable == Unavailable::incomplete && counts_in_part(asked);
    if (source.unavailable && !is_part) source.resources.clear();
    return std::move(source);
}

boost::system::result<rules::Sources, Problem> read_prefetch(const json::object* prefetch,
                                                             const PrefetchExpectations& expectations) {
    rules::Sources sources;
    learn_patient(prefetch, expectations.patient);
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

boost::system::result<SourceData, Problem> read_selected(const std::vector<SelectedEntry>& entries,
                                                         const rules::PrefetchTemplate& asked,
                                                         rules::PatientIdentity& patient) {
    EntryReader reader(asked, patient);
    reader.reserve(entries.size());
    for (const SelectedEntry& one : entries) reader.read_resource(one.entry, one.is_included);
    if (reader.is_anothers()) return Problem{Fault::other_patient, {"prefetch." + asked.key}, {}};
    SourceData source = reader.take(std::nullopt, false);
    const bool is_part = source.unavailable == Unavailable::incomplete && counts_in_part(asked);
    if (source.unavailable && !is_part) source.resources.clear();
    return source;
}

std::optional<Problem> missing_sources(const rules::Sources& sources,
                                       std::span<const rules::PrefetchTemplate> templates) {
    Problem problem{Fault::data_unavailable, {}, {}};
    for (const rules::PrefetchTemplate& asked : templates) {
        const auto source = sources.find(asked.key);
        const auto reason = source == sources.end() ? Unavailable::not_sent : source->second.unavailable;
        const bool has_part = source != sources.end() && !source->second.resources.empty();
        if (!asked.required || !reason || has_part) continue;
        problem.places.push_back("prefetch." + asked.key);
        problem.reasons.push_back(name_of(*reason));
    }
    if (problem.places.empty()) return std::nullopt;
    return problem;
}

}  // namespace service
