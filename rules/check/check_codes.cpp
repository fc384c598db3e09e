#include "fhir/coding.hpp"
#include "rules/check/check.hpp"
#include "rules/check/loinc_lookalikes.hpp"
#include "rules/check/text_bound.hpp"
#include "rules/pack/code_systems.hpp"
#include "rules/pack/readers.hpp"
#include "rules/text/check_digit.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

namespace rules {

namespace {

using SystemAndCode = std::pair<std::string, std::string>;

/// Who wrote a code: a site may have code systems of its own.
enum class Author { pack, site };

// A code as it stands in a file.
struct CodeInFile {
    std::string system, code, display;
    Node node;
    Author author = Author::pack;

    SystemAndCode key() const { return {system, code}; }
};

std::string text_of(const Node& node, std::string_view member) {
    const auto found = node.member(member);
    return found ? found->text() : std::string();
}

/// { "system", "code", "display" } at `node`; without a code of its own its place is that of the whole.
CodeInFile code_at(const Node& node, std::string system, Author author) {
    return {std::move(system), text_of(node, "code"), text_of(node, "display"), node.member("code").value_or(node),
            author};
}

bool is_placeholder(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
}

void check_system(const Node& node, Author author) {
    const std::string system = node.text();
    if (system.empty() || is_known_system(system)) return;
    if (const std::string_view meant = system_meant_by(system); !meant.empty()) {
        return node.error("unknown-system",
                          "\"" + system + "\" is not the URL of " + std::string(name_of_system(meant)) +
                              ": its codes would match nothing.",
                          "Write \"" + std::string(meant) + "\".");
    }
    if (!is_absolute_uri(system)) {
        return node.error("unknown-system", "\"" + system + "\" is no code system: its codes would match nothing.",
                          "Write the system's URL, as records have it in Coding.system.");
    }
    if (author == Author::site) return;  // a site has systems of its own
    node.warning(
        "unknown-system", "No code system is known by \"" + system + "\".",
        "Compare it with the URL that HL7 Terminology registers; codes of one site belong into its site file.");
}

void check_code_itself(const CodeInFile& code) {
    if (code.code.empty()) return;  // the reader has said so
    if (is_placeholder(code.code)) {
        return code.node.error("placeholder", "\"" + code.code + "\" is no code yet.", "Write the code itself.");
    }
    const bool loinc = code.system == fhir::loinc_system;
    if (loinc ? is_loinc_code(code.code) : (code.system != fhir::snomed_system || is_snomed_code(code.code))) return;
    code.node.error(
        "check-digit",
        "\"" + code.code + "\" is no " + std::string(name_of_system(code.system)) + " code: its check digit is wrong.",
        "Look the code up again; a digit is missing, wrong or in another place.");
}

class CodeChecker {
  public:
    CodeChecker(const Pack& pack, const Site& site, Diagnostics& findings)
        : pack_(pack), site_(site), findings_(findings) {}

    void check() {
        for (const auto& [path, text] : pack_.files) {
            if (path.starts_with("value-sets/")) look_again(path, [this](const Node& root) { check_value_set(root); });
        }
        for (const Analyte& analyte : pack_.analytes) {
            look_again(analyte.place.file, [&](const Node& root) {
                if (const auto codes = root.member("codes")) {
                    check_analyte_codes(analyte, analyte.codes, *codes, Author::pack);
                }
            });
        }
        if (pack_.files.contains("orders.json"))
            look_again("orders.json", [this](const Node& root) { check_orders(root); });
        with_site_file(site_, findings_, [this](const Node& root) {
            if (const auto codes = root.member("codes")) check_site_codes(*codes);
            if (const auto orders = root.member("orders")) check_placed_orders(*orders);
        });
        check_told_apart();
    }

  private:
    template <typename Visit>
    void look_again(const std::string& path, Visit visit) {
        with_pack_file(pack_, path, findings_, visit);
    }

