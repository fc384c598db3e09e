#include "rules/check.hpp"
#include "rules/text_bound.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace rules {

namespace {

constexpr std::size_t longest_summary = 139;  // CDS Hooks: fewer than 140 characters

struct UnwantedWord {
    std::string_view word;  ///< in small letters
    std::string_view instead;
};
// Knowledge G.1, Language. "Order" is looked for where it commands, at the beginning of a sentence.
constexpr std::array unwanted = {UnwantedWord{"diagnos", "may, supports, does not exclude"},
                                 UnwantedWord{"patient has", "is recorded"}, UnwantedWord{"will relieve", "may"}};

std::string small(std::string_view text) {
    std::string letters(text);
    std::transform(letters.begin(), letters.end(), letters.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return letters;
}

bool commands_an_order(std::string_view text) {
    constexpr std::string_view command = "Order ";
    for (std::size_t at = text.find(command); at != std::string_view::npos; at = text.find(command, at + 1)) {
        if (at == 0 || (at > 1 && text[at - 1] == ' ' && std::string_view(".:;").find(text[at - 2]) != text.npos))
            return true;
    }
    return false;
}

class TextChecker {
  public:
    TextChecker(const Pack& pack, Diagnostics& findings) : pack_(pack), bounds_(pack), findings_(findings) {}

    void check() {
        for (const Rule& rule : pack_.rules) {
            const std::string item = rule.for_each ? rule.for_each->text : "";
            check_card(rule.card, item);
            check_lines(rule.evidence.says);
            for (const Variant& variant : rule.variants) {
                check_card(variant.card, item);
                check_lines(variant.evidence.says);
            }
        }
    }

  private:
    void check_card(const CardForm& card, const std::string& item) {
        check_summary(card.summary, item);
        check_words(card.summary);
        for (const auto* lines : {&card.why, &card.cautions, &card.not_considered, &card.options}) check_lines(*lines);
        if (card.suggestion) check_words(card.suggestion->label);
    }

    void check_lines(const std::vector<Line>& lines) {
        for (const Line& line : lines) check_words(line.say);
    }

    // A variant holds what it shares with its rule: look at each place once.
    bool is_new(const Authored& text, std::string_view what) {
        return seen_.insert(std::string(what) + text.place.file + text.place.pointer).second;
    }

    void check_summary(const Authored& summary, const std::string& item) {
        if (summary.text.empty() || !is_new(summary, "length ")) return;
        const TextBound bound = bounds_.bound(summary.text, item);
        if (bound.total() <= longest_summary) return;
        std::string parts = std::to_string(bound.own) + " of its own";
        for (const FillBound& fill : bound.fills) {
            parts += ", " + std::to_string(fill.characters) + " for {{" + fill.expression + "}}";
            if (!fill.longest.empty()) parts += " (\"" + fill.longest + "\")";
        }
        findings_.push_back({Severity::error, summary.place, "summary-too-long",
                             "This summary can reach " + std::to_string(bound.total()) + " characters, and " +
                                 std::to_string(longest_summary) + " are allowed: " + parts + '.',
                             "Shorten the text, or the longest label; the value and its unit are never cut."});
    }

    void check_words(const Authored& text) {
        if (!is_new(text, "words ")) return;
        if (commands_an_order(text.text)) {
            findings_.push_back({Severity::error, text.place, "unwanted-word", "A card does not tell anybody to order.",
                                 "Write \"consider\" or name the test."});
        }
        const std::string letters = small(text.text);
        for (const UnwantedWord& word : unwanted) {
            if (letters.find(word.word) == std::string::npos) continue;
            findings_.push_back({Severity::error, text.place, "unwanted-word",
                                 "\"" + std::string(word.word) + "\" says more than a card may.",
                                 "Write for instance: " + std::string(word.instead) + '.'});
        }
    }

    const Pack& pack_;
    TextBounds bounds_;
    Diagnostics& findings_;
    std::set<std::string> seen_;
};

}  // namespace

void check_texts(const Pack& pack, Diagnostics& findings) {
    TextChecker(pack, findings).check();
}

}  // namespace rules
