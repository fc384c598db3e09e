// Random UUIDs (RFC 4122, version 4).
#pragma once

#include <string>

namespace service {

/// A UUID that nobody can guess, from OpenSSL's generator. Safe from every thread.
/// \throws std::runtime_error if the system has no randomness.
std::string random_uuid();

}  // namespace service
