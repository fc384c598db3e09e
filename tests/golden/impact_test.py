#!/usr/bin/env python3
"""`impact` over invented patients, held against a count over the answers of `evaluate`, one call a patient; and its sums
against those of its parts, of other orders, other forms and other numbers of threads, to the byte."""

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from collections import Counter, defaultdict
from pathlib import Path

from product import PACK, ROOT, evaluate, rule_of, without_uuids

PROGRAM = os.environ["BACKPAIN_CDS"]
GENERATE = ROOT / "tests/population/generate.py"
AT = "2026-03-01T12:00:00Z"
PATIENTS = 24
POPULATION = ["--back-pain", ".9", "--more", "4", "--noise", "0"]  # small, and with many cards
SITE_TO = {"parameters": {"vitaminD.ruleset": "es-2011", "b12.ruleset": "us-common"}, "off": ["b12-suggest"]}
PATIENCE_SECONDS = 120


def generate(folder, form, first=1, patients=PATIENTS, *more):
    command = [sys.executable, "-B", GENERATE, "--format", form, "--first", str(first), "--patients", str(patients), "--out", folder]
    subprocess.run([str(part) for part in [*command, *POPULATION, *more]], check=True, capture_output=True, timeout=PATIENCE_SECONDS)
    return folder


class Impact(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.keeper = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.keeper.name)
        cls.site = cls.folder / "to.json"
        cls.site.write_text(json.dumps(SITE_TO))
        cls.bundles = generate(cls.folder / "bundles", "bundles")
        cls.whole = cls.impact(cls.bundles)

    @classmethod
    def tearDownClass(cls):
        cls.keeper.cleanup()

    @classmethod
    def run_impact(cls, *arguments, standard_input=None):
        command = [PROGRAM, "impact", *map(str, arguments)]
        return subprocess.run(command, input=standard_input, capture_output=True, timeout=PATIENCE_SECONDS)

    @classmethod
    def impact(cls, *arguments, standard_input=None):
        """The bytes of --json."""
        done = cls.run_impact("--from", PACK, "--site-to", cls.site, "--at", AT, "--json", "-", *arguments,
                              standard_input=standard_input)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def test_counts_are_those_of_evaluate(self):
        expected, events, cards, touched, loses = defaultdict(Counter), Counter(), Counter(), 0, 0
        for patient in sorted(self.bundles.glob("*.json")):
            before, after = answer(patient), answer(patient, "--site", self.site)
            happened = compare(before, after, expected)
            events.update(happened or {"none"})
            touched += bool(happened - {"same"})
            loses += loses_warning(before, after)
            cards.update(f"from {card['indicator']}" for card in before)
            cards.update(f"to {card['indicator']}" for card in after)
        counts = json.loads(self.whole)["counts"]
        self.assertEqual(counts["events"], PATIENTS)
        self.assertEqual(counts["rule"], {rule: dict(kinds) for rule, kinds in expected.items()})
        self.assertEqual(counts["event"], dict(events))
        self.assertEqual((counts["touched"], counts.get("losesWarning", 0)), (touched, loses))
        told = {f"{side} {loud}": n for side, of in counts["cards"].items() for loud, n in of.items()}
        self.assertEqual(told, dict(cards))
        self.assertTrue({"lost", "same"} <= set(events), "the change touches nobody: another one tells more")

    def test_breakdowns_add_up_to_their_rules(self):
        counts = json.loads(self.whole)["counts"]
        for by in ("sex", "age"):
            added = {rule: dict(sum(map(Counter, groups.values()), Counter())) for rule, groups in counts[by].items()}
            self.assertEqual(added, counts["rule"])

    def test_threads_forms_and_orders_do_not_matter(self):
        bulk = generate(self.folder / "bulk", "bulk", 1, PATIENTS, "--gz", "--shuffle", "3", "--files", "2")
        lines = generate(self.folder / "ndjson", "ndjson")
        text = b"".join(path.read_bytes() for path in sorted(lines.iterdir()))
        for name, found in {"threads": self.impact(self.bundles, "--threads", 4),
                            "bulk": self.impact(bulk, "--threads", 3, "--temp", self.folder),
                            "manifest": self.impact(bulk / "manifest.json"),
                            "lines backwards": self.impact("-", standard_input=b"\n".join(text.splitlines()[::-1]))}.items():
            with self.subTest(name):
                self.assertEqual(found, self.whole)

    def test_parts_add_up_to_the_whole(self):
        parts = []
        for first, patients in ((1, 5), (6, 18), (24, 1)):
            part = self.folder / f"part-{first}.json"
            folder = generate(self.folder / f"patients-{first}", "bundles", first, patients)
            done = self.run_impact("--from", PACK, "--site-to", self.site, "--at", AT, "--partial", part, folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(part.stat().st_mode & 0o777, 0o600)
            parts.append(part)
        for order in (parts, parts[::-1]):
            merged = self.run_impact("--merge", *order, "--json", "-")
            self.assertEqual(merged.stdout, self.whole, merged.stderr)

    def test_parts_of_another_day_do_not_add_up(self):
        part, other = self.folder / "one.json", self.folder / "other.json"
        for file, at in ((part, AT), (other, "2026-02-01T12:00:00Z")):
            self.run_impact("--from", PACK, "--site-to", self.site, "--at", at, "--partial", file, self.bundles)
        done = self.run_impact("--merge", part, other)
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"do not add up: the day (--at) is 2026-02-01T12:00:00Z, not " + AT.encode(), done.stderr)

    def test_what_may_be_shared_has_no_small_count_and_no_patient(self):
        page = self.folder / "page.html"
        done = self.run_impact("--from", PACK, "--site-to", self.site, "--at", AT, "--html", page, "--examples", 3,
                               "--json", self.folder / "exact.json", self.bundles)
        text, html = done.stdout.decode(), page.read_text()
        self.assertIn("<11", text)
        self.assertIn("&lt;11", html)
        patients = {f"Patient/{path.stem}" for path in self.bundles.glob("*.json")}
        self.assertFalse([patient for patient in patients if f"{patient}<" in html or f"{patient}\"" in html])
        named = json.loads((self.folder / "exact.json").read_text())["examples"]
        self.assertTrue(all(set(who) <= patients and len(who) <= 3 for kinds in named.values() for who in kinds.values()))

    def test_exact_counts_say_first_that_they_are_not_for_sharing(self):
        self.assertEqual(next(iter(json.loads(self.whole))), "notForSharing")

    def test_captured_requests_have_rates_and_a_budget(self):
        calls = generate(self.folder / "calls", "requests", 1, 6)
        common = ["--from", PACK, "--site-to", self.site, calls]
        done = self.run_impact(*common, "--budget", "+2%")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"per 1,000 calls", done.stdout)
        counts = json.loads(self.run_impact(*common, "--json", "-").stdout)["counts"]
        requests = sum(len(path.read_bytes().splitlines()) for path in calls.iterdir())
        self.assertEqual(counts["events"], requests)
        self.assertTrue(counts["month"])
        refused = self.run_impact("--from", PACK, self.bundles, "--budget", "+2%")
        self.assertEqual((refused.returncode, refused.stdout), (2, b""))
        self.assertIn(b"captured requests", refused.stderr)

    def test_encounters_are_looked_at_when_they_began(self):
        done = self.run_impact("--from", PACK, "--site-to", self.site, "--events", "encounters", "--since", "2025-01-01",
                               "--until", "2025-12-31", "--json", "-", self.bundles)
        self.assertEqual(done.returncode, 0, done.stderr)
        counts = json.loads(done.stdout)["counts"]
        expected = sum(1 for path in self.bundles.glob("*.json") for entry in json.loads(path.read_text())["entry"]
                       if entry["resource"]["resourceType"] == "Encounter" and entry["resource"]["period"]["start"][:4] == "2025"
                       and entry["resource"]["status"] not in {"planned", "cancelled", "entered-in-error"})
        self.assertEqual(counts["events"], expected)
        self.assertTrue(all(month.startswith("2025-") for month in counts["month"]))

    def one_patient_with(self, encounters):
        """A folder with a patient who has cards, at so many visits."""
        folder = self.folder / f"one-{encounters}"
        folder.mkdir()
        chosen = next(path for path in sorted(self.bundles.glob("*.json")) if answer(path))
        bundle = json.loads(chosen.read_text())
        kept = [entry for entry in bundle["entry"] if entry["resource"]["resourceType"] != "Encounter"]
        visits = [{"resource": {"resourceType": "Encounter", "id": f"visit-{day}", "status": "finished",
                                "subject": {"reference": f"Patient/{chosen.stem}"},
                                "period": {"start": f"2026-02-{day + 1:02}T09:00:00Z"}}} for day in range(encounters)]
        (folder / "one.json").write_text(json.dumps({**bundle, "entry": kept + visits}))
        return folder

    def test_many_encounters_of_one_patient_are_no_count_that_may_be_shared(self):
        exact, page = self.folder / "visits.json", self.folder / "visits.html"
        done = self.run_impact("--from", PACK, "--site-to", self.site, "--events", "encounters", "--since", "2026-02-01",
                               "--until", "2026-02-28", "--json", exact, "--html", page, self.one_patient_with(14))
        self.assertEqual(done.returncode, 0, done.stderr)
        counted = json.loads(exact.read_text())
        self.assertEqual((counted["counts"]["events"], counted["patients"]["events"]), (14, 1))
        told = re.findall(r"(?<=  )[1-9]\d*(?=\s)", done.stdout.decode())
        told += re.findall(r">[1-9]\d*</td>", page.read_text())
        self.assertEqual(told, [])

    def test_the_same_part_counts_once(self):
        part, copy = self.folder / "p1.json", self.folder / "p2.json"
        self.run_impact("--from", PACK, "--site-to", self.site, "--at", AT, "--partial", part, self.bundles)
        twice = self.run_impact("--merge", part, self.folder / "bundles/.." / part.name)
        self.assertEqual(twice.returncode, 2)
        self.assertIn(b"given twice", twice.stderr)
        copy.write_bytes(part.read_bytes())
        equal = self.run_impact("--merge", part, copy)
        self.assertEqual(equal.returncode, 0)
        self.assertIn(b"the same to the byte", equal.stderr)

    def test_nobody_is_no_population(self):
        empty = self.folder / "empty"
        empty.mkdir()
        common = ["--from", PACK, "--site-to", self.site, "--at", AT]
        for made in ("", "a.json"):
            if made:
                (empty / made).write_text("")
            done = self.run_impact(*common, "--quiet", empty)
            self.assertEqual((done.returncode, done.stdout), (3, b""))
            self.assertIn(b"no patient was read", done.stderr)
        nobody, somebody = self.folder / "nobody.json", self.folder / "somebody.json"
        self.assertEqual(self.run_impact(*common, "--partial", nobody, empty).returncode, 0)
        self.run_impact(*common, "--partial", somebody, self.bundles)
        self.assertEqual(self.run_impact("--merge", nobody, somebody, "--json", "-").stdout, self.whole)
        self.assertEqual(self.run_impact("--merge", nobody).returncode, 3)

    def test_a_bundle_of_two_patients_is_named(self):
        folder = self.folder / "two"
        folder.mkdir()
        entries = [{"resource": {"resourceType": "Patient", "id": str(each)}} for each in (1, 2)]
        (folder / "two.json").write_text(json.dumps({"resourceType": "Bundle", "entry": entries}))
        (folder / "one.json").write_text(json.dumps({"resourceType": "Bundle", "entry": entries[:1]}))
        done = self.run_impact("--from", PACK, "--site-to", self.site, "--at", AT, "--json", "-", folder)
        self.assertEqual(json.loads(done.stdout)["leftOut"], {"severalPatients": 1})
        self.assertIn(b"two.json", done.stderr)

    def test_a_file_that_is_cut_off_is_told_apart_from_broken_lines(self):
        folder = self.folder / "cut"
        folder.mkdir()
        lines = b"".join(json.dumps(json.loads(path.read_text())).encode() + b"\n" for path in sorted(self.bundles.glob("*.json")))
        packed = gzip.compress(lines)
        (folder / "all.ndjson.gz").write_bytes(packed[:len(packed) // 2])
        done = self.run_impact("--from", PACK, "--site-to", self.site, "--at", AT, "--json", "-", folder)
        self.assertEqual(json.loads(done.stdout)["leftOut"]["cutOffFiles"], 1)
        self.assertIn(b"export or copy them again", done.stderr)

    def test_says_what_was_changed_in_the_words_of_diff(self):
        told = json.loads(subprocess.run([PROGRAM, "diff", "--from", PACK, "--to", PACK, "--site-to", self.site, "--format", "json"],
                                         capture_output=True, timeout=PATIENCE_SECONDS).stdout)["changes"]
        self.assertEqual(json.loads(self.whole)["changed"], told)
        page = self.folder / "changed.html"
        done = self.run_impact("--from", PACK, "--site-to", self.site, "--at", AT, "--html", page, self.bundles)
        for text in (done.stdout.decode(), page.read_text().replace("&gt;", ">")):
            self.assertIn("What was changed", text)
            self.assertIn("NAM 2011 -> ES 2011", text)

    def test_a_merge_shows_the_page_of_the_whole(self):
        part = self.folder / "whole.json"
        common = ["--from", PACK, "--site-to", self.site, "--at", AT]
        self.run_impact(*common, "--partial", part, self.bundles)
        self.assertEqual(self.run_impact("--merge", part).stdout, self.run_impact(*common, self.bundles).stdout)

    def test_says_that_nothing_was_compared(self):
        page, exact = self.folder / "same.html", self.folder / "same.json"
        done = self.run_impact("--from", PACK, "--at", AT, "--html", page, "--json", exact, self.bundles)
        self.assertEqual(done.returncode, 0)
        for text in (done.stdout.decode(), page.read_text(), exact.read_text()):
            self.assertIn("Nothing was compared", text)

    def test_patients_behind_events_are_those_of_the_events(self):
        counted = json.loads(self.whole)
        for name in ("event", "touched"):
            self.assertEqual(counted["patients"][name], counted["counts"][name])
        lost = sum(counted["counts"]["indicator"].get(loud, {}).get("lost", 0) for loud in ("warning", "critical"))
        none = sum(n for kinds in counted["counts"].get("warning", {}).values()
                   for instead, n in kinds.items() if instead == "none" or instead.startswith("other-"))
        self.assertEqual(none, lost)

    def test_a_day_before_the_newest_data_cuts_the_record_and_says_so(self):
        done = self.run_impact("--from", PACK, "--site-to", self.site, "--at", "2025-06-01", self.bundles)
        self.assertIn(b"the record is newer than that day", done.stdout)

    def test_wrong_use_is_told_apart(self):
        for arguments, said in ((["--from", PACK], b"give a population"),
                                (["x"], b"--from PACK is needed"),
                                (["--from", PACK, "--partial", "-", self.bundles], b"--partial needs --at"),
                                (["--from", PACK, "--events", "encounters", self.bundles], b"needs --since"),
                                (["--from", PACK, "--events", "encounters", "--since", "2026-03-02", "--until", "2025-03-02", self.bundles],
                                 b"is after --until")):
            with self.subTest(said):
                done = self.run_impact(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertIn(said, done.stderr)
        gone = self.run_impact("--from", PACK, self.folder / "nobody")
        self.assertEqual(gone.returncode, 3)
        self.assertIn(b"is not there", gone.stderr)


def answer(patient, *options):
    """The cards that `evaluate` gives; none where it refuses."""
    done = evaluate(PROGRAM, patient, AT, *map(str, options))
    return without_uuids(done.stdout)["cards"] if done.returncode == 0 else []


def essence(card):
    links = [(link["label"], link["url"]) for link in card.get("links", [])]
    return card["indicator"], (card["summary"], card["detail"], links), card.get("suggestions")


def compare(before, after, counts):
    """Adds what becomes of each card to the counts of its rule. Returns all that happened."""
    happened = set()
    for rule in {rule_of(card) for card in before + after}:
        left = [essence(card) for card in before if rule_of(card) == rule]
        right = [essence(card) for card in after if rule_of(card) == rule]
        kinds = Counter()
        for one in list(left):
            if one in right:
                left.remove(one)
                right.remove(one)
                kinds["same"] += 1
        changed = min(len(left), len(right))
        kinds["changed"] += changed
        kinds["lost"] += len(left) - changed
        kinds["gained"] += len(right) - changed
        counts[rule].update({what: n for what, n in kinds.items() if n})
        happened |= {what for what, n in kinds.items() if n}
    return happened


def loses_warning(before, after):
    """Whether a card of a rule that warned is gone, or urges less; each rule has one card of a patient at most."""
    loud = ("info", "warning", "critical")
    left = {rule_of(card): loud.index(card["indicator"]) for card in after}
    return any(card["indicator"] != "info" and left.get(rule_of(card), -1) < loud.index(card["indicator"]) for card in before)


if __name__ == "__main__":
    unittest.main()
