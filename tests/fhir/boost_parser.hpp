// JSON read by Boost.JSON's own parser, to hold fhir::parse_json against: the same tree, or a refusal with the same
// code. Slow, and only for tests: what it owes to hostile text is asked for when a value is complete.
#pragma once

#include "fhir/json_text.hpp"

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fhir::boost_parser {

class Handler {
  public:
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    using Error = boost::system::error_code;
    using View = boost::json::string_view;

    explicit Handler(const JsonLimits& limits) : limits_(limits) {}
    boost::json::value release() { return stack_.release(); }
    const std::optional<JsonErrorCode>& refusal() const { return refusal_; }

    bool on_document_begin(Error&) {
        stack_.reset({});
        return true;
    }
    bool on_document_end(Error&) { return true; }
    bool on_object_begin(Error&) { return true; }
    bool on_array_begin(Error&) { return true; }
    bool on_object_end(std::size_t count, Error& error) {
        const auto begin = keys_.end() - static_cast<std::ptrdiff_t>(count);
        if (std::set<std::string>(begin, keys_.end()).size() < count)
            return refuse(JsonErrorCode::duplicate_key, error);
        keys_.erase(begin, keys_.end());
        stack_.push_object(count);
        return count_value(error);
    }
    bool on_array_end(std::size_t count, Error& error) {
        stack_.push_array(count);
        return count_value(error);
    }
    bool on_key_part(View part, std::size_t, Error&) {
        text_.append(part);
        return true;
    }
    bool on_key(View part, std::size_t, Error&) {
        stack_.push_key(text_.append(part));
        keys_.push_back(std::move(text_));
        text_.clear();
        return true;
    }
    bool on_string_part(View part, std::size_t, Error& error) {
        text_.append(part);
        return text_.front() != decimal_mark || refuse(JsonErrorCode::control_character, error);
    }
    bool on_string(View part, std::size_t, Error& error) {
        text_.append(part);
        if (text_.starts_with(decimal_mark)) return refuse(JsonErrorCode::control_character, error);
        stack_.push_string(text_);
        text_.clear();
        return count_value(error);
    }
    bool on_number_part(View part, Error&) {
        text_.append(part);
        return true;
    }
    bool on_int64(std::int64_t number, View part, Error& error) {
        text_.append(part);
        if (std::to_string(number) != text_) return push_decimal(error);
        stack_.push_int64(number);
        text_.clear();
        return count_value(error);
    }
    bool on_uint64(std::uint64_t number, View part, Error& error) {
        text_.append(part);
        if (std::to_string(number) != text_) return push_decimal(error);
        stack_.push_uint64(number);
        text_.clear();
        return count_value(error);
    }
    bool on_double(double, View part, Error& error) {
        text_.append(part);
        return push_decimal(error);
    }
    bool on_bool(bool truth, Error& error) {
        stack_.push_bool(truth);
        return count_value(error);
    }
    bool on_null(Error& error) {
        stack_.push_null();
        return count_value(error);
    }
    bool on_comment_part(View, Error&) { return true; }
    bool on_comment(View, Error&) { return true; }

  private:
    bool push_decimal(Error& error) {
        if (text_.size() > limits_.number_characters) return refuse(JsonErrorCode::number_too_long, error);
        stack_.push_string(decimal_mark + text_);
        text_.clear();
        return count_value(error);
    }
    bool count_value(Error& error) {
        return ++values_ <= limits_.values || refuse(JsonErrorCode::too_many_values, error);
    }
    bool refuse(JsonErrorCode code, Error& error) {
        refusal_ = code;
        error = boost::json::error::exception;
        return false;
    }

    JsonLimits limits_;
    boost::json::value_stack stack_;
    std::vector<std::string> keys_;
    std::string text_;
    std::size_t values_ = 0;
    std::optional<JsonErrorCode> refusal_;
};

/// The tree that `text` is, or why it is none.
inline boost::system::result<boost::json::value, JsonErrorCode> parse(std::string_view text,
                                                                      JsonDialect dialect = JsonDialect::strict,
                                                                      const JsonLimits& limits = {}) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    boost::json::parse_options options;
    options.max_depth = limits.depth;
    options.allow_comments = options.allow_trailing_commas = dialect == JsonDialect::with_comments;
    boost::json::basic_parser<Handler> parser(options, limits);
    boost::system::error_code error;
    const std::size_t consumed = parser.write_some(false, text.data(), text.size(), error);
    if (error == boost::json::error::too_deep) return JsonErrorCode::too_deep;
    if (error || consumed < text.size()) return parser.handler().refusal().value_or(JsonErrorCode::syntax);
    return parser.handler().release();
}

}  // namespace fhir::boost_parser
