#include "service/answer/card.hpp"

#include "fhir/json_writer.hpp"
#include "rules/run/card_layout.hpp"
#include "service/answer/about.hpp"
#include "service/answer/crd.hpp"
#include "service/answer/markdown.hpp"
#include "service/answer/suggestion.hpp"
#include "service/base/sha256.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace service {
namespace {

using fhir::JsonWriter;

constexpr std::size_t summary_limit = 140;  // CDS Hooks, Card Attributes: "<140-character"

/// The drafts of the call that a card is about: those that it rests on or takes away.
std::vector<const DraftName*> drafts_of(const rules::Card& card, const CardContext& context) {
    std::vector<const DraftName*> drafts;
    for (const DraftName& draft : context.drafts) {
        const bool decided =
            std::ranges::find(card.inputs, draft.reference, &rules::CardInput::reference) != card.inputs.end();
        const bool goes =
            card.proposal && std::ranges::find(card.proposal->remove, draft.reference) != card.proposal->remove.end();
        if (decided || goes) drafts.push_back(&draft);
    }
    return drafts;
}

/// The orders that a card is about, where it is about some of several (CRD dev-24); else empty.
std::string named_orders(const rules::Card& card, const CardContext& context) {
    if (!context.profile->is_crd || context.drafts.size() < 2) return {};
    std::vector<std::string> names;
    for (const DraftName* draft : drafts_of(card, context)) {
        std::string name = draft_name(draft->reference, card, context);
        if (!name.empty()) names.push_back(std::move(name));
    }
    return rules::joined(names, ", ");
}

/// The lines of the detail as the client takes them.
std::vector<rules::DetailLine> lines_of(const rules::Card& card, const CardContext& context) {
    std::vector<rules::DetailLine> lines = rules::detail_of(card);
    if (!context.profile->takes_evidence_line)
        std::erase_if(lines, [](auto& line) { return line.heading == "Evidence"; });
    if (std::string orders = named_orders(card, context); !orders.empty()) {
        lines.insert(lines.begin(), rules::DetailLine{"Order", std::move(orders)});
    }
    if (!context.profile->takes_suggestions && card.proposal) {
        // Nothing can be pressed, so it is said what to do by hand.
        const auto after_options = std::ranges::find_if(lines, [](const auto& line) {
            return line.heading != "Why" && line.heading != "Evidence" && line.heading != "Options";
        });
        std::string acts = rules::joined(acts_of(card, context), "; ") + ".";
        lines.insert(after_options, rules::DetailLine{"To do by hand", std::move(acts)});
    }
    return lines;
}

/// The bold names of the lines are the only mark-up, and two blanks end a line (GFM, hard line breaks): it reads as
/// plain text too. For clients that take plain text alone there is neither.
std::string detail_text(const rules::Card& card, const CardContext& context) {
    constexpr std::size_t usual_detail = 768;
    const bool is_plain = context.profile->detail == DetailForm::plain_text;
    const std::string_view bold = is_plain ? "" : "**";
    std::string detail;
    detail.reserve(usual_detail);
    for (const rules::DetailLine& line : lines_of(card, context)) {
        if (!detail.empty()) detail += is_plain ? "\n" : "  \n";
        if (!line.heading.empty()) detail.append(bold).append(line.heading).append(":").append(bold).append(" ");
        if (is_plain) {
            detail += plain_line(line.text);
        } else {
            append_markdown(detail, line.text);
        }
    }
    if (!detail.empty()) detail += '\n';
    return detail;
}

/// A rule's id without its hyphens, and as long as a topic may be: "vitamin-d-low" is "vitaminDLow". The same rule has
/// the same topic from call to call, since clients remember what was overridden by it.
std::string alphanumeric(std::string_view id) {
    std::string code;
    bool is_first_of_word = false;
    for (const char c : id) {
        const bool is_lower = c >= 'a' && c <= 'z';
        const bool is_kept = is_lower || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_kept) code += is_first_of_word && is_lower ? static_cast<char>(c - 'a' + 'A') : c;
        is_first_of_word = !is_kept;
    }
    return code.size() > most_topic_length ? sha256_hex(id) : code;
}

