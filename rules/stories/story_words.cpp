#include "rules/stories/story_words.hpp"

#include "fhir/decimal.hpp"
#include "rules/stories/story_vocabulary.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace rules {

StoryWords::StoryWords(std::string_view text) {
    while (!text.empty()) {
        if (text.front() == ' ' || text.front() == ',') {
            text.remove_prefix(1);
        } else if (text.front() == '"') {
            const std::size_t end = std::min(text.find('"', 1), text.size());
            words_.push_back({std::string(text.substr(1, end - 1)), true});
            text.remove_prefix(std::min(end + 1, text.size()));
        } else {
            // A comma ends a word only before a space: "1,25" is one word.
            std::size_t end = 0;
            while (end < text.size() && text[end] != ' ' && !(text[end] == ',' && text.substr(end + 1, 1) == " "))
                ++end;
            words_.push_back({std::string(text.substr(0, end)), false});
            text.remove_prefix(end);
        }
    }
}

std::string_view StoryWords::peek(std::size_t ahead) const {
    return next_ + ahead < words_.size() ? std::string_view(words_[next_ + ahead].text) : std::string_view();
}

std::string StoryWords::take() {
    return at_end() ? std::string() : words_[next_++].text;
}

bool StoryWords::skip(std::string_view phrase) {
    std::size_t ahead = 0;
    for (; !phrase.empty(); ++ahead) {
        const std::string_view word = phrase.substr(0, phrase.find(' '));
        phrase.remove_prefix(std::min(word.size() + 1, phrase.size()));
        if (next_ + ahead >= words_.size() || words_[next_ + ahead].quoted) return false;
        if (small_letters(peek(ahead)) != word) return false;
    }
    next_ += ahead;
    return true;
}

bool StoryWords::hold(std::string_view word) const {
    return std::any_of(words_.begin() + static_cast<std::ptrdiff_t>(next_), words_.end(),
                       [&](const Word& each) { return !each.quoted && small_letters(each.text) == word; });
}

namespace {

std::string days_before(const fhir::Date& today, std::int64_t days) {
    return fhir::Date::of(today.last_day() - std::chrono::days(days)).text();
}

std::optional<std::int64_t> whole_number(std::string_view word) {
    constexpr std::int64_t longest_ago = 200'000;
    std::int64_t number = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), number);
    const bool whole = read.ec == std::errc() && read.ptr == word.data() + word.size();
    if (!whole || number < 0 || number > longest_ago) return std::nullopt;
    return number;
}

}  // namespace

std::optional<std::string> StoryWords::take_date(const fhir::Date& today) {
    if (skip("today")) return days_before(today, 0);
    if (skip("yesterday")) return days_before(today, 1);
    const std::optional<std::int64_t> number = whole_number(peek());
    if (number && peek(2) == "ago") {
        const std::string_view unit = peek(1);
        const bool weeks = unit == "week" || unit == "weeks";
        if (!weeks && unit != "day" && unit != "days") return std::nullopt;
        next_ += 3;
        return days_before(today, *number * (weeks ? 7 : 1));
    }
    if (!fhir::DateTime::parse(peek())) return std::nullopt;
    return take();
}

bool is_number_word(std::string_view word) {
    return fhir::Decimal::parse(word).has_value();
}

}  // namespace rules
