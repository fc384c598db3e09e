// What the time that a FHIR server takes means for `fhir.timeoutMs` and `limits.deadlineMs`. Pure: measuring is done in
// doctor_network.
#pragma once

#include "service/run/doctor.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace service {

/// How long a server took for what a call asks it: first the two required queries, then the others side by side.
struct FhirTimes {
    std::chrono::milliseconds first{};               ///< of the first call, with new connections
    std::vector<std::chrono::milliseconds> calls{};  ///< of those after it
};

/// What is enough: twice what the slowest call took, since nobody measures at the busiest hour, in steps of 50 ms.
struct RecommendedTimes {
    std::chrono::milliseconds timeout, deadline;
};
RecommendedTimes recommended_times(const FhirTimes& times);

/// Ok, or a warning with the settings that would be enough.
DoctorLine examine_times(const FhirTimes& times, const std::string& about, const Config& config);

}  // namespace service
