#include "rules/pack/readers.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr Kinds criterion = kind::text | kind::object;
constexpr Kinds lines = kind::list | kind::text | kind::object;
constexpr Kinds one_line = kind::text | kind::object;

constexpr Field rule_fields[] = {{"id", kind::text, true},
                                 {"title", kind::text, true},
                                 {"kind", kind::text, true},
                                 {"topic", kind::text, true},
                                 {"rank", kind::text, true},
                                 {"hooks", kind::texts, true, kind::text},
                                 {"advises"},
                                 {"replaces", kind::texts, false, kind::text},
                                 {"joins", kind::texts, false, kind::text},
                                 {"overrideReasons", kind::text, true},
                                 {"about", kind::texts, true, kind::text},
                                 {"offersPastGates"},
                                 {"forEach", kind::text | kind::object},
                                 {"when", kind::criteria, false, criterion},
                                 {"unless", kind::criteria, false, criterion},
                                 {"card", kind::object, true},
                                 {"evidence", kind::object, true},
                                 {"variants", kind::list, false, kind::object}};
constexpr Form rule_form = {"a rule", rule_fields};

constexpr Field for_each_fields[] = {{"of", kind::text, true}, {"because", kind::text, true}};
constexpr Form for_each_form = {"\"forEach\"", for_each_fields};

constexpr Field card_fields[] = {{"indicator", kind::text, true},    {"summary", kind::text, true},
                                 {"why", lines, false, one_line},    {"cautions", lines, false, one_line},
                                 {"options", lines, true, one_line}, {"suggestion", kind::object | kind::null}};
constexpr Form card_form = {"a card", card_fields};

constexpr Field suggestion_fields[] = {
    {"label", kind::text, true}, {"order", lines, false, one_line}, {"reason"}, {"delete"}, {"onlyIf"}};
constexpr Form suggestion_form = {"a suggestion", suggestion_fields};

constexpr Field evidence_fields[] = {{"cites", kind::texts, true, kind::text},
                                     {"disagrees", kind::texts, false, kind::text},
                                     {"says", lines, false, one_line}};
constexpr Form evidence_form = {"evidence", evidence_fields};

constexpr Field variant_fields[] = {{"if"}, {"onlyIf"}, {"card", kind::object}, {"evidence", kind::object}};
constexpr Form variant_form = {"a variant", variant_fields};

constexpr Field placed_if_fields[] = {{"if", kind::text, true}, {"order", kind::text, true}};
constexpr Form placed_if_form = {"an order with a condition", placed_if_fields};

constexpr Field line_fields[] = {{"if"}, {"say"}, {"shared"}, {"besides", kind::boolean}, {"in"}};
constexpr Form line_form = {"a line with a condition", line_fields};

constexpr Words<RuleKind, 4> kind_words = {{{"suggestion", RuleKind::suggestion},
                                            {"result", RuleKind::result},
                                            {"order-check", RuleKind::order_check},
                                            {"notice", RuleKind::notice}}};
constexpr Words<Indicator, 3> indicator_words = {
    {{"info", Indicator::info}, {"warning", Indicator::warning}, {"critical", Indicator::critical}}};

// What an overlay does not mention stays as it is.
void overlay_lines(const Object& object, std::string_view name, std::vector<Line>& old) {
    if (object.at(name)) old = read_lines(object, name);
}

OrderForm read_proposed_order(const Node& node) {
    if (node.is(kind::text)) return {node.authored(), std::nullopt};
    const Object object(node, placed_if_form);
    return {object.authored("order").value_or(Authored{}), object.authored("if")};
}

std::optional<SuggestionForm> read_suggestion(const Node& node) {
    if (node.is(kind::null)) return std::nullopt;
    const Object object(node, suggestion_form);
    SuggestionForm suggestion;
    suggestion.label = object.authored("label").value_or(Authored{});
    for (const Node& order : object.list("order")) suggestion.orders.push_back(read_proposed_order(order));
    suggestion.reason = object.authored("reason");
    suggestion.remove = object.authored("delete");
    suggestion.only_if = object.authored("onlyIf");
    if (!object.at("order") && !object.at("delete")) {
        node.error("missing-member", "This suggestion neither places nor takes away an order.",
                   "Add \"order\" or \"delete\".");
    }
    return suggestion;
}

CardForm read_card(const Node& node, CardForm card, Completeness completeness) {
    const Object object(node, card_form, completeness);
    if (const std::optional<Node> word = object.at("indicator")) {
        card.indicator = meaning_of(*word, indicator_words).value_or(card.indicator);
    }
    if (const auto summary = object.authored("summary")) card.summary = *summary;
    overlay_lines(object, "why", card.why);
    overlay_lines(object, "cautions", card.cautions);
    overlay_lines(object, "options", card.options);
    if (const std::optional<Node> suggestion = object.at("suggestion")) {
        card.suggestion = read_suggestion(*suggestion);
    }
    return card;
}

