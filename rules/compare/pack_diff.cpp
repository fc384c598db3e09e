#include "rules/compare/pack_diff.hpp"

#include "fhir/json_text.hpp"
#include "rules/compare/pack_diff_statement.hpp"
#include "rules/text/spelling.hpp"
#include "rules/text/version.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <tuple>

namespace rules {
namespace json = boost::json;

namespace {

using ChangeKind = Change::Kind;

Statements statements_of(const VersionOfRules& version) {
    Teller teller;
    const Reach reach = reach_of(version.pack);
    const Telling telling{version.pack, reach, teller};
    tell_pack(telling);
    tell_in_force(version, teller);
    tell_site(telling, version.site);
    return teller.take();
}

/// What is in one list and not in the other; of parts that both have, those with other words.
struct Difference {
    PartList gone, come;
    std::vector<std::pair<Part, Part>> reworded, changed;
};

std::multimap<std::string, Part> by_key(const PartList& parts) {
    std::multimap<std::string, Part> found;
    for (const Part& part : parts) found.emplace(part.key, part);
    return found;
}

Difference compare(const PartList& from, const PartList& to) {
    Difference difference;
    std::multimap<std::string, Part> old = by_key(from);
    for (const Part& part : to) {
        const auto found = old.find(part.key);
        if (found == old.end()) {
            difference.come.push_back(part);
            continue;
        }
        if (found->second.words != part.words) difference.reworded.emplace_back(found->second, part);
        old.erase(found);
    }
    for (const Part& part : from) {
        const auto found = old.find(part.key);
        if (found == old.end()) continue;
        difference.gone.push_back(part);
        old.erase(found);
    }
    return difference;
}

/// Makes one change of what goes and what comes in its place: by label; of lists of which no code is one, also the last
/// that are left over on both sides, if they are equally many.
void pair_up(Difference& difference, Listing listing) {
    PartList unpaired;
    for (Part& gone : difference.gone) {
        const auto same = std::ranges::find_if(
            difference.come, [&](const Part& come) { return !gone.label.empty() && come.label == gone.label; });
        if (same == difference.come.end()) {
            unpaired.push_back(std::move(gone));
            continue;
        }
        difference.changed.emplace_back(std::move(gone), std::move(*same));
        difference.come.erase(same);
    }
    difference.gone = std::move(unpaired);
    if (listing == Listing::codes || difference.gone.size() != difference.come.size()) return;
    for (std::size_t i = 0; i < difference.gone.size(); ++i) {
        difference.changed.emplace_back(std::move(difference.gone[i]), std::move(difference.come[i]));
    }
    difference.gone.clear();
    difference.come.clear();
}

std::string in_order(const PartList& parts) {
    std::string text;
    for (const Part& part : parts) text += (text.empty() ? "" : "; ") + part.words;
    return text;
}

class Differ {
  public:
    Differ(const Statements& from, const Statements& to) : from_(from), to_(to) {
        for (const auto& [key, statement] : from) old_subjects_.insert(key.first);
        for (const auto& [key, statement] : to) new_subjects_.insert(key.first);
        for (const Statements* statements : {&from, &to}) {
            for (const auto& [key, statement] : *statements) {
                if (statement.headline) headed_.insert(key.first);
            }
        }
    }

    std::vector<Change> changes() {
        for (const auto& [key, statement] : from_) look_at(key, &statement, find(to_, key));
        for (const auto& [key, statement] : to_) {
            if (!from_.contains(key)) look_at(key, nullptr, &statement);
        }
        // What follows from the rest is told where nothing else tells it.
        std::erase_if(changes_, [this](const Told& told) { return told.derived && spoken_of_.contains(told.subject); });
        std::ranges::stable_sort(changes_, {}, [](const Told& told) {
            return std::tuple(told.change.section, std::cref(told.subject).get());
        });
        std::vector<Change> changes;
        for (Told& told : changes_) changes.push_back(std::move(told.change));
        return changes;
    }

  private:
    struct Told {
        std::string subject;
        Change change;
        bool derived = false;
    };

    static const Statement* find(const Statements& statements, const StatementKey& key) {
        const auto found = statements.find(key);
        return found == statements.end() ? nullptr : &found->second;
    }

    void look_at(const StatementKey& key, const Statement* from, const Statement* to) {
        const Statement& one = to ? *to : *from;
        const bool is_whole_subject =
            to ? !old_subjects_.contains(key.first) : from != nullptr && !new_subjects_.contains(key.first);
        if (is_whole_subject && !one.headline && headed_.contains(key.first)) return;
        static const PartList none;
        Difference difference = compare(from ? from->parts : none, to ? to->parts : none);
        pair_up(difference, one.listing);
        const bool is_same = difference.gone.empty() && difference.come.empty() && difference.changed.empty();
        // A new thing takes no card away by itself; what keeps cards away does, and what takes another's place.
        const bool only_adds = is_whole_subject && !one.weighs && one.weight.section != DiffSection::safety;
        const Step when_new = only_adds ? std::min(one.weight.added, Step::minor) : one.weight.added;
        const bool is_moved = from && to && is_same && one.listing == Listing::ordered &&
                              !std::ranges::equal(from->parts, to->parts, {}, &Part::key, &Part::key);
        for (const Part& part : difference.gone)
            tell(key, one, ChangeKind::removed, part.words, "", one.weight.removed);
        for (const auto& [was, is] : difference.changed) {
            tell(key, one, ChangeKind::changed, was.words, is.words, one.weight.changed);
        }
        for (const Part& part : difference.come) tell(key, one, ChangeKind::added, "", part.words, when_new);
        if (is_moved) {
            tell(key, one, ChangeKind::reordered, in_order(from->parts), in_order(to->parts), one.weight.changed);
        }
        Statement words = one;
        if (one.weight.section < DiffSection::card) words.weight = weight::card;
        for (const auto& [was, is] : difference.reworded) {
            tell(key, words, ChangeKind::changed, was.words, is.words, Step::patch);
        }
    }

