#include "rules/run/text_template.hpp"

#include <algorithm>

namespace rules {
namespace {

constexpr std::string_view unknown = "unknown";
constexpr std::string_view ellipsis = "\xE2\x80\xA6";
constexpr std::size_t fewest_left = 8;  // characters of a fill that shortening leaves

bool has_digit(std::string_view text) {
    return std::ranges::any_of(text, [](char character) { return character >= '0' && character <= '9'; });
}

/// Cuts at least `excess` UTF-16 units off the end, at a character, and marks the place.
std::string cut(std::string_view text, std::size_t excess) {
    const std::size_t length = utf16_length(text);
    const std::size_t wanted = length > excess + 1 + fewest_left ? length - excess - 1 : fewest_left;
    std::string kept;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t next = at + 1;
        while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) ++next;
        const std::string_view character = text.substr(at, next - at);
        if (utf16_length(kept) + utf16_length(character) > wanted) break;
        kept += character;
        at = next;
    }
    return kept.append(ellipsis);
}

/// "2.95 mmol/L (11.8 mg/dL)" without what was converted for display.
bool drop_conversion(std::string& text) {
    const std::size_t begin = text.rfind(" (");
    if (begin == std::string::npos || text.back() != ')' || !has_digit(text.substr(0, begin))) return false;
    text.resize(begin);
    return true;
}

/// Nothing if the expression gives nothing; an empty text is something that its author wanted.
std::optional<std::string> shown_text(Run& run, const CompiledExpression& expression) {
    const fhir::path::Collection values = run.shown(expression);
    if (values.empty()) return std::nullopt;
    std::string text;
    for (const fhir::path::Value& value : values) {
        const std::string one = fhir::path::to_text(value, run.program().types);
        if (!one.empty()) text.append(text.empty() ? "" : ", ").append(one);
    }
    return text;
}

}  // namespace

std::size_t utf16_length(std::string_view text) {
    std::size_t length = 0;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if ((byte & 0xC0) != 0x80) length += byte >= 0xF0 ? 2 : 1;
    }
    return length;
}

std::string FilledText::text() const {
    std::string whole;
    for (const Piece& piece : pieces) whole += piece.text;
    return whole;
}

FilledText fill(Run& run, const TextTemplate& written) {
    FilledText filled;
    filled.pieces.reserve(2 * written.parts.size());
    for (const TextTemplate::Part& part : written.parts) {
        if (!part.literal.empty()) filled.pieces.push_back({part.literal, false});
        if (!part.value) continue;
        filled.pieces.push_back({shown_text(run, *part.value).value_or(std::string(unknown)), true});
    }
    return filled;
}

std::string filled_text(Run& run, const TextTemplate& written) {
    std::string text;
    for (const TextTemplate::Part& part : written.parts) {
        text += part.literal;
        if (!part.value) continue;
        text += shown_text(run, *part.value).value_or(std::string(unknown));
    }
    return text;
}

std::optional<std::string> fill_line(Run& run, const TextTemplate& written) {
    std::string text;
    for (const TextTemplate::Part& part : written.parts) {
        text += part.literal;
        if (!part.value) continue;
        const std::optional<std::string> shown = shown_text(run, *part.value);
        if (!shown) return std::nullopt;
        text += *shown;
    }
    return text;
}

std::string shortened(FilledText text) {
    std::string whole = text.text();
    if (whole.size() <= longest_summary) return whole;  // a character has no more UTF-16 units than bytes
    const auto excess = [&text]() -> std::size_t {
        const std::size_t length = utf16_length(text.text());
        return length > longest_summary ? length - longest_summary : 0;
    };
    for (FilledText::Piece& piece : text.pieces) {
        if (excess() > 0 && piece.is_fill) drop_conversion(piece.text);
    }
    while (excess() > 0) {
        FilledText::Piece* longest = nullptr;
        for (FilledText::Piece& piece : text.pieces) {
            if (!piece.is_fill || has_digit(piece.text) || utf16_length(piece.text) <= fewest_left + 1) continue;
            if (!longest || piece.text.size() > longest->text.size()) longest = &piece;
        }
        if (!longest) break;
        longest->text = cut(longest->text, excess());
    }
    whole = text.text();
    // The pack's check bounds its own words; this is for a pack that was never checked.
    if (utf16_length(whole) > longest_summary) whole = cut(whole, utf16_length(whole) - longest_summary);
    return whole;
}

std::string fill_summary(Run& run, const TextTemplate& written) {
    return shortened(fill(run, written));
}

std::string joined_with_and(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t index = 0; index < words.size(); ++index) {
        std::string word = words[index];
        const bool begins_with_capital =
            word.size() > 1 && word[0] >= 'A' && word[0] <= 'Z' && word[1] >= 'a' && word[1] <= 'z';
        if (index > 0 && begins_with_capital) word[0] = static_cast<char>(word[0] - 'A' + 'a');
        if (index > 0) text += index + 1 == words.size() ? " and " : ", ";
        text += word;
    }
    return text;
}

}  // namespace rules
