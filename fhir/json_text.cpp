#include "fhir/json_text.hpp"

#include "fhir/json_parser.hpp"
#include "fhir/json_writer.hpp"

#ifdef BOOST_JSON_SOURCE  // the release compiles Boost.JSON here, see CMakeLists.txt
#include <boost/json/src.hpp>
#endif
#include <boost/json/value_stack.hpp>

#include <array>
#include <cassert>
#include <charconv>

namespace fhir {
namespace json = boost::json;

namespace {

// Some editors begin UTF-8 with it; RFC 8259, section 8.1, lets a parser ignore it.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Builds the tree of what the parser finds.
class TreeBuilder {
  public:
    explicit TreeBuilder(json::storage_ptr storage) { stack_.reset(std::move(storage)); }

    json::value release() { return stack_.release(); }

    void key(std::string_view name) { stack_.push_key(name); }
    void text(std::string_view string) { stack_.push_string(string); }
    void integer(std::int64_t number) { stack_.push_int64(number); }
    void integer(std::uint64_t number) { stack_.push_uint64(number); }
    void decimal(std::string_view digits) {
        decimal_.assign(1, decimal_mark).append(digits);
        stack_.push_string(decimal_);
    }
    void boolean(bool truth) { stack_.push_bool(truth); }
    void null() { stack_.push_null(); }
    void end_object(std::size_t members) { stack_.push_object(members); }
    void end_array(std::size_t elements) { stack_.push_array(elements); }

  private:
    json::value_stack stack_;
    std::string decimal_;
};

}  // namespace

boost::system::result<json::value, JsonError> parse_json(std::string_view text, json::storage_ptr storage,
                                                         JsonDialect dialect, const JsonLimits& limits) {
    const std::size_t skipped = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    TreeBuilder tree(std::move(storage));
    JsonParser parser(text.substr(skipped), tree, dialect, limits);
    if (parser.parse()) return tree.release();
    JsonError error = parser.error();
    error.offset += skipped;
    return error;
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
