#!/usr/bin/env python3
"""The clinical vignettes (patients with the exact set of cards they must get, written apart from pack and engine) hold, by command and over
HTTPS, for every rule that the pack has.

The environment variable BACKPAIN_CDS names the program; the vignettes stand beside the folder that BACKPAIN_CDS_TEST_DATA names, in
clinical/vignettes.json. Exit status 77: skipped, they are not there.
"""

import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

import product

VIGNETTES = product.test_data().parent / "clinical" / "vignettes.json"
PROGRAM = os.environ.get("BACKPAIN_CDS")
RULES = {json.loads(path.read_text(encoding="utf-8"))["id"] for path in (product.PACK / "rules").glob("*.json")}


def card_as_expected(card):
    """What a vignette says of a card: rule, indicator, and the LOINC codes that its suggestions would order."""
    actions = [action for suggestion in card.get("suggestions", []) for action in suggestion.get("actions", [])]
    orders = [action["resource"] for action in actions if action["type"] == "create"]
    codings = [coding for order in orders for coding in order["code"]["coding"] if coding["system"] == "http://loinc.org"]
    return product.rule_of(card), card["indicator"], sorted(coding["code"] for coding in codings)


def joined_to(card):
    """The rules whose offer stands on a card: one decision, one card."""
    return card["extension"]["org.backpain-cds"].get("with", [])


def holds(expected, card):
    """Whether an answered card is the expected one: an offer is one of the codes named, none if none is named."""
    rule, indicator, codes = card_as_expected(card)
    if expected["rule"] not in joined_to(card) and (expected["rule"], expected["indicator"]) != (rule, indicator):
        return False
    if "offer" not in expected:
        return True
    return any(code in expected["offer"] for code in codes) if expected["offer"] else not codes


class Vignettes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.vignettes = json.loads(VIGNETTES.read_text(encoding="utf-8"))
        assert cls.vignettes and RULES, "nothing would be tested"
        cls.answers = {}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def file(self, vignette, part, content):
        path = Path(self.folder.name) / f"{vignette['id']}-{part}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def ask(self, vignette, *options):
        """The answer of `evaluate` to a vignette, as text."""
        entries = [{"resource": resource} for resource in vignette["resources"]]
        patient = self.file(vignette, "patient", {"resourceType": "Bundle", "type": "collection", "entry": entries})
        if "draftOrders" in vignette:
            options += ("--orders", self.file(vignette, "orders", vignette["draftOrders"]))
        if "selections" in vignette:
            options += ("--selections", ",".join(vignette["selections"]))
        if "site" in vignette:
            options += ("--site", self.file(vignette, "site", vignette["site"]))
        run = product.evaluate(PROGRAM, patient, vignette["at"], *options, service=f"back-pain-labs-{vignette['hook']}")
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def answer(self, vignette):
        """The same, asked once."""
        if vignette["id"] not in self.answers:
            self.answers[vignette["id"]] = self.ask(vignette)
        return self.answers[vignette["id"]]

    def test_hold_by_command(self):
        for vignette in self.vignettes:
            with self.subTest(f"{vignette['id']} {vignette['title']}"):
                expected = [card for card in vignette["expect"] if card["rule"] in RULES]
                wanted = {card["rule"] for card in expected}
                cards = json.loads(self.answer(vignette))["cards"]
                may_join = set(vignette.get("mayJoin", []))
                given = [product.rule_of(card) for card in cards]
                given += [rule for card in cards for rule in joined_to(card) if rule in wanted or rule not in may_join]
                self.assertEqual(sorted(given), sorted(wanted), vignette["why"])
                for card in expected:
                    self.assertTrue(any(holds(card, each) for each in cards), (card, cards))
                text = " ".join(card["summary"] + " " + card["detail"] for card in cards)
                for words in vignette.get("textMustContain", []):
                    self.assertIn(words, text)
                for words in vignette.get("textMustNotContain", []):
                    self.assertNotIn(words, text)

    def test_are_answered_the_same_over_https(self):
        for at in {vignette["at"] for vignette in self.vignettes}:
            with product.Service(PROGRAM, at) as service:
                for vignette in self.vignettes:
                    if vignette["at"] == at and "site" not in vignette:
                        with self.subTest(f"{vignette['id']} {vignette['title']}"):
                            request = self.ask(vignette, "--print-request")
                            status, answer = service.call(request, f"back-pain-labs-{vignette['hook']}")
                            self.assertEqual(status, 200, answer)
                            self.assertEqual(product.without_uuids(answer), product.without_uuids(self.answer(vignette)))


if __name__ == "__main__":
    if not VIGNETTES.exists():
        print(f"skipped: there is no {VIGNETTES} (BACKPAIN_CDS_TEST_DATA)")
        sys.exit(77)
    unittest.main()
