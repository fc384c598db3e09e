// Invented patients, surveyed by the shipped pack on 2026-03-02 at noon UTC.
#pragma once

#include "rules/survey/survey_report.hpp"
#include "tests/rules/run_support.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rules {

/// A survey under a site file's text, and what it has counted.
class Surveyed {
  public:
    explicit Surveyed(const std::string& site_text = "{}")
        : survey_(compile_test_pack(shipped_pack(), read_site(site_text, "site.json", shipped_pack()).site)) {
        call_.at = *fhir::DateTime::parse("2026-03-02T12:00:00Z");
    }

    /// Adds `times` women born 1970-07-15 with these resources (the elements of a JSON array).
    Surveyed& add(const std::string& resources, int times = 1) {
        const boost::json::value tree =
            parsed(R"([{"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-07-15"})" +
                   (resources.empty() ? "" : ", " + resources) + "]");
        for (int time = 0; time < times; ++time)
            counts_.add(survey_.look_at(complete_record(tree, shipped_pack()), call_));
        return *this;
    }

    const Survey& survey() const { return survey_; }
    const SurveyCounts& counts() const { return counts_; }
    std::uint64_t patients(std::initializer_list<std::string_view> key) const { return counts_.of(key).patients; }
    std::uint64_t records(std::initializer_list<std::string_view> key) const { return counts_.of(key).records; }

  private:
    Survey survey_;
    Call call_;
    SurveyCounts counts_;
};

/// A result under a code of one's own.
inline std::string result(const std::string& coding, const std::string& value, const std::string& more = "") {
    return R"({"resourceType": "Observation", "id": "o)" +
           std::to_string(std::hash<std::string>()(coding + value) % 999983) +
           R"(", "status": "final", "effectiveDateTime": "2026-02-20", "code": {"coding": [)" + coding + "]}, " +
           value + more + "}";
}

inline std::string in_unit(const char* number, const char* unit) {
    return R"("valueQuantity": {"value": )" + std::string(number) + R"(, "unit": ")" + unit + R"("})";
}

inline const char* const loinc_vitamin_d = R"({"system": "http://loinc.org", "code": "62292-8"})";
inline const char* const local_vitamin_d =
    R"({"system": "https://laboratory.example/codes", "code": "VITD", "display": "25-OH vitamin D"})";

}  // namespace rules
