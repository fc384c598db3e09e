// rules/*.json.
#include "rules/compare/pack_diff_statement.hpp"

#include <algorithm>

namespace rules {
namespace {

std::string word_of(Indicator indicator) {
    switch (indicator) {
        case Indicator::info:
            return "information";
        case Indicator::warning:
            return "warning";
        case Indicator::critical:
            return "critical";
    }
    return "";
}

std::string word_of(RuleKind kind) {
    switch (kind) {
        case RuleKind::suggestion:
            return "suggestion";
        case RuleKind::result:
            return "result";
        case RuleKind::order_check:
            return "check of an order";
        case RuleKind::notice:
            return "notice";
    }
    return "";
}

/// A shared caution by its name: its words are told once, where they stand.
Part part_of(const Line& line, const Pack& pack) {
    const auto& [say, condition, shared, besides, language] = line;
    const std::string only_if = condition ? " [if " + condition->text + "]" : "";
    if (shared) {
        const auto own = pack.cautions.find(shared->text);
        const bool is_its_own = own != pack.cautions.end() && text_of(own->second.condition) == text_of(condition);
        const std::string name = "the shared caution \"" + shared->text + "\"" + (is_its_own ? "" : only_if);
        return {name, name};
    }
    std::string words = say.text + only_if;
    if (besides) words += " (besides the others)";
    if (language) words += *language == Language::en_gb ? " (en-GB)" : " (en-US)";
    return {words, words, say.text};
}

PartList parts_of(const std::vector<Line>& lines, const Pack& pack) {
    PartList parts;
    for (const Line& line : lines) parts.push_back(part_of(line, pack));
    return parts;
}

/// What a card says, taken down under aspects that begin with `of`. \param base  the card that a variant replaces: what
/// it shares with that one is told there.
class CardTeller {
  public:
    CardTeller(const Telling& telling, std::string of) : telling_(telling), of_(std::move(of)) {}

    void tell(const CardForm& card, const CardForm* base) {
        const auto& [indicator, summary, why, cautions, options, suggestion] = card;
        text(weight::who, "how loud", word_of(indicator), base ? word_of(base->indicator) : "");
        text(weight::card, "summary", summary.text, base ? base->summary.text : "");
        telling_.to.as_headline();
        lines("why", why, base ? &base->why : nullptr);
        lines("cautions", cautions, base ? &base->cautions : nullptr);
        lines("options", options, base ? &base->options : nullptr);
        const PartList offer = offer_of(suggestion);
        const std::optional<SuggestionForm> of_base = base ? base->suggestion : std::nullopt;
        if (suggestion) text(weight::card, "button", suggestion->label.text, of_base ? of_base->label.text : "");
        if (base && is_same(offer, offer_of(of_base))) return;
        telling_.to.list(weight::offer, of_ + "offers", offer);
        if (of_base && !suggestion) telling_.to.text(weight::offer, of_ + "offers", "nothing");
    }

    void tell(const EvidenceForm& evidence, const EvidenceForm* base) {
        const auto& [cites, disagrees, says] = evidence;
        const auto differ = [](const std::vector<Authored>& one, const std::vector<Authored>& other) {
            return !std::ranges::equal(one, other, {}, &Authored::text, &Authored::text);
        };
        if (!base || differ(cites, base->cites)) telling_.to.texts(weight::evidence, of_ + "cites", cites);
        if (!base || differ(disagrees, base->disagrees)) {
            telling_.to.texts(weight::evidence, of_ + "who disagrees", disagrees);
        }
        const PartList said = parts_of(says, telling_.pack);
        if (base && is_same(said, parts_of(base->says, telling_.pack))) return;
        telling_.to.list(weight::evidence, of_ + "evidence", said, Listing::ordered);
    }

  private:
    static bool is_same(const PartList& one, const PartList& other) {
        return std::ranges::equal(one, other, {}, &Part::key, &Part::key);
    }

