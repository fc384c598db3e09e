#!/usr/bin/env python3
"""What the built product answers: every card of every sample patient and draft order, for every client profile, held against the tables of
CDS Hooks ("CDS Service Response", "Card Attributes", "Suggestion", "Action", "Link").

The environment variable BACKPAIN_CDS names the program.
"""

import json
import re
import statistics
import tempfile
import time
import unittest
from pathlib import Path
from urllib.parse import urlsplit

from served import SAMPLES, Served, bundle, call, concept, context, draft, prefetch, product, request_of_sample, resource, rules_of
from shows import main, shows

PROFILES = ("1.0", "2.0", "3.0", "crd", "sandbox", "epic", "oracle", "plain")
OF_1_0 = ("1.0", "oracle")  # what CDS Hooks 1.0 has, and no more
OF_2_0 = tuple(profile for profile in PROFILES if profile not in OF_1_0)
ANY = ("epic",)  # which knows no other selectionBehavior, and one action a suggestion
CARD_TYPES = "http://terminology.hl7.org/CodeSystem/cdshooks-card-type"
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
LOUDNESS = ("critical", "warning", "info")
MAY_BE_EMPTY = {"cards", "systemActions"}
NAMES = [story["file"].removesuffix(".json") for story in json.loads((SAMPLES / "stories.json").read_text(encoding="utf-8"))]
PATIENCE_MS = 500


def result(identifier, unit):
    return resource("Observation", identifier, status="final", code=concept("http://loinc.org", "1989-3"), effectiveDateTime="2026-02-01",
                    valueQuantity={"value": 24, "unit": unit})


def empties(value, path=""):
    """The places of null, blank text, [] and {} in a JSON value."""
    blank = value is None or value == [] or value == {} or (isinstance(value, str) and not value.strip())
    if blank and path not in MAY_BE_EMPTY:
        yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from empties(member, f"{path}.{name}".strip("."))


def bodies():
    """(hook, body) of calls that get cards of every kind: the sample patients, and draft orders for one of them."""
    for name in NAMES:
        yield "patient-view", request_of_sample(name)
    yield "encounter-start", call("encounter-start")
    yield "patient-view", call(prefetch=prefetch(vitaminD=..., procedures=...))
    for hook in ("order-select", "order-sign"):
        yield hook, call(hook)
        yield hook, call(hook, prefetch=prefetch(orders=bundle(draft("s7", "62292-8", status="active"))),
                         context=context(hook, draftOrders=bundle(draft(code="62292-8"))))


