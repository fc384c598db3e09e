#include "fhir/path/types.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <iterator>
#include <utility>

namespace fhir::path {
namespace {

// system_string: an element that R4 declares as FHIRPath's String although it is written as a FHIR type: Resource.id,
// Element.id, Extension.url.
enum class TypeKind : std::uint8_t { primitive, complex, resource, anonymous, system_string };

struct MemberRow {
    std::uint16_t name;
    std::uint16_t type;
    std::uint16_t first_choice;
    std::uint16_t choice_count;
    bool is_collection;
};

struct TypeRow {
    std::string_view path;
    std::uint16_t base;
    TypeKind kind;
    std::uint16_t first_member;
    std::uint16_t member_count;
};

#include "fhir/path/model_r4.inc"

constexpr std::size_t first_fhir = static_cast<std::size_t>(TypeId::first_fhir);
constexpr std::size_t first_declared = first_fhir + std::size(type_rows);
constexpr std::size_t first_declared_name = std::size(sibling_names);

constexpr std::array<std::string_view, first_fhir> system_names{
    "", "Boolean", "Integer", "Long", "Decimal", "String", "Date", "DateTime", "Time", "Quantity", "TypeInfo"};

constexpr auto choice_type_ids = [] {
    std::array<TypeId, std::size(choice_types)> ids{};
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = TypeId{choice_types[i]};
    return ids;
}();

std::size_t index(TypeId type) {
    return static_cast<std::size_t>(type);
}

const TypeRow* row_of(TypeId type) {
    if (index(type) < first_fhir || index(type) >= first_declared) return nullptr;
    return &type_rows[index(type) - first_fhir];
}

constexpr std::size_t named_types = [] {
    std::size_t count = 0;
    while (type_rows[count].kind != TypeKind::anonymous) ++count;
    return count;
}();

constexpr TypeId system_type_of_row(const TypeRow& row) {
    constexpr std::pair<std::string_view, TypeId> other_than_string[] = {
        {"boolean", TypeId::boolean},     {"integer", TypeId::integer},   {"positiveInt", TypeId::integer},
        {"unsignedInt", TypeId::integer}, {"decimal", TypeId::decimal},   {"date", TypeId::date},
        {"dateTime", TypeId::date_time},  {"instant", TypeId::date_time}, {"time", TypeId::time},
        {"Quantity", TypeId::quantity},   {"Age", TypeId::quantity},      {"Count", TypeId::quantity},
        {"Distance", TypeId::quantity},   {"Duration", TypeId::quantity},
    };
    for (const auto& [path, type] : other_than_string) {
        if (path == row.path) return type;
    }
    return row.kind == TypeKind::primitive || row.kind == TypeKind::system_string ? TypeId::string : TypeId::none;
}

constexpr auto system_types = [] {
    std::array<TypeId, std::size(type_rows)> types{};
    for (std::size_t i = 0; i < types.size(); ++i) types[i] = system_type_of_row(type_rows[i]);
    return types;
}();

constexpr TypeId row_named(std::string_view path) {
    std::size_t row = 0;
    while (type_rows[row].path != path) ++row;
    return TypeId{static_cast<std::uint16_t>(first_fhir + row)};
}

// Named types by a hash of their names, since the type of every resource in a bundle is looked up by its name.
constexpr std::size_t name_slots = 1024;

// Length and three letters tell nearly all of them apart.
constexpr std::size_t hash_of(std::string_view name) {
    if (name.empty()) return 0;
    std::uint32_t hash = static_cast<std::uint32_t>(name.size());
    for (const char c : {name.front(), name[name.size() / 2], name.back()}) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    }
    return (hash ^ (hash >> 16)) % name_slots;
}

constexpr auto rows_by_name = [] {
    std::array<std::uint16_t, name_slots> slots{};  // row + 1; 0 is free
    for (std::size_t row = 0; row < named_types; ++row) {
        std::size_t slot = hash_of(type_rows[row].path);
        while (slots[slot] != 0) slot = (slot + 1) % name_slots;
        slots[slot] = static_cast<std::uint16_t>(row + 1);
    }
    return slots;
}();

std::optional<TypeId> find_named(std::string_view name) {
    for (std::size_t slot = hash_of(name); rows_by_name[slot] != 0; slot = (slot + 1) % name_slots) {
        const std::size_t row = rows_by_name[slot] - 1U;
        if (type_rows[row].path == name) return TypeId{static_cast<std::uint16_t>(first_fhir + row)};
    }
    return std::nullopt;
}

bool is_primitive_row(const TypeRow* row) {
    return row && (row->kind == TypeKind::primitive || row->kind == TypeKind::system_string);
}

MemberView view_of(const MemberRow& row) {
    const std::string_view sibling = sibling_names[row.name];
    MemberView view{sibling.substr(1), {}, TypeId{row.type}, {}, row.is_collection};
    view.choices = std::span(choice_type_ids).subspan(row.first_choice, row.choice_count);
    if (is_primitive_row(row_of(TypeId{row.type}))) view.sibling = sibling;
    return view;
}

std::span<const MemberRow> members_of(const TypeRow& row) {
    return std::span(member_rows).subspan(row.first_member, row.member_count);
}

}  // namespace

TypeId resource_type() {
    static constexpr TypeId type = row_named("Resource");
    return type;
}
TypeId extension_type() {
    static constexpr TypeId type = row_named("Extension");
    return type;
}
TypeId coding_type() {
    static constexpr TypeId type = row_named("Coding");
    return type;
}
TypeId codeable_concept_type() {
    static constexpr TypeId type = row_named("CodeableConcept");
    return type;
}

