#include "service/answer/losses.hpp"

#include "fhir/json_text.hpp"

#include <boost/url/parse.hpp>

#include <algorithm>
#include <set>
#include <string_view>

namespace service {

namespace json = boost::json;

namespace {

constexpr unsigned character_px = 7;  // of a card's text, 14 pixels high, on average
constexpr unsigned padding_px = 26;   // of a card, both sides

const json::value* find(const json::object& object, std::string_view name) {
    return object.if_contains(name);
}

std::string text_of(const json::object& object, std::string_view name) {
    const json::value* member = find(object, name);
    return std::string(member == nullptr ? "" : fhir::text_of(*member).value_or(""));
}

/// The objects of a list; none if it is not there.
std::vector<const json::object*> list_of(const json::object& object, std::string_view name) {
    std::vector<const json::object*> objects;
    const json::value* list = find(object, name);
    if (list == nullptr || !list->is_array()) return objects;
    for (const json::value& each : list->get_array()) {
        if (each.is_object()) objects.push_back(&each.get_object());
    }
    return objects;
}

std::string in_quotes(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    return count == 1 ? "One " + std::string(one) : std::to_string(count) + " " + std::string(many);
}

/// Collects what one client makes of one card.
class Reader {
  public:
    Reader(const json::object& whole, const json::object& sent, const ClientProfile& client, unsigned width_px)
        : whole_(whole), sent_(sent), client_(client), title_(client.title), width_px_(width_px) {}

    std::vector<Loss> read() {
        look_at_suggestions();
        look_at_orders();
        look_at_labels();
        look_at_links();
        look_at_reasons();
        look_at_topic();
        look_at_detail();
        look_at_width();
        return std::move(losses_);
    }

  private:
    void lose(std::string says) { losses_.push_back({false, std::move(says)}); }
    void breaks(std::string says) { losses_.push_back({true, std::move(says)}); }

    void look_at_suggestions() {
        for (const json::object* suggestion : list_of(whole_, "suggestions")) {
            if (!client_.takes_suggestions) {
                lose("There is nothing to press: " + in_quotes(text_of(*suggestion, "label")) +
                     " is said in words, to be done by hand.");
                continue;
            }
            const std::size_t actions = list_of(*suggestion, "actions").size();
            if (!client_.one_action_a_suggestion || actions < 2) continue;
            lose(std::to_string(actions) + " actions in one suggestion: " + title_ + " takes one. They come as " +
                 std::to_string(actions) + " suggestions, of which a clinician may take some and not others.");
        }
        for (const json::object* suggestion : list_of(sent_, "suggestions")) {
            const std::size_t actions = list_of(*suggestion, "actions").size();
            if (client_.one_action_a_suggestion && actions > 1) {
                breaks(std::to_string(actions) + " actions in one suggestion: " + title_ + " takes one.");
            }
        }
        const std::string behavior = text_of(sent_, "selectionBehavior");
        if (!behavior.empty() && behavior != client_.selection_behavior) {
            breaks("selectionBehavior " + in_quotes(behavior) + ": " + title_ + " knows " +
                   in_quotes(client_.selection_behavior) + " alone.");
        }
    }

    /// Whether an order has a code that the client can place.
    bool can_place(const json::object& order) const {
        const json::value* code = find(order, "code");
        if (code == nullptr || !code->is_object()) return false;
        const auto codings = list_of(code->get_object(), "coding");
        return std::ranges::any_of(
            codings, [&](const json::object* coding) { return text_of(*coding, "system") == client_.order_catalogue; });
    }

    void look_at_orders() {
        if (client_.order_catalogue.empty()) return;
        for (const json::object* suggestion : list_of(sent_, "suggestions")) {
            for (const json::object* action : list_of(*suggestion, "actions")) {
                const json::value* order = find(*action, "resource");
                if (order == nullptr || !order->is_object() || can_place(order->get_object())) continue;
                breaks(in_quotes(text_of(*action, "description")) + " has no code that " + title_ +
                       " can place: name an item of its preference list in the site file (\"orders\", \"place\").");
            }
        }
    }

    void look_at_labels() {
        if (client_.screen.shows_labels) return;
        const bool has_some = find(sent_, "suggestions") != nullptr || find(sent_, "links") != nullptr;
        if (has_some) lose("Labels of suggestions and links are not shown; the text of an action, and addresses, are.");
    }

