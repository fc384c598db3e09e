// Texts of a record, made comparable: small letters without accents, one space around each word, so that a phrase is
// looked for as plain characters.
//
// " no evidence of malignancy , unspecified ": the marks that end a clause ( . ; : , and brackets) are words of their
// own, a line break is a ";", apostrophes are gone ("Pott's" is "potts"), everything else that is neither letter nor
// digit separates. Letters of other alphabets than the Latin stand as they were.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// `text` as plain words, with a space before, between and after them; " " without any.
std::string plain_words(std::string_view text);

/// A phrase as authors write it: "cord compression" stands for these words, "carcin*" for a word that begins so,
/// "*carcin*" for one that holds it, "*carcinoma in situ" for words of which the first ends so.
class WordPattern {
  public:
    /// Refused are stars elsewhere than at both ends, and what holds no word. The reason is fixed text.
    static boost::system::result<WordPattern, std::string_view> parse(std::string_view written);

    /// What stands in plain words where the pattern does: "x*" is " x".
    const std::string& literal() const { return literal_; }
    /// The letters and digits of its shortest word that has a star, or of all of it without one.
    std::size_t letters() const;
    /// A text that it stands for.
    std::string example() const;

    bool operator==(const WordPattern&) const = default;

  private:
    std::string literal_;
};

/// Where something stands in plain words, widened to whole words: the bytes from the first to behind the last.
struct WordSpan {
    std::size_t begin = 0, end = 0;
    bool operator==(const WordSpan&) const = default;
};

/// Every place of `pattern` in `words`, which are plain, from the left.
std::vector<WordSpan> places_of(const WordPattern& pattern, std::string_view words);

/// Puts words that match nothing in place of those in `span`.
void blank(std::string& words, const WordSpan& span);

}  // namespace rules
