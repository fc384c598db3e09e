#include "fhir/entry.hpp"

#include "fhir/member.hpp"
#include "fhir/reference.hpp"

namespace fhir {

Entry entry_of(const boost::json::object& resource, std::string_view full_url) {
    Entry entry;
    entry.resource = &resource;
    entry.type = member_text(resource, "resourceType");
    entry.id = member_text(resource, "id");
    entry.full_url = without_version(full_url);
    return entry;
}

std::optional<Entry> read_entry(const boost::json::object& entry) {
    const std::string_view full_url = member_text(entry, "fullUrl");
    if (const boost::json::object* resource = member_object(entry, "resource")) return entry_of(*resource, full_url);
    const boost::json::object* request = member_object(entry, "request");
    if (!request || member_text(*request, "method") != "DELETE") return std::nullopt;
    const Reference deleted = parse_reference(member_text(*request, "url"));
    Entry read;
    read.type = deleted.type;
    read.id = deleted.id;
    read.full_url = without_version(full_url);
    read.deletion = &entry;
    return read;
}

}  // namespace fhir
