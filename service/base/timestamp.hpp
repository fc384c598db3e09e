// Timestamps of the internet: RFC 3339, section 5.6, as clients send them in feedback.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace service {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// The instant that `text` names: "2020-12-11T12:03:00.123Z". Any offset, "t" and "z", any number of digits of a second
/// (beyond microseconds they are cut) and a leap second are taken. Nothing for a date alone, a time without its zone,
/// or a day that no calendar has.
std::optional<Timestamp> parse_timestamp(std::string_view text);

/// "2020-12-11T12:03:00.123Z" (FHIR R4, instant).
std::string print_timestamp(std::chrono::sys_time<std::chrono::milliseconds> time);

}  // namespace service
