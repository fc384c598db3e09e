// FHIRPath as rules use it: expressions whose variables are slots of a program, and texts with expressions in them.
//
// A slot is one thing that a rule can name: %param, %age, a fact, an analyte. What an expression reads is known
// statically, and so are the prefetch sources behind it; evaluation fills exactly the slots that are read.
#pragma once

#include "fhir/path/path.hpp"
#include "rules/pack/pack.hpp"
#include "rules/program/declared_words.hpp"
#include "rules/text/diagnostic.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rules {

/// Prefetch keys as bits; Program::Inner::source_keys numbers them.
using SourceSet = std::uint32_t;

/// The slots that every pack has; its facts and then its analytes follow.
enum FixedSlot : std::uint16_t {
    slot_param,
    slot_age,
    slot_alive,
    slot_sex,
    slot_today,
    slot_orders,
    slot_drafts,
    slot_results,
    slot_unreadable,
    slot_unavailable,
    slot_item,
    first_fact_slot
};

/// Which part of an analyte's slot an expression reads: an open order comes from another source than a result.
enum class SlotPart : std::uint8_t { whole, results, orders };

/// One thing that rules can name.
struct Slot {
    std::string name;
    fhir::path::TypeId type = fhir::path::TypeId::none;
    bool is_collection = true;
    bool is_analyte = false;
    SourceSet result_sources = 0;  ///< what it is made of; of an analyte, its results
    SourceSet order_sources = 0;   ///< of an analyte: its open orders
    SourceSet also_reads = 0;      ///< what refines it without being needed: the medications that make a result stale
    bool is_defined = false;       ///< its type is known: expressions may read it

    SourceSet sources(SlotPart part) const {
        if (part == SlotPart::results) return result_sources;
        return part == SlotPart::orders ? order_sources : result_sources | order_sources;
    }
};

struct SlotUse {
    std::uint16_t slot = 0;
    SlotPart part = SlotPart::whole;
    bool is_filtered = false;  ///< the result is a subset of these items: what is found holds, whatever else is missing
};

struct CompiledExpression {
    fhir::path::Expression path;
    boost::container::small_vector<SlotUse, 4> uses;
    bool is_bare = false;                 ///< nothing but the name of a slot: its items are the result
    SourceSet reads = 0;                  ///< every source behind it, for the prefetch
    std::vector<std::string> parameters;  ///< names of the parameters it reads
};

/// A text with expressions in it: "below {{%b12.result.upper}}".
struct TextTemplate {
    struct Part {
        std::string literal;                      ///< stands before the expression
        std::optional<CompiledExpression> value;  ///< nothing: the end of the text
    };
    std::vector<Part> parts;
};

/// Compiles expressions over the slots that are defined so far and gathers what is wrong with them, at their place in
/// the file.
class ExpressionCompiler {
  public:
    /// The files of `pack` and the others are borrowed; `types` must outlive the expressions.
    ExpressionCompiler(const Pack& pack, const fhir::path::Types& types, const std::vector<Slot>& slots,
                       Diagnostics& findings)
        : files_(pack.files), words_(pack), types_(types), slots_(slots), findings_(findings) {}

    /// \returns nothing after a finding.
    std::optional<CompiledExpression> compile(const Authored& written);
    /// One that holds or does not: warns of what holds always or never, whatever the patient.
    std::optional<CompiledExpression> compile_condition(const Authored& written);
    std::optional<TextTemplate> compile_template(const Authored& written);

    /// What %item is from now on: `none` where there is no %item.
    void set_item_type(std::optional<fhir::path::TypeId> type) { item_type_ = type; }

  private:
    std::optional<CompiledExpression> compile(std::string_view text, const Place& place, std::size_t offset);
    std::vector<fhir::path::Variable> variables() const;
    void report(Severity severity, Place place, std::string code, std::string message, std::string mend);
    Place place_inside(const Place& written, std::size_t offset) const;
    void report(const std::vector<fhir::path::Diagnostic>& faults, const Place& place, std::size_t offset);
    void report_unknown_words(const fhir::path::Expression& expression, const Place& place, std::size_t offset);
    void describe_uses(CompiledExpression& compiled) const;

    const PackFiles& files_;  ///< for places
    DeclaredWords words_;
    const fhir::path::Types& types_;
    const std::vector<Slot>& slots_;
    Diagnostics& findings_;
    std::optional<fhir::path::TypeId> item_type_;
};

/// The names behind % in `expression`, outside strings and comments, each once, in order of appearance. Used before
/// compilation, to find the order in which facts depend on each other.
std::vector<std::string> variables_named_in(std::string_view expression);

}  // namespace rules