class Responses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.answers = {}
        calls = list(bodies())
        for profile in PROFILES:
            with Served(anonymous={"profile": profile}, publicUrl="https://cds.example.org") as service:
                cls.answers[profile] = [service.post(body, hook) for hook, body in calls]

    def responses(self, *profiles):
        for profile in profiles or PROFILES:
            for answer in self.answers[profile]:
                self.assertEqual(answer.status, 200, answer.body)
                yield json.loads(answer.body)

    def cards(self, *profiles):
        cards = [card for response in self.responses(*profiles) for card in response["cards"]]
        self.assertGreater(len(cards), 10)
        return cards

    def actions(self, *profiles):
        actions = [action for card in self.cards(*profiles) for suggestion in card.get("suggestions", []) for action in suggestion["actions"]]
        self.assertEqual({action["type"] for action in actions}, {"create", "delete"})
        return actions

    @shows("R-001", "R-005", "R-090", "R-091", "R-100")
    def test_are_json_with_cards(self):
        for profile in PROFILES:
            for answer in self.answers[profile]:
                self.assertEqual(answer.headers["Content-Type"], "application/json; charset=utf-8")
                self.assertIsInstance(json.loads(answer.body)["cards"], list)
        self.assertIn({"cards": []}, list(self.responses("2.0")), "no advice for one of the sample patients")

    @shows("R-002", "R-003", "R-004", "card.lists")
    def test_hold_nothing_empty(self):
        for response in self.responses():
            self.assertEqual(list(empties(response)), [])

    @shows("R-003", "T-05")
    def test_hold_system_actions_for_crd_alone(self):
        for profile in PROFILES:
            for response in self.responses(profile):
                self.assertEqual(set(response), {"cards", "systemActions"} if profile == "crd" else {"cards"})
                self.assertFalse(response.get("systemActions"))

    @shows("card.uuid")
    def test_have_a_fresh_random_uuid_a_card(self):
        uuids = [card["uuid"] for card in self.cards(*OF_2_0)]
        self.assertEqual(len(set(uuids)), len(uuids))
        for uuid in uuids:
            self.assertRegex(uuid, rf"^{UUID4.pattern}$")

    @shows("card.summary", "card.detail", "card.indicator", "T-12")
    def test_have_a_summary_a_detail_and_an_indicator(self):
        for card in self.cards():
            self.assertLess(len(card["summary"]), 140)
            self.assertLess(len(card["summary"].encode("utf-16-le")) // 2, 140)
            self.assertNotIn("\n", card["summary"])
            self.assertIsInstance(card["detail"], str)
            self.assertIn(card["indicator"], LOUDNESS)
        self.assertIn("critical", {card["indicator"] for card in self.cards("2.0")})

    @shows("source.label", "source.url", "source.topic", "T-05", "R-102")
    def test_name_their_source(self):
        for profile in PROFILES:
            for card in self.cards(profile):
                source = card["source"]
                self.assertTrue(source["label"].strip())
                self.assertTrue(source["url"].startswith("https://") and urlsplit(source["url"]).hostname)
                self.assertEqual("topic" in source, profile in OF_2_0)
                if "topic" in source:
                    self.assertTrue(source["topic"]["system"] and source["topic"]["code"])

    @shows("R-180", "card.selectionBehavior", "suggestion.label", "suggestion.actionSelectionBehavior")
    def test_offer_suggestions_as_every_client_knows_them(self):
        with_suggestions = 0
        for profile in PROFILES:
            for card in self.cards(profile):
                self.assertEqual("selectionBehavior" in card, "suggestions" in card)
                for suggestion in card.get("suggestions", []):
                    with_suggestions += 1
                    self.assertEqual(card["selectionBehavior"], "any" if profile in ANY else "at-most-one")
                    self.assertLessEqual(set(suggestion), {"label", "uuid", "actions", "isRecommended"})
                    self.assertEqual(suggestion.get("isRecommended", False), False)
                    self.assertTrue(suggestion["label"].strip())
                    self.assertRegex(suggestion["uuid"], rf"^{UUID4.pattern}$")
                    if profile in ANY:
                        self.assertEqual(len(suggestion["actions"]), 1)
        self.assertGreater(with_suggestions, 10)

    @shows("action.type", "action.create", "R-007")
    def test_create_whole_resources_with_ids_of_their_own(self):
        creates = [action for action in self.actions() if action["type"] == "create"]
        identifiers = [action["resource"]["id"] for action in creates]
        self.assertEqual(len(set(identifiers)), len(identifiers))
        for action in creates:
            self.assertTrue(action["description"].strip())
            order = action["resource"]
            self.assertEqual((order["resourceType"], order["status"], order["intent"]), ("ServiceRequest", "draft", "proposal"))
            self.assertTrue(order["subject"]["reference"].startswith("Patient/"))
            for reference in order.get("reasonReference", []) + order.get("supportingInfo", []):
                self.assertRegex(reference["reference"], r"^[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}$")
            for member in ("reasonCode", "reasonReference", "supportingInfo"):
                self.assertIsInstance(order.get(member, []), list, "FHIR JSON: what may repeat is a list")

    @shows("action.type", "action.delete")
    def test_delete_what_is_among_the_drafts(self):
        for profile in PROFILES:
            for action in self.actions(profile) if profile != "plain" else ():
                if action["type"] == "delete":
                    self.assertTrue(action["description"].strip())
                    named = {"resource": "s1"} if profile in OF_1_0 else {"resourceId": "ServiceRequest/s1"}
                    self.assertEqual({name: action[name] for name in action if name.startswith("resource")}, named)

    @shows("card.overrideReasons", "card.lists")
    def test_give_reasons_for_overriding_as_whole_codings(self):
        reasons = [reason for card in self.cards(*OF_2_0) for reason in card.get("overrideReasons", [])]
        self.assertTrue(reasons)
        for reason in reasons:
            self.assertEqual(set(reason), {"system", "code", "display"})
        self.assertFalse([card for card in self.cards(*OF_1_0) if "overrideReasons" in card or "uuid" in card])

    @shows("link.url", "link.appContext", "R-102")
    def test_link_to_absolute_https_addresses(self):
        links = [link for card in self.cards() for link in card.get("links", [])]
        self.assertTrue(links)
        for link in links:
            self.assertLessEqual(set(link), {"label", "url", "type", "autoLaunchable"})
            self.assertEqual((link["type"], link.get("autoLaunchable", False)), ("absolute", False))
            self.assertTrue(link["url"].startswith("https://") and urlsplit(link["url"]).hostname)

    def test_write_out_what_models_of_clients_demand_where_the_version_has_it(self):
        for profile in PROFILES:
            for card in self.cards(profile):
                for member, parts in (("isRecommended", card.get("suggestions", [])), ("autoLaunchable", card.get("links", []))):
                    for part in parts:
                        self.assertEqual(member in part, profile in OF_2_0)

    @shows("R-174", "R-175", "R-176", "R-177")
    def test_keep_the_invariants_of_the_logical_model(self):
        """CDS Hooks 3.0, logical model of a response: cds-resp-4 to cds-resp-7."""
        for card in self.cards(*OF_2_0):
            self.assertTrue(all(reason["display"].strip() for reason in card.get("overrideReasons", [])))
            suggestions = card.get("suggestions", [])
            self.assertTrue(not suggestions or card["selectionBehavior"] in ("at-most-one", "any"))
            for suggestion in suggestions:
                self.assertIn(suggestion.get("actionSelectionBehavior", "all"), ("all", "any", "at-most-one"))
                self.assertTrue(all(action["description"].strip() for action in suggestion.get("actions", [])))

    @shows("R-093")
    def test_say_in_an_extension_where_they_come_from(self):
        for card in self.cards():
            self.assertEqual(set(card["extension"]["org.backpain-cds"]), {"rule", "pack", "version", "digest", "approved"} |
                             ({"with", "references", "inputs", "notUsed", "noRoomFor"} & set(card["extension"]["org.backpain-cds"])))

    @shows("crd.topic", "crd.dev-25")
    def test_of_crd_have_topics_of_its_value_set_and_the_orders_that_they_are_about(self):
        topics, about = set(), []
        for card in self.cards("crd"):
            topic, resources = card["source"]["topic"], card["extension"].get("davinci-crd.associated-resource")
            topics.add(topic["code"] if topic["system"] == CARD_TYPES else "ours")
            about += [reference for each in resources or () for reference in each.values()]
        self.assertEqual(topics, {"clinical-reminder", "off-guideline", "ours"})
        self.assertEqual(set(about), {"ServiceRequest/s1"})

    def test_of_plain_say_what_to_do_and_leave_nothing_to_press(self):
        by_hand = [card for card in self.cards("plain") if "\nTo do by hand: " in card["detail"]]
        self.assertEqual(len(by_hand), len([card for card in self.cards("2.0") if "suggestions" in card]))
        for card in self.cards("plain"):
            self.assertFalse({"suggestions", "links", "selectionBehavior"} & set(card))
            self.assertNotIn("**", card["detail"])

    def test_of_oracle_are_one_besides_critical_ones(self):
        for response in self.responses("oracle"):
            self.assertLessEqual(len([card for card in response["cards"] if card["indicator"] != "critical"]), 1)


class PlacedOrders(unittest.TestCase):
    PLACE = {"system": "urn:com.epic.cdshooks.action.code.system.preference-list-item", "code": "VITD25", "display": "Vitamin D"}

    def test_are_those_of_the_site_and_are_known_when_they_come_back(self):
        with tempfile.TemporaryDirectory() as folder:
            site = Path(folder) / "site.json"
            site.write_text(json.dumps({"orders": {"vitamin-d": {"place": [self.PLACE]}}}), encoding="utf-8")
            with Served(packs=[{"path": str(product.PACK), "site": str(site)}], anonymous={"profile": "epic"}) as service:
                card = service.cards(call())[0]
                (order,) = [action["resource"] for suggestion in card["suggestions"] for action in suggestion["actions"]]
                self.assertEqual(order["code"]["coding"], [self.PLACE])
                again = draft("s9", status="active") | {"code": {"coding": [self.PLACE]}}
                self.assertEqual(service.cards(call(prefetch=prefetch(orders=bundle(again)))), [], "it is ordered already")


class OneService(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(Served())

    @shows("R-103")
    def test_cards_come_by_loudness_and_always_in_the_same_order(self):
        loud = request_of_sample("beatrix-holloway")
        more = request_of_sample("casimir-boone")["prefetch"]["b12"]
        text = json.dumps(more).replace(f"Patient/{request_of_sample('casimir-boone')['context']['patientId']}",
                                        f"Patient/{loud['context']['patientId']}")
        loud["prefetch"]["b12"] = json.loads(text)
        cards = self.service.cards(loud)
        indicators = [card["indicator"] for card in cards]
        self.assertGreater(len(set(indicators)), 1, rules_of(cards))
        self.assertEqual(indicators, sorted(indicators, key=LOUDNESS.index))
        for _ in range(3):
            self.assertEqual(rules_of(self.service.cards(loud)), rules_of(cards))

    @shows("R-101")
    def test_text_of_the_record_is_shown_as_it_stands(self):
        unit = "<b>[x](y)*a*`c`|\u202e\u0007d"
        cards = self.service.cards(call(prefetch=prefetch(vitaminD=bundle(result("o1", unit)))))
        self.assertEqual(rules_of(cards), ["result-unreadable"])
        self.assertIn("24 <b>[x](y)*a*`c`|d", cards[0]["summary"], "which is plain text")
        for mark_up in ("<b>", "[x](y)", "*a*", "`c`"):
            self.assertNotIn(mark_up, cards[0]["detail"], "which is Markdown")

    @shows("R-165")
    def test_cards_say_what_was_not_available(self):
        whole = self.service.cards(call())
        partial = self.service.cards(call(prefetch=prefetch(procedures=...)))
        self.assertEqual(rules_of(whole), rules_of(partial))
        (more,) = set(partial[0]["detail"].split("\n")) - set(whole[0]["detail"].split("\n"))
        self.assertEqual(more.strip(), "**Missing:** Procedures (not sent).")

    @shows("R-160")
    def test_answers_come_soon(self):
        body = json.dumps(request_of_sample("ada-quill"))
        times = []
        for _ in range(21):
            start = time.monotonic()
            self.assertEqual(self.service.post(body).status, 200)
            times.append((time.monotonic() - start) * 1000)
        self.assertLess(statistics.median(times), PATIENCE_MS)


if __name__ == "__main__":
    main()
