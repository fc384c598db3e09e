#!/usr/bin/env python3
"""deploy/sample_server.py answers as FHIR R4 says: what it finds is held against the Bundles that it was given."""

import http.client
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy"))

from sample_server import SampleServer  # noqa: E402  (it is found only now)

PATIENCE_SECONDS = 30


def observation(identity, **members):
    return {"resourceType": "Observation", "id": identity, "status": "final", "subject": {"reference": "Patient/p"}} | members


def coded(system, code):
    return {"coding": [{"system": system, "code": code}]}


LOINC, LOCAL = "http://loinc.org", "urn:local"
RESOURCES = [
    {"resourceType": "Patient", "id": "p"},
    {"resourceType": "Patient", "id": "q"},
    observation("undated", code=coded(LOINC, "1989-3")),
    observation("march", code=coded(LOINC, "1989-3"), effectiveDateTime="2026-03"),
    observation("evening", code=coded(LOINC, "1989-3"), effectiveDateTime="2026-03-14T23:30:00-05:00"),
    observation("fifteenth", code=coded(LOCAL, "1989-3"), effectiveDateTime="2026-03-15", status="preliminary"),
    observation("other", code=coded(LOINC, "2132-9"), effectiveDateTime="2025-01-01", subject={"reference": "Patient/q"}),
    {"resourceType": "Medication", "id": "m"},
    {"resourceType": "MedicationRequest", "id": "r", "subject": {"reference": "Patient/p"}, "medicationReference": {"reference": "Medication/m"}},
]