rules::Coding topic_of(const rules::Card& card, const ClientProfile& client) {
    rules::Coding topic = card.topic;
    if (client.alphanumeric_topic) topic.code = alphanumeric(topic.code);
    const crd::CardType& type = crd::card_type_of(card.kind);
    if (client.is_crd && type.is_in_value_set) {
        topic = {std::string(crd::card_type_system), std::string(type.code), std::string(type.name)};
    }
    return topic;
}

void write_source(JsonWriter& out, const rules::Card& card, const CardContext& context) {
    const std::string about = about_address(context.about_url, context.digest, card.rule);
    out.object("source");
    out.member("label", plain_line(context.pack.source_label));
    if (!about.empty()) {
        out.member("url", about);
    } else if (context.pack.source_url.starts_with("https://")) {
        out.member("url", context.pack.source_url);
    }
    if (context.profile->knows_2_0 && !card.topic.code.empty()) {
        out.name("topic");
        write_coding(out, topic_of(card, *context.profile));
    }
    out.end_object();
}

bool is_shown(const rules::Link& link) {
    return link.url.starts_with("https://");
}

void write_links(JsonWriter& out, const rules::Card& card, const CardContext& context) {
    const std::string about = about_address(context.about_url, context.digest, card.rule);
    std::vector<rules::Link> links;
    if (!about.empty()) links.push_back({"About this advice", about});
    std::ranges::copy_if(card.links, std::back_inserter(links), is_shown);
    if (links.empty()) return;
    out.array("links");
    for (const rules::Link& link : links) {
        out.begin_object();
        out.member("label", plain_line(link.label));
        out.member("url", link.url);
        out.member("type", "absolute");
        write_false(out, "autoLaunchable", context);
        out.end_object();
    }
    out.end_array();
}

template <typename Text>
void write_texts(JsonWriter& out, std::string_view name, const std::vector<Text>& texts) {
    if (texts.empty()) return;
    out.array(name);
    for (const Text& text : texts) out.string(plain_line(text));
    out.end_array();
}

void write_input(JsonWriter& out, const rules::CardInput& input) {
    const auto put = [&out](std::string_view name, const std::string& text) {
        if (!text.empty()) out.member(name, plain_line(text));
    };
    out.begin_object();
    put("what", input.what);
    put("value", input.value);
    put("date", input.date);
    put("status", input.status);
    put("range", input.range);
    put("reference", input.reference);
    out.end_object();
}

std::vector<std::string> references_of(const rules::Card& card) {
    std::vector<std::string> references;
    for (const rules::CardInput& input : card.inputs) {
        const bool is_new = std::ranges::find(references, input.reference) == references.end();
        if (!input.reference.empty() && is_new) references.push_back(input.reference);
    }
    return references;
}

void write_drafts(JsonWriter& out, const rules::Card& card, const CardContext& context) {
    const std::vector<const DraftName*> drafts = drafts_of(card, context);
    if (!context.profile->is_crd || drafts.empty()) return;
    out.array(crd::associated_resource);
    for (const DraftName* draft : drafts) {
        out.begin_object();
        out.member("reference", draft->reference);
        out.end_object();
    }
    out.end_array();
}

