// How a nearest change is told: one sentence, and as JSON.
#pragma once

#include "rules/nearest/near_changes.hpp"

#include <string>
#include <string_view>

namespace rules {

/// "Were 25-OH vitamin D of 2026-02-10 30 nmol/L instead of 24, the card \"…\" would go."
std::string words_of_value(std::string_view title, std::string_view date, const NearChange& change,
                           std::string_view card);
/// \param older  by so many days; negative: newer.
std::string words_of_date(std::string_view label, long older, const NearChange& change, std::string_view card);
std::string words_of_absence(const NearChange& change, std::string_view card);
std::string words_of_presence(const NearChange& change, long days_ago, std::string_view card);
std::string words_of_parameter(std::string_view says, const NearChange& change, std::string_view card);

}  // namespace rules
