#include "fhir/coding.hpp"
#include "rules/pack/readers.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr Field analyte_fields[] = {{"id", kind::text, true},
                                    {"fact", kind::text, true},
                                    {"title", kind::text, true},
                                    {"order"},
                                    {"orderByKind", kind::object, false, kind::text},
                                    {"prefetch", kind::text, true},
                                    {"codes", kind::list, true, kind::object},
                                    {"kinds", kind::object, true, kind::object},
                                    {"units", kind::object, true, kind::object},
                                    {"shownAs", kind::object, false, kind::number},
                                    {"digits", kind::object, false, kind::integer},
                                    {"faultBelow", kind::object, false, kind::number},
                                    {"faultAbove", kind::object, false, kind::number},
                                    {"verifyAbove", kind::object, false, kind::number},
                                    {"faultBelowByKind", kind::object, false, kind::object},
                                    {"faultAboveByKind", kind::object, false, kind::object},
                                    {"validDays", kind::days},
                                    {"dangerValidDays", kind::days},
                                    {"printedBounds", kind::object, false, kind::object},
                                    {"higherCounts", kind::list, false, kind::text},
                                    {"staleOnceOn"},
                                    {"preferOnSameDay", kind::list, false, kind::text},
                                    {"outranks", kind::list, false, kind::object},
                                    {"sums", kind::list, false, kind::object},
                                    {"adjust", kind::object},
                                    {"rangeFirst", kind::boolean},
                                    {"aboveAll", kind::list, false, kind::object},
                                    {"marks", kind::list, false, kind::object},
                                    {"ruleset"},
                                    {"rulesets", kind::object, false, kind::object},
                                    {"words", kind::list | kind::text, false, kind::text}};
constexpr Form analyte_form = {"an analyte", analyte_fields};

constexpr Field code_fields[] = {
    {"loinc"}, {"system"}, {"code"}, {"property", kind::text, true}, {"kind", kind::text, true}};
constexpr Form code_form = {"a code of an analyte", code_fields};

constexpr Field kind_fields[] = {{"title", kind::text, true}, {"lowerBoundOf"}, {"meansItIf"}, {"alone"}};
constexpr Form kind_form = {"a kind", kind_fields};

constexpr Field outranks_fields[] = {
    {"kind", kind::text, true}, {"over", kind::text, true}, {"withinDays", kind::days, true}};
constexpr Form outranks_form = {"an element of \"outranks\"", outranks_fields};

constexpr Field sum_fields[] = {{"kind", kind::text, true}, {"of", kind::list, true, kind::text}};
constexpr Form sum_form = {"a sum", sum_fields};

constexpr Words<bool, 2> alone_words = {{{"no result", true}, {"a result", false}}};

Kind read_kind(const std::string& name, const Node& node) {
    const Object object(node, kind_form);
    Kind kind;
    kind.name = name;
    kind.title = object.text("title");
    kind.lower_bound_of = object.text("lowerBoundOf");
    kind.means_it_if = object.authored("meansItIf");
    if (const auto alone = object.at("alone"))
        kind.alone_is_no_result = meaning_of(*alone, alone_words).value_or(false);
    if (kind.means_it_if && kind.lower_bound_of.empty()) {
        node.error("missing-member", "\"meansItIf\" needs to know which kind is meant.", "Add \"lowerBoundOf\".");
    }
    return kind;
}

void read_units(const Object& object, Analyte& analyte) {
    std::set<std::string> seen;
    for (const auto& [property, units] : object.map("units")) {
        for (const auto& [unit, synonyms] : units.members()) {
            if (!synonyms.require(kind::list, '"' + unit + '"')) continue;
            std::vector<std::string>& list = analyte.units[property][unit];
            if (!seen.insert(property + ' ' + unit).second) synonyms.error("twice", "This unit stands twice.");
            for (const Node& synonym : synonyms.elements()) {
                if (!synonym.require(kind::text, "a synonym")) continue;
                if (!seen.insert(property + ' ' + synonym.text()).second) {
                    synonym.error("twice", "\"" + synonym.text() + "\" already stands for a unit of this property.");
                }
                list.push_back(synonym.text());
            }
        }
    }
}

std::map<std::string, PrintedNumbers> read_by_kind(const Object& object, std::string_view name,
                                                   const Analyte& analyte) {
    std::map<std::string, PrintedNumbers> by_kind;
    for (const auto& [kind, numbers] : object.map(name)) {
        refuse_unknown_kind(numbers, kind, analyte);
        by_kind.emplace(kind, read_printed_numbers(numbers, {}, units_of(analyte)));
    }
    return by_kind;
}

// A limit of plausibility may be missing for a unit: then no result in that unit is refused for it.
PrintedNumbers read_limit(const Object& object, std::string_view name, const Analyte& analyte) {
    const auto node = object.at(name);
    return node ? read_printed_numbers(*node, {}, units_of(analyte)) : PrintedNumbers{};
}

