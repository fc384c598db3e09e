#include "service/call/hook_request.hpp"

#include "fhir/json_text.hpp"
#include "fhir/member.hpp"
#include "fhir/reference.hpp"
#include "service/base/uuid.hpp"
#include "service/call/prefetch.hpp"

#include <algorithm>

namespace service {

namespace json = boost::json;

namespace {

template <typename T>
using Read = boost::system::result<T, Problem>;

Problem problem_at(Fault fault, std::string place) {
    return {fault, {std::move(place)}, {}};
}

bool is_blank(const json::value& value) {
    if (value.is_null()) return true;
    if (const auto text = fhir::text_of(value)) return text->find_first_not_of(" \t\r\n") == std::string_view::npos;
    return (value.is_object() && value.get_object().empty()) || (value.is_array() && value.get_array().empty());
}

/// "Type/id" (order-select, ord-1; FHIR R4, id).
bool is_typed_id(std::string_view text) {
    const fhir::Reference reference = fhir::parse_reference(text);
    return reference.kind == fhir::ReferenceKind::relative && !reference.type.empty() && fhir::is_id(reference.id);
}

/// Whether the table of `hook` names the type of the user `text`, which is "Type/id" (CDS Hooks, the hooks' pages).
bool is_user_of(rules::Hook hook, std::string_view text) {
    const std::string_view type = text.substr(0, text.find('/'));
    if (type == "Practitioner" || type == "PractitionerRole") return true;
    return hook == rules::Hook::patient_view && (type == "Patient" || type == "RelatedPerson");
}

/// The members of one object of the request, read by name.
class Members {
  public:
    Members(const json::object& object, std::string path, bool strict)
        : object_(object), path_(std::move(path)), strict_(strict) {}

    std::string place(std::string_view name) const {
        return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
    }

    Read<const json::value*> required(std::string_view name) const {
        const json::value* member = object_.if_contains(name);
        if (member == nullptr) return problem_at(Fault::member_missing, place(name));
        if (is_blank(*member)) return problem_at(Fault::member_empty, place(name));
        return member;
    }

    /// Null if absent, or if blank and the client is not held to the letter.
    Read<const json::value*> optional(std::string_view name) const {
        const json::value* member = object_.if_contains(name);
        if (member == nullptr || !is_blank(*member)) return member;
        if (strict_) return problem_at(Fault::member_empty, place(name));
        return nullptr;
    }

    Read<std::string_view> required_text(std::string_view name) const {
        const auto member = required(name);
        if (!member) return member.error();
        const auto text = fhir::text_of(**member);
        if (!text) return problem_at(Fault::wrong_type, place(name));
        return *text;
    }

    /// Empty if absent.
    Read<std::string_view> optional_text(std::string_view name) const {
        const auto member = optional(name);
        if (!member) return member.error();
        if (*member == nullptr) return std::string_view();
        const auto text = fhir::text_of(**member);
        if (!text) return problem_at(Fault::wrong_type, place(name));
        return *text;
    }

    /// Required if the client is held to the letter, else optional.
    Read<std::string_view> expected_text(std::string_view name) const {
        return strict_ ? required_text(name) : optional_text(name);
    }

    Read<const json::object*> required_object(std::string_view name) const {
        const auto member = required(name);
        if (!member) return member.error();
        if (!(*member)->is_object()) return problem_at(Fault::wrong_type, place(name));
        return &(*member)->get_object();
    }

    /// Null if absent.
    Read<const json::object*> optional_object(std::string_view name) const {
        const auto member = optional(name);
        if (!member) return member.error();
        if (*member == nullptr) return nullptr;
        if (!(*member)->is_object()) return problem_at(Fault::wrong_type, place(name));
        return &(*member)->get_object();
    }

  private:
    const json::object& object_;
    std::string path_;
    bool strict_;
};

/// Reads one request. Each step returns its problem, or nothing.
class RequestReader {
  public:
    using Outcome = std::optional<Problem>;

    explicit RequestReader(const RequestExpectations& expectations) : expectations_(expectations) {}

    Read<HookRequest> read(std::string_view body) {
        if (auto problem = parse(body)) return *problem;
        const Members root(request_.tree->get_object(), "", expectations_.strict);
        for (const auto step : {&RequestReader::read_hook, &RequestReader::read_context,
                                &RequestReader::read_fhir_access, &RequestReader::read_prefetch_member}) {
            if (auto problem = (this->*step)(root)) return *problem;
        }
        return std::move(request_);
    }

