#include "rules/stories/story.hpp"

#include "fhir/json_text.hpp"
#include "rules/pack/readers.hpp"
#include "rules/pack/sources.hpp"
#include "rules/stories/story_resources.hpp"

#include <algorithm>

namespace rules {
namespace json = boost::json;

namespace {

constexpr Kinds lines = kind::list | kind::text;

constexpr Field file_fields[] = {{"at", kind::text, true}, {"stories", kind::list, true, kind::object}};
constexpr Form file_form = {"a file of stories", file_fields};

constexpr Field story_fields[] = {{"name", kind::text, true},
                                  {"patient", kind::text, true},
                                  {"at"},
                                  {"record", lines, false, kind::text},
                                  {"resources", kind::list, false, kind::object},
                                  {"drafts", lines, false, kind::text},
                                  {"selections", lines, false, kind::text},
                                  {"site", kind::object},
                                  {"unavailable", lines, false, kind::text},
                                  {"patient-view", lines, false, kind::text},
                                  {"encounter-start", lines, false, kind::text},
                                  {"order-select", lines, false, kind::text},
                                  {"order-sign", lines, false, kind::text},
                                  {"knownMiss"}};
constexpr Form story_form = {"a story", story_fields};

constexpr Words<Indicator, 3> indicator_words = {
    {{"info", Indicator::info}, {"warning", Indicator::warning}, {"critical", Indicator::critical}}};

void report(const Node& node, const LineError& error) {
    node.error("story-line", error.message, error.mend);
}

// The value that a JSON pointer names inside `node`, or the nearest one above it.
Node inside(Node node, std::string_view pointer) {
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const std::string_view token = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(token.size());
        std::optional<Node> next;
        for (const Node& element : node.is(kind::list) ? node.elements() : std::vector<Node>()) {
            if (element.pointer().ends_with("/" + std::string(token))) next = element;
        }
        for (const auto& [name, member] : node.members()) {
            if (fhir::pointer_token(name) == token) next = member;
        }
        if (!next) break;
        node = *next;
    }
    return node;
}

// "rule (indicator), offers X, says "…"" piece by piece.
class ExpectedCardReader {
  public:
    ExpectedCardReader(const Node& node, const Pack& pack) : node_(node), pack_(pack), rest_(node.text()) {
        card_.text = rest_;
    }

    ExpectedCard read() {
        read_rule();
        read_indicator();
        while (!rest_.empty()) {
            if (!skip(",")) return fail();
            if (skip("offers nothing")) {
                card_.offers = "";
            } else if (skip("offers ")) {
                card_.offers = take_labels();
            } else if (skip("removes ")) {
                card_.removes = take_clause();
            } else if (skip("with ")) {
                card_.with.push_back(take_clause());
            } else if (skip("says \"")) {
                card_.says.push_back(take_until("\""));
                skip("\"");
            } else {
                return fail();
            }
        }
        return std::move(card_);
    }

  private:
    bool skip(std::string_view start) {
        const std::size_t blank = std::min(rest_.find_first_not_of(' '), rest_.size());
        if (!rest_.substr(blank).starts_with(start)) return false;
        rest_.erase(0, blank + start.size());
        return true;
    }

    std::string take_until(std::string_view ends) {
        const std::size_t end = std::min(rest_.find_first_of(ends), rest_.size());
        std::string taken = rest_.substr(0, end);
        rest_.erase(0, end);
        return taken;
    }

    // Up to the comma that ends a clause: "1,25-dihydroxyvitamin D" holds one that does not.
    std::string take_clause() {
        const std::size_t end = std::min(rest_.find(", "), rest_.size());
        std::string taken = rest_.substr(0, end);
        rest_.erase(0, end);
        return taken;
    }

    ExpectedCard fail() {
        node_.error("story-card", "\"" + rest_ + "\" is not understood here.",
                    "Write: rule-id (info), offers ORDER LABEL, offers nothing, removes ORDER LABEL, with RULE-ID, "
                    "says \"text\".");
        return std::move(card_);
    }

    void read_rule() {
        card_.rule = take_until(" ,(");
        std::vector<std::string_view> known = {"data-unavailable"};
        for (const Rule& rule : pack_.rules) known.push_back(rule.id);
        if (std::find(known.begin(), known.end(), card_.rule) != known.end()) return;
        node_.error("unknown-rule", "There is no rule \"" + card_.rule + "\".", did_you_mean(card_.rule, known));
    }

