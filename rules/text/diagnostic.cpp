#include "rules/text/diagnostic.hpp"

#include "fhir/json_text.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace rules {

Place place_of(std::string file, std::string_view text, std::string pointer) {
    const std::size_t offset = fhir::locate(text, pointer);
    Place place = place_at(std::move(file), text, offset);
    place.pointer = std::move(pointer);
    return place;
}

Place place_at(std::string file, std::string_view text, std::size_t offset) {
    const fhir::TextPosition position = fhir::position_at(text, offset);
    return {std::move(file), "", position.line, position.column};
}

void append(Diagnostics& findings, Diagnostics more) {
    findings.insert(findings.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

bool has_errors(const Diagnostics& findings) noexcept {
    return std::any_of(findings.begin(), findings.end(),
                       [](const Diagnostic& finding) { return finding.severity == Severity::error; });
}

void sort_by_place(Diagnostics& findings) {
    std::stable_sort(findings.begin(), findings.end(), [](const Diagnostic& left, const Diagnostic& right) {
        return std::tie(left.place.file, left.place.line, left.place.column) <
               std::tie(right.place.file, right.place.line, right.place.column);
    });
}

std::string one_line(const Diagnostic& finding) {
    std::string line = finding.place.file;
    if (finding.place.line > 0) {
        line += ':' + std::to_string(finding.place.line) + ':' + std::to_string(finding.place.column);
    }
    line += finding.severity == Severity::error ? ": error: " : ": warning: ";
    return line + finding.message + " [" + finding.code + ']';
}

namespace {

constexpr std::size_t widest_line = 120;

std::string_view line_number(std::string_view text, std::size_t number) {
    for (; number > 1; --number) {
        const std::size_t line_break = text.find('\n');
        if (line_break == std::string_view::npos) return {};
        text.remove_prefix(line_break + 1);
    }
    return text.substr(0, text.find_first_of("\r\n"));
}

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

std::string snippet(const Place& place, std::string_view text) {
    if (place.line == 0) return {};
    std::string_view line = line_number(text, place.line);
    std::size_t column = place.column - 1;
    if (column > line.size()) return {};
    if (line.size() > widest_line && column > widest_line / 2) {
        std::size_t cut = column - widest_line / 2;
        while (cut > 0 && continues_character(line[cut])) --cut;
        line.remove_prefix(cut);
        column -= cut;
    }
    if (line.size() > widest_line) {
        std::size_t end = widest_line;
        while (end > column && continues_character(line[end])) --end;
        line = line.substr(0, end);
    }
    // A tab stays a tab and a character of several bytes takes one place, so that the caret stands under its mark.
    std::string below;
    for (const char byte : line.substr(0, column)) {
        if (!continues_character(byte)) below += byte == '\t' ? '\t' : ' ';
    }
    // A file that is no text must not speak to the terminal.
    std::string shown(line);
    const auto is_control = [](char byte) {
        return byte != '\t' && (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F);
    };
    std::replace_if(shown.begin(), shown.end(), is_control, ' ');
    return shown + '\n' + below + '^';
}

}  // namespace rules