    void text(const Weight& weight, const char* aspect, const std::string& value, const std::string& base) {
        telling_.to.text(weight, of_ + aspect, value == base ? "" : value);
    }

    void lines(const char* aspect, const std::vector<Line>& said, const std::vector<Line>* base) {
        const PartList parts = parts_of(said, telling_.pack);
        if (base && is_same(parts, parts_of(*base, telling_.pack))) return;
        telling_.to.list(weight::card, of_ + aspect, parts, Listing::ordered);
    }

    /// What is drafted and taken away, from whom, and why; not the button's words.
    static PartList offer_of(const std::optional<SuggestionForm>& suggestion) {
        if (!suggestion) return {};
        const auto& [label, orders, reason, remove, only_if] = *suggestion;
        PartList parts;
        for (const auto& [intent, condition] : orders) {
            const std::string words =
                "a draft of " + intent.text + (condition ? " [if " + condition->text + "]" : std::string());
            parts.push_back({words, words});
        }
        const auto add = [&parts](const char* what, const std::optional<Authored>& said) {
            if (said) parts.push_back({what + said->text, what + ("[" + said->text + "]"), what});
        };
        add("because of ", reason);
        add("takes away ", remove);
        add("only where there would be a card of ", only_if);
        return parts;
    }

    const Telling& telling_;
    std::string of_;
};

void tell_variants(const Telling& telling, const Rule& rule) {
    PartList conditions;
    std::size_t number = 0;
    for (const Variant& variant : rule.variants) {
        const auto& [condition, only_if, place, card, evidence] = variant;
        std::string words = condition ? "[" + condition->text + "]" : "";
        if (only_if) words += (words.empty() ? "" : " and ") + ("where there would be a card of " + only_if->text);
        conditions.push_back({words, words});
        CardTeller teller(telling, "variant " + std::to_string(++number) + ": ");
        teller.tell(card, &rule.card);
        teller.tell(evidence, &rule.evidence);
    }
    telling.to.list(weight::who, "variants, the first that holds", std::move(conditions), Listing::ordered);
}

void tell_rule(const Telling& telling, const Rule& rule) {
    const auto& [id, title, note, kind, topic, rank, hooks, advises, replaces, joins, override_reasons, about,
                 offers_past_gates, for_each, for_each_because, when, unless, card, evidence, variants, place] = rule;
    Teller& to = telling.to;
    to.about("2b rule " + id, "rule " + id + ": " + title);
    to.text(weight::adds, "rule", id);
    to.as_headline();
    to.text(weight::who, "kind", word_of(kind));
    to.text(weight::who, "topic, of which one card is shown", topic.text);
    to.text(weight::who, "rank", rank);
    PartList calls;
    for (const Hook hook : hooks) calls.push_back({std::string(name_of(hook)), std::string(name_of(hook))});
    to.list(weight::adds, "comes at", std::move(calls), Listing::codes);
    to.texts(weight::who, "takes the place of", replaces);
    to.as_weighty_headline();
    to.texts(weight::who, "its offer hangs on", joins);
    to.text(weight::who, "one card for each of", text_of(for_each));
    to.list(weight::who, "must hold", telling.parts_of(when));
    to.as_headline();
    to.list(weight::who, "must not hold", telling.parts_of(unless));
    to.as_headline();
    to.text(weight::card, "title", title);
    to.text(weight::card, "advises", advises);
    to.text(weight::card, "reasons to override", override_reasons.text);
    to.texts(weight::card, "about", about, Listing::ordered);
    to.text(weight::card, "says where there is none", for_each_because);
    to.text(weight::nothing, "why it offers past the gates", offers_past_gates);
    to.text(weight::nothing, "note", note);
    CardTeller base(telling, "");
    base.tell(card, nullptr);
    base.tell(evidence, nullptr);
    if (!variants.empty()) tell_variants(telling, rule);
}

}  // namespace

void tell_rules(const Telling& telling) {
    for (const Rule& rule : telling.pack.rules) tell_rule(telling, rule);
}

}  // namespace rules
