#include "rules/survey/survey_counts.hpp"

#include "fhir/json_text.hpp"
#include "rules/program/analyte.hpp"

#include <algorithm>

namespace rules {

namespace json = boost::json;

namespace {

constexpr char separator = '\x1f';

template <typename Parts>
void join(const Parts& parts, std::string& joined) {
    joined.clear();
    bool is_first = true;
    for (const std::string_view part : parts) {
        if (!is_first) joined += separator;
        is_first = false;
        joined += part;
    }
}

template <typename Parts>
std::string joined(const Parts& parts) {
    std::string key;
    join(parts, key);
    return key;
}

}  // namespace

std::string key_text(std::string_view text) {
    std::string key;
    for (const char c : trimmed(text).substr(0, longest_text + 1)) {
        key += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
    if (key.size() <= longest_text) return key;
    key.pop_back();
    while (!key.empty() && (static_cast<unsigned char>(key.back()) & 0xC0) == 0x80) key.pop_back();
    if (!key.empty() && (static_cast<unsigned char>(key.back()) & 0x80) != 0) key.pop_back();
    return key + "…";
}

SurveyKey parts_of(std::string_view joined) {
    SurveyKey parts;
    for (std::size_t begin = 0; begin <= joined.size();) {
        const std::size_t end = std::min(joined.find(separator, begin), joined.size());
        parts.emplace_back(joined.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

void PatientTally::note(std::initializer_list<std::string_view> key, std::uint64_t records) {
    join(key, key_);
    records_[key_] += records;
}

void SurveyCounts::add_joined(std::string_view key, const SurveyCount& count) {
    const auto known = counts_.lower_bound(key);
    if (known != counts_.end() && known->first == key) {
        known->second.patients += count.patients;
        known->second.records += count.records;
    } else if (counts_.size() < most_distinct) {
        counts_.emplace_hint(known, std::string(key), count);
    } else {
        has_overflown_ = true;
    }
}

void SurveyCounts::add(const SurveyKey& key, const SurveyCount& count) {
    add_joined(joined(key), count);
}

void SurveyCounts::add(const PatientTally& patient) {
    for (const auto& [key, records] : patient.all()) add_joined(key, {1, records});
}

void SurveyCounts::add(const SurveyCounts& part) {
    has_overflown_ = has_overflown_ || part.has_overflown_;
    for (const auto& [key, count] : part.counts_) add_joined(key, count);
}

SurveyCount SurveyCounts::of(std::initializer_list<std::string_view> key) const {
    const auto known = counts_.find(joined(key));
    return known == counts_.end() ? SurveyCount() : known->second;
}

std::vector<SurveyCounts::Row> SurveyCounts::below(std::initializer_list<std::string_view> prefix) const {
    const std::string begin = joined(prefix) + separator;
    std::vector<Row> rows;
    for (auto at = counts_.lower_bound(begin); at != counts_.end() && at->first.starts_with(begin); ++at)
        rows.push_back({parts_of(std::string_view(at->first).substr(begin.size())), at->second});
    return rows;
}

std::vector<SurveyCounts::Row> SurveyCounts::most_below(std::initializer_list<std::string_view> prefix) const {
    std::vector<Row> rows = below(prefix);
    std::ranges::stable_sort(
        rows, [](const Row& one, const Row& other) { return one.count.patients > other.count.patients; });
    return rows;
}

json::array SurveyCounts::to_json() const {
    json::array rows;
    for (const auto& [key, count] : counts_) {
        json::array row;
        for (const std::string& part : parts_of(key)) row.emplace_back(part);
        row.emplace_back(count.patients);
        row.emplace_back(count.records);
        rows.push_back(std::move(row));
    }
    return rows;
}

bool SurveyCounts::add_json(const json::value& rows) {
    constexpr std::size_t least = 3, most = 12;  // parts of a key and two numbers
    if (!rows.is_array()) return false;
    for (const json::value& row : rows.get_array()) {
        if (!row.is_array() || row.get_array().size() < least || row.get_array().size() > most) return false;
        const json::array& parts = row.get_array();
        SurveyKey key;
        for (std::size_t at = 0; at + 2 < parts.size(); ++at) {
            const auto text = fhir::text_of(parts[at]);  // a number that is kept as it was written is none
            if (!text || text->find(separator) != std::string_view::npos) return false;
            key.emplace_back(*text);
        }
        boost::system::error_code error;
        const auto patients = parts[parts.size() - 2].to_number<std::uint64_t>(error);
        if (error) return false;
        const auto records = parts.back().to_number<std::uint64_t>(error);
        if (error) return false;
        add(key, {patients, records});
    }
    return true;
}

}  // namespace rules
