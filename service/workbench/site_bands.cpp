#include "service/workbench/site_bands.hpp"

#include "fhir/json_span.hpp"
#include "fhir/json_text.hpp"
#include "fhir/member.hpp"
#include "rules/program/parameters.hpp"
#include "service/workbench/written_json.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace service {

namespace json = boost::json;

namespace {

using fhir::Decimal;

/// Where a band begins in one unit; nothing on the lowest.
std::optional<Decimal> bound_of(const rules::Band& band, const std::string& unit) {
    const auto& numbers = band.from ? band.from : band.above;
    if (!numbers) return std::nullopt;
    const auto found = numbers->find(unit);
    return found == numbers->end() ? std::nullopt : std::optional(found->second);
}

json::value as_json(const Decimal& number) {
    return fhir::make_decimal(number.text());
}

json::value as_json(const std::optional<Decimal>& number) {
    return number ? as_json(*number) : json::value(nullptr);
}

/// The units that the limits of a kind are printed for, in the order of their names.
std::set<std::string> units_of(const std::vector<rules::Band>& bands) {
    std::set<std::string> units;
    for (const rules::Band& band : bands) {
        for (const auto* numbers : {&band.from, &band.above}) {
            if (!*numbers) continue;
            for (const auto& [unit, number] : **numbers) units.insert(unit);
        }
    }
    return units;
}

/// One unit of the last place that a number is printed with.
Decimal step_of(const Decimal& number) {
    return *Decimal::of(1, number.decimal_places());
}

/// Between the limits beside it; above the highest as far as three times it, which no limit of a guideline exceeds.
json::object allowed_of(const std::vector<rules::Band>& bands, std::size_t upper, const std::string& unit) {
    const Decimal own = *bound_of(bands[upper], unit);
    const Decimal step = step_of(own);
    const auto below = bound_of(bands[upper - 1], unit);
    const auto above = upper + 1 < bands.size() ? bound_of(bands[upper + 1], unit) : std::nullopt;
    const auto least = below ? fhir::add(*below, step) : std::optional(step);
    const auto most = above ? fhir::subtract(*above, step) : fhir::multiply(own, Decimal(3));
    return {{"minimum", as_json(least)}, {"maximum", as_json(most)}, {"step", as_json(step)}};
}

json::object unit_as_json(const std::string& kind, const std::string& unit, const std::vector<rules::Band>& bands,
                          bool is_set) {
    json::array told, edges;
    for (std::size_t i = 0; i < bands.size(); ++i) {
        const auto from = bound_of(bands[i], unit);
        const auto to = i + 1 < bands.size() ? bound_of(bands[i + 1], unit) : std::nullopt;
        told.push_back(json::object{{"name", bands[i].band},
                                    {"words", bands[i].words.empty() ? bands[i].band : bands[i].words},
                                    {"from", as_json(from)},
                                    {"to", as_json(to)}});
        if (i == 0 || !from) continue;
        edges.push_back(json::object{{"value", as_json(*from)},
                                     {"between", json::array{bands[i - 1].band, bands[i].band}},
                                     {"isSet", is_set},
                                     {"allowed", allowed_of(bands, i, unit)}});
    }
    return {{"kind", kind}, {"unit", unit}, {"bands", std::move(told)}, {"edges", std::move(edges)}};
}

const rules::Ruleset* ruleset_in_force(const rules::Program& program, const rules::Analyte& analyte) {
    if (!analyte.ruleset) return analyte.rulesets.empty() ? nullptr : &analyte.rulesets.begin()->second;
    const rules::Parameters parameters(program.pack().parameters, program.site().parameters);
    const auto chosen = parameters.text(*analyte.ruleset);
    const auto found = chosen ? analyte.rulesets.find(std::string(*chosen)) : analyte.rulesets.end();
    return found == analyte.rulesets.end() ? nullptr : &found->second;
}

/// { "title", "bands": { kind: [{ "band", "words", "from", "above", "orMore" }] } }, as a site file has it.
json::object as_site_has_it(const rules::Ruleset& ruleset) {
    json::object kinds;
    for (const auto& [kind, bands] : ruleset.bands) {
        json::array list;
        for (const rules::Band& band : bands) {
            json::object one{{"band", band.band}};
            if (!band.words.empty()) one["words"] = band.words;
            for (const auto& [name, numbers] : {std::pair("from", &band.from), std::pair("above", &band.above)}) {
                if (!*numbers) continue;
                json::object printed;
                for (const auto& [unit, number] : **numbers) printed[unit] = as_json(number);
                one[name] = std::move(printed);
            }
            if (band.or_more) one["orMore"] = true;
            list.push_back(std::move(one));
        }
        kinds[kind] = std::move(list);
    }
    return {{"title", ruleset.title + ", as set here"}, {"bands", std::move(kinds)}};
}

/// A number in another unit, with as many places as that one is printed with there. By the factors of the pack; without
/// them by what the two numbers of this limit are to each other.
std::optional<Decimal> converted(const rules::Analyte& analyte, const Decimal& value, const Decimal& before,
                                 const std::string& unit, const std::string& other_unit, const Decimal& other) {
    const auto own_factor = analyte.shown_as.find(unit), other_factor = analyte.shown_as.find(other_unit);
    const bool has_factors = own_factor != analyte.shown_as.end() && other_factor != analyte.shown_as.end();
    const Decimal& times = has_factors ? other_factor->second : other;
    const Decimal& by = has_factors ? own_factor->second : before;
    const auto product = fhir::multiply(value, times);
    const auto quotient = product && !by.is_zero() ? fhir::divide(*product, by) : std::nullopt;
    return quotient ? fhir::with_decimal_places(*quotient, other.decimal_places()) : std::nullopt;
}

/// Which limit is to be moved where, once it is known that there is one.
struct Move {
    const rules::Analyte* analyte = nullptr;
    BandsInForce in_force;
    std::string kind, unit;
    std::size_t upper = 0;  ///< the band that begins there
    Decimal value;

