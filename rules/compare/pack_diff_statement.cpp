#include "rules/compare/pack_diff_statement.hpp"

#include "rules/pack/code_systems.hpp"
#include "rules/text/names_in.hpp"

#include <algorithm>

namespace rules {
namespace {

std::string joined(const PartList& parts, std::string Part::*member, const char* between) {
    std::string text;
    for (const Part& part : parts) text += (text.empty() ? "" : between) + part.*member;
    return text;
}

/// "all of: "; nothing before a single expression.
std::string opening_of(const Criterion& criterion) {
    if (criterion.form == Criterion::Form::expression) return {};
    return std::string(form_of(criterion).how_many) + " of: ";
}

/// "Long-standing back pain, Osteoporosis": what an expression reads, by its titles.
std::string titles_in(const std::string& expression, const Pack& pack) {
    std::string titles;
    for (const std::string& name : names_in(expression)) {
        const auto fact = std::ranges::find(pack.facts, name, &Fact::name);
        const auto analyte = std::ranges::find(pack.analytes, name, &Analyte::fact);
        const std::string title = fact != pack.facts.end()         ? fact->title
                                  : analyte != pack.analytes.end() ? analyte->title
                                                                   : std::string();
        if (!title.empty()) titles += (titles.empty() ? "" : ", ") + title;
    }
    return titles;
}

}  // namespace

void Teller::about(std::string key, std::string words) {
    key_ = std::move(key);
    words_ = std::move(words);
}

void Teller::text(const Weight& weight, const std::string& aspect, std::string value) {
    last_ = nullptr;
    if (!value.empty()) list(weight, aspect, {{value, value, aspect}});
}

void Teller::flag(const Weight& weight, const std::string& aspect, bool value) {
    text(weight, aspect, value ? "yes" : "no");
}

void Teller::list(const Weight& weight, const std::string& aspect, PartList parts, Listing listing) {
    last_ = nullptr;
    if (parts.empty()) return;
    Statement& statement = statements_[{key_, aspect}];
    statement = {weight, words_, aspect, listing, std::move(parts), false, false, false, of_site_};
    last_ = &statement;
}

void Teller::texts(const Weight& weight, const std::string& aspect, const std::vector<std::string>& values,
                   Listing listing) {
    PartList parts;
    for (const std::string& value : values) parts.push_back({value, value});
    list(weight, aspect, std::move(parts), listing);
}

void Teller::texts(const Weight& weight, const std::string& aspect, const std::vector<Authored>& values,
                   Listing listing) {
    PartList parts;
    for (const Authored& value : values) parts.push_back({value.text, value.text});
    list(weight, aspect, std::move(parts), listing);
}

void Teller::as_headline() {
    if (last_) last_->headline = true;
}

void Teller::as_weighty_headline() {
    as_headline();
    if (last_) last_->weighs = true;
}

void Teller::as_derived() {
    if (last_) last_->derived = true;
}

Part Telling::part_of(const Criterion& criterion) const {
    const auto& [form, expression, parts, because, if_unknown, place] = criterion;
    Part part{opening_of(criterion), because, because};
    if (form == Criterion::Form::expression) {
        part.key += expression.text;
        if (because.empty()) part.words = titles_in(expression.text, pack);
        part.words += (part.words.empty() ? "" : " ") + ("[" + expression.text + "]");
    } else {
        const PartList below = parts_of(parts);
        part.key += "(" + joined(below, &Part::key, "; ") + ")";
        part.words += (because.empty() ? "" : ": ") + (opening_of(criterion) + joined(below, &Part::words, "; "));
    }
    if (if_unknown == Criterion::IfUnknown::say_so) {
        part.key += " unknown does not stop";
        part.words += " (where it is unknown the card stands and says so)";
    }
    return part;
}

PartList Telling::parts_of(const std::vector<Criterion>& criteria) const {
    PartList parts;
    for (const Criterion& criterion : criteria) parts.push_back(part_of(criterion));
    return parts;
}

Part part_of(const Coding& coding) {
    const auto& [system, code, display, place] = coding;
    const std::string named = std::string(name_of_system(system)) + " " + code;
    return {system + "|" + code, display.empty() ? named : display + " (" + named + ")"};
}

PartList parts_of(const std::vector<Coding>& codings) {
    PartList parts;
    for (const Coding& coding : codings) parts.push_back(part_of(coding));
    return parts;
}

std::string in_words(const PrintedNumbers& numbers) {
    std::string words;
    for (const auto& [unit, number] : numbers) {
        // 1.0 is 1: what is compared is the value.
        words += (words.empty() ? "" : ", ") + number.without_trailing_zeros().text() + " " + unit;
    }
    return words;
}

PartList parts_of(const std::vector<Band>& bands) {
    std::map<std::string, std::string> by_unit;
    for (const Band& each : bands) {
        for (const auto* bound : {&each.from, &each.above}) {
            if (!*bound) continue;
            for (const auto& [unit, number] : **bound) by_unit[unit];
        }
    }
    if (by_unit.empty()) by_unit["any unit"];
    for (auto& [unit, words] : by_unit) {
        for (const Band& each : bands) {
            const auto& [band, said, from, above, or_more] = each;
            words += (words.empty() ? "" : ", ") + band;
            const auto bound = [&words = words, &unit = unit](const auto& numbers, const char* how) {
                const auto number = numbers ? numbers->find(unit) : PrintedNumbers::const_iterator();
                if (numbers && number != numbers->end()) words += how + number->second.without_trailing_zeros().text();
            };
            bound(from, " from ");
            bound(above, " above ");
            if (or_more) words += " (or more)";
            if (!said.empty()) words += " \"" + said + "\"";
        }
    }
    PartList parts;
    for (const auto& [unit, words] : by_unit) parts.push_back({unit + ": " + words, unit + ": " + words, unit});
    return parts;
}

std::string text_of(const std::optional<Authored>& authored) {
    return authored ? authored->text : std::string();
}

}  // namespace rules
