#include "fhir/json_text.hpp"

#include "fhir/json_scan.hpp"
#include "fhir/json_tree.hpp"
#include "fhir/json_writer.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>
#include <charconv>
#include <cstring>
#include <forward_list>
#include <vector>

namespace fhir {
namespace json = boost::json;
using boost::system::error_code;

namespace {

// Some editors begin UTF-8 with it; RFC 8259, section 8.1, lets a parser ignore it.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Receives the events of Boost.JSON's parser, which says what is wrong with a text and where, and builds the tree. The
// views it is given point into the text, except those of strings with escapes; that is how the place of a duplicate key
// is known.
class TreeHandler {
  public:
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);

    TreeHandler(std::string_view text, const JsonLimits& limits) : text_(text), limits_(limits) {
        constexpr std::size_t few = 32;
        keys_.reserve(few);
    }

    void reset(json::storage_ptr storage) { stack_.reset(std::move(storage)); }
    json::value release() { return stack_.release(); }
    const std::optional<JsonError>& error() const { return error_; }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return true; }
    bool on_array_begin(error_code&) { return true; }

    bool on_object_end(std::size_t count, error_code& ec) {
        if (const std::string_view* twice = duplicate_among_last(count)) {
            return fail(ec, JsonErrorCode::duplicate_key, "a member name stands twice in one object",
                        offset_of(*twice));
        }
        keys_.resize(keys_.size() - count);
        stack_.push_object(count);
        return count_value(ec);
    }
    bool on_array_end(std::size_t count, error_code& ec) {
        stack_.push_array(count);
        return count_value(ec);
    }

    bool on_key_part(json::string_view part, std::size_t, error_code&) {
        partial_key_.append(part);
        stack_.push_chars(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, error_code&) {
        keys_.push_back(lasting(part));
        partial_key_.clear();
        stack_.push_key(part);
        return true;
    }

    bool on_string_part(json::string_view part, std::size_t size_so_far, error_code& ec) {
        if (begins_with_mark(part, size_so_far)) return refuse_mark(ec);
        stack_.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t size, error_code& ec) {
        if (begins_with_mark(part, size)) return refuse_mark(ec);
        stack_.push_string(part);
        return count_value(ec);
    }

    bool on_number_part(json::string_view part, error_code&) {
        number_.append(part);
        return true;
    }
    bool on_int64(std::int64_t number, json::string_view last_part, error_code& ec) {
        number_.append(last_part);
        // "-0" and "1e2" (which the parser may fold to an integer) keep their digits too.
        return std::to_string(number) == number_ ? push_integer(number, ec) : push_decimal(ec);
    }
    bool on_uint64(std::uint64_t number, json::string_view, error_code& ec) {
        stack_.push_uint64(number);
        number_.clear();
        return count_value(ec);
    }
    bool on_double(double, json::string_view last_part, error_code& ec) {
        number_.append(last_part);
        return push_decimal(ec);
    }

    bool on_bool(bool value, error_code& ec) {
        stack_.push_bool(value);
        return count_value(ec);
    }
    bool on_null(error_code& ec) {
        stack_.push_null();
        return count_value(ec);
    }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

  private:
    bool push_integer(std::int64_t number, error_code& ec) {
        stack_.push_int64(number);
        number_.clear();
        return count_value(ec);
    }

    bool push_decimal(error_code& ec) {
        if (number_.size() > limits_.number_characters) {
            return fail(ec, JsonErrorCode::number_too_long, "a number has too many digits", std::nullopt);
        }
        stack_.push_chars(json::string_view(&decimal_mark, 1));
        stack_.push_string(number_);
        number_.clear();
        return count_value(ec);
    }

    static bool begins_with_mark(json::string_view part, std::size_t size_so_far) {
        return size_so_far == part.size() && !part.empty() && part.front() == decimal_mark;
    }
    bool refuse_mark(error_code& ec) {
        return fail(ec, JsonErrorCode::control_character, "a string begins with the control character U+0001",
                    std::nullopt);
    }

    bool count_value(error_code& ec) {
        if (++values_ <= limits_.values) return true;
        return fail(ec, JsonErrorCode::too_many_values, "the text holds too many values", std::nullopt);
    }

    bool fail(error_code& ec, JsonErrorCode code, std::string_view message, std::optional<std::size_t> offset) {
        error_ = JsonError{code, offset.value_or(no_offset), message};
        ec = json::error::exception;  // any error stops the parser; `error_` says which
        return false;
    }

    std::string_view lasting(json::string_view part) {
        if (partial_key_.empty() && std::less_equal<>{}(text_.data(), part.data()) &&
            std::less_equal<>{}(part.data() + part.size(), text_.data() + text_.size())) {
            return {part.data(), part.size()};
        }
        partial_key_.append(part);
        return copied_keys_.emplace_front(partial_key_);
    }

    const std::string_view* duplicate_among_last(std::size_t count) {
        constexpr std::size_t small = 24;
        const auto begin = keys_.end() - static_cast<std::ptrdiff_t>(count);
        if (count <= small) {
            for (auto later = begin; later != keys_.end(); ++later) {
                if (std::find(begin, later, *later) != later) return &*later;
            }
            return nullptr;
        }
        std::sort(begin, keys_.end());
        const auto twice = std::adjacent_find(begin, keys_.end());
        return twice == keys_.end() ? nullptr : &*std::next(twice);
    }

    std::optional<std::size_t> offset_of(std::string_view key) const {
        if (std::less<>{}(key.data(), text_.data()) || !std::less<>{}(key.data(), text_.data() + text_.size()))
            return std::nullopt;
        return static_cast<std::size_t>(key.data() - text_.data());
    }

  public:
    static constexpr std::size_t no_offset = std::size_t(-1);

  private:
    std::string_view text_;
    const JsonLimits& limits_;
    alignas(json::value) std::array<unsigned char, 2048> first_room_;  // a line of a population needs no more
    json::value_stack stack_{{}, first_room_.data(), first_room_.size()};
    std::vector<std::string_view> keys_;
    std::forward_list<std::string> copied_keys_;
    std::string partial_key_;
    std::string number_;
    std::size_t values_ = 0;
    std::optional<JsonError> error_;
};

json::parse_options parser_options(JsonDialect dialect, const JsonLimits& limits) {
    json::parse_options options;
    options.max_depth = limits.depth;
    options.allow_comments = dialect == JsonDialect::with_comments;
    options.allow_trailing_commas = dialect == JsonDialect::with_comments;
    return options;
}

JsonError to_json_error(const error_code& ec, std::size_t offset) {
    if (ec == json::error::too_deep) return {JsonErrorCode::too_deep, offset, "the text is nested too deep"};
    return {JsonErrorCode::syntax, offset, "this is not JSON"};
}

}  // namespace

