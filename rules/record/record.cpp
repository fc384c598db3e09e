#include "rules/record/record.hpp"

#include "fhir/bundle.hpp"
#include "fhir/member.hpp"
#include "rules/pack/sources.hpp"
#include "rules/record/focus.hpp"
#include "rules/record/patient_identity.hpp"

#include <algorithm>
#include <array>
#include <memory_resource>
#include <type_traits>
#include <unordered_set>
#include <utility>

namespace rules {
namespace {

namespace json = boost::json;
using fhir::member_text;

/// The type that belongs under a key; everything else there is an Observation group.
std::string_view type_under(std::string_view key) {
    const SourceKind* source = find_fixed_source(key);
    return source ? source->resource_type : "Observation";
}

/// Records of medicines bring along the Medications that they refer to, results their Specimens and reports.
bool may_come_with(std::string_view type, std::string_view wanted) {
    if (type == "Medication") return wanted.starts_with("Medication") && wanted != "Medication";
    return wanted == "Observation" && (type == "Specimen" || type == "DiagnosticReport");
}

/// Whether an issue says that something is missing from what was read, not only that it was oddly written.
bool loses_something(fhir::IssueCode code) {
    switch (code) {
        case fhir::IssueCode::not_a_list:
        case fhir::IssueCode::incomplete_date:
        case fhir::IssueCode::plain_code:
        case fhir::IssueCode::empty:
        case fhir::IssueCode::duplicate:
        case fhir::IssueCode::versions_differ:
        case fhir::IssueCode::modified:
        case fhir::IssueCode::other_subject:
            return false;
        case fhir::IssueCode::wrong_type:
        case fhir::IssueCode::invalid_value:
        case fhir::IssueCode::several_choices:
        case fhir::IssueCode::not_read:
        case fhir::IssueCode::missing:
        case fhir::IssueCode::unresolved:
        case fhir::IssueCode::not_a_resource:
        case fhir::IssueCode::too_many:
            return true;
    }
    return true;
}

/// Converts to what `make` gives, so that a container's emplace_back makes it in its place: an Observation is large.
template <typename Make>
struct MadeInPlace {
    const Make& make;
    operator std::invoke_result_t<const Make&>() const { return make(); }
};

class RecordReader {
  public:
    Record read(const Sources& sources) {
        gather(sources);
        fhir::Issues issues;  // copies and older versions lose nothing; a doubt is told of each resource
        bundle_ = fhir::Bundle::of(std::move(entries_), issues);
        record_.observations.reserve(std::min(bundle_.entries().size(), most_room));
        for (const fhir::Entry& entry : bundle_.entries()) {
            if (entry.type == "Patient") read_patient(entry);
        }
        for (const fhir::Entry& entry : bundle_.entries()) {
            if (entry.type != "Patient" && entry.type != "Specimen" && entry.type != "Medication") take(entry);
        }
        return std::move(record_);
    }

  private:
    /// The entries of all sources, each once.
    void gather(const Sources& sources) {
        std::size_t count = 0;
        for (const auto& [key, data] : sources) count += data.resources.size();
        entries_.reserve(std::min(count, most_room));
        for (const auto& [key, data] : sources) {
            if (data.unavailable) record_.unavailable.emplace(key, *data.unavailable);
            if (!data.unavailable || !data.resources.empty()) record_.provided.insert(key);
            for (const fhir::Entry& entry : data.resources) add(entry, type_under(key));
            for (const fhir::Entry& entry : data.left_out) skip(entry, fhir::IssueCode::other_subject);
        }
    }

    void add(const fhir::Entry& entry, std::string_view wanted) {
        if (entry.resource && !seen_.insert(entry.resource).second) return;
        if (entry.type == wanted || may_come_with(entry.type, wanted)) {
            entries_.push_back(entry);
        } else {
            skip(entry, entry.type.empty() ? fhir::IssueCode::not_a_resource : fhir::IssueCode::wrong_type);
        }
    }

    /// Notes that nothing of the resource is used as it stands.
    void skip(const fhir::Entry& entry, fhir::IssueCode code) {
        const std::string_view type = entry.type.empty() ? std::string_view("resource") : entry.type;
        record_.skipped.push_back({reference_to(type, entry.id), {std::string(type), code}, true});
    }

    void read_patient(const fhir::Entry& entry) {
        if (record_.patient || record_.unavailable.contains(patient_key)) return;
        fhir::Issues issues;
        record_.patient = fhir::read_patient(*entry.resource, issues);
        identity_.learn(*entry.resource, entry.full_url);
        note(entry, std::move(issues));
        if (entry.versions_differ) record_.patient->doubt = fhir::Doubt::versions_differ;
        if (record_.patient->doubt == fhir::Doubt::none) return;
        // Whoever it is, nothing that is known of them can be relied on.
        record_.patient.reset();
        record_.unavailable.emplace(patient_key, Unavailable::doubtful);
    }

