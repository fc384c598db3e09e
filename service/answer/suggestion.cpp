#include "service/answer/suggestion.hpp"

#include "fhir/coding.hpp"
#include "service/answer/markdown.hpp"

#include <algorithm>
#include <utility>

namespace service {
namespace {

using fhir::JsonWriter;

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

/// The site's own codes, where it names some: only those lead to something that can be ordered there.
void write_order_code(JsonWriter& out, const rules::Proposal::Create& create) {
    out.object("code");
    out.array("coding");
    for (const rules::Coding& coding : create.codings) write_coding(out, coding);
    if (create.codings.empty()) {
        write_coding(out, fhir::loinc_system, create.loinc, "");  // the display must be LOINC's own; ours is the text
    }
    out.end_array();
    out.member("text", create.display);
    out.end_object();
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
    out.member("id", context.settings.new_uuid());
    out.member("status", "draft");
    out.member("intent", "proposal");
    write_laboratory_category(out);
    write_order_code(out, create);
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

std::string removal_text(std::string_view reference, const rules::Card& card, const CardContext& context) {
    const std::string name = draft_name(reference, card, context);
    return plain_line("Remove the draft order" + (name.empty() ? "" : ": " + name));
}

std::string creation_text(const rules::Proposal::Create& create) {
    return plain_line("Draft order: " + create.display);
}

void write_removal(JsonWriter& out, const std::string& reference, const rules::Card& card, const CardContext& context) {
    out.begin_object();
    out.member("type", "delete");
    out.member("description", removal_text(reference, card, context));
    if (context.profile->knows_2_0) {
        out.member("resourceId", reference);
    } else {
        out.member("resource", reference.substr(reference.find('/') + 1));  // 1.0 has no resourceId, but the bare id
    }
    out.end_object();
}

void write_creation(JsonWriter& out, const rules::Proposal::Create& create, const CardContext& context) {
    out.begin_object();
    out.member("type", "create");
    out.member("description", creation_text(create));
    write_order(out, create, context);
    out.end_object();
}

/// \param write_actions  writes them into their array.
template <typename WriteActions>
void write_suggestion(JsonWriter& out, std::string_view label, const CardContext& context, WriteActions write_actions) {
    out.begin_object();
    out.member("label", label);
    out.member("uuid", context.settings.new_uuid());
    write_false(out, "isRecommended", context);
    out.array("actions");
    write_actions();
    out.end_array();
    out.end_object();
}

/// The proposal as suggestions of one action each: what belongs together is then for the clinician to take together.
void write_apart(JsonWriter& out, const rules::Card& card, const CardContext& context) {
    for (const std::string& reference : card.proposal->remove) {
        write_suggestion(out, removal_text(reference, card, context), context,
                         [&] { write_removal(out, reference, card, context); });
    }
    for (const rules::Proposal::Create& create : card.proposal->create) {
        write_suggestion(out, creation_text(create), context, [&] { write_creation(out, create, context); });
    }
}

}  // namespace

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

void write_false(JsonWriter& out, std::string_view name, const CardContext& context) {
    if (!context.profile->knows_2_0) return;
    out.name(name);
    out.json("false");
}

std::string draft_name(std::string_view reference, const rules::Card& card, const CardContext& context) {
    const auto input = std::ranges::find(card.inputs, reference, &rules::CardInput::reference);
    if (input != card.inputs.end() && !input->what.empty()) return input->what;
    const auto draft = std::ranges::find(context.drafts, reference, &DraftName::reference);
    return draft == context.drafts.end() ? std::string() : draft->name;
}

std::vector<std::string> acts_of(const rules::Card& card, const CardContext& context) {
    std::vector<std::string> acts;
    if (!card.proposal) return acts;
    for (const std::string& reference : card.proposal->remove) acts.push_back(removal_text(reference, card, context));
    for (const rules::Proposal::Create& create : card.proposal->create) acts.push_back(creation_text(create));
    return acts;
}

void write_suggestions(JsonWriter& out, const rules::Card& card, const CardContext& context) {
    if (!card.proposal || (card.proposal->remove.empty() && card.proposal->create.empty())) return;
    const rules::Proposal& proposal = *card.proposal;
    out.array("suggestions");
    if (context.profile->one_action_a_suggestion) {
        write_apart(out, card, context);
    } else {
        write_suggestion(out, plain_line(proposal.label), context, [&] {
            for (const std::string& reference : proposal.remove) write_removal(out, reference, card, context);
            for (const rules::Proposal::Create& create : proposal.create) write_creation(out, create, context);
        });
    }
    out.end_array();
    out.member("selectionBehavior", context.profile->selection_behavior);
}

}  // namespace service
