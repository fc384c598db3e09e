// How long a card's text can become once its {{expressions}} are filled in: an upper bound from the labels of the pack.
//
// What a fill can hold is told from how its expression is built and how it ends: texts joined by & add up, of iif the
// longer branch counts; a reading's text is a number and its unit, a date 10 characters, "recorded 2025-10-03" 19, a
// printed threshold 16, a ruleset its longest title, a count of days 5; labels and titles the longest that the facts
// named can give, texts written in the expression their own length. The bound is for the pack's own words: a site's
// local codes may be longer.
#pragma once

#include "rules/pack/pack.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fhir::path {
struct Node;
}

namespace rules {

/// Characters of what a summary names as its reason: the display of a code, the label of a set or of words.
inline constexpr std::size_t longest_reason = 32;

/// The part of a text that one fill can take.
struct FillBound {
    std::string expression;
    std::size_t characters = 0;
    std::string longest;  ///< the label that is so long; empty where no label decides
};

struct TextBound {
    std::size_t own = 0;  ///< characters outside {{…}}
    std::vector<FillBound> fills;
    std::size_t total() const;
};

class TextBounds {
  public:
    explicit TextBounds(const Pack& pack);

    /// \param item  the expression of forEach, whose items are %item; may be empty.
    TextBound bound(std::string_view text, const std::string& item) const;

    /// The longest that readings of one analyte can show.
    struct ReadingWords {
        std::string title, ruleset, unit, band_words;
        std::size_t number = 0;  ///< comparator, digits, space
    };

  private:
    FillBound fill(const std::string& expression, const std::string& item, std::size_t depth) const;
    FillBound of(const fhir::path::Node& node, const std::string& item, std::size_t depth) const;
    FillBound of_member(const fhir::path::Node& node, const std::string& item) const;
    FillBound of_label(const fhir::path::Node& node, const std::string& item) const;
    FillBound joined(const fhir::path::Node& node, const std::string& item, std::size_t depth) const;
    ReadingWords reading_of(const fhir::path::Node& node, const std::string& item, std::size_t depth = 0) const;
    static std::size_t longest_number(const Analyte& analyte);
    std::string longest_order(const fhir::path::Node& node) const;
    std::string longest_label(const fhir::path::Node& node, const std::string& item, std::size_t depth) const;
    std::string longest_label(const std::string& expression, std::size_t depth) const;
    std::string longest_label_of(const Fact& fact, std::size_t depth) const;
    std::vector<std::size_t> texts_in(const fhir::path::Node& node, std::size_t depth) const;

    const Pack& pack_;
    std::map<std::string, const Fact*> facts_;
    std::map<std::string, ReadingWords> readings_;  ///< by the analyte's fact
    std::map<std::string, std::string> ids_;        ///< of analytes: to their facts
    ReadingWords any_reading_;
    std::string longest_order_;
};

/// Characters, not bytes, of UTF-8 text.
std::size_t count_characters(std::string_view text);

}  // namespace rules
