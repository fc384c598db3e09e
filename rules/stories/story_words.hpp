// The words of a story's line, one after the other. A "quoted text" is one word; commas between words are dropped.
#pragma once

#include "fhir/date_time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

class StoryWords {
  public:
    explicit StoryWords(std::string_view text);

    bool at_end() const { return next_ == words_.size(); }
    /// The word here, or the one `ahead` further; empty behind the last.
    std::string_view peek(std::size_t ahead = 0) const;
    bool is_quoted() const { return !at_end() && words_[next_].quoted; }
    std::string take();
    /// Goes past `phrase` ("no date") if it stands here, capitals aside.
    bool skip(std::string_view phrase);
    /// Whether `word` stands anywhere from here on.
    bool hold(std::string_view word) const;

    /// Reads a date in one of the forms of a line and returns it as FHIR writes it; stays where it is if none is here.
    std::optional<std::string> take_date(const fhir::Date& today);

  private:
    struct Word {
        std::string text;
        bool quoted = false;
    };
    std::vector<Word> words_;
    std::size_t next_ = 0;
};

/// Whether `word` is a number as JSON writes it.
bool is_number_word(std::string_view word);

}  // namespace rules
