#include "rules/check/expansions.hpp"

#include "fhir/characters.hpp"
#include "fhir/coding.hpp"
#include "rules/check/check.hpp"
#include "rules/pack/form.hpp"
#include "rules/pack/pack.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

namespace rules {
namespace {

constexpr std::string_view snomed_version = "http://snomed.info/sct/";
constexpr std::string_view below = "<<";

/// An identifier of SNOMED CT: 6 to 18 digits.
bool is_snomed_code(std::string_view code) {
    return code.size() >= 6 && code.size() <= 18 && std::ranges::all_of(code, fhir::is_digit);
}

/// The concepts that a constraint includes with what is below them: those behind "<<", but for what stands behind a
/// MINUS within the same brackets.
std::vector<std::string> roots_of(std::string_view constraint) {
    constexpr std::string_view minus = "MINUS";
    constexpr std::size_t none = std::string_view::npos;
    std::vector<std::string> roots;
    std::size_t depth = 0, taken_out_at = none;
    for (std::size_t at = 0; at < constraint.size(); ++at) {
        if (constraint[at] == '(') ++depth;
        if (constraint[at] == ')') {
            if (taken_out_at != none && taken_out_at >= depth) taken_out_at = none;
            depth -= depth > 0 ? 1 : 0;
        }
        if (taken_out_at == none && constraint.substr(at).starts_with(minus)) taken_out_at = depth;
        if (taken_out_at != none || !constraint.substr(at).starts_with(below)) continue;
        const std::size_t begin = constraint.find_first_not_of(' ', at + below.size());
        if (begin == none) break;
        const std::size_t end = std::min(constraint.find_first_not_of("0123456789", begin), constraint.size());
        if (end > begin) roots.emplace_back(constraint.substr(begin, end - begin));
    }
    return roots;
}

// FHIR's own members are read as far as they are needed; others may stand.
std::string text_at(const Node& node, std::string_view name) {
    const auto member = node.member(name);
    return member ? member->text() : std::string();
}

std::optional<Node> first_of(const Node& node, std::string_view name) {
    const auto list = node.member(name);
    if (!list || !list->is(kind::list)) return std::nullopt;
    const std::vector<Node> elements = list->elements();
    return elements.empty() ? std::nullopt : std::optional(elements.front());
}

constexpr int oldest_days = 400;  // releases come once or twice a year
constexpr const char* expand_again = "Write the file anew with `backpain-cds expand`.";

std::optional<long> age_in_days(const Expansion& expansion, const std::optional<fhir::Date>& today) {
    const auto release = fhir::Date::parse(release_date(expansion.version));
    if (!release || !today) return std::nullopt;
    return fhir::days_between(release->last_day(), today->first_day());
}

class ExpansionReader {
  public:
    ExpansionReader(const Pack& pack, Expansions& expansions) : pack_(pack), expansions_(expansions) {
        for (const auto& [id, value_set] : pack.value_sets) {
            if (is_told_apart(id)) told_apart_.push_back(&value_set);
        }
    }

    void read(const Node& root) {
        if (text_at(root, "resourceType") != "Bundle" || text_at(root, "type") != "collection") {
            return root.error("expansion-form", "This is no file of expansions.", expand_again);
        }
        const auto entries = root.member("entry");
        if (!entries || !entries->is(kind::list)) {
            return root.error("expansion-form", "This file holds no expansion.", expand_again);
        }
        bool is_sound = true;
        for (const Node& entry : entries->elements()) {
            const auto resource = entry.member("resource");
            if (resource && text_at(*resource, "resourceType") == "ValueSet") {
                is_sound = read_set(*resource) && is_sound;
            } else {
                entry.error("expansion-form", "This entry is no ValueSet.", expand_again);
                is_sound = false;
            }
        }
        if (is_sound) warn_of_missing(root);
    }

  private:
    void warn_of_missing(const Node& root) const {
        for (const auto& [id, value_set] : pack_.value_sets) {
            if (expansions_.sets.contains(id) || constraint_of(pack_, id).empty()) continue;
            root.warning("expansion-missing", "The value set \"" + id + "\" is not among these expansions.",
                         expand_again);
        }
    }

