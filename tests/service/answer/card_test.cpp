#include "service/answer/card.hpp"

#include "fhir/json_text.hpp"
#include "tests/service/answer/full_card.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

namespace json = boost::json;

class CardOnTheWire : public testing::Test {
  protected:
    CardOnTheWire() {
        identity_.id = "back-pain-labs";
        identity_.version = "0.9.0";
        identity_.source_label = "Vitamin D and B12 in back pain";
        identity_.source_url = "https://backpain-cds.org/about";
        identity_.intended_use = "For clinicians.";
        rules::Pack pack;
        pack.override_reasons["test"] = {{"http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes",
                                          "patient-refuses", "Patient declines"}};
        pack.override_reasons["high"] = {{"https://backpain-cds.org/reasons", "already-treated", ""}};
        reasons_ = override_reasons_of(pack);
    }

    json::object render(const rules::Card& card, const ClientProfile& profile = client::version_2_0) {
        int made = 0;
        const AnswerSettings settings{[&made] { return "uuid-" + std::to_string(++made); }};
        const Response response = render_response(
            {card}, {identity_, "sha256:ab", "p1", "e1", "Practitioner/u1", &profile, settings, reasons_, about_url_});
        return fhir::parse_json(response.body)->at("cards").at(0).as_object();
    }

    rules::Identity identity_;
    OverrideReasons reasons_;
    std::string about_url_ = "https://cds.example.org/about";
};

// CDS Hooks 2.0, Card Attributes, Suggestion, Action; where a card comes from: interfaces, "Where a card comes from".
TEST_F(CardOnTheWire, HasEveryPartInItsPlace) {
    shows({"R-093", "card.selectionBehavior", "card.overrideReasons", "source.label", "source.topic",
           "suggestion.label", "action.type", "action.create", "action.delete", "link.url", "link.appContext",
           "R-102"});
    EXPECT_EQ(fhir::print_json_indented(render(full_card())), R"({
  "uuid": "uuid-1",
  "summary": "1,25-dihydroxyvitamin D does not show vitamin D stores.",
  "indicator": "warning",
  "detail": "**Why:** Ordered: &lt;b>1,25-OH&lt;/b>.  \n**Evidence:** Not supported (NICE).  \n**Options:** Change · keep  \n**Caution:** Sarcoidosis. Often normal.  \n**Missing:** Procedures (not sent).  \nNot approved by a clinical owner.\n",
  "source": {
    "label": "Vitamin D and B12 in back pain",
    "url": "https://cds.example.org/about/ab/wrong-vitamin-d-test",
    "topic": {
      "system": "https://backpain-cds.org/rules",
      "code": "wrong-vitamin-d-test"
    }
  },
  "suggestions": [
    {
      "label": "Replace by 25-OH vitamin D",
      "uuid": "uuid-2",
      "isRecommended": false,
      "actions": [
        {
          "type": "delete",
          "description": "Remove the draft order",
          "resourceId": "ServiceRequest/d1"
        },
        {
          "type": "create",
          "description": "Draft order: 25-OH vitamin D",
          "resource": {
            "resourceType": "ServiceRequest",
            "id": "uuid-3",
            "status": "draft",
            "intent": "proposal",
            "category": [
              {
                "coding": [
                  {
                    "system": "http://snomed.info/sct",
                    "code": "108252007",
                    "display": "Laboratory procedure"
                  }
                ]
              }
            ],
            "code": {
              "coding": [
                {
                  "system": "http://loinc.org",
                  "code": "62292-8"
                }
              ],
              "text": "25-OH vitamin D"
            },
            "subject": {
              "reference": "Patient/p1"
            },
            "encounter": {
              "reference": "Encounter/e1"
            },
            "requester": {
              "reference": "Practitioner/u1"
            },
            "reasonCode": [
              {
                "text": "Osteoporosis"
              }
            ],
            "reasonReference": [
              {
                "reference": "Condition/c1"
              }
            ],
            "supportingInfo": [
              {
                "reference": "Procedure/p1"
              }
            ]
          }
        }
      ]
    }
  ],
  "selectionBehavior": "at-most-one",
  "overrideReasons": [
    {
      "system": "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes",
      "code": "patient-refuses",
      "display": "Patient declines"
    }
  ],
  "links": [
    {
      "label": "About this advice",
      "url": "https://cds.example.org/about/ab/wrong-vitamin-d-test",
      "type": "absolute",
      "autoLaunchable": false
    },
    {
      "label": "Guideline",
      "url": "https://example.org/g",
      "type": "absolute",
      "autoLaunchable": false
    }
  ],
  "extension": {
    "org.backpain-cds": {
      "rule": "wrong-vitamin-d-test",
      "with": [
        "vitamin-d-suggest"
      ],
      "pack": "back-pain-labs",
      "version": "0.9.0",
      "digest": "sha256:ab",
      "references": [
        "Observation/o1",
        "Condition/c1"
      ],
      "inputs": [
        {
          "what": "25-OH vitamin D",
          "value": "<4 ng/mL",
          "date": "2026-02-20",
          "status": "final",
          "range": "20 to 50 ng/mL",
          "reference": "Observation/o1"
        },
        {
          "what": "Osteoporosis",
          "date": "2021",
          "status": "active",
          "reference": "Condition/c1"
        }
      ],
      "notUsed": [
        "vitamin B12 of 2026-01-01 (Observation/o2) could not be read safely: it has no unit"
      ],
      "approved": false
    }
  }
})");
}

