#include "service/tuning/evaluation_text.hpp"

#include "rules/run/card_layout.hpp"
#include "service/answer/card.hpp"

#include <algorithm>

namespace service {
namespace json = boost::json;

namespace {

std::string_view kind_name(rules::Unmatched::Kind kind) {
    switch (kind) {
        case rules::Unmatched::Kind::result:
            return "result";
        case rules::Unmatched::Kind::laboratory:
            return "laboratory";
        case rules::Unmatched::Kind::medicine:
            return "medicine";
        case rules::Unmatched::Kind::problem:
            return "problem";
    }
    return "";
}

std::string_view truth_name(rules::Truth truth) {
    switch (truth) {
        case rules::Truth::fails:
            return "fails";
        case rules::Truth::holds:
            return "holds";
        case rules::Truth::unknown:
            return "unknown";
    }
    return "";
}

// Appends `text` word by word, indented, with a mark before the first line.
void add_wrapped(std::string& out, std::string_view mark, std::string_view text, std::size_t columns) {
    const std::string indent(mark.size(), ' ');
    std::size_t column = mark.size();
    out += mark;
    bool first = true;
    while (!text.empty()) {
        const std::size_t length = std::min(text.find(' '), text.size());
        if (!first && column + 1 + length > columns) {
            out += "\n" + indent;
            column = indent.size();
        } else if (!first) {
            out += ' ';
            ++column;
        }
        out += text.substr(0, length);
        column += length;
        first = false;
        text.remove_prefix(std::min(length + 1, text.size()));
    }
    out += '\n';
}

void add_section(std::string& out, std::string_view title, const std::vector<std::string>& lines, std::size_t columns) {
    if (lines.empty()) return;
    out += "\n  ";
    out += title;
    out += '\n';
    for (const std::string& line : lines) add_wrapped(out, "    - ", line, columns);
}

std::string in_one_line(const rules::CardInput& input) {
    std::string line = input.what;
    if (!input.value.empty()) line += " " + input.value;
    for (const std::string* part : {&input.date, &input.status}) {
        if (!part->empty()) line += ", " + *part;
    }
    return input.reference.empty() ? line : line + " (" + input.reference + ")";
}

std::string upper_case(std::string_view word) {
    std::string upper(word);
    std::ranges::transform(upper, upper.begin(),
                           [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c); });
    return upper;
}

// What accepting a proposal changes, one line an order.
std::vector<std::string> orders_of(const rules::Proposal& proposal) {
    std::vector<std::string> lines;
    for (const std::string& reference : proposal.remove) lines.push_back("takes out " + reference);
    for (const rules::Proposal::Create& create : proposal.create) {
        std::string code = "LOINC " + create.loinc;
        if (!create.codings.empty()) code = create.codings.front().code + " of " + create.codings.front().system;
        lines.push_back("drafts " + create.display + " (" + code + ")");
    }
    return lines;
}

void add_card(std::string& out, const rules::Card& card, std::size_t columns) {
    add_wrapped(out, upper_case(name_of(card.indicator)) + "  ", card.summary, columns);
    for (const rules::DetailLine& line : rules::detail_of(card)) {
        const std::string heading = line.heading.empty() ? "" : std::string(line.heading) + ": ";
        add_wrapped(out, "  ", heading + line.text, columns);
    }
    if (card.proposal) add_section(out, "Offered: " + card.proposal->label, orders_of(*card.proposal), columns);
    std::vector<std::string> inputs;
    for (const rules::CardInput& input : card.inputs) inputs.push_back(in_one_line(input));
    std::string from = "Not on the card: rule " + std::string(card.rule);
    for (const std::string_view guest : card.with) from.append(" with ").append(guest);
    add_section(out, from + ", from", inputs, columns);
    add_section(out, "Not on the card: left out", card.not_used, columns);
}

void add_reason(std::string& out, const rules::Reason& reason, std::size_t depth) {
    const std::string indent(2 + 2 * depth, ' ');
    out += indent;
    out += reason.truth == rules::Truth::holds ? "+ " : reason.truth == rules::Truth::fails ? "- " : "? ";
    out += reason.what;
    if (!reason.because.empty()) out += ": " + reason.because;
    out += '\n';
    for (const std::string& evidence : reason.evidence) out += indent + "    " + evidence + '\n';
    for (const rules::Reason& part : reason.parts) add_reason(out, part, depth + 1);
}

json::array as_json(const std::vector<std::string>& texts) {
    return json::array(texts.begin(), texts.end());
}

json::object as_json(const rules::Reason& reason) {
    json::object object{{"what", reason.what}, {"truth", truth_name(reason.truth)}};
    if (!reason.because.empty()) object["because"] = reason.because;
    if (!reason.evidence.empty()) object["evidence"] = as_json(reason.evidence);
    if (!reason.parts.empty()) {
        json::array& parts = object["parts"].emplace_array();
        for (const rules::Reason& part : reason.parts) parts.push_back(as_json(part));
    }
    return object;
}

json::object as_json(const rules::Unmatched& one) {
    json::object object{
        {"kind", kind_name(one.kind)}, {"code", one.code}, {"reference", one.reference}, {"records", one.records}};
    if (!one.looks_like.empty()) object["looksLike"] = one.looks_like;
    return object;
}

/// Cards, then what was held back, then what is not known, then the rest; within these the pack's order.
std::vector<const rules::RuleOutcome*> loudest_first(const std::vector<rules::RuleOutcome>& outcomes) {
    std::vector<const rules::RuleOutcome*> told;
    for (const rules::RuleOutcome& outcome : outcomes) {
        if (outcome.outcome != rules::Outcome::other_hook) told.push_back(&outcome);
    }
    std::ranges::stable_sort(told, {}, [](const rules::RuleOutcome* outcome) {
        if (outcome->outcome == rules::Outcome::card) return 0;
        if (outcome->is_held_back) return 1;
        if (outcome->outcome == rules::Outcome::unknown) return 2;
        return outcome->outcome == rules::Outcome::excluded ? 3 : 4;
    });
    return told;
}

void add_unmatched(std::string& out, const std::vector<rules::Unmatched>& unmatched, std::size_t columns) {
    constexpr std::size_t most_lines = 12;
    const auto add = [&](rules::Unmatched::Kind kind, std::string_view title) {
        std::vector<std::string> lines;
        std::size_t more = 0;
        for (const rules::Unmatched& one : unmatched) {
            if (one.kind != kind) continue;
            if (lines.size() == most_lines) {
                ++more;
                continue;
            }
            std::string line = one.code;
            if (!one.looks_like.empty()) line.append(", looks like ").append(one.looks_like);
            line += " (" + one.reference;
            if (one.records > 1) line += " and " + std::to_string(one.records - 1) + " more";
            lines.push_back(line + ")");
        }
        if (more > 0) lines.push_back("and " + std::to_string(more) + " other codes");
        add_section(out, title, lines, columns);
    };
    add(rules::Unmatched::Kind::result, "Results that no list of the pack knows");
    add(rules::Unmatched::Kind::laboratory, "Results of no laboratory of the site file, read by the pack's limits");
    add(rules::Unmatched::Kind::medicine, "Medicines that no list of the pack knows");
    add(rules::Unmatched::Kind::problem, "Problems that no list of the pack knows");
}

}  // namespace

