#include "rules/record/record.hpp"

#include "fhir/bundle.hpp"
#include "fhir/member.hpp"
#include "rules/pack/sources.hpp"

#include <algorithm>
#include <array>
#include <memory_resource>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace rules {
namespace {

using boost::json::object;
using fhir::member_text;

/// The type that belongs under a key; everything else there is an Observation group.
std::string_view type_under(std::string_view key) {
    const SourceKind* source = find_fixed_source(key);
    return source ? source->resource_type : "Observation";
}

/// Prescriptions bring along the Medications that they refer to.
bool may_come_with(std::string_view type, std::string_view wanted) {
    return type == "Medication" && (wanted == "MedicationRequest" || wanted == "MedicationStatement");
}

/// Whether an issue says that something is missing from what was read, not only that it was oddly written.
bool loses_something(fhir::IssueCode code) {
    switch (code) {
        case fhir::IssueCode::not_a_list:
        case fhir::IssueCode::incomplete_date:
        case fhir::IssueCode::plain_code:
        case fhir::IssueCode::empty:
        case fhir::IssueCode::duplicate:
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
        make_room(sources);
        for (const auto& [key, data] : sources) {
            if (data.unavailable) record_.unavailable.emplace(key, *data.unavailable);
            if (!data.unavailable || !data.resources.empty()) record_.provided.insert(key);
            const std::string_view type = type_under(key);
            for (const object* resource : data.resources) {
                if (resource) take(*resource, type);
            }
        }
        fill_medications();
        return std::move(record_);
    }

  private:
    /// Observations are large, and there are many of them.
    void make_room(const Sources& sources) {
        std::size_t resources = 0;
        std::size_t observations = 0;
        for (const auto& [key, data] : sources) {
            resources += data.resources.size();
            if (type_under(key) == "Observation") observations += data.resources.size();
        }
        seen_ids_.reserve(resources);
        record_.observations.reserve(std::min(observations, most_room));
    }

    void skip(const object& resource, std::string_view type, fhir::IssueCode code) {
        record_.skipped.push_back({reference_to(type, member_text(resource, "id")), {std::string(type), code}, true});
    }

    /// Whether `resource` comes for the first time: itself, or a copy with the same id.
    bool is_new(const object& resource, std::string_view type, std::string_view id) {
        return id.empty() ? seen_.insert(&resource).second : seen_ids_.emplace(type, id).second;
    }

    void take(const object& resource, std::string_view wanted) {
        const std::string_view type = member_text(resource, "resourceType");
        if (type != wanted && !may_come_with(type, wanted)) {
            if (seen_.insert(&resource).second) {
                skip(resource, type.empty() ? "resource" : type,
                     type.empty() ? fhir::IssueCode::not_a_resource : fhir::IssueCode::wrong_type);
            }
            return;
        }
        if (!is_new(resource, type, member_text(resource, "id"))) return;
        fhir::Issues issues;
        read(type, resource, issues);
        for (fhir::Issue& issue : issues) {
            if (!loses_something(issue.code)) continue;
            record_.skipped.push_back({reference_to(type, member_text(resource, "id")), std::move(issue), false});
        }
    }

    void read(std::string_view type, const object& resource, fhir::Issues& issues) {
        if (type == "Patient") {
            if (!record_.patient) record_.patient = fhir::read_patient(resource, issues);
        } else if (type == "Condition") {
            record_.conditions.push_back(fhir::read_condition(resource, issues));
        } else if (type == "MedicationRequest") {
            record_.medication_requests.push_back(fhir::read_medication_request(resource, issues));
        } else if (type == "MedicationStatement") {
            record_.medication_statements.push_back(fhir::read_medication_statement(resource, issues));
        } else if (type == "Medication") {
            fhir::Medication medication = fhir::read_medication(resource, issues);
            medications_.emplace(medication.id, std::move(medication));
        } else if (type == "Procedure") {
            record_.procedures.push_back(fhir::read_procedure(resource, issues));
        } else if (type == "ServiceRequest") {
            record_.orders.push_back(fhir::read_service_request(resource, issues));
        } else {
            read_observation(resource, issues);
        }
    }

    void read_observation(const object& resource, fhir::Issues& issues) {
        const auto make = [&] { return fhir::read_observation(resource, issues); };
        record_.observations.emplace_back(MadeInPlace<decltype(make)>{make});
        const auto is_contained = [](const fhir::Reference& member) {
            return member.kind == fhir::ReferenceKind::contained;
        };
        if (std::ranges::none_of(record_.observations.back().has_member, is_contained)) return;
        const fhir::Observation panel = record_.observations.back();
        for (const fhir::Reference& member : panel.has_member) {
            const object* contained = is_contained(member) ? fhir::contained_in(resource, member.id) : nullptr;
            if (!contained || member_text(*contained, "resourceType") != "Observation") continue;
            read_member(*contained, panel, issues);
        }
    }

    /// A result inside a panel, which says for it what it leaves open itself.
    void read_member(const object& contained, const fhir::Observation& panel, fhir::Issues& issues) {
        fhir::Observation member = fhir::read_observation(contained, issues);
        member.id = panel.id;
        if (member.status.empty()) member.status = panel.status;
        if (std::holds_alternative<std::monostate>(member.effective)) member.effective = panel.effective;
        if (!member.issued) member.issued = panel.issued;
        if (member.performer.empty()) member.performer = panel.performer;
        if (member.specimen.empty()) member.specimen = panel.specimen;
        record_.observations.push_back(std::move(member));
    }

    /// Nothing if `reference` cannot lead to a Medication beside it.
    static std::string_view medication_id_in(const fhir::Reference& reference) {
        switch (reference.kind) {
            case fhir::ReferenceKind::relative:
            case fhir::ReferenceKind::absolute:
                return reference.type == "Medication" ? reference.id : std::string_view();
            case fhir::ReferenceKind::urn:
                // Synthetic and exported Bundles name a Medication by urn:uuid: and give it that id.
                return reference.reference.substr(reference.reference.rfind(':') + 1);
            case fhir::ReferenceKind::none:
            case fhir::ReferenceKind::contained:
            case fhir::ReferenceKind::other:
                break;
        }
        return {};
    }

    template <typename Records>
    void fill_medications_of(Records& records) {
        for (auto& record : records) {
            fhir::MedicationChoice& choice = record.medication;
            if (choice.resolved) continue;
            const std::string_view id = medication_id_in(choice.reference);
            const auto found = id.empty() ? medications_.end() : medications_.find(id);
            if (found != medications_.end()) fhir::fill(choice, found->second);
        }
    }

    void fill_medications() {
        fill_medications_of(record_.medication_requests);
        fill_medications_of(record_.medication_statements);
    }

    /// Type and id of a resource.
    using TypedId = std::pair<std::string_view, std::string_view>;
    struct TypedIdHash {
        std::size_t operator()(const TypedId& typed) const {
            return std::hash<std::string_view>()(typed.second) ^ typed.first.size();
        }
    };

    static constexpr std::size_t most_room = 1000;  // the same Observations may stand under every key

    Record record_;
    std::array<std::byte, 16 * 1024> first_block_;
    std::pmr::monotonic_buffer_resource memory_{first_block_.data(), first_block_.size()};
    std::pmr::unordered_set<const object*> seen_{&memory_};
    std::pmr::unordered_set<TypedId, TypedIdHash> seen_ids_{&memory_};
    std::unordered_map<std::string_view, fhir::Medication> medications_;
};

}  // namespace

std::string reference_to(std::string_view type, std::string_view id) {
    std::string reference(type);
    if (fhir::is_id(id)) reference.append("/").append(id);
    return reference;
}

Record read_record(const Sources& sources) {
    RecordReader reader;  // not RecordReader(), which would fill its block with zeros
    return reader.read(sources);
}

Sources sources_of_complete_record(const std::vector<const object*>& resources,
                                   const std::vector<std::string>& observation_keys) {
    Sources sources;
    for (const SourceKind& source : fixed_sources) sources.emplace(source.key, SourceData{});
    for (const std::string& key : observation_keys) sources.emplace(key, SourceData{});
    for (const object* resource : resources) {
        const std::string_view type = resource ? member_text(*resource, "resourceType") : std::string_view();
        for (auto& [key, data] : sources) {
            const std::string_view wanted = type_under(key);
            if (wanted == type || may_come_with(type, wanted)) data.resources.push_back(resource);
        }
    }
    return sources;
}

}  // namespace rules
