#include "service/answer/card.hpp"

#include "fhir/json_writer.hpp"
#include "service/answer/markdown.hpp"

#include <algorithm>
#include <utility>

namespace service {
namespace {

using fhir::JsonWriter;

constexpr std::size_t summary_limit = 140;  // CDS Hooks, Card Attributes: "<140-character"

/// A section of the detail is one line, since a chart leaves room for few; without parts it is left out.
template <typename Text>
void append_section(std::string& detail, std::string_view heading, const std::vector<Text>& parts) {
    if (parts.empty()) return;
    detail.append("- **").append(heading).append(":**");
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool ends = i + 1 == parts.size() || parts[i].ends_with('.');
        detail += ' ';
        append_markdown(detail, parts[i]);
        if (!ends) detail += ';';
    }
    detail += '\n';
}

/// The basis of a card, always in this order, so that it can be reviewed at a glance.
std::string detail_of(const rules::Card& card, const CardContext& context) {
    std::vector<std::string_view> evidence;
    evidence.reserve(1 + card.evidence.size());
    if (!card.strength.empty()) evidence.push_back(card.strength);
    evidence.insert(evidence.end(), card.evidence.begin(), card.evidence.end());
    constexpr std::size_t usual_detail = 2048;
    std::string detail;
    detail.reserve(usual_detail);
    append_section(detail, "Why you see this", card.why);
    append_section(detail, "Rule", card.rule_lines);
    append_section(detail, "Evidence", evidence);
    append_section(detail, "Cautions", card.cautions);
    append_section(detail, "Not considered or missing", card.not_considered);
    append_section(detail, "Options", card.options);
    if (context.pack.intended_use.empty()) return detail;
    detail += '\n';
    append_markdown(detail, context.pack.intended_use);
    detail += '\n';
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
    out.object("source");
    out.member("label", plain_line(context.pack.source_label));
    if (context.pack.source_url.starts_with("https://")) out.member("url", context.pack.source_url);
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
    if (proposal.remove || !proposal.create.empty()) {
        out.array("actions");
        if (proposal.remove) write_removal(out, *proposal.remove, context);
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

void write_links(JsonWriter& out, const std::vector<rules::Link>& links) {
    if (std::ranges::none_of(links, is_shown)) return;
    out.array("links");
    for (const rules::Link& link : links) {
        if (!is_shown(link)) continue;
        out.begin_object();
        out.member("label", plain_line(link.label));
        out.member("url", link.url);
        out.member("type", "absolute");
        out.end_object();
    }
    out.end_array();
}

void write_extension(JsonWriter& out, const rules::Card& card, const CardContext& context) {
    out.object("extension");
    out.object("org.backpain-cds");
    out.member("rule", card.rule);
    out.member("pack", context.pack.id);
    out.member("version", context.pack.version);
    out.member("digest", context.digest);
    out.end_object();
    out.end_object();
}

/// \param uuid  empty for a client of 1.0, which knows neither this nor reasons to override.
void write_card(JsonWriter& out, const rules::Card& card, std::string_view uuid, const CardContext& context) {
    out.begin_object();
    if (!uuid.empty()) out.member("uuid", uuid);
    out.member("summary", shortened(plain_line(card.summary), summary_limit));
    out.member("indicator", name_of(card.indicator));
    out.member("detail", detail_of(card, context));
    write_source(out, card, context);
    if (card.proposal) write_suggestions(out, *card.proposal, context);
    const bool is_critical = card.indicator == rules::Indicator::critical;
    const std::string& reasons = is_critical ? context.override_reasons.critical : context.override_reasons.usual;
    if (!uuid.empty() && !reasons.empty()) {
        out.name("overrideReasons");
        out.json(reasons);
    }
    write_links(out, card.links);
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
    return {codings_of(pack.override_reasons), codings_of(pack.override_reasons_critical)};
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