void read_digits(const Object& object, Analyte& analyte) {
    constexpr std::int64_t most_digits = 6;
    const std::set<std::string> known = units_of(analyte);
    for (const auto& [unit, digits] : object.map("digits")) {
        const std::int64_t count = digits.value().is_int64() ? digits.value().get_int64() : -1;
        if (!require_unit(digits, unit, known)) continue;
        if (count < 0 || count > most_digits) {
            digits.error("out-of-range", "This is no sensible number of decimal places.",
                         "Write a number from 0 to " + std::to_string(most_digits) + '.');
        } else {
            analyte.digits.emplace(unit, static_cast<int>(count));
        }
    }
}

void read_limits(const Object& object, Analyte& analyte) {
    analyte.shown_as = read_limit(object, "shownAs", analyte);
    for (const auto& [unit, factor] : object.map("shownAs")) {
        const auto read = analyte.shown_as.find(unit);
        if (read == analyte.shown_as.end() || read->second > fhir::Decimal(0)) continue;
        factor.error("shown-as", "A factor from one unit to another is more than 0.",
                     "Write how many " + unit + " one of the first unit is.");
    }
    read_digits(object, analyte);
    analyte.fault_below = read_limit(object, "faultBelow", analyte);
    analyte.fault_above = read_limit(object, "faultAbove", analyte);
    analyte.verify_above = read_limit(object, "verifyAbove", analyte);
    analyte.fault_below_by_kind = read_by_kind(object, "faultBelowByKind", analyte);
    analyte.fault_above_by_kind = read_by_kind(object, "faultAboveByKind", analyte);
}

constexpr Field printed_fields[] = {{"low", kind::object}, {"high", kind::object}};
constexpr Form printed_form = {"the bounds that laboratories print", printed_fields};
constexpr Field span_fields[] = {{"from", kind::object, true, kind::number}, {"to", kind::object, true, kind::number}};
constexpr Form span_form = {"between which numbers a bound lies", span_fields};

void read_span(const Object& printed, std::string_view side, const std::set<std::string>& wanted,
               const Analyte& analyte, PrintedNumbers& from, PrintedNumbers& to) {
    const auto node = printed.at(side);
    if (!node) return;
    const Object span(*node, span_form);
    if (const auto first = span.at("from")) from = read_printed_numbers(*first, wanted, units_of(analyte));
    if (const auto last = span.at("to")) to = read_printed_numbers(*last, wanted, units_of(analyte));
    for (const auto& [unit, number] : from) {
        const auto other = to.find(unit);
        if (other == to.end() || number < other->second) continue;
        node->error("printed-bounds", "\"from\" is not below \"to\" in " + unit + ".",
                    "Write the lowest and the highest number that laboratories print.");
    }
}

void read_printed_bounds(const Object& object, Analyte& analyte) {
    for (const auto& [kind, node] : object.map("printedBounds")) {
        refuse_unknown_kind(node, kind, analyte);
        const Object printed(node, printed_form);
        const std::set<std::string> wanted = units_of_kind(analyte, kind);
        PrintedBounds& bounds = analyte.printed_bounds[kind];
        read_span(printed, "low", wanted, analyte, bounds.low_from, bounds.low_to);
        read_span(printed, "high", wanted, analyte, bounds.high_from, bounds.high_to);
    }
}

/// Bands that a result of the test can be in: those of its rulesets and of aboveAll, or by the laboratory's range.
void check_higher_counts(const Object& object, const Analyte& analyte) {
    std::set<std::string> known = {"low", "normal", "high"};
    for (const Analyte::AboveAll& above : analyte.above_all) known.insert(above.band.band);
    for (const auto& [id, ruleset] : analyte.rulesets) {
        for (const auto& [kind, bands] : ruleset.bands) {
            for (const Band& band : bands) known.insert(band.band);
        }
    }
    for (const Node& node : object.list("higherCounts")) {
        if (known.contains(node.text())) continue;
        node.error("unknown-band", "This analyte has no band \"" + node.text() + "\".",
                   did_you_mean(node.text(), {known.begin(), known.end()}));
    }
}

Analyte::Outranks read_outranks(const Node& node, const Analyte& analyte) {
    const Object object(node, outranks_form);
    Analyte::Outranks outranks;
    outranks.kind = object.text("kind");
    outranks.over = object.text("over");
    outranks.within_days = read_days(object, "withinDays").value_or(Authored{});
    refuse_unknown_kind(node, outranks.kind, analyte);
    refuse_unknown_kind(node, outranks.over, analyte);
    return outranks;
}

