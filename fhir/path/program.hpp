// A parsed and analysed expression: a tree of nodes that the evaluator walks. Built by the parser, completed by the
// analyser, never changed afterwards.
#pragma once

#include "fhir/path/path.hpp"
#include "fhir/path/types.hpp"
#include "fhir/path/value.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace fhir::path {

struct Function;  // functions.hpp

enum class NodeKind : std::uint8_t {
    literal,
    empty,      // {}
    focus,      // $this, written or understood
    index,      // $index
    total,      // $total
    variable,   // %name
    root_type,  // the type's name at the beginning of a path: the focus, if it is one
    member,
    indexer,
    call,
    identity,  // +x
    negate,
    multiply,
    divide,
    integer_divide,
    modulo,
    add,
    subtract,
    concatenate,
    as,
    unite,
    is,  // from here on: operators that decide
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    equal,
    not_equal,
    equivalent,
    not_equivalent,
    in,
    contains,
    logical_and,
    logical_or,
    logical_xor,
    implies
};

/// Whether it is an operator that gives true, false or nothing: type test, comparison, equality, membership, logic.
constexpr bool decides(NodeKind kind) noexcept {
    return kind >= NodeKind::is;
}

/// Variables that are always there. ext and vs stand for %`ext-…` and %`vs-…`, whose value is a literal.
enum class BuiltIn : std::uint8_t { none, context, resource, root_resource };

/// What a type specifier means: `Quantity` alone is FHIR's and System's. No types: a name that System does not have.
struct TypeSpecifier {
    std::vector<TypeId> types;
};

/// What the evaluator always looks at comes first, close together: a pack has thousands of nodes, and reaching for
/// their memory is what most of them cost.
struct Node {
    NodeKind kind = NodeKind::empty;
    bool is_written = true;  ///< false for a $this that is understood
    bool is_ordered = true;
    bool is_descending = false;             ///< an argument of sort() with `desc` behind it, or a minus in front
    bool has_direction = false;             ///< an argument of sort() with `asc` or `desc` behind it
    BuiltIn built_in = BuiltIn::none;       ///< variable
    Node* input = nullptr;                  ///< what stands before the dot; the left operand
    const Function* function = nullptr;     ///< call
    std::vector<Node*> arguments;           ///< of a call; the right operand; the index
    std::optional<std::size_t> variable{};  ///< index among the caller's variables
    Value literal;                          ///< kinds literal, and variable where it has a fixed value
    std::optional<MemberView> member;       ///< member: where it is the same for every type that can occur

    std::optional<NameId> name_id;            ///< member: as it is looked up where the type is not known
    TypeSpecifier specifier;                  ///< root_type, is, as, calls with a type
    std::string_view defined{};               ///< a variable of defineVariable(): its name
    std::shared_ptr<const re2::RE2> pattern;  ///< call: a regular expression that is a literal

    // For the analyser, and for messages.
    std::size_t offset = 0;  ///< of the whole part in the expression's text
    std::size_t length = 0;
    std::size_t name_offset = 0;  ///< of the name or operator alone
    std::size_t name_length = 0;
    std::size_t height = 1;  ///< of the tree below, this node included
    std::string name;        ///< of a member, function, variable or type specifier
    ResultType type;
};

/// What a key of sort() is computed by: a minus in front that says "descending" is no sign.
inline const Node& sort_key_of(const Node& argument) {
    return argument.is_descending && !argument.has_direction ? *argument.input : argument;
}

struct Program {
    Node* root = nullptr;
    const Types* types = nullptr;
    TypeId context = TypeId::none;
    std::size_t variable_count = 0;
    std::string text;
    std::deque<Node> nodes;
    std::deque<Value> literals;  ///< owns what literals of nodes borrow
    ResultType result_type;
    std::vector<Diagnostic> warnings;
    std::vector<VariableUse> variable_uses;
    std::optional<VariableUse> filtered_variable;
};

/// The part of `program`'s text that `node` is.
inline std::string_view text_of_node(const Program& program, const Node& node) {
    return std::string_view(program.text).substr(node.offset, node.length);
}

}  // namespace fhir::path