    void check_value_set(const Node& root) {
        const auto compose = root.member("compose");
        if (!compose) return;
        const std::string id = text_of(root, "id");
        for (const std::string_view part : {"include", "exclude"}) {
            const auto list = compose->member(part);
            if (!list) continue;
            for (const Node& include : list->elements()) {
                if (const auto system = include.member("system")) check_system(*system, Author::pack);
                const auto concepts = include.member("concept");
                if (!concepts || part == "exclude") continue;  // what a set excludes is not in it
                for (const Node& entry : concepts->elements()) {
                    check_value_set_code(id, code_at(entry, text_of(include, "system"), Author::pack));
                }
            }
        }
    }

    void check_value_set_code(const std::string& value_set, const CodeInFile& code) {
        check_code_itself(code);
        if (code.display.empty()) {
            code.node.warning("missing-display", "\"" + code.code + "\" has no display, so no card can name it.",
                              "Add \"display\" in your own words.");
        } else if (is_placeholder(code.display)) {
            code.node.error("placeholder", "\"" + code.display + "\" is no display yet: a card would show it.",
                            "Write \"display\" as a card is to name it.");
        }
        // The pack's own are held against each summary (check_texts); a site cannot change a summary.
        const std::size_t length = count_characters(code.display);
        if (code.author == Author::site && length > longest_reason) {
            code.node.error("display-too-long",
                            "This display has " + std::to_string(length) + " characters, and a summary has room for " +
                                std::to_string(longest_reason) + '.',
                            "Shorten \"display\".");
        }
        if (!in_sets_[value_set].insert(code.key()).second) {
            code.node.warning("twice", "\"" + code.code + "\" stands twice in this value set.", "Take one away.");
        }
        if (is_told_apart(value_set)) told_apart_.push_back({code.key(), code.node.place()});
        remember_place(code);
    }

    void check_analyte_codes(const Analyte& analyte, const std::vector<AnalyteCode>& codes, const Node& list,
                             Author author) {
        const std::vector<Node> nodes = list.elements();
        for (std::size_t i = 0; i < std::min(nodes.size(), codes.size()); ++i) {
            if (const auto system = nodes[i].member("system")) check_system(*system, author);
            check_analyte_code(analyte, codes[i].kind, {codes[i].system, codes[i].code, "", nodes[i], author});
        }
    }

    void check_analyte_code(const Analyte& analyte, const std::string& kind_name, const CodeInFile& code) {
        check_code_itself(code);
        remember_place(code);
        const auto [other, is_new] = analyte_of_.try_emplace(code.key(), analyte.id);
        if (!is_new) {
            code.node.error("code-of-two", "\"" + code.code + "\" already is a code of \"" + other->second + "\".",
                            "A code stands for one test: take it away from one of them.");
        }
        if (code.author == Author::site && code.system == fhir::loinc_system) check_confirmed(analyte, code);
        const LoincLookalike* lookalike = code.system == fhir::loinc_system ? find_loinc_lookalike(code.code) : nullptr;
        if (!lookalike) return;
        const auto kind = std::find_if(analyte.kinds.begin(), analyte.kinds.end(),
                                       [&](const Kind& each) { return each.name == kind_name; });
        const bool only_bounds = kind != analyte.kinds.end() && !kind->lower_bound_of.empty();
        if (lookalike->is_fraction && only_bounds) return;
        code.node.error("loinc-lookalike",
                        "LOINC " + code.code + " is " + std::string(lookalike->is) + ", often taken for " +
                            std::string(lookalike->taken_for) + '.',
                        lookalike->is_fraction ? "Give it a kind of its own with \"lowerBoundOf\"."
                                               : "Take it away; a value set \"not-…\" may list it.");
    }

    // A code of the pack was looked up against its source. Nobody here knows one that a site adds: it may be of another
    // test, whose numbers would then be read as this one's.
    static void check_confirmed(const Analyte& analyte, const CodeInFile& code) {
        const boost::json::object* written = code.node.value().if_object();
        const boost::json::value* confirmed = written ? written->if_contains("confirmed") : nullptr;
        if (confirmed && *confirmed == true) return;
        code.node.warning("unknown-loinc", "Nobody here knows that LOINC " + code.code + " is " + analyte.title + '.',
                          "Look it up: component, specimen and property must be those of the test. Then add "
                          "\"confirmed\": true beside it.");
    }

