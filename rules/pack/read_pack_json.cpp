#include "fhir/date_time.hpp"
#include "rules/pack/readers.hpp"
#include "rules/text/version.hpp"

#include <algorithm>
#include <iterator>

namespace rules {

namespace {

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
                                 {"explainFirst", kind::list, false, kind::object},
                                 {"show", kind::object, true},
                                 {"dataUnavailable", kind::object, true},
                                 {"cautions", kind::object, false, kind::object | kind::text},
                                 {"neverConsidered", kind::texts, false, kind::text},
                                 {"knownLimits", kind::texts, false, kind::text},
                                 {"overrideReasons", kind::object, true, kind::list}};
constexpr Form pack_form = {"a pack", pack_fields};

constexpr Field period_fields[] = {{"start", kind::text, true}};
constexpr Form period_form = {"\"effectivePeriod\"", period_fields};

constexpr Field source_fields[] = {{"label", kind::text, true}, {"url"}, {"topics", kind::text, true}};
constexpr Form source_form = {"\"source\"", source_fields};

constexpr Field service_fields[] = {{"id", kind::text, true},
                                    {"hook", kind::text, true},
                                    {"title", kind::text, true},
                                    {"description", kind::text, true},
                                    {"usageRequirements"}};
constexpr Form service_form = {"a service", service_fields};

constexpr Field show_fields[] = {{"atMost", kind::integer, true},
                                 {"order", kind::list, true, kind::text},
                                 {"within", kind::object, false, kind::list}};
constexpr Form show_form = {"\"show\"", show_fields};

constexpr Field unavailable_fields[] = {{"summary", kind::text, true},
                                        {"why", kind::text, true},
                                        {"noBirthDate", kind::object, true},
                                        {"sources", kind::object, true, kind::text},
                                        {"reasons", kind::object, true, kind::text},
                                        {"cautions", kind::texts, false, kind::text},
                                        {"options", kind::texts, true, kind::text},
                                        {"rank", kind::text, true},
                                        {"overrideReasons", kind::text, true}};
constexpr Form unavailable_form = {"\"dataUnavailable\"", unavailable_fields};

constexpr Field birth_date_fields[] = {{"summary", kind::text, true}, {"why", kind::text, true}};
constexpr Form birth_date_form = {"\"noBirthDate\"", birth_date_fields};

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
        identity.topic_system = source.text("topics");
    }
    identity.intended_use = object.text("intendedUse");
    identity.never_considered = object.texts("neverConsidered");
    identity.known_limits = object.texts("knownLimits");
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
    for (const auto& [rank, rules] : object.map("within")) {
        std::vector<Authored>& list = show.within[rank];
        for (const Node& rule : rules.elements()) list.push_back(rule.authored());
    }
    return show;
}

void read_reasons(const Object& object, DataUnavailable& unavailable) {
    const std::vector<std::string_view> known(std::begin(unavailable_words), std::end(unavailable_words));
    for (const auto& [reason, words] : object.map("reasons")) {
        if (std::ranges::find(known, reason) == known.end()) {
            words.error("unknown-word", "A source is never missing because of \"" + reason + "\".",
                        did_you_mean(reason, known));
        }
        unavailable.reasons.emplace(reason, words.text());
    }
    const auto reasons = object.at("reasons");
    for (const std::string_view reason : known) {
        if (!reasons || unavailable.reasons.contains(std::string(reason))) continue;
        reasons->error("missing-member", "Nothing says how \"" + std::string(reason) + "\" is told.",
                       "Add it, with the words that a card shows.");
    }
}

DataUnavailable read_data_unavailable(const Node& node) {
    const Object object(node, unavailable_form);
    DataUnavailable unavailable;
    unavailable.summary = object.authored("summary").value_or(Authored{});
    unavailable.why = object.authored("why").value_or(Authored{});
    if (const auto birth_date = object.at("noBirthDate")) {
        const Object without(*birth_date, birth_date_form);
        unavailable.no_birth_date_summary = without.authored("summary").value_or(Authored{});
        unavailable.no_birth_date_why = without.authored("why").value_or(Authored{});
    }
    for (const auto& [key, words] : object.map("sources")) unavailable.sources.emplace(key, words.text());
    read_reasons(object, unavailable);
    unavailable.override_reasons = object.text("overrideReasons");
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
    for (const Node& first : object.list("explainFirst")) pack.explain_first.push_back(read_explain_first(first));
    if (const auto show = object.at("show")) pack.show = read_show(*show);
    if (const auto unavailable = object.at("dataUnavailable")) {
        pack.data_unavailable = read_data_unavailable(*unavailable);
    }
    for (const auto& [name, caution] : object.map("cautions")) pack.cautions.emplace(name, read_line(caution));
    for (const auto& [name, reasons] : object.map("overrideReasons")) {
        std::vector<Coding>& list = pack.override_reasons[name];
        for (const Node& reason : reasons.elements()) list.push_back(read_coding(reason));
    }
}

}  // namespace rules
