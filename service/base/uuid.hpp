// UUIDs: random ones (RFC 4122, version 4), and what others send as one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace service {

/// A UUID that nobody can guess, from OpenSSL's generator. Safe from every thread.
/// \throws std::runtime_error if the system has no randomness.
std::string random_uuid();

/// `text` in lower case, if it is a UUID in its common form, 8-4-4-4-12 hexadecimal digits, of any version.
std::optional<std::string> uuid_of(std::string_view text);

}  // namespace service
