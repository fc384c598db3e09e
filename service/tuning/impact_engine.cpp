#include "service/tuning/impact_engine.hpp"

#include "fhir/bundle.hpp"
#include "fhir/member.hpp"
#include "rules/compare/replay.hpp"
#include "service/call/record_sources.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace service {
namespace {

namespace json = boost::json;

constexpr std::string_view capture_extension = "org.backpain-cds.capture";
constexpr std::size_t month_size = 7;  // 2026-03

bool ask_alike(const rules::Selection& one, const rules::Selection& other) {
    return std::ranges::equal(one.templates(), other.templates(), [](const auto& left, const auto& right) {
        return std::tie(left.key, left.query, left.resource_type, left.required) ==
               std::tie(right.key, right.query, right.resource_type, right.required);
    });
}

/// What one side reads of a patient. Not moved once its record is there: that one points into it.
struct SeenSide {
    boost::system::result<RecordSources, std::string_view> sources = std::string_view("not-read");
    std::optional<rules::Record> record;

    void read(const fhir::Bundle& bundle, const rules::Selection& selection, const json::storage_ptr& storage) {
        sources = sources_of_record(bundle, selection, storage);
        if (sources) record.emplace(rules::read_record(sources->sources));
    }
};

std::string patient_name(const rules::Record* record) {
    return record != nullptr && record->patient ? rules::reference_to("Patient", record->patient->id) : std::string();
}

fhir::DateTime days_after(const fhir::DateTime& at, std::int64_t days) {
    return fhir::add(at, fhir::Decimal(days), fhir::CalendarUnit::day).value_or(at);
}

/// Records may be a day ahead of the clock, as the rules have it; what is newer was not known.
fhir::DateTime one_day_after(const fhir::DateTime& at) {
    return days_after(at, 1);
}

std::string_view captured_at(const HookCall& call) {
    const json::object* extension = call.request.extension;
    const json::value* capture = extension ? fhir::find_member(*extension, capture_extension) : nullptr;
    return capture && capture->is_object() ? fhir::member_text(capture->get_object(), "at") : std::string_view();
}

}  // namespace

ImpactEngine::Version::Version(const LoadedPack& pack)
    : services(services_of(pack)),
      program(pack.program.get()),
      selection(pack.program->prefetch(rules::Hook::patient_view)) {
    for (const ServedService& service : services) called.push_back(&service);
}

ImpactEngine::ImpactEngine(const LoadedPack& from, const LoadedPack& to, ImpactSettings settings)
    : settings_(std::move(settings)),
      versions_{Version(from), Version(to)},
      ask_alike_(service::ask_alike(versions_[0].selection, versions_[1].selection)) {
    for (std::size_t worker = 0; worker < settings_.threads; ++worker) {
        counters_.emplace_back(*versions_[0].program, *versions_[1].program, settings_.most_examples);
    }
}

std::optional<rules::Codes> ImpactEngine::observation_codes() const {
    rules::Codes codes;
    for (const Version& version : versions_) {
        auto asked = version.selection.observation_codes();
        if (!asked) return std::nullopt;
        codes.merge(*asked);
    }
    return codes;
}

std::string ImpactEngine::dates_from() const {
    constexpr std::size_t day_size = 10;  // 2026-02-28
    if (settings_.encounters) return {};
    const std::string before = days_after(settings_.time.at, -1).text();  // whatever the offsets of the two are
    return before.size() < day_size ? std::string() : before.substr(0, day_size);
}

void ImpactEngine::look_at(std::size_t worker, const rules::PopulationPatient& patient) {
    if (patient.is_request()) {
        look_at_request(counters_[worker], patient);
    } else {
        look_at_record(counters_[worker], patient);
    }
}

void ImpactEngine::look_at_record(rules::ImpactCounter& counter, const rules::PopulationPatient& patient) const {
    counter.count_patient();
    count_events(counter, patient);
    counter.finish_patient();
}

