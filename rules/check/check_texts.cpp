#include "rules/check/check.hpp"
#include "rules/check/text_bound.hpp"
#include "rules/text/nearest.hpp"

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

// \param text in small letters
bool commands_an_order(std::string_view text) {
    constexpr std::string_view command = "order ";
    for (std::size_t at = text.find(command); at != std::string_view::npos; at = text.find(command, at + 1)) {
        if (at == 0 || (at > 1 && text[at - 1] == ' ' && std::string_view(".:;!?").find(text[at - 2]) != text.npos))
            return true;
    }
    return false;
}

// What stands between "{{" and the next "}}", and the text around it. A "{{" that nothing closes stays in the text.
struct Template {
    std::vector<std::string> fills;
    std::string around;
};

Template taken_apart(std::string_view text) {
    Template parts;
    while (true) {
        const std::size_t open = text.find("{{");
        const std::size_t close = open == std::string_view::npos ? open : text.find("}}", open);
        if (close == std::string_view::npos) break;
        parts.around += text.substr(0, open);
        parts.fills.emplace_back(text.substr(open + 2, close - open - 2));
        text.remove_prefix(close + 2);
    }
    parts.around += text;
    return parts;
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
        check_notice();
        check_names_and_reasons();
    }

  private:
    // The notice of missing data is filled by other words than rules are: its texts hold no expressions.
    void check_notice() {
        const DataUnavailable& notice = pack_.data_unavailable;
        if (notice.summary.text.empty()) return;
        check_text(notice.summary);
        check_notice_fills();
        check_notice_length();
        for (const auto& [key, words] : notice.sources) check_plain(words, "sources/" + key);
        for (const auto& [name, texts] : {std::pair("cautions", &notice.cautions), {"options", &notice.options}}) {
            std::size_t number = 0;
            for (const std::string& text : *texts) {
                check_plain(text, std::string(name) + '/' + std::to_string(number++));
            }
        }
    }

    void check_plain(const std::string& text, const std::string& pointer) {
        const Authored plain{text, place_of("pack.json", pack_.files.at("pack.json"), "/dataUnavailable/" + pointer)};
        check_words(plain);
        refuse_braces(plain.text, plain.place);
    }

    // Names and reasons are said as they stand.
    void check_names_and_reasons() {
        for (const Fact& fact : pack_.facts) refuse_braces(fact.title, fact.place);
        for (const auto& [intent, order] : pack_.orders) refuse_braces(order.label, order.place);
        for (const Analyte& analyte : pack_.analytes) {
            refuse_braces(analyte.title, analyte.place);
            for (const Kind& kind : analyte.kinds) refuse_braces(kind.title, analyte.place);
        }
        for (const Gate& gate : pack_.gates) {
            refuse_braces(gate.because, gate.place);
            check_reasons(gate.when);
            check_reasons(gate.unless);
        }
        for (const Rule& rule : pack_.rules) {
            check_reasons(rule.when);
            check_reasons(rule.unless);
        }
    }

    void check_reasons(const std::vector<Criterion>& criteria) {
        for (const Criterion& criterion : criteria) {
            refuse_braces(criterion.because, criterion.place);
            check_reasons(criterion.parts);
        }
    }

    void refuse_braces(const std::string& text, const Place& place) {
        if (text.find_first_of("{}") == std::string::npos) return;
        findings_.push_back({Severity::error, place, "braces",
                             "Nothing is filled in here, and the braces of \"" + text + "\" would be shown.",
                             "Write plain words."});
    }

    void check_notice_fills() {
        const Authored& summary = pack_.data_unavailable.summary;
        std::set<std::string> seen;
        for (const std::string& fill : taken_apart(summary.text).fills) {
            if (fill != "what" && fill != "advice") {
                findings_.push_back({Severity::error, summary.place, "unknown-fill",
                                     "Nothing fills in {{" + fill + "}} here.",
                                     did_you_mean(fill, {"what", "advice"})});
            } else if (!seen.insert(fill).second) {
                findings_.push_back({Severity::error, summary.place, "unknown-fill",
                                     "{{" + fill + "}} is filled in once, and stands here twice.",
                                     "Keep one of them."});
            }
        }
    }

    // One missing source and one kind of advice must fit; of more advice the engine says "and more".
    void check_notice_length() {
        const DataUnavailable& notice = pack_.data_unavailable;
        constexpr std::string_view and_more = " and more";
        std::string source, advice;
        for (const auto& [key, words] : notice.sources) {
            if (count_characters(words) > count_characters(source)) source = words;
        }
        for (const Rule& rule : pack_.rules) {
            if (count_characters(rule.advises) > count_characters(advice)) advice = rule.advises;
        }
        const std::size_t own = count_characters(taken_apart(notice.summary.text).around);
        const std::size_t total =
            own + count_characters(source) + count_characters(advice) + count_characters(and_more);
        if (total <= longest_summary) return;
        findings_.push_back({Severity::error, notice.summary.place, "summary-too-long",
                             "This summary can reach " + std::to_string(total) + " characters, and " +
                                 std::to_string(longest_summary) + " are allowed: " + std::to_string(own) +
                                 " of its own, \"" + source + "\" for {{what}}, \"" + advice + std::string(and_more) +
                                 "\" for {{advice}}.",
                             "Shorten the text, the longest of \"sources\", or the longest \"advises\" of a rule."});
    }

    void check_card(const CardForm& card, const std::string& item) {
        check_summary(card.summary, item);
        check_text(card.summary);
        for (const auto* lines : {&card.why, &card.cautions, &card.not_considered, &card.options}) check_lines(*lines);
        if (card.suggestion) check_text(card.suggestion->label);
    }

    void check_lines(const std::vector<Line>& lines) {
        for (const Line& line : lines) check_text(line.say);
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

    void check_text(const Authored& text) {
        if (!is_new(text, "words ")) return;
        check_words(text);
        check_braces(text);
    }

    void check_words(const Authored& text) {
        const std::string letters = small(text.text);
        if (commands_an_order(letters)) {
            findings_.push_back({Severity::error, text.place, "unwanted-word", "A card does not tell anybody to order.",
                                 "Write \"consider\" or name the test."});
        }
        for (const UnwantedWord& word : unwanted) {
            if (letters.find(word.word) == std::string::npos) continue;
            findings_.push_back({Severity::error, text.place, "unwanted-word",
                                 "\"" + std::string(word.word) + "\" says more than a card may.",
                                 "Write for instance: " + std::string(word.instead) + '.'});
        }
    }

    // The compiler of expressions says which "{{" nothing closes; what is left over would stand on the card.
    void check_braces(const Authored& text) {
        const std::string around = taken_apart(text.text).around;
        if (around.find_first_of("{}") == std::string::npos) return;
        findings_.push_back({Severity::error, text.place, "braces", "A brace would be shown on the card.",
                             "Write what is to be filled in between {{ and }}, two on each side."});
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