EvidenceForm read_evidence(const Node& node, EvidenceForm evidence, Completeness completeness) {
    const Object object(node, evidence_form, completeness);
    if (object.at("cites")) evidence.cites = object.authored_list("cites");
    if (object.at("disagrees")) evidence.disagrees = object.authored_list("disagrees");
    overlay_lines(object, "says", evidence.says);
    return evidence;
}

Variant read_variant(const Node& node, const Rule& rule) {
    const Object object(node, variant_form);
    Variant variant{object.authored("if"), object.authored("onlyIf"), node.place(), rule.card, rule.evidence};
    if (!variant.condition && !variant.only_if) {
        node.error("missing-member", "This variant does not say when it holds.", "Add \"if\" or \"onlyIf\".");
    }
    const std::optional<Node> card = object.at("card");
    const std::optional<Node> evidence = object.at("evidence");
    if (card) variant.card = read_card(*card, std::move(variant.card), Completeness::overlay);
    if (evidence) variant.evidence = read_evidence(*evidence, std::move(variant.evidence), Completeness::overlay);
    if (!card && !evidence) node.error("empty", "This variant changes nothing.", "Add \"card\" or \"evidence\".");
    return variant;
}

void read_conditions(const Object& object, Rule& rule) {
    if (const auto items = object.at("forEach"); items && items->is(kind::text)) {
        rule.for_each = items->authored();
    } else if (items) {
        const Object named(*items, for_each_form);
        rule.for_each = named.authored("of");
        rule.for_each_because = named.text("because");
    }
    rule.when = read_criteria(object, "when");
    rule.unless = read_criteria(object, "unless");
    if (rule.when.empty() && !rule.for_each) {
        object.node().error("missing-member", "Nothing says when this rule speaks.", "Add \"when\" or \"forEach\".");
    }
}

}  // namespace

std::vector<Hook> read_hooks(const Object& object) {
    std::vector<Hook> hooks;
    for (const Node& node : object.list("hooks")) {
        const auto hook = meaning_of(node, hook_words);
        if (!hook) continue;
        if (std::find(hooks.begin(), hooks.end(), *hook) == hooks.end()) {
            hooks.push_back(*hook);
        } else {
            node.error("twice", '"' + node.text() + "\" stands twice.", "Take one away.");
        }
    }
    return hooks;
}

Line read_line(const Node& node) {
    Line line;
    if (node.is(kind::text)) {
        line.say = node.authored();
        return line;
    }
    const Object object(node, line_form);
    line.say = object.authored("say").value_or(Authored{"", node.place()});
    line.condition = object.authored("if");
    line.shared = object.authored("shared");
    line.besides = object.flag("besides");
    if (const auto language = object.at("in")) line.language = meaning_of(*language, language_words);
    if (line.shared.has_value() == !line.say.text.empty()) {
        node.error("missing-member", "This line says nothing, or two things.",
                   "Add \"say\", or \"shared\" with the name of one of the cautions in pack.json.");
    }
    return line;
}

std::vector<Line> read_lines(const Object& object, std::string_view name) {
    std::vector<Line> all;
    for (const Node& node : object.list(name)) all.push_back(read_line(node));
    return all;
}

Rule read_rule(const Node& node) {
    const Object object(node, rule_form);
    Rule rule;
    rule.place = node.place();
    rule.id = object.text("id");
    rule.title = object.text("title");
    if (const std::optional<Node> note = node.member("note")) rule.note = note->text();
    if (const std::optional<Node> word = object.at("kind")) {
        rule.kind = meaning_of(*word, kind_words).value_or(RuleKind::suggestion);
    }
    rule.topic = object.authored("topic").value_or(Authored{});
    rule.rank = object.text("rank");
    rule.hooks = read_hooks(object);
    rule.advises = object.text("advises");
    rule.replaces = object.authored_list("replaces");
    rule.joins = object.authored_list("joins");
    rule.override_reasons = object.authored("overrideReasons").value_or(Authored{});
    rule.about = object.texts("about");
    rule.offers_past_gates = object.text("offersPastGates");
    read_conditions(object, rule);
    if (const std::optional<Node> card = object.at("card")) rule.card = read_card(*card, {}, Completeness::whole);
    if (const std::optional<Node> evidence = object.at("evidence")) {
        rule.evidence = read_evidence(*evidence, {}, Completeness::whole);
    }
    for (const Node& variant : object.list("variants")) rule.variants.push_back(read_variant(variant, rule));
    return rule;
}

std::string_view name_of(Hook hook) {
    const auto found =
        std::find_if(hook_words.begin(), hook_words.end(), [hook](const auto& word) { return word.second == hook; });
    return found->first;
}

std::optional<Hook> hook_named(std::string_view name) {
    const auto found =
        std::find_if(hook_words.begin(), hook_words.end(), [name](const auto& word) { return word.first == name; });
    return found == hook_words.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace rules
