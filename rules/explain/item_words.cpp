#include "rules/explain/item_words.hpp"

#include "rules/run/card_layout.hpp"
#include "rules/run/card_text.hpp"

#include <algorithm>
#include <vector>

namespace rules {
namespace {

using fhir::path::Collection;
using fhir::path::Value;

bool is_between(char c, char first, char last) {
    return c >= first && c <= last;
}

/// What stands behind the label: when it was, or since when it is.
std::string date_words(const Value& item) {
    if (text_member(item, "status") == "draft") return "";
    const std::string date(text_member(item, "date"));
    if (!text_member(item, "analyte").empty()) return date.empty() ? "" : " of " + date;
    if (text_member(item, "reference").starts_with("ServiceRequest")) {
        return date.empty() ? "" : " ordered " + date;
    }
    const std::string since(text_member(item, "since"));
    if (since == "no date") return " without a date";
    return since.empty() ? "" : (is_between(since.front(), '0', '9') ? " of " : " ") + since;
}

}  // namespace

std::string in_words(const Value& item) {
    if (item.kind() == Value::Kind::string) return std::string(item.as_string());
    std::string words = in_sentence(text_member(item, "label"));
    if (words.empty()) return words;
    if (!text_member(item, "analyte").empty()) words.append(" ").append(text_member(item, "text"));
    const std::string date = date_words(item);
    const std::string_view stem = text_member(item, "words");
    if (stem.empty()) return words + date;
    return words + ", by its words (" + std::string(stem) + ")" + (date.empty() ? "" : "," + date);
}

std::string in_words(const Collection& items, std::size_t most) {
    std::vector<std::string> words;
    for (const Value& item : items) add_once(in_words(item), words);
    const std::size_t more = words.size() > most ? words.size() - most : 0;
    words.resize(words.size() - more);
    return joined(words, ", ") + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

std::string in_sentence(std::string_view title) {
    std::string words(title);
    const bool is_word = words.size() > 1 && is_between(words[0], 'A', 'Z') && is_between(words[1], 'a', 'z');
    const std::string first = words.substr(0, words.find(' '));
    // A name keeps its capital: Crohn's disease.
    if (is_word && first.find("'s") == std::string::npos) words[0] = static_cast<char>(words[0] - 'A' + 'a');
    return words;
}

}  // namespace rules
