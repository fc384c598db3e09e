#include "service/deployment/clinical_clock.hpp"

#include <chrono>
#include <cstdlib>
#include <ctime>

namespace service {
namespace {

fhir::UtcOffset offset_of(const std::tm& local) {
    return fhir::UtcOffset::of(std::chrono::minutes(local.tm_gmtoff / 60));
}

/// The offset of the process's time zone at a local date and time.
fhir::UtcOffset local_offset_at(const fhir::DateTime& local) {
    std::tm parts{};
    parts.tm_year = local.date.year - 1900;
    parts.tm_mon = static_cast<int>(local.date.month) - 1;
    parts.tm_mday = static_cast<int>(local.date.day);
    parts.tm_hour = static_cast<int>(local.time->hour);
    parts.tm_min = static_cast<int>(local.time->minute);
    parts.tm_isdst = -1;
    std::mktime(&parts);
    return offset_of(parts);
}

}  // namespace

void use_time_zone(const std::string& name) {
    if (!name.empty()) setenv("TZ", name.c_str(), 1);
    tzset();
}

ClinicalClock running_clock() {
    return [] {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
        std::tm parts{};
        localtime_r(&seconds, &parts);
        return fhir::DateTime::of(now, offset_of(parts));
    };
}

ClinicalClock frozen_clock(const fhir::DateTime& at) {
    return [at] { return at; };
}

std::optional<fhir::DateTime> parse_clinical_instant(std::string_view text) {
    if (text.starts_with('@')) return std::nullopt;
    auto instant = fhir::DateTime::parse_fhirpath(text);
    if (!instant || instant->date.day == 0) return std::nullopt;
    if (!instant->time) instant->time = fhir::Time::parse("12:00:00");
    if (!instant->offset) instant->offset = local_offset_at(*instant);
    return instant;
}

}  // namespace service
