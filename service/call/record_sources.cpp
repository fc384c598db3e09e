#include "service/call/record_sources.hpp"

#include "fhir/member.hpp"
#include "fhir/reference.hpp"
#include "rules/record/patient_identity.hpp"
#include "service/call/prefetch.hpp"

#include <utility>
#include <vector>

namespace service {
namespace {

namespace json = boost::json;

/// The resources of a record as a server has them.
class Served {
  public:
    Served(const fhir::Bundle& record, const rules::ServedNames& names, std::deque<json::value>& copies,
           const json::storage_ptr& storage)
        : record_(record), names_(names), copies_(copies), storage_(storage), made_(record.entries().size()) {}

    fhir::Entry entry(std::size_t index) {
        const fhir::Entry& held = record_.entries()[index];
        if (!names_.differ()) return fhir::entry_of(*held.resource, rules::served_place(held));
        if (!made_[index]) made_[index] = &copies_.emplace_back(names_.copy(index, storage_)).get_object();
        return fhir::entry_of(*made_[index], rules::served_place(held));
    }

  private:
    const fhir::Bundle& record_;
    const rules::ServedNames& names_;
    std::deque<json::value>& copies_;
    json::storage_ptr storage_;
    std::vector<const json::object*> made_;
};

}  // namespace

boost::system::result<RecordSources, std::string_view> sources_of_record(const fhir::Bundle& record,
                                                                         const rules::Selection& selection,
                                                                         const json::storage_ptr& storage) {
    using namespace std::string_view_literals;
    const rules::ServedNames names(record);
    const auto found = rules::find_patient(record, names);
    if (!found) return found.error() == rules::PatientFault::none_there ? "no-patient"sv : "several-patients"sv;
    RecordSources read;
    Served served(record, names, read.copies, storage);
    const fhir::Entry patient = served.entry(*found);
    if (!fhir::is_id(patient.id)) return "patient-id"sv;
    rules::PatientIdentity identity(patient.id);
    identity.learn(*patient.resource);
    for (std::size_t position = 0; position < selection.templates().size(); ++position) {
        const rules::PrefetchTemplate& asked = selection.templates()[position];
        if (asked.resource_type == "Patient") {
            read.sources[asked.key].resources = {fhir::entry_of(*patient.resource)};
            continue;
        }
        std::vector<SelectedEntry> entries;
        for (const rules::Selected& one : selection.answer(record, position)) {
            entries.push_back({served.entry(one.index), one.is_included});
        }
        auto source = read_selected(entries, asked, identity);
        if (!source) return "other-patient"sv;
        read.sources[asked.key] = std::move(*source);
    }
    if (missing_sources(read.sources, selection.templates())) return "data-unavailable"sv;
    return read;
}

}  // namespace service
