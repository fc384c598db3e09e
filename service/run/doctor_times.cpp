#include "service/run/doctor_times.hpp"

#include <algorithm>

namespace service {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds step{50};
constexpr milliseconds least{100};
constexpr milliseconds for_the_rest{50};  ///< of a call: reading it, rules, the answer

std::string in_words(milliseconds time) {
    return std::to_string(time.count()) + " ms";
}

milliseconds slowest_of(const FhirTimes& times) {
    // One call after the first is enough to know what kept connections spare.
    return times.calls.empty() ? times.first : std::ranges::max(times.calls);
}

}  // namespace

RecommendedTimes recommended_times(const FhirTimes& times) {
    const milliseconds twice = 2 * slowest_of(times);
    const milliseconds timeout = std::max(least, step * ((twice + step - milliseconds(1)) / step));
    return {timeout, timeout + for_the_rest};
}

DoctorLine examine_times(const FhirTimes& times, const std::string& about, const Config& config) {
    const RecommendedTimes wanted = recommended_times(times);
    const milliseconds timeout(config.fhir.timeout_ms), deadline(config.limits.deadline_ms);
    const milliseconds slowest = slowest_of(times);
    std::string says = "answers what a call asks within " + in_words(slowest) +
                       " (the first call, with new connections: " + in_words(times.first) + ")";
    if (timeout >= wanted.timeout && deadline >= wanted.deadline) {
        return {Verdict::ok, about, says + ", and " + in_words(std::min(timeout, deadline)) + " are allowed", ""};
    }
    says += slowest >= std::min(timeout, deadline) ? ", and only " : ", and no more than ";
    says += in_words(std::min(timeout, deadline)) + " are allowed";
    return {Verdict::warning, about, says,
            "Set fhir.timeoutMs to " + std::to_string(wanted.timeout.count()) + " and limits.deadlineMs to " +
                std::to_string(wanted.deadline.count()) +
                " if the clients wait that long, or let them send the prefetch: what is late counts as not available."};
}

}  // namespace service
