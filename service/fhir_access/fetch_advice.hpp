// What a person at the command line can mend when another server could not be read: one sentence for each reason. None
// repeats what the server said, or the token.
#pragma once

#include "service/fhir_access/fhir_client.hpp"
#include "service/out/https_client.hpp"

#include <string_view>

namespace service {

/// Why nothing came back, and what to look at; begins in lower case and ends without a stop.
std::string_view advice_on(FetchFault fault) noexcept;

/// The same for data of a FHIR server. `unreachable` has many causes: the FetchFault behind it says more.
std::string_view advice_on(NotFetched reason) noexcept;

}  // namespace service
