// The pages of a search (FHIR R4, RESTful API, "Paging"): where the next one is, and how they become one Bundle.
#pragma once

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace service {

/// The link "next" of a Bundle, as it stands there; nothing if this is the last page.
std::optional<std::string> next_link(const boost::json::value& bundle);

/// Whether a Bundle says that there is more of it than it holds.
bool has_next_page(const boost::json::value& bundle);

/// The address that `link` means on the page at `page`, absolute (RFC 3986, section 5). Nothing if it is not below
/// `base`, on its server: the token must not go there, nor may a page send us anywhere else in the network.
std::optional<std::string> address_below(const std::string& base, const std::string& page, const std::string& link);

/// Moves the entries of `page` to the end of those of `bundle`.
void append_entries(boost::json::object& bundle, boost::json::object& page);

/// What has been put together of all pages must not look as if there were more.
void remove_next_link(boost::json::object& bundle);

}  // namespace service