  private:
    Outcome parse(std::string_view body) {
        // A tree takes about three times its text; one block spares the small ones.
        request_.storage = std::make_unique<json::monotonic_resource>(std::max<std::size_t>(4096, body.size() * 3));
        auto tree = fhir::parse_json(body, request_.storage.get());
        if (!tree) {
            return problem_of(tree.error(), body);
        }
        request_.tree.emplace(std::move(*tree));
        if (!request_.tree->is_object()) return Problem{Fault::wrong_type, {}, fhir::TextPosition()};
        return {};
    }

    Outcome read_hook(const Members& root) {
        const auto hook = root.required_text("hook");
        if (!hook) return hook.error();
        const auto known = rules::hook_named(*hook);
        if (!known || std::ranges::find(expectations_.hooks, *known) == expectations_.hooks.end()) {
            return problem_at(Fault::wrong_hook, "hook");
        }
        request_.hook = *known;
        const auto instance = root.required_text("hookInstance");
        if (!instance) return instance.error();
        if (expectations_.strict && !uuid_of(*instance)) return problem_at(Fault::bad_value, "hookInstance");
        request_.hook_instance = *instance;
        return {};
    }

    Outcome read_context(const Members& root) {
        const auto object = root.required_object("context");
        if (!object) return object.error();
        const Members context(**object, "context", expectations_.strict);
        const auto user = expectations_.needs_user ? context.required_text("userId") : context.optional_text("userId");
        if (!user) return user.error();
        const auto patient = context.required_text("patientId");
        if (!patient) return patient.error();
        const bool needs_encounter = request_.hook == rules::Hook::encounter_start;
        const auto encounter =
            needs_encounter ? context.required_text("encounterId") : context.optional_text("encounterId");
        if (!encounter) return encounter.error();
        const bool is_user = is_typed_id(*user) && (!expectations_.strict || is_user_of(request_.hook, *user));
        if (!user->empty() && !is_user) return problem_at(Fault::bad_value, "context.userId");
        if (!fhir::is_id(*patient)) return problem_at(Fault::bad_value, "context.patientId");
        if (!encounter->empty() && !fhir::is_id(*encounter)) return problem_at(Fault::bad_value, "context.encounterId");
        request_.user_id = *user;
        request_.patient_id = *patient;
        request_.patient = rules::PatientIdentity(*patient);
        learn_patient(root);
        request_.encounter_id = *encounter;
        if (auto problem = check_extension(context)) return problem;
        return read_orders(context);
    }

    /// Drafts may name a patient with whom the call's own Patient was merged.
    void learn_patient(const Members& root) {
        const auto prefetch = root.optional_object("prefetch");
        if (prefetch) service::learn_patient(*prefetch, request_.patient);
    }

    Outcome read_orders(const Members& context) {
        const bool select = request_.hook == rules::Hook::order_select;
        if (!select && request_.hook != rules::Hook::order_sign) return {};
        const auto bundle = context.required_object("draftOrders");
        if (!bundle) return bundle.error();
        if (auto problem = read_drafts(**bundle)) return problem;
        return select ? read_selections(context) : Outcome();
    }

    Outcome read_drafts(const json::object& bundle) {
        const json::value* type = bundle.if_contains("resourceType");
        if (type == nullptr || fhir::text_of(*type) != "Bundle") {
            return problem_at(Fault::wrong_type, "context.draftOrders.resourceType");
        }
        const auto entries = Members(bundle, "context.draftOrders", expectations_.strict).optional("entry");
        if (!entries) return entries.error();
        if (*entries == nullptr) return {};
        if (!(*entries)->is_array()) return problem_at(Fault::wrong_type, "context.draftOrders.entry");
        if ((*entries)->get_array().size() > most_drafts) {
            return problem_at(Fault::too_many_values, "context.draftOrders.entry");
        }
        std::size_t index = 0;
        for (const json::value& entry : (*entries)->get_array()) {
            const std::string place = "context.draftOrders.entry[" + std::to_string(index++) + "]";
            if (!entry.is_object()) return problem_at(Fault::wrong_type, place);
            const auto resource = Members(entry.get_object(), place, true).required_object("resource");
            if (!resource) return resource.error();
            if (holds_others(fhir::member_text(**resource, "resourceType"))) {
                return problem_at(Fault::wrong_type, place + ".resource.resourceType");
            }
            switch (request_.patient.whose(**resource)) {
                case rules::Whose::theirs:
                case rules::Whose::unnamed:  // one that only displays its patient: of the call's, whose orders are at
                                             // hand
                    request_.drafts.push_back(*resource);
                    break;
                case rules::Whose::holds_another:
                    request_.drafts_left_out.push_back(fhir::entry_of(**resource));
                    break;
                case rules::Whose::unreadable:
                    return problem_at(Fault::wrong_type, place + ".resource.subject");
                case rules::Whose::another:
                    return problem_at(Fault::other_patient, place + ".resource");
            }
        }
        return {};
    }

