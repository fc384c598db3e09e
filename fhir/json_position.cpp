// Places in a JSON text, for messages: the second half of json_text.hpp.
#include "fhir/json_position.hpp"

#include "fhir/json_text.hpp"

#include <algorithm>
#include <charconv>

namespace fhir {
namespace json = boost::json;

TextPosition position_at(std::string_view text, std::size_t offset) noexcept {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const std::size_t last_break = before.rfind('\n');
    return {1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
            last_break == std::string_view::npos ? before.size() + 1 : before.size() - last_break};
}

std::string pointer_token(std::string_view token) {
    std::string escaped;
    for (const char c : token) {
        if (c == '~') {
            escaped += "~0";
        } else if (c == '/') {
            escaped += "~1";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

namespace {

// Walks text that is known to be valid JSON, perhaps with comments.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {
        if (text.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a byte order mark
        skip_blank();
    }

    std::size_t offset() const { return at_; }

    // Moves to the member `key` of the object, or element number `key` of the array, that begins here.
    bool enter(std::string_view key) {
        const char open = peek();
        if (open != '{' && open != '[') return false;
        const std::size_t start = at_;
        ++at_;
        skip_blank();
        for (std::size_t index = 0; peek() != '}' && peek() != ']' && at_ < text_.size(); ++index) {
            if ((open == '{' ? this->key() : std::to_string(index)) == key) return true;
            skip_value();
            if (peek() == ',') ++at_;
            skip_blank();
        }
        at_ = start;
        return false;
    }

    // Visits the value that begins here and all within it, in the order of the text. \param pointer  of this one.
    template <typename Visit>
    void walk(std::string& pointer, const Visit& visit) {
        visit(pointer, at_);
        const char open = peek();
        if (open != '{' && open != '[') return skip_value();
        ++at_;
        skip_blank();
        for (std::size_t index = 0; peek() != '}' && peek() != ']' && at_ < text_.size(); ++index) {
            const std::size_t above = pointer.size();
            pointer += '/' + (open == '{' ? pointer_token(key()) : std::to_string(index));
            walk(pointer, visit);
            pointer.resize(above);
            if (peek() == ',') ++at_;
            skip_blank();
        }
        ++at_;
        skip_blank();
    }

  private:
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    // The key here; afterwards the scanner stands at the member's value.
    std::string key() {
        const std::size_t begin = at_;
        skip_string();
        const std::string_view written = text_.substr(begin, at_ - begin);  // in its quotation marks
        skip_blank();
        ++at_;  // the colon
        skip_blank();
        if (written.find('\\') == std::string_view::npos) return std::string(written.substr(1, written.size() - 2));
        return std::string(std::string_view(json::parse(written).as_string()));
    }

    void skip_value() {
        std::size_t depth = 0;
        do {
            switch (peek()) {
                case '"':
                    skip_string();
                    break;
                case '{':
                case '[':
                    ++depth, ++at_;
                    break;
                case '}':
                case ']':
                    --depth, ++at_;
                    break;
                case ',':
                case ':':
                    ++at_;
                    break;
                default:
                    skip_scalar();
            }
            skip_blank();
        } while (depth > 0 && at_ < text_.size());
    }

    void skip_scalar() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && std::string_view(",:]}/ \t\r\n").find(text_[at_]) == std::string_view::npos) ++at_;
        if (at_ == begin) ++at_;
    }

    void skip_string() {
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\') ++at_;
        }
        ++at_;
    }

    void skip_blank() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
                ++at_;
            } else if (text_.substr(at_, 2) == "//") {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (text_.substr(at_, 2) == "/*") {
                const std::size_t end = text_.find("*/", at_ + 2);
                at_ = end == std::string_view::npos ? text_.size() : end + 2;
            } else {
                return;
            }
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::string unescape_pointer_token(std::string_view token) {
    std::string plain;
    for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] == '~' && i + 1 < token.size()) {
            plain += token[++i] == '1' ? '/' : '~';
        } else {
            plain += token[i];
        }
    }
    return plain;
}

}  // namespace

namespace {

// Bytes of UTF-8 that the escape at the beginning of `text` stands for, and how long it is written.
struct Escape {
    std::size_t bytes = 1, written = 2;
};

Escape escape_at(std::string_view text) {
    constexpr std::size_t unicode_escape = 6;  // a backslash, a "u", four digits
    if (text.size() < unicode_escape || text[1] != 'u') return {};
    unsigned unit = 0;
    std::from_chars(text.data() + 2, text.data() + unicode_escape, unit, 16);
    if (unit < 0x80) return {1, unicode_escape};
    if (unit < 0x800) return {2, unicode_escape};
    const bool is_first_of_a_pair = unit >= 0xD800 && unit < 0xDC00;
    return is_first_of_a_pair ? Escape{4, 2 * unicode_escape} : Escape{3, unicode_escape};
}

}  // namespace

std::size_t offset_in_string(std::string_view text, std::size_t string, std::size_t inner) noexcept {
    std::size_t at = std::min(string + 1, text.size());
    for (std::size_t passed = 0; at < text.size() && text[at] != '"';) {
        const Escape step = text[at] == '\\' ? escape_at(text.substr(at)) : Escape{1, 1};
        passed += step.bytes;
        if (passed > inner) break;
        at += step.written;
    }
    return std::min(at, text.size());
}

JsonPlaces::JsonPlaces(std::string_view text) {
    std::string pointer;
    TextPosition line{1, 0};  // its column is where in the text it begins
    std::size_t counted = 0;
    Scanner(text).walk(pointer, [&](const std::string& of, std::size_t offset) {
        for (; counted < offset; ++counted) {
            if (text[counted] == '\n') line = {line.line + 1, counted + 1};
        }
        by_pointer_.emplace(of, TextPosition{line.line, offset - line.column + 1});
    });
}

TextPosition JsonPlaces::of(std::string pointer) const {
    for (auto found = by_pointer_.find(pointer);; found = by_pointer_.find(pointer)) {
        if (found != by_pointer_.end()) return found->second;
        pointer.resize(std::min(pointer.rfind('/'), pointer.size() - 1));  // the empty pointer is there
    }
}

std::size_t locate(std::string_view text, std::string_view pointer) {
    Scanner scanner(text);
    while (!pointer.empty()) {
        pointer.remove_prefix(1);  // the slash
        const std::size_t end = std::min(pointer.find('/'), pointer.size());
        if (!scanner.enter(unescape_pointer_token(pointer.substr(0, end)))) break;
        pointer.remove_prefix(end);
    }
    return scanner.offset();
}

}  // namespace fhir
