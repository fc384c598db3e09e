#include "rules/check/check.hpp"
#include "rules/check/text_bound.hpp"
#include "rules/program/spoken.hpp"
#include "rules/run/card_layout.hpp"
#include "rules/run/text_template.hpp"
#include "rules/text/nearest.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace rules {

namespace {

struct UnwantedWord {
    std::string_view word;  ///< in small letters
    std::string_view instead;
};
// rules/packs/back-pain-labs/REFERENCE.md G.1, Language. "Order" is looked for where it commands, at the beginning of a
// sentence.
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

bool has_label(std::string_view text) {
    return std::ranges::any_of(evidence_labels, [text](std::string_view label) { return text.starts_with(label); });
}

class TextChecker {
  public:
    TextChecker(const Pack& pack, Diagnostics& findings) : pack_(pack), bounds_(pack), findings_(findings) {}

    void check() {
        for (const Rule& rule : pack_.rules) {
            const std::string item = rule.for_each ? rule.for_each->text : "";
            check_card(rule.card, item);
            check_evidence(rule.evidence);
            check_detail({rule.card, rule.evidence, rule.place, rule.id}, item);
            for (const Variant& variant : rule.variants) {
                check_card(variant.card, item);
                check_evidence(variant.evidence);
                check_detail({variant.card, variant.evidence, variant.place, rule.id}, item);
            }
            for (const std::string& text : rule.about) check_words({text, rule.place});
        }
        check_labels();
        check_notice();
        check_names_and_reasons();
    }