    Outcome read_selections(const Members& context) {
        const auto selections = context.required("selections");
        if (!selections) return selections.error();
        if (!(*selections)->is_array()) return problem_at(Fault::wrong_type, "context.selections");
        if ((*selections)->get_array().size() > most_drafts) {
            return problem_at(Fault::too_many_values, "context.selections");
        }
        std::size_t index = 0;
        for (const json::value& selection : (*selections)->get_array()) {
            const std::string place = "context.selections[" + std::to_string(index++) + "]";
            const auto text = fhir::text_of(selection);
            if (!text) return problem_at(Fault::wrong_type, place);
            if (!is_typed_id(*text) || !is_drafted(*text)) return problem_at(Fault::bad_value, place);
            request_.selections.emplace_back(*text);
        }
        return {};
    }

    bool is_drafted(std::string_view selection) const {
        const auto is_member = [](const json::object& object, std::string_view name, std::string_view text) {
            const json::value* member = object.if_contains(name);
            return member != nullptr && fhir::text_of(*member) == text;
        };
        const auto slash = selection.find('/');
        return std::ranges::any_of(request_.drafts, [&](const json::object* draft) {
            return is_member(*draft, "resourceType", selection.substr(0, slash)) &&
                   is_member(*draft, "id", selection.substr(slash + 1));
        });
    }

    Outcome read_fhir_access(const Members& root) {
        const auto server = root.optional_text("fhirServer");
        if (!server) return server.error();
        if (!server->empty()) request_.fhir_server = *server;
        const auto object = root.optional_object("fhirAuthorization");
        if (!object) return object.error();
        if (*object == nullptr) return {};
        if (!request_.fhir_server) return problem_at(Fault::fhir_server_missing, "fhirServer");
        return read_authorization(Members(**object, "fhirAuthorization", expectations_.strict));
    }

    Outcome read_authorization(const Members& members) {
        FhirAuthorization authorization;
        const auto token = members.required_text("access_token");
        if (!token) return token.error();
        authorization.access_token = *token;
        for (const auto& [name, field] :
             {std::pair("token_type", &FhirAuthorization::token_type), std::pair("scope", &FhirAuthorization::scope),
              std::pair("subject", &FhirAuthorization::subject)}) {
            const auto text = members.expected_text(name);
            if (!text) return text.error();
            authorization.*field = *text;
        }
        const auto seconds = expectations_.strict ? members.required("expires_in") : members.optional("expires_in");
        if (!seconds) return seconds.error();
        if (*seconds != nullptr) {
            if (!(*seconds)->is_int64()) return problem_at(Fault::wrong_type, "fhirAuthorization.expires_in");
            authorization.expires_in = std::chrono::seconds((*seconds)->get_int64());
        }
        const auto patient = members.optional_text("patient");
        if (!patient) return patient.error();
        if (!patient->empty()) {
            if (*patient != request_.patient_id) return problem_at(Fault::other_patient, "fhirAuthorization.patient");
            authorization.patient = *patient;
        }
        if (auto problem = check_extension(members)) return problem;
        request_.authorization = std::move(authorization);
        return {};
    }

    Outcome read_prefetch_member(const Members& root) {
        const auto prefetch = root.optional_object("prefetch");
        if (!prefetch) return prefetch.error();
        request_.prefetch = *prefetch;
        if (const auto extension = root.optional_object("extension")) request_.extension = *extension;
        return check_extension(root);
    }

    /// What an extension within the context or the authorization says is never looked at.
    Outcome check_extension(const Members& members) const {
        if (!expectations_.strict) return {};
        const auto extension = members.optional_object("extension");
        return extension ? Outcome() : Outcome(extension.error());
    }

    const RequestExpectations& expectations_;
    HookRequest request_;
};

}  // namespace

boost::system::result<HookRequest, Problem> read_hook_request(std::string_view body,
                                                              const RequestExpectations& expectations) {
    return RequestReader(expectations).read(body);
}

}  // namespace service
