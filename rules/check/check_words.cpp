// The words by which safety sets are found: stems that match far more than is meant, or never, or what they must not.
#include "rules/check/check.hpp"
#include "rules/check/text_bound.hpp"
#include "rules/program/words_index.hpp"

#include <algorithm>
#include <set>

namespace rules {
namespace {

constexpr std::size_t fewest_letters = 4;        // of a word with a star
constexpr std::size_t fewest_letters_whole = 3;  // of a whole phrase

class WordsChecker {
  public:
    WordsChecker(const Pack& pack, const Site& site, Diagnostics& findings)
        : pack_(pack), index_(pack.word_lists, site.words), findings_(findings) {}

    void check() {
        std::set<std::string> used;
        for (const Fact& fact : pack_.facts) {
            for (const auto* words : {&fact.words, &fact.history_words}) {
                for (const Authored& id : *words) used.insert(id.text);
            }
        }
        for (WordsId id = 0; id < index_.size(); ++id) {
            const SafetyWords& words = index_.words(id);
            if (!used.contains(words.id)) {
                report(Severity::warning, words.place, "unused-words",
                       "No fact looks for the words of \"" + words.id + "\".",
                       "Name it under \"words\" of a fact, or take it away.");
            }
            check_label(words);
            check_stems(id);
        }
    }

  private:
    void report(Severity severity, const Place& place, std::string code, std::string message, std::string mend) {
        findings_.push_back({severity, place, std::move(code), std::move(message), std::move(mend)});
    }

    void check_label(const SafetyWords& words) {
        if (count_characters(words.label) <= longest_reason) return;
        report(Severity::warning, words.place, "display-too-long",
               '"' + words.label + "\" has more than " + std::to_string(longest_reason) + " characters.",
               "Shorten it: a card names it.");
    }

    void check_stems(WordsId id) {
        std::set<std::string_view> seen;
        for (const WordStem& stem : index_.words(id).stems) {
            if (!seen.insert(stem.written).second) {
                report(Severity::warning, stem.place, "twice",
                       "\"" + stem.written + "\" stands twice among these stems.", "Take one away.");
            }
            for (const WordPattern& pattern : stem.words) {
                check_length(stem, pattern);
                check_meaning(id, stem, pattern);
            }
        }
    }

    void check_length(const WordStem& stem, const WordPattern& pattern) {
        const std::string& literal = pattern.literal();
        const bool is_whole = literal.starts_with(' ') && literal.ends_with(' ');
        if (pattern.letters() >= (is_whole ? fewest_letters_whole : fewest_letters)) return;
        report(Severity::warning, stem.place, "short-stem",
               "\"" + stem.written + "\" stands in many words that mean something else.",
               "Write more of the word, or the whole word without a star.");
    }

    void check_meaning(WordsId id, const WordStem& stem, const WordPattern& pattern) {
        std::string example = pattern.example();
        if (!stem.beside.empty()) example += " of " + stem.beside.front().example();
        if (!speaks(id, example)) {
            return report(Severity::error, stem.place, "void-stem",
                          "\"" + stem.written + "\" never counts: what voids a stem, or is taken out, is part of it.",
                          "Write it without, or take it away.");
        }
        for (const char* denial : {"no ", "family history of "}) {
            if (pack_.word_lists.voids.empty() || !speaks(id, denial + example)) continue;
            report(Severity::warning, stem.place, "stem-denied",
                   "\"" + stem.written + "\" counts in \"" + denial + example + "\" too.",
                   "Let no clause end within it.");
        }
    }

    bool speaks(WordsId id, const std::string& text) const {
        std::vector<WordsHit> hits;
        index_.find(text, hits);
        return std::ranges::any_of(hits, [id](const WordsHit& hit) { return hit.words == id && !hit.is_history; });
    }

    const Pack& pack_;
    const WordsIndex index_;
    Diagnostics& findings_;
};

}  // namespace

void check_words(const Pack& pack, const Site& site, Diagnostics& findings) {
    WordsChecker(pack, site, findings).check();
}

}  // namespace rules
