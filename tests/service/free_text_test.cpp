// No free text of the record stands on a card: it may hold names, and it is nobody's finding. Canaries are put into
// every element of R4 that holds free text, of every resource of stories of every rule of the shipped pack, and looked
// for in the answer on the wire and in the explanation.
#include "fhir/json_text.hpp"
#include "fhir/path/types.hpp"
#include "rules/stories/story.hpp"
#include "service/call/composed_request.hpp"
#include "service/call/hook_call.hpp"
#include "service/tuning/evaluation_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

namespace service {
namespace {

namespace json = boost::json;
using fhir::path::MemberView;
using fhir::path::TypeId;
using fhir::path::Types;

constexpr const char* canary = "Kanarienvogel";

/// Puts canaries into resources, by the model of FHIR R4.
class Salt {
  public:
    enum class Mode {
        beside,  ///< beside what is there, and where nothing was: what a resource means stays as it is
        instead  ///< also in place of texts that are read: what it means may become unreadable
    };
    explicit Salt(Mode mode) : mode_(mode) {}

    void put_into(json::value& resource) const {
        json::object& object = resource.get_object();
        const auto type = types_.find_in("FHIR", *fhir::text_of(object.at("resourceType")));
        ASSERT_TRUE(type.has_value());
        put_into(object, *type, 0);
    }

  private:
    static constexpr int deepest = 4;

    static bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
        return std::ranges::find(names, name) != names.end();
    }

    bool is_free_text(TypeId type) const { return is_one_of(types_.name(type), {"string", "markdown", "xhtml"}); }

    /// Texts that are no free text: they lead somewhere, or are a unit, of which a card that calls a result unreadable
    /// shows up to 20 characters beside its number.
    static bool is_link(std::string_view name) { return is_one_of(name, {"id", "reference", "url", "unit"}); }

    /// Elements that mean something by being there.
    static bool must_stay_absent(std::string_view name) {
        return is_one_of(name, {"dataAbsentReason", "clinicalStatus", "verificationStatus", "modifierExtension",
                                "route", "contained", "extension", "focus", "referenceRange", "component", "appliesTo",
                                "type", "reasonCode"});
    }

    void put_into(json::object& object, TypeId type, int depth) const {
        for (const MemberView& member : types_.members(type)) {
            if (member.type == TypeId::none) {
                for (const TypeId choice : member.choices) {
                    std::string name(member.name);
                    const std::string_view of = types_.name(choice);
                    name += static_cast<char>(std::toupper(static_cast<unsigned char>(of.front())));
                    name += of.substr(1);
                    if (json::value* there = object.if_contains(name)) put_into_value(*there, name, choice, depth);
                }
            } else if (json::value* there = object.if_contains(member.name)) {
                put_into_value(*there, member.name, member.type, depth);
            } else if (!must_stay_absent(member.name)) {
                add(object, member, depth);
            }
        }
    }

    void put_into_value(json::value& value, std::string_view name, TypeId type, int depth) const {
        if (json::array* list = value.if_array()) {
            for (json::value& element : *list) put_into_value(element, name, type, depth);
        } else if (value.is_object() && depth < deepest) {
            put_into(value.get_object(), type, depth + 1);
        } else if (fhir::is_text(value) && is_free_text(type) && !is_link(name)) {
            if (mode_ == Mode::beside && name == "valueString") return;
            const std::string before = mode_ == Mode::beside ? std::string(*fhir::text_of(value)) + " " : std::string();
            value = before + canary;
        }
    }

    void add(json::object& object, const MemberView& member, int depth) const {
        json::value made;
        if (is_free_text(member.type)) {
            if (is_link(member.name)) return;
            made = canary;
        } else {
            const std::string_view type = types_.name(member.type);
            if (depth >= deepest || types_.is_primitive(member.type) || is_one_of(type, {"Reference", "Extension"}))
                return;
            json::object inside;
            put_into(inside, member.type, depth + 2);
            if (inside.empty()) return;
            made = std::move(inside);
        }
        object[member.name] = member.is_collection ? json::value(json::array{std::move(made)}) : std::move(made);
    }

    Mode mode_;
    Types types_;
};

/// The shipped pack under the site of each story.
class Programs {
  public:
    const LoadedPack& under(const rules::Site& site) {
        LoadedPack& loaded = by_site_[site.text];
        if (!loaded.program) {
            loaded.program = rules::compile(pack(), site).program;
            loaded.digests.cards = "sha256:0";
        }
        return loaded;
    }

    static const rules::Pack& pack() {
        static const rules::Pack pack =
            rules::read_pack(*rules::read_pack_directory("rules/packs/back-pain-labs")).pack;
        return pack;
    }

