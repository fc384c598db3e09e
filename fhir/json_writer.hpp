// JSON text written piece by piece, where a tree would only be built to be printed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace fhir {

/// Appends `text` as a JSON string: quotes, backslashes and control characters are escaped (RFC 8259, section 7);
/// everything else stays as it is.
void append_json_string(std::string& json, std::string_view text);

/// Compact JSON. The caller sees to it that objects and arrays are closed and that an object's values have names;
/// commas come by themselves.
class JsonWriter {
  public:
    explicit JsonWriter(std::size_t expected_size = 0) { json_.reserve(expected_size); }

    void begin_object() { begin('{'); }
    void end_object() { json_ += '}'; }
    void begin_array() { begin('['); }
    void end_array() { json_ += ']'; }

    /// The name of the member that comes next. Precondition: nothing in it needs an escape, as in every name of ours.
    void name(std::string_view name) {
        separate();
        json_.append(1, '"').append(name).append("\":");
    }
    void string(std::string_view text) {
        separate();
        append_json_string(json_, text);
    }
    /// A value that is JSON text already.
    void json(std::string_view value) {
        separate();
        json_ += value;
    }

    void object(std::string_view name) {
        this->name(name);
        begin_object();
    }
    void array(std::string_view name) {
        this->name(name);
        begin_array();
    }
    void member(std::string_view name, std::string_view text) {
        this->name(name);
        string(text);
    }

    std::string take() { return std::move(json_); }

  private:
    void begin(char bracket) {
        separate();
        json_ += bracket;
    }
    /// No value ends in one of these characters: a string ends in its quote.
    void separate() {
        const char last = json_.empty() ? '[' : json_.back();
        if (last != '{' && last != '[' && last != ':') json_ += ',';
    }

    std::string json_;
};

}  // namespace fhir