void ImpactEngine::count_events(rules::ImpactCounter& counter, const rules::PopulationPatient& patient) const {
    fhir::Issues issues;
    const fhir::Bundle record = fhir::Bundle::of(patient.objects(), issues);
    const json::storage_ptr storage = patient.trees.empty() ? json::storage_ptr() : patient.trees.front().storage();
    const auto look_back = [&](const fhir::DateTime& known, const ClinicalTime& time, std::string month) {
        rules::KnownThen then = rules::known_at(record, known, storage);
        const fhir::Bundle known_then = fhir::Bundle::of(std::move(then.entries), issues);
        look_at_event(counter, known_then, time, storage, std::move(month));
    };
    if (settings_.encounters) {
        const fhir::UtcOffset offset = settings_.time.at.offset.value_or(fhir::UtcOffset());
        const auto [since, until] = *settings_.encounters;
        for (const fhir::DateTime& begin : rules::encounters_between(record, since, until, offset)) {
            look_back(begin, {begin, settings_.time.zone}, begin.text().substr(0, month_size));
        }
    } else if (const auto later = one_day_after(settings_.time.at); rules::is_newer_than(record, later)) {
        counter.count_cut();
        look_back(later, settings_.time, {});
    } else {
        look_at_event(counter, record, settings_.time, storage, {});
    }
}

/// What two packs ask an EHR for alike is read once.
void ImpactEngine::look_at_event(rules::ImpactCounter& counter, const fhir::Bundle& record, const ClinicalTime& time,
                                 const json::storage_ptr& storage, std::string month) const {
    std::array<SeenSide, 2> seen;
    rules::ImpactEvent event;
    event.month = std::move(month);
    for (const rules::Side side : rules::sides) {
        const auto at = static_cast<std::size_t>(side);
        const std::size_t read_at = ask_alike_ ? 0 : at;
        if (read_at == at) seen[at].read(record, versions_[at].selection, storage);
        const SeenSide& read = seen[read_at];
        event.seen[at].record = read.record ? &*read.record : nullptr;
        if (!read.sources) event.seen[at].why_not = read.sources.error();
        event.seen[at].call = rules::Call{rules::Hook::patient_view, time.at, time.zone.get(), {}, {}};
    }
    const std::string name = patient_name(event.seen[1].record);
    event.patient = name;
    counter.count(event);
}

/// When a request was captured, unless another time was asked for.
ClinicalTime ImpactEngine::time_of(const HookCall& call, std::string& month) const {
    const std::string_view at = captured_at(call);
    const auto captured = parse_clinical_instant(at);
    if (!captured) return settings_.time;
    month = std::string(at.substr(0, month_size));
    return settings_.is_time_given ? settings_.time : ClinicalTime{*captured, nullptr};
}

void ImpactEngine::look_at_request(rules::ImpactCounter& counter, const rules::PopulationPatient& patient) const {
    rules::ImpactEvent event;
    std::array<std::optional<HookCall>, 2> calls;
    std::array<std::optional<rules::Record>, 2> records;
    ClinicalTime time = settings_.time;  // outlives the calls that borrow its zone
    for (const rules::Side side : rules::sides) {
        const auto at = static_cast<std::size_t>(side);
        auto call = read_hook_call(versions_[at].called, patient.request, false);
        if (!call) {
            event.seen[at].why_not = "request";
            continue;
        }
        calls[at].emplace(std::move(*call));
        if (missing_sources(calls[at]->sources, calls[at]->service->offered.prefetch)) {
            event.seen[at].why_not = "data-unavailable";
            continue;
        }
        time = time_of(*calls[at], event.month);
        records[at].emplace(rules::read_record(calls[at]->sources));
        event.seen[at].record = &*records[at];
        const HookRequest& request = calls[at]->request;
        event.seen[at].call = rules::Call{request.hook, time.at, time.zone.get(), request.drafts, request.selections};
    }
    const std::string name = patient_name(event.seen[1].record);
    event.patient = name;
    counter.count_call(event);
}

rules::Impact ImpactEngine::take() {
    rules::Impact impact;
    impact.most_examples = settings_.most_examples;
    for (rules::ImpactCounter& counter : counters_) impact.add(counter.impact());
    return impact;
}

}  // namespace service
