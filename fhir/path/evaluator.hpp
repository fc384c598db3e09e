// Walks the tree of an analysed expression. A node is asked for a collection, for its single value, or for its truth;
// the latter two spare the collection where the analyser knows that there is at most one value.
//
// A function that returns false, Outcome::failed or Truth::failed has told the error by fail().
#pragma once

#include "fhir/path/functions.hpp"
#include "fhir/path/measure.hpp"
#include "fhir/path/path.hpp"
#include "fhir/path/program.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fhir::path {

enum class Outcome : std::uint8_t { none, one, failed };
enum class Truth : std::uint8_t { no, yes, unknown, failed };

inline Truth truth_of(bool value) {
    return value ? Truth::yes : Truth::no;
}

/// A reference to something that takes one value after the other and says whether it wants more.
class Visit {
  public:
    template <typename Visitor>
    Visit(const Visitor& visitor)  // NOLINT: meant to convert
        : visitor_(&visitor), call_([](const void* called, Value&& value) {
              return (*static_cast<const Visitor*>(called))(std::move(value));
          }) {}
    bool operator()(Value&& value) const { return call_(visitor_, std::move(value)); }

  private:
    const void* visitor_;
    bool (*call_)(const void*, Value&&);
};

class Evaluator {
  public:
    Evaluator(const Program& program, const Input& input);

    /// Appends the values of `node`.
    bool collect(const Node& node, Collection& out);
    /// The one value of `node`; several are an error.
    Outcome single(const Node& node, Value& out);
    /// Hands the values of `node` to `visit`, one after the other, as long as it returns true.
    bool visit(const Node& node, Visit visit);
    /// `node` as a Boolean: a single value that is none counts as true (FHIRPath N1, 4.5 singleton evaluation).
    Truth truth(const Node& node);

    /// As `single`, but as a System value; an element without one is an error.
    Outcome system_value(const Node& node, Value& out);
    /// Argument number `index` as a System value; none if it is not given.
    Outcome argument(const Node& call, std::size_t index, Value& out);
    /// The single item of an input.
    Outcome single_item(const Node& call, const Collection& input, Value& out);
    /// The same as a System value whose kind is among `allowed`; another kind is an error.
    Outcome single_input(const Node& call, const Collection& input, Kinds allowed, Value& out);

    /// Hands on what `item` has under the name of `member`.
    bool visit_member(const Node& member, const Value& item, Visit visit);
    /// Hands on `view` of the JSON object, all of it.
    bool visit_member(const MemberView& view, const boost::json::object& object, Visit visit);
    /// Hands on all children of `item`.
    bool visit_children(const Value& item, Visit visit);

    /// Counts work; false when there has been too much.
    bool spend(const Node& node, std::size_t steps = 1) {
        if (steps > steps_left_) return fail_on_steps(node);
        steps_left_ -= steps;
        return true;
    }
    /// Appends unless the collection is too large.
    bool push(const Node& node, Value&& value, Collection& out) {
        if (out.size() >= input_.limits.collection_size) return fail_on_size(node);
        out.push_back(std::move(value));
        return spend(node);
    }
    bool push(const Node& node, const Value& value, Collection& out) { return push(node, Value(value), out); }
    /// A string an expression makes, unless it is too long.
    bool push_string(const Node& node, std::string text, Collection& out);

    bool fail(EvaluationErrorCode code, std::string message, const Node& node);
    bool fail_on_several(const Node& node);
    bool fail_on_steps(const Node& node);
    bool fail_on_size(const Node& node);
    bool fail_on_type(const Node& node, std::string_view needed);

    const Program& program() const { return program_; }
    const Types& types() const { return *program_.types; }
    const Input& input() const { return input_; }
    const Limits& limits() const { return input_.limits; }
    const EvaluationError& error() const { return error_; }

    /// What $this, $index and $total mean for a while; variables defined meanwhile are forgotten.
    class Scope {
      public:
        Scope(Evaluator& evaluator, const Value* focus, std::size_t index);
        /// Keeps $this.
        explicit Scope(Evaluator& evaluator);
        ~Scope();
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        void set(const Value* focus, std::size_t index);

      private:
        Evaluator& evaluator_;
        const Value* focus_;
        std::size_t index_;
        std::size_t defined_;
    };

    const Value* focus() const { return focus_; }
    std::size_t index() const { return index_; }
    const Collection* exchange_total(const Collection* total) { return std::exchange(total_, total); }
    void define(std::string_view name, Collection values) { defined_.emplace_back(name, std::move(values)); }

    /// Every part is told to `root` with its values from now on.
    void explain_into(Explanation& root) { explanation_ = &root; }

