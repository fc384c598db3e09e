#!/usr/bin/env python3
"""The generator of invented patients: the same bytes for the same seed, sound FHIR, and shares as its sources print them.

BACKPAIN_CDS names the program and FHIR_TEST the tests of the FHIR floor; without them what needs one is skipped.
"""

import gzip
import json
import math
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import figures
from draws import Draws
from laboratory import Blood
from life import Settings, live

HERE = Path(__file__).resolve().parent
PACK = HERE.parents[1] / "rules" / "packs" / "back-pain-labs"
PROGRAM, FHIR_TEST = os.environ.get("BACKPAIN_CDS"), os.environ.get("FHIR_TEST")


def generate(*options, hash_seed="0"):
    """What the generator writes to standard output."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run([sys.executable, "-B", HERE / "generate.py", *map(str, options)], check=True, stdout=subprocess.PIPE, env=environment).stdout


def lines_of(folder):
    """Every line of a folder of Bulk Data by type."""
    lines = {}
    for path in sorted(Path(folder).glob("*.ndjson*")):
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        lines.setdefault(path.name.split(".")[0], []).extend(text.splitlines())
    return lines


class Determinism(unittest.TestCase):
    def test_gives_the_same_bytes_for_the_same_seed(self):
        first = generate("--patients", 20, "--format", "bulk", "--out", "-", hash_seed="1")
        self.assertEqual(first, generate("--patients", 20, "--format", "bulk", "--out", "-", hash_seed="2"))
        self.assertNotEqual(first, generate("--patients", 20, "--format", "bulk", "--out", "-", "--seed", 2))

    def test_makes_a_patient_the_same_whatever_the_size_of_the_population(self):
        for kind in ("ndjson", "requests"):
            with self.subTest(kind):
                whole = generate("--patients", 12, "--format", kind, "--out", "-")
                parts = [generate("--first", first, "--patients", 6, "--format", kind, "--out", "-") for first in (1, 7)]
                self.assertEqual(whole, b"".join(parts))

    def test_changes_nothing_of_a_record_by_noise(self):
        quiet = set(generate("--patients", 12, "--format", "bulk", "--out", "-", "--noise", 0).splitlines())
        self.assertLess(quiet, set(generate("--patients", 12, "--format", "bulk", "--out", "-", "--noise", 1).splitlines()))

    def test_writes_the_same_resources_as_bundles_and_as_bulk_data(self):
        bundles = generate("--patients", 12, "--format", "ndjson", "--out", "-").splitlines()
        resources = [entry["resource"] for bundle in bundles for entry in json.loads(bundle)["entry"]]
        streamed = generate("--patients", 12, "--format", "bulk", "--out", "-").splitlines()
        self.assertEqual(resources, [json.loads(line) for line in streamed])

    def test_scatters_bulk_data_over_files_and_shuffles_it_without_loss(self):
        with tempfile.TemporaryDirectory() as folder:
            options = ("--patients", 12, "--format", "bulk", "--out")
            generate(*options, f"{folder}/a")
            generate(*options, f"{folder}/b", "--shuffle", 5, "--gz", "--files", 2)
            generate(*options, f"{folder}/c", "--shuffle", 5, "--gz", "--files", 2)
            a, b = lines_of(f"{folder}/a"), lines_of(f"{folder}/b")
            self.assertEqual({kind: sorted(lines) for kind, lines in a.items()}, {kind: sorted(lines) for kind, lines in b.items()})
            self.assertNotEqual(a["Observation"], b["Observation"])
            for path in Path(folder, "b").iterdir():
                self.assertEqual(path.read_bytes(), (Path(folder, "c") / path.name).read_bytes(), path.name)
            manifest = json.loads(Path(folder, "b", "manifest.json").read_text())
            self.assertEqual({entry["url"].rsplit("/", 1)[1] for entry in manifest["output"]} | {"manifest.json"}, set(os.listdir(f"{folder}/b")))
            self.assertEqual(sum(entry["count"] for entry in manifest["output"]), sum(map(len, b.values())))


class Soundness(unittest.TestCase):
    @unittest.skipIf(FHIR_TEST is None, "skipped: FHIR_TEST names no program")
    def test_every_resource_is_read_whole(self):
        """By the readers' own test on published patients, which refuses whatever a lenient reader leaves out."""
        with tempfile.TemporaryDirectory() as folder:
            generate("--patients", 40, "--more", 4, "--back-pain", .7, "--out", f"{folder}/synthea")
            run = subprocess.run([FHIR_TEST, "--gtest_filter=Table/PublishedPatients.LoseNothingInReading/synthea"], capture_output=True, text=True,
                                 env={**os.environ, "BACKPAIN_CDS_TEST_DATA": folder}, cwd=HERE.parents[1])
            self.assertIn("[  PASSED  ] 1 test.", run.stdout, run.stdout[-3000:])

    @unittest.skipIf(PROGRAM is None, "skipped: BACKPAIN_CDS names no program")
    def test_every_captured_request_is_answered(self):
        for line in generate("--patients", 12, "--format", "requests", "--out", "-", "--noise", .1).splitlines():
            request = json.loads(line)
            with self.subTest(request["context"]["patientId"]):
                service = f"back-pain-labs-{request['hook']}"
                run = subprocess.run([PROGRAM, "evaluate", "--pack", PACK, "--service", service, "--request", "-", "--at", "2026-03-01T12:00:00Z"],
                                     input=line, capture_output=True)
                self.assertEqual((run.returncode, run.stderr), (0, b""))
                self.assertNotIn(b"data-unavailable", run.stdout)

    def test_refers_only_to_what_is_there(self):
        resources = [json.loads(line) for line in generate("--patients", 12, "--format", "bulk", "--out", "-").splitlines()]
        there = {f"{each['resourceType']}/{each['id']}" for each in resources}
        self.assertEqual(len(there), len(resources), "an id is used twice")
        for resource in resources:
            for name in ("subject", "patient", "encounter"):
                if name in resource:
                    self.assertIn(resource[name]["reference"], there)


