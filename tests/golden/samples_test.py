#!/usr/bin/env python3
"""The sample patients are what their program writes, and each gets the cards of its story, by command and over HTTPS.

The environment variable BACKPAIN_CDS names the program; without it only what needs none is tested.
"""

import filecmp
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import product

SAMPLES = product.ROOT / "deploy" / "samples"
AT = "2026-03-02T09:00:00-05:00"
STORIES = json.loads((SAMPLES / "stories.json").read_text(encoding="utf-8"))
PROGRAM = os.environ.get("BACKPAIN_CDS")


class Files(unittest.TestCase):
    def test_are_what_make_py_writes(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-B", SAMPLES / "make.py", folder], check=True)
            written = sorted(path.name for path in Path(folder).iterdir())
            committed = sorted(path.name for path in SAMPLES.iterdir() if path.suffix in {".json", ".md"})
            self.assertEqual(written, committed)
            _, differ, missing = filecmp.cmpfiles(folder, SAMPLES, written, shallow=False)
            self.assertEqual((differ, missing), ([], []), "run deploy/samples/make.py")

    def test_hold_one_patient_and_30_to_300_resources_each(self):
        for story in STORIES:
            with self.subTest(story["name"]):
                bundle = json.loads((SAMPLES / story["file"]).read_text(encoding="utf-8"))
                types = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
                self.assertEqual(types.count("Patient"), 1)
                self.assertTrue(30 <= len(types) <= 300, len(types))

    def test_can_all_be_put_on_one_fhir_server(self):
        """FHIR R4, 2.24 (ids) and 3.2.0.11 (transactions): only what is the same for everybody has the same id."""
        known = {}
        for story in STORIES:
            bundle = json.loads((SAMPLES / story["file"]).read_text(encoding="utf-8"))
            self.assertEqual(bundle["type"], "transaction")
            self.assertIn(f"Patient/{story['id']}", [entry["request"]["url"] for entry in bundle["entry"]])
            for entry in bundle["entry"]:
                resource = entry["resource"]
                place = f"{resource['resourceType']}/{resource['id']}"
                self.assertRegex(resource["id"], r"^[A-Za-z0-9.-]{1,64}$")
                self.assertEqual(entry["request"], {"method": "PUT", "url": place})
                self.assertTrue(entry["fullUrl"].endswith(f"/{place}"))
                self.assertEqual(known.setdefault(place, resource), resource, f"{place} is two things")

    def test_refer_only_to_what_is_there(self):
        def references(value):
            if isinstance(value, dict):
                yield from ([value["reference"]] if "reference" in value else [])
                value = list(value.values())
            if isinstance(value, list):
                for each in value:
                    yield from references(each)

        for story in STORIES:
            with self.subTest(story["name"]):
                entries = json.loads((SAMPLES / story["file"]).read_text(encoding="utf-8"))["entry"]
                there = {f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in entries}
                self.assertEqual(len(there), len(entries), "an id is used twice")
                self.assertLessEqual(set(references(entries)), there)


@unittest.skipIf(PROGRAM is None, "skipped: BACKPAIN_CDS names no program")
class Stories(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.answers = {story["name"]: product.evaluate(PROGRAM, SAMPLES / story["file"], AT) for story in STORIES}

    def test_get_their_cards_from_the_command(self):
        for story in STORIES:
            with self.subTest(story["name"]):
                answer = self.answers[story["name"]]
                self.assertEqual(answer.returncode, 0, answer.stderr)
                rules = [product.rule_of(card) for card in json.loads(answer.stdout)["cards"]]
                self.assertEqual(rules, story["cards"])

    def test_get_the_same_answer_over_https(self):
        with product.Service(PROGRAM, AT) as service:
            for story in STORIES:
                with self.subTest(story["name"]):
                    body = product.evaluate(PROGRAM, SAMPLES / story["file"], AT, "--print-request").stdout
                    status, answer = service.call(body)
                    self.assertEqual(status, 200, answer)
                    self.assertEqual(product.without_uuids(answer), product.without_uuids(self.answers[story["name"]].stdout))


if __name__ == "__main__":
    unittest.main()
