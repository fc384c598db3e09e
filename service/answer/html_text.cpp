#include "service/answer/html_text.hpp"

#include "rules/text/html_escape.hpp"

namespace service {
namespace {

bool is_punctuation(char c) {
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

void append_character(std::string& html, char c) {
    rules::append_escaped(html, std::string_view(&c, 1));
}

/// One line of Markdown, from which the blanks that break it have been taken.
void append_line(std::string& html, std::string_view line) {
    bool is_bold = false;
    while (!line.empty()) {
        if (line.starts_with("**")) {
            html += is_bold ? "</strong>" : "<strong>";
            is_bold = !is_bold;
            line.remove_prefix(2);
        } else if (line.size() > 1 && line.front() == '\\' && is_punctuation(line[1])) {
            append_character(html, line[1]);
            line.remove_prefix(2);
        } else if (line.starts_with("&amp;")) {
            html += "&amp;";
            line.remove_prefix(5);
        } else if (line.starts_with("&lt;")) {
            html += "&lt;";
            line.remove_prefix(4);
        } else {
            append_character(html, line.front());
            line.remove_prefix(1);
        }
    }
    if (is_bold) html += "</strong>";
}

}  // namespace

void append_markdown_html(std::string& html, std::string_view markdown) {
    html += "<p>";
    bool is_begun = false, breaks = false;
    while (!markdown.empty()) {
        const std::size_t end = markdown.find('\n');
        std::string_view line = markdown.substr(0, end);
        markdown.remove_prefix(end == std::string_view::npos ? markdown.size() : end + 1);
        const bool is_blank = line.find_first_not_of(' ') == std::string_view::npos;
        if (is_blank) {
            if (is_begun && !markdown.empty()) html += "</p>\n<p>";
            is_begun = breaks = false;
            continue;
        }
        if (is_begun) html += breaks ? "<br>\n" : "\n";
        breaks = line.ends_with("  ");
        while (line.ends_with(' ')) line.remove_suffix(1);
        append_line(html, line);
        is_begun = true;
    }
    html += "</p>\n";
}

}  // namespace service