    void note(const fhir::Entry& entry, fhir::Issues&& issues) {
        for (fhir::Issue& issue : issues) {
            if (!loses_something(issue.code)) continue;
            record_.skipped.push_back({reference_to(entry.type, entry.id), std::move(issue), false});
        }
    }

    void take(const fhir::Entry& entry) {
        const json::object& resource = *entry.resource;
        fhir::Issues issues;
        if (entry.type == "Condition") {
            keep(record_.conditions, fhir::read_condition(resource, issues), entry);
        } else if (entry.type == "MedicationRequest") {
            keep_medicine(record_.medication_requests, fhir::read_medication_request(resource, issues), entry);
        } else if (entry.type == "MedicationStatement") {
            keep_medicine(record_.medication_statements, fhir::read_medication_statement(resource, issues), entry);
        } else if (entry.type == "MedicationAdministration") {
            keep_medicine(record_.medication_administrations, fhir::read_medication_administration(resource, issues),
                          entry);
        } else if (entry.type == "Procedure") {
            keep(record_.procedures, fhir::read_procedure(resource, issues), entry);
        } else if (entry.type == "ServiceRequest") {
            keep(record_.orders, fhir::read_service_request(resource, issues), entry);
        } else if (entry.type == "DiagnosticReport") {
            read_report(entry, issues);
        } else {
            read_observation(entry, issues);
        }
        note(entry, std::move(issues));
    }

    /// Everything but an Observation, which becomes an unreadable result, is said to be left out for its doubt.
    template <typename Resource>
    void keep(std::vector<Resource>& list, Resource&& read, const fhir::Entry& entry) {
        if (entry.versions_differ) read.doubt = fhir::Doubt::versions_differ;
        if (read.doubt == fhir::Doubt::versions_differ) skip(entry, fhir::IssueCode::versions_differ);
        if (read.doubt == fhir::Doubt::modified) skip(entry, fhir::IssueCode::modified);
        list.push_back(std::move(read));
    }

    template <typename Record>
    void keep_medicine(std::vector<Record>& list, Record&& read, const fhir::Entry& entry) {
        fill_medication(read.medication, entry);
        if (read.doubt == fhir::Doubt::none) read.doubt = read.medication.doubt;
        keep(list, std::move(read), entry);
    }

    /// Synthetic and exported Bundles name a Medication by urn:uuid: and give it that id.
    const fhir::Entry* by_urn_as_id(const fhir::Reference& reference) const {
        if (reference.kind != fhir::ReferenceKind::urn) return nullptr;
        return bundle_.find("Medication", reference.reference.substr(reference.reference.rfind(':') + 1));
    }

    void fill_medication(fhir::MedicationChoice& choice, const fhir::Entry& holder) {
        if (choice.resolved || choice.reference.kind == fhir::ReferenceKind::none) return;
        const fhir::Entry* found = bundle_.resolve(choice.reference, &holder);
        if (!found) found = by_urn_as_id(choice.reference);
        if (!found || found->type != "Medication") return;
        fhir::Issues issues;
        fhir::Medication medication = fhir::read_medication(*found->resource, issues);
        if (found->versions_differ) medication.doubt = fhir::Doubt::versions_differ;
        note(*found, std::move(issues));
        fhir::fill(choice, medication);
    }

    void read_observation(const fhir::Entry& entry, fhir::Issues& issues) {
        const json::object& resource = *entry.resource;
        const About about = Focus(bundle_, identity_).of(resource, resource, entry);
        if (about == About::other) return skip(entry, fhir::IssueCode::other_subject);
        const auto make = [&] { return fhir::read_observation(resource, issues); };
        record_.observations.emplace_back(MadeInPlace<decltype(make)>{make});
        fhir::Observation& read = record_.observations.back();
        if (about == About::unknown) read.doubt = fhir::Doubt::focus_unknown;
        if (entry.versions_differ) read.doubt = fhir::Doubt::versions_differ;
        if (is_final_without_value(read)) skip(entry, fhir::IssueCode::missing);
        const auto is_contained = [](const fhir::Reference& member) {
            return member.kind == fhir::ReferenceKind::contained;
        };
        if (std::ranges::none_of(read.has_member, is_contained)) return;
        const fhir::Observation panel = read;
        for (const fhir::Reference& member : panel.has_member) {
            const json::object* contained = is_contained(member) ? fhir::contained_in(resource, member.id) : nullptr;
            if (contained && member_text(*contained, "resourceType") == "Observation")
                read_member(*contained, panel, entry, issues);
        }
    }

