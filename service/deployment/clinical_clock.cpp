#include "service/deployment/clinical_clock.hpp"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <utility>

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

/// Two digits of `text` from `at` on; nothing if they are none.
std::optional<unsigned> two_digits(std::string_view text, std::size_t at) {
    if (text.size() < at + 2) return std::nullopt;
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 2, number);
    return error == std::errc() && end == text.data() + at + 2 ? std::optional(number) : std::nullopt;
}

/// Which part of a date that is spelled as one does not exist; empty if it is spelled otherwise.
std::string missing_part(std::string_view text) {
    constexpr std::size_t month_at = 5, day_at = 8, hour_at = 11;
    const auto month = two_digits(text, month_at), day = two_digits(text, day_at);
    const bool is_spelled = text.size() >= day_at + 2 && text[month_at - 1] == '-' && text[day_at - 1] == '-';
    if (!is_spelled || !month || !day) return {};
    const std::string year_and_month(text.substr(0, day_at - 1));
    if (!fhir::Date::parse(year_and_month)) return "there is no month " + std::to_string(*month);
    if (!fhir::Date::parse(text.substr(0, day_at + 2))) {
        return year_and_month + " has no day " + std::to_string(*day);
    }
    return text.size() > hour_at ? "what stands behind the day is no time" : "";
}

}  // namespace

void use_time_zone(const std::string& name) {
    if (!name.empty()) setenv("TZ", name.c_str(), 1);
    tzset();
}

std::shared_ptr<const rules::TimeZone> process_time_zone() {
    return std::make_shared<const rules::TimeZone>(rules::TimeZone::of([](std::chrono::sys_seconds instant) {
        const std::time_t seconds = std::chrono::system_clock::to_time_t(instant);
        std::tm parts{};
        localtime_r(&seconds, &parts);
        return offset_of(parts).east();
    }));
}

ClinicalClock running_clock() {
    const auto zone = process_time_zone();
    const auto now = [zone] {
        const auto instant = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        return fhir::DateTime::of(instant, fhir::UtcOffset::of(zone->east_at(instant)));
    };
    return {now, zone};
}

ClinicalClock frozen_clock(const fhir::DateTime& at, std::shared_ptr<const rules::TimeZone> zone) {
    return {[at] { return at; }, std::move(zone)};
}

std::optional<ClinicalClock> parse_clinical_clock(std::string_view text, bool zone_is_named) {
    const auto at = parse_clinical_instant(text);
    if (!at) return std::nullopt;
    const bool has_offset = fhir::DateTime::parse_fhirpath(text)->offset.has_value();
    return frozen_clock(*at, has_offset && !zone_is_named ? nullptr : process_time_zone());
}

std::string why_no_instant(std::string_view text) {
    std::string why = missing_part(text);
    if (!why.empty()) why += "; ";
    return why + "it takes a date (2026-03-02), or an instant (2026-03-02T09:00:00-05:00)";
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
