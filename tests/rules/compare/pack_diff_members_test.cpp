// Every member that the shipped pack writes is changed once, and the difference must say so where a reader looks for
// it. The table below is written from what the members mean (rules/README.md), not from the code that tells them.
#include "fhir/json_text.hpp"
#include "rules/compare/pack_diff.hpp"
#include "rules/compare/pack_diff_text.hpp"
#include "rules/pack/pack.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>
#include <regex>
#include <set>

namespace rules {
namespace {

namespace json = boost::json;
using S = DiffSection;

/// Where a change of a member is to be told: the first pattern that matches "file:/pointer", list positions as *.
struct Place_ {
    const char* pattern;
    std::set<DiffSection> sections;
};

const std::set<DiffSection> whom = {S::who, S::safety};

const std::vector<Place_>& places() {
    static const std::vector<Place_> table = {
        // remarks
        {".*/(note|\\$schema)$", {S::nothing}},
        {".*/confirmed$", {S::evidence, S::nothing}},
        // pack.json
        {"pack.json:/(id)$", {S::who}},
        {"pack.json:/(version)$", {}},
        {"pack.json:/(lastReviewDate|nextReviewDate)$", {S::nothing}},
        {"pack.json:/services/.*", {S::prefetch}},
        {"pack.json:/parameters/.*/says$", {S::card}},
        {"pack.json:/parameters/.*/source$", {S::evidence}},
        {"pack.json:/parameters/.*", {S::who}},
        {"pack.json:/gates/.*/(because|passes)$", {S::card}},
        {"pack.json:/gates/.*", {S::safety}},
        {"pack.json:/show/.*", {S::who}},
        {"pack.json:/dataUnavailable/rank$", {S::who}},
        {"pack.json:.*", {S::card}},
        // rules
        {"rules/.*/(because|title|advises|overrideReasons)$", {S::card}},
        {"rules/.*:/about.*", {S::card}},
        {"rules/.*:/offersPastGates$", {S::nothing}},
        {"rules/.*:/(variants/\\*/)?evidence/.*", {S::evidence}},
        {"rules/.*:/(variants/\\*/)?card/indicator$", {S::who}},
        {"rules/.*:/(variants/\\*/)?card/.*", {S::card}},
        {"rules/.*", {S::who}},
        // facts, words
        {"facts.json:/.*/(title|says)$", {S::card}},
        {"facts.json:/.*/prefetch$", {S::prefetch}},
        {"facts.json:.*", {S::who, S::safety, S::card}},  // what only fills in texts is told as words
        {"words.json:/sets/.*/label$", {S::card}},
        {"words.json:.*", {S::safety}},
        // citations, orders, analytes
        {"citations.json:.*", {S::evidence}},
        {"orders.json:/.*/(label|place/.*)$", {S::card}},
        {"orders.json:.*", {S::who}},
        {"analytes/.*:/(title|words/.*|shownAs/.*|digits/.*)$", {S::card}},
        {"analytes/.*:/kinds/.*/title$", {S::card}},
        {"analytes/.*:/rulesets/.*/title$", {S::card, S::who}},
        {"analytes/.*:/rulesets/.*/cites/.*", {S::evidence}},
        {"analytes/.*:/prefetch$", {S::prefetch}},
        {"analytes/.*", {S::who}},
        // value sets
        {"value-sets/.*:/title$", {S::card}},
        {"value-sets/.*/display$", {S::card, S::who, S::safety}},
        {"value-sets/.*/valueBoolean$", {S::evidence}},
        {"value-sets/.*:/compose/.*", {S::who, S::safety, S::card}},
        {"value-sets/.*", {S::nothing}},
        {"reviewed-codes.json:.*", {S::nothing}},
        {"stories/.*", {S::nothing}},
    };
    return table;
}

const std::set<DiffSection>& where_to_look(const std::string& shape) {
    for (const Place_& place : places()) {
        if (std::regex_match(shape, std::regex(place.pattern))) return place.sections;
    }
    ADD_FAILURE() << "nothing says where a change of this member is told: " << shape;
    return whom;
}

/// Maps whose keys are names of an author's own: one of them stands for all.
std::string shape_of(const std::string& file, const std::string& pointer) {
    std::string shape = std::regex_replace(pointer, std::regex("/[0-9]+(?=/|$)"), "/*");
    static const std::pair<std::regex, const char*> maps[] = {
        {std::regex("^/(parameters|sets|cautions|rulesets|kinds|units|reasons|sources|overrideReasons|within)/[^/]+"),
         "/$1/NAME"},
        {std::regex("^/dataUnavailable/(sources|reasons)/[^/]+"), "/dataUnavailable/$1/NAME"},
        {std::regex("/show/within/[^/]+"), "/show/within/NAME"},
        {std::regex("/(bands|inRuleset|dose|formula|orderByKind|digits|shownAs|faultBelow|faultAbove|verifyAbove)/"
                    "[^/]+"),
         "/$1/NAME"},
        {std::regex("/(from|above|below|low|high|to)/[^/]+$"), "/$1/UNIT"}};
    for (const auto& [map, name] : maps) shape = std::regex_replace(shape, map, name);
    const bool is_named_by_key = file == "facts.json" || file == "orders.json" || file == "citations.json";
    if (is_named_by_key) shape = std::regex_replace(shape, std::regex("^/[^/]+"), "/NAME");
    const auto slash = file.find('/');
    return (slash == std::string::npos ? file : file.substr(0, slash) + "/x.json") + ":" + shape;
}

struct Leaf {
    std::string file, pointer;
};

void collect(const std::string& file, const json::value& value, const std::string& pointer,
             std::map<std::string, std::vector<Leaf>>& by_shape) {
    if (const json::array* list = value.if_array()) {
        for (std::size_t i = 0; i < list->size(); ++i) {
            collect(file, (*list)[i], pointer + "/" + std::to_string(i), by_shape);
        }
    } else if (const json::object* object = value.if_object()) {
        for (const auto& [name, member] : *object) {
            collect(file, member, pointer + "/" + fhir::pointer_token(name), by_shape);
        }
    } else {
        by_shape[shape_of(file, pointer)].push_back({file, pointer});
    }
}

/// Other values for a member: changed a little, one that the pack has elsewhere, none.
std::vector<json::value> others(const json::value& value, const json::value& elsewhere) {
    std::vector<json::value> all;
    if (fhir::is_number(value)) {
        const auto number = fhir::Decimal::parse(fhir::number_text(value));
        const auto more = number ? fhir::add(*number, fhir::Decimal(1)) : std::nullopt;
        if (more) all.push_back(fhir::make_decimal(more->text()));
        const auto little = number ? fhir::add(*number, *fhir::Decimal::parse("0.001")) : std::nullopt;
        if (little) all.push_back(fhir::make_decimal(little->text()));
    } else if (value.is_bool()) {
        all.emplace_back(!value.get_bool());
    } else if (const auto text = fhir::text_of(value)) {
        all.emplace_back(std::string(*text) + " x");
        all.emplace_back(std::string(*text) + "x");
    }
    if (elsewhere != value) all.push_back(elsewhere);
    return all;
}

class Members : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        files_ = *read_pack_directory("rules/packs/back-pain-labs");
        // Half a megabyte of stories is read again for every change; two files show what all do.
        std::erase_if(files_, [](const auto& file) {
            return file.first.starts_with("stories/") && file.first != "stories/magnesium.json";
        });
    }