boost::system::result<json::value, JsonError> parse_by_boost(std::string_view text, json::storage_ptr storage,
                                                             JsonDialect dialect, const JsonLimits& limits) {
    json::basic_parser<TreeHandler> parser(parser_options(dialect, limits), text, limits);
    parser.handler().reset(std::move(storage));
    error_code ec;
    const std::size_t consumed = parser.write_some(false, text.data(), text.size(), ec);
    if (ec) {
        JsonError error = parser.handler().error().value_or(to_json_error(ec, consumed));
        if (error.offset == TreeHandler::no_offset) error.offset = consumed;
        return error;
    }
    if (consumed < text.size()) {
        return JsonError{JsonErrorCode::syntax, consumed, "there is text after the JSON value"};
    }
    return parser.handler().release();
}

boost::system::result<json::value, JsonError> parse_json(std::string_view text, json::storage_ptr storage,
                                                         JsonDialect dialect, const JsonLimits& limits) {
    const std::size_t skipped = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    text.remove_prefix(skipped);
    if (dialect == JsonDialect::strict) {
        if (std::optional<json::value> tree = tree_of_sound(text, storage, limits)) return std::move(*tree);
    }
    auto result = parse_by_boost(text, std::move(storage), dialect, limits);
    if (result || skipped == 0) return result;
    return JsonError{result.error().code, result.error().offset + skipped, result.error().message};
}

bool is_number(const json::value& value) noexcept {
    return value.is_int64() || value.is_uint64() || is_decimal(value) || value.is_double();
}

std::string_view decimal_text(const json::value& value) noexcept {
    assert(is_decimal(value));
    return std::string_view(value.get_string()).substr(1);
}

std::string number_text(const json::value& value) {
    assert(is_number(value));
    if (is_decimal(value)) return std::string(decimal_text(value));
    if (const std::int64_t* number = value.if_int64()) return std::to_string(*number);
    if (const std::uint64_t* number = value.if_uint64()) return std::to_string(*number);
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value.get_double()).ptr;
    return {digits.data(), end};
}

json::value make_decimal(std::string_view text, json::storage_ptr storage) {
    json::string marked(std::move(storage));
    marked.reserve(text.size() + 1);
    marked.push_back(decimal_mark);
    marked.append(text);
    return marked;
}

namespace {

// Prints with an explicit indent of -1 for compact text. Depth is bounded by what the parser let in and by what we
// build.
class Printer {
  public:
    explicit Printer(bool indented) : indented_(indented) {}

    void print(const json::value& value) {
        if (const json::object* object = value.if_object()) {
            print_object(*object);
        } else if (const json::array* array = value.if_array()) {
            print_array(*array);
        } else if (is_number(value)) {
            out_ += number_text(value);
        } else if (const json::string* text = value.if_string()) {
            append_json_string(out_, *text);
        } else if (const bool* truth = value.if_bool()) {
            out_ += *truth ? "true" : "false";
        } else {
            out_ += "null";
        }
    }
    std::string take() { return std::move(out_); }

  private:
    void print_object(const json::object& object) {
        if (object.empty()) return void(out_ += "{}");
        out_ += '{';
        ++depth_;
        bool first = true;
        for (const auto& [key, member] : object) {
            separate(first);
            append_json_string(out_, key);
            out_ += indented_ ? ": " : ":";
            print(member);
        }
        close('}');
    }

    void print_array(const json::array& array) {
        if (array.empty()) return void(out_ += "[]");
        out_ += '[';
        ++depth_;
        bool first = true;
        for (const json::value& element : array) {
            separate(first);
            print(element);
        }
        close(']');
    }

    void separate(bool& first) {
        if (!first) out_ += ',';
        first = false;
        new_line();
    }
    void close(char bracket) {
        --depth_;
        new_line();
        out_ += bracket;
    }
    void new_line() {
        if (!indented_) return;
        out_ += '\n';
        out_.append(2 * depth_, ' ');
    }

    bool indented_;
    std::size_t depth_ = 0;
    std::string out_;
};

std::string print_with(Printer printer, const json::value& value) {
    printer.print(value);
    return printer.take();
}

}  // namespace

std::string print_json(const json::value& value) {
    return print_with(Printer(false), value);
}
std::string print_json_indented(const json::value& value) {
    return print_with(Printer(true), value);
}

}  // namespace fhir
