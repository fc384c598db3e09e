#!/usr/bin/env python3
"""Cards are shown as text that a person reads: wrapped, without Markdown, and held against the patient's story."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy"))

import show_cards  # noqa: E402  (it is found only now)

CARD = {
    "indicator": "warning",
    "summary": "25-OH vitamin D 24 nmol/L (2026-02-10): deficiency range (NAM 2011). Consider bone profile and treatment review.",
    "detail": "**Why:** 25-OH vitamin D 24 nmol/L, *final* ([report](https://lab.example.org/1)); below 30\\_nmol/L &lt; 50, \\[not a link\\](x) https:\\//x  \n**Options:** No action  \nNot approved by a clinical owner.\n",
    "links": [{"label": "Dietary reference intakes", "url": "https://nap.example.org/13050", "type": "absolute"}],
    "extension": {"org.backpain-cds": {"rule": "vitamin-d-deficient"}},
}
SHOWN = """
Idris Vaughan, 67, male. A British record in SI units; 25-OH vitamin D of 24 nmol/L in February.
   warning  25-OH vitamin D 24 nmol/L (2026-02-10): deficiency range (NAM 2011). Consider bone
            profile and treatment review.
            Why: 25-OH vitamin D 24 nmol/L, final (report (https://lab.example.org/1)); below
              30_nmol/L < 50, [not a link](x) https://x
"""
REST = """            Options: No action
            Not approved by a clinical owner.
            see: Dietary reference intakes, https://nap.example.org/13050
"""


def shown(file, *cards, options=()):
    """The exit status and what is printed for a response with these cards."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as response, contextlib.redirect_stdout(io.StringIO()) as printed:
        json.dump({"cards": cards}, response)
        response.flush()
        return show_cards.main([*options, file, response.name]), printed.getvalue()


class ShowCards(unittest.TestCase):
    maxDiff = None

    def test_shows_a_card_as_text(self):
        self.assertEqual(shown("idris-vaughan.json", CARD), (0, SHOWN))

    def test_shows_all_that_stands_on_a_card_when_asked(self):
        self.assertEqual(shown("idris-vaughan.json", CARD, options=["--whole"]), (0, SHOWN + REST))

    def test_says_that_silence_is_right_where_the_story_says_so(self):
        status, printed = shown("eamon-prescott.json")
        self.assertEqual(status, 0)
        self.assertIn("No card, and that is the right answer: back pain alone", printed)

    def test_fails_if_a_card_is_missing_or_too_many(self):
        status, printed = shown("idris-vaughan.json")
        self.assertEqual(status, 1)
        self.assertIn("no card instead of vitamin-d-deficient", printed)
        status, printed = shown("eamon-prescott.json", CARD)
        self.assertEqual(status, 1)
        self.assertIn("vitamin-d-deficient instead of no card", printed)


if __name__ == "__main__":
    unittest.main()