class Server(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        entries = [{"resource": each, "request": {"method": "PUT", "url": f"{each['resourceType']}/{each['id']}"}} for each in RESOURCES]
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"resourceType": "Bundle", "type": "transaction", "entry": entries}, file)
            file.flush()
            cls.server = cls.enterClassContext(SampleServer([file.name]))

    def ask(self, path, method="GET", body=None, **headers):
        """The status, the headers and the resource that answers."""
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, f"/fhir/{path}", body, {name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            text = response.read().decode()
            return response.status, response.headers, json.loads(text) if text else None
        finally:
            connection.close()

    def found(self, kind, **parameters):
        """The ids that a search finds, by GET and by POST, which must agree."""
        query = urlencode({name.replace("__", "-"): value for name, value in parameters.items()}, quote_via=quote)
        by_get = self.ask(f"{kind}?{query}")[2]
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        by_post = self.ask(f"{kind}/_search", "POST", query, **form)[2]
        self.assertEqual(by_get, by_post)
        self.assertEqual((by_get["resourceType"], by_get["type"]), ("Bundle", "searchset"), by_get)
        return [entry["resource"]["id"] for entry in by_get.get("entry", [])]

    def test_reads_a_resource_by_its_id(self):
        self.assertEqual(self.ask("Patient/p")[2], RESOURCES[0])
        status, _, answer = self.ask("Patient/nobody")
        self.assertEqual((status, answer["resourceType"]), (404, "OperationOutcome"))

    def test_finds_by_patient_in_every_form_of_the_reference(self):
        everything = ["undated", "march", "evening", "fifteenth"]
        for name, value in (("patient", "p"), ("patient", "Patient/p"), ("subject", "Patient/p"), ("patient", f"{self.server.url}/Patient/p")):
            with self.subTest(name=name, value=value):
                self.assertEqual(self.found("Observation", **{name: value}), everything)
        self.assertEqual(self.found("Observation", patient="nobody"), [])
        self.assertEqual(self.found("Patient"), ["p", "q"])

    def test_finds_by_code_with_and_without_its_system(self):
        for value, ids in (
            ("http://loinc.org|1989-3", ["undated", "march", "evening"]),
            ("1989-3", ["undated", "march", "evening", "fifteenth"]),
            ("http://loinc.org|2132-9,urn:local|1989-3", ["fifteenth", "other"]),
            ("http://loinc.org|", ["undated", "march", "evening", "other"]),
        ):
            with self.subTest(value):
                self.assertEqual(self.found("Observation", code=value), ids)

    def test_joins_parameters_by_and_and_commas_by_or(self):
        self.assertEqual(self.found("Observation", patient="p", status="preliminary,amended"), ["fifteenth"])
        self.assertEqual(self.found("Observation", patient="q", status="preliminary"), [])

    def test_compares_dates_as_spans(self):
        for value, ids in (
            ("2026-03", ["march", "evening", "fifteenth"]),
            ("2026-03-15", ["evening", "fifteenth"]),
            ("ge2026-03-15", ["march", "evening", "fifteenth"]),
            ("gt2026-03-15", ["march"]),
            ("lt2026-03-15", ["march", "other"]),
        ):
            with self.subTest(value):
                self.assertEqual(self.found("Observation", date=value), ids)

    def test_sorts_by_instants_and_puts_the_undated_last(self):
        self.assertEqual(self.found("Observation", patient="p", _sort="-date"), ["evening", "fifteenth", "march", "undated"])
        self.assertEqual(self.found("Observation", patient="p", _sort="date"), ["march", "fifteenth", "evening", "undated"])

    def test_pages_by_count_with_a_link_to_the_next(self):
        first = self.ask("Observation?patient=p&_count=3")[2]
        self.assertEqual((first["total"], len(first["entry"])), (4, 3))
        following = next(link["url"] for link in first["link"] if link["relation"] == "next")
        second = self.ask(following.removeprefix(f"{self.server.url}/"))[2]
        self.assertEqual([entry["resource"]["id"] for entry in second["entry"]], ["fifteenth"])
        self.assertNotIn("next", [link["relation"] for link in second["link"]])

    def test_includes_what_a_prescription_points_at(self):
        answer = self.ask("MedicationRequest?patient=p&_include=MedicationRequest:medication")[2]
        modes = [(entry["resource"]["id"], entry["search"]["mode"]) for entry in answer["entry"]]
        self.assertEqual((modes, answer["total"]), ([("r", "match"), ("m", "include")], 1))

    def test_refuses_what_it_cannot_search_or_sort_by(self):
        for query in ("value-quantity=1", "_sort=-value", "_count=many", "date=xx2026"):
            with self.subTest(query):
                status, _, answer = self.ask(f"Observation?{query}")
                self.assertEqual((status, answer["resourceType"]), (400, "OperationOutcome"))

    def test_is_read_only(self):
        self.assertEqual(self.ask("Patient", "POST", "{}")[0], 405)
        self.assertEqual(self.ask("Patient/_search", "POST", "x" * 70000)[0], 413)

    def test_lets_any_page_ask(self):
        status, headers, _ = self.ask("metadata", Origin="https://sandbox.cds-hooks.org")
        self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (200, "*"))
        status, headers, _ = self.ask("Observation/_search", "OPTIONS", Access_Control_Request_Private_Network="true")
        self.assertEqual((status, headers["Access-Control-Allow-Private-Network"]), (204, "true"))
        self.assertIn("POST", headers["Access-Control-Allow-Methods"])

    def test_says_what_it_is(self):
        answer = self.ask("metadata")[2]
        self.assertEqual((answer["resourceType"], answer["fhirVersion"]), ("CapabilityStatement", "4.0.1"))
        self.assertIn("Observation", [each["type"] for each in answer["rest"][0]["resource"]])


class Command(unittest.TestCase):
    def test_says_where_it_listens_and_ends_when_told(self):
        process = subprocess.Popen([ROOT / "deploy" / "sample_server.py"], stdout=subprocess.PIPE, text=True)
        try:
            self.assertRegex(process.stdout.readline(), r"^listening on http://localhost:\d+/fhir\n$")
        finally:
            process.terminate()
            self.assertEqual(process.wait(PATIENCE_SECONDS), 0)
            process.stdout.close()


if __name__ == "__main__":
    unittest.main()
