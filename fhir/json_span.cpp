#include "fhir/json_span.hpp"

#include "fhir/json_scanner.hpp"

#include <algorithm>
#include <vector>

namespace fhir {
namespace {

std::vector<std::string> tokens_of(std::string_view pointer) {
    std::vector<std::string> tokens;
    while (!pointer.empty()) {
        pointer.remove_prefix(1);  // the slash
        const std::size_t end = std::min(pointer.find('/'), pointer.size());
        tokens.push_back(unescape_pointer_token(pointer.substr(0, end)));
        pointer.remove_prefix(end);
    }
    return tokens;
}

struct Child {
    std::string name;
    JsonSpan span;
};

/// An object or an array and what stands in it.
struct Container {
    std::size_t begin = 0, end = 0;  // of its brackets
    char open = '\0';                // neither bracket: it is no container
    std::vector<Child> children;

    bool is_container() const { return open == '{' || open == '['; }
};

JsonScanner scanner_at(std::string_view text, std::size_t offset) {
    JsonScanner scanner(text.substr(offset));
    return scanner;
}

Container container_at(std::string_view text, std::size_t offset) {
    Container found;
    JsonScanner scanner = scanner_at(text, offset);
    found.begin = offset + scanner.offset();
    found.open = scanner.peek();
    scanner.each([&](const std::string& name, std::size_t begin, std::size_t value, std::size_t end) {
        found.children.push_back({name, {offset + begin, offset + value, offset + end}});
    });
    JsonScanner past = scanner_at(text, offset);
    found.end = offset + past.skip();
    return found;
}

/// How far a pointer leads: the last container on its way, and how many of its tokens are behind.
struct Way {
    Container last;
    std::size_t followed = 0;
    std::optional<Child> target;  // if it leads all the way
    std::size_t index = 0;        // of the target in the container
};

Way follow(std::string_view text, const std::vector<std::string>& tokens) {
    Way way{container_at(text, 0), 0, std::nullopt, 0};
    for (const std::string& token : tokens) {
        const auto found = std::ranges::find(way.last.children, token, &Child::name);
        if (found == way.last.children.end()) return way;
        way.index = static_cast<std::size_t>(found - way.last.children.begin());
        if (way.followed + 1 == tokens.size()) {
            way.target = *found;
            return way;
        }
        const std::size_t next = found->span.value;
        ++way.followed;
        way.last = container_at(text, next);
    }
    return way;
}

bool is_blank_in_line(std::string_view text) {
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

/// The line's beginning, if nothing but blanks stands between it and `offset`; else `offset`.
std::size_t with_indent(std::string_view text, std::size_t offset) {
    const std::size_t line = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    const std::size_t begin = line == std::string_view::npos ? 0 : line + 1;
    return is_blank_in_line(text.substr(begin, offset - begin)) ? begin : offset;
}

/// Where the comma behind a value stands; nothing if there is none. Comments may stand between.
std::optional<std::size_t> comma_behind(std::string_view text, std::size_t end) {
    const JsonScanner scanner(text.substr(end));
    if (scanner.peek() != ',') return std::nullopt;
    return end + scanner.offset();
}

/// Whether a line holds nothing but what stands from `begin` to `end`.
bool is_alone_on_its_line(std::string_view text, std::size_t begin, std::size_t end) {
    const std::size_t line_end = std::min(text.find('\n', end), text.size());
    return with_indent(text, begin) != begin && line_end < text.size() &&
           is_blank_in_line(text.substr(end, line_end - end));
}

std::string without(std::string_view text, const Way& way) {
    const JsonSpan& span = way.target->span;
    std::string left(text);
    const auto comma = comma_behind(text, span.end);
    std::size_t begin = span.begin, end = comma ? *comma + 1 : span.end;
    const bool is_last = way.index + 1 == way.last.children.size();
    const auto before = is_last && way.index > 0 ? comma_behind(text, way.last.children[way.index - 1].span.end)
                                                 : std::optional<std::size_t>();
    if (is_alone_on_its_line(text, begin, end)) {
        begin = with_indent(text, begin);
        end = text.find('\n', end) + 1;
    } else if (before && is_blank_in_line(text.substr(*before + 1, begin - *before - 1))) {
        begin = *before + 1;
    } else {
        while (comma && end < text.size() && text[end] == ' ') ++end;
    }
    left.erase(begin, end - begin);
    if (before) left.erase(*before, 1);  // the one before it is the last now
    return left;
}

std::string quoted(const std::string& name) {
    return boost::json::serialize(boost::json::string(name));
}

/// Lines behind the first below `indent`. A text of JSON has no line break but between its values.
std::string indented(std::string_view value, std::string_view indent) {
    std::string text;
    for (const char one : value) {
        text += one;
        if (one == '\n') text += indent;
    }
    return text;
}

/// What stands at the first token behind `tokens[from]`, so that the pointer then leads to `value`.
std::string wrapped(const std::vector<std::string>& tokens, std::size_t from, const std::string& value) {
    std::string text = value;
    for (std::size_t at = tokens.size(); at-- > from;) {
        const bool is_array = tokens[at] == "-" || tokens[at] == "0";
        const std::string member = is_array ? text : quoted(tokens[at]) + ": " + text;
        if (text.find('\n') != std::string::npos) {
            text = (is_array ? "[" : "{") + indented("\n" + member, "  ") + (is_array ? "\n]" : "\n}");
        } else {
            text = is_array ? "[" + member + "]" : "{ " + member + " }";
        }
    }
    return text;
}

std::string indent_at(std::string_view text, std::size_t offset) {
    const std::size_t begin = with_indent(text, offset);
    return std::string(text.substr(begin, offset - begin));
}

/// Of the line in which `offset` stands.
std::string line_indent(std::string_view text, std::size_t offset) {
    const std::size_t line = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    const std::size_t first = line == std::string_view::npos ? 0 : line + 1;
    return std::string(text.substr(first, std::min(text.find_first_not_of(" \t", first), text.size()) - first));
}

std::string put_into_empty(std::string_view text, const Container& container, const std::string& member) {
    std::string longer(text);
    const std::string_view inside = text.substr(container.begin + 1, container.end - container.begin - 2);
    const bool has_lines = inside.find('\n') != std::string_view::npos;
    const bool is_whole_text = container.begin == std::min(text.find('{'), text.find('['));
    if (has_lines || is_whole_text) {
        const std::string indent = line_indent(text, container.begin);
        longer.insert(container.begin + 1, indented("\n" + member, indent + "  ") + (has_lines ? "" : "\n" + indent));
    } else {
        const std::string at_place = indented(member, line_indent(text, container.begin));
        longer.insert(container.begin + 1,
                      container.open == '{' ? " " + at_place + (inside.empty() ? " " : "") : at_place);
    }
    return longer;
}

std::string put_behind_last(std::string_view text, const Container& container, const std::string& member) {
    std::string longer(text);
    const JsonSpan& last = container.children.back().span;
    const bool is_on_a_line_of_its_own = with_indent(text, last.begin) != last.begin || last.begin == 0;
    const auto comma = comma_behind(text, last.end);
    if (!is_on_a_line_of_its_own) {
        longer.insert(last.end, ", " + indented(member, line_indent(text, last.begin)));
        return longer;
    }
    // Behind what is noted beside the last one, on a line of its own.
    const std::size_t behind = comma ? *comma + 1 : last.end;
    const std::size_t line_end = std::min(text.find('\n', behind), container.end - 1);
    const std::string_view beside = text.substr(behind, line_end - behind);
    const bool is_note = beside.find("/*") == std::string_view::npos && line_end < container.end - 1;
    const std::string line = indented("\n" + member, indent_at(text, last.begin)) + (comma ? "," : "");
    longer.insert(is_note ? line_end : behind, line);
    if (!comma) longer.insert(last.end, ",");
    return longer;
}

}  // namespace

std::optional<JsonSpan> span_of(std::string_view text, std::string_view pointer) {
    const Way way = follow(text, tokens_of(pointer));
    return way.target ? std::optional(way.target->span) : std::nullopt;
}

std::optional<std::string> with_value_at(std::string_view text, std::string_view pointer,
                                         const std::optional<std::string>& value) {
    const std::vector<std::string> tokens = tokens_of(pointer);
    const Way way = follow(text, tokens);
    if (!way.last.is_container()) return std::nullopt;
    if (!value) return way.target ? without(text, way) : std::string(text);
    if (way.target) {
        std::string changed(text);
        const JsonSpan& span = way.target->span;
        return changed.replace(span.value, span.end - span.value, indented(*value, line_indent(text, span.begin)));
    }
    if (tokens.empty()) return std::nullopt;
    const std::string& name = tokens[way.followed];
    const bool is_array = way.last.open == '[';
    if (is_array && name != "-" && name != std::to_string(way.last.children.size())) return std::nullopt;
    const std::string inner = wrapped(tokens, way.followed + 1, *value);
    const std::string member = is_array ? inner : quoted(name) + ": " + inner;
    return way.last.children.empty() ? put_into_empty(text, way.last, member) : put_behind_last(text, way.last, member);
}

}  // namespace fhir