    void look_at_links() {
        const auto links = list_of(whole_, "links");
        if (links.empty()) return;
        if (!client_.takes_links || !client_.screen.shows_links) {
            return lose(counted(links.size(), "link is", "links are") + " not shown.");
        }
        if (!client_.screen.only_registered_links) return;
        std::set<std::string> hosts;
        for (const json::object* link : links) {
            const std::string url = text_of(*link, "url");
            const auto parsed = boost::urls::parse_uri(url);
            if (parsed) hosts.emplace(parsed->host());
        }
        std::string names;
        for (const std::string& host : hosts) names += (names.empty() ? "" : ", ") + host;
        lose("Links vanish unless their hosts are registered: " + names + ".");
    }

    void look_at_reasons() {
        if (find(whole_, "overrideReasons") == nullptr) return;
        const bool are_shown = find(sent_, "overrideReasons") != nullptr && client_.screen.shows_reasons;
        if (!are_shown) lose("Reasons to override are not shown, and what becomes of the card is not told.");
    }

    void look_at_topic() {
        const auto topic_in = [](const json::object& card) {
            const json::value* source = find(card, "source");
            const json::value* topic = source && source->is_object() ? find(source->get_object(), "topic") : nullptr;
            return topic && topic->is_object() ? text_of(topic->get_object(), "code") : std::string();
        };
        const std::string own = topic_in(whole_), theirs = topic_in(sent_);
        if (theirs.empty()) return lose("The topic is not known there: a dismissed card comes again.");
        if (own != theirs) lose("The topic " + in_quotes(own) + " is called " + in_quotes(theirs) + ".");
        const auto is_alphanumeric = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        };
        if (!client_.alphanumeric_topic) return;
        if (!std::ranges::all_of(theirs, is_alphanumeric) || theirs.size() > most_topic_length) {
            breaks("The topic " + in_quotes(theirs) + " is not alphanumeric, or too long.");
        }
    }

    void look_at_detail() {
        const std::string detail = text_of(sent_, "detail");
        if (client_.detail == DetailForm::plain_text) {
            if (detail.find("**") != std::string::npos) breaks("The detail has Markdown, which is shown as it stands.");
            lose("The detail is plain text: the names of its lines are not bold.");
        }
        if (!client_.takes_evidence_line && text_of(whole_, "detail").find("**Evidence:**") != std::string::npos) {
            lose("The line on evidence is left out; the page behind the card has it.");
        }
    }

    std::size_t columns() const { return (std::max(width_px_, padding_px + character_px) - padding_px) / character_px; }

    /// Lines that the detail takes, and its longest word, by the average width of a character.
    void look_at_width() {
        const std::string detail = text_of(sent_, "detail");
        std::size_t lines = 0, column = 0, word = 0, longest = 0;
        for (const char c : detail + "\n") {
            if (c != ' ' && c != '\n') {
                if (c != '*') ++word;  // mark-up takes no room
                continue;
            }
            longest = std::max(longest, word);
            if (column > 0 && column + 1 + word > columns()) {
                ++lines;
                column = word;
            } else {
                column += word + (column > 0 ? 1 : 0);
            }
            word = 0;
            if (c != '\n') continue;
            ++lines;
            column = 0;
        }
        if (longest > columns()) {
            breaks("A word of " + std::to_string(longest) + " characters is wider than " + std::to_string(width_px_) +
                   " pixels.");
        }
        const std::size_t most = text_of(sent_, "indicator") == "info" ? 8 : 12;
        if (lines > most) {
            lose("The detail takes about " + std::to_string(lines) + " lines at " + std::to_string(width_px_) +
                 " pixels; " + std::to_string(most) + " are read at a glance.");
        }
    }

    const json::object& whole_;
    const json::object& sent_;
    const ClientProfile& client_;
    std::string title_;
    unsigned width_px_;
    std::vector<Loss> losses_;
};

}  // namespace

std::vector<Loss> losses_of(const json::object& whole, const json::object* sent, const ClientProfile& client,
                            unsigned width_px) {
    if (sent != nullptr) return Reader(whole, *sent, client, width_px).read();
    return {{false, "There is no room for this card, so it is not sent: " + in_quotes(text_of(whole, "summary"))}};
}

}  // namespace service
