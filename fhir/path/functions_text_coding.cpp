// encode, decode, escape, unescape. Source: FHIRPath, additional string functions (STU); RFC 4648 for the encodings.
#include "fhir/path/evaluator.hpp"
#include "fhir/path/unicode.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>

namespace fhir::path {
namespace {

using Form = Parameter::Form;

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view hex_digits = "0123456789abcdef";

std::uint32_t byte_at(std::string_view text, std::size_t index) {
    return index < text.size() ? static_cast<unsigned char>(text[index]) : 0;
}

std::string to_base64(std::string_view text, std::string_view digits) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        const std::uint32_t group = byte_at(text, i) << 16 | byte_at(text, i + 1) << 8 | byte_at(text, i + 2);
        const std::size_t characters = std::min<std::size_t>(text.size() - i, 3) + 1;
        for (std::size_t digit = 0; digit < 4; ++digit) {
            out += digit < characters ? digits[group >> (18 - 6 * digit) & 63] : '=';
        }
    }
    return out;
}

std::optional<std::string> from_base64(std::string_view text, std::string_view digits) {
    while (text.ends_with('=')) text.remove_suffix(1);
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const std::size_t digit = digits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out += static_cast<char>(static_cast<unsigned char>(bits >> count & 0xFF));
    }
    return count >= 6 ? std::nullopt : std::optional(out);
}

std::string to_hex(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        out += hex_digits[byte_at(text, i) >> 4];
        out += hex_digits[byte_at(text, i) & 15];
    }
    return out;
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        unsigned value = 0;
        for (const char c : text.substr(i, 2)) {
            const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
            const std::size_t digit = hex_digits.find(lower);
            if (digit == std::string_view::npos) return std::nullopt;
            value = value * 16 + static_cast<unsigned>(digit);
        }
        out += static_cast<char>(static_cast<unsigned char>(value));
    }
    return out;
}

// Each character beyond ASCII as a question mark.
std::string to_ascii(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += character_length(text, i)) {
        out += byte_at(text, i) < 0x80 ? text[i] : '?';
    }
    return out;
}

// What is not UTF-8 is no string.
std::optional<std::string> if_text(std::optional<std::string> bytes) {
    std::string again;
    for (std::size_t i = 0; bytes && i < bytes->size(); i += character_length(*bytes, i)) {
        const char32_t character = character_at(*bytes, i);
        if (character >= 0xD800 && character <= 0xDFFF) return std::nullopt;
        append_utf8(again, character);
    }
    return bytes && again == *bytes ? bytes : std::nullopt;
}

struct Entity {
    char character;
    std::string_view escape;
};
constexpr std::array<Entity, 5> entities{
    {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}}};

std::string to_html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        std::string_view escape(&c, 1);
        for (const Entity& entity : entities) {
            if (entity.character == c) escape = entity.escape;
        }
        out += escape;
    }
    return out;
}

std::string from_html(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const Entity* found = nullptr;
        for (const Entity& entity : entities) {
            if (text.starts_with(entity.escape)) found = &entity;
        }
        out += found ? found->character : text.front();
        text.remove_prefix(found ? found->escape.size() : 1);
    }
    return out;
}

std::string to_json_text(std::string_view text) {
    const std::string quoted = boost::json::serialize(boost::json::string_view(text));
    return quoted.substr(1, quoted.size() - 2);
}

// JSON's escapes only (RFC 8259, section 7); everything else, quotes too, stays as it is.
std::optional<std::string> from_json_text(std::string_view text) {
    std::string quoted = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') quoted += '\\';
        quoted += text[i];
        if (text[i] == '\\' && i + 1 < text.size()) quoted += text[++i];
    }
    boost::json::error_code error;
    const boost::json::value value = boost::json::parse(quoted + '"', error);
    if (error || !value.is_string()) return std::nullopt;
    return std::string(value.get_string());
}

using Coding = std::optional<std::string> (*)(std::string_view format, std::string_view text, bool& is_known);

std::optional<std::string> encode(std::string_view format, std::string_view text, bool& is_known) {
    if (format == "hex") return to_hex(text);
    if (format == "base64") return to_base64(text, base64_digits);
    if (format == "urlbase64") return to_base64(text, url_digits);
    if (format == "ascii") return to_ascii(text);
    is_known = false;
    return std::nullopt;
}

std::optional<std::string> decode(std::string_view format, std::string_view text, bool& is_known) {
    if (format == "hex") return if_text(from_hex(text));
    if (format == "base64") return if_text(from_base64(text, base64_digits));
    if (format == "urlbase64") return if_text(from_base64(text, url_digits));
    is_known = false;
    return std::nullopt;
}

std::optional<std::string> escape(std::string_view format, std::string_view text, bool& is_known) {
    if (format == "html") return to_html(text);
    if (format == "json") return to_json_text(text);
    is_known = false;
    return std::nullopt;
}

std::optional<std::string> unescape(std::string_view format, std::string_view text, bool& is_known) {
    if (format == "html") return from_html(text);
    if (format == "json") return from_json_text(text);
    is_known = false;
    return std::nullopt;
}

template <Coding coding>
bool run_coding(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value text;
    Value format;
    const Outcome has_text = evaluator.single_input(call, input, kinds::string, text);
    const Outcome has_format = evaluator.argument(call, 0, format);
    if (has_text == Outcome::failed || has_format == Outcome::failed) return false;
    if (has_text == Outcome::none || has_format == Outcome::none) return true;
    if (format.kind() != Value::Kind::string) return evaluator.fail_on_type(*call.arguments[0], "a String");
    bool is_known = true;
    std::optional<std::string> result = coding(format.as_string(), text.as_string(), is_known);
    if (!is_known) return evaluator.fail(EvaluationErrorCode::wrong_argument, "there is no such format", call);
    return !result || evaluator.push_string(call, std::move(*result), out);
}

// The formats are known by trying: each gives something, or nothing, of the empty text.
template <Coding coding>
std::string_view refuse_format(const KnownArgument& known) {
    bool is_known = true;
    if (known.value.kind() == Value::Kind::string) coding(known.value.as_string(), "", is_known);
    if (is_known) return "";
    if constexpr (coding == encode)
        return "there is no such format; there are 'hex', 'base64', 'urlbase64' and 'ascii'";
    if constexpr (coding == decode) return "there is no such format; there are 'hex', 'base64' and 'urlbase64'";
    return "there is no such format; there are 'html' and 'json'";
}

constexpr Parameter string{Form::value, kinds::string};

template <Coding coding>
constexpr Function coding_function(std::string_view name) {
    return {.name = name,
            .input = kinds::string,
            .gives = Gives::string,
            .run = run_coding<coding>,
            .parameters = {string},
            .required = 1,
            .allowed = 1,
            .refuse = refuse_format<coding>};
}

constexpr Function functions[] = {coding_function<encode>("encode"), coding_function<decode>("decode"),
                                  coding_function<escape>("escape"), coding_function<unescape>("unescape")};

}  // namespace

std::span<const Function> text_coding_functions() {
    return functions;
}

}  // namespace fhir::path
