// The functions of FHIRPath, one table a family. A row says what the analyser checks (input, arguments, result) and
// which C++ function computes it; adding a function is adding a row and that function.
#pragma once

#include "fhir/path/program.hpp"
#include "fhir/path/value.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace fhir::path {

class Evaluator;
class Visit;
enum class Truth : std::uint8_t;

/// A set of System types: what an input or an argument may turn into.
using Kinds = std::uint16_t;
namespace kinds {
inline constexpr Kinds anything = 0;
inline constexpr Kinds boolean = 1;
inline constexpr Kinds integer = 2;
inline constexpr Kinds long_integer = 4;
inline constexpr Kinds decimal = 8;
inline constexpr Kinds string = 16;
inline constexpr Kinds date = 32;
inline constexpr Kinds date_time = 64;
inline constexpr Kinds time = 128;
inline constexpr Kinds quantity = 256;
inline constexpr Kinds whole = integer | long_integer;
inline constexpr Kinds number = whole | decimal;
inline constexpr Kinds temporal = date | date_time | time;
}  // namespace kinds

/// The kind of a System type; `anything` for a type that is none.
Kinds kind_of(TypeId system_type);
/// Of all that a collection can hold; `anything` where that is not known.
Kinds kinds_of(const ResultType& type);

struct Parameter {
    enum class Form : std::uint8_t {
        value,       ///< evaluated once, at most one value of `kinds`
        collection,  ///< evaluated once
        criterion,   ///< evaluated for each item as $this; must be Boolean
        projection,  ///< evaluated for each item as $this
        sort_key,    ///< a projection, perhaps with a minus in front
        type,        ///< the name of a type
        name         ///< a string literal
    };
    Form form = Form::value;
    Kinds kinds = kinds::anything;
};

/// What a call gives, as far as its arguments and input tell.
enum class Gives : std::uint8_t {
    boolean,
    integer,
    long_integer,
    decimal,
    decimals,
    string,
    strings,
    date,
    date_time,
    time,
    quantity,
    type_info,
    anything,        ///< any number of anything, in no order
    input,           ///< items of the input
    input_item,      ///< at most one item of the input
    input_number,    ///< a number (or Quantity) like the input
    whole_number,    ///< an Integer, or a Quantity of one
    rounded_number,  ///< a Decimal, or a Quantity of one
    input_temporal,  ///< a value of the input's System type
    typed_items,     ///< items of the type that is the argument
    typed_item,
    projected,           ///< what the projection gives
    input_and_argument,  ///< items of both
    arguments,           ///< items of any argument
    branches,            ///< iif: what the second or third argument gives
    accumulated,         ///< aggregate: what its first argument gives
    extensions,
    resources
};

inline constexpr std::uint8_t any_number = 255;

/// An argument that is the same in every evaluation.
struct KnownArgument {
    const Node& call;  ///< the input and the arguments before this one have their types
    std::size_t index = 0;
    const Value& value;
    const Types& types;
};

struct Function {
    /// Appends the result to `out`; false if it failed, which the evaluator has been told.
    using Run = bool (*)(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out);
    /// The same for functions that give a Boolean, without a collection.
    using Decide = Truth (*)(Evaluator& evaluator, const Node& call);

    /// The same for filters: hands on what passes, without a collection.
    using Filter = bool (*)(Evaluator& evaluator, const Node& call, Visit visit);

    /// Why every evaluation with this argument fails that is given anything; "" if it need not.
    using Refuse = std::string_view (*)(const KnownArgument& known);

    std::string_view name;
    Kinds input = kinds::anything;  ///< checked only if it is not `anything`
    Gives gives = Gives::anything;
    Run run = nullptr;
    std::array<Parameter, 3> parameters{};  ///< a variadic function repeats its last one
    std::uint8_t required = 0;              ///< number of arguments
    std::uint8_t allowed = 0;
    bool needs_order = false;  ///< has no meaning on children() and descendants()
    bool needs_terminology = false;
    Decide decide = nullptr;
    Filter filter = nullptr;
    Refuse refuse = nullptr;
};

/// By name; nullptr if there is none.
const Function* find_function(std::string_view name);

/// All names, for "did you mean".
std::vector<std::string_view> function_names();

// The families.
std::span<const Function> existence_functions();
std::span<const Function> filtering_functions();
std::span<const Function> combining_functions();
std::span<const Function> conversion_functions();
std::span<const Function> string_functions();
std::span<const Function> text_coding_functions();
std::span<const Function> math_functions();
std::span<const Function> date_functions();
std::span<const Function> boundary_functions();
std::span<const Function> type_functions();
std::span<const Function> tree_functions();
std::span<const Function> interval_functions();
std::span<const Function> terminology_functions();
std::span<const Function> utility_functions();

}  // namespace fhir::path
