// Members: which types have them, and what the nearest right name is.
#include "fhir/path/analyser.hpp"
#include "fhir/path/nearest_name.hpp"

#include <algorithm>

namespace fhir::path {
namespace {

bool are_the_same(const MemberView& left, const MemberView& right) {
    return left.name == right.name && left.type == right.type && left.is_collection == right.is_collection &&
           left.choices.data() == right.choices.data() && left.choices.size() == right.choices.size();
}

void add_types(const MemberView& view, std::vector<TypeId>& types) {
    const auto add = [&](TypeId type) {
        if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
    };
    if (view.choices.empty()) return add(view.type);
    for (const TypeId choice : view.choices) add(choice);
}

// "value" and "Quantity" of "valueQuantity", if `names` has the one and there is a type of the other.
std::string choice_hint(std::string_view name, const std::vector<MemberView>& members, const Types& types) {
    for (const MemberView& member : members) {
        if (member.choices.empty() || !name.starts_with(member.name)) continue;
        for (const TypeId choice : member.choices) {
            const std::string_view type = types.name(choice);
            const std::string_view rest = name.substr(member.name.size());
            if (rest.size() != type.size() || rest.substr(1) != type.substr(1)) continue;
            return "; in FHIRPath it is '" + std::string(member.name) + "', or '" + std::string(member.name) +
                   ".ofType(" + std::string(type) + ")'";
        }
    }
    return "";
}

}  // namespace

void Analyser::analyse_member(Node& node) {
    analyse(*node.input);
    node.is_ordered = node.input->is_ordered;
    node.name_id = types().find_name(node.name);
    if (!resolve_root_type(node)) resolve_member(node);
}

// The name of a type at the beginning of a path, where no member has that name: `Patient.name` on a Patient.
bool Analyser::resolve_root_type(Node& node) {
    if (node.input->is_written || node.input->kind != NodeKind::focus) return false;
    const std::optional<TypeId> named = types().find_in("FHIR", node.name);
    if (!named) return false;
    const std::vector<TypeId>& focus = node.input->type.types;
    for (const TypeId type : focus) {
        if (node.name_id && types().member(type, *node.name_id)) return false;
    }
    if (focus.empty() && !types().is_resource(*named)) return false;
    ResultType type{{}, node.input->type.is_collection};
    for (const TypeId id : focus) {
        if (types().is_a(id, *named)) type.types.push_back(id);
        if (id != *named && types().is_a(*named, id)) type.types.push_back(*named);
    }
    if (focus.empty()) type.types.push_back(*named);
    if (type.types.empty()) {
        report(options_.is_lenient ? Severity::warning : Severity::error, node.name_offset, node.name_length,
               "the path begins with " + node.name + ", but it is evaluated on " + describe(node.input->type));
    }
    node.kind = NodeKind::root_type;
    node.specifier.types = {*named};
    node.type = type;
    return true;
}

void Analyser::resolve_member(Node& node) {
    const ResultType& input = node.input->type;
    node.type = {{}, true};
    node.member.reset();
    if (input.types.empty()) {
        if (!node.name_id) report_unknown_member(node);
        return;
    }
    std::vector<MemberView> found;
    bool is_certain = true;
    std::size_t holders = 0;
    for (const TypeId type : input.types) {
        if (find_members(node, type, found, is_certain)) ++holders;
    }
    if (holders == 0) return report_unknown_member(node);
    if (holders < input.types.size()) is_certain = false;
    bool is_collection = input.is_collection;
    for (const MemberView& view : found) {
        is_collection = is_collection || view.is_collection;
        add_types(view, node.type.types);
        if (!are_the_same(view, found.front())) is_certain = false;
    }
    node.type.is_collection = is_collection;
    if (is_certain && node.name_id) node.member = found.front();
}

// Appends what `type`, or where it is abstract a type that specialises it, has under the name.
bool Analyser::find_members(Node& node, TypeId type, std::vector<MemberView>& found, bool& is_certain) {
    if (type == TypeId::type_info) {
        is_certain = false;
        found.push_back({node.name, {}, TypeId::string, {}, false});
        return node.name == "name" || node.name == "namespace" || node.name == "baseType";
    }
    if (!node.name_id || is_system(type)) return false;
    if (const auto view = types().member(type, *node.name_id)) {
        found.push_back(*view);
        return true;
    }
    if (!types().has_specialisations(type)) return false;
    is_certain = false;
    const std::size_t before = found.size();
    for (std::size_t i = 0; i < types().count(); ++i) {
        const TypeId candidate{static_cast<std::uint16_t>(i)};
        if (!types().is_a(candidate, type)) continue;
        if (const auto view = types().member(candidate, *node.name_id)) found.push_back(*view);
    }
    return found.size() > before;
}

std::vector<std::string_view> Analyser::member_names(const ResultType& type) const {
    std::vector<std::string_view> names;
    for (const TypeId id : type.types) {
        for (const MemberView& member : types().members(id)) names.push_back(member.name);
    }
    return names;
}

void Analyser::report_unknown_member(const Node& node) {
    const ResultType& input = node.input->type;
    const auto say = [&](std::string message) {
        if (!options_.is_lenient) return report_name(node, std::move(message));
        report(Severity::warning, node.name_offset, node.name_length, message + ", so this is empty");
    };
    if (input.types.empty()) return say("no type of FHIR R4 has a member '" + node.name + "'");
    if (input.types.size() == 1 && is_system(input.types[0])) {
        return say("a value of type " + describe(input) + " has no members");
    }
    std::string hint;
    for (const TypeId id : input.types) {
        if (hint.empty()) hint = choice_hint(node.name, types().members(id), types());
    }
    if (hint.empty()) hint = did_you_mean(node.name, member_names(input));
    say(describe(input) + " has no member '" + node.name + "'" + (options_.is_lenient ? "" : hint));
}

}  // namespace fhir::path
