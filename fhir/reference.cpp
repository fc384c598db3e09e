#include "fhir/reference.hpp"

#include "fhir/characters.hpp"

#include <algorithm>

namespace fhir {
namespace {

constexpr std::size_t max_id_size = 64;

bool is_type_name(std::string_view name) {
    return !name.empty() && name.front() >= 'A' && name.front() <= 'Z' &&
           std::all_of(name.begin(), name.end(), is_letter);
}

}  // namespace

std::string_view without_version(std::string_view url) {
    const std::size_t history = url.rfind("/_history/");
    return history == std::string_view::npos ? url : url.substr(0, history);
}

bool is_id(std::string_view id) {
    const auto allowed = [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
    return !id.empty() && id.size() <= max_id_size && std::all_of(id.begin(), id.end(), allowed);
}

Reference parse_reference(std::string_view url) {
    Reference result;
    result.reference = url;
    if (url.empty()) return result;
    result.kind = ReferenceKind::other;
    if (url.front() == '#') {
        result.kind = ReferenceKind::contained;
        result.id = url.substr(1);
        return result;
    }
    if (url.starts_with("urn:uuid:") || url.starts_with("urn:oid:")) {
        result.kind = ReferenceKind::urn;
        return result;
    }
    const std::string_view resource = without_version(url);
    const std::size_t id_slash = resource.rfind('/');
    if (id_slash == std::string_view::npos) return result;
    const std::size_t type_slash = id_slash == 0 ? std::string_view::npos : resource.rfind('/', id_slash - 1);
    const std::size_t type_begin = type_slash == std::string_view::npos ? 0 : type_slash + 1;
    const std::string_view type = resource.substr(type_begin, id_slash - type_begin);
    const std::string_view id = resource.substr(id_slash + 1);
    if (!is_type_name(type) || !is_id(id)) return result;
    const bool has_scheme = url.starts_with("http://") || url.starts_with("https://");
    if (type_begin != 0 && !has_scheme) return result;
    result.kind = type_begin == 0 ? ReferenceKind::relative : ReferenceKind::absolute;
    result.type = type;
    result.id = id;
    return result;
}

Reference read_reference(const Element& element) {
    Reference result = parse_reference(element.text("reference"));
    result.display = element.text("display");
    if (result.type.empty()) result.type = element.text("type");
    if (result.kind == ReferenceKind::other) element.report("reference", IssueCode::invalid_value);
    if (const std::optional<Element> identifier = element.child("identifier")) {
        result.identifier_system = identifier->text("system");
        result.identifier_value = identifier->text("value");
    }
    return result;
}

Reference read_reference(const Element& parent, std::string_view name) {
    const std::optional<Element> member = parent.child(name);
    return member ? read_reference(*member) : Reference();
}

std::vector<Reference> read_references(const Element& parent, std::string_view name) {
    return parent.list(name, [](const Element& member) { return read_reference(member); });
}

}  // namespace fhir
