#include "rules/text/plain_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rules {
namespace {

using namespace std::string_view_literals;

constexpr char blanked = '_';  // no letter, and never left by plain_words
constexpr char32_t no_character = 0xFFFFFFFF;

// U+00C0 to U+017F without their accents, as runs of the same letters.
struct Run {
    int count;
    std::string_view letters;
};
constexpr std::array latin = {
    Run{6, "a"}, Run{1, "ae"}, Run{1, "c"},  Run{4, "e"},  Run{4, "i"},  Run{1, "d"},  Run{1, "n"},  Run{5, "o"},
    Run{1, " "}, Run{1, "o"},  Run{4, "u"},  Run{1, "y"},  Run{1, "th"}, Run{1, "ss"}, Run{6, "a"},  Run{1, "ae"},
    Run{1, "c"}, Run{4, "e"},  Run{4, "i"},  Run{1, "d"},  Run{1, "n"},  Run{5, "o"},  Run{1, " "},  Run{1, "o"},
    Run{4, "u"}, Run{1, "y"},  Run{1, "th"}, Run{1, "y"},  // to U+00FF
    Run{6, "a"}, Run{8, "c"},  Run{4, "d"},  Run{10, "e"}, Run{8, "g"},  Run{4, "h"},  Run{10, "i"}, Run{2, "ij"},
    Run{2, "j"}, Run{3, "k"},  Run{10, "l"}, Run{9, "n"},  Run{6, "o"},  Run{2, "oe"}, Run{6, "r"},  Run{8, "s"},
    Run{6, "t"}, Run{12, "u"}, Run{2, "w"},  Run{3, "y"},  Run{6, "z"},  Run{1, "s"}};  // to U+017F

constexpr char32_t first_latin = 0xC0, last_latin = 0x17F;

constexpr int latin_characters() {
    int count = 0;
    for (const Run& run : latin) count += run.count;
    return count;
}
static_assert(latin_characters() == static_cast<int>(last_latin - first_latin) + 1);

std::string_view without_accent(char32_t character) {
    char32_t at = first_latin;
    for (const Run& run : latin) {
        at += static_cast<char32_t>(run.count);
        if (character < at) return run.letters;
    }
    return {};
}

/// The character at `at`, which is moved behind it. What is no UTF-8 is given byte by byte, as no character.
char32_t next_character(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t offset) { return static_cast<unsigned char>(text[at + offset]); };
    const unsigned char first = byte(0);
    const std::size_t size = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
    if (size == 0 || at + size > text.size()) {
        ++at;
        return no_character;
    }
    char32_t character = size == 1 ? first : first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) {
            ++at;
            return no_character;
        }
        character = character << 6U | (byte(i) & 0x3FU);
    }
    at += size;
    return character;
}

bool ends_clause(char32_t character) {
    return character < 0x80 && ".;:,()[]"sv.find(static_cast<char>(character)) != std::string_view::npos;
}

bool is_line_break(char32_t character) {
    return character == '\n' || character == '\r' || character == 0x2028 || character == 0x2029;
}

/// What stands inside a word without being of it: apostrophes, soft hyphens, joiners, accents that combine.
bool is_dropped(char32_t character) {
    return character == '\'' || character == 0x2019 || character == 0x2BC || character == 0xAD ||
           (character >= 0x200B && character <= 0x200D) || character == 0xFEFF ||
           (character >= 0x300 && character <= 0x36F);
}

/// Punctuation and spaces beyond ASCII.
bool separates(char32_t character) {
    return (character >= 0x80 && character < first_latin) || (character >= 0x2000 && character <= 0x206F) ||
           character == 0x3000;
}

class PlainText {
  public:
    void add(char32_t character, std::string_view bytes) {
        if (is_dropped(character)) return;
        if (is_line_break(character)) return add_word(";");
        if (ends_clause(character)) return add_word(bytes);
        if (character < 0x80) return add_ascii(static_cast<char>(character));
        if (character >= first_latin && character <= last_latin) {
            for (const char letter : without_accent(character)) add_ascii(letter);
            return;
        }
        if (separates(character) && character != no_character) return end_word();
        text_.append(bytes);
    }

