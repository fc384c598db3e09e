#include "fhir/coding.hpp"
#include "fhir/json_text.hpp"
#include "fhir/ucum.hpp"
#include "rules/check.hpp"
#include "rules/check_digit.hpp"
#include "rules/loinc_lookalikes.hpp"
#include "rules/readers.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace rules {
namespace json = boost::json;

namespace {

using SystemAndCode = std::pair<std::string, std::string>;

std::string short_name(std::string_view system) {
    if (system == fhir::loinc_system) return "LOINC";
    if (system == fhir::snomed_system) return "SNOMED CT";
    return std::string(system);
}

// A code as it stands in a file.
struct CodeInFile {
    std::string system, code, display;
    const Node* node;
    std::string value_set;  ///< id; empty in analytes and orders
};

// Calls `visit` with each listed code of each value set. What a set excludes is not in it.
void each_value_set_code(const Pack& pack, Diagnostics& findings, const std::function<void(const CodeInFile&)>& visit) {
    for (const auto& [path, text] : pack.files) {
        if (!path.starts_with("value-sets/")) continue;
        const AuthoredFile file{path, &text, &findings};
        const auto tree = fhir::parse_json(text);
        if (!tree) continue;
        const Node root(file, *tree, "");
        const auto compose = root.member("compose");
        const auto includes = compose ? compose->member("include") : std::nullopt;
        if (!includes) continue;
        const std::string id = root.member("id") ? root.member("id")->text() : "";
        for (const Node& include : includes->elements()) {
            const std::string system = include.member("system") ? include.member("system")->text() : "";
            const auto concepts = include.member("concept");
            if (!concepts) continue;
            for (const Node& entry : concepts->elements()) {
                const auto code = entry.member("code");
                const auto display = entry.member("display");
                if (code) visit({system, code->text(), display ? display->text() : "", &*code, id});
            }
        }
    }
}

void check_digit(const std::string& system, const std::string& code, const Node& node) {
    const bool loinc = system == fhir::loinc_system;
    if (loinc ? is_loinc_code(code) : (system != fhir::snomed_system || is_snomed_code(code))) return;
    node.error("check-digit", "\"" + code + "\" is no " + short_name(system) + " code: its check digit is wrong.",
               "Look the code up again; a digit is missing, wrong or in another place.");
}

class CodeChecker {
  public:
    CodeChecker(const Pack& pack, Diagnostics& findings) : pack_(pack), findings_(findings) {}

    void check() {
        each_value_set_code(pack_, findings_, [this](const CodeInFile& code) { check_value_set_code(code); });
        check_analyte_files();
        check_order_file();
        check_told_apart();
    }

  private:
    void check_value_set_code(const CodeInFile& code) {
        check_digit(code.system, code.code, *code.node);
        if (code.display.empty()) {
            code.node->warning("missing-display", "\"" + code.code + "\" has no display, so no card can name it.",
                               "Add \"display\" in the pack's own words.");
        }
        if (!in_sets_[code.value_set].insert({code.system, code.code}).second) {
            code.node->warning("twice", "\"" + code.code + "\" stands twice in this value set.", "Take one away.");
        }
        if (is_told_apart(code.value_set)) told_apart_.push_back({code, code.node->place()});
    }

    void check_analyte_files() {
        for (const Analyte& analyte : pack_.analytes) {
            const std::string& path = analyte.place.file;
            const AuthoredFile file{path, &pack_.files.at(path), &findings_};
            const auto tree = fhir::parse_json(*file.text);
            if (!tree) continue;
            const Node root(file, *tree, "");
            const auto codes = root.member("codes");
            const std::vector<Node> nodes = codes ? codes->elements() : std::vector<Node>();
            for (std::size_t i = 0; i < std::min(nodes.size(), analyte.codes.size()); ++i) {
                check_analyte_code(analyte, analyte.codes[i], nodes[i]);
            }
            check_units(analyte, root);
            check_pairs(analyte, root, 0);
        }
    }

    void check_analyte_code(const Analyte& analyte, const AnalyteCode& code, const Node& node) {
        check_digit(code.system, code.code, node);
        const auto [other, is_new] = analyte_of_.try_emplace({code.system, code.code}, analyte.id);
        if (!is_new) {
            node.error("code-of-two", "\"" + code.code + "\" already is a code of \"" + other->second + "\".",
                       "A code stands for one test: take it away from one of them.");
        }
        const LoincLookalike* lookalike = code.system == fhir::loinc_system ? find_loinc_lookalike(code.code) : nullptr;
        if (!lookalike) return;
        const auto kind = std::find_if(analyte.kinds.begin(), analyte.kinds.end(),
                                       [&](const Kind& each) { return each.name == code.kind; });
        const bool only_bounds = kind != analyte.kinds.end() && !kind->lower_bound_of.empty();
        if (lookalike->is_fraction && only_bounds) return;
        node.error("loinc-lookalike",
                   "LOINC " + code.code + " is " + std::string(lookalike->is) + ", often taken for " +
                       std::string(lookalike->taken_for) + '.',
                   lookalike->is_fraction ? "Give it a kind of its own with \"lowerBoundOf\"."
                                          : "Take it away; a value set \"not-…\" may list it.");
    }