  private:
    // The notice of missing data is filled by other words than rules are: its texts hold no expressions.
    void check_notice() {
        const DataUnavailable& notice = pack_.data_unavailable;
        if (notice.summary.text.empty()) return;
        for (const Authored* text :
             {&notice.summary, &notice.why, &notice.no_birth_date_summary, &notice.no_birth_date_why}) {
            check_text(*text);
        }
        check_notice_fills(notice.summary, {});
        check_notice_fills(notice.why, {"sources", "advice"});
        for (const Authored* text : {&notice.summary, &notice.no_birth_date_summary}) {
            const std::size_t length = count_characters(text->text);
            if (length <= longest_summary) continue;
            findings_.push_back({Severity::error, text->place, "summary-too-long",
                                 "This summary has " + std::to_string(length) + " characters, and " +
                                     std::to_string(longest_summary) + " are allowed.",
                                 "Shorten the text."});
        }
        for (const auto& [key, words] : notice.sources) check_plain(words, "sources/" + key);
        for (const auto& [key, words] : notice.reasons) check_plain(words, "reasons/" + key);
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
            refuse_braces(gate.passes, gate.place);
            check_reasons(gate.when);
            check_reasons(gate.unless);
        }
        for (const ExplainFirst& first : pack_.explain_first) check_reasons(first.of);
        for (const Rule& rule : pack_.rules) {
            refuse_braces(rule.for_each_because, rule.place);
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

    // \param known  what is filled in there.
    void check_notice_fills(const Authored& text, const std::vector<std::string_view>& known) {
        std::set<std::string> seen;
        for (const std::string& fill : taken_apart(text.text).fills) {
            if (std::ranges::find(known, fill) == known.end()) {
                findings_.push_back({Severity::error, text.place, "unknown-fill",
                                     "Nothing fills in {{" + fill + "}} here.", did_you_mean(fill, known)});
            } else if (!seen.insert(fill).second) {
                findings_.push_back({Severity::error, text.place, "unknown-fill",
                                     "{{" + fill + "}} is filled in once, and stands here twice.",
                                     "Keep one of them."});
            }
        }
    }

    // What a card calls a condition or a drug stands in a summary beside value and date.
    void check_labels() {
        for (const Fact& fact : pack_.facts) {
            const bool is_shown = fact.form != Fact::Form::says && fact.form != Fact::Form::items;
            if (!is_shown) continue;
            for (const Authored& id : fact.value_sets) {
                const auto set = pack_.value_sets.find(id.text);
                if (set == pack_.value_sets.end()) continue;
                for (const auto& system : set->second.included()) {
                    for (const auto& listed : system.concepts) check_label(listed.display, id.text);
                }
            }
        }
    }

    void check_label(const std::string& label, const std::string& value_set) {
        if (count_characters(label) <= longest_reason || !seen_.insert("label " + value_set + label).second) return;
        const std::string file = "value-sets/" + value_set + ".json";
        const auto text = pack_.files.find(file);
        findings_.push_back(
            {Severity::error,
             text == pack_.files.end() ? Place{file, "", 0, 0} : place_of(file, text->second, "/compose"),
             "display-too-long",
             '"' + label + "\" has " + std::to_string(count_characters(label)) + " characters, and " +
                 std::to_string(longest_reason) + " are allowed.",
             "Find a shorter name: it stands in summaries beside value and date."});
    }

    void check_evidence(const EvidenceForm& evidence) {
        check_lines(evidence.says);
        for (const Line& line : evidence.says) {
            if (has_label(line.say.text) || !is_new(line.say, "label ")) continue;
            findings_.push_back(
                {Severity::error, line.say.place, "evidence-label",
                 "This does not begin with how strong the evidence is.",
                 "Begin with one of: guideline-supported, weak or conflicting, not supported, drug label, "
                 "safety rule of this service, own choice."});
        }
    }

    /// A card as a rule or a variant of it has it.
    struct WholeCard {
        const CardForm& form;
        const EvidenceForm& evidence;
        const Place& place;
        const std::string& rule;
    };

    // Lines with a condition seldom stand together: the longest of them counts, beside those that always stand.
    std::size_t longest(const std::vector<Line>& lines, const std::string& item, std::size_t between) {
        std::size_t always = 0, sometimes = 0;
        for (const Line& line : lines) {
            const std::size_t length = bounds_.bound(line.say.text, item).total() + between;
            if (line.condition) {
                sometimes = std::max(sometimes, length);
            } else {
                always += length;
            }
        }
        return always + sometimes;
    }

    void check_detail(const WholeCard& card, const std::string& item) {
        constexpr std::size_t one_blank = 1, dot = 3;
        constexpr std::size_t names = std::string_view("Why: Evidence: Options: Caution: ").size() + 5;
        std::size_t length = names + not_approved.size() + longest(card.form.why, item, one_blank) +
                             longest(card.evidence.says, item, one_blank) + longest(card.form.options, item, dot);
        // Of a warning the most harmful caution must fit; an information may lose all but those for every card.
        bool is_first = card.form.indicator != Indicator::info;
        for (const Line& line : card.form.cautions) {
            if (!line.besides && !is_first) continue;
            length += bounds_.bound(line.say.text, item).total() + one_blank;
            if (!line.besides) is_first = false;
        }
        const std::size_t most = longest_detail(card.form.indicator);
        if (length <= most) return;
        findings_.push_back({Severity::error, card.place, "detail-too-long",
                             "The detail of this card of " + card.rule + " can reach " + std::to_string(length) +
                                 " characters with the cautions that must stand, and " + std::to_string(most) +
                                 " are allowed.",
                             "Shorten why, evidence, options or the first caution."});
    }

    void check_card(const CardForm& card, const std::string& item) {
        check_summary(card.summary, item);
        check_text(card.summary);
        for (const auto* lines : {&card.why, &card.cautions, &card.options}) check_lines(*lines);
        if (card.suggestion) check_suggestion(card.suggestion->label);
    }

    // A button says what it does; a text does not command it.
    void check_suggestion(const Authored& label) {
        if (!is_new(label, "words ")) return;
        check_braces(label);
        if (label.text.starts_with("Order ") || label.text.starts_with("Remove ")) return;
        findings_.push_back({Severity::error, label.place, "suggestion-label", "This button does not say what it does.",
                             "Begin with \"Order …\" or \"Remove …\"."});
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
    Diagnostics both;
    for (const Language language : {Language::en_us, Language::en_gb})
        TextChecker(spoken(pack, language), both).check();
    for (Diagnostic& finding : both) {
        const bool is_said = std::ranges::any_of(findings, [&finding](const Diagnostic& other) {
            return other.code == finding.code && other.place.file == finding.place.file &&
                   other.place.pointer == finding.place.pointer;
        });
        if (!is_said) findings.push_back(std::move(finding));
    }
}

}  // namespace rules
