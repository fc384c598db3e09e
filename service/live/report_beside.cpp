#include "service/live/report_beside.hpp"

#include "rules/page/shared_count.hpp"
#include "service/observe/call_counts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

using Counts = std::map<std::string, std::uint64_t>;

/// The next word of a key.
std::string word_of(std::string_view& key) {
    const auto space = std::min(key.find(' '), key.size());
    const std::string word(key.substr(0, space));
    key.remove_prefix(std::min(space + 1, key.size()));
    return word;
}

std::uint64_t count_in(const Counts& counts, const char* name) {
    const auto found = counts.find(name);
    return found == counts.end() ? 0 : found->second;
}

void take_shadow(const TallyLine& line, std::vector<ShadowSeen>& shadows) {
    std::string_view key = line.key;
    const std::string what = word_of(key), digest = word_of(key);
    auto shadow = std::ranges::find_if(
        shadows, [&](const ShadowSeen& one) { return one.answered == line.digest && one.digest == digest; });
    if (shadow == shadows.end()) shadow = shadows.insert(shadow, {line.digest, "", "", digest, {}, {}});
    if (!line.rule.empty()) {
        shadow->rules[line.rule][what] += line.count;
        return;
    }
    shadow->pack = word_of(key);
    shadow->version = word_of(key);
    shadow->calls[what] += line.count;
}

void take_canary(const TallyLine& line, std::vector<CanarySeen>& canaries) {
    std::string_view key = line.key;
    const std::string who = word_of(key), digest = word_of(key);
    auto canary = std::ranges::find(canaries, digest, &CanarySeen::digest);
    if (canary == canaries.end()) canary = canaries.insert(canary, {digest, {}, {}});
    (line.rule.empty() ? canary->calls : canary->cards[line.rule])[who] += line.count;
}

json::object object_of(const Counts& counts, std::initializer_list<std::pair<const char*, const char*>> names) {
    json::object object;
    for (const auto& [kept, told] : names) object[told] = count_in(counts, kept);
    return object;
}

/// With the beginning of its digest: a pack and its canary may be one version with two site files.
std::string name_of(const std::string& digest, std::string_view version) {
    constexpr std::size_t short_digest = 14;  // "sha256:" and seven digits
    const std::string begin = digest.substr(0, short_digest);
    return version.empty() ? begin : std::string(version) + " (" + begin + ")";
}

std::string name_of(const std::string& digest, const VersionNames& names) {
    const auto known = names.find(digest);
    return name_of(digest, known == names.end() ? std::string_view() : known->second);
}

/// Cards in a thousand calls, of counts as they may be shared; "–" where either is too small.
std::string per_thousand(std::uint64_t cards, std::uint64_t calls) {
    const auto above = rules::rounded_count(cards), below = rules::rounded_count(calls);
    if (!above || !below || *below == 0) return "–";
    return std::to_string(std::lround(1000.0 * static_cast<double>(*above) / static_cast<double>(*below)));
}

/// Differences in the order of the table, each with the title of its column.
constexpr std::array<std::pair<const char*, const char*>, 6> differences = {{
    {"same", "the same card"},
    {"changed", "another card"},
    {"only-live", "card of the answer alone"},
    {"only-shadow", "card of the shadow alone"},
    {"unknown-live", "card of the answer; the shadow could not know"},
    {"unknown", "no card; the shadow could not know"},
}};

rules::Section section_of(const ShadowSeen& shadow, const VersionNames& names) {
    const std::string version = shadow.pack + " " + shadow.version;
    rules::Section section{"Shadow: " + name_of(shadow.digest, version) + " beside " + name_of(shadow.answered, names),
                           {}};
    section.blocks.push_back(rules::Paragraph{
        "Calls that the shadow looked at: " + rules::shared_count(count_in(shadow.calls, "compared")) +
        "; skipped, since there was too much to do: " + rules::shared_count(count_in(shadow.calls, "skipped")) +
        "; in which it failed: " + rules::shared_count(count_in(shadow.calls, "failed")) +
        ". Its cards reached nobody. It sees what was at hand for the answer: what it needs besides is unknown to "
        "it."});
    rules::Table table{"Calls by rule, and what the shadow made of them", {{"rule"}}, {}};
    for (const auto& [difference, column] : differences) table.columns.push_back({column, true});
    for (const auto& [rule, counts] : shadow.rules) {
        std::vector<std::string> row{rule};
        for (const auto& [difference, column] : differences) {
            row.push_back(rules::shared_count(count_in(counts, difference)));
        }
        table.rows.push_back(std::move(row));
    }
    section.blocks.push_back(std::move(table));
    return section;
}