TypeId system_type_of(TypeId type) {
    if (index(type) < first_fhir) return type;
    return index(type) < first_declared ? system_types[index(type) - first_fhir] : TypeId::none;
}

TypeId Types::declare(std::string name, std::vector<Member> members) {
    assert(!find(name));
    const TypeId id{static_cast<std::uint16_t>(first_declared + declared_.size())};
    Declared type{name, std::move(members), {}};
    for (const Member& member : type.members) type.order.push_back(number_name(member.name));
    declared_.push_back(std::move(type));
    declared_by_name_.emplace(std::move(name), id);
    return id;
}

NameId Types::number_name(std::string_view name) {
    if (const std::optional<NameId> known = find_name(name)) return *known;
    const NameId id{static_cast<std::uint16_t>(first_declared_name + declared_names_.size())};
    declared_names_.emplace(name, id);
    return id;
}

std::optional<NameId> Types::find_name(std::string_view name) const {
    const auto by_name = [](std::string_view sibling, std::string_view wanted) { return sibling.substr(1) < wanted; };
    const auto* const found = std::lower_bound(std::begin(sibling_names), std::end(sibling_names), name, by_name);
    if (found != std::end(sibling_names) && found->substr(1) == name) {
        return NameId{static_cast<std::uint16_t>(found - std::begin(sibling_names))};
    }
    const auto declared = declared_names_.find(std::string(name));
    return declared == declared_names_.end() ? std::nullopt : std::optional(declared->second);
}

std::optional<TypeId> Types::find(std::string_view name) const {
    if (const std::size_t dot = name.find('.'); dot != std::string_view::npos) {
        return find_in(name.substr(0, dot), name.substr(dot + 1));
    }
    const std::optional<TypeId> type = find_in("FHIR", name);
    return type ? type : find_in("System", name);
}

std::optional<TypeId> Types::find_in(std::string_view name_space, std::string_view name) const {
    if (name_space == "System") {
        const auto* const found = std::find(system_names.begin() + 1, system_names.end(), name);
        if (found == system_names.end()) return std::nullopt;
        return TypeId{static_cast<std::uint16_t>(found - system_names.begin())};
    }
    if (name_space != "FHIR") return std::nullopt;
    if (const std::optional<TypeId> named = find_named(name)) return named;
    const auto declared = declared_by_name_.find(std::string(name));
    return declared == declared_by_name_.end() ? std::nullopt : std::optional(declared->second);
}

std::string_view Types::name(TypeId type) const {
    const TypeRow* row = row_of(type);
    const bool is_named_by_base = row && (row->kind == TypeKind::anonymous || row->kind == TypeKind::system_string);
    return is_named_by_base ? path(TypeId{row->base}) : path(type);
}

std::string_view Types::path(TypeId type) const {
    if (index(type) < first_fhir) return system_names[index(type)];
    if (const TypeRow* row = row_of(type)) return row->path;
    return declared_[index(type) - first_declared].name;
}

TypeId Types::base(TypeId type) const {
    const TypeRow* row = row_of(type);
    return row ? TypeId{row->base} : TypeId::none;
}

bool Types::is_a(TypeId type, TypeId ancestor) const {
    const TypeRow* row = row_of(type);
    if (ancestor == TypeId::string && row && row->kind == TypeKind::system_string) return true;
    for (; type != TypeId::none; type = base(type)) {
        if (type == ancestor) return true;
    }
    return false;
}

bool Types::is_primitive(TypeId type) const {
    return is_primitive_row(row_of(type));
}

TypeId Types::written_type(TypeId type) const {
    const TypeRow* row = row_of(type);
    return row && row->kind == TypeKind::system_string ? TypeId{row->base} : type;
}

bool Types::is_resource(TypeId type) const {
    const TypeRow* row = row_of(type);
    return row && row->kind == TypeKind::resource;
}

std::optional<MemberView> Types::member(TypeId type, NameId name) const {
    for (; const TypeRow* row = row_of(type); type = TypeId{row->base}) {
        const std::span<const MemberRow> members = members_of(*row);
        const auto by_name = [](const MemberRow& member, NameId wanted) { return NameId{member.name} < wanted; };
        const auto found = std::lower_bound(members.begin(), members.end(), name, by_name);
        if (found != members.end() && NameId{found->name} == name) return view_of(*found);
    }
    if (index(type) < first_declared) return std::nullopt;
    const Declared& declared = declared_[index(type) - first_declared];
    const auto found = std::find(declared.order.begin(), declared.order.end(), name);
    if (found == declared.order.end()) return std::nullopt;
    return view_of_declared(declared.members[static_cast<std::size_t>(found - declared.order.begin())]);
}

MemberView Types::view_of_declared(const Member& member) const {
    return {member.name, {}, member.type, {}, member.is_collection};
}

std::vector<MemberView> Types::members(TypeId type) const {
    if (const TypeRow* row = row_of(type)) {
        std::vector<MemberView> all = members(TypeId{row->base});
        for (const MemberRow& member : members_of(*row)) all.push_back(view_of(member));
        return all;
    }
    std::vector<MemberView> all;
    if (index(type) >= first_declared) {
        for (const Member& member : declared_[index(type) - first_declared].members) {
            all.push_back(view_of_declared(member));
        }
    }
    return all;
}

bool Types::has_specialisations(TypeId type) const {
    return std::any_of(std::begin(type_rows), std::end(type_rows),
                       [&](const TypeRow& row) { return TypeId{row.base} == type; });
}

std::size_t Types::count() const {
    return first_declared + declared_.size();
}

}  // namespace fhir::path
