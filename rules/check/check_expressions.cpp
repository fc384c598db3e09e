// Expressions that compile and compare what they should not: the value of a result with a number, whatever its unit.
#include "rules/check/check.hpp"

#include <cctype>
#include <functional>

namespace rules {

namespace {

bool is_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
    while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at]))) ++at;
    return at;
}

// Whether the member `value` is compared with a number somewhere in `text`.
bool compares_bare_value(std::string_view text) {
    constexpr std::string_view member = "value";
    for (std::size_t at = text.find(member); at != std::string_view::npos; at = text.find(member, at + 1)) {
        const bool starts = at == 0 || !is_name(text[at - 1]);
        std::size_t end = at + member.size();
        if (!starts || (end < text.size() && is_name(text[end]))) continue;
        end = skip_blanks(text, end);
        const std::size_t operation = end;
        while (end < text.size() && (text[end] == '<' || text[end] == '>' || text[end] == '=')) ++end;
        if (end == operation) continue;
        end = skip_blanks(text, end);
        if (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end]))) return true;
    }
    return false;
}

using Visit = std::function<void(const Authored&)>;

void each_expression(const std::vector<Criterion>& criteria, const Visit& visit) {
    for (const Criterion& criterion : criteria) {
        if (criterion.form == Criterion::Form::expression) visit(criterion.expression);
        each_expression(criterion.parts, visit);
    }
}

void each_expression(const Fact& fact, const Visit& visit) {
    if (fact.form == Fact::Form::items) visit(fact.items);
    for (const auto* parts : {&fact.any, &fact.all, &fact.none}) {
        for (const Authored& part : *parts) visit(part);
    }
}

void each_expression(const Rule& rule, const Visit& visit) {
    if (rule.for_each) visit(*rule.for_each);
    each_expression(rule.when, visit);
    each_expression(rule.unless, visit);
    for (const Variant& variant : rule.variants) {
        if (variant.condition) visit(*variant.condition);
    }
}

}  // namespace

void check_expressions(const Pack& pack, Diagnostics& findings) {
    const Visit visit = [&](const Authored& expression) {
        if (!compares_bare_value(expression.text)) return;
        findings.push_back({Severity::warning, expression.place, "bare-value",
                            "This compares a value with a number, whatever unit the laboratory reported it in.",
                            "Ask for a band or a mark, which has a number for each unit; or ask for \"unit\" too."});
    };
    for (const Fact& fact : pack.facts) each_expression(fact, visit);
    for (const Gate& gate : pack.gates) {
        each_expression(gate.when, visit);
        each_expression(gate.unless, visit);
    }
    for (const Rule& rule : pack.rules) each_expression(rule, visit);
}

}  // namespace rules