    void check_orders(const Node& root) {
        for (const auto& [intent, order] : root.members()) {
            for (const auto& [member, system] : order_systems) {
                const auto codes = order.member(member);
                if (!codes) continue;
                for (const Node& code : codes->elements()) {
                    check_order_code(intent, {std::string(system), code.text(), "", code, Author::pack});
                }
            }
            if (const auto other = order.member("other")) check_order_codings(intent, *other, Author::pack);
        }
    }

    void check_order_codings(const std::string& intent, const Node& list, Author author) {
        for (const Node& coding : list.elements()) {
            if (const auto system = coding.member("system")) check_system(*system, author);
            check_order_code(intent, code_at(coding, text_of(coding, "system"), author));
        }
    }

    void check_order_code(const std::string& intent, const CodeInFile& code) {
        check_code_itself(code);
        const auto [other, is_new] = intents_.try_emplace(code.key(), intent);
        if (is_new) return;
        code.node.error("code-of-two", "\"" + code.code + "\" already means the order \"" + other->second + "\".",
                        "A code means one order: take it away from one of them.");
    }

    // What a site places is known as that order too: it may not mean another one.
    void check_placed_orders(const Node& orders) {
        for (const auto& [intent, order] : orders.members()) {
            const auto place = order.member("place");
            if (!place) continue;
            for (const Node& coding : place->elements()) {
                if (const auto system = coding.member("system")) check_system(*system, Author::site);
                const CodeInFile code = code_at(coding, text_of(coding, "system"), Author::site);
                const auto known = intents_.find(code.key());
                if (known == intents_.end() || known->second != intent) check_order_code(intent, code);
            }
        }
    }

    // The codes of a site join those of the pack and are held against them.
    void check_site_codes(const Node& codes) {
        if (const auto value_sets = codes.member("valueSets")) {
            for (const auto& [id, list] : value_sets->members()) {
                for (const Node& coding : list.elements()) {
                    if (const auto system = coding.member("system")) check_system(*system, Author::site);
                    check_value_set_code(id, code_at(coding, text_of(coding, "system"), Author::site));
                }
            }
        }
        if (const auto orders = codes.member("orders")) {
            for (const auto& [intent, list] : orders->members()) check_order_codings(intent, list, Author::site);
        }
        const auto analytes = codes.member("analytes");
        for (const Analyte& analyte : pack_.analytes) {
            const auto list = analytes ? analytes->member(analyte.id) : std::nullopt;
            const auto read = site_.analyte_codes.find(analyte.id);
            if (list && read != site_.analyte_codes.end()) {
                check_analyte_codes(analyte, read->second, *list, Author::site);
            }
        }
    }

    void remember_place(const CodeInFile& code) {
        if (code.author == Author::site) in_site_.emplace(code.key(), code.node.place());
    }

    // Codes listed to be told apart must not stand where they would count.
    void check_told_apart() {
        for (const auto& [key, place] : told_apart_) {
            std::string where;
            for (const auto& [id, codes] : in_sets_) {
                if (!is_told_apart(id) && codes.contains(key)) where = id;
            }
            if (const auto analyte = analyte_of_.find(key); analyte != analyte_of_.end()) where = analyte->second;
            if (where.empty()) continue;
            const auto of_site = in_site_.find(key);
            findings_.push_back({Severity::error, of_site == in_site_.end() ? place : of_site->second, "overlap",
                                 "\"" + key.second + "\" must be told apart" +
                                     (of_site == in_site_.end() ? " here" : "") + ", and counts in \"" + where + "\".",
                                 "Take it away from one of them."});
        }
    }

    const Pack& pack_;
    const Site& site_;
    Diagnostics& findings_;
    std::map<std::string, std::set<SystemAndCode>> in_sets_;
    std::map<SystemAndCode, std::string> analyte_of_, intents_;
    std::map<SystemAndCode, Place> in_site_;
    std::vector<std::pair<SystemAndCode, Place>> told_apart_;
};

}  // namespace

void check_codes(const Pack& pack, const Site& site, Diagnostics& findings) {
    CodeChecker(pack, site, findings).check();
}

}  // namespace rules