    std::string take() {
        end_word();
        return std::move(text_);
    }

  private:
    void add_ascii(char character) {
        const bool is_big = character >= 'A' && character <= 'Z';
        const char small = is_big ? static_cast<char>(character - 'A' + 'a') : character;
        const bool is_of_word = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
        if (!is_of_word) return end_word();
        text_ += small;
    }
    void end_word() {
        if (text_.back() != ' ') text_ += ' ';
    }
    void add_word(std::string_view word) {
        end_word();
        text_.append(word).append(" ");
    }

    std::string text_ = " ";
};

std::size_t letters_in(std::string_view literal) {
    return static_cast<std::size_t>(std::ranges::count_if(literal, [](char character) {
        return character != ' ' && !ends_clause(static_cast<unsigned char>(character));
    }));
}

}  // namespace

std::string plain_words(std::string_view text) {
    PlainText plain;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        const char32_t character = next_character(text, at);
        plain.add(character, text.substr(begin, at - begin));
    }
    return plain.take();
}

boost::system::result<WordPattern, std::string_view> WordPattern::parse(std::string_view written) {
    const bool is_open_before = written.starts_with('*');
    const bool is_open_after = written.size() > 1 && written.ends_with('*');
    std::string_view inner = written.substr(is_open_before ? 1 : 0);
    if (is_open_after) inner.remove_suffix(1);
    if (inner.find('*') != std::string_view::npos) return "a star stands at the beginning or at the end"sv;
    std::string words = plain_words(inner);
    if (letters_in(words) == 0) return "there is no word in it"sv;
    // A star joins what follows it: "* x" would mean a word that ends with nothing.
    if ((is_open_before && inner.starts_with(' ')) || (is_open_after && inner.ends_with(' ')))
        return "a star stands next to a letter"sv;
    if (is_open_before) words.erase(0, 1);
    if (is_open_after) words.pop_back();
    WordPattern pattern;
    pattern.literal_ = std::move(words);
    return pattern;
}

std::size_t WordPattern::letters() const {
    std::size_t fewest = std::string::npos;
    const std::string_view literal = literal_;
    if (!literal.starts_with(' ')) fewest = letters_in(literal.substr(0, literal.find(' ')));
    if (!literal.ends_with(' ')) {
        const std::size_t before = literal.rfind(' ');
        fewest = std::min(fewest, letters_in(literal.substr(before == std::string_view::npos ? 0 : before)));
    }
    return fewest == std::string::npos ? letters_in(literal) : fewest;
}

std::string WordPattern::example() const {
    const std::size_t begin = literal_.starts_with(' ') ? 1 : 0;
    const std::size_t end = literal_.size() - (literal_.ends_with(' ') ? 1 : 0);
    return literal_.substr(begin, end - begin);
}

std::vector<WordSpan> places_of(const WordPattern& pattern, std::string_view words) {
    std::vector<WordSpan> places;
    const std::string& literal = pattern.literal();
    const std::size_t shift = literal.starts_with(' ') ? 1 : 0;
    for (std::size_t at = words.find(literal); at != std::string_view::npos; at = words.find(literal, at + 1)) {
        WordSpan span;
        span.begin = words.rfind(' ', at + shift) + 1;
        const std::size_t last = at + literal.size() - (literal.ends_with(' ') ? 2 : 1);
        span.end = words.find(' ', last);
        if (places.empty() || places.back() != span) places.push_back(span);
    }
    return places;
}

void blank(std::string& words, const WordSpan& span) {
    for (std::size_t at = span.begin; at < span.end; ++at) {
        if (words[at] != ' ') words[at] = blanked;
    }
}

}  // namespace rules
