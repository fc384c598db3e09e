// Every member that the shipped pack writes is changed once, and the difference must say so where a reader looks for
// it. The table below is written from what the members mean (rules/README.md), not from the code that tells them.
#include "fhir/json_text.hpp"
#include "rules/compare/pack_diff.hpp"
#include "rules/compare/pack_diff_statement.hpp"
#include "rules/compare/pack_diff_text.hpp"
#include "rules/pack/pack.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <regex>
#include <set>

namespace rules {
namespace {

namespace json = boost::json;
using S = DiffSection;

/// Where a change of a member is to be told: the first pattern that matches "file:/pointer", list positions as *.
struct ToldPlace {
    const char* pattern;
    std::set<DiffSection> sections;
};

const std::set<DiffSection> whom = {S::who, S::safety};

const std::vector<ToldPlace>& places() {
    static const std::vector<ToldPlace> table = {
        // remarks
        {".*/(note|\\$schema)(/\\*)?$", {S::nothing}},
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
        {"words.json:.*/because$", {}},                   // no reader keeps it: diff_packs says that the file differs
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
        {"value-sets/.*/extension/.*", {S::evidence}},  // that a code is not confirmed
        {"value-sets/.*:/id$", whom},
        {"value-sets/.*:/compose/.*", {S::who, S::safety, S::card}},
        {"value-sets/.*", {S::nothing}},
        {"reviewed-codes.json:.*", {S::nothing}},
        {"stories/.*", {S::nothing}},
    };
    return table;
}

const std::set<DiffSection>& where_to_look(const std::string& shape) {
    for (const ToldPlace& place : places()) {
        if (std::regex_match(shape, std::regex(place.pattern))) return place.sections;
    }
    ADD_FAILURE() << "nothing says where a change of this member is told: " << shape;
    return whom;
}

/// Maps whose keys are names of an author's own: one of them stands for all.
std::string shape_of(const std::string& file, const std::string& pointer) {
    std::string shape = std::regex_replace(pointer, std::regex("/[0-9]+(?=/|$)"), "/*");
    static const std::pair<std::regex, const char*> maps[] = {
        {std::regex("^/(parameters|sets|cautions|rulesets|kinds|units|reasons|sources|overrideReasons)/[^/]+"),
         "/$1/NAME"},
        {std::regex("^/dataUnavailable/(sources|reasons)/[^/]+"), "/dataUnavailable/$1/NAME"},
        {std::regex(
             "/(bands|inRuleset|dose|formula|orderByKind|printedBounds|faultBelowByKind|faultAboveByKind|within)/"
             "[^/]+"),
         "/$1/NAME"},
        {std::regex("/(fL|[^/]*~1[^/]*)(?=/|$)"), "/UNIT"}};  // of all keys only units hold a slash
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

/// A pack of one file: what it names in others stays open, and nothing but it is read for each change.
PackFiles alone(const PackFiles& files, const std::string& file) {
    return {{file, files.at(file)}};
}

struct ToldPack {
    Statements statements;
    std::set<std::string> faults;  ///< of form; and the files that are left out
};

ToldPack told(PackFiles files) {
    const PackReading reading = read_pack(std::move(files));
    ToldPack pack;
    for (const Diagnostic& finding : reading.findings) {
        if (finding.severity == Severity::error) pack.faults.insert(finding.code + finding.message);
    }
    Teller teller;
    const Reach reach = reach_of(reading.pack);
    tell_pack({reading.pack, reach, teller});
    pack.statements = teller.take();
    return pack;
}

class Members : public testing::Test {
  protected:
    void SetUp() override {
        files_ = *read_pack_directory("rules/packs/back-pain-labs");
        std::size_t stories = 0;
        for (const auto& [path, text] : files_) {
            if (path == reviewed_codes_file) continue;  // which repeats the codes of the others: below
            if (path.starts_with("stories/") && ++stories > 1) continue;
            collect(path, *fhir::parse_json(text), "", by_shape_);
        }
        by_shape_["reviewed-codes.json:/valueSets"] = {
            {reviewed_codes_file, "/valueSets/back-pain/http:~1~1snomed.info~1sct/0"}};
    }

    const ToldPack& before(const std::string& file) {
        auto& known = before_[file];
        if (!known) known = told(alone(files_, file));
        return *known;
    }

    /// What a change of one member comes to; nothing if no value is read there but the one that stands.
    std::optional<std::vector<Change>> changed(const Leaf& leaf, const Leaf& elsewhere) {
        const json::value tree = *fhir::parse_json(files_.at(leaf.file));
        const json::value other = *fhir::parse_json(files_.at(elsewhere.file));
        const ToldPack& old = before(leaf.file);
        for (const json::value& value : others(tree.at_pointer(leaf.pointer), other.at_pointer(elsewhere.pointer))) {
            json::value edited = tree;
            edited.at_pointer(leaf.pointer) = value;
            PackFiles files = alone(files_, leaf.file);
            files[leaf.file] = fhir::print_json(edited);
            const ToldPack now = told(std::move(files));
            const bool is_read = std::ranges::includes(old.faults, now.faults);
            if (is_read) return changes_between(old.statements, now.statements);
        }
        return std::nullopt;
    }

    PackFiles files_;
    std::map<std::string, std::vector<Leaf>> by_shape_;
    std::map<std::string, std::optional<ToldPack>> before_;
};

TEST_F(Members, AreToldInTheirSectionWhicheverChanges) {
    std::mt19937 chance(15);
    std::size_t told_well = 0;
    std::set<std::string> refused;
    for (const auto& [shape, leaves] : by_shape_) {
        const std::set<DiffSection>& wanted = where_to_look(shape);
        if (wanted.empty()) continue;
        std::optional<std::vector<Change>> changes;
        Leaf leaf;
        for (int tries = 0; tries < 4 && !changes; ++tries) {
            leaf = leaves[chance() % leaves.size()];
            changes = changed(leaf, leaves[chance() % leaves.size()]);
        }
        if (!changes) {
            refused.insert(shape);
            continue;
        }
        const bool is_told =
            std::ranges::any_of(*changes, [&](const Change& change) { return wanted.contains(change.section); });
        EXPECT_TRUE(is_told) << leaf.file << leaf.pointer << '\n' << text_of({*changes, {}, {}, {}, {}, true});
        told_well += is_told ? 1U : 0U;
    }
    // Names that something else asks for, words of closed lists: any other is an error of form.
    EXPECT_LE(refused.size(), by_shape_.size() / 5) << testing::PrintToString(refused);
    EXPECT_GE(told_well, 150U);
}

}  // namespace
}  // namespace rules
