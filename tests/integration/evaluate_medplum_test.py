#!/usr/bin/env python3
"""`backpain-cds evaluate --fhir` against a FHIR server that other people wrote, with many patients in it: each gets the cards that the
same record gets from a file. The server (Medplum's, in memory) compares dates as text and sorts by what it can.

    evaluate_medplum_test.py PROGRAM

The environment variable NPM_FOLDER names a folder for the server's packages, BACKPAIN_CDS_TEST_DATA the public test data (without it:
the sample patients alone). Exit status 77: skipped, the server cannot be run here.
"""

import json
import os
import re
import sys
import unittest
from dataclasses import dataclass
from pathlib import Path

import evaluate_fhir_test as by_command
from loopback_fhir import MedplumServer, Unavailable

import product
import real_records_test

# Records of many sorts, with the instant at which each is looked at. `with_back_pain` is what lets most rules speak.
PUBLIC = {
    "synthea": ("2022-04-21T09:00:00+10:00", ["Judi176", "Tuyet839"]),
    "ahrq-pain": ("2023-10-02T09:00:00-05:00", [""]),
    "hl7-r4-examples": ("2019-01-01T09:00:00Z", ["pat2"]),
}


# The server looks at every resource of a type for each page: it gets no more than what is asked for.
ASKED_FOR = {"Patient", "Condition", "Observation", "MedicationRequest", "MedicationStatement", "MedicationAdministration", "Medication", "Procedure", "ServiceRequest"}


@dataclass
class Loaded:
    """A patient in the server."""

    name: str
    at: str
    identity: str
    resources: list


def as_javascript_has_them(value):
    """JSON with numbers as a JavaScript server hands them on: 24.0 becomes 24."""
    return json.loads(json.dumps(value), parse_float=lambda text: int(float(text)) if float(text).is_integer() else float(text))


def with_ids_of_its_own(bundle, number):
    """The resources of a Bundle with ids that no other patient's have, and references by them."""
    names, resources = {}, []
    for position, entry in enumerate(bundle["entry"]):
        resource = entry["resource"]
        identity = f"{number}-{resource.get('id', position)}"[:64]
        for name in (entry.get("fullUrl"), f"{resource['resourceType']}/{resource.get('id')}"):
            names[name] = f"{resource['resourceType']}/{identity}"
        if resource["resourceType"] in ASKED_FOR:
            resources.append({**resource, "id": identity})
    text = re.sub(r'("reference": ?")([^"]+)"', lambda match: f'{match[1]}{names.get(match[2], match[2])}"', json.dumps(resources))
    return as_javascript_has_them(json.loads(text))


def everybody():
    """The patients to load: (name, instant, Bundle)."""
    for story in json.loads((by_command.SAMPLES / "stories.json").read_text(encoding="utf-8")):
        yield story["name"], by_command.AT, json.loads((by_command.SAMPLES / story["file"]).read_text(encoding="utf-8"))
    for folder, (at, wanted) in PUBLIC.items():
        for patient in real_records_test.patients(real_records_test.DATA / folder):
            if any(patient.name.startswith(name) for name in wanted):
                yield f"{folder}/{patient.name}", at, json.loads(real_records_test.with_back_pain(patient).bundle)


def load_everybody():
    loaded = []
    for number, (name, at, bundle) in enumerate(everybody()):
        resources = with_ids_of_its_own(bundle, number)
        identity = next(each["id"] for each in resources if each["resourceType"] == "Patient")
        loaded.append(Loaded(name, at, identity, resources))
    return loaded


class Medplum(unittest.TestCase):
    def test_gives_everybody_the_cards_of_the_file(self):
        patients = load_everybody()
        spoken = 0
        with MedplumServer([each for one in patients for each in one.resources], os.environ["NPM_FOLDER"]) as server:
            for patient in patients:
                with self.subTest(patient.name):
                    answer = by_command.evaluate_fhir(server.url, patient=patient.identity, at=patient.at)
                    same = by_command.evaluate_record(patient.resources, at=patient.at)
                    self.assertEqual(answer.returncode, 0, answer.stderr)
                    self.assertEqual(product.without_uuids(answer.stdout), product.without_uuids(same.stdout))
                    spoken += len(by_command.rules_of(answer))
            nobody = by_command.evaluate_fhir(server.url, patient="nobody")
            self.assertEqual(nobody.returncode, by_command.BAD_INPUT)
            self.assertIn("no patient of this id", nobody.stderr)
        print(f"{len(patients)} patients, {spoken} cards", file=sys.stderr)
        self.assertGreaterEqual(spoken, 9, "the cards of the samples alone")


if __name__ == "__main__":
    by_command.PROGRAM = Path(sys.argv.pop(1)).resolve()
    try:
        MedplumServer([], os.environ["NPM_FOLDER"])
    except Unavailable as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    if not real_records_test.DATA.is_dir():
        print("There is no public test data (BACKPAIN_CDS_TEST_DATA): the sample patients alone.", file=sys.stderr)
    unittest.main()