// rules/packs/back-pain-labs/REFERENCE.md G.1: one suggestion a card; what belongs together, such as a bone profile, is
// drafted together.
TEST_F(CardOnTheWire, DraftsEveryOrderOfAProposalInOneSuggestion) {
    rules::Card card = full_card();
    card.proposal->remove.clear();
    card.proposal->create.push_back({"pth", "2731-8", "Parathyroid hormone", {}, {}, {}});
    const json::object object = render(card);
    ASSERT_EQ(object.at("suggestions").as_array().size(), 1U);
    EXPECT_EQ(object.at("suggestions").at_pointer("/0/actions").as_array().size(), 2U);
    EXPECT_EQ(fhir::text_of(object.at("suggestions").at_pointer("/0/actions/1/resource/code/coding/0/code")), "2731-8");
    EXPECT_EQ(fhir::text_of(object.at("selectionBehavior")), "at-most-one");
}

// R-002, R-003: nothing empty goes out.
TEST_F(CardOnTheWire, LeavesOutWhatThereIsNothingOf) {
    shows({"R-003", "card.lists", "card.selectionBehavior"});
    rules::Card card;
    card.summary = "One sentence.";
    reasons_ = {};
    about_url_ = "";
    const json::object object = render(card);
    for (const char* member : {"suggestions", "selectionBehavior", "overrideReasons", "links"}) {
        EXPECT_FALSE(object.contains(member)) << member;
    }
    EXPECT_FALSE(object.at("source").as_object().contains("topic"));
}

TEST_F(CardOnTheWire, OffersTheReasonsOfItsKind) {
    rules::Card card = full_card();
    card.override_reasons = "high";
    EXPECT_EQ(fhir::print_json(render(card).at("overrideReasons")),
              R"([{"system":"https://backpain-cds.org/reasons","code":"already-treated"}])");
}

// CDS Hooks, "CDS Service Response": 1.0 knows no uuid, override reason, topic or resourceId.
// Without a page of its own it leads where the pack's source is; a card approved says nothing of it.
TEST_F(CardOnTheWire, LeavesTheLinkOutWhereNobodyKnowsThePage) {
    about_url_ = "http://cds.example.org/about";  // in development: no address that a card may show
    rules::Card card = full_card();
    card.is_approved = true;
    const json::object object = render(card);
    EXPECT_EQ(fhir::text_of(object.at("links").at_pointer("/0/label")), "Guideline");
    EXPECT_EQ(fhir::text_of(object.at("source").at("url")), "https://backpain-cds.org/about");
    EXPECT_EQ(object.at("detail").as_string().find("approved"), json::string::npos);
}

TEST_F(CardOnTheWire, SpeaksVersion10ToItsClients) {
    shows({"action.delete"});
    const json::object object = render(full_card(), client::version_1_0);
    EXPECT_FALSE(object.contains("uuid"));
    EXPECT_FALSE(object.contains("overrideReasons"));
    EXPECT_FALSE(object.at("source").as_object().contains("topic"));
    const json::value& removal = object.at("suggestions").at_pointer("/0/actions/0");
    EXPECT_EQ(fhir::text_of(removal.at("resource")), "d1");
    EXPECT_FALSE(removal.as_object().contains("resourceId"));
    EXPECT_FALSE(object.at("suggestions").at(0).as_object().contains("isRecommended"));
    EXPECT_FALSE(object.at("links").at(0).as_object().contains("autoLaunchable"));
}

// Card Attributes: the summary is shorter than 140 characters.
TEST_F(CardOnTheWire, ShortensALongSummary) {
    shows({"card.summary"});
    rules::Card card;
    card.summary = std::string(300, 'x');
    EXPECT_EQ(render(card).at("summary").as_string().size(), 138U + std::string("…").size());
}

// R-090, R-091, T-05 in tests/conformance/requirements.tsv.
TEST_F(CardOnTheWire, IsAnArrayEvenOfNothing) {
    shows({"T-05"});
    const AnswerSettings settings{[] { return std::string("u"); }};
    CardContext context{identity_, "sha256:ab", "p1", "", "Practitioner/u1", &client::version_2_0, settings, reasons_};
    EXPECT_EQ(render_response({}, context).body, R"({"cards":[]})");
    context.profile = &client::crd;
    EXPECT_EQ(render_response({}, context).body, R"({"cards":[],"systemActions":[]})");
}

}  // namespace
}  // namespace service
