#!/usr/bin/env python3
"""`survey` over invented patients: what it says, that parts add up to the byte, and its page in Chromium.

    survey_test.py PROGRAM [test...]

Without Chromium (deploy/debian-packages, [test]) the tests in it are skipped, and say so.
"""

import json
import re
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import chromium

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "golden")]
import product  # noqa: E402

PROGRAM = None
AT = "2026-03-02"
FINE, USAGE, BAD_INPUT = 0, 2, 3
LOCAL = "https://laboratory.example/codes"
CHART_JS = Path("/usr/share/javascript/chart.js/chart.min.js")


def observation(number, coding, value, unit):
    return {"resourceType": "Observation", "id": f"o{number}", "status": "final", "effectiveDateTime": "2026-02-20",
            "subject": {"reference": f"Patient/p{number}"}, "code": {"coding": [coding]},
            "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}}


def bundle(number):
    """One invented patient: back pain, a 25-OH vitamin D under LOINC or, every third, under a code of the laboratory's own."""
    loinc = {"system": "http://loinc.org", "code": "62292-8", "display": "25-OH vitamin D"}
    local = {"system": LOCAL, "code": "VITD", "display": "25-OH vitamin D (<b>serum</b>)"}
    resources = [
        {"resourceType": "Patient", "id": f"p{number}", "gender": "female", "birthDate": f"{1940 + number % 50}-07-15"},
        {"resourceType": "Condition", "id": f"c{number}", "subject": {"reference": f"Patient/p{number}"},
         "clinicalStatus": {"coding": [{"code": "active"}]}, "onsetDateTime": "2025-01-01",
         "code": {"coding": [{"system": "http://snomed.info/sct", "code": "279039007"}]}},
        observation(number, local if number % 3 == 0 else loinc, 5 + number % 60, "ng/mL")]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}


def survey(*options, text=""):
    command = [PROGRAM, "survey", "--pack", product.PACK, "--at", AT, "--quiet", *map(str, options)]
    return subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", timeout=product.PATIENCE_SECONDS, check=False)


