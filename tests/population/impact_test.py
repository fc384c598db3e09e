#!/usr/bin/env python3
"""What `impact` counts, held against `evaluate`, one call a patient; the EHR in which time runs; and the rules by which both are compared.

The environment variable BACKPAIN_CDS names the program; without it, or where it has no `impact` yet, what needs it is skipped.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import simulated_ehr
from chart import Clock
from count_evaluate import compare
from life import Settings

HERE = Path(__file__).resolve().parent
PACK = HERE.parents[1] / "rules" / "packs" / "back-pain-labs"
PROGRAM = os.environ.get("BACKPAIN_CDS")
HAS_IMPACT = PROGRAM is not None and " impact " in subprocess.run([PROGRAM, "--help"], capture_output=True, text=True).stdout
AT = "2026-03-01T12:00:00Z"
PATIENTS = ("--patients", "60", "--back-pain", ".9", "--more", "5", "--noise", ".1")


def counts(gained=0, lost=0, changed=0, same=0):
    return {"gained": gained, "lost": lost, "changed": changed, "same": same}


class Comparison(unittest.TestCase):
    def test_pairs_the_cards_of_a_rule(self):
        for name, before, after, expected in (
            ("same", [["a", "1"]], [["a", "1"]], {"a": counts(same=1)}),
            ("gained", [], [["a", "1"]], {"a": counts(gained=1)}),
            ("lost", [["a", "1"]], [], {"a": counts(lost=1)}),
            ("changed", [["a", "1"]], [["a", "2"]], {"a": counts(changed=1)}),
            ("another rule", [["a", "1"]], [["b", "1"]], {"a": counts(lost=1), "b": counts(gained=1)}),
            ("several of a rule, in another order", [["a", "1"], ["a", "2"]], [["a", "2"], ["a", "1"]], {"a": counts(same=2)}),
            ("one of several gone", [["a", "1"], ["a", "2"], ["a", "3"]], [["a", "2"], ["a", "4"]], {"a": counts(same=1, changed=1, lost=1)}),
        ):
            with self.subTest(name):
                self.assertEqual(compare(before, after), expected)


class Replay(unittest.TestCase):
    clock = Clock(0)
    instant = Clock(0).at(simulated_ehr.datetime.date(2025, 6, 15).toordinal(), 9)

    def replayed(self, last=False, **members):
        return simulated_ehr.replayed(members, self.instant, self.clock, last)

    def test_leaves_out_what_was_written_later(self):
        for name, members, there in (
            ("a result issued later", {"resourceType": "Observation", "effectiveDateTime": "2025-06-14", "issued": "2025-06-15T09:00:01Z"}, False),
            ("a result issued before", {"resourceType": "Observation", "effectiveDateTime": "2025-06-14", "issued": "2025-06-15T08:59:59Z"}, True),
            ("a problem recorded that day, hour unknown", {"resourceType": "Condition", "recordedDate": "2025-06-15"}, True),
            ("a problem recorded that day, held to its last instant", {"last": True, "resourceType": "Condition", "recordedDate": "2025-06-15"}, False),
            ("a problem of a month that goes on", {"resourceType": "Condition", "onsetDateTime": "2025-06"}, True),
            ("a problem of a month that goes on, held to its last instant", {"last": True, "resourceType": "Condition", "onsetDateTime": "2025-06"}, False),
            ("a problem without a date", {"resourceType": "Condition"}, True),
            ("a prescription of the day before", {"resourceType": "MedicationRequest", "authoredOn": "2025-06-14"}, True),
        ):
            with self.subTest(name):
                self.assertEqual(self.replayed(**members) is not None, there)

    def test_gives_back_the_status_that_dates_prove(self):
        problem = self.replayed(resourceType="Condition", recordedDate="2024", abatementDateTime="2025-09-01",
                                clinicalStatus={"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "resolved"}]})
        self.assertEqual((problem["clinicalStatus"]["coding"][0]["code"], "abatementDateTime" in problem), ("active", False))
        taken = self.replayed(resourceType="MedicationStatement", status="stopped", effectivePeriod={"start": "2024-01-01", "end": "2025-12-01"})
        self.assertEqual(taken["status"], "active")
        prescribed = self.replayed(resourceType="MedicationRequest", status="completed", authoredOn="2025-03-01", dispenseRequest={"validityPeriod": {"end": "2025-08-01"}})
        self.assertEqual(prescribed["status"], "active")
        closed = self.replayed(resourceType="MedicationRequest", status="stopped", authoredOn="2025-03-01")
        self.assertEqual(closed["status"], "stopped")


class Ehr(unittest.TestCase):
    def test_sends_nothing_of_the_future(self):
        settings = Settings(back_pain=.9, more=4, noise=.1)
        since, until = (simulated_ehr.datetime.date(2025, month, 1).toordinal() for month in (3, 9))
        moments = [each for _, found in simulated_ehr.moments(settings, 12, since, until) for each in found]
        self.assertGreater(len(moments), 20)
        for moment in moments:
            request = json.loads(moment.request(1))
            self.assertEqual(request["context"]["encounterId"], moment.encounter)
            for key, value in request["prefetch"].items():
                for entry in value.get("entry", []):
                    for name in ("issued", "recordedDate", "authoredOn", "effectiveDateTime", "abatementDateTime"):
                        if name in entry["resource"]:
                            self.assertLessEqual(entry["resource"][name][:10], moment.at()[:10], (key, entry["resource"]["id"]))

    @unittest.skipIf(PROGRAM is None, "skipped: BACKPAIN_CDS names no program")
    def test_is_replayed_with_few_differences_each_with_a_cause(self):
        run = subprocess.run([sys.executable, "-B", HERE / "simulated_ehr.py", PROGRAM, "--pack", PACK, "--patients", "6", "--since", "2025-12-01"],
                             capture_output=True, text=True, check=True)
        self.assertRegex(run.stdout, r"^\d+ encounters\n")
        self.assertNotIn("the search, not the time", run.stdout)


@unittest.skipIf(not HAS_IMPACT, "skipped: BACKPAIN_CDS names no program with `impact`")
class Impact(unittest.TestCase):
    """Orders, threads and parts are the business of tests/golden/impact_test.py."""

    def test_counts_what_evaluate_says_one_patient_after_the_other(self):
        with tempfile.TemporaryDirectory() as folder:
            patients, out, sites = f"{folder}/patients", f"{folder}/impact.json", []
            subprocess.run([sys.executable, "-B", HERE / "generate.py", *PATIENTS, "--out", patients], check=True)
            for number, site in enumerate(({"parameters": {"vitaminD.ruleset": "nam-2011"}}, {"parameters": {"vitaminD.ruleset": "ros-2020"}}, {"off": ["b12-indeterminate"]})):
                sites.append(f"{folder}/site{number}.json")
                Path(sites[-1]).write_text(json.dumps(site))
            for site in sites[1:]:
                with self.subTest(Path(site).read_text()):
                    change = ["--from", PACK, "--site-from", sites[0], "--site-to", site, "--at", AT]
                    subprocess.run([PROGRAM, "impact", *change, "--json", out, patients], check=True, capture_output=True)
                    run = subprocess.run([sys.executable, "-B", HERE / "count_evaluate.py", PROGRAM, *change, "--keep", f"{folder}/kept", "--against", out, patients],
                                         capture_output=True, text=True)
                    self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_replays_an_export_as_its_dates_allow(self):
        run = subprocess.run([sys.executable, "-B", HERE / "simulated_ehr.py", PROGRAM, "--pack", PACK, "--patients", "8", "--since", "2025-09-01", "--impact"],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stdout, r"replay [1-9]\d*, impact")
        self.assertNotIn("<- differs", run.stdout)


if __name__ == "__main__":
    unittest.main()
