// The resources of one text or tree: of a Bundle of any type (or none), of one resource, of NDJSON; and what a
// reference among them leads to.
//
// Entries of Bundles inside Bundles (a batch-response of searches) are listed as if they stood outside. Of several
// versions of a resource only the newest is listed (fhir/versions). Everything is borrowed from the trees, which must
// outlive the Bundle.
#pragma once

#include "fhir/entry.hpp"
#include "fhir/issue.hpp"
#include "fhir/json_text.hpp"
#include "fhir/reference.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace fhir {

struct BundleLimits {
    std::size_t entries = 100'000;  ///< resources in all
    std::size_t depth = 3;          ///< Bundles inside each other
};

class Bundle {
  public:
    Bundle() = default;

    /// Lists the resources of `trees`: each a Bundle or a resource. What is neither is reported and left out.
    static Bundle of(const std::vector<const boost::json::object*>& trees, Issues& issues,
                     const BundleLimits& limits = {});
    static Bundle of(const boost::json::value& tree, Issues& issues, const BundleLimits& limits = {});
    /// The same of entries that were read elsewhere, the same one perhaps several times.
    static Bundle of(std::vector<Entry> entries, Issues& issues);

    /// All resources in the order they came, each in its newest version; all versions where that cannot be told.
    const std::vector<Entry>& entries() const { return entries_; }

    /// The resource of this type and id; the first, if servers with different base URLs both have one. Null if none.
    const Entry* find(std::string_view type, std::string_view id) const;

    /// What `reference`, found in `from`, leads to (FHIR R4, bundle, Resolving references): a relative one to the entry
    /// at the base URL of `from`, an absolute one to the entry with that fullUrl, both else to an entry of that type
    /// and id that does not say where it stands; the version of a reference is left aside. Where `from` does not say
    /// where it stands, a relative one leads to the only resource of that type and id. For contained resources see
    /// `contained_in`. Null if it leads nowhere here.
    const Entry* resolve(const Reference& reference, const Entry* from = nullptr) const;

  private:
    class Reader;
    void index(Issues& issues);
    bool leave_what_counts(Issues& issues);
    const Entry* at(std::string_view full_url) const;
    const Entry* without_place(std::string_view type, std::string_view id) const;
    const Entry* only(std::string_view type, std::string_view id) const;

    std::vector<Entry> entries_;
    std::vector<std::size_t> by_type_and_id_;  // of those with an id
    std::vector<std::size_t> by_full_url_;     // of those with a fullUrl
};

/// The resource contained in `resource` under `id` (without "#"). Null if there is none.
const boost::json::object* contained_in(const boost::json::object& resource, std::string_view id);

/// Parses a text that is one JSON value, or NDJSON: one JSON value a line, blank lines between. \returns the values; or
/// the first error, with its offset in the whole text.
boost::system::result<std::vector<boost::json::value>, JsonError> parse_resources(std::string_view text,
                                                                                  boost::json::storage_ptr storage = {},
                                                                                  const JsonLimits& limits = {});

}  // namespace fhir
