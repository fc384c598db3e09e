// A walk over the places of a JSON text, for json_position and json_span: what stands where, not what it says.
#pragma once

#include "fhir/json_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace fhir {

/// What a token of an RFC 6901 pointer stands for.
std::string unescape_pointer_token(std::string_view token);

/// Walks text that is known to be valid JSON, perhaps with comments.
class JsonScanner {
  public:
    explicit JsonScanner(std::string_view text) : text_(text) {
        if (text.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a byte order mark
        skip_blank();
    }

    std::size_t offset() const { return at_; }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

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

    // Visits the members of the object, or the elements of the array, that begins here: where each begins with its
    // name, where its value begins, and where that ends.
    template <typename Visit>
    void each(const Visit& visit) {
        const char open = peek();
        if (open != '{' && open != '[') return;
        ++at_;
        skip_blank();
        for (std::size_t index = 0; peek() != '}' && peek() != ']' && at_ < text_.size(); ++index) {
            const std::size_t begin = at_;
            const std::string name = open == '{' ? key() : std::to_string(index);
            const std::size_t value = at_;
            skip_value();
            visit(name, begin, value, end_);
            if (peek() == ',') ++at_;
            skip_blank();
        }
    }

    // Goes past the value that begins here. \returns where it ends: blanks behind it are none of it.
    std::size_t skip() {
        skip_value();
        return end_;
    }

  private:
    // The key here; afterwards the scanner stands at the member's value.
    std::string key() {
        const std::size_t begin = at_;
        skip_string();
        const std::string_view written = text_.substr(begin, at_ - begin);  // in its quotation marks
        skip_blank();
        ++at_;  // the colon
        skip_blank();
        if (written.find('\\') == std::string_view::npos) return std::string(written.substr(1, written.size() - 2));
        return std::string(std::string_view(boost::json::parse(written).as_string()));
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
            end_ = at_;
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
    std::size_t end_ = 0;  // of the last value that was gone past
};

}  // namespace fhir
