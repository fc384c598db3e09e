// Values and placeholders as the SQL of the store has them. For store*.cpp alone.
#pragma once

#include "service/base/wall_time.hpp"

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace service {

inline std::string number(std::int64_t value) {
    return std::to_string(value);
}

/// A time as the store has it.
inline std::string micros(WallTime time) {
    return number(std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

/// 0 of what is no number.
template <typename Integer = std::uint64_t>
Integer count_of(const std::optional<std::string>& text) {
    Integer value = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), value);
    return value;
}

/// "($1, $2), ($3, $4)" for two rows of two.
inline std::string placeholders(std::size_t rows, std::size_t columns) {
    std::string text;
    for (std::size_t row = 0; row < rows; ++row) {
        text += row == 0 ? "(" : ", (";
        for (std::size_t column = 0; column < columns; ++column) {
            text += (column == 0 ? "$" : ", $") + std::to_string(row * columns + column + 1);
        }
        text += ')';
    }
    return text;
}

}  // namespace service
