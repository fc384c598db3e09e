// SHA-256 (FIPS 180-4), by OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace service {

/// The digest of `bytes`: 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

/// The same digest in base64 (RFC 4648, section 4), as a content security policy names a script.
std::string sha256_base64(std::string_view bytes);

}  // namespace service