    void read_indicator() {
        if (!skip("(")) return;
        const std::string word = take_until(")");
        skip(")");
        const auto found = std::find_if(indicator_words.begin(), indicator_words.end(),
                                        [&](const auto& each) { return each.first == word; });
        if (found == indicator_words.end()) {
            node_.error("unknown-word", "\"" + word + "\" is no indicator.", "Write info, warning or critical.");
        } else {
            card_.indicator = found->second;
        }
    }

    std::string take_labels() {
        std::string labels = take_label();
        while (skip("and ")) labels += " and " + take_label();
        return labels;
    }

    // An order's label may hold commas: the longest label that stands here.
    std::string take_label() {
        std::string longest;
        std::vector<std::string_view> known;
        for (const auto& [intent, order] : pack_.orders) {
            known.push_back(order.label);
            if (rest_.starts_with(order.label) && order.label.size() > longest.size()) longest = order.label;
        }
        if (longest.empty()) {
            const std::string label = take_until(",");
            node_.error("unknown-order", "There is no order called \"" + label + "\".", did_you_mean(label, known));
            return label;
        }
        rest_.erase(0, longest.size());
        return longest;
    }

    const Node& node_;
    const Pack& pack_;
    std::string rest_;
    ExpectedCard card_;
};

class StoryReader {
  public:
    StoryReader(const Pack& pack, const Vocabulary& vocabulary) : pack_(pack), vocabulary_(vocabulary) {}

    std::vector<Story> read_file(const Node& root) {
        const Object file(root, file_form);
        std::vector<Story> stories;
        const auto at = file.at("at");
        const std::optional<fhir::DateTime> usual = at ? read_instant(*at) : std::nullopt;
        for (const Node& node : file.list("stories")) {
            stories.push_back(read_story(node, usual.value_or(fhir::DateTime{})));
        }
        return stories;
    }

  private:
    // A date is noon of that day.
    static std::optional<fhir::DateTime> read_instant(const Node& node) {
        std::string text = node.text();
        if (text.find('T') == std::string::npos) text += "T12:00:00Z";
        auto instant = fhir::DateTime::parse(text);
        if (!instant) node.error("date", "This is not a date.", "Write 2026-03-02 or 2026-03-02T23:30:00-05:00.");
        return instant;
    }

    Story read_story(const Node& node, const fhir::DateTime& usual) {
        const Object object(node, story_form);
        Story story;
        story.name = object.text("name");
        story.place = node.place();
        story.at = usual;
        if (const auto at = object.at("at")) story.at = read_instant(*at).value_or(usual);
        story.known_miss = object.text("knownMiss");
        story.patient = object.text("patient");
        story.lines = object.texts("record");
        read_patient(object, story);
        read_record(object, story);
        read_drafts(object, story);
        read_unavailable(object, story);
        if (const auto site = object.at("site")) story.site = read_story_site(*site);
        for (const auto& [word, hook] : hook_words) read_expected(object, word, hook, story);
        if (story.expected.empty()) {
            node.error("missing-member", "This story expects nothing.",
                       "Add \"patient-view\": [\"rule-id (info)\"] or \"patient-view\": \"no card\".");
        }
        return story;
    }

    static void read_patient(const Object& object, Story& story) {
        const auto node = object.at("patient");
        if (!node) return;
        auto patient = story_patient_resource(node->text());
        if (patient) return story.resources.emplace_back(std::move(*patient)), void();
        report(*node, patient.error());
    }

    void read_record(const Object& object, Story& story) {
        std::size_t number = 0;
        for (const Node& node : object.list("record")) {
            const auto line = read_story_line(node.text(), vocabulary_, story.at.date);
            if (!line) {
                report(node, line.error());
                continue;
            }
            auto resource = story_resource(*line, vocabulary_, "line-" + std::to_string(++number));
            if (resource) {
                story.resources.emplace_back(std::move(*resource));
            } else {
                report(node, resource.error());
            }
        }
        for (const Node& node : object.list("resources")) {
            check_type(node);
            story.resources.push_back(node.value());
        }
    }

