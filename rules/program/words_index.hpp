// By which words a text speaks of a safety set: the stems of words.json and of the site, without what is negated,
// another person's, a screening or the like.
//
// Most texts hold none of the stems, and one look over their letters shows it; only the others are taken apart.
#pragma once

#include "rules/pack/site.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// Numbers the sets of words of a program.
using WordsId = std::uint16_t;

/// A set of which a text speaks.
struct WordsHit {
    WordsId words = 0;
    bool is_history = false;  ///< it speaks of the past
    std::string stem;         ///< by which, without stars: "carcinoma"; the authors' words, never the record's
};

class WordsIndex {
  public:
    WordsIndex() = default;
    /// \param site  what the site adds to the pack's and takes away.
    WordsIndex(const WordLists& word_lists, const std::map<std::string, SiteWords>& site);

    bool empty() const { return sets_.empty(); }
    std::size_t size() const { return sets_.size(); }
    const SafetyWords& words(WordsId id) const { return sets_[id]; }
    std::optional<WordsId> id_of(std::string_view name) const;

    /// Adds to `hits` each set of which the first 2,000 bytes of `text` speak, once; of the present rather than of the
    /// past.
    void find(std::string_view text, std::vector<WordsHit>& hits) const;

  private:
    class Text;
    struct Trigger {
        std::string literal;
        WordsId words = 0;
    };
    static constexpr std::size_t buckets = 1024;

    static std::size_t bucket_of(const char* letters);
    void add_triggers(WordsId id);
    std::vector<WordsId> sets_named_in(std::string_view words) const;
    std::optional<WordsHit> find_in(WordsId id, const std::string& words) const;

    std::vector<SafetyWords> sets_;  ///< with the site's, and with the places where no stem counts, by id
    std::vector<WordPattern> clause_ends_;
    std::vector<WordContext> histories_;
    std::vector<std::vector<Trigger>> triggers_;  ///< by the first letters of a stem
    std::vector<WordsId> always_;                 ///< sets with stems too short to be looked up
};

}  // namespace rules
