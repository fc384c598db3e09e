#include "service/card.hpp"

#include "service/markdown.hpp"

#include <utility>

namespace service {

namespace json = boost::json;

namespace {

constexpr std::size_t summary_limit = 140;  // CDS Hooks, Card Attributes: "<140-character"

/// A section of the detail is one line, since a chart leaves room for few; without parts it is left out.
template <typename Text>
void append_section(std::string& detail, std::string_view heading, const std::vector<Text>& parts) {
    if (parts.empty()) return;
    detail.append("- **").append(heading).append(":**");
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool ends = i + 1 == parts.size() || parts[i].ends_with('.');
        detail.append(" ").append(markdown_of(parts[i])).append(ends ? "" : ";");
    }
    detail += '\n';
}

/// The basis of a card, always in this order, so that it can be reviewed at a glance.
std::string detail_of(const rules::Card& card, const CardContext& context) {
    std::vector<std::string_view> evidence;
    if (!card.strength.empty()) evidence.push_back(card.strength);
    evidence.insert(evidence.end(), card.evidence.begin(), card.evidence.end());
    std::string detail;
    append_section(detail, "Why you see this", card.why);
    append_section(detail, "Rule", card.rule_lines);
    append_section(detail, "Evidence", evidence);
    append_section(detail, "Cautions", card.cautions);
    append_section(detail, "Not considered or missing", card.not_considered);
    append_section(detail, "Options", card.options);
    if (!context.pack.intended_use.empty()) detail += "\n" + markdown_of(context.pack.intended_use) + "\n";
    return detail;
}

json::object coding_of(const rules::Coding& coding, json::storage_ptr storage) {
    json::object object(3, std::move(storage));
    object.emplace("system", coding.system);
    object.emplace("code", coding.code);
    if (!coding.display.empty()) object.emplace("display", plain_line(coding.display));
    return object;
}

json::object source_of(const rules::Card& card, const CardContext& context) {
    json::object source({{"label", plain_line(context.pack.source_label)}}, context.storage);
    if (context.pack.source_url.starts_with("https://")) source["url"] = context.pack.source_url;
    if (context.profile != ClientProfile::v1_0 && !card.topic.code.empty())
        source["topic"] = coding_of(card.topic, context.storage);
    return source;
}

json::array references_of(const std::vector<std::string>& references, const CardContext& context) {
    json::array array(context.storage);
    for (const std::string& reference : references) {
        array.push_back(json::object({{"reference", reference}}, context.storage));
    }
    return array;
}

/// What R4's and US Core's value sets of service categories call laboratory work.
json::object laboratory_category() {
    return {{"system", "http://snomed.info/sct"}, {"code", "108252007"}, {"display", "Laboratory procedure"}};
}

/// The draft that accepting a proposal places: nothing that the clinician could not also have typed. It proposes; who
/// signs it makes it an order.
json::object order_of(const rules::Proposal::Create& create, const CardContext& context) {
    json::object order(
        {{"resourceType", "ServiceRequest"}, {"id", context.new_uuid()}, {"status", "draft"}, {"intent", "proposal"}},
        context.storage);
    order["category"] = json::array{json::object{{"coding", json::array{laboratory_category()}}}};
    // The display of a coding must be LOINC's own; ours is the text.
    order["code"] =
        json::object{{"coding", json::array{json::object{{"system", "http://loinc.org"}, {"code", create.loinc}}}},
                     {"text", create.display}};
    order["subject"] = json::object{{"reference", "Patient/" + std::string(context.patient_id)}};
    if (!context.encounter_id.empty()) {
        order["encounter"] = json::object{{"reference", "Encounter/" + std::string(context.encounter_id)}};
    }
    if (context.user_id.starts_with("Practitioner/") || context.user_id.starts_with("PractitionerRole/"))
        order["requester"] = json::object{{"reference", context.user_id}};
    json::array reasons(context.storage);
    for (const std::string& reason : create.reason_texts) {
        std::string text = plain_line(reason);
        if (text.find_first_not_of(' ') != std::string::npos)
            reasons.push_back(json::object({{"text", std::move(text)}}, context.storage));
    }
    if (!reasons.empty()) order["reasonCode"] = std::move(reasons);
    if (!create.reason_references.empty()) order["reasonReference"] = references_of(create.reason_references, context);
    if (!create.supporting_references.empty())
        order["supportingInfo"] = references_of(create.supporting_references, context);
    return order;
}

json::object removal_of(const std::string& reference, const CardContext& context) {
    json::object action({{"type", "delete"}, {"description", "Remove the draft order"}}, context.storage);
    if (context.profile == ClientProfile::v1_0) {
        action["resource"] = reference.substr(reference.find('/') + 1);  // 1.0 has no resourceId, but the bare id
    } else {
        action["resourceId"] = reference;
    }
    return action;
}

json::object suggestion_of(const rules::Proposal& proposal, const CardContext& context) {
    json::array actions(context.storage);
    if (proposal.remove) actions.push_back(removal_of(*proposal.remove, context));
    for (const rules::Proposal::Create& create : proposal.create) {
        json::object action({{"type", "create"}, {"description", plain_line("Draft order: " + create.display)}},
                            context.storage);
        action["resource"] = order_of(create, context);
        actions.push_back(std::move(action));
    }
    json::object suggestion({{"label", plain_line(proposal.label)}, {"uuid", context.new_uuid()}}, context.storage);
    if (!actions.empty()) suggestion["actions"] = std::move(actions);
    return suggestion;
}

json::array links_of(const std::vector<rules::Link>& links, const CardContext& context) {
    json::array array(context.storage);
    for (const rules::Link& link : links) {
        if (!link.url.starts_with("https://")) continue;
        array.push_back(json::object({{"label", plain_line(link.label)}, {"url", link.url}, {"type", "absolute"}},
                                     context.storage));
    }
    return array;
}

json::array codings_of(const std::vector<rules::Coding>& codings) {
    json::array array;
    for (const rules::Coding& coding : codings) array.push_back(coding_of(coding, array.storage()));
    return array;
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

json::object render_card(const rules::Card& card, const CardContext& context) {
    const bool v1_0 = context.profile == ClientProfile::v1_0;
    constexpr std::size_t members = 9;
    json::object object(members, context.storage);
    if (!v1_0) object["uuid"] = context.new_uuid();
    object["summary"] = shortened(plain_line(card.summary), summary_limit);
    object["indicator"] = name_of(card.indicator);
    object["detail"] = detail_of(card, context);
    object["source"] = source_of(card, context);
    if (card.proposal) {
        object["suggestions"].emplace_array().push_back(suggestion_of(*card.proposal, context));
        object["selectionBehavior"] = "at-most-one";
    }
    const bool is_critical = card.indicator == rules::Indicator::critical;
    const json::array& reasons = is_critical ? context.override_reasons.critical : context.override_reasons.usual;
    if (!v1_0 && !reasons.empty()) object["overrideReasons"] = reasons;
    if (json::array links = links_of(card.links, context); !links.empty()) object["links"] = std::move(links);
    json::object& extension = object["extension"].emplace_object();
    extension["org.backpain-cds"] = {
        {"rule", card.rule}, {"pack", context.pack.id}, {"version", context.pack.version}, {"digest", context.digest}};
    return object;
}

json::object render_response(const std::vector<rules::Card>& cards, const CardContext& context) {
    json::array array(context.storage);
    array.reserve(cards.size());
    for (const rules::Card& card : cards) array.push_back(render_card(card, context));
    json::object response({{"cards", std::move(array)}}, context.storage);
    // The CRD test kit wants the member, even though nothing is ever done by itself here (requirements page, T-05).
    if (context.profile == ClientProfile::crd) response["systemActions"] = json::array();
    return response;
}

}  // namespace service
