// A resource of a Bundle and where it stood: its identity is its fullUrl (FHIR R4, bundle.html, Entry.fullUrl).
#pragma once

#include <boost/json.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace fhir {

/// Borrowed from the tree.
struct Entry {
    const boost::json::object* resource = nullptr;  ///< null: a history says here that it was deleted
    std::string_view type;                          ///< resourceType
    std::string_view id;                            ///< empty if it has none
    std::string_view full_url;                      ///< Bundle.entry.fullUrl, without the version; empty if it has none
    const boost::json::object* deletion = nullptr;  ///< the whole entry of a deletion
    std::optional<std::size_t> place_in_history;    ///< in a Bundle of type history, whose newest entries come first
    bool versions_differ = false;  ///< one of several versions of which nothing says which is the newest
};

/// The entry of a resource that stands alone.
Entry entry_of(const boost::json::object& resource, std::string_view full_url = {});

/// An entry of a Bundle, read; nothing if it holds neither a resource nor a deletion.
std::optional<Entry> read_entry(const boost::json::object& entry);

}  // namespace fhir
