#!/usr/bin/env python3
"""Simulated calls: their true counts, their spread by day and year, and what faults make of them."""

import collections
import datetime
import json
import statistics
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from calls import LOW_D, OF_ANALYTE, Fault, Plan, Truth, stream, tally

HERE = Path(__file__).resolve().parent


class Calls(unittest.TestCase):
    def test_are_counted_truly_beside_the_stream(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-B", HERE / "generate.py", "--format", "calls", "--calls", "4000", "--days", "21", "--out", folder], check=True)
            lines = [json.loads(line) for line in Path(folder, "calls.ndjson").read_text().splitlines()]
            truth = json.loads(Path(folder, "truth.json").read_text())
        self.assertEqual(truth["calls"], dict(collections.Counter(line["client"] for line in lines)))
        cards = [(card["rule"], card["outcome"], card.get("reason", {}).get("code")) for line in lines for card in line["cards"]]
        self.assertGreater(len(cards), 100)
        self.assertEqual(sum(sum(counts.values()) for counts in truth["cards"].values()), len(cards))
        for outcome in ("accepted", "overridden", "none"):
            self.assertEqual(sum(counts.get(outcome, 0) for counts in truth["outcomes"].values()), sum(each[1] == outcome for each in cards))
        self.assertEqual(sum(counts.get("need-more-info", 0) for counts in truth["reasons"].values()), sum(each[2] == "need-more-info" for each in cards))
        self.assertEqual(sum(week["calls"] for week in truth["weeks"].values()), len(lines))
        self.assertEqual([line["at"] for line in lines], sorted(line["at"] for line in lines))

    def test_are_the_same_for_the_same_seed(self):
        plan = Plan(seed=3, calls=500, days=7)
        self.assertEqual(list(stream(plan, Truth())), list(stream(plan, Truth())))
        self.assertNotEqual(list(stream(plan, Truth())), list(stream(Plan(seed=4, calls=500, days=7), Truth())))

    def test_of_a_silent_client_have_no_answer(self):
        for line in map(json.loads, stream(Plan(calls=3000, days=14), Truth())):
            if line["client"] == "hospital-d":
                self.assertEqual({card["outcome"] for card in line["cards"]} - {"none"}, set())


class Days(unittest.TestCase):
    """Of four years, as sums by day."""

    @classmethod
    def setUpClass(cls):
        cls.plan = Plan(calls=800_000, days=1456, joins=(("hospital-c", 400),))
        cls.calls, cls.cards = collections.Counter(), collections.Counter()
        for row in tally(cls.plan):
            if row["kind"] == "call":
                cls.calls[row["day"], row["client"]] += row["n"]
            elif row["kind"] == "card":
                cls.cards[row["day"], row["rule"]] += row["n"]

    def test_vary_three_times_as_much_as_independent_calls_would(self):
        tuesdays = [count for (day, client), count in self.calls.items() if client == "hospital-a" and datetime.date.fromisoformat(day).weekday() == 1]
        quiet = statistics.median(tuesdays) / 2
        tuesdays = [count for count in tuesdays if count > quiet]  # without holidays
        ratio = statistics.variance(tuesdays) / statistics.mean(tuesdays)
        self.assertTrue(2.2 < ratio < 3.9, ratio)

    def test_are_quiet_on_weekends_and_at_christmas(self):
        by_weekday = collections.Counter()
        for (day, _), count in self.calls.items():
            by_weekday[datetime.date.fromisoformat(day).weekday()] += count
        self.assertLess(by_weekday[5], by_weekday[2] / 3)
        christmas, before = (sum(self.calls[day, client] for client in ("hospital-a", "hospital-b")) for day in ("2026-12-25", "2026-12-18"))
        self.assertLess(christmas, before / 2)

    def test_swing_by_a_quarter_with_vitamin_d(self):
        """Low vitamin D: in the quarter about mid-February more than in that about mid-August, by the mean of 1 ± 0.25 cos over a quarter, 1.58."""
        winter, summer = (sum(count for (day, rule), count in self.cards.items() if rule in LOW_D and int(day[5:7]) in months) for months in ((1, 2, 3), (7, 8, 9)))
        self.assertTrue(1.3 < winter / summer < 1.9, winter / summer)

    def test_of_a_client_that_joins_begin_on_its_day(self):
        first = min(day for day, client in self.calls if client == "hospital-c")
        joined = datetime.date.fromordinal(self.plan.start + 400)
        self.assertTrue(joined <= datetime.date.fromisoformat(first) <= joined + datetime.timedelta(days=7), first)


class Faults(unittest.TestCase):
    def rows(self, fault):
        plan = Plan(calls=60_000, days=120, faults=(Fault.parse(fault),))
        since = datetime.date.fromordinal(plan.start + 60).isoformat()
        return [row for row in tally(plan) if row["day"] >= since]

    def cards(self, rows, rules):
        return sum(row["n"] for row in rows if row["kind"] == "card" and row["rule"] in rules)

    def test_silence_the_rules_of_their_analyte(self):
        for fault in ("code-change@60", "unit-change@60", "key-dropped@60", "interface-down@60"):
            with self.subTest(fault):
                self.assertEqual(self.cards(self.rows(fault), OF_ANALYTE["vitaminD"]), 0)
        self.assertGreater(self.cards(self.rows("code-change@60"), OF_ANALYTE["b12"]), 0)

    def test_make_results_unreadable_or_take_them_away(self):
        for fault, results, unseen in (("code-change@60", set(), {"vitaminD code of another system"}),
                                       ("unit-change@60", {"vitaminD unknown-unit"}, {"vitaminD unit of another name"}), ("key-dropped@60", set(), set())):
            with self.subTest(fault):
                rows = [row for row in self.rows(fault) if "vitaminD" in row["key"]]
                self.assertEqual({row["key"] for row in rows if row["kind"] == "result"}, results)
                self.assertEqual({row["key"] for row in rows if row["kind"] == "unseen"}, unseen)
                self.assertEqual("vitaminD not-sent" in {row["key"] for row in rows}, fault == "key-dropped@60")

    def test_of_one_client_spare_the_others(self):
        rows = self.rows("interface-down@60:hospital-a")
        self.assertEqual({row["client"] for row in rows if row["kind"] == "card" and row["rule"] == "vitamin-d-low"}, {"hospital-b", "hospital-c", "hospital-d"})


if __name__ == "__main__":
    unittest.main()
