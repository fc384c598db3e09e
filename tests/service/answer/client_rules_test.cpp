// Each client's documented rules, one by one, held against what its profile sends: every kind of card, and what the
// rules are said in. The sources are those of service/clients/.
#include "fhir/json_text.hpp"
#include "service/answer/card.hpp"
#include "tests/case_name.hpp"
#include "tests/service/answer/full_card.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <vector>

namespace service {
namespace {

namespace json = boost::json;

const std::string preference_list = "urn:com.epic.cdshooks.action.code.system.preference-list-item";

/// A change of a draft, a bone profile that the site orders by its own codes, a notice with nothing to do, and a
/// critical card.
std::vector<rules::Card> every_kind() {
    rules::Card change = full_card();
    change.kind = rules::RuleKind::order_check;
    rules::Card several = full_card();
    several.rule = "bone-profile-suggest";
    several.topic.code = "bone-profile-suggest";
    several.kind = rules::RuleKind::suggestion;
    several.proposal->remove.clear();
    several.proposal->create.push_back({"pth", "2731-8", "Parathyroid hormone", {}, {}, {}});
    for (rules::Proposal::Create& create : several.proposal->create) {
        create.codings = {{preference_list, "SITE_" + create.loinc, create.display, {}}};
    }
    rules::Card notice;
    notice.rule = "data-unavailable";
    notice.topic = {"https://backpain-cds.org/rules", "data-unavailable", ""};
    notice.summary = "Part of the record could not be read.";
    notice.why = "*Procedures* were not sent.";
    rules::Card critical = full_card();
    critical.rule = "vitamin-d-toxic";
    critical.topic.code = "vitamin-d-toxic";
    critical.kind = rules::RuleKind::result;
    critical.indicator = rules::Indicator::critical;
    critical.proposal.reset();
    return {critical, change, several, notice};
}

const std::vector<DraftName> drafts = {{"ServiceRequest/d1", "1,25-dihydroxyvitamin D"}, {"ServiceRequest/d2", "PTH"}};

json::object answer_for(const ClientProfile& client, const std::vector<rules::Card>& cards, CardWishes wishes = {}) {
    rules::Identity pack;
    pack.id = "back-pain-labs";
    pack.version = "2.0.0";
    pack.source_label = "Vitamin D and B12 in back pain";
    pack.source_url = "https://backpain-cds.org/about";
    rules::Pack with_reasons;
    with_reasons.override_reasons["test"] = {{"https://backpain-cds.org/reasons", "declines", "Patient declines", {}}};
    const OverrideReasons reasons = override_reasons_of(with_reasons);
    int made = 0;
    const AnswerSettings settings{
        [&made] { return "00000000-0000-4000-8000-" + std::to_string(100000000000 + ++made); }};
    CardContext context{pack, "sha256:ab", "p1", "e1", "Practitioner/u1", &client, settings, reasons};
    context.about_url = "https://cds.example.org/about";
    context.drafts = drafts;
    context.wishes = std::move(wishes);
    return fhir::parse_json(render_response(cards, context).body)->as_object();
}

std::string text(const json::value& object, std::string_view member) {
    const json::value* found = object.as_object().if_contains(member);
    return found == nullptr ? "" : std::string(fhir::text_of(*found).value_or(""));
}

std::vector<json::value> list(const json::value& object, std::string_view member) {
    const json::value* found = object.as_object().if_contains(member);
    if (found == nullptr) return {};
    return {found->as_array().begin(), found->as_array().end()};
}

std::vector<json::value> actions_of(const json::value& card) {
    std::vector<json::value> actions;
    for (const json::value& suggestion : list(card, "suggestions")) {
        for (json::value& action : list(suggestion, "actions")) actions.push_back(std::move(action));
    }
    return actions;
}

bool is_alphanumeric(std::string_view code) {
    return !code.empty() && std::ranges::all_of(code, [](unsigned char c) { return std::isalnum(c) != 0; });
}

std::size_t longest_word(std::string_view detail) {
    std::size_t longest = 0, word = 0;
    for (const char c : detail) {
        word = c == ' ' || c == '\n' ? 0 : word + 1;
        longest = std::max(longest, word);
    }
    return longest;
}

struct ClientRule {
    const char* name;
    const ClientProfile* client;
    bool (*holds)(const json::value& card);
};
class ClientRules : public testing::TestWithParam<ClientRule> {};

TEST_P(ClientRules, HoldForEveryCardThatItsProfileSends) {
    if (GetParam().client == &client::crd) shows({"crd.dev-24", "crd.dev-25", "crd.topic"});
    const json::object answer = answer_for(*GetParam().client, every_kind());
    const json::array& cards = answer.at("cards").as_array();
    ASSERT_FALSE(cards.empty());
    for (const json::value& card : cards) {
        EXPECT_TRUE(GetParam().holds(card)) << fhir::print_json_indented(card);
    }
}

// fhir.epic.com, Documentation, CDS Hooks: Card Attributes, Suggestion Attributes, Link Attributes, Supported
// Extensions, Codesets for Create APIs, Feedback.
INSTANTIATE_TEST_SUITE_P(
    Epic, ClientRules,
    testing::Values(
        ClientRule{"SelectionBehaviorIsAny", &client::epic,
                   [](const json::value& card) {
                       return list(card, "suggestions").empty() || text(card, "selectionBehavior") == "any";
                   }},
        ClientRule{"OneActionASuggestion", &client::epic,
                   [](const json::value& card) {
                       return std::ranges::all_of(list(card, "suggestions"), [](const json::value& suggestion) {
                           return list(suggestion, "actions").size() == 1;
                       });
                   }},
        ClientRule{"TopicIsAlphanumericAndShort", &client::epic,
                   [](const json::value& card) {
                       const std::string code = text(card.at("source").at("topic"), "code");
                       return is_alphanumeric(code) && code.size() <= 100;
                   }},
        ClientRule{"CardsAndSuggestionsHaveUuids", &client::epic,
                   [](const json::value& card) {
                       return text(card, "uuid").size() == 36 &&
                              std::ranges::all_of(list(card, "suggestions"), [](const json::value& suggestion) {
                                  return text(suggestion, "uuid").size() == 36;
                              });
                   }},
        ClientRule{"SuggestionsHaveTheLabelThatIsRequired", &client::epic,
                   [](const json::value& card) {
                       return std::ranges::none_of(list(card, "suggestions"), [](const json::value& suggestion) {
                           return text(suggestion, "label").empty();
                       });
                   }},
        ClientRule{"ActionsAreOfTheApisThatThereAre", &client::epic,
                   [](const json::value& card) {
                       return std::ranges::all_of(actions_of(card), [](const json::value& action) {
                           if (text(action, "type") == "delete") {
                               return text(action, "resourceId").starts_with("ServiceRequest/") ||
                                      text(action, "resourceId").starts_with("MedicationRequest/");
                           }
                           return text(action, "type") == "create" &&
                                  text(action.at("resource"), "resourceType") == "ServiceRequest";
                       });
                   }},
        ClientRule{"TheActionSaysTheAct", &client::epic,
                   [](const json::value& card) {  // it is what a clinician reads: which order, to do what with
                       return std::ranges::all_of(actions_of(card), [](const json::value& action) {
                           const std::string says = text(action, "description");
                           return says.starts_with("Draft order: ") ||
                                  says == "Remove the draft order: 1,25-dihydroxyvitamin D";
                       });
                   }},
        ClientRule{"OrdersHaveTheSitesCodeAlone", &client::epic,
                   [](const json::value& card) {
                       const bool is_by_site = text(card.at("source").at("topic"), "code") == "boneProfileSuggest";
                       return !is_by_site || std::ranges::all_of(actions_of(card), [](const json::value& action) {
                           const json::array& codings = action.at("resource").at("code").at("coding").as_array();
                           return codings.size() == 1 && text(codings.at(0), "system") == preference_list &&
                                  text(codings.at(0), "code").starts_with("SITE_");
                       });
                   }},
        ClientRule{"NothingIsPreselected", &client::epic,
                   [](const json::value& card) {
                       return std::ranges::all_of(list(card, "suggestions"), [](const json::value& suggestion) {
                           return !suggestion.at("isRecommended").as_bool();
                       });
                   }},
        ClientRule{"LinksHaveATypeItKnowsAndALabel", &client::epic,
                   [](const json::value& card) {
                       return std::ranges::all_of(list(card, "links"), [](const json::value& link) {
                           return text(link, "type") == "absolute" && !text(link, "label").empty();
                       });
                   }},
        ClientRule{"ReasonsHaveCodeAndSystem", &client::epic,
                   [](const json::value& card) {
                       return std::ranges::none_of(list(card, "overrideReasons"), [](const json::value& reason) {
                           return text(reason, "code").empty() || text(reason, "system").empty();
                       });
                   }},
        ClientRule{"TheDetailIsOfTheContentTypeThatIsTakenUnlessTold", &client::epic,
                   [](const json::value& card) {
                       return !card.at("extension").as_object().contains("com.epic.cdshooks.card.detail.content-type");
                   }}),
    CaseName());

// fhir.cerner.com, draft of 2021: CDS Hooks 1.0; a side bar of 1/8 of the screen; no appContext.
INSTANTIATE_TEST_SUITE_P(
    Oracle, ClientRules,
    testing::Values(ClientRule{"NothingIsThereThatVersion10DoesNotKnow", &client::oracle,
                               [](const json::value& card) {
                                   const json::object& object = card.as_object();
                                   return !object.contains("uuid") && !object.contains("overrideReasons") &&
                                          !card.at("source").as_object().contains("topic") &&
                                          std::ranges::none_of(actions_of(card), [](const json::value& action) {
                                              return action.as_object().contains("resourceId");
                                          });
                               }},
                    ClientRule{"NoLinkNeedsAnAppContext", &client::oracle,
                               [](const json::value& card) {
                                   return std::ranges::all_of(list(card, "links"), [](const json::value& link) {
                                       return text(link, "type") == "absolute" &&
                                              !link.as_object().contains("appContext");
                                   });
                               }},
                    ClientRule{"TheDetailNeedsNoWidth", &client::oracle,
                               [](const json::value& card) {
                                   const std::string detail = text(card, "detail");
                                   return longest_word(detail) <= 30 && detail.find('|') == std::string::npos &&
                                          detail.find("```") == std::string::npos;
                               }},
                    ClientRule{"TheDetailIsShort", &client::oracle,
                               [](const json::value& card) {
                                   return text(card, "detail").find("Evidence") == std::string::npos;
                               }}),
    CaseName());

// github.com/jajjer/openmrs-module-cdshooks: summary as title, detail as plain text, no links, no buttons.
INSTANTIATE_TEST_SUITE_P(
    Plain, ClientRules,
    testing::Values(ClientRule{"TheDetailHasNoMarkUp", &client::plain,
                               [](const json::value& card) {
                                   const std::string detail = text(card, "detail");
                                   const bool has_none = detail.find("**") == std::string::npos &&
                                                         detail.find("  \n") == std::string::npos &&
                                                         detail.find('\\') == std::string::npos &&
                                                         detail.find("&lt;") == std::string::npos;
                                   const bool is_notice = text(card, "summary").starts_with("Part of");
                                   return has_none &&
                                          (!is_notice || detail.starts_with("Why: *Procedures* were not sent.\n"));
                               }},
                    ClientRule{"NothingIsThereToPress", &client::plain,
                               [](const json::value& card) {
                                   return list(card, "suggestions").empty() && list(card, "links").empty() &&
                                          text(card, "selectionBehavior").empty();
                               }},
                    ClientRule{"WhatASuggestionDoesIsSaidInWords", &client::plain,
                               [](const json::value& card) {
                                   const bool offers = text(card.at("source").at("topic"), "code").starts_with("wrong");
                                   const std::string said =
                                       "\nTo do by hand: Remove the draft order: 1,25-dihydroxyvitamin D; "
                                       "Draft order: 25-OH vitamin D.\n";
                                   return !offers || text(card, "detail").find(said) != std::string::npos;
                               }}),
    CaseName());

// github.com/HL7/davinci-crd 2.2.1: deviations (dev-24, dev-25); cards; value set CRD Response Types; the test kit.
INSTANTIATE_TEST_SUITE_P(
    Crd, ClientRules,
    testing::Values(ClientRule{"EveryCardHasAUuidAndATopic", &client::crd,
                               [](const json::value& card) {
                                   const json::value& topic = card.at("source").at("topic");
                                   return text(card, "uuid").size() == 36 && !text(topic, "code").empty() &&
                                          !text(topic, "system").empty();
                               }},
                    ClientRule{"TheTopicIsOfTheValueSetWhereOneApplies", &client::crd,
                               [](const json::value& card) {
                                   const json::value& topic = card.at("source").at("topic");
                                   const std::string rule = text(card.at("extension").at("org.backpain-cds"), "rule");
                                   const bool is_of_set = text(topic, "system") ==
                                                          "http://terminology.hl7.org/CodeSystem/cdshooks-card-type";
                                   if (rule == "wrong-vitamin-d-test")
                                       return is_of_set && text(topic, "code") == "off-guideline";
                                   if (rule == "bone-profile-suggest")
                                       return is_of_set && text(topic, "code") == "clinical-reminder";
                                   return !is_of_set && text(topic, "code") == rule;
                               }},
                    ClientRule{"ACardAboutSomeOfTheOrdersNamesThem", &client::crd,
                               [](const json::value& card) {
                                   const json::object& extension = card.at("extension").as_object();
                                   const json::value* resources =
                                       extension.if_contains("davinci-crd.associated-resource");
                                   const bool is_about_one =
                                       text(extension.at("org.backpain-cds"), "rule") == "wrong-vitamin-d-test";
                                   if (!is_about_one) return resources == nullptr;
                                   return resources != nullptr &&
                                          fhir::print_json(*resources) == R"([{"reference":"ServiceRequest/d1"}])" &&
                                          text(card, "detail").starts_with("**Order:** 1,25-dihydroxyvitamin D  \n");
                               }}),
    CaseName());

// github.com/cds-hooks/sandbox 3b7e255: card-list.jsx fails on what is null or no list; HTML in the detail is shown.
INSTANTIATE_TEST_SUITE_P(
    Sandbox, ClientRules,
    testing::Values(ClientRule{"TheDetailHasNoHtml", &client::sandbox,
                               [](const json::value& card) {
                                   const std::string detail = text(card, "detail");
                                   for (std::size_t at = detail.find('<'); at != std::string::npos;
                                        at = detail.find('<', at + 1)) {
                                       const char next = at + 1 < detail.size() ? detail[at + 1] : ' ';
                                       if (std::isalpha(static_cast<unsigned char>(next)) != 0 || next == '/')
                                           return false;
                                   }
                                   return true;
                               }},
                    ClientRule{"WhatItReadsIsOfTheTypeThatItReads", &client::sandbox,
                               [](const json::value& card) {
                                   for (const char* name : {"suggestions", "links", "overrideReasons"}) {
                                       const json::value* member = card.as_object().if_contains(name);
                                       if (member != nullptr && !member->is_array()) return false;
                                   }
                                   return !text(card, "summary").empty() && !text(card.at("source"), "label").empty();
                               }}),
    CaseName());

// What is one card for all others is one for a client whose screen has room for one, and none is lost in silence.
TEST(ClientsAnswers, GiveOracleOneCardBesideCriticalOnes) {
    const json::object answer = answer_for(client::oracle, every_kind());
    std::vector<std::string> shown;
    for (const json::value& card : answer.at("cards").as_array()) {
        shown.push_back(text(card.at("extension").at("org.backpain-cds"), "rule"));
    }
    EXPECT_EQ(shown, (std::vector<std::string>{"vitamin-d-toxic", "wrong-vitamin-d-test"}));
    const json::value& last = answer.at("cards").as_array().back();
    EXPECT_EQ(fhir::print_json(last.at("extension").at("org.backpain-cds").at("noRoomFor")),
              R"(["bone-profile-suggest","data-unavailable"])");
}

// A client remembers what was overridden by the topic: the same from call to call, another for another rule.
TEST(ClientsAnswers, GiveEpicTopicsThatStayAndDiffer) {
    std::set<std::string> topics;
    for (int call = 0; call < 2; ++call) {
        const json::object answer = answer_for(client::epic, every_kind());
        for (const json::value& card : answer.at("cards").as_array()) {
            topics.insert(text(card.at("source").at("topic"), "code"));
        }
    }
    EXPECT_EQ(topics,
              (std::set<std::string>{"boneProfileSuggest", "dataUnavailable", "vitaminDToxic", "wrongVitaminDTest"}));
    rules::Card long_name = full_card();
    long_name.topic.code = std::string(120, 'a');
    const json::object answer = answer_for(client::epic, {long_name});
    const std::string code = text(answer.at("cards").at(0).at("source").at("topic"), "code");
    EXPECT_TRUE(is_alphanumeric(code) && code.size() <= 100) << code;
}

struct Wish {
    const char* name;
    const char* extension;  ///< of the request
    std::vector<std::string> shown;
};
class CrdWishes : public testing::TestWithParam<Wish> {};

// HL7/davinci-crd 2.2.1, dev-14 to dev-17.
TEST_P(CrdWishes, AreObeyedOrIgnored) {
    shows({"crd.dev-14", "crd.dev-17"});
    const json::value extension = *fhir::parse_json(GetParam().extension);
    const json::object answer = answer_for(client::crd, every_kind(), wishes_of(extension.if_object()));
    std::vector<std::string> shown;
    for (const json::value& card : answer.at("cards").as_array()) {
        shown.push_back(text(card.at("extension").at("org.backpain-cds"), "rule"));
    }
    EXPECT_EQ(shown, GetParam().shown);
}

const std::vector<std::string> all = {"vitamin-d-toxic", "wrong-vitamin-d-test", "bone-profile-suggest",
                                      "data-unavailable"};

INSTANTIATE_TEST_SUITE_P(
    DaVinci, CrdWishes,
    testing::Values(
        Wish{"NoExtension", "null", all}, Wish{"NoConfiguration", R"({"com.example":1})", all},
        Wish{"KindsSwitchedOff",
             R"({"davinci-crd.configuration":{"clinical-reminder":false,"notice":false}})",
             {"vitamin-d-toxic", "wrong-vitamin-d-test"}},
        Wish{"KindsSwitchedOn", R"({"davinci-crd.configuration":{"off-guideline":true}})", all},
        Wish{"FewerCards", R"({"davinci-crd.configuration":{"max-cards":1}})", {"vitamin-d-toxic"}},
        Wish{"NoCards", R"({"davinci-crd.configuration":{"max-cards":0}})", {}},
        Wish{"UnknownOptions", R"({"davinci-crd.configuration":{"cost":false,"coverage-info":false}})", all},
        Wish{"WrongTypes", R"({"davinci-crd.configuration":{"notice":"false","max-cards":"1","result":0}})", all},
        Wish{"NegativeNumber", R"({"davinci-crd.configuration":{"max-cards":-1}})", all},
        Wish{"NoObject", R"({"davinci-crd.configuration":[]})", all}),
    CaseName());

}  // namespace
}  // namespace service