class Survey(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name)
        cls.lines = [json.dumps(bundle(number)) + "\n" for number in range(120)]
        (cls.path / "all.ndjson").write_text("".join(cls.lines), encoding="utf-8")
        answer = survey(cls.path / "all.ndjson", "--html", cls.path / "page.html", "--json", cls.path / "exact.json")
        if answer.returncode != FINE:
            raise AssertionError(answer.stderr)
        cls.text = answer.stdout
        cls.exact = json.loads((cls.path / "exact.json").read_text(encoding="utf-8"))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def part(self, lines, name, *options):
        path = self.path / name
        answer = survey("-", "--partial", path, *options, text="".join(lines))
        self.assertEqual(answer.returncode, FINE, answer.stderr)
        return path

    def test_counts_what_a_script_counts(self):
        results = self.exact["counts"]["result"]["vitamin-d"]
        self.assertEqual(results["outcome"]["readable"]["patients"], sum(number % 3 != 0 for number in range(120)))
        self.assertEqual(self.exact["counts"]["patient"]["gate"]["adult with back pain"]["patients"], 120)
        self.assertEqual(next(iter(self.exact)), "notForSharing")
        self.assertEqual(stat.S_IMODE((self.path / "exact.json").stat().st_mode), 0o600)

    def test_proposes_a_line_that_makes_the_results_read(self):
        site = self.path / "site.json"
        site.write_text(self.exact["siteFile"], encoding="utf-8")
        check = subprocess.run([PROGRAM, "check", product.PACK, "--site", site], capture_output=True, text=True, check=False)
        self.assertEqual(check.returncode, FINE, check.stdout)
        exact = json.loads(survey(self.path / "all.ndjson", "--site", site, "--json", "-").stdout)
        self.assertEqual(exact["counts"]["result"]["vitamin-d"]["outcome"]["readable"]["patients"], 120)
        self.assertEqual(exact["proposals"], [])

    def test_adds_up_to_the_byte_for_any_split_order_and_number_of_threads(self):
        whole = self.part(self.lines, "whole.part").read_bytes()
        for threads in (1, 3):
            self.assertEqual(self.part(self.lines[::-1], "again.part", "--threads", threads).read_bytes(), whole)
        parts = [self.part(self.lines[40:], "b.part"), self.part(self.lines[:40], "a.part")]
        merged = self.path / "merged.part"
        self.assertEqual(survey("--merge", *parts, "--partial", merged).returncode, FINE)
        self.assertEqual(merged.read_bytes(), whole)

    def test_shares_no_exact_count(self):
        self.assertIn("adult with back pain", self.text)
        self.assertRegex(self.text, r"VITD of https://laboratory.example/codes +vitamin-d")
        for count in re.findall(r"(?<=  )\d+(?=\s)", re.sub(r"(?m)^  (19|20)\d\d ", "", self.text)):
            self.assertEqual(int(count) % 10, 0, count)

    def test_refuses_what_does_not_fit(self):
        self.assertEqual(survey().returncode, USAGE)
        self.assertEqual(survey(self.path / "all.ndjson", "--json", "-", "--partial", "-").returncode, USAGE)
        self.assertEqual(survey("--merge", self.path / "page.html").returncode, BAD_INPUT)
        undated = [PROGRAM, "survey", "--pack", product.PACK, "--partial", "-", self.path / "all.ndjson"]
        self.assertEqual(subprocess.run(undated, capture_output=True, check=False).returncode, USAGE)
        self.assertEqual(survey(self.path / "missing.ndjson").returncode, BAD_INPUT)

    def test_names_what_it_could_not_read(self):
        answer = survey("-", text=self.lines[0] + "{broken\n")
        self.assertEqual(answer.returncode, FINE)
        self.assertIn("warning: 1 ", answer.stderr)
        self.assertEqual(survey("-", "--strict", text=self.lines[0] + "{broken\n").returncode, BAD_INPUT)

    def test_nobody_is_no_population(self):
        empty = self.path / "empty"
        empty.mkdir()
        answer = survey(empty)
        self.assertEqual((answer.returncode, answer.stdout), (BAD_INPUT, ""))
        self.assertIn("no patient was read", answer.stderr)
        nobody, everybody = self.path / "nobody.part", self.part(self.lines, "everybody.part")
        self.assertEqual(survey(empty, "--partial", nobody).returncode, FINE)
        merged = self.path / "all.part"
        self.assertEqual(survey("--merge", nobody, everybody, "--partial", merged).returncode, FINE)
        self.assertEqual(merged.read_bytes(), everybody.read_bytes())
        self.assertEqual(survey("--merge", nobody).returncode, BAD_INPUT)

    def test_the_same_part_counts_once(self):
        part, copy = self.part(self.lines, "once.part"), self.path / "copy.part"
        copy.write_bytes(part.read_bytes())
        self.assertEqual(survey("--merge", part, part).returncode, USAGE)
        self.assertIn("the same to the byte", survey("--merge", part, copy).stderr)

    def test_leaves_out_what_is_another_patients(self):
        one, two = bundle(1), bundle(2)
        one["entry"].append(two["entry"][2])
        answer = survey("-", "--json", "-", text=json.dumps(one) + "\n")
        counts = json.loads(answer.stdout)["counts"]
        self.assertEqual(counts["population"]["ofAnotherPatient"]["records"], 1)
        self.assertEqual(counts["result"]["vitamin-d"]["all"]["records"], 1)
        self.assertIn("another patient", answer.stderr)
        two["entry"].append(one["entry"][0])
        both = survey("-", "--json", "-", text=json.dumps(two) + "\n" + self.lines[5])
        counts = json.loads(both.stdout)["counts"]
        self.assertEqual(counts["population"]["severalPatients"]["records"], 1)
        self.assertEqual(counts["patient"]["all"]["patients"], 1)

    @unittest.skipIf(chromium.CHROMIUM is None, chromium.MISSING)
    @unittest.skipUnless(CHART_JS.exists(), "skipped: there is no libjs-chart.js (deploy/install-packages run)")
    def test_makes_a_page_that_draws_its_plots_and_asks_no_network(self):
        page = (self.path / "page.html").read_bytes()
        with chromium.PageServer({"/": ("text/html; charset=utf-8", page)}) as server:
            dom, console = chromium.dumped(f"{server.origin}/", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
        self.assertEqual([line for line in console.splitlines() if "CONSOLE" in line], [])
        self.assertLessEqual(set(server.asked), {"/", "/favicon.ico"})
        plots = dom.count('<figure class="plot">')
        self.assertGreaterEqual(plots, 2)
        self.assertIn(f'data-plots="{plots}"', dom)
        self.assertGreater(dom.count("<table>"), plots)
        self.assertIn("25-OH vitamin D (&lt;b&gt;serum&lt;/b&gt;)", dom)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    unittest.main()
