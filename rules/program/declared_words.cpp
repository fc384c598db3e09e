#include "rules/program/declared_words.hpp"

#include "fhir/path/program.hpp"
#include "rules/pack/sources.hpp"
#include "rules/program/item.hpp"
#include "rules/program/range_place.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace rules {

using fhir::path::NodeKind;
using PathNode = fhir::path::Node;

namespace {

constexpr std::array comparators = {"<", "<=", ">=", ">"};
constexpr std::array sexes = {"female", "male", "other"};  // an unknown one gives nothing

// What is left of several items after these is still one or some of them.
constexpr std::array<std::string_view, 6> subsets = {"where", "first", "last", "single", "distinct", "tail"};

bool compares(NodeKind kind) {
    constexpr std::array comparing = {NodeKind::equal,          NodeKind::not_equal, NodeKind::equivalent,
                                      NodeKind::not_equivalent, NodeKind::in,        NodeKind::contains};
    return std::ranges::find(comparing, kind) != comparing.end();
}

const PathNode& whole_of(const PathNode& node) {
    const PathNode* whole = &node;
    while (whole->kind == NodeKind::call && whole->input && std::ranges::find(subsets, whole->name) != subsets.end()) {
        whole = whole->input;
    }
    return *whole;
}

}  // namespace

// Walks down one expression. FHIRPath bounds its depth.
class DeclaredWords::Walk {
  public:
    explicit Walk(const DeclaredWords& words) : words_(words) {}

    /// \param focus  the variable whose items $this stands for; empty where that is not known.
    void look(const PathNode& node, const std::string& focus) {
        if (compares(node.kind)) {
            compare(*node.input, *node.arguments[0], focus);
            compare(*node.arguments[0], *node.input, focus);
        }
        if (node.input) look(*node.input, focus);
        const std::string inner = node.kind == NodeKind::call && node.input ? variable_of(*node.input, focus) : focus;
        for (const PathNode* argument : node.arguments) look(*argument, inner);
    }

    std::vector<UnknownWord> take() { return std::move(found_); }

  private:
    struct Subject {
        std::string fact, member;
    };

    static std::string variable_of(const PathNode& node, const std::string& focus) {
        const PathNode* part = &node;
        while (part->input && (part->kind == NodeKind::member || part->kind == NodeKind::call)) part = part->input;
        if (part->kind == NodeKind::variable) return part->name;
        return part->kind == NodeKind::focus || part->kind == NodeKind::member ? focus : std::string();
    }

    static std::optional<Subject> subject_of(const PathNode& written, const std::string& focus) {
        const PathNode& node = whole_of(written);
        if (node.kind == NodeKind::variable) return Subject{"", '%' + node.name};
        if (node.kind != NodeKind::member) return std::nullopt;
        std::string fact = variable_of(node, focus);
        if (fact != "param") return Subject{std::move(fact), node.name};
        std::string name = node.name;
        for (const PathNode* part = node.input; part && part->kind == NodeKind::member; part = part->input) {
            name = part->name + '.' + name;
        }
        return Subject{"", "%param." + name};
    }

    void compare(const PathNode& subject_node, const PathNode& text, const std::string& focus) {
        const auto subject = subject_of(subject_node, focus);
        if (!subject) return;
        if (const std::set<std::string>* known = words_.of(subject->fact, subject->member)) {
            check(text, *subject, *known);
        }
    }

    void check(const PathNode& text, const Subject& subject, const std::set<std::string>& known) {
        if (text.kind == NodeKind::unite) {
            check(*text.input, subject, known);
            check(*text.arguments[0], subject, known);
        }
        if (text.kind != NodeKind::literal || text.literal.kind() != fhir::path::Value::Kind::string) return;
        std::string word(text.literal.as_string());
        if (known.contains(word)) return;
        std::string name = subject.member;
        if (!name.starts_with('%')) name = '"' + name + '"' + (subject.fact.empty() ? "" : " of %" + subject.fact);
        found_.push_back({std::move(word), std::move(name), text.offset, known});
    }

    const DeclaredWords& words_;
    std::vector<UnknownWord> found_;
};

DeclaredWords::DeclaredWords(const Pack& pack) {
    for (const Analyte& analyte : pack.analytes) add_analyte(analyte);
    for (const auto& [intent, order] : pack.orders) {
        add("", "intent", intent);
        if (!order.group.empty()) add("", "group", order.group);
    }
    for (const auto& [id, value_set] : pack.value_sets) add("", "sets", id);
    for (const Parameter& parameter : pack.parameters) {
        for (const std::string& value : parameter.values) add("", "%param." + parameter.name, value);
    }
    for (const RangePlace place : {RangePlace::below, RangePlace::low_normal, RangePlace::within, RangePlace::above}) {
        add("", "range", name_of(place));
    }
    for (const std::string_view key : source_keys(pack)) add("", "%unavailable", key);
    for (const char* comparator : comparators) add("", "comparator", comparator);
    for (const char* sex : sexes) add("", "%sex", sex);
    for (const ItemMember& member : item_members()) {
        for (const std::string_view word : member.words) add("", std::string(member.name), word);
    }
}

void DeclaredWords::add_analyte(const Analyte& analyte) {
    const auto add_bands = [&](const std::vector<Band>& bands) {
        for (const Band& band : bands) add(analyte.fact, "band", band.band);
    };
    for (const auto& [id, ruleset] : analyte.rulesets) {
        for (const auto& [kind, bands] : ruleset.bands) add_bands(bands);
    }
    for (const Analyte::AboveAll& above_all : analyte.above_all) add_bands({above_all.band});
    if (analyte.range_first) {
        for (const RangePlace place : {RangePlace::below, RangePlace::within, RangePlace::above}) {
            add(analyte.fact, "band", band_by_range(place));
        }
    }
    for (const Kind& kind : analyte.kinds) add(analyte.fact, "kind", kind.name);
    for (const Mark& mark : analyte.marks) add(analyte.fact, "marks", mark.mark);
    add(analyte.fact, "analyte", analyte.id);
}

void DeclaredWords::add(const std::string& fact, const std::string& member, std::string_view word) {
    words_[{"", member}].emplace(word);
    if (!fact.empty()) words_[{fact, member}].emplace(word);
}

const std::set<std::string>* DeclaredWords::of(const std::string& fact, const std::string& member) const {
    auto found = words_.find({fact, member});
    if (found == words_.end()) found = words_.find({"", member});
    return found == words_.end() ? nullptr : &found->second;
}

std::vector<UnknownWord> DeclaredWords::unknown_in(const fhir::path::Expression& expression) const {
    Walk walk(*this);
    walk.look(*expression.program().root, "");
    return walk.take();
}

}  // namespace rules