    static bool refuse(const Node& node, const char* code, const std::string& message,
                       const char* mend = expand_again) {
        node.error(code, message, mend);
        return false;
    }

    bool read_set(const Node& node) {
        const std::string id = text_at(node, "id");
        const std::string constraint = constraint_of(pack_, id);
        if (constraint.empty()) {
            return refuse(node, "unknown-value-set",
                          "The pack has no value set \"" + id + "\" that is to be expanded.");
        }
        if (expansions_.sets.contains(id)) {
            return refuse(node, "twice", "\"" + id + "\" stands twice among these expansions.");
        }
        if (constraint_in(node) != constraint) {
            return refuse(node, "expansion-root",
                          "\"" + id + "\" was expanded from \"" + constraint_in(node) + "\", and the pack asks for \"" +
                              constraint + "\".");
        }
        const auto expansion = node.member("expansion");
        if (!expansion || !expansion->is(kind::object)) {
            return refuse(node, "expansion-form", "\"" + id + "\" has no expansion.");
        }
        Expansion read;
        read.place = node.place();
        if (!read_expansion(id, *expansion, constraint, read)) return false;
        expansions_.sets.emplace(id, std::move(read));
        return true;
    }

    static std::string constraint_in(const Node& node) {
        const auto compose = node.member("compose");
        const auto include = compose ? first_of(*compose, "include") : std::nullopt;
        if (include && text_at(*include, "system") != fhir::snomed_system) return {};
        const auto filter = include ? first_of(*include, "filter") : std::nullopt;
        return filter ? text_at(*filter, "value") : std::string();
    }

    bool read_expansion(const std::string& id, const Node& expansion, const std::string& constraint, Expansion& read) {
        read.timestamp = text_at(expansion, "timestamp");
        read.version = version_in(expansion);
        if (!read.version.starts_with(snomed_version) || release_date(read.version).empty()) {
            return refuse(expansion, "expansion-version",
                          "\"" + id + "\" does not say of which release of SNOMED CT it is.",
                          "Expand it at a server that tells the version: edition and release.");
        }
        std::set<std::string> codes;
        if (!read_concepts(id, expansion, codes)) return false;
        const auto total = expansion.member("total");
        const bool has_total = total && total->value().is_int64() && total->value().get_int64() >= 0;
        if (!has_total || codes.size() < static_cast<std::uint64_t>(total->value().get_int64())) {
            return refuse(expansion, "expansion-incomplete",
                          "\"" + id + "\" has " + std::to_string(codes.size()) + " concepts, and " +
                              (has_total ? "its total is " + std::to_string(total->value().get_int64())
                                         : std::string("no total")) +
                              '.');
        }
        for (const std::string& root : roots_of(constraint)) {
            if (codes.contains(root)) continue;
            return refuse(expansion, "expansion-root", "\"" + id + "\" lacks its own root, " + root + '.');
        }
        keep(id, codes, read);
        return true;
    }

    /// FHIR R4: "http://snomed.info/sct|http://snomed.info/sct/731000124108/version/20250301".
    static std::string version_in(const Node& expansion) {
        const auto parameters = expansion.member("parameter");
        if (!parameters) return {};
        for (const Node& parameter : parameters->elements()) {
            const std::string name = text_at(parameter, "name");
            const std::string value = text_at(parameter, "valueUri");
            if (name != "version" || !value.starts_with(fhir::snomed_system)) continue;
            const std::size_t bar = value.find('|');
            return bar == std::string::npos ? value : value.substr(bar + 1);
        }
        return {};
    }

    bool read_concepts(const std::string& id, const Node& expansion, std::set<std::string>& codes) {
        const auto contains = expansion.member("contains");
        if (!contains || !contains->is(kind::list)) {
            return refuse(expansion, "expansion-incomplete", "\"" + id + "\" holds no concept.");
        }
        const std::vector<Node> concepts = contains->elements();
        if (concepts.size() > most_expanded_concepts) {
            return refuse(*contains, "expansion-form", "\"" + id + "\" holds more concepts than SNOMED CT has.");
        }
        for (const Node& each : concepts) {
            std::string code = text_at(each, "code");
            const bool is_known = text_at(each, "system") == fhir::snomed_system && is_snomed_code(code);
            if (!is_known || each.member("contains")) {
                return refuse(each, "expansion-form", "This is no concept of SNOMED CT on its own.");
            }
            codes.insert(std::move(code));
        }
        return true;
    }