/// Where the card comes from, for those who look into it: nothing of this stands in its text.
/// \param no_room  rules whose card stands back for this one.
void write_extension(JsonWriter& out, const rules::Card& card, const std::vector<std::string_view>& no_room,
                     const CardContext& context) {
    out.object("extension");
    write_drafts(out, card, context);
    out.object("org.backpain-cds");
    out.member("rule", card.rule);
    write_texts(out, "with", card.with);
    out.member("pack", context.pack.id);
    out.member("version", context.pack.version);
    out.member("digest", context.digest);
    write_texts(out, "references", references_of(card));
    if (!card.inputs.empty()) {
        out.array("inputs");
        for (const rules::CardInput& input : card.inputs) write_input(out, input);
        out.end_array();
    }
    write_texts(out, "notUsed", card.not_used);
    write_texts(out, "noRoomFor", no_room);
    out.name("approved");
    out.json(card.is_approved ? "true" : "false");
    out.end_object();
    out.end_object();
}

/// \param uuid  empty for a client of 1.0, which knows neither this nor reasons to override.
void write_card(JsonWriter& out, const rules::Card& card, std::string_view uuid,
                const std::vector<std::string_view>& no_room, const CardContext& context) {
    out.begin_object();
    if (!uuid.empty()) out.member("uuid", uuid);
    out.member("summary", shortened(plain_line(card.summary), summary_limit));
    out.member("indicator", name_of(card.indicator));
    out.member("detail", detail_text(card, context));
    write_source(out, card, context);
    if (context.profile->takes_suggestions) write_suggestions(out, card, context);
    const auto reasons = context.override_reasons.find(card.override_reasons);
    if (!uuid.empty() && reasons != context.override_reasons.end() && !reasons->second.empty()) {
        out.name("overrideReasons");
        out.json(reasons->second);
    }
    if (context.profile->takes_links) write_links(out, card, context);
    write_extension(out, card, no_room, context);
    out.end_object();
}

/// Empty without codings.
std::string codings_of(const std::vector<rules::Coding>& codings) {
    if (codings.empty()) return {};
    JsonWriter out;
    out.begin_array();
    for (const rules::Coding& coding : codings) write_coding(out, coding);
    out.end_array();
    return out.take();
}

}  // namespace

OverrideReasons override_reasons_of(const rules::Pack& pack) {
    OverrideReasons reasons;
    for (const auto& [kind, list] : pack.override_reasons) reasons.emplace(kind, codings_of(list));
    return reasons;
}

std::string_view name_of(rules::Indicator indicator) noexcept {
    switch (indicator) {
        case rules::Indicator::info:
            return "info";
        case rules::Indicator::warning:
            return "warning";
        case rules::Indicator::critical:
            break;
    }
    return "critical";
}

Response render_response(const std::vector<rules::Card>& cards, const CardContext& context) {
    constexpr std::size_t usual_card = 4096;
    Response response;
    JsonWriter out((cards.size() + 1) * usual_card);
    out.begin_object();
    out.array("cards");
    const ChosenCards chosen = choose_cards(cards, context);
    for (const std::size_t index : chosen.shown) {
        const bool is_last = index == chosen.shown.back();
        std::string uuid = context.profile->knows_2_0 ? context.settings.new_uuid() : std::string();
        write_card(out, cards[index], uuid, is_last ? chosen.no_room : std::vector<std::string_view>(), context);
        response.given.push_back({index, std::move(uuid)});
    }
    out.end_array();
    // The CRD test kit wants the member, even though nothing is ever done by itself here (T-05 in
    // tests/conformance/requirements.tsv).
    if (context.profile->is_crd) {
        out.array("systemActions");
        out.end_array();
    }
    out.end_object();
    response.body = out.take();
    return response;
}

std::string render_refusal(unsigned status, std::string_view sentence) {
    JsonWriter out;
    out.begin_object();
    out.array("cards");
    out.begin_object();
    out.member("summary", "This call was refused with " + std::to_string(status) + ": there is no advice in it.");
    out.member("indicator", "warning");
    std::string detail;
    append_markdown(detail, sentence);
    out.member("detail", detail);
    out.object("source");
    out.member("label", "backpain-cds, for this client alone: others get the status");
    out.end_object();
    out.end_object();
    out.end_array();
    out.end_object();
    return out.take();
}

}  // namespace service
