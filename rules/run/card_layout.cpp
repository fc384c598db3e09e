#include "rules/run/card_layout.hpp"

#include "rules/run/text_template.hpp"

namespace rules {

std::vector<DetailLine> detail_of(const Card& card) {
    std::vector<DetailLine> lines;
    const auto add = [&lines](std::string_view heading, std::string text) {
        if (!text.empty()) lines.push_back({heading, std::move(text)});
    };
    add("Why", card.why);
    add("Evidence", card.evidence);
    add("Options", card.options);
    add("Caution", joined(card.cautions, " "));
    add("Missing", card.missing);
    if (!card.is_approved) add("", std::string(not_approved));
    return lines;
}

std::size_t detail_length(const Card& card) {
    constexpr std::size_t behind_heading = 2;  // ": "
    std::size_t length = 0;
    for (const DetailLine& line : detail_of(card)) {
        if (length > 0) ++length;  // the line before ends
        if (!line.heading.empty()) length += line.heading.size() + behind_heading;
        length += utf16_length(line.text);
    }
    return length;
}

void fit_detail(Card& card) {
    while (!card.cautions.empty() && detail_length(card) > longest_detail(card.indicator)) {
        card.cautions_left_out.insert(card.cautions_left_out.begin(), std::move(card.cautions.back()));
        card.cautions.pop_back();
    }
}

std::string with_capital(std::string text) {
    const bool is_spelled_so = text.size() > 1 && text[1] >= 'A' && text[1] <= 'Z';  // eGFR, pH
    if (!is_spelled_so && !text.empty() && text.front() >= 'a' && text.front() <= 'z') {
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    }
    return text;
}

std::string as_sentence(std::string text) {
    if (!text.empty() && std::string_view(".?!").find(text.back()) == std::string_view::npos) text += '.';
    return with_capital(std::move(text));
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
    std::string text;
    for (const std::string& part : parts) text.append(text.empty() ? "" : between).append(part);
    return text;
}

}  // namespace rules
