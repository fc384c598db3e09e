#include "rules/compare/replay.hpp"

#include "fhir/member.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace rules {
namespace {

namespace json = boost::json;
using fhir::member_text;

/// Where a resource of a type says since when it is known: the first of these that is there. "a.b" is a member of a
/// member.
struct Dated {
    std::string_view type;
    std::array<std::string_view, 4> by;
};
constexpr std::array<Dated, 9> dated = {{
    {"Condition", {"recordedDate", "onsetDateTime", "onsetPeriod.start"}},
    {"Observation", {"issued", "effectiveDateTime", "effectiveInstant", "effectivePeriod.start"}},
    {"DiagnosticReport", {"issued", "effectiveDateTime", "effectivePeriod.start"}},
    {"MedicationRequest", {"authoredOn", "dispenseRequest.validityPeriod.start"}},
    {"MedicationStatement", {"dateAsserted", "effectiveDateTime", "effectivePeriod.start"}},
    {"MedicationAdministration", {"effectiveDateTime", "effectivePeriod.start"}},
    {"Procedure", {"performedDateTime", "performedPeriod.start"}},
    {"ServiceRequest", {"authoredOn", "occurrenceDateTime", "occurrencePeriod.start"}},
    {"Encounter", {"period.start"}},
}};

/// Where it says when it ended, and what its status was until then.
struct Ending {
    std::string_view type, by, status_before;
};
constexpr std::array<Ending, 7> endings = {{
    {"Condition", "abatementDateTime", "active"},
    {"Condition", "abatementPeriod.start", "active"},
    {"MedicationStatement", "effectivePeriod.end", "active"},
    {"MedicationRequest", "dispenseRequest.validityPeriod.end", "active"},
    {"MedicationAdministration", "effectivePeriod.end", "in-progress"},
    {"Procedure", "performedPeriod.end", "in-progress"},
    {"Patient", "deceasedDateTime", ""},
}};

/// Dates of what is to come, which tell since when something is known only where nothing else does.
constexpr std::array<std::string_view, 4> plans = {"dispenseRequest.validityPeriod.start",
                                                   "dispenseRequest.validityPeriod.end", "occurrenceDateTime",
                                                   "occurrencePeriod.start"};

bool is_plan(std::string_view path) {
    return std::ranges::find(plans, path) != plans.end();
}

std::string_view text_at(const json::object& resource, std::string_view path) {
    const json::object* at = &resource;
    for (std::size_t point = path.find('.'); point != std::string_view::npos; point = path.find('.')) {
        const json::value* below = fhir::find_member(*at, path.substr(0, point));
        if (!below || !below->is_object()) return {};
        at = &below->get_object();
        path.remove_prefix(point + 1);
    }
    return member_text(*at, path);
}

/// The first instant that a date can mean.
std::chrono::sys_seconds moment_of(const fhir::DateTime& when, fhir::UtcOffset offset) {
    std::chrono::sys_seconds moment = when.first_day();
    if (when.time) {
        moment += std::chrono::hours(when.time->hour) + std::chrono::minutes(when.time->minute) +
                  std::chrono::seconds(when.time->second);
    }
    return moment - when.offset.value_or(offset).east();
}

bool has_ended(std::string_view status) {
    return status == "completed" || status == "stopped";
}

/// Of an Encounter.
bool took_place(std::string_view status) {
    return status != "planned" && status != "cancelled" && status != "entered-in-error";
}

/// The instant at `at`, and dates held against it.
class Then {
  public:
    explicit Then(const fhir::DateTime& at)
        : offset_(at.offset.value_or(fhir::UtcOffset::of(std::chrono::minutes{0}))), moment_(moment_of(at, offset_)) {}

    /// False of what is no date.
    bool is_before(std::string_view date) const {
        const auto when = date.empty() ? std::nullopt : fhir::DateTime::parse_fhirpath(date);
        return when && moment_of(*when, offset_) > moment_;
    }

    bool is_known(const fhir::Entry& entry) const {
        const std::string_view path = known_by(entry);
        return path.empty() || !is_before(text_at(*entry.resource, path));
    }

