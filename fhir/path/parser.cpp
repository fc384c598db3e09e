#include "fhir/path/parser.hpp"

#include "fhir/json_text.hpp"
#include "fhir/path/lexer.hpp"
#include "fhir/path/measure.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace fhir::path {
namespace {

struct Operator {
    std::string_view text;
    NodeKind kind;
    int precedence;  // higher binds tighter
};

// FHIRPath N1, 6.8 Operator precedence; members, calls, indexers and signs bind tighter than all of these.
constexpr int precedence_of_sign = 11;
constexpr std::array<Operator, 24> operators{{
    {"*", NodeKind::multiply, 10},
    {"/", NodeKind::divide, 10},
    {"div", NodeKind::integer_divide, 10},
    {"mod", NodeKind::modulo, 10},
    {"+", NodeKind::add, 9},
    {"-", NodeKind::subtract, 9},
    {"&", NodeKind::concatenate, 9},
    {"is", NodeKind::is, 8},
    {"as", NodeKind::as, 8},
    {"|", NodeKind::unite, 7},
    {"<", NodeKind::less, 6},
    {"<=", NodeKind::less_or_equal, 6},
    {">", NodeKind::greater, 6},
    {">=", NodeKind::greater_or_equal, 6},
    {"=", NodeKind::equal, 5},
    {"!=", NodeKind::not_equal, 5},
    {"~", NodeKind::equivalent, 5},
    {"!~", NodeKind::not_equivalent, 5},
    {"in", NodeKind::in, 4},
    {"contains", NodeKind::contains, 4},
    {"and", NodeKind::logical_and, 3},
    {"or", NodeKind::logical_or, 2},
    {"xor", NodeKind::logical_xor, 2},
    {"implies", NodeKind::implies, 1},
}};

constexpr std::array<std::string_view, 8> reserved{"div", "mod", "and", "or", "xor", "implies", "true", "false"};

bool is_reserved(std::string_view word) {
    return std::find(reserved.begin(), reserved.end(), word) != reserved.end() || calendar_unit(word).has_value();
}

// What a parsing function returns after it has noted why.
struct Failure {
    operator Node*() const { return nullptr; }
    operator bool() const { return false; }
};

class Parser {
  public:
    Parser(Program& program, const Limits& limits) : program_(program), limits_(limits), lexer_(program.text) {
        advance();
    }

    bool parse_all() {
        Node* root = expression(0);
        if (!root) return false;
        if (token_.kind != TokenKind::end) return fail_here("an operator or the end is missing before this");
        program_.root = root;
        for (const std::size_t place : lexer_.idle_backslashes()) warn_of_backslash(place);
        return true;
    }

    const Diagnostic& error() const { return *error_; }

  private:
    // Counts what is open, so that hostile nesting ends before the stack does.
    struct Level {
        explicit Level(std::size_t& depth) : depth_(++depth) {}
        ~Level() { --depth_; }
        std::size_t& depth_;
    };

    void advance() {
        end_of_last_ = token_.offset + token_.length;
        token_ = lexer_.next();
    }
    bool at_symbol(std::string_view symbol) const { return token_.is(TokenKind::symbol, symbol); }
    bool skip_symbol(std::string_view symbol) {
        if (!at_symbol(symbol)) return false;
        advance();
        return true;
    }

    Failure fail_at(std::size_t offset, std::size_t length, std::string message) {
        if (!error_) error_ = diagnostic_at(program_.text, Severity::error, std::move(message), offset, length);
        return {};
    }
    Failure fail_here(std::string message) {
        if (token_.kind == TokenKind::error) message = token_.text;
        if (token_.kind == TokenKind::end) message = "the expression ends too early";
        return fail_at(token_.offset, std::max<std::size_t>(token_.length, 1), std::move(message));
    }