    const std::vector<rules::Band>& bands() const { return in_force.bands->bands.at(kind); }
};

boost::system::result<Move, ApiError> read_move(const rules::Program& program, const json::object& edge) {
    Move move;
    const std::string_view id = fhir::member_text(edge, "analyte");
    const auto& analytes = program.pack().analytes;
    const auto analyte = std::ranges::find(analytes, id, &rules::Analyte::id);
    if (analyte == analytes.end()) return ApiError{400, "The pack has no test \"" + std::string(id) + "\"."};
    move.analyte = &*analyte;
    move.in_force = bands_in_force(program, *analyte, fhir::member_text(edge, "laboratory"));
    if (move.in_force.bands == nullptr || move.in_force.bands->bands.empty()) {
        return ApiError{400,
                        "Results of " + analyte->title + " are in no band here: choose a ruleset with bands first."};
    }
    move.kind = fhir::member_text(edge, "kind");
    if (move.kind.empty()) move.kind = move.in_force.bands->bands.begin()->first;
    move.unit = fhir::member_text(edge, "unit");
    const auto bands = move.in_force.bands->bands.find(move.kind);
    const json::value* index = fhir::find_member(edge, "index");
    const json::value* value = fhir::find_member(edge, "value");
    const auto number = value && fhir::is_number(*value) ? Decimal::parse(fhir::number_text(*value)) : std::nullopt;
    if (bands == move.in_force.bands->bands.end() || index == nullptr || !index->is_int64() || !number) {
        return ApiError{400, "A limit is named by \"analyte\", \"unit\", \"index\" and \"value\"."};
    }
    std::vector<std::size_t> edges;  // bands that begin at a number of this unit
    for (std::size_t i = 1; i < bands->second.size(); ++i) {
        if (bound_of(bands->second[i], move.unit)) edges.push_back(i);
    }
    const std::int64_t at = index->get_int64();
    if (at < 0 || static_cast<std::size_t>(at) >= edges.size()) {
        return ApiError{400, analyte->title + " has no such limit in " + move.unit + "."};
    }
    move.upper = edges[static_cast<std::size_t>(at)];
    move.value = *number;
    const auto below = bound_of(bands->second[move.upper - 1], move.unit);
    const auto above =
        move.upper + 1 < bands->second.size() ? bound_of(bands->second[move.upper + 1], move.unit) : std::nullopt;
    const bool fits = move.value > below.value_or(Decimal(0)) && (!above || move.value < *above);
    if (!fits) return ApiError{400, "This limit must stay between the limits beside it."};
    return move;
}

/// Where the bands of the test stand in the site file, made first if there are none.
boost::system::result<std::string, ApiError> pointer_to_bands(const rules::Program& program, const Move& move,
                                                              std::string& text) {
    const auto& laboratories = program.site().laboratories;
    const auto put = [&text](const std::string& pointer, const json::value& value) {
        auto changed = fhir::with_value_at(text, pointer, written_json(value));
        if (changed) text = std::move(*changed);
        return changed.has_value();
    };
    const std::string id = fhir::pointer_token(move.analyte->id);
    if (move.in_force.laboratory) {
        return "/laboratories/" + std::to_string(*move.in_force.laboratory) + "/bands/" + id;
    }
    const auto standing = std::ranges::find_if(laboratories, &rules::Laboratory::is_default);
    const std::string at = std::to_string(standing - laboratories.begin());
    const std::string pointer = "/laboratories/" + at + "/bands/" + id;
    const json::object own = as_site_has_it(*move.in_force.bands);
    const bool is_there = standing != laboratories.end();
    const json::object laboratory{
        {"name", "Our laboratory"}, {"default", true}, {"bands", json::object{{move.analyte->id, own}}}};
    const bool is_put = is_there ? put(pointer, own) : put("/laboratories/-", laboratory);
    if (!is_put) return ApiError{400, "The site file has no room for a laboratory's bands: add it in the text."};
    return pointer;
}

}  // namespace

