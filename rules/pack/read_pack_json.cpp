#include "fhir/date_time.hpp"
#include "rules/pack/readers.hpp"
#include "rules/text/version.hpp"

namespace rules {

namespace {

constexpr Kinds texts = kind::list | kind::text;

constexpr Field pack_fields[] = {{"id", kind::text, true},
                                 {"version", kind::text, true},
                                 {"status", kind::text, true},
                                 {"title", kind::text, true},
                                 {"publisher"},
                                 {"contact"},
                                 {"copyright"},
                                 {"approvalDate"},
                                 {"lastReviewDate"},
                                 {"nextReviewDate"},
                                 {"effectivePeriod", kind::object},
                                 {"source", kind::object, true},
                                 {"intendedUse", kind::text, true},
                                 {"services", kind::list, true, kind::object},
                                 {"parameters", kind::object, false, kind::object},
                                 {"gates", kind::list, false, kind::object},
                                 {"show", kind::object, true},
                                 {"dataUnavailable", kind::object, true},
                                 {"overrideReasons", kind::list, false, kind::object},
                                 {"overrideReasonsCritical", kind::list, false, kind::object}};
constexpr Form pack_form = {"a pack", pack_fields};

constexpr Field period_fields[] = {{"start", kind::text, true}};
constexpr Form period_form = {"\"effectivePeriod\"", period_fields};

constexpr Field source_fields[] = {{"label", kind::text, true}, {"url"}};
constexpr Form source_form = {"\"source\"", source_fields};

constexpr Field service_fields[] = {{"id", kind::text, true},
                                    {"hook", kind::text, true},
                                    {"title", kind::text, true},
                                    {"description", kind::text, true},
                                    {"usageRequirements"}};
constexpr Form service_form = {"a service", service_fields};

constexpr Field show_fields[] = {{"atMost", kind::integer, true}, {"order", kind::list, true, kind::text}};
constexpr Form show_form = {"\"show\"", show_fields};

constexpr Field unavailable_fields[] = {{"summary", kind::text, true},
                                        {"sources", kind::object, true, kind::text},
                                        {"cautions", texts, false, kind::text},
                                        {"options", texts, true, kind::text},
                                        {"rank", kind::text, true}};
constexpr Form unavailable_form = {"\"dataUnavailable\"", unavailable_fields};

constexpr std::int64_t most_cards = 10;

constexpr Words<int, 3> status_words = {{{"draft", 0}, {"active", 1}, {"retired", 2}}};

bool is_day(std::string_view text) {
    const auto date = fhir::Date::parse(text);
    return date && date->precision() == fhir::Precision::day && date->text() == text;
}

Identity read_identity(const Object& object) {
    Identity identity;
    identity.id = object.text("id");
    identity.version = object.text("version");
    if (const auto version = object.at("version"); !identity.version.empty() && !parse_version(identity.version)) {
        version->error("version", "This is no version.",
                       "Write three numbers, as Semantic Versioning has it: 1.0.0, or 1.1.0-draft.");
    }
    identity.status = object.text("status");
    if (const auto status = object.at("status")) meaning_of(*status, status_words);
    identity.title = object.text("title");
    identity.publisher = object.text("publisher");
    identity.contact = object.text("contact");
    identity.copyright = object.text("copyright");
    identity.approval_date = read_date(object, "approvalDate");
    identity.last_review_date = read_date(object, "lastReviewDate");
    identity.next_review_date = read_date(object, "nextReviewDate");
    if (const auto period = object.at("effectivePeriod")) {
        identity.effective_from = read_date(Object(*period, period_form), "start");
    }
    if (const auto source_node = object.at("source")) {
        const Object source(*source_node, source_form);
        identity.source_label = source.text("label");
        identity.source_url = source.text("url");
    }
    identity.intended_use = object.text("intendedUse");
    return identity;
}

Service read_service(const Node& node) {
    const Object object(node, service_form);
    Service service;
    service.id = object.text("id");
    if (const auto hook = object.at("hook")) {
        service.hook = meaning_of(*hook, hook_words).value_or(Hook::patient_view);
    }
    service.title = object.text("title");
    service.description = object.text("description");
    service.usage_requirements = object.text("usageRequirements");
    return service;
}

Show read_show(const Node& node) {
    const Object object(node, show_form);
    Show show;
    if (const auto at_most = object.integer("atMost")) {
        if (*at_most < 0 || *at_most > most_cards) {
            object.at("atMost")->error("out-of-range", "This is no sensible number of cards.",
                                       "Write a number from 0 to " + std::to_string(most_cards) + '.');
        } else {
            show.at_most = static_cast<std::size_t>(*at_most);
        }
    }
    show.order = object.texts("order");
    return show;
}

DataUnavailable read_data_unavailable(const Node& node) {
    const Object object(node, unavailable_form);
    DataUnavailable unavailable;
    unavailable.summary = object.authored("summary").value_or(Authored{});
    for (const auto& [key, words] : object.map("sources")) unavailable.sources.emplace(key, words.text());
    unavailable.cautions = object.texts("cautions");
    unavailable.options = object.texts("options");
    unavailable.rank = object.text("rank");
    return unavailable;
}

}  // namespace

std::string read_date(const Object& object, std::string_view name) {
    const std::optional<Node> node = object.at(name);
    if (!node) return {};
    if (!is_day(node->text())) {
        node->error("date", "This is no day of the calendar.", "Write it as 2026-03-01: year, month, day.");
    }
    return node->text();
}

void read_pack_json(const Node& node, Pack& pack) {
    const Object object(node, pack_form);
    pack.identity = read_identity(object);
    for (const Node& service : object.list("services")) pack.services.push_back(read_service(service));
    for (const auto& [name, parameter] : object.map("parameters")) {
        pack.parameters.push_back(read_parameter(name, parameter));
    }
    for (const Node& gate : object.list("gates")) pack.gates.push_back(read_gate(gate));
    if (const auto show = object.at("show")) pack.show = read_show(*show);
    if (const auto unavailable = object.at("dataUnavailable")) {
        pack.data_unavailable = read_data_unavailable(*unavailable);
    }
    for (const Node& reason : object.list("overrideReasons")) pack.override_reasons.push_back(read_coding(reason));
    for (const Node& reason : object.list("overrideReasonsCritical")) {
        pack.override_reasons_critical.push_back(read_coding(reason));
    }
}

}  // namespace rules