    // Whoever writes '\d' has a regular expression in mind; by FHIRPath N1, 4.1.2, it is 'd'.
    void warn_of_backslash(std::size_t place) {
        const char next = program_.text[place + 1];
        const bool is_shown = next > ' ' && next < '\x7F' && next != '\'' && next != '`';
        const std::string letter(is_shown ? 1 : 0, next);
        std::string message = "this backslash stands for nothing";
        if (is_shown) message = "\\" + letter + " is no escape, so this is " + letter;
        if (next == 'u') message = "\\u is an escape only with four hexadecimal digits, so this is u";
        message += "; for a backslash write \\\\" + letter + " (in JSON \\\\\\\\" + letter + ")";
        program_.warnings.push_back(diagnostic_at(program_.text, Severity::warning, std::move(message), place, 2));
    }

    Node& make(NodeKind kind, std::size_t offset) {
        Node& node = program_.nodes.emplace_back();
        node.kind = kind;
        node.offset = offset;
        node.length = end_of_last_ > offset ? end_of_last_ - offset : 0;
        return node;
    }

    // Sets extent and height once the children are there; refuses a tree that is too high to be walked safely.
    Node* finish(Node& node) {
        node.length = end_of_last_ - node.offset;
        if (node.input) node.height = node.input->height + 1;
        for (const Node* argument : node.arguments) node.height = std::max(node.height, argument->height + 1);
        if (node.height > limits_.depth) return fail_at(node.offset, node.length, "the expression is nested too deep");
        return &node;
    }

    const Operator* operator_here() const {
        if (token_.kind != TokenKind::symbol && token_.kind != TokenKind::identifier) return nullptr;
        const auto* const found = std::find_if(operators.begin(), operators.end(),
                                               [&](const Operator& known) { return known.text == token_.text; });
        return found == operators.end() ? nullptr : found;
    }

    // All operators that bind at least as tight as `lowest`, from left to right.
    Node* expression(int lowest) {
        const Level level(depth_);
        if (depth_ > limits_.depth) return fail_here("the expression is nested too deep");
        Node* left = at_symbol("+") || at_symbol("-") ? sign() : path();
        while (left) {
            const Operator* op = operator_here();
            if (!op && at_symbol("{")) {
                return fail_here("objects cannot be constructed: of FHIRPath 3.0's trial use, not supported");
            }
            if (!op || op->precedence < lowest) return left;
            left = binary(*left, *op);
        }
        return nullptr;
    }

    Node* binary(Node& left, const Operator& op) {
        const Token symbol = token_;
        advance();
        Node& node = make(op.kind, left.offset);
        node.name = symbol.text;
        node.name_offset = symbol.offset;
        node.name_length = symbol.length;
        node.input = &left;
        if (op.kind == NodeKind::is || op.kind == NodeKind::as) {
            if (!type_specifier(node)) return nullptr;
            return finish(node);
        }
        Node* right = expression(op.precedence + 1);
        if (!right) return nullptr;
        node.arguments.push_back(right);
        return finish(node);
    }

    Node* sign() {
        const Token symbol = token_;
        advance();
        Node* operand = expression(precedence_of_sign);
        if (!operand) return nullptr;
        Node& node = make(symbol.text == "-" ? NodeKind::negate : NodeKind::identity, symbol.offset);
        node.name = symbol.text;
        node.name_offset = symbol.offset;
        node.name_length = symbol.length;
        node.input = operand;
        return finish(node);
    }

    bool type_specifier(Node& node) {
        node.name.clear();
        node.name_offset = token_.offset;
        do {
            if (!at_identifier()) return fail_here("the name of a type is missing here");
            if (!node.name.empty()) node.name += '.';
            node.name += token_.text;
            advance();
            node.name_length = end_of_last_ - node.name_offset;
        } while (skip_symbol("."));
        return true;
    }

    bool at_identifier() const {
        if (token_.kind == TokenKind::delimited) return true;
        return token_.kind == TokenKind::identifier && !is_reserved(token_.text);
    }