  private:
    std::map<std::string, LoadedPack> by_site_;
};

/// What comes out of a story at a hook.
struct Told {
    std::string rules;  ///< of the cards
    std::string text;   ///< the response and the explanation
};

Told told(const rules::Story& story, rules::Hook hook, const LoadedPack& pack) {
    const std::vector<ServedService> services = services_of(pack);
    const auto service =
        std::ranges::find_if(services, [hook](const ServedService& one) { return one.offered.hook == hook; });
    std::vector<const json::object*> trees;
    for (const json::value& resource : story.resources) trees.push_back(&resource.get_object());
    fhir::Issues issues;
    ComposeOptions options;
    options.hook = hook;
    options.templates = service->offered.prefetch;
    options.hook_instance = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";
    if (is_order_hook(hook)) options.draft_orders = story.drafts;
    if (hook == rules::Hook::order_select) options.selections = story.selections;
    auto body = compose_request(fhir::Bundle::of(trees, issues), options);
    if (!body) return {"no request", std::string(explain(body.error()))};
    for (const std::string& key : story.unavailable) body->at("prefetch").get_object().erase(key);
    const auto call = read_hook_call({&*service}, fhir::print_json(*body), false);
    if (!call) return {"refused", ""};
    const rules::Evaluation evaluation = evaluate_call(*call, {story.at, nullptr}, true);
    Told all;
    for (const rules::Card& card : evaluation.cards) all.rules += std::string(card.rule) + " ";
    all.text = response_of(*call, evaluation, {[] { return std::string("uuid"); }}).body +
               explanation_as_text(evaluation, rules::unmatched(*evaluation.program, rules::read_record(call->sources)),
                                   Telling::full) +
               cards_as_text(evaluation.cards);
    return all;
}

rules::Story salted(rules::Story story, const Salt& salt) {
    for (json::value& resource : story.resources) salt.put_into(resource);
    for (json::value& draft : story.drafts) salt.put_into(draft);
    return story;
}

/// What stands around the first canary.
std::string around(const std::string& text) {
    const std::size_t at = text.find(canary);
    return at == std::string::npos ? "" : text.substr(at < 80 ? 0 : at - 80, 160);
}

/// Stories of the shipped pack: of each rule a few in which it has a card.
const std::vector<rules::Story>& telling_stories() {
    static const std::vector<rules::Story> telling = [] {
        constexpr int enough = 4;
        std::vector<rules::Story> chosen;
        std::map<std::string, int> told;
        for (rules::Story& story : rules::read_stories(Programs::pack()).stories) {
            bool tells_more = false;
            for (const auto& [hook, cards] : story.expected) {
                for (const rules::ExpectedCard& card : cards) tells_more = ++told[card.rule] <= enough || tells_more;
            }
            if (tells_more && story.known_miss.empty()) chosen.push_back(std::move(story));
        }
        return chosen;
    }();
    return telling;
}

std::string rules_of(const std::vector<rules::ExpectedCard>& cards) {
    std::string rules;
    for (const rules::ExpectedCard& card : cards) rules += card.rule + " ";
    return rules;
}

TEST(FreeTextOfTheRecord, StandsOnNoCardOfAnyRule) {
    const Salt salt(Salt::Mode::beside);
    Programs programs;
    std::set<std::string, std::less<>> silent;
    for (const rules::Rule& rule : Programs::pack().rules) silent.insert(rule.id);
    for (const rules::Story& story : telling_stories()) {
        const LoadedPack& pack = programs.under(story.site);
        for (const auto& [hook, expected] : story.expected) {
            const Told told_with = told(salted(story, salt), hook, pack);
            EXPECT_EQ(around(told_with.text), "") << story.name;
            EXPECT_EQ(told_with.rules, rules_of(expected)) << story.name;
            for (const rules::ExpectedCard& card : expected) {
                silent.erase(card.rule);
                for (const std::string& joined : card.with) silent.erase(joined);
            }
        }
    }
    EXPECT_EQ(silent, decltype(silent)()) << "rules that no canary came by";
}

TEST(FreeTextOfTheRecord, StandsOnNoCardWhereItIsAllThatThereIs) {
    const Salt salt(Salt::Mode::instead);
    Programs programs;
    std::size_t cards = 0;
    for (const rules::Story& story : telling_stories()) {
        for (const auto& [hook, expected] : story.expected) {
            const Told told_with = told(salted(story, salt), hook, programs.under(story.site));
            EXPECT_EQ(around(told_with.text), "") << story.name;
            cards += told_with.rules.empty() ? 0U : 1U;
        }
    }
    EXPECT_GT(cards, 0U);
}

// The salt reaches what a careless change would show, and the search would find it.
TEST(FreeTextOfTheRecord, IsSaltedAndFound) {
    json::value observation = *fhir::parse_json(R"({"resourceType": "Observation", "id": "o1", "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "1989-3"}]},
        "valueQuantity": {"value": 9, "unit": "ng/mL"}})");
    Salt(Salt::Mode::beside).put_into(observation);
    for (const char* pointer :
         {"/method/text", "/note/0/text", "/code/text", "/code/coding/0/display", "/text/div", "/interpretation/0/text",
          "/bodySite/text", "/identifier/0/value", "/category/0/text"}) {
        boost::system::error_code error;
        const json::value* found = observation.find_pointer(pointer, error);
        ASSERT_NE(found, nullptr) << pointer;
        EXPECT_NE(around(std::string(*fhir::text_of(*found))), "") << pointer;
    }
    EXPECT_EQ(*fhir::text_of(observation.at_pointer("/valueQuantity/unit")), "ng/mL");
}

}  // namespace
}  // namespace service