    /// No result, but somebody should look at it: converters of documents drop "below 150" and send the rest as final.
    static bool is_final_without_value(const fhir::Observation& read) {
        const bool is_final = read.status == "final" || read.status == "amended" || read.status == "corrected";
        const bool is_panel = !read.component.empty() || !read.has_member.empty();
        return is_final && !is_panel && read.doubt == fhir::Doubt::none &&
               std::holds_alternative<std::monostate>(read.value);
    }

    /// A result inside a panel or a report, which says for it what it leaves open itself.
    void read_member(const json::object& contained, const fhir::Observation& panel, const fhir::Entry& holder,
                     fhir::Issues& issues) {
        const About about = Focus(bundle_, identity_).of(contained, *holder.resource, holder);
        if (about == About::other) return skip(holder, fhir::IssueCode::other_subject);
        fhir::Observation member = fhir::read_observation(contained, issues);
        member.id = panel.id;
        if (panel.doubt != fhir::Doubt::none) member.doubt = panel.doubt;
        if (about == About::unknown) member.doubt = fhir::Doubt::focus_unknown;
        if (member.status.empty()) member.status = panel.status;
        if (std::holds_alternative<std::monostate>(member.effective)) member.effective = panel.effective;
        if (!member.issued) member.issued = panel.issued;
        if (member.performer.empty()) member.performer = panel.performer;
        if (member.specimen.reference.empty()) member.specimen = panel.specimen;
        record_.observations.push_back(std::move(member));
    }

    /// The Observations that a DiagnosticReport contains; its own members say for them what they leave open.
    void read_report(const fhir::Entry& entry, fhir::Issues& issues) {
        const fhir::Element element(*entry.resource, "DiagnosticReport", issues);
        fhir::Observation panel;
        panel.doubt = fhir::doubt_of(*entry.resource);
        if (entry.versions_differ) panel.doubt = fhir::Doubt::versions_differ;
        panel.status = element.text("status");
        panel.effective = fhir::read_when(element, "effective");
        panel.issued = element.date_time("issued");
        panel.performer = fhir::read_references(element, "performer");
        const std::vector<fhir::Reference> specimens = fhir::read_references(element, "specimen");
        if (specimens.size() == 1) panel.specimen = specimens.front();
        element.each("contained", [&](const fhir::Element& contained) {
            if (contained.text("resourceType") == "Observation") read_member(contained.json(), panel, entry, issues);
        });
    }

    static constexpr std::size_t most_room = 1000;  // the same Observations may stand under every key
    static constexpr std::string_view patient_key = fixed_sources[source_patient].key;

    Record record_;
    std::vector<fhir::Entry> entries_;
    fhir::Bundle bundle_;
    PatientIdentity identity_;
    std::array<std::byte, 16 * 1024> first_block_;
    std::pmr::monotonic_buffer_resource memory_{first_block_.data(), first_block_.size()};
    std::pmr::unordered_set<const json::object*> seen_{&memory_};
};

}  // namespace

std::string_view words_for(const Skipped& skipped) {
    const fhir::IssueCode code = skipped.issue.code;
    if (code == fhir::IssueCode::other_subject) return "was left out: it is about somebody or something else";
    if (code == fhir::IssueCode::modified) return "does not count: an unknown extension of it may change what it means";
    if (code == fhir::IssueCode::versions_differ)
        return "does not count: its versions differ, and none says that it is the newest";
    if (code == fhir::IssueCode::missing) return "counts as no result: it is final and has no value";
    return "was left out: not what was asked for";
}

std::string reference_to(std::string_view type, std::string_view id) {
    std::string reference(type);
    if (fhir::is_id(id)) reference.append("/").append(id);
    return reference;
}

Record read_record(const Sources& sources) {
    RecordReader reader;  // not RecordReader(), which would fill its block with zeros
    return reader.read(sources);
}

Sources sources_of_complete_record(const std::vector<const json::object*>& resources,
                                   const std::vector<std::string>& observation_keys) {
    Sources sources;
    for (const SourceKind& source : fixed_sources) sources.emplace(source.key, SourceData{});
    for (const std::string& key : observation_keys) sources.emplace(key, SourceData{});
    for (const json::object* resource : resources) {
        if (!resource) continue;
        const fhir::Entry entry = fhir::entry_of(*resource);
        for (auto& [key, data] : sources) {
            const std::string_view wanted = type_under(key);
            if (wanted == entry.type || may_come_with(entry.type, wanted)) data.resources.push_back(entry);
        }
    }
    return sources;
}

}  // namespace rules
