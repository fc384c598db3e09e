// The little of content negotiation that a service speaking JSON needs (RFC 9110, sections 8.3 and 12.5.1).
#pragma once

#include <string_view>

namespace service {

inline constexpr std::string_view fhir_json_media_type = "application/fhir+json; charset=utf-8";

/// Whether a client that sent `accept` takes JSON: no Accept, or a range over application/json or application/fhir+json
/// whose weight is not zero.
bool accepts_json(std::string_view accept) noexcept;

/// Whether a client names application/fhir+json and nothing that covers application/json.
bool prefers_fhir_json(std::string_view accept) noexcept;

/// Whether a body of this Content-Encoding is as it is: no coding, or "identity" alone.
bool is_unencoded(std::string_view content_encoding) noexcept;

/// Whether a body of this Content-Type is JSON in UTF-8: application/json or application/…+json, without a charset or
/// with utf-8. None of them can be sent by a cross-origin page without a preflight (Fetch, CORS-safelisted request
/// headers).
bool is_json_body(std::string_view content_type) noexcept;

}  // namespace service
