#include "service/answer/preview.hpp"

#include "fhir/member.hpp"
#include "rules/text/html_escape.hpp"
#include "service/answer/html_text.hpp"

#include <string_view>

namespace service {

namespace json = boost::json;

namespace {

constexpr std::string_view page_style =
    "body{margin:0;padding:16px;font:16px/1.5 system-ui,sans-serif;color:#1b1b1b;background:#f3f4f6}"
    "h1{font-size:22px;margin:0 0 16px}.clients{display:flex;flex-wrap:wrap;gap:24px;align-items:flex-start}"
    "h2{font-size:16px;margin:0}.about{margin:0 0 12px;font-size:13px;color:#4a4f57}.client{max-width:100%}"
    ".card{box-sizing:border-box;max-width:100%;background:#fff;border:1px solid #8a919c;border-left:6px solid #2b6cb0;"
    "border-radius:4px;padding:10px 12px;margin:0 0 8px;font-size:14px;line-height:1.4;overflow-wrap:break-word}"
    ".card.warning{border-left-color:#9a5b00}.card.critical{border-left-color:#b3261e}"
    ".indicator{font-size:12px;font-weight:700;letter-spacing:.04em;text-transform:uppercase;color:#23527c}"
    ".warning .indicator{color:#7a4700}.critical .indicator{color:#b3261e}"
    "h3{font-size:15px;line-height:1.35;margin:2px 0 6px}.card p{margin:0 0 8px}.plain{white-space:pre-line}"
    ".source{font-size:12px;color:#4a4f57}.acts,.links,.lost{margin:0 0 8px;padding:0;list-style:none}"
    ".acts li,.links li{margin:0 0 6px}button,select{font:inherit;max-width:100%;padding:5px 10px;border-radius:4px;"
    "border:1px solid #5b6470;background:#eef1f5;color:#1b1b1b;white-space:normal;text-align:left}"
    "a{color:#0b4fb3;overflow-wrap:anywhere}.lost{box-sizing:border-box;max-width:100%;font-size:13px;color:#33383f;"
    "margin-bottom:20px}.lost li{margin:0 0 "
    "4px;padding-left:18px;text-indent:-18px}.breaks{color:#8c1d18;font-weight:600}"
    "@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#15181c}.about,.source{color:#b5bcc6}"
    ".card{background:#1f242a;border-color:#79818c}.indicator{color:#9cc4f2}.warning .indicator{color:#f0bf6a}"
    ".critical .indicator{color:#ff9d94}button,select{background:#2c333b;color:#e8e8e8}a{color:#9cc4f2}"
    ".lost{color:#d0d5dc}.breaks{color:#ffb4ab}}";

const json::array* array_of(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    return member == nullptr ? nullptr : member->if_array();
}

class Page {
  public:
    explicit Page(std::string_view title) {
        put("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
            "content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" "
            "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"referrer\" "
            "content=\"no-referrer\">\n<title>");
        text(title);
        put("</title>\n<style>").put(page_style).put("</style>\n</head>\n<body>\n<h1>");
        text(title);
        put("</h1>\n<main class=\"clients\">\n");
    }

    void add(const ClientPreview& preview) {
        const ClientProfile& client = *preview.client;
        const std::string id = "client-" + std::to_string(++sections_);
        put("<section class=\"client\" aria-labelledby=\"").put(id).put("\">\n<h2 id=\"").put(id).put("\">");
        text(client.title);
        put("</h2>\n<p class=\"about\" style=\"width:")
            .put(std::to_string(preview.width_px))
            .put("px;max-width:100%\">");
        text(std::string(client.screen.place) + ", " + std::to_string(preview.width_px) + " pixels. Profile \"" +
             std::string(client.name) + "\"; known from " + std::string(client.source) + ".");
        put("</p>\n");
        add_losses(preview.losses, preview.width_px);
        if (preview.cards.empty()) put("<p>No card.</p>\n");
        for (const PreviewedCard& card : preview.cards) {
            if (card.sent != nullptr) add_card(*card.sent, client, preview.width_px);
            add_losses(card.losses, preview.width_px);
        }
        put("</section>\n");
    }

    std::string finish() {
        put("</main>\n</body>\n</html>\n");
        return std::move(html_);
    }

