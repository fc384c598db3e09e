// Codes that stand in a pack and not on its list of reviewed codes, or the other way round.
#include "rules/check/check.hpp"
#include "rules/check/reviewed_codes.hpp"
#include "rules/pack/form.hpp"

#include <algorithm>
#include <optional>

namespace rules {

namespace {

// What the list writes before and behind a code: "not is-a N18", "2132-9 MCnc total", "conventional 2132-9".
std::string code_in(std::string entry) {
    for (const std::string_view before : {"not ", "is-a ", "conventional ", "SI "}) {
        if (entry.starts_with(before)) entry.erase(0, before.size());
    }
    return entry.substr(0, entry.find(' '));
}

std::string noun_of(const std::string& section) {
    return section == "valueSets" ? "value set" : section == "analytes" ? "test" : "order";
}

// The first text below `node` that is `code`.
std::optional<Place> find_text(const Node& node, const std::string& code, std::size_t depth) {
    constexpr std::size_t deepest = 16;
    if (depth == deepest) return std::nullopt;
    if (node.is(kind::text)) return node.text() == code ? std::optional(node.place()) : std::nullopt;
    if (node.is(kind::list)) {
        for (const Node& element : node.elements()) {
            if (auto place = find_text(element, code, depth + 1)) return place;
        }
    }
    for (const auto& [name, member] : node.members()) {
        if (auto place = find_text(member, code, depth + 1)) return place;
    }
    return std::nullopt;
}

bool has_id(const Node& root, const std::string& id) {
    const auto member = root.member("id");
    return member && member->text() == id;
}

// Where the pack holds a code of `owner`.
Place place_in_pack(const Pack& pack, const CodeOwner& owner, const std::string& code, Diagnostics& findings) {
    const auto& [section, id, system] = owner;
    const std::string folder = section == "valueSets" ? "value-sets/" : section == "analytes" ? "analytes/" : "orders";
    Place place{section == "orders" ? "orders.json" : folder, "", 0, 0};
    for (const auto& [path, text] : pack.files) {
        if (!path.starts_with(folder)) continue;
        with_pack_file(pack, path, findings, [&](const Node& root) {
            const auto of_order = section == "orders" ? root.member(id) : std::nullopt;
            if (section != "orders" && !has_id(root, id)) return;
            place = find_text(of_order.value_or(root), code, 0).value_or(root.place());
        });
    }
    return place;
}

class ReviewChecker {
  public:
    ReviewChecker(const Pack& pack, Diagnostics& findings)
        : pack_(pack), findings_(findings), held_(codes_of(pack)), reviewed_(reviewed_codes_of(pack)) {}

    void check() {
        for (const auto& [owner, codes] : reviewed_) {
            for (const std::string& code : codes) {
                if (!holds(held_, owner, code)) report_gone(owner, code);
            }
        }
        for (const auto& [owner, codes] : held_) {
            for (const std::string& code : codes) {
                if (!holds(reviewed_, owner, code)) report_new(owner, code);
            }
        }
    }

  private:
    static bool holds(const CodesByOwner& all, const CodeOwner& owner, const std::string& code) {
        const auto found = all.find(owner);
        return found != all.end() && found->second.contains(code);
    }

    void report_gone(const CodeOwner& owner, const std::string& code) {
        const auto& [section, id, system] = owner;
        Place place{reviewed_codes_file, "", 0, 0};
        with_pack_file(pack_, reviewed_codes_file, findings_, [&](const Node& root) {
            auto node = root.member(section);
            for (const std::string& name : {id, system}) node = node ? node->member(name) : std::nullopt;
            if (node) place = find_text(*node, code, 0).value_or(node->place());
        });
        findings_.push_back({Severity::error, place, "code-gone",
                             "\"" + code + "\" was reviewed, and the " + noun_of(section) + " \"" + id +
                                 "\" does not hold it (" + system + ").",
                             "Put it back there; if its absence was reviewed, take it from this list too."});
    }

    void report_new(const CodeOwner& owner, const std::string& code) {
        const auto& [section, id, system] = owner;
        findings_.push_back({Severity::warning, place_in_pack(pack_, owner, code_in(code), findings_),
                             "code-not-reviewed",
                             "\"" + code + "\" stands in the " + noun_of(section) + " \"" + id +
                                 "\" and not on the list of reviewed codes.",
                             "Have it reviewed, then add \"" + code + "\" to " + reviewed_codes_file + " under \"" +
                                 section + "\", \"" + id + "\", \"" + system + "\"."});
    }

    const Pack& pack_;
    Diagnostics& findings_;
    CodesByOwner held_, reviewed_;
};

}  // namespace

void check_reviewed(const Pack& pack, Diagnostics& findings) {
    if (pack.files.contains(reviewed_codes_file)) return ReviewChecker(pack, findings).check();
    findings.push_back(
        {Severity::warning,
         {"pack.json", "", 1, 1},
         "no-reviewed-codes",
         "This pack has no list of reviewed codes: a code that vanishes from a value set would be noticed "
         "by nobody.",
         std::string("Review the codes, then write `backpain-cds check PACK --reviewed-codes` to ") +
             reviewed_codes_file + '.'});
}

}  // namespace rules