    static std::optional<Pack> read(PackFiles files) {
        PackReading reading = read_pack(std::move(files));
        if (has_errors(reading.findings)) return std::nullopt;
        return std::move(reading.pack);
    }

    /// The pack with another value at a place; nothing if it cannot be read with any.
    static std::optional<Pack> changed(const Leaf& leaf, const Leaf& elsewhere) {
        const json::value tree = *fhir::parse_json(files_.at(leaf.file));
        const json::value other = *fhir::parse_json(files_.at(elsewhere.file));
        for (const json::value& value : others(tree.at_pointer(leaf.pointer), other.at_pointer(elsewhere.pointer))) {
            json::value edited = tree;
            edited.at_pointer(leaf.pointer) = value;
            PackFiles files = files_;
            files[leaf.file] = fhir::print_json(edited);
            if (auto pack = read(std::move(files))) return pack;
        }
        return std::nullopt;
    }

    static inline PackFiles files_;
};

TEST_F(Members, AreToldInTheirSectionWhicheverChanges) {
    std::map<std::string, std::vector<Leaf>> by_shape;
    for (const auto& [path, text] : files_) collect(path, *fhir::parse_json(text), "", by_shape);
    const auto before = read(files_);
    ASSERT_TRUE(before);
    const Site none;
    std::mt19937 chance(15);
    std::size_t told = 0;
    std::set<std::string> refused;
    for (const auto& [shape, leaves] : by_shape) {
        const std::set<DiffSection>& wanted = where_to_look(shape);
        if (wanted.empty()) continue;
        std::optional<Pack> after;
        Leaf leaf;
        for (int tries = 0; tries < 6 && !after; ++tries) {
            leaf = leaves[chance() % leaves.size()];
            after = changed(leaf, leaves[chance() % leaves.size()]);
        }
        if (!after) {
            refused.insert(shape);
            continue;
        }
        const PackDiff diff = diff_packs({*before, none}, {*after, none});
        const bool is_told =
            std::ranges::any_of(diff.changes, [&](const Change& change) { return wanted.contains(change.section); });
        EXPECT_TRUE(is_told) << leaf.file << leaf.pointer << '\n' << text_of(diff);
        EXPECT_GE(diff.step, Step::patch);
        ++told;
    }
    // Names that something else asks for, words of closed lists of one member: any other is an error of form.
    EXPECT_LE(refused.size(), by_shape.size() / 4) << testing::PrintToString(refused);
    EXPECT_GE(told, 150U);
}

}  // namespace
}  // namespace rules