    // A term with everything that follows a dot or stands in brackets.
    Node* path() {
        Node* node = term();
        while (node) {
            if (skip_symbol(".")) {
                node = invocation(node);
            } else if (at_symbol("[")) {
                node = indexer(*node);
            } else {
                return node;
            }
        }
        return nullptr;
    }

    Node* indexer(Node& input) {
        advance();
        Node* index = expression(0);
        if (!index) return nullptr;
        if (!skip_symbol("]")) return fail_here("a ] is missing before this");
        Node& node = make(NodeKind::indexer, input.offset);
        node.name_offset = index->offset;
        node.name_length = index->length;
        node.input = &input;
        node.arguments.push_back(index);
        return finish(node);
    }

    // What may stand behind a dot, or at the beginning, where `input` is null.
    Node* invocation(Node* input) {
        if (token_.kind == TokenKind::special) return special(input);
        if (!at_identifier()) {
            if (token_.kind == TokenKind::identifier && is_reserved(token_.text)) {
                return fail_here("'" + token_.text + "' is a word of the language; as a name it is written `" +
                                 token_.text + "`");
            }
            return fail_here(input ? "a name is missing after the dot" : "a value or a name is missing here");
        }
        const Token name = token_;
        advance();
        if (!input) {
            input = &make(NodeKind::focus, name.offset);
            input->is_written = false;
            input->length = 0;
        }
        const bool is_call = at_symbol("(");
        Node& node = make(is_call ? NodeKind::call : NodeKind::member, input->offset);
        node.name = name.text;
        node.name_offset = name.offset;
        node.name_length = name.length;
        node.input = input;
        if (is_call && !call_arguments(node)) return nullptr;
        return finish(node);
    }

    Node* special(Node* input) {
        if (input) return fail_here("'" + token_.text + "' cannot stand behind a dot");
        const NodeKind kind = token_.text == "$this"    ? NodeKind::focus
                              : token_.text == "$index" ? NodeKind::index
                                                        : NodeKind::total;
        const std::size_t offset = token_.offset;
        advance();
        return finish(make(kind, offset));
    }

    bool call_arguments(Node& node) {
        advance();
        if (skip_symbol(")")) return true;
        do {
            Node* argument = expression(0);
            if (!argument) return false;
            node.arguments.push_back(argument);
            if (node.name == "sort") direction(*argument);
        } while (skip_symbol(","));
        if (skip_symbol(")")) return true;
        return fail_here("a , or ) is missing before this");
    }

    // `asc` or `desc` behind a key of sort().
    void direction(Node& key) {
        const bool is_descending = token_.is(TokenKind::identifier, "desc");
        if (!is_descending && !token_.is(TokenKind::identifier, "asc")) return;
        key.has_direction = true;
        key.is_descending = is_descending;
        advance();
    }

    Node* term() {
        switch (token_.kind) {
            case TokenKind::string:
                return literal(Value::string(token_.text));
            case TokenKind::number:
            case TokenKind::long_number:
                return number();
            case TokenKind::date:
            case TokenKind::date_time:
            case TokenKind::time:
                return date_or_time();
            case TokenKind::identifier:
                if (token_.text == "true" || token_.text == "false") {
                    return literal(Value::boolean(token_.text == "true"));
                }
                return invocation(nullptr);
            case TokenKind::delimited:
            case TokenKind::special:
                return invocation(nullptr);
            case TokenKind::symbol:
                return symbol_term();
            case TokenKind::end:
            case TokenKind::error:
                break;
        }
        return fail_here("a value or a name is missing here");
    }

