#include "rules/program/spoken.hpp"

#include <algorithm>

namespace rules {
namespace {

class Speaker {
  public:
    explicit Speaker(Language language) : language_(language) {}

    void say(std::string& text) const {
        if (has_spellings(text)) text = spelled(text, language_);
    }
    void say(Authored& text) const { say(text.text); }
    void say(std::optional<Authored>& text) const {
        if (text) say(text->text);
    }
    void say(Line& line) const {
        say(line.say);
        say(line.condition);
    }
    void say(std::vector<Line>& lines) const {
        std::erase_if(lines, [this](const Line& line) { return line.language && *line.language != language_; });
        for (Line& line : lines) say(line);
    }
    template <typename Text>
    void say(std::vector<Text>& texts) const {
        for (Text& text : texts) say(text);
    }

    void say(Criterion& criterion) const {
        say(criterion.expression);
        say(criterion.because);
        say(criterion.parts);
    }

    void say(CardForm& card) const {
        say(card.summary);
        say(card.why);
        say(card.cautions);
        say(card.options);
        if (card.suggestion) say(card.suggestion->label);
    }

    void say(Rule& rule) const {
        say(rule.title);
        say(rule.advises);
        say(rule.about);
        say(rule.when);
        say(rule.unless);
        say(rule.for_each_because);
        say(rule.card);
        say(rule.evidence.says);
        for (Variant& variant : rule.variants) {
            say(variant.card);
            say(variant.evidence.says);
        }
    }

    void say(Fact& fact) const {
        say(fact.title);
        say(fact.items);
        for (auto* list : {&fact.any, &fact.all, &fact.none}) say(*list);
    }

    void say(Analyte& analyte) const {
        say(analyte.title);
        for (Kind& kind : analyte.kinds) say(kind.title);
        for (auto& [id, ruleset] : analyte.rulesets) {
            say(ruleset.title);
            for (auto& [kind, bands] : ruleset.bands) {
                for (Band& band : bands) say(band.words);
            }
        }
        for (Analyte::AboveAll& above : analyte.above_all) say(above.band.words);
    }

    void say(fhir::ValueSet& set) const {
        set.reword([this](std::string& title) { say(title); },
                   [this](fhir::ValueSet::Concept& listed) {
                       if (!has_spellings(listed.display)) return;
                       const std::string written = listed.display;
                       const Language other = language_ == Language::en_us ? Language::en_gb : Language::en_us;
                       listed.display = spelled(written, language_);
                       listed.designations.push_back(spelled(written, other));
                   });
    }

    void say(DataUnavailable& notice) const {
        for (Authored* text :
             {&notice.summary, &notice.why, &notice.no_birth_date_summary, &notice.no_birth_date_why}) {
            say(*text);
        }
        for (auto& [key, words] : notice.sources) say(words);
        for (auto& [key, words] : notice.reasons) say(words);
        say(notice.cautions);
        say(notice.options);
    }

  private:
    Language language_;
};

}  // namespace

Pack spoken(Pack pack, Language language) {
    const Speaker speaker(language);
    speaker.say(pack.identity.intended_use);
    speaker.say(pack.identity.never_considered);
    speaker.say(pack.identity.known_limits);
    for (Parameter& parameter : pack.parameters) speaker.say(parameter.says);
    for (Gate& gate : pack.gates) {
        speaker.say(gate.because);
        speaker.say(gate.passes);
        speaker.say(gate.when);
        speaker.say(gate.unless);
    }
    for (ExplainFirst& first : pack.explain_first) {
        speaker.say(first.name);
        speaker.say(first.of);
    }
    speaker.say(pack.data_unavailable);
    for (auto& [name, caution] : pack.cautions) speaker.say(caution);
    for (auto& [kind, reasons] : pack.override_reasons) {
        for (Coding& reason : reasons) speaker.say(reason.display);
    }
    for (auto& [id, set] : pack.value_sets) speaker.say(set);
    for (auto& [id, words] : pack.word_lists.sets) speaker.say(words.label);
    speaker.say(pack.facts);
    speaker.say(pack.analytes);
    for (auto& [intent, order] : pack.orders) speaker.say(order.label);
    for (auto& [id, citation] : pack.citations) {
        speaker.say(citation.title);
        speaker.say(citation.name);
        speaker.say(citation.says);
    }
    speaker.say(pack.rules);
    return pack;
}

}  // namespace rules
