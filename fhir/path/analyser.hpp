// Finds out, for every node of a parsed expression, what types its values can have, and says what can never work:
// unknown names, arguments that do not fit, operators that are not defined, order where there is none. All findings are
// gathered.
#pragma once

#include "fhir/path/functions.hpp"
#include "fhir/path/path.hpp"
#include "fhir/path/program.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fhir::path {

class Analyser {
  public:
    Analyser(Program& program, const CompileOptions& options);

    /// Completes `program`. \returns errors and warnings in order of their places.
    std::vector<Diagnostic> run();

  private:
    /// A variable of defineVariable(), while it can be seen.
    struct Defined {
        std::string_view name;
        ResultType type;
    };
    /// What $this and $total are while an argument is looked at.
    struct Surroundings {
        ResultType focus;
        bool has_total = false;
    };
    class Scope;

    void analyse(Node& node);
    void analyse_variable(Node& node);
    void analyse_operator(Node& node);
    void analyse_arithmetic(Node& node);
    bool can_be_shifted(const Node& node, const Measure& by);
    void check_shift(const Node& node, const Measure& by);
    void analyse_comparison(Node& node);
    void analyse_equality(Node& node);
    void warn_of_unit(const Node& node);
    void analyse_logic(Node& node);
    void analyse_type_operator(Node& node);
    void analyse_indexer(Node& node);

    void analyse_member(Node& node);
    bool resolve_root_type(Node& node);
    void resolve_member(Node& node);
    bool find_members(Node& node, TypeId type, std::vector<MemberView>& found, bool& is_certain);
    void report_unknown_member(const Node& node);
    std::vector<std::string_view> member_names(const ResultType& type) const;

    void analyse_call(Node& node);
    void analyse_argument(Node& call, std::size_t index);
    void analyse_in_item(Node& call, Node& argument);
    void analyse_repeat(Node& call);
    void check_value_argument(const Node& call, const Node& argument, Kinds allowed);
    void check_known_argument(const Node& call, std::size_t index);
    void check_criterion(const Node& call, const Node& argument);
    void check_input(const Node& call);
    void check_pattern(Node& call);
    void take_type_argument(Node& call, Node& argument);
    void take_name_argument(Node& call, Node& argument);
    ResultType result_of(const Node& call) const;
    ResultType branches_of(const Node& call) const;
    ResultType input_with(const Node& call, const Node& argument) const;
    ResultType number_or_quantity(const ResultType& input, TypeId number) const;
    ResultType system_types_of(const ResultType& type) const;
    bool is_ordered_result(const Node& call) const;
    void require_order(const Node& node, std::string_view what);

    void resolve_specifier(Node& node, std::string_view name, std::size_t offset, std::size_t length, bool is_question);
    void find_variable_uses(const Node& node, const std::string& members);
    void find_filtered_variable();

    void report(Severity severity, std::size_t offset, std::size_t length, std::string message);
    void report_name(const Node& node, std::string message) {
        report(Severity::error, node.name_offset, node.name_length, std::move(message));
    }
    std::string describe(const ResultType& type) const;

    const Types& types() const { return *program_.types; }

    Program& program_;
    const CompileOptions& options_;
    Surroundings surroundings_;
    std::vector<Defined> defined_;
    std::vector<Diagnostic> diagnostics_;
    std::size_t repeats_ = 0;  // inside each other
};

/// Variables that are defined meanwhile are forgotten, and the surroundings are as before.
class Analyser::Scope {
  public:
    explicit Scope(Analyser& analyser)
        : analyser_(analyser), surroundings_(analyser.surroundings_), defined_(analyser.defined_.size()) {}
    ~Scope() {
        analyser_.surroundings_ = surroundings_;
        analyser_.defined_.resize(defined_);
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

  private:
    Analyser& analyser_;
    Surroundings surroundings_;
    std::size_t defined_;
};

/// The value of a literal, with its signs. Nothing for anything else.
std::optional<Value> constant_of(const Node& node);

/// The types of both, each once; unknown if one of them is.
ResultType joined(const ResultType& left, const ResultType& right);

}  // namespace fhir::path
