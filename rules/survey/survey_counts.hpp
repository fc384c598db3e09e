// What a survey counts: patients and records under keys of a few words. Counts of parts add up to those of the whole,
// in any order, so that threads, machines and days of reading give the same bytes.
//
// Codes, units and texts of records stand among the keys; of different keys most_distinct are kept, and then the
// survey is refused rather than wrong. Limits: a text of a record is cut after longest_text bytes.
#pragma once

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rules {

inline constexpr std::size_t most_distinct = 200'000;
inline constexpr std::size_t longest_text = 120;

struct SurveyCount {
    std::uint64_t patients = 0;  ///< who have it at least once
    std::uint64_t records = 0;
};

/// "result", "b12", "code", "http://loinc.org", "2132-9". They are held in one string, with a unit separator between
/// the parts, which key_text takes out of texts: the order is that of the parts.
using SurveyKey = std::vector<std::string>;
SurveyKey parts_of(std::string_view joined);

/// `text` of a record as it stands in a key: without blanks around it and control characters, cut where it is long.
std::string key_text(std::string_view text);

/// What one patient has.
class PatientTally {
  public:
    void note(std::initializer_list<std::string_view> key, std::uint64_t records = 1);
    /// In no order.
    const std::unordered_map<std::string, std::uint64_t>& all() const { return records_; }

  private:
    std::unordered_map<std::string, std::uint64_t> records_;
    std::string key_;  ///< its room is used again
};

class SurveyCounts {
  public:
    /// One more patient.
    void add(const PatientTally& patient);
    void add(const SurveyCounts& part);
    void add(const SurveyKey& key, const SurveyCount& count);

    /// Whether there are more different keys than are kept: the counts are then those of nothing.
    bool has_overflown() const { return has_overflown_; }

    /// By joined keys.
    const std::map<std::string, SurveyCount, std::less<>>& all() const { return counts_; }
    SurveyCount of(std::initializer_list<std::string_view> key) const;

    /// What stands behind `prefix`, each with the rest of its key, by key.
    struct Row {
        SurveyKey rest;
        SurveyCount count;
    };
    std::vector<Row> below(std::initializer_list<std::string_view> prefix) const;
    /// The same with the most patients first, of equals the first key.
    std::vector<Row> most_below(std::initializer_list<std::string_view> prefix) const;

    boost::json::array to_json() const;
    /// Adds what to_json gave. \returns false, and may have added a part, if `rows` are nothing of the kind.
    bool add_json(const boost::json::value& rows);

  private:
    void add_joined(std::string_view key, const SurveyCount& count);

    std::map<std::string, SurveyCount, std::less<>> counts_;
    bool has_overflown_ = false;
};

}  // namespace rules
