// The types an expression can speak of: FHIRPath's System types, the whole of FHIR R4 from a table generated out of
// HL7's definitions (model_r4.inc), and types that the caller declares for its own small JSON objects.
//
// Ids of System and R4 types are the same in every `Types`. Declare first, then compile and evaluate: afterwards a
// `Types` is only read and may be shared between threads. It must outlive what was compiled with it.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fhir::path {

/// A type. `none` means: not known, anything.
enum class TypeId : std::uint16_t {
    none,
    boolean,
    integer,
    long_integer,
    decimal,
    string,
    date,
    date_time,
    time,
    quantity,
    type_info,  ///< what type() gives
    first_fhir  ///< FHIR R4 types from here, the caller's types behind them
};

/// A member name, numbered so that looking one up at run time compares integers.
enum class NameId : std::uint16_t {};

/// A member of a type that the caller declares. JSON has it under `name`; a System type means a JSON value of the
/// natural kind (dates and times as FHIR writes them, decimals as numbers).
struct Member {
    std::string name;
    TypeId type = TypeId::none;
    bool is_collection = false;
};

/// A member as the engine uses it. Views are into the Types, or static.
struct MemberView {
    std::string_view name;
    std::string_view sibling;           ///< "_name" where JSON may hold id and extensions beside a primitive, else ""
    TypeId type = TypeId::none;         ///< none for a choice
    std::span<const TypeId> choices{};  ///< the types of value[x]
    bool is_collection = false;
};

class Types {
  public:
    /// System and FHIR R4.
    Types() = default;
    Types(const Types&) = delete;
    Types& operator=(const Types&) = delete;

    /// Adds a type. Preconditions: no type has this name yet; members have different names.
    TypeId declare(std::string name, std::vector<Member> members);

    /// "Patient", "HumanName", "boolean", "Boolean", a declared name; "FHIR." or "System." in front is understood.
    /// "Quantity" alone is FHIR's.
    std::optional<TypeId> find(std::string_view name) const;

    /// As `find`, but in one namespace: "FHIR" (with the declared types) or "System".
    std::optional<TypeId> find_in(std::string_view name_space, std::string_view name) const;

    /// "Patient", "boolean", "Integer"; "BackboneElement" for what R4 leaves without a name.
    std::string_view name(TypeId type) const;

    /// "Patient.contact" where name() says "BackboneElement"; else the name.
    std::string_view path(TypeId type) const;

    /// What `type` specialises, or none.
    TypeId base(TypeId type) const;

    /// Whether `type` is `ancestor` or specialises it.
    bool is_a(TypeId type, TypeId ancestor) const;

    /// `type`; for the ids and urls that R4 declares as FHIRPath's String, the FHIR type as which they are written.
    TypeId written_type(TypeId type) const;

    /// Whether `type` is one of R4's primitives (string, code, dateTime …), or one of its resources.
    bool is_primitive(TypeId type) const;
    bool is_resource(TypeId type) const;

    /// The number of a member name that some type has.
    std::optional<NameId> find_name(std::string_view name) const;

    /// The member `name` of `type`, own or inherited.
    std::optional<MemberView> member(TypeId type, NameId name) const;

    /// All members of `type`, inherited ones first.
    std::vector<MemberView> members(TypeId type) const;

    /// Whether other types specialise `type` (Resource, DomainResource, Element …).
    bool has_specialisations(TypeId type) const;

    /// All types that there are: System, R4, declared.
    std::size_t count() const;

  private:
    struct Declared {
        std::string name;
        std::vector<Member> members;
        std::vector<NameId> order;  ///< of members, ascending
    };
    NameId number_name(std::string_view name);
    MemberView view_of_declared(const Member& member) const;

    std::deque<Declared> declared_;
    std::unordered_map<std::string, TypeId> declared_by_name_;
    std::unordered_map<std::string, NameId> declared_names_;
};

/// The System type that elements of `type` turn into where a value is needed: String for code, DateTime for instant,
/// Quantity for Age. A System type itself; none for everything else. Source: FHIR R4, FHIRPath, 2.9.1.2.
TypeId system_type_of(TypeId type);

/// R4's Resource, of which an element's true type stands in its "resourceType"; and types that the engine knows of.
TypeId resource_type();
TypeId extension_type();
TypeId coding_type();
TypeId codeable_concept_type();

/// Whether `type` is one of FHIRPath's own.
constexpr bool is_system(TypeId type) {
    return type != TypeId::none && type < TypeId::first_fhir;
}

}  // namespace fhir::path
