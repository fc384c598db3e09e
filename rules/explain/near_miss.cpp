#include "rules/explain/near_miss.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace rules {
namespace {

bool is_name_character(char character) {
    return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_';
}

class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {}

    bool at_end() const { return at_ >= text_.size(); }
    char peek() const { return text_[at_]; }
    void skip() { ++at_; }
    void skip_space() {
        while (!at_end() && std::isspace(static_cast<unsigned char>(peek())) != 0) ++at_;
    }
    std::string name() {
        return take([](char character) { return is_name_character(character); });
    }
    std::string dotted_name() {
        return take([](char character) { return is_name_character(character) || character == '.'; });
    }
    std::string operation() {
        return take([](char character) {
            return character == '<' || character == '>' || character == '=' || character == '!';
        });
    }
    bool take_word(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }
    /// A string in single quotes, without them.
    std::string quoted() {
        skip();
        std::string text = take([](char character) { return character != '\''; });
        skip();
        return text;
    }

  private:
    template <typename Accepts>
    std::string take(Accepts accepts) {
        const std::size_t begin = at_;
        while (!at_end() && accepts(peek())) ++at_;
        return std::string(text_.substr(begin, at_ - begin));
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

bool is_comparison(std::string_view operation) {
    return operation == "<" || operation == "<=" || operation == "=" || operation == "!=" || operation == ">=" ||
           operation == ">";
}

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <typename Value>
bool passes(const Value& value, std::string_view operation, const Value& wanted) {
    if (operation == "<") return value < wanted;
    if (operation == "<=") return value <= wanted;
    if (operation == "=") return value == wanted;
    if (operation == "!=") return value != wanted;
    if (operation == ">=") return value >= wanted;
    return value > wanted;
}

std::string needed(const Comparison& comparison) {
    std::string words = comparison.wanted;
    if (comparison.operation == "<") words = "less than " + words;
    if (comparison.operation == "<=") words = "at most " + words;
    if (comparison.operation == ">") words = "more than " + words;
    if (comparison.operation == "!=") words = "anything else than " + words;
    words += " needed";
    if (!comparison.parameter.empty()) words += " (" + comparison.parameter + ")";
    return words;
}

std::string_view unit_of(std::string_view member) {
    return member == "ageDays" || member == "daysOnTreatment" ? " days" : "";
}

std::optional<std::string> failure(const boost::json::object& item, const Comparison& comparison) {
    const boost::json::value* member = item.if_contains(comparison.member);
    if (!member) {
        if (unit_of(comparison.member).empty()) return std::nullopt;
        return "duration not known, " + needed(comparison);
    }
    if (member->is_int64()) {
        const auto wanted = number(comparison.wanted);
        if (!wanted || passes(member->get_int64(), comparison.operation, *wanted)) return std::nullopt;
        const bool is_lower_bound = item.contains("atLeast");
        return (is_lower_bound ? "at least " : "") + std::to_string(member->get_int64()) +
               std::string(unit_of(comparison.member)) + ", " + needed(comparison);
    }
    if (!member->is_string()) return std::nullopt;
    const std::string value(member->get_string());
    if (passes(value, comparison.operation, comparison.wanted)) return std::nullopt;
    return comparison.member + " \"" + value + "\", " + needed(comparison);
}

}  // namespace

std::vector<Comparison> comparisons_in(std::string_view expression, const Parameters& parameters) {
    std::vector<Comparison> found;
    Scanner scanner(expression);
    while (!scanner.at_end()) {
        if (scanner.peek() == '\'') {
            scanner.quoted();
            continue;
        }
        if (scanner.peek() == '%') {
            scanner.skip();
            scanner.dotted_name();
            continue;
        }
        Comparison comparison;
        comparison.member = scanner.name();
        if (comparison.member.empty()) {
            scanner.skip();
            continue;
        }
        scanner.skip_space();
        comparison.operation = scanner.operation();
        if (!is_comparison(comparison.operation)) continue;
        scanner.skip_space();
        if (scanner.at_end()) break;
        if (scanner.take_word("%param.")) {
            comparison.parameter = scanner.dotted_name();
            comparison.wanted = parameters.text(comparison.parameter).value_or("");
        } else {
            comparison.wanted = scanner.peek() == '\'' ? scanner.quoted() : scanner.name();
        }
        if (!comparison.wanted.empty()) found.push_back(std::move(comparison));
    }
    return found;
}

std::vector<std::string> failures_of(const boost::json::object& item, const std::vector<Comparison>& comparisons) {
    std::vector<std::string> failures;
    for (const Comparison& comparison : comparisons) {
        auto words = failure(item, comparison);
        if (words && std::ranges::find(failures, *words) == failures.end()) failures.push_back(std::move(*words));
    }
    return failures;
}

}  // namespace rules