    void tell(const StatementKey& key, const Statement& statement, ChangeKind kind, const std::string& from,
              const std::string& to, Step step) {
        Change change{statement.weight.section,
                      spelled(statement.subject, Language::en_us),
                      statement.aspect,
                      kind,
                      spelled(from, Language::en_us),
                      spelled(to, Language::en_us),
                      step,
                      statement.of_site};
        if (change.from == change.to) {  // they differ in another spelling only
            change.from = from;
            change.to = to;
        }
        if (!statement.derived) spoken_of_.insert(key.first);
        changes_.push_back({key.first, std::move(change), statement.derived});
    }

    const Statements& from_;
    const Statements& to_;
    std::set<std::string> old_subjects_, new_subjects_, headed_, spoken_of_;
    std::vector<Told> changes_;
};

/// The same with the members of every object in the order of their names.
json::value sorted(const json::value& value) {
    if (const json::array* list = value.if_array()) {
        json::array all;
        for (const json::value& element : *list) all.push_back(sorted(element));
        return all;
    }
    const json::object* object = value.if_object();
    if (!object) return value;
    std::map<std::string_view, const json::value*> by_name;
    for (const auto& [name, member] : *object) by_name.emplace(name, &member);
    json::object all;
    for (const auto& [name, member] : by_name) all[name] = sorted(*member);
    return all;
}

/// A file without what nobody reads: layout and the order of members.
std::string meaning_of(const std::string& text) {
    const auto tree = fhir::parse_json(text);
    return tree ? fhir::print_json(sorted(*tree)) : text;
}

/// Files that differ although no statement does. Layout is told as such; anything else is told as loud as can be, since
/// this program has no words for it.
void tell_what_is_left(const PackFiles& from, const PackFiles& to, std::vector<Change>& changes) {
    const bool is_told = !changes.empty();
    std::set<std::string> paths;
    for (const PackFiles* files : {&from, &to}) {
        for (const auto& [path, text] : *files) paths.insert(path);
    }
    for (const std::string& path : paths) {
        const auto old = from.find(path), now = to.find(path);
        if (old != from.end() && now != to.end() && old->second == now->second) continue;
        const bool is_layout =
            old != from.end() && now != to.end() && meaning_of(old->second) == meaning_of(now->second);
        if (!is_layout && is_told) continue;
        changes.push_back({is_layout ? DiffSection::nothing : DiffSection::who, path,
                           is_layout ? "layout, comments or the order of members" : "something that has no words here",
                           ChangeKind::changed, "", "read the file", is_layout ? Step::patch : Step::major, false});
    }
}

}  // namespace

std::vector<Change> changes_between(const Statements& from, const Statements& to) {
    return Differ(from, to).changes();
}

std::string_view name_of(DiffSection section) {
    switch (section) {
        case DiffSection::safety:
            return "Safety sets and gates";
        case DiffSection::who:
            return "Who gets a card";
        case DiffSection::card:
            return "What the card says";
        case DiffSection::evidence:
            return "Evidence";
        case DiffSection::prefetch:
            return "Prefetch: tell the EHR team";
        case DiffSection::nothing:
            return "Nothing clinical";
    }
    return "";
}

std::string_view name_of(Step step) {
    switch (step) {
        case Step::none:
            return "none";
        case Step::patch:
            return "patch";
        case Step::minor:
            return "minor";
        case Step::major:
            return "major";
    }
    return "";
}

std::string version_after(const std::string& version, Step step) {
    auto number = parse_version(version);
    if (!number || step == Step::none) return version;
    if (number->major == 0) step = step == Step::major ? Step::minor : Step::patch;
    switch (step) {
        case Step::none:
            break;
        case Step::patch:
            ++number->patch;
            break;
        case Step::minor:
            *number = {number->major, number->minor + 1, 0};
            break;
        case Step::major:
            *number = {number->major + 1, 0, 0};
            break;
    }
    return std::to_string(number->major) + '.' + std::to_string(number->minor) + '.' + std::to_string(number->patch);
}

PackDiff diff_packs(const VersionOfRules& from, const VersionOfRules& to) {
    const Statements old = statements_of(from), now = statements_of(to);
    PackDiff diff;
    diff.changes = changes_between(old, now);
    tell_what_is_left(from.pack.files, to.pack.files, diff.changes);
    for (const Change& change : diff.changes) {
        if (!change.of_site) diff.step = std::max(diff.step, change.step);
    }
    // A version has one content; what follows from a site alone asks for no number.
    if (from.pack.files == to.pack.files) diff.step = Step::none;
    if (from.pack.files != to.pack.files) diff.step = std::max(diff.step, Step::patch);
    diff.from = from.pack.identity.version;
    diff.to = to.pack.identity.version;
    diff.least = version_after(diff.from, diff.step);
    const auto least = parse_version(diff.least), number = parse_version(diff.to);
    diff.holds = least && number && *least <= *number;
    return diff;
}

}  // namespace rules