std::string cards_as_text(const std::vector<rules::Card>& cards, std::size_t columns) {
    if (cards.empty()) return "No card.\n";
    std::string out;
    for (const rules::Card& card : cards) {
        if (!out.empty()) out += '\n';
        add_card(out, card, columns);
    }
    return out;
}

std::string explanation_as_text(const rules::Evaluation& evaluation, const std::vector<rules::Unmatched>& unmatched,
                                Telling telling, std::size_t columns) {
    std::string out;
    add_wrapped(out, "", evaluation.sentence, columns);
    const std::vector<const rules::RuleOutcome*> told = loudest_first(evaluation.outcomes);
    if (!told.empty()) out += '\n';
    for (const rules::RuleOutcome* outcome : told)
        add_wrapped(out, "  ", outcome->sentence + " [" + std::string(outcome->rule) + "]", columns);
    add_unmatched(out, unmatched, columns);
    add_section(out, "Left out", evaluation.left_out, columns);
    if (telling == Telling::lines) return out;
    for (const rules::RuleOutcome* outcome : told) {
        out.append("\n").append(outcome->rule).append(": ").append(outcome_name(outcome->outcome)) += '\n';
        for (const rules::Reason& reason : outcome->reasons) add_reason(out, reason, 0);
    }
    return out;
}

json::object explanation_as_json(const rules::Evaluation& evaluation, const std::vector<rules::Unmatched>& unmatched) {
    json::array listed;
    for (const rules::RuleOutcome& outcome : evaluation.outcomes) {
        json::object object{
            {"rule", outcome.rule}, {"title", outcome.title}, {"outcome", outcome_name(outcome.outcome)}};
        if (outcome.is_held_back) object["heldBack"] = true;
        if (!outcome.sentence.empty()) object["sentence"] = outcome.sentence;
        if (!outcome.unknown_sources.empty()) object["unknownSources"] = as_json(outcome.unknown_sources);
        if (!outcome.reasons.empty()) {
            json::array& reasons = object["reasons"].emplace_array();
            for (const rules::Reason& reason : outcome.reasons) reasons.push_back(as_json(reason));
        }
        if (outcome.decides) object["decides"] = *outcome.decides;
        listed.push_back(std::move(object));
    }
    json::object told{{"sentence", evaluation.sentence}, {"rules", std::move(listed)}};
    if (!evaluation.left_out.empty()) told["leftOut"] = as_json(evaluation.left_out);
    if (!unmatched.empty()) {
        json::array& list = told["unmatched"].emplace_array();
        for (const rules::Unmatched& one : unmatched) list.push_back(as_json(one));
    }
    return told;
}

std::string_view outcome_name(rules::Outcome outcome) {
    switch (outcome) {
        case rules::Outcome::card:
            return "card";
        case rules::Outcome::not_met:
            return "not-met";
        case rules::Outcome::excluded:
            return "excluded";
        case rules::Outcome::gated:
            return "gated";
        case rules::Outcome::unknown:
            return "unknown";
        case rules::Outcome::replaced:
            return "replaced";
        case rules::Outcome::joined:
            return "joined";
        case rules::Outcome::crowded_out:
            return "crowded-out";
        case rules::Outcome::off:
            return "off";
        case rules::Outcome::other_hook:
            return "other-hook";
    }
    return "";
}

}  // namespace service