Analyte::Sum read_sum(const Node& node, const Analyte& analyte) {
    const Object object(node, sum_form);
    Analyte::Sum sum{object.text("kind"), object.texts("of")};
    refuse_unknown_kind(node, sum.kind, analyte);
    for (const std::string& part : sum.of) refuse_unknown_kind(node, part, analyte);
    return sum;
}

void read_choice(const Object& object, Analyte& analyte) {
    for (const Node& node : object.list("preferOnSameDay")) {
        refuse_unknown_kind(node, node.text(), analyte);
        analyte.prefer_on_same_day.push_back(node.text());
    }
    for (const Node& node : object.list("outranks")) analyte.outranks.push_back(read_outranks(node, analyte));
    for (const Node& node : object.list("sums")) analyte.sums.push_back(read_sum(node, analyte));
    analyte.range_first = object.flag("rangeFirst");
    analyte.valid_days = read_days(object, "validDays");
    analyte.danger_valid_days = read_days(object, "dangerValidDays");
    analyte.higher_counts = object.texts("higherCounts");
    analyte.stale_once_on = object.authored("staleOnceOn");
}

void read_order_by_kind(const Object& object, Analyte& analyte) {
    analyte.order = object.authored("order").value_or(Authored{});
    for (const auto& [kind, intent] : object.map("orderByKind")) {
        refuse_unknown_kind(intent, kind, analyte);
        analyte.order_by_kind.emplace(kind, intent.text());
    }
}

void read_codes_and_kinds(const Object& object, Analyte& analyte) {
    for (const auto& [name, kind] : object.map("kinds")) analyte.kinds.push_back(read_kind(name, kind));
    for (const auto& [name, kind] : object.map("kinds")) {
        if (const auto bounded = kind.member("lowerBoundOf")) refuse_unknown_kind(*bounded, bounded->text(), analyte);
    }
    for (const Node& code : object.list("codes")) analyte.codes.push_back(read_analyte_code(code, analyte));
}

void add_above_all(const Node& node, Analyte& analyte) {
    Analyte::AboveAll above_all = read_above_all(node, analyte);
    for (const Analyte::AboveAll& earlier : analyte.above_all) {
        const bool same_results = earlier.kind.empty() || above_all.kind.empty() || earlier.kind == above_all.kind;
        if (same_results) refuse_descending(node, earlier.band, above_all.band);
    }
    analyte.above_all.push_back(std::move(above_all));
}

}  // namespace

AnalyteCode read_analyte_code(const Node& node, const Analyte& analyte) {
    const Object object(node, code_form);
    AnalyteCode code;
    code.system = object.at("loinc") ? std::string(fhir::loinc_system) : object.text("system");
    code.code = object.at("loinc") ? object.text("loinc") : object.text("code");
    if (const auto written = object.at(object.at("loinc") ? "loinc" : "code")) check_signs(*written);
    code.property = object.text("property");
    code.kind = object.text("kind");
    if (code.system.empty() || code.code.empty()) {
        node.error("missing-member", "This code is not whole.", "Write \"loinc\", or \"system\" and \"code\".");
    }
    refuse_unknown_kind(node, code.kind, analyte);
    if (!code.property.empty() && code.property != "any" && !analyte.units.contains(code.property)) {
        std::vector<std::string_view> properties = {"any"};
        for (const auto& [property, units] : analyte.units) properties.push_back(property);
        object.at("property")
            .value_or(node)
            .error("unknown-property", "\"units\" has no property \"" + code.property + "\".",
                   did_you_mean(code.property, properties));
    }
    return code;
}

Analyte read_analyte(const Node& node) {
    const Object object(node, analyte_form);
    Analyte analyte;
    analyte.place = node.place();
    analyte.id = object.text("id");
    analyte.fact = object.text("fact");
    analyte.title = object.text("title");
    analyte.words = object.texts("words");
    analyte.prefetch = object.text("prefetch");
    read_units(object, analyte);
    read_codes_and_kinds(object, analyte);
    read_order_by_kind(object, analyte);
    read_limits(object, analyte);
    read_choice(object, analyte);
    if (const auto adjust = object.at("adjust")) analyte.adjust = read_adjustment(*adjust, analyte);
    for (const Node& band : object.list("aboveAll")) add_above_all(band, analyte);
    analyte.ruleset = object.authored("ruleset");
    for (const auto& [id, ruleset] : object.map("rulesets")) {
        analyte.rulesets.emplace(id, read_ruleset(id, ruleset, analyte));
    }
    read_printed_bounds(object, analyte);
    check_higher_counts(object, analyte);
    for (const Node& mark : object.list("marks")) analyte.marks.push_back(read_mark(mark, analyte));
    if (analyte.rulesets.size() > 1 && !analyte.ruleset) {
        node.error("missing-member", "Nothing says which of the rulesets is in force.",
                   "Add \"ruleset\": \"%param.…\".");
    }
    return analyte;
}

}  // namespace rules
