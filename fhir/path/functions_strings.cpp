// Strings, by characters (code points). Source: FHIRPath N1, 5.6; lastIndexOf, matchesFull, trim, split and join: the
// STU part. Regular expressions are RE2's: time grows with the text and nothing else.
#include "fhir/path/evaluator.hpp"
#include "fhir/path/regex.hpp"
#include "fhir/path/unicode.hpp"

#include <algorithm>

namespace fhir::path {
namespace {

using Form = Parameter::Form;
using Kind = Value::Kind;

// The input and up to two arguments, all of them single values.
struct Texts {
    Value input;
    Value first;
    Value second;

    std::string_view text() const { return input.as_string(); }
};

// one if the input and every argument that must be a string are there.
Outcome read(Evaluator& evaluator, const Node& call, const Collection& input, std::size_t strings, Texts& texts) {
    const Outcome outcome = evaluator.single_input(call, input, kinds::string, texts.input);
    if (outcome == Outcome::failed) return outcome;
    bool complete = outcome == Outcome::one;
    for (std::size_t i = 0; i < strings; ++i) {
        Value& argument = i == 0 ? texts.first : texts.second;
        const Outcome found = evaluator.argument(call, i, argument);
        if (found == Outcome::failed) return found;
        if (found == Outcome::none) {
            complete = false;
        } else if (argument.kind() != Kind::string) {
            evaluator.fail_on_type(*call.arguments[i], "a String");
            return Outcome::failed;
        }
    }
    return complete ? Outcome::one : Outcome::none;
}

bool push_integer(Evaluator& evaluator, const Node& call, std::size_t number, Collection& out) {
    return evaluator.push(call, Value::integer(static_cast<std::int32_t>(number)), out);
}

bool push_index(Evaluator& evaluator, const Node& call, std::string_view text, std::size_t place, Collection& out) {
    if (place == std::string_view::npos) return evaluator.push(call, Value::integer(-1), out);
    return push_integer(evaluator, call, count_characters(text.substr(0, place)), out);
}

bool run_index_of(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Texts texts;
    const Outcome outcome = read(evaluator, call, input, 1, texts);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    return push_index(evaluator, call, texts.text(), texts.text().find(texts.first.as_string()), out);
}

bool run_last_index_of(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Texts texts;
    const Outcome outcome = read(evaluator, call, input, 1, texts);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    return push_index(evaluator, call, texts.text(), texts.text().rfind(texts.first.as_string()), out);
}

// The Integer argument number `index`.
Outcome integer_argument(Evaluator& evaluator, const Node& call, std::size_t index, std::int32_t& number) {
    Value value;
    const Outcome outcome = evaluator.argument(call, index, value);
    if (outcome != Outcome::one) return outcome;
    if (value.kind() != Kind::integer) {
        evaluator.fail_on_type(*call.arguments[index], "an Integer");
        return Outcome::failed;
    }
    number = value.as_integer();
    return outcome;
}

bool run_substring(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Texts texts;
    std::int32_t start = 0;
    std::int32_t length = 0;
    const Outcome text = read(evaluator, call, input, 0, texts);
    const Outcome has_start = integer_argument(evaluator, call, 0, start);
    const Outcome has_length = integer_argument(evaluator, call, 1, length);
    if (text == Outcome::failed || has_start == Outcome::failed || has_length == Outcome::failed) return false;
    if (text == Outcome::none || has_start == Outcome::none || start < 0) return true;
    std::string_view rest = texts.text();
    const std::size_t from = byte_offset(rest, static_cast<std::size_t>(start));
    if (from >= rest.size()) return true;
    rest.remove_prefix(from);
    if (has_length == Outcome::one) {
        rest = rest.substr(0, byte_offset(rest, static_cast<std::size_t>(std::max(length, 0))));
    }
    return evaluator.push_string(call, std::string(rest), out);
}

enum class Place { start, end, anywhere };

template <Place place>
bool run_find(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Texts texts;
    const Outcome outcome = read(evaluator, call, input, 1, texts);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    const std::string_view wanted = texts.first.as_string();
    const bool found = place == Place::start ? texts.text().starts_with(wanted)
                       : place == Place::end ? texts.text().ends_with(wanted)
                                             : texts.text().find(wanted) != std::string_view::npos;
    return evaluator.push(call, Value::boolean(found), out);
}

template <std::string (*change)(std::string_view)>
bool run_changed(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Texts texts;
    const Outcome outcome = read(evaluator, call, input, 0, texts);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    return evaluator.push_string(call, change(texts.text()), out);
}

// `text` with the white space of FHIRPath's lexical rules taken off both ends.
std::string trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return "";
    return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

// `x` between and around all characters.
std::string surrounded(std::string_view text, std::string_view by) {
    std::string result(by);
    for (std::size_t i = 0; i < text.size(); i += character_length(text, i)) {
        result += text.substr(i, character_length(text, i));
        result += by;
    }
    return result;
}

std::string replaced(std::string_view text, std::string_view pattern, std::string_view by) {
    std::string result;
    for (std::size_t found = text.find(pattern); found != std::string_view::npos; found = text.find(pattern)) {
        result += text.substr(0, found);
        result += by;
        text.remove_prefix(found + pattern.size());
    }
    return result += text;
}

bool run_replace(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Texts texts;
    const Outcome outcome = read(evaluator, call, input, 2, texts);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    const std::string_view pattern = texts.first.as_string();
    const std::string_view by = texts.second.as_string();
    const std::size_t places = pattern.empty() ? texts.text().size() + 1 : texts.text().size() / pattern.size();
    if (by.size() > 0 && places > evaluator.limits().string_bytes / by.size()) {
        return evaluator.fail(EvaluationErrorCode::too_long_string, "a string grows too long", call);
    }
    return evaluator.push_string(
        call, pattern.empty() ? surrounded(texts.text(), by) : replaced(texts.text(), pattern, by), out);
}

// A regular expression: the one that the analyser compiled, or the argument's with the flags of argument number
// `flags`.
std::shared_ptr<const re2::RE2> pattern_of(Evaluator& evaluator, const Node& call, const Value& text,
                                           std::size_t flags) {
    if (call.pattern) return call.pattern;
    Value given;
    const Outcome outcome = evaluator.argument(call, flags, given);
    if (outcome == Outcome::failed) return nullptr;
    if (outcome == Outcome::one && given.kind() != Kind::string) {
        evaluator.fail_on_type(*call.arguments[flags], "a String");
        return nullptr;
    }
    const std::string_view letters = outcome == Outcome::one ? given.as_string() : std::string_view();
    std::string why;
    auto pattern = compile_pattern(text.as_string(), letters, evaluator.limits(), why);
    if (!pattern) evaluator.fail(EvaluationErrorCode::wrong_argument, "the regular expression is not valid", call);
    return pattern;
}

template <bool whole>
bool run_matches(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Texts texts;
    const Outcome outcome = read(evaluator, call, input, 1, texts);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    const auto pattern = pattern_of(evaluator, call, texts.first, 1);
    if (!pattern || !evaluator.spend(call, texts.text().size() / 16)) return false;
    const bool found = whole ? matches_whole(*pattern, texts.text()) : matches_part(*pattern, texts.text());
    return evaluator.push(call, Value::boolean(found), out);
}

bool run_replace_matches(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Texts texts;
    const Outcome outcome = read(evaluator, call, input, 2, texts);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    if (texts.first.as_string().empty()) return evaluator.push(call, texts.input, out);
    const auto pattern = pattern_of(evaluator, call, texts.first, 2);
    if (!pattern || !evaluator.spend(call, texts.text().size() / 16)) return false;
    std::optional<std::string> result =
        replace_matches(*pattern, texts.text(), texts.second.as_string(), evaluator.limits());
    if (!result) return evaluator.fail(EvaluationErrorCode::too_long_string, "a string grows too long", call);
    return evaluator.push_string(call, std::move(*result), out);
}

bool run_length(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Texts texts;
    const Outcome outcome = read(evaluator, call, input, 0, texts);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    return push_integer(evaluator, call, count_characters(texts.text()), out);
}

bool run_to_chars(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Texts texts;
    const Outcome outcome = read(evaluator, call, input, 0, texts);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    const std::string_view text = texts.text();
    for (std::size_t i = 0; i < text.size(); i += character_length(text, i)) {
        if (!evaluator.push_string(call, std::string(text.substr(i, character_length(text, i))), out)) return false;
    }
    return true;
}

bool run_split(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Texts texts;
    const Outcome outcome = read(evaluator, call, input, 1, texts);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    std::string_view rest = texts.text();
    const std::string_view separator = texts.first.as_string();
    if (separator.empty()) return run_to_chars(evaluator, call, input, out);
    for (std::size_t end = rest.find(separator); end != std::string_view::npos; end = rest.find(separator)) {
        if (!evaluator.push_string(call, std::string(rest.substr(0, end)), out)) return false;
        rest.remove_prefix(end + separator.size());
    }
    return evaluator.push_string(call, std::string(rest), out);
}

bool run_join(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value separator;
    const Outcome outcome = evaluator.argument(call, 0, separator);
    if (outcome == Outcome::failed) return false;
    std::string joined;
    bool first = true;
    for (const Value& item : input) {
        const Value text = item.system_value();
        if (!text.has_value()) continue;
        if (text.kind() != Kind::string) return evaluator.fail_on_type(*call.input, "a collection of Strings");
        if (!first && separator.kind() == Kind::string) joined += separator.as_string();
        joined += text.as_string();
        first = false;
        if (joined.size() > evaluator.limits().string_bytes) break;  // push_string says so
    }
    return input.empty() || evaluator.push_string(call, std::move(joined), out);
}

template <std::size_t flags>
std::string_view refuse_flags(const KnownArgument& known) {
    const bool are_wrong =
        known.index == flags && known.value.kind() == Kind::string && !are_flags(known.value.as_string());
    return are_wrong ? "the flags are of 'i' (case does not count) and 'm' (^ and $ at every line)" : "";
}

// With an empty pattern the result is the input, whatever the flags are.
std::string_view refuse_flags_of_replacement(const KnownArgument& known) {
    const Node& pattern = *known.call.arguments[0];
    const bool is_text = pattern.kind == NodeKind::literal && pattern.literal.kind() == Kind::string;
    return is_text && !pattern.literal.as_string().empty() ? refuse_flags<2>(known) : "";
}

constexpr Parameter string{Form::value, kinds::string};
constexpr Parameter integer{Form::value, kinds::integer};
constexpr Kinds text = kinds::string;

constexpr Function functions[] = {
    {"indexOf", text, Gives::integer, run_index_of, {string}, 1, 1},
    {"lastIndexOf", text, Gives::integer, run_last_index_of, {string}, 1, 1},
    {"substring", text, Gives::string, run_substring, {integer, integer}, 1, 2},
    {"startsWith", text, Gives::boolean, run_find<Place::start>, {string}, 1, 1},
    {"endsWith", text, Gives::boolean, run_find<Place::end>, {string}, 1, 1},
    {"contains", text, Gives::boolean, run_find<Place::anywhere>, {string}, 1, 1},
    {"upper", text, Gives::string, run_changed<to_upper>},
    {"lower", text, Gives::string, run_changed<to_lower>},
    {"trim", text, Gives::string, run_changed<trimmed>},
    {"replace", text, Gives::string, run_replace, {string, string}, 2, 2},
    {.name = "matches",
     .input = text,
     .gives = Gives::boolean,
     .run = run_matches<false>,
     .parameters = {string, string},
     .required = 1,
     .allowed = 2,
     .refuse = refuse_flags<1>},
    {.name = "matchesFull",
     .input = text,
     .gives = Gives::boolean,
     .run = run_matches<true>,
     .parameters = {string, string},
     .required = 1,
     .allowed = 2,
     .refuse = refuse_flags<1>},
    {.name = "replaceMatches",
     .input = text,
     .gives = Gives::string,
     .run = run_replace_matches,
     .parameters = {string, string, string},
     .required = 2,
     .allowed = 3,
     .refuse = refuse_flags_of_replacement},
    {"length", text, Gives::integer, run_length},
    {"toChars", text, Gives::strings, run_to_chars},
    {"split", text, Gives::strings, run_split, {string}, 1, 1},
    {"join", text, Gives::string, run_join, {string}, 0, 1},
};

}  // namespace

std::span<const Function> string_functions() {
    return functions;
}

}  // namespace fhir::path
