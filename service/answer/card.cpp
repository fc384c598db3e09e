#include "service/answer/card.hpp"

#include "fhir/json_writer.hpp"
#include "rules/run/card_layout.hpp"
#include "service/answer/about.hpp"
#include "service/answer/markdown.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace service {
namespace {

using fhir::JsonWriter;

constexpr std::size_t summary_limit = 140;  // CDS Hooks, Card Attributes: "<140-character"

/// The bold names of the lines are the only mark-up, and two blanks end a line (GFM, hard line breaks): it reads as
/// plain text too.
std::string markdown_of(const rules::Card& card) {
    constexpr std::size_t usual_detail = 768;
    std::string detail;
    detail.reserve(usual_detail);
    for (const rules::DetailLine& line : rules::detail_of(card)) {
        if (!detail.empty()) detail += "  \n";
        if (!line.heading.empty()) detail.append("**").append(line.heading).append(":** ");
        append_markdown(detail, line.text);
    }
    if (!detail.empty()) detail += '\n';
    return detail;
}

void write_coding(JsonWriter& out, std::string_view system, std::string_view code, std::string_view display) {
    out.begin_object();
    out.member("system", system);
    out.member("code", code);
    if (!display.empty()) out.member("display", display);
    out.end_object();
}

void write_coding(JsonWriter& out, const rules::Coding& coding) {
    write_coding(out, coding.system, coding.code, plain_line(coding.display));
}

void write_reference(JsonWriter& out, std::string_view reference) {
    out.begin_object();
    out.member("reference", reference);
    out.end_object();
}

/// Left out without references: FHIR knows no empty list.
void write_references(JsonWriter& out, std::string_view name, const std::vector<std::string>& references) {
    if (references.empty()) return;
    out.array(name);
    for (const std::string& reference : references) write_reference(out, reference);
    out.end_array();
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
    if (context.profile != ClientProfile::v1_0 && !card.topic.code.empty()) {
        out.name("topic");
        write_coding(out, card.topic);
    }
    out.end_object();
}

/// What R4's and US Core's value sets of service categories call laboratory work.
void write_laboratory_category(JsonWriter& out) {
    out.array("category");
    out.begin_object();
    out.array("coding");
    write_coding(out, "http://snomed.info/sct", "108252007", "Laboratory procedure");
    out.end_array();
    out.end_object();
    out.end_array();
}

void write_reasons(JsonWriter& out, const std::vector<std::string>& reasons) {
    std::vector<std::string> texts;
    for (const std::string& reason : reasons) {
        std::string text = plain_line(reason);
        if (text.find_first_not_of(' ') != std::string::npos) texts.push_back(std::move(text));
    }
    if (texts.empty()) return;
    out.array("reasonCode");
    for (const std::string& text : texts) {
        out.begin_object();
        out.member("text", text);
        out.end_object();
    }
    out.end_array();
}

/// The draft that accepting a proposal places: nothing that the clinician could not also have typed. It proposes; who
/// signs it makes it an order.
void write_order(JsonWriter& out, const rules::Proposal::Create& create, const CardContext& context) {
    out.object("resource");
    out.member("resourceType", "ServiceRequest");
    out.member("id", context.new_uuid());
    out.member("status", "draft");
    out.member("intent", "proposal");
    write_laboratory_category(out);
    out.object("code");
    out.array("coding");
    write_coding(out, "http://loinc.org", create.loinc, "");  // the display must be LOINC's own; ours is the text
    out.end_array();
    out.member("text", create.display);
    out.end_object();
    out.name("subject");
    write_reference(out, "Patient/" + std::string(context.patient_id));
    if (!context.encounter_id.empty()) {
        out.name("encounter");
        write_reference(out, "Encounter/" + std::string(context.encounter_id));
    }
    if (context.user_id.starts_with("Practitioner/") || context.user_id.starts_with("PractitionerRole/")) {
        out.name("requester");
        write_reference(out, context.user_id);
    }
    write_reasons(out, create.reason_texts);
    write_references(out, "reasonReference", create.reason_references);
    write_references(out, "supportingInfo", create.supporting_references);
    out.end_object();
}

/// Said, though to leave it out would mean the same: models of some clients demand it. 1.0 does not know such members.
void write_false(JsonWriter& out, std::string_view name, const CardContext& context) {
    if (context.profile == ClientProfile::v1_0) return;
    out.name(name);
    out.json("false");
}

void write_removal(JsonWriter& out, const std::string& reference, const CardContext& context) {
    out.begin_object();
    out.member("type", "delete");
    out.member("description", "Remove the draft order");
    if (context.profile == ClientProfile::v1_0) {
        out.member("resource", reference.substr(reference.find('/') + 1));  // 1.0 has no resourceId, but the bare id
    } else {
        out.member("resourceId", reference);
    }
    out.end_object();
}

void write_creation(JsonWriter& out, const rules::Proposal::Create& create, const CardContext& context) {
    out.begin_object();
    out.member("type", "create");
    out.member("description", plain_line("Draft order: " + create.display));
    write_order(out, create, context);
    out.end_object();
}

void write_suggestions(JsonWriter& out, const rules::Proposal& proposal, const CardContext& context) {
    out.array("suggestions");
    out.begin_object();
    out.member("label", plain_line(proposal.label));
    out.member("uuid", context.new_uuid());
    write_false(out, "isRecommended", context);
    if (!proposal.remove.empty() || !proposal.create.empty()) {
        out.array("actions");
        for (const std::string& reference : proposal.remove) write_removal(out, reference, context);
        for (const rules::Proposal::Create& create : proposal.create) write_creation(out, create, context);
        out.end_array();
    }
    out.end_object();
    out.end_array();
    out.member("selectionBehavior", "at-most-one");
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

/// Where the card comes from, for those who look into it: nothing of this stands in its text.
void write_extension(JsonWriter& out, const rules::Card& card, const CardContext& context) {
    out.object("extension");
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
    out.name("approved");
    out.json(card.is_approved ? "true" : "false");
    out.end_object();
    out.end_object();
}

/// \param uuid  empty for a client of 1.0, which knows neither this nor reasons to override.
void write_card(JsonWriter& out, const rules::Card& card, std::string_view uuid, const CardContext& context) {
    out.begin_object();
    if (!uuid.empty()) out.member("uuid", uuid);
    out.member("summary", shortened(plain_line(card.summary), summary_limit));
    out.member("indicator", name_of(card.indicator));
    out.member("detail", markdown_of(card));
    write_source(out, card, context);
    if (card.proposal) write_suggestions(out, *card.proposal, context);
    const auto reasons = context.override_reasons.find(card.override_reasons);
    if (!uuid.empty() && reasons != context.override_reasons.end() && !reasons->second.empty()) {
        out.name("overrideReasons");
        out.json(reasons->second);
    }
    write_links(out, card, context);
    write_extension(out, card, context);
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
    for (const rules::Card& card : cards) {
        std::string uuid = context.profile == ClientProfile::v1_0 ? std::string() : context.new_uuid();
        write_card(out, card, uuid, context);
        if (!uuid.empty()) response.card_uuids.push_back(std::move(uuid));
    }
    out.end_array();
    // The CRD test kit wants the member, even though nothing is ever done by itself here (requirements page, T-05).
    if (context.profile == ClientProfile::crd) {
        out.array("systemActions");
        out.end_array();
    }
    out.end_object();
    response.body = out.take();
    return response;
}

}  // namespace service