    Node* symbol_term() {
        const std::size_t offset = token_.offset;
        if (skip_symbol("(")) {
            Node* inner = expression(0);
            if (!inner) return nullptr;
            if (!skip_symbol(")")) return fail_here("a ) is missing before this");
            inner->offset = offset;
            inner->length = end_of_last_ - offset;
            return inner;
        }
        if (skip_symbol("{")) {
            if (!skip_symbol("}")) return fail_here("only {}, the empty collection, can be written with braces");
            return finish(make(NodeKind::empty, offset));
        }
        if (skip_symbol("%")) return external_constant(offset);
        return fail_here("a value or a name is missing here");
    }

    Node* external_constant(std::size_t offset) {
        if (!at_identifier() && token_.kind != TokenKind::string) return fail_here("the name of a variable is missing");
        const Token name = token_;
        advance();
        Node& node = make(NodeKind::variable, offset);
        node.name = name.text;
        node.name_offset = offset;
        node.name_length = end_of_last_ - offset;
        return finish(node);
    }

    Node* literal(Value value) {
        const std::size_t offset = token_.offset;
        advance();
        return literal_from(offset, std::move(value));
    }
    Node* literal_from(std::size_t offset, Value value) {
        Node& node = make(NodeKind::literal, offset);
        node.literal = program_.literals.emplace_back(std::move(value)).literal();
        return finish(node);
    }

    Node* date_or_time() {
        Value value;
        if (token_.kind == TokenKind::time) {
            if (const auto time = Time::parse_fhirpath(token_.text)) value = Value::time(*time);
        } else if (token_.kind == TokenKind::date) {
            if (const auto date = Date::parse(token_.text)) value = Value::date(*date);
        } else if (const auto date_time = DateTime::parse_fhirpath(token_.text)) {
            value = Value::date_time(*date_time);
        }
        if (!value.has_value()) return fail_here("there is no such date or time");
        return literal(std::move(value));
    }

    Node* number() {
        const Token token = token_;
        const bool is_whole = token.text.find('.') == std::string::npos;
        const std::optional<Decimal> decimal = Decimal::parse(token.text);
        if (!decimal) return fail_here("this number has too many digits");
        advance();
        if (token.kind == TokenKind::number) {
            const bool is_word = token_.kind == TokenKind::identifier && calendar_unit(token_.text);
            if (is_word || token_.kind == TokenKind::string) return quantity(token, measure_in(*decimal, token_.text));
        }
        if (!is_whole) return literal_from(token.offset, Value::decimal(*decimal));
        return whole_number(token, *decimal);
    }

    Node* whole_number(const Token& token, const Decimal& decimal) {
        const std::optional<std::int64_t> whole = decimal.to_int64();
        if (whole && token.kind == TokenKind::long_number) {
            return literal_from(token.offset, Value::long_integer(*whole));
        }
        if (!whole || *whole > std::numeric_limits<std::int32_t>::max()) {
            return fail_at(token.offset, token.length,
                           "this is beyond the largest Integer, 2147483647; a Decimal is written with .0 behind it");
        }
        return literal_from(token.offset, Value::integer(static_cast<std::int32_t>(*whole)));
    }

    Node* quantity(const Token& number, Measure measure) {
        advance();
        return literal_from(number.offset, Value::quantity(std::move(measure)));
    }

    Program& program_;
    const Limits& limits_;
    Lexer lexer_;
    Token token_;
    std::size_t end_of_last_ = 0;
    std::size_t depth_ = 0;
    std::optional<Diagnostic> error_;
};

}  // namespace

Diagnostic diagnostic_at(std::string_view text, Severity severity, std::string message, std::size_t offset,
                         std::size_t length) {
    const TextPosition place = position_at(text, offset);
    return {severity, std::move(message), offset, length, place.line, place.column};
}

boost::system::result<void, Diagnostic> parse(Program& program, const Limits& limits) {
    if (program.text.size() > limits.expression_bytes) {
        return diagnostic_at(program.text, Severity::error, "the expression is too long", 0, 1);
    }
    Parser parser(program, limits);
    if (!parser.parse_all()) return parser.error();
    return {};
}

}  // namespace fhir::path