rules::Section section_of(const CanarySeen& canary, const VersionNames& names) {
    const std::uint64_t live = count_in(canary.calls, "live"), its_own = count_in(canary.calls, "canary");
    rules::Section section{"Canary: " + name_of(canary.digest, names), {}};
    section.blocks.push_back(
        rules::Paragraph{"Calls while it was there: answered by it " + rules::shared_count(its_own) + ", by the pack " +
                         rules::shared_count(live) + "; of these without a user, so that nobody could choose: " +
                         rules::shared_count(count_in(canary.calls, "without-user")) +
                         ". A few users are the sample, each with many calls: what differs here may be they. What "
                         "became of the cards of "
                         "either stands under the versions."});
    rules::Table table{
        "Cards of canary and pack, of the same time",
        {{"rule"}, {"canary", true}, {"of 1,000 calls", true}, {"pack", true}, {"of 1,000 calls of the pack", true}},
        {}};
    for (const auto& [rule, cards] : canary.cards) {
        const std::uint64_t of_canary = count_in(cards, "canary"), of_live = count_in(cards, "live");
        table.rows.push_back({rule, rules::shared_count(of_canary), per_thousand(of_canary, its_own),
                              rules::shared_count(of_live), per_thousand(of_live, live)});
    }
    section.blocks.push_back(std::move(table));
    return section;
}

}  // namespace

void VersionsBeside::take(const TallyLine& line) {
    if (line.kind == name_of(CountKind::shadow)) take_shadow(line, shadows);
    if (line.kind == name_of(CountKind::canary)) take_canary(line, canaries);
}

json::array json_of(const std::vector<ShadowSeen>& shadows) {
    json::array all;
    for (const ShadowSeen& one : shadows) {
        json::object rules;
        for (const auto& [rule, counts] : one.rules) {
            rules[rule] = object_of(counts, {{"same", "same"},
                                             {"changed", "changed"},
                                             {"only-live", "onlyLive"},
                                             {"only-shadow", "onlyShadow"},
                                             {"unknown-live", "unknownLive"},
                                             {"unknown", "unknown"}});
        }
        json::object told{
            {"beside", one.answered}, {"pack", one.pack}, {"version", one.version}, {"digest", one.digest}};
        told["calls"] = object_of(one.calls, {{"compared", "compared"}, {"skipped", "skipped"}, {"failed", "failed"}});
        told["rules"] = std::move(rules);
        all.push_back(std::move(told));
    }
    return all;
}

json::array json_of(const std::vector<CanarySeen>& canaries) {
    json::array all;
    for (const CanarySeen& one : canaries) {
        json::object cards;
        for (const auto& [rule, counts] : one.cards) {
            cards[rule] = object_of(counts, {{"live", "live"}, {"canary", "canary"}});
        }
        json::object told{{"digest", one.digest}};
        told["calls"] = object_of(one.calls, {{"live", "live"}, {"canary", "canary"}, {"without-user", "withoutUser"}});
        told["cards"] = std::move(cards);
        all.push_back(std::move(told));
    }
    return all;
}

std::vector<rules::Section> sections_of(const VersionsBeside& beside, const VersionNames& names) {
    std::vector<rules::Section> sections;
    for (const CanarySeen& one : beside.canaries) sections.push_back(section_of(one, names));
    for (const ShadowSeen& one : beside.shadows) sections.push_back(section_of(one, names));
    return sections;
}

}  // namespace service
