#include "service/answer/about.hpp"

#include "rules/explain/about_rule.hpp"
#include "rules/text/html_escape.hpp"

namespace service {
namespace {

constexpr std::string_view style =
    "body{margin:0 auto;max-width:42rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff;"
    "overflow-wrap:anywhere}h1{font-size:1.35rem;line-height:1.25}h2{font-size:1.05rem;margin:1.4rem 0 .3rem}"
    "ul{margin:0;padding-left:1.1rem}li{margin:.25rem 0}a{color:#0b57d0}"
    "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#121212}a{color:#8ab4f8}}";

std::string begin_page(std::string_view title, std::string_view language) {
    std::string html = "<!doctype html>\n<html lang=\"" + std::string(language) +
                       "\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<meta name=\"robots\" content=\"noindex\">\n<title>";
    rules::append_escaped(html, title);
    html.append("</title>\n<style>").append(style).append("</style>\n</head>\n<body>\n<h1>");
    rules::append_escaped(html, title);
    return html + "</h1>\n";
}

void append_line(std::string& html, const rules::AboutLine& line) {
    html += "<li>";
    rules::append_escaped(html, line.text);
    if (line.url.starts_with("https://")) {
        html += " <a href=\"";
        rules::append_escaped(html, line.url);
        html += "\" rel=\"noreferrer\">";
        rules::append_escaped(html, line.url);
        html += "</a>";
    }
    html += "</li>\n";
}

std::string_view language_of(const rules::Program& program) {
    return program.site().language == rules::Language::en_gb ? "en-GB" : "en-US";
}

}  // namespace

std::string_view digest_in_address(std::string_view digest) {
    const std::size_t colon = digest.find(':');
    return colon == std::string_view::npos ? digest : digest.substr(colon + 1);
}

std::string about_address(std::string_view base, std::string_view digest, std::string_view rule) {
    if (!base.starts_with("https://")) return {};
    std::string address(base);
    return address.append("/").append(digest_in_address(digest)).append("/").append(rule);
}

std::optional<std::string> about_page(const rules::Program& program, const rules::Digests& digests,
                                      std::string_view rule) {
    const auto about = rules::about_rule(program, rule, digests);
    if (!about) return std::nullopt;
    std::string html = begin_page("About this advice: " + about->title, language_of(program));
    for (const rules::AboutSection& section : about->sections) {
        html += "<h2>";
        rules::append_escaped(html, section.heading);
        html += "</h2>\n<ul>\n";
        for (const rules::AboutLine& line : section.lines) append_line(html, line);
        html += "</ul>\n";
    }
    return html + "</body>\n</html>\n";
}

std::string page_of_another_version() {
    return begin_page("About this advice", "en") +
           "<p>The card that led here was made by another version of the rules, or under other settings of this site, "
           "than the service has now. Its own extension names pack, version and digest; who runs the service keeps the "
           "pages of earlier versions.</p>\n</body>\n</html>\n";
}

std::string about_index(const rules::Program& program, const rules::Digests& digests) {
    const rules::Identity& pack = program.pack().identity;
    std::string html = begin_page(pack.title + ", " + pack.version, language_of(program)) + "<ul>\n";
    for (const rules::NamedDigest& one : rules::named(digests)) {
        append_line(html, {std::string(one.name) + ": " + *one.digest, ""});
    }
    html += "</ul>\n<ul>\n";
    for (const std::string& id : rules::rules_with_pages(program)) {
        html += "<li><a href=\"" + id + "/\">";
        rules::append_escaped(html, rules::about_rule(program, id, digests)->title);
        html += "</a></li>\n";
    }
    return html + "</ul>\n</body>\n</html>\n";
}

}  // namespace service
