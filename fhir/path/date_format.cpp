#include "fhir/path/date_format.hpp"

#include "fhir/characters.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace fhir::path {
namespace {

enum class Field { year, month, day, hour_of_half, hour, minute, second, fraction, half_of_day, offset };

struct Code {
    std::string_view letters;
    Field field;
    std::size_t least_digits;
    std::size_t most_digits;
};
constexpr std::array<Code, 14> codes{{{"yyyy", Field::year, 4, 4},
                                      {"yy", Field::year, 2, 2},
                                      {"MM", Field::month, 2, 2},
                                      {"M", Field::month, 1, 2},
                                      {"dd", Field::day, 2, 2},
                                      {"d", Field::day, 1, 2},
                                      {"hh", Field::hour_of_half, 2, 2},
                                      {"h", Field::hour_of_half, 1, 2},
                                      {"HH", Field::hour, 2, 2},
                                      {"H", Field::hour, 1, 2},
                                      {"mm", Field::minute, 2, 2},
                                      {"m", Field::minute, 1, 2},
                                      {"ss", Field::second, 2, 2},
                                      {"s", Field::second, 1, 2}}};
constexpr std::string_view code_letters = "yMdhHmsSazZ";
constexpr std::size_t max_fraction_digits = 18;

// The run of one letter that `format` begins with, if it is a letter of codes; else "".
std::string_view run_at(std::string_view format) {
    if (code_letters.find(format.front()) == std::string_view::npos) return "";
    return format.substr(0, std::min(format.find_first_not_of(format.front()), format.size()));
}

const Code* code_of(std::string_view run) {
    const auto* const found =
        std::find_if(codes.begin(), codes.end(), [run](const Code& known) { return known.letters == run; });
    return found == codes.end() ? nullptr : found;
}

// The texts of the fields, as they were found.
struct Fields {
    std::array<std::string, 10> texts;
    std::string& of(Field field) { return texts[static_cast<std::size_t>(field)]; }
    const std::string& of(Field field) const { return texts[static_cast<std::size_t>(field)]; }
    bool has(Field field) const { return !of(field).empty(); }
};

// Takes between `least` and `most` digits off the beginning of `text`.
bool take_digits(std::string_view& text, std::size_t least, std::size_t most, std::string& out) {
    std::size_t count = 0;
    while (count < most && count < text.size() && is_digit(text[count])) ++count;
    if (count < least || !out.empty()) return false;
    out = text.substr(0, count);
    text.remove_prefix(count);
    return true;
}

// A, AM, P or PM, in either case.
bool take_half_of_day(std::string_view& text, std::string& out) {
    if (text.empty() || !out.empty()) return false;
    const char letter = static_cast<char>(text.front() & ~0x20);
    if (letter != 'A' && letter != 'P') return false;
    out = letter;
    text.remove_prefix(1);
    if (!text.empty() && (text.front() & ~0x20) == 'M') text.remove_prefix(1);
    return true;
}

// Z, +0200 or +02:00.
bool take_offset(std::string_view& text, std::string& out) {
    if (text.empty() || !out.empty()) return false;
    if (text.front() == 'Z') {
        out = "Z";
        text.remove_prefix(1);
        return true;
    }
    std::string hours;
    std::string minutes;
    const char sign = text.front();
    if (sign != '+' && sign != '-') return false;
    text.remove_prefix(1);
    if (!take_digits(text, 2, 2, hours)) return false;
    if (text.starts_with(':')) text.remove_prefix(1);
    if (!take_digits(text, 2, 2, minutes)) return false;
    out = sign + hours + ':' + minutes;
    return true;
}

bool take_field(std::string_view run, std::string_view& text, Fields& fields) {
    if (run.front() == 'S') return take_digits(text, run.size(), run.size(), fields.of(Field::fraction));
    if (run == "a") return take_half_of_day(text, fields.of(Field::half_of_day));
    if (run == "Z") return take_offset(text, fields.of(Field::offset));
    const Code* const code = code_of(run);
    return code && take_digits(text, code->least_digits, code->most_digits, fields.of(code->field));
}

std::optional<Fields> read_fields(std::string_view text, std::string_view format) {
    Fields fields;
    while (!format.empty()) {
        const std::string_view run = run_at(format);
        if (run.empty()) {
            if (text.empty() || text.front() != format.front()) return std::nullopt;
            text.remove_prefix(1);
            format.remove_prefix(1);
        } else {
            if (!take_field(run, text, fields)) return std::nullopt;
            format.remove_prefix(run.size());
        }
    }
    return text.empty() ? std::optional(fields) : std::nullopt;
}

std::string two_digits(const std::string& number) {
    return number.size() == 1 ? '0' + number : number;
}

// 00 to 49 are of this century, 50 to 99 of the last.
std::string year_of(const std::string& digits) {
    if (digits.size() != 2) return digits;
    return (digits[0] < '5' ? "20" : "19") + digits;
}

// The hour of 24, or "" if there is none.
std::optional<std::string> hour_of(const Fields& fields) {
    if (fields.has(Field::hour)) return two_digits(fields.of(Field::hour));
    if (!fields.has(Field::hour_of_half)) return "";
    const int hour = std::stoi(fields.of(Field::hour_of_half));
    if (!fields.has(Field::half_of_day) || hour < 1 || hour > 12) return std::nullopt;
    const bool is_afternoon = fields.of(Field::half_of_day) == "P";
    return two_digits(std::to_string(hour % 12 + (is_afternoon ? 12 : 0)));
}

// Appends `separator` and a field; false if it is there without the one before it.
bool append(std::string& text, bool& complete, char separator, const std::string& field) {
    if (field.empty()) {
        complete = false;
        return true;
    }
    if (!complete) return false;
    text += separator + field;
    return true;
}

}  // namespace

bool is_date_format(std::string_view format) {
    while (!format.empty()) {
        const std::string_view run = run_at(format);
        const bool is_known = run.empty() || run == "a" || run == "Z" || code_of(run) ||
                              (run.front() == 'S' && run.size() <= max_fraction_digits);
        if (!is_known) return false;
        format.remove_prefix(std::max<std::size_t>(run.size(), 1));
    }
    return true;
}

std::optional<DateTime> parse_by_format(std::string_view text, std::string_view format) {
    const std::optional<Fields> fields = read_fields(text, format);
    const std::optional<std::string> hour = fields ? hour_of(*fields) : std::nullopt;
    if (!hour || !fields->has(Field::year)) return std::nullopt;
    std::string written = year_of(fields->of(Field::year));
    bool complete = true;
    const bool fits = append(written, complete, '-', two_digits(fields->of(Field::month))) &&
                      append(written, complete, '-', two_digits(fields->of(Field::day))) &&
                      append(written, complete, 'T', *hour) &&
                      append(written, complete, ':', two_digits(fields->of(Field::minute))) &&
                      append(written, complete, ':', two_digits(fields->of(Field::second))) &&
                      append(written, complete, '.', fields->of(Field::fraction));
    if (!fits || (fields->has(Field::offset) && hour->empty())) return std::nullopt;
    return DateTime::parse_fhirpath(written + fields->of(Field::offset));
}

}  // namespace fhir::path