BandsInForce bands_in_force(const rules::Program& program, const rules::Analyte& analyte, std::string_view laboratory) {
    BandsInForce found;
    const auto& laboratories = program.site().laboratories;
    for (std::size_t i = 0; i < laboratories.size(); ++i) {
        const rules::Laboratory& one = laboratories[i];
        const auto own = one.bands.find(analyte.id);
        if (own == one.bands.end() || (!laboratory.empty() && one.name != laboratory)) continue;
        if (found.laboratory && !one.is_default) continue;
        found = {&own->second, i};
    }
    if (!found.laboratory) found.bands = ruleset_in_force(program, analyte);
    return found;
}

json::array bands_as_json(const BandsInForce& in_force) {
    json::array units;
    if (in_force.bands == nullptr) return units;
    for (const auto& [kind, bands] : in_force.bands->bands) {
        for (const std::string& unit : units_of(bands)) {
            units.push_back(unit_as_json(kind, unit, bands, in_force.laboratory.has_value()));
        }
    }
    return units;
}

boost::system::result<std::string, ApiError> with_moved_edge(const rules::Program& program, std::string text,
                                                             const json::object& edge) {
    const auto move = read_move(program, edge);
    if (!move) return move.error();
    const auto pointer = pointer_to_bands(program, *move, text);
    if (!pointer) return pointer.error();
    const rules::Band& band = move->bands()[move->upper];
    const auto& numbers = band.from ? *band.from : *band.above;
    const Decimal before = numbers.at(move->unit);
    const std::string of_band = *pointer + "/bands/" + fhir::pointer_token(move->kind) + '/' +
                                std::to_string(move->upper) + (band.from ? "/from/" : "/above/");
    for (const auto& [unit, number] : numbers) {
        const auto moved = unit == move->unit
                               ? std::optional(move->value)
                               : converted(*move->analyte, move->value, before, move->unit, unit, number);
        auto changed =
            moved ? fhir::with_value_at(text, of_band + fhir::pointer_token(unit), moved->text()) : std::nullopt;
        if (!changed) return ApiError{400, "The limit in " + unit + " cannot be moved with it: change it in the text."};
        text = std::move(*changed);
    }
    return text;
}

}  // namespace service