  private:
    bool collect_unobserved(const Node& node, Collection& out);
    bool collect_explained(const Node& node, Collection& out);
    bool collect_variable(const Node& node, Collection& out);
    bool collect_call(const Node& node, Collection& out);
    bool collect_indexer(const Node& node, Collection& out);
    bool collect_operator(const Node& node, Collection& out);
    bool collect_truth(const Node& node, Collection& out);
    Outcome single_of(const Node& node, Value& out);
    Outcome single_visited(const Node& node, Value& out);
    Truth truth_of_collection(const Node& node);
    Truth truth_of_operator(const Node& node);
    Truth truth_of_value(const Value& value) const;
    Truth truth_of_logic(const Node& node);
    Truth truth_of_equality(const Node& node);
    Truth truth_of_order(const Node& node);
    Truth truth_of_membership(const Node& node, const Node& item, const Node& list);

    const Program& program_;
    const Input& input_;
    const Value* focus_;
    std::size_t index_ = 0;
    const Collection* total_ = nullptr;
    std::vector<std::pair<std::string_view, Collection>> defined_;
    std::size_t steps_left_;
    Explanation* explanation_ = nullptr;
    EvaluationError error_;
};

// ---- operations on values that operators and functions share
// ---------------------------------------------------------

/// FHIRPath's `~`. Every comparison of two nodes is a step of the evaluation.
class Equivalence {
  public:
    Equivalence(Evaluator& evaluator, const Node& node) : evaluator_(evaluator), node_(node) {}

    /// Of two items: unknown for quantities that do not measure the same.
    Truth of(const Value& left, const Value& right);
    /// Of two collections, in any order; what is unknown among several is not equivalent.
    Truth of(const Collection& left, const Collection& right);

  private:
    bool spend(std::size_t steps = 1) {
        if (!failed_ && !evaluator_.spend(node_, steps)) failed_ = true;
        return !failed_;
    }
    std::optional<bool> are_equivalent(const Value& left, const Value& right);
    bool are_equivalent_elements(const Value& left, const Value& right);
    bool are_equivalent_codings(const boost::json::value& left, const boost::json::value& right);
    bool are_equivalent_concepts(const boost::json::value& left, const boost::json::value& right);
    bool are_equivalent_trees(const boost::json::value& left, const boost::json::value& right);
    bool are_equivalent_objects(const boost::json::object& left, const boost::json::object& right);
    template <typename List, typename Fits>
    bool can_be_paired(const List& left, const List& right, Fits fits);

    Evaluator& evaluator_;
    const Node& node_;
    bool failed_ = false;
};

/// The order of two System values; no_order where it is undecided, wrong_types where there is none.
enum class Order : std::uint8_t { less, equal, greater, undecided, wrong_types };
Order order(const Value& left, const Value& right);

/// Multiplication and the rest, of two System values. Nothing where the result is empty (overflow, division by zero).
/// `failed` is set where the operation is not defined for the types.
Value compute(NodeKind operation, const Value& left, const Value& right, bool& failed);
Value negated(const Value& value, bool& failed);

/// FHIRPath's conversion to a type; without value where there is none.
Value converted(const Value& value, TypeId type);

/// Finds what equals a value among many without comparing it with all of them. Each comparison and each node that is
/// looked at is a step of the evaluation.
class ValueIndex {
  public:
    /// \param values  from `first` on; it may grow meanwhile.
    ValueIndex(Evaluator& evaluator, const Node& node, const Collection& values, std::size_t first = 0)
        : evaluator_(evaluator), node_(node), values_(values), first_(first), indexed_(first) {}
    /// False if it failed. `found` tells whether a value equals `value`.
    bool find(const Value& value, bool& found);

  private:
    Evaluator& evaluator_;
    const Node& node_;
    const Collection& values_;
    std::size_t first_;
    std::size_t indexed_;
    std::size_t lookups_ = 0;
    std::unordered_multimap<std::size_t, std::size_t> places_;  // by key, once there are more than a few
};

/// Appends values to a collection, each that equals none it appended before.
class DistinctValues {
  public:
    DistinctValues(Evaluator& evaluator, const Node& node, Collection& out)
        : evaluator_(evaluator), node_(node), out_(out), index_(evaluator, node, out, out.size()) {}
    /// False if it failed. `added` tells whether the value was new.
    bool add(const Value& value, bool& added);

  private:
    Evaluator& evaluator_;
    const Node& node_;
    Collection& out_;
    ValueIndex index_;
};

/// Appends the values that equal none before them.
bool append_distinct(Evaluator& evaluator, const Node& node, const Collection& values, Collection& out);

/// The type that a value is of, for is, as and ofType.
bool is_of_type(const Types& types, const Value& value, const TypeSpecifier& specifier);
/// The same without R4's specialised primitives: a code is no string here.
bool is_exactly_of_type(const Types& types, const Value& value, const TypeSpecifier& specifier);

}  // namespace fhir::path