  private:
    Page& put(std::string_view html) {
        html_ += html;
        return *this;
    }
    void text(std::string_view plain) { rules::append_escaped(html_, plain); }

    void add_card(const json::object& card, const ClientProfile& client, unsigned width_px) {
        const std::string_view indicator = fhir::member_text(card, "indicator");
        put("<article class=\"card ")
            .put(indicator)
            .put("\" style=\"width:")
            .put(std::to_string(width_px))
            .put("px\">\n");
        put("<div class=\"indicator\">").put(indicator).put("</div>\n<h3>");
        text(fhir::member_text(card, "summary"));
        put("</h3>\n");
        add_detail(fhir::member_text(card, "detail"), client);
        add_suggestions(card, client);
        if (client.screen.shows_links) add_links(card, client);
        if (client.screen.shows_reasons) add_reasons(card);
        const json::value* source = card.if_contains("source");
        if (source != nullptr && source->is_object()) {
            put("<div class=\"source\">Source: ");
            text(fhir::member_text(source->get_object(), "label"));
            put("</div>\n");
        }
        put("</article>\n");
    }

    void add_detail(std::string_view detail, const ClientProfile& client) {
        put("<div class=\"detail\">");
        switch (client.detail) {
            case DetailForm::markdown:
                append_markdown_html(html_, detail);
                break;
            case DetailForm::plain_text:
                put("<p class=\"plain\">");
                text(detail.substr(0, detail.find_last_not_of('\n') + 1));
                put("</p>");
                break;
        }
        put("</div>\n");
    }

    void add_suggestions(const json::object& card, const ClientProfile& client) {
        const json::array* suggestions = array_of(card, "suggestions");
        if (suggestions == nullptr || !client.screen.shows_suggestions) return;
        put("<ul class=\"acts\">\n");
        for (const json::value& each : *suggestions) {
            if (!each.is_object()) continue;
            put("<li><button type=\"button\">");
            text(client.screen.shows_labels ? std::string(fhir::member_text(each.get_object(), "label"))
                                            : acts(each.get_object()));
            put("</button></li>\n");
        }
        put("</ul>\n");
    }

    static std::string acts(const json::object& suggestion) {
        std::string joined;
        const json::array* actions = array_of(suggestion, "actions");
        if (actions == nullptr) return joined;
        for (const json::value& action : *actions) {
            if (!action.is_object()) continue;
            joined.append(joined.empty() ? "" : "; ").append(fhir::member_text(action.get_object(), "description"));
        }
        return joined;
    }

    void add_links(const json::object& card, const ClientProfile& client) {
        const json::array* links = array_of(card, "links");
        if (links == nullptr) return;
        put("<ul class=\"links\">\n");
        for (const json::value& each : *links) {
            if (!each.is_object()) continue;
            const std::string_view url = fhir::member_text(each.get_object(), "url");
            put("<li><a rel=\"noreferrer\" href=\"");
            text(url.starts_with("https://") ? url : "");
            put("\">");
            text(client.screen.shows_labels ? fhir::member_text(each.get_object(), "label") : url);
            put("</a></li>\n");
        }
        put("</ul>\n");
    }

    void add_reasons(const json::object& card) {
        const json::array* reasons = array_of(card, "overrideReasons");
        if (reasons == nullptr) return;
        put("<p><select aria-label=\"Reason to override\"><option>Dismiss, because…</option>");
        for (const json::value& each : *reasons) {
            if (!each.is_object()) continue;
            put("<option>");
            text(fhir::member_text(each.get_object(), "display"));
            put("</option>");
        }
        put("</select></p>\n");
    }

    void add_losses(const std::vector<Loss>& losses, unsigned width_px) {
        if (losses.empty()) return;
        put("<ul class=\"lost\" aria-label=\"Lost or broken here\" style=\"width:")
            .put(std::to_string(width_px))
            .put("px\">\n");
        for (const Loss& loss : losses) {
            put(loss.breaks ? "<li class=\"breaks\">✗ Breaks: " : "<li>• ");
            text(loss.says);
            put("</li>\n");
        }
        put("</ul>\n");
    }

    std::string html_;
    std::size_t sections_ = 0;
};

}  // namespace

std::string preview_page(std::string_view title, std::span<const ClientPreview> clients) {
    Page page(title);
    for (const ClientPreview& client : clients) page.add(client);
    return page.finish();
}

}  // namespace service
