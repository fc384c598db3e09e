// FHIR's Reference: which other resource is meant, with what the URL says about it.
#pragma once

#include "fhir/element.hpp"

#include <string_view>
#include <vector>

namespace fhir {

enum class ReferenceKind {
    none,       ///< no `reference` at all: perhaps an identifier or a display
    relative,   ///< Type/id
    absolute,   ///< http(s)://server/base/Type/id
    urn,        ///< urn:uuid: or urn:oid:, the fullUrl of a Bundle entry
    contained,  ///< #id, inside the same resource
    other       ///< anything else; it leads nowhere
};

/// Texts are borrowed. `type` and `id` are taken from the URL; without one there, `type` is the element of that name.
struct Reference {
    std::string_view reference;
    ReferenceKind kind = ReferenceKind::none;
    std::string_view type;
    std::string_view id;  ///< for a contained one without the "#"; empty for a urn
    std::string_view display;
    std::string_view identifier_system;
    std::string_view identifier_value;

    bool operator==(const Reference&) const = default;
};

/// Takes a reference's URL apart; "/_history/…" is left aside. All but the URL's own fields stay empty.
Reference parse_reference(std::string_view url);

/// `url` without "/_history/…" behind it.
std::string_view without_version(std::string_view url);

/// Whether `id` is a FHIR id: 1 to 64 letters, digits, dashes and points (R4, datatypes, id).
bool is_id(std::string_view id);

Reference read_reference(const Element& element);

/// Reads the member `name` of `parent`; a Reference of kind `none` if it is absent.
Reference read_reference(const Element& parent, std::string_view name);

std::vector<Reference> read_references(const Element& parent, std::string_view name);

}  // namespace fhir