class Shares(unittest.TestCase):
    """Of 2,000 people, against what the sources print: within four deviations of a binomial count."""

    @classmethod
    def setUpClass(cls):
        settings = Settings(seed=7)
        cls.lives = [live(number, settings) for number in range(1, 2001)]

    def expect(self, share, of, trait):
        people = [life for life in self.lives if of(life)]
        found = sum(trait(life) for life in people)
        margin = 4 * math.sqrt(len(people) * share * (1 - share)) + 1
        self.assertLessEqual(abs(found - share * len(people)), margin, f"{found} of {len(people)}, expected {share:.1%}")

    def test_osteoporosis_is_as_common_as_in_nhanes(self):
        self.expect(.271, lambda life: life.female and life.age() >= 65, lambda life: "osteoporosis" in life.traits)  # NCHS Data Brief 405
        self.expect(.131, lambda life: life.female and 50 <= life.age() < 65, lambda life: "osteoporosis" in life.traits)

    def test_diabetes_is_as_common_as_the_cdc_says(self):
        self.expect(.097, lambda life: life.age() >= 18, lambda life: "diabetes" in life.traits)  # NHANES 2013-2016, diagnosed

    def test_acid_blockers_are_taken_by_nearly_a_quarter(self):
        self.expect(.235, lambda life: life.age() >= 18, lambda life: "on acid blocker" in life.traits)  # Shanika 2023

    def test_active_back_pain_is_between_the_published_figures(self):
        """More than has it at one time for the world's ages (7.5 %, GBD 2017), less than had any in three months (39.0 %, NHIS 2019)."""
        adults = [life for life in self.lives if life.age() >= 18]
        share = sum("back pain" in life.traits for life in adults) / len(adults)
        self.assertTrue(.075 < share < .39, share)

    def test_vitamin_d_is_spread_as_in_nhanes(self):
        """Below 30 nmol/L 5.0 %, below 50 23.3 % (Herrick 2019), over a year, in people without treatment; the swing of the year widens it a little."""
        amounts = self.amounts("vitaminD", lambda life: not life.traits & {"on vitamin D", "on high dose of vitamin D", "vitamin D deficiency", "osteomalacia"})
        self.assertTrue(.03 < self.below(amounts, 30) < .11, self.below(amounts, 30))
        self.assertTrue(.19 < self.below(amounts, 50) < .34, self.below(amounts, 50))

    def test_vitamin_b12_is_spread_as_in_nhanes(self):
        """Below 126 pmol/L 1 %, below 288 34 % (NHANES 1999-2004)."""
        amounts = self.amounts("b12", lambda life: 18 <= life.age() < 51 and not life.traits & {"B12 deficiency", "pernicious anaemia"})
        self.assertTrue(.002 < self.below(amounts, 126) < .03, self.below(amounts, 126))
        self.assertTrue(.27 < self.below(amounts, 288) < .39, self.below(amounts, 288))

    def amounts(self, name, of):
        people = [life for life in self.lives if of(life) and life.age() >= 18]
        return [Blood(life, Draws(7, life.number, "blood")).amount(name, life.until - life.number % 365) for life in people]

    @staticmethod
    def below(amounts, limit):
        return sum(amount < limit for amount in amounts) / len(amounts)

    def test_every_figure_names_a_source_that_is_listed_or_is_ours(self):
        shares = [figures.BACK_PAIN, figures.ACUTE_BACK_PAIN, figures.RESOLVED_BACK_PAIN, figures.VISITS, *figures.CONDITIONS.values(), *figures.DRUGS.values()]
        for name in [share.source for share in shares] + [source for _, _, source in figures.DISTRIBUTIONS]:
            self.assertIn(name, {*figures.SOURCES, figures.OURS})


if __name__ == "__main__":
    unittest.main()