    // LOINC's property says whether mass or moles are counted; a unit of the other kind is a wrong code or a wrong
    // unit.
    void check_units(const Analyte& analyte, const Node& root) {
        const auto units_node = root.member("units");
        if (!units_node) return;
        const auto mass = fhir::parse_ucum("g/L");
        const auto moles = fhir::parse_ucum("mol/L");
        for (const auto& [property, units] : analyte.units) {
            if (property != "MCnc" && property != "SCnc") continue;
            const auto node = units_node->member(property);
            for (const auto& [unit, synonyms] : units) {
                std::vector<std::string> spellings = synonyms;
                spellings.push_back(unit);
                for (const std::string& spelling : spellings) {
                    const auto parsed = fhir::parse_ucum(spelling);
                    if (!parsed || !node || !comparable(*parsed, property == "MCnc" ? *moles : *mass)) continue;
                    node->error("unit-property",
                                "\"" + spelling + "\" does not fit LOINC property " + property + ", which counts " +
                                    (property == "MCnc" ? "mass." : "moles."),
                                std::string("Move it to \"") + (property == "MCnc" ? "SCnc" : "MCnc") + "\".");
                }
            }
        }
    }

    // The numbers of one threshold in two units must mean about the same amount: pairs are printed rounded, not wrong.
    void check_pairs(const Analyte& analyte, const Node& node, std::size_t depth) {
        constexpr std::size_t deepest = 8;
        if (depth == deepest || analyte.shown_as.size() < 2) return;
        if (node.value().is_array()) {
            for (const Node& element : node.elements()) check_pairs(analyte, element, depth + 1);
        }
        const auto members = node.members();
        const bool by_unit = members.size() > 1 && std::all_of(members.begin(), members.end(), [&](const auto& member) {
                                 return analyte.shown_as.contains(member.first) && member.second.is(kind::number);
                             });
        if (by_unit) return check_pair(analyte, node);
        for (const auto& [name, member] : members) {
            if (name != "shownAs") check_pairs(analyte, member, depth + 1);
        }
    }

    void check_pair(const Analyte& analyte, const Node& node) {
        const fhir::Decimal tolerance = *fhir::Decimal::parse("0.05");
        std::optional<fhir::Decimal> first;
        for (const auto& [unit, number_node] : node.members()) {
            const auto number = fhir::Decimal::parse(fhir::number_text(number_node.value()));
            const fhir::Decimal factor = analyte.shown_as.at(unit);
            const auto in_first_unit = number ? fhir::divide(*number, factor) : std::nullopt;
            if (!in_first_unit) continue;
            if (!first) {
                first = in_first_unit;
                continue;
            }
            const auto distance = fhir::subtract(*in_first_unit, *first);
            const auto allowed = fhir::multiply(fhir::absolute(*first), tolerance);
            if (!distance || !allowed || fhir::absolute(*distance) <= *allowed) continue;
            number_node.warning("pair",
                                "The numbers for the units are not the same amount: by \"shownAs\" they differ by "
                                "more than 5 %.",
                                "Compare both with what the guideline prints.");
        }
    }

    void check_order_file() {
        std::map<SystemAndCode, std::string> intents;
        for (const auto& [intent, order] : pack_.orders) {
            const AuthoredFile file{order.place.file, &pack_.files.at(order.place.file), &findings_};
            const auto tree = fhir::parse_json(*file.text);
            if (!tree) continue;
            const Node root(file, *tree, "");
            const Node node = *root.member(intent);
            for (const Coding& coding : order.codes) {
                check_digit(coding.system, coding.code, node);
                const auto [other, is_new] = intents.try_emplace({coding.system, coding.code}, intent);
                if (is_new) continue;
                node.error("code-of-two", "\"" + coding.code + "\" already means the order \"" + other->second + "\".",
                           "A code means one order: take it away from one of them.");
            }
        }
    }

    // Codes listed to be told apart must not stand where they would count.
    void check_told_apart() {
        for (const auto& [code, place] : told_apart_) {
            const SystemAndCode key{code.system, code.code};
            std::string where;
            for (const auto& [id, codes] : in_sets_) {
                if (!is_told_apart(id) && codes.contains(key)) where = id;
            }
            if (const auto analyte = analyte_of_.find(key); analyte != analyte_of_.end()) where = analyte->second;
            if (where.empty()) continue;
            findings_.push_back({Severity::error, place, "overlap",
                                 "\"" + code.code + "\" must be told apart here, and counts in \"" + where + "\".",
                                 "Take it away from one of them."});
        }
    }

    const Pack& pack_;
    Diagnostics& findings_;
    std::map<std::string, std::set<SystemAndCode>> in_sets_;
    std::map<SystemAndCode, std::string> analyte_of_;
    std::vector<std::pair<CodeInFile, Place>> told_apart_;
};

}  // namespace

void check_codes(const Pack& pack, Diagnostics& findings) {
    CodeChecker(pack, findings).check();
}

}  // namespace rules
