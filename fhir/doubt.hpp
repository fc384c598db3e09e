// Why a resource must not be used as if it said what it seems to say.
#pragma once

#include <boost/json.hpp>

#include <cstdint>

namespace fhir {

enum class Doubt : std::uint8_t {
    none,
    modified,         ///< an unknown modifierExtension, which may turn its meaning round (FHIR R4, extensibility)
    versions_differ,  ///< another version says something else, and nothing says which is the newer
    focus_unknown,    ///< an Observation about something that cannot be told
};

/// Whether a modifierExtension stands anywhere in `resource`; what it contains is a resource of its own.
bool has_modifier_extension(const boost::json::object& resource);

inline Doubt doubt_of(const boost::json::object& resource) {
    return has_modifier_extension(resource) ? Doubt::modified : Doubt::none;
}

}  // namespace fhir