    /// What the pack leaves out of a set, or lists to be told apart, stays out.
    void keep(const std::string& id, const std::set<std::string>& codes, Expansion& read) const {
        const fhir::ValueSet& own = pack_.value_sets.at(id);
        for (const std::string& code : codes) {
            const bool must_differ = std::ranges::any_of(
                told_apart_, [&](const fhir::ValueSet* other) { return other->contains(fhir::snomed_system, code); });
            const bool is_excluded = std::ranges::any_of(own.excluded(), [&](const fhir::ValueSet::System& system) {
                return system.url == fhir::snomed_system &&
                       std::ranges::find(system.concepts, code, &fhir::ValueSet::Concept::code) !=
                           system.concepts.end();
            });
            if (!must_differ && !is_excluded) read.codes.push_back(code);
        }
        const std::vector<std::string> roots = roots_of(constraint_of(pack_, id));
        if (roots.size() == 1) read.label = own.label(fhir::snomed_system, roots.front());
    }

    const Pack& pack_;
    Expansions& expansions_;
    std::vector<const fhir::ValueSet*> told_apart_;
};

}  // namespace

std::string constraint_of(const Pack& pack, std::string_view value_set) {
    const auto found = pack.value_sets.find(std::string(value_set));
    if (found == pack.value_sets.end()) return {};
    std::string constraint;
    for (const fhir::ValueSet::System& system : found->second.included()) {
        const bool is_one_of_several = system.constraints.size() > 1;
        for (const std::string& each : system.constraints) {
            constraint += constraint.empty() ? "" : " OR ";
            constraint += is_one_of_several ? '(' + each + ')' : each;
        }
    }
    return constraint;
}

ExpansionReading read_expansions(std::string text, std::string file_name, const Pack& pack) {
    ExpansionReading reading;
    reading.expansions.text = std::move(text);
    reading.expansions.file = std::move(file_name);
    const AuthoredFile file{reading.expansions.file, &reading.expansions.text, &reading.findings};
    if (const auto tree = parse_authored(file)) {
        ExpansionReader(pack, reading.expansions).read(Node(file, *tree, ""));
    }
    sort_by_place(reading.findings);
    return reading;
}

std::string words_for(const Expansions& expansions, const std::optional<fhir::Date>& today) {
    if (expansions.sets.empty()) return "";
    const Expansion& first = expansions.sets.begin()->second;
    std::string words = edition_of(first.version) + " of " + release_date(first.version);
    if (const auto days = age_in_days(first, today)) words += ", " + std::to_string(*days) + " days old";
    return words + ": " + std::to_string(expansions.sets.size()) + " value sets, " +
           std::to_string(expansions.concepts()) + " concepts";
}

void check_expansions(const Site& site, const CheckOptions& options, Diagnostics& findings) {
    const Expansion* first = nullptr;
    for (const auto& [id, expansion] : site.expansions.sets) {
        if (first && first->version != expansion.version) {
            return findings.push_back(
                {Severity::warning, expansion.place, "expansion-releases",
                 "\"" + id + "\" is of " + expansion.version + ", others are of " + first->version + '.',
                 "Expand all of them at one release, with `backpain-cds expand`."});
        }
        first = &expansion;
    }
    const auto days = first ? age_in_days(*first, options.today) : std::nullopt;
    if (!days || *days <= oldest_days) return;
    findings.push_back(
        {Severity::warning, first->place, "expansion-old",
         "These expansions are of a release of " + release_date(first->version) + ", " + std::to_string(*days) +
             " days ago.",
         "Write the file anew with `backpain-cds expand`, and have the clinical owner read what changed."});
}

}  // namespace rules