    /// Whether it was recorded later, or has ended later: plans, and what has not taken place, prove neither.
    bool has_happened_since(const fhir::Entry& entry) const {
        const std::string_view status = member_text(*entry.resource, "status");
        if (entry.type == "Encounter" && !took_place(status)) return false;
        const std::string_view path = known_by(entry);
        if (!path.empty() && !is_plan(path) && is_before(text_at(*entry.resource, path))) return true;
        const Ending* ending = later_ending(entry);
        if (ending == nullptr || is_plan(ending->by)) return false;
        return ending->type == "Condition" || ending->type == "Patient" || has_ended(status);
    }

    /// What ends later; null if nothing does.
    const Ending* later_ending(const fhir::Entry& entry) const {
        const auto found = std::ranges::find_if(endings, [&](const Ending& ending) {
            return ending.type == entry.type && is_before(text_at(*entry.resource, ending.by));
        });
        return found == endings.end() ? nullptr : &*found;
    }

  private:
    /// Where it says since when it is known; empty if nowhere.
    static std::string_view known_by(const fhir::Entry& entry) {
        const auto found = std::ranges::find(dated, entry.type, &Dated::type);
        if (found == dated.end()) return {};
        const auto says = [&](std::string_view path) {
            return !path.empty() && !text_at(*entry.resource, path).empty();
        };
        const auto path = std::ranges::find_if(found->by, says);
        return path == found->by.end() ? std::string_view() : *path;
    }

    fhir::UtcOffset offset_;
    std::chrono::sys_seconds moment_;
};

/// The resource before it ended.
json::value before_its_end(const json::object& resource, const Ending& ending, const json::storage_ptr& storage) {
    json::value copy(resource, storage);
    json::object& object = copy.get_object();
    if (ending.type == "Condition") {
        constexpr std::string_view system = "http://terminology.hl7.org/CodeSystem/condition-clinical";
        const json::object coding{{"system", system}, {"code", ending.status_before}};
        object["clinicalStatus"] = json::object{{"coding", json::array{coding}}};
        for (const std::string_view form : {"abatementDateTime", "abatementPeriod"}) object.erase(form);
    } else if (ending.type == "Patient") {
        object.erase("deceasedDateTime");
    } else if (has_ended(member_text(object, "status"))) {
        object["status"] = ending.status_before;
    }
    return copy;
}

}  // namespace

KnownThen known_at(const fhir::Bundle& record, const fhir::DateTime& at, const json::storage_ptr& storage) {
    const Then then(at);
    KnownThen known;
    known.entries.reserve(record.entries().size());
    for (const fhir::Entry& entry : record.entries()) {
        if (!then.is_known(entry)) {
            ++known.left_out;
            continue;
        }
        fhir::Entry& kept = known.entries.emplace_back(entry);
        if (const Ending* ending = then.later_ending(entry)) {
            kept = fhir::entry_of(
                known.rewritten.emplace_back(before_its_end(*entry.resource, *ending, storage)).get_object(),
                entry.full_url);
        }
    }
    return known;
}

bool is_newer_than(const fhir::Bundle& record, const fhir::DateTime& at) {
    const Then then(at);
    return std::ranges::any_of(record.entries(),
                               [&](const fhir::Entry& entry) { return then.has_happened_since(entry); });
}

std::vector<fhir::DateTime> encounters_between(const fhir::Bundle& record, const fhir::Date& since,
                                               const fhir::Date& until, fhir::UtcOffset offset) {
    std::vector<fhir::DateTime> beginnings;
    for (const fhir::Entry& entry : record.entries()) {
        if (entry.type != "Encounter" || beginnings.size() == most_encounters) continue;
        if (!took_place(member_text(*entry.resource, "status"))) continue;
        auto begin = fhir::DateTime::parse_fhirpath(text_at(*entry.resource, "period.start"));
        if (!begin || begin->date.day == 0) continue;
        if (begin->first_day() < since.first_day() || begin->first_day() > until.last_day()) continue;
        if (!begin->time) begin->time = fhir::Time::parse("12:00:00");
        if (!begin->offset) begin->offset = offset;
        beginnings.push_back(*begin);
    }
    std::ranges::stable_sort(beginnings, {}, [&](const fhir::DateTime& begin) { return moment_of(begin, offset); });
    return beginnings;
}

}  // namespace rules