    // What no rule can see would let a story hold for nothing.
    static void check_type(const Node& node) {
        const std::vector<std::string_view> known = {"Patient",
                                                     "Condition",
                                                     "Observation",
                                                     "Medication",
                                                     "MedicationRequest",
                                                     "MedicationStatement",
                                                     "MedicationAdministration",
                                                     "DiagnosticReport",
                                                     "Procedure",
                                                     "ServiceRequest"};
        const auto type = node.member("resourceType");
        if (!type) return node.error("missing-member", "This is no FHIR resource.", "Add \"resourceType\".");
        if (std::find(known.begin(), known.end(), type->text()) != known.end()) return;
        type->error("unknown-resource-type", "Nothing reads a \"" + type->text() + "\".",
                    did_you_mean(type->text(), known));
    }

    void read_drafts(const Object& object, Story& story) {
        std::vector<std::pair<std::string, std::string>> names;
        for (const Node& node : object.list("drafts")) {
            const std::string id = "draft-" + std::to_string(story.drafts.size() + 1);
            const auto line = read_story_line(node.text(), vocabulary_, story.at.date, World::order);
            if (!line) {
                report(node, line.error());
                continue;
            }
            story.drafts.emplace_back(story_draft(*line, id));
            const std::string type = line->world == World::medication ? "MedicationRequest/" : "ServiceRequest/";
            names.emplace_back(small_letters(line->name), type + id);
        }
        for (const Node& node : object.list("selections")) {
            const auto found = std::find_if(names.begin(), names.end(),
                                            [&](const auto& name) { return name.first == small_letters(node.text()); });
            if (found == names.end()) {
                node.error("story-selection", "No draft is called \"" + node.text() + "\".",
                           "Write the name of a line of \"drafts\".");
            } else {
                story.selections.push_back(found->second);
            }
        }
    }

    void read_unavailable(const Object& object, Story& story) const {
        const std::vector<std::string_view> known = source_keys(pack_);
        for (const Node& node : object.list("unavailable")) {
            if (std::find(known.begin(), known.end(), node.text()) == known.end()) {
                node.error("unknown-source", "There is no source \"" + node.text() + "\".",
                           did_you_mean(node.text(), known));
            }
            story.unavailable.insert(node.text());
        }
    }

    // The findings of a site file have its own lines; here each stands where its member stands in the story.
    Site read_story_site(const Node& node) const {
        SiteReading reading = read_site(fhir::print_json(node.value()), "site", pack_);
        for (const Diagnostic& finding : reading.findings) {
            const Node at = inside(node, finding.place.pointer);
            finding.severity == Severity::error ? at.error(finding.code, finding.message, finding.mend)
                                                : at.warning(finding.code, finding.message, finding.mend);
        }
        return std::move(reading.site);
    }

    void read_expected(const Object& object, std::string_view word, Hook hook, Story& story) const {
        if (!object.at(word)) return;
        std::vector<ExpectedCard>& cards = story.expected[hook];
        for (const Node& node : object.list(word)) {
            if (node.text() == "no card") continue;
            cards.push_back(ExpectedCardReader(node, pack_).read());
        }
    }

    const Pack& pack_;
    const Vocabulary& vocabulary_;
};

void read_into(StoryReading& reading, const Pack& pack, const Vocabulary& vocabulary, const std::string& name,
               const std::string& text) {
    const AuthoredFile file{name, &text, &reading.findings};
    const auto tree = parse_authored(file);
    if (!tree) return;
    for (Story& story : StoryReader(pack, vocabulary).read_file(Node(file, *tree, ""))) {
        reading.stories.push_back(std::move(story));
    }
}

}  // namespace

StoryReading read_stories(const Pack& pack) {
    const Vocabulary vocabulary(pack);
    StoryReading reading;
    for (const auto& [path, text] : pack.files) {
        if (path.starts_with("stories/")) read_into(reading, pack, vocabulary, path, text);
    }
    return reading;
}

StoryReading read_site_stories(const Pack& pack, const Site& site) {
    StoryReading reading;
    if (site.text.empty()) return reading;
    Diagnostics told;  // by read_site, already
    const auto tree = parse_authored({site.file, &site.text, &told}, true);
    const AuthoredFile file{site.file, &site.text, &reading.findings};
    const auto stories = tree ? Node(file, *tree, "").member("stories") : std::nullopt;
    if (!stories || !stories->is(kind::object)) return reading;
    const Vocabulary vocabulary(pack);
    reading.stories = StoryReader(pack, vocabulary).read_file(*stories);
    for (Story& story : reading.stories) story.of_site = true;
    return reading;
}

StoryReading read_stories(const Pack& pack, const std::string& file, const std::string& text) {
    StoryReading reading;
    read_into(reading, pack, Vocabulary(pack), file, text);
    return reading;
}

}  // namespace rules
