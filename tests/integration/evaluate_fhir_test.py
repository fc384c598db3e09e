#!/usr/bin/env python3
"""`backpain-cds evaluate --fhir`: the cards are those of `evaluate --patient` on the same record, whatever the server ignores; and what
the command says, and with which status it ends, if the server is bad.

    evaluate_fhir_test.py PROGRAM [test...]
"""

import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from loopback_fhir import FhirServer, outcome

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "golden"), str(ROOT / "tests")]
import product  # noqa: E402
from self_signed import write_self_signed  # noqa: E402

PROGRAM = None
SAMPLES = ROOT / "deploy" / "samples"
AT = "2026-03-02T09:00:00-05:00"
PATIENT = "ada-quill"
FINE, USAGE, BAD_INPUT, ENVIRONMENT = 0, 2, 3, 4


def record_of(name):
    """The resources of a sample patient."""
    bundle = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return [entry["resource"] for entry in bundle["entry"]]


def evaluate_fhir(url, *options, patient=PATIENT, service=product.PATIENT_VIEW, at=AT, **environment):
    command = [PROGRAM, "evaluate", "--pack", product.PACK, "--service", service, "--at", at, "--fhir", url, "--patient-id", patient]
    return subprocess.run([*command, *options], capture_output=True, text=True, encoding="utf-8", timeout=product.PATIENCE_SECONDS,
                          env={**os.environ, **environment})


def evaluate_record(resources, *options, service=product.PATIENT_VIEW, at=AT):
    """The answer to the same record in a file."""
    entries = [{"resource": each} for each in resources]
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump({"resourceType": "Bundle", "type": "collection", "entry": entries}, file)
        file.flush()
        return product.evaluate(PROGRAM, file.name, at, *options, service=service)


def rules_of(answer):
    return [product.rule_of(card) for card in json.loads(answer.stdout)["cards"]]


class Cards(unittest.TestCase):
    def test_are_those_of_the_same_record_in_a_file(self):
        """From a server that ignores code, status, _sort and _count, and gives pages of seven."""
        for story in json.loads((SAMPLES / "stories.json").read_text(encoding="utf-8")):
            with self.subTest(story["name"]):
                record = record_of(Path(story["file"]).stem)
                with FhirServer(record, page=7) as server:
                    answer = evaluate_fhir(server.url, patient=story["id"])
                self.assertEqual(answer.returncode, FINE, answer.stderr)
                self.assertEqual(rules_of(answer), story["cards"])
                same = evaluate_record(record)
                self.assertEqual(product.without_uuids(answer.stdout), product.without_uuids(same.stdout))
                self.assertEqual(answer.stderr, "")

    def test_are_those_of_all_pages_wherever_their_links_start(self):
        """RFC 3986, section 5.1.3: a relative link starts from the address that its page came from."""
        record = record_of("beatrix-holloway")
        same = evaluate_record(record)
        for link in ("{kind}?{query}", "./{kind}?{query}", "?{query}", "/fhir/{kind}?{query}", "../fhir/{kind}?{query}"):
            with self.subTest(link), FhirServer(record, page=2, next_link=link) as server:
                answer = evaluate_fhir(server.url, patient="beatrix-holloway")
                self.assertEqual((answer.returncode, answer.stderr), (FINE, ""))
                self.assertEqual(product.without_uuids(answer.stdout), product.without_uuids(same.stdout))

    def test_are_explained_and_printed_like_those_of_a_file(self):
        record = record_of("ada-quill")
        with FhirServer(record) as server:
            for options in (["--explain"], ["--explain", "--format", "text"], ["--format", "text"]):
                with self.subTest(options):
                    self.assertEqual(evaluate_fhir(server.url, *options).stdout, evaluate_record(record, *options).stdout)

    def test_are_those_of_https_for_the_request_that_is_printed(self):
        with FhirServer(record_of("beatrix-holloway")) as server:
            request = evaluate_fhir(server.url, "--print-request", patient="beatrix-holloway")
            answer = evaluate_fhir(server.url, patient="beatrix-holloway")
        with product.Service(PROGRAM, AT) as service:
            status, over_https = service.call(request.stdout)
        self.assertEqual(status, 200)
        self.assertEqual(product.without_uuids(over_https), product.without_uuids(answer.stdout))

    def test_come_for_orders_too(self):
        record = record_of("hugo-castellane")
        coding = {"system": "http://loinc.org", "code": "1649-3"}  # 1,25-dihydroxyvitamin D
        order = {"resourceType": "ServiceRequest", "id": "o1", "status": "draft", "intent": "order", "code": {"coding": [coding]},
                 "subject": {"reference": "Patient/hugo-castellane"}}
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file, FhirServer(record) as server:
            json.dump(order, file)
            file.flush()
            for service in ("back-pain-labs-order-select", "back-pain-labs-order-sign"):
                with self.subTest(service):
                    answer = evaluate_fhir(server.url, "--orders", file.name, patient="hugo-castellane", service=service)
                    self.assertEqual(answer.returncode, FINE, answer.stderr)
                    self.assertIn("wrong-vitamin-d-test", rules_of(answer))
                    same = evaluate_record(record, "--orders", file.name, service=service)
                    self.assertEqual(product.without_uuids(answer.stdout), product.without_uuids(same.stdout))
            without = evaluate_fhir(server.url, patient="hugo-castellane", service="back-pain-labs-order-select")
        self.assertEqual(without.returncode, BAD_INPUT)
        self.assertIn("--orders FILE", without.stderr)

    def test_name_the_newest_encounter(self):
        record = record_of("ada-quill")
        newest = max((each for each in record if each["resourceType"] == "Encounter"), key=lambda each: each["period"]["start"])
        with FhirServer(record, page=1) as server:
            for service in (product.PATIENT_VIEW, "back-pain-labs-encounter-start"):
                with self.subTest(service):
                    request = json.loads(evaluate_fhir(server.url, "--print-request", service=service).stdout)
                    self.assertEqual(request["context"]["encounterId"], newest["id"])
                    self.assertNotIn("encounter", request["prefetch"])

    def test_come_without_encounters_too(self):
        record, service = record_of("ada-quill"), "back-pain-labs-encounter-start"
        with FhirServer(record, spoil={"Encounter": lambda handler: handler.send(403, outcome("forbidden"))}) as server:
            answer = evaluate_fhir(server.url, service=service)
        self.assertEqual(rules_of(answer), ["vitamin-d-suggest"])
        self.assertIn("encounter (Encounter) cannot be had", answer.stderr)

    def test_come_for_an_encounter_that_nothing_is_known_of(self):
        record, service = record_of("ada-quill"), "back-pain-labs-encounter-start"
        record = [each for each in record if each["resourceType"] != "Encounter"]
        with FhirServer(record) as server:
            answer = evaluate_fhir(server.url, service=service)
        same = evaluate_record(record, service=service)
        self.assertEqual(rules_of(answer), ["vitamin-d-suggest"])
        self.assertEqual(product.without_uuids(answer.stdout), product.without_uuids(same.stdout))

    def test_know_the_medication_that_a_prescription_only_points_at(self):
        record = record_of("beatrix-holloway")
        same = evaluate_record(record)
        medications = []
        for resource in record:
            if "medicationCodeableConcept" in resource:
                name = f"m{len(medications)}"
                concept = resource.pop("medicationCodeableConcept")
                resource["medicationReference"] = {"reference": f"Medication/{name}"}
                medications.append({"resourceType": "Medication", "id": name, "code": concept})
        with FhirServer(record + medications) as server:
            answer = evaluate_fhir(server.url, patient="beatrix-holloway")
        self.assertGreater(len(medications), 0)
        self.assertEqual(product.without_uuids(answer.stdout), product.without_uuids(same.stdout))


class BadServers(unittest.TestCase):
    def refused(self, answer, status, *words):
        self.assertEqual(answer.returncode, status, answer.stderr)
        for word in words:
            self.assertIn(word, answer.stderr)
        for private in ("Kanarienvogel", PATIENT):
            self.assertNotIn(private, answer.stderr)

    def spoiled(self, beginning, answer, *options, record="ada-quill", **environment):
        """The command against a server that answers one kind of request its own way."""
        with FhirServer(record_of(record), spoil={beginning: answer}) as self.server:
            return evaluate_fhir(self.server.url, *options, **environment)

    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        answer = evaluate_fhir(f"http://127.0.0.1:{port}/fhir")
        self.refused(answer, ENVIRONMENT, "nothing answers at its address", f"127.0.0.1:{port}")
        self.assertEqual(answer.stdout, "")

    def test_the_name_has_no_address(self):
        self.refused(evaluate_fhir("https://fhir.invalid/r4"), ENVIRONMENT, "its name has no address")

    def test_the_certificate_is_not_trusted(self):
        with tempfile.TemporaryDirectory() as folder:
            key, certificate = Path(folder) / "key.pem", Path(folder) / "certificate.pem"
            write_self_signed(certificate, key)
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate, key)
            with FhirServer(record_of("ada-quill"), tls=tls) as server:
                self.refused(evaluate_fhir(server.url), ENVIRONMENT, "certificate is not trusted", "SSL_CERT_FILE")
                trusted = evaluate_fhir(server.url, SSL_CERT_FILE=str(certificate))
                self.assertEqual((trusted.returncode, rules_of(trusted)), (FINE, ["vitamin-d-suggest"]), trusted.stderr)

    def test_access_is_refused(self):
        def without_the_token(handler):
            if handler.headers.get("Authorization") != "Bearer s3cret":
                return handler.send(401, outcome("login"))
            return handler.send(*self.server.answer(handler.path.removeprefix("/fhir/")))

        self.refused(self.spoiled("", without_the_token), ENVIRONMENT, "401 or 403", "--token-env NAME")
        wrong = self.spoiled("", without_the_token, "--token-env", "SANDBOX_TOKEN", SANDBOX_TOKEN="guessed")
        self.refused(wrong, ENVIRONMENT, "is the token still good")
        right = self.spoiled("", without_the_token, "--token-env", "SANDBOX_TOKEN", SANDBOX_TOKEN="s3cret")
        self.assertEqual((right.returncode, rules_of(right)), (FINE, ["vitamin-d-suggest"]), right.stderr)
        self.assertIn("warning: over http the token can be read on its way", right.stderr)
        for answer in (wrong, right):
            self.assertNotRegex(answer.stdout + answer.stderr, "s3cret|guessed")

    def test_the_token_is_not_there_or_is_no_token(self):
        with FhirServer([]) as server:
            unset = evaluate_fhir(server.url, "--token-env", "SANDBOX_TOKEN")
            broken = evaluate_fhir(server.url, "--token-env", "SANDBOX_TOKEN", SANDBOX_TOKEN="s3cret\nX: y")
            self.assertEqual(server.requests, [])
        self.refused(unset, BAD_INPUT, "--token-env names is not set")
        self.refused(broken, BAD_INPUT, "characters that no HTTP header may hold")
        self.assertNotIn("s3cret", broken.stderr)

    def test_there_is_no_such_patient(self):
        with FhirServer(record_of("ada-quill")) as server:
            self.refused(evaluate_fhir(server.url, patient="nobody"), BAD_INPUT, "no patient of this id", "--patient-id")

    def test_it_is_no_fhir_server(self):
        def page(handler):
            handler.send_text(200, "<html>Kanarienvogel</html>")

        self.refused(self.spoiled("", page), BAD_INPUT, "not JSON", "base of a FHIR API")

    def test_it_leads_elsewhere(self):
        def redirect(handler):
            handler.send_text(301, "")

        self.refused(self.spoiled("", redirect), BAD_INPUT, "a redirect, perhaps")

    def test_the_patient_is_something_else(self):
        def observation(handler):
            handler.send(200, {"resourceType": "Observation", "id": PATIENT})

        self.refused(self.spoiled("Patient/", observation), BAD_INPUT, "not what was asked for")

    def test_the_problems_cannot_be_had(self):
        faults = [(500, ENVIRONMENT, "it failed"), (403, ENVIRONMENT, "refuses access"), (200, BAD_INPUT, "an OperationOutcome instead")]
        for status, code, words in faults:
            with self.subTest(status):
                answer = self.spoiled("Condition", lambda handler: handler.send(status, outcome("exception")))
                self.refused(answer, code, "conditions (Condition)", words)
                self.assertEqual(answer.stdout, "")

    def test_results_cannot_be_had_and_the_card_says_so(self):
        """As over HTTPS when an EHR sends an OperationOutcome instead of them."""
        answer = self.spoiled("Observation", lambda handler: handler.send(500, outcome("exception")))
        self.assertEqual(answer.returncode, FINE)
        self.assertIn("warning: vitaminD (Observation) cannot be had", answer.stderr)
        self.assertIn("data-unavailable", rules_of(answer))

    def test_the_next_page_is_on_another_server(self):
        with FhirServer([]) as elsewhere:
            def lure(handler):
                link = {"relation": "next", "url": f"{elsewhere.url}/Condition?page=2"}
                handler.send(200, {"resourceType": "Bundle", "type": "searchset", "link": [link], "entry": []})

            answer = self.spoiled("Condition", lure, "--token-env", "SANDBOX_TOKEN", SANDBOX_TOKEN="s3cret")
            self.assertEqual(elsewhere.requests, [])
        self.refused(answer, BAD_INPUT, "the next page lies on another server")

    def test_the_next_page_is_outside_of_the_fhir_api(self):
        def lure(handler):
            link = {"relation": "next", "url": "/admin/Condition?page=2"}
            handler.send(200, {"resourceType": "Bundle", "type": "searchset", "link": [link], "entry": []})

        self.refused(self.spoiled("Condition", lure), BAD_INPUT, "outside of the base")
        self.assertEqual([path for path, _ in self.server.requests if "admin" in path], [])

    def test_the_pages_lead_round_in_a_circle(self):
        def circle(handler):
            link = {"relation": "next", "url": handler.path}
            handler.send(200, {"resourceType": "Bundle", "type": "searchset", "link": [link], "entry": []})

        self.refused(self.spoiled("Condition", circle), BAD_INPUT, "round in a circle")

    def test_there_are_more_problems_than_it_gives(self):
        def part(handler):
            handler.send(200, {"resourceType": "Bundle", "type": "searchset", "total": 30, "entry": []})

        answer = self.spoiled("Condition", part)
        self.refused(answer, BAD_INPUT, "gave a part only")
        self.assertEqual(json.loads(answer.stdout)["resourceType"], "OperationOutcome")

    def test_it_gives_everybodys_problems(self):
        def everybody(handler):
            stranger = {"resourceType": "Condition", "id": "x", "subject": {"reference": "Patient/other"}}
            handler.send(200, {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": stranger}]})

        answer = self.spoiled("Condition", everybody)
        self.refused(answer, BAD_INPUT, "data of another patient", "search parameter `patient`")
        self.assertEqual(json.loads(answer.stdout)["issue"][0]["code"], "security")


class Usage(unittest.TestCase):
    def test_that_makes_no_sense_is_refused(self):
        wrong = {
            "a file as well": ["--fhir", "http://127.0.0.1/fhir", "--patient-id", "p", "--patient", "x.json"],
            "no patient": ["--fhir", "http://127.0.0.1/fhir"],
            "no server": ["--patient-id", "p"],
            "an id that is none": ["--fhir", "http://127.0.0.1/fhir", "--patient-id", "p/../q"],
            "a server with a user": ["--fhir", "http://me:secret@127.0.0.1/fhir", "--patient-id", "p"],
            "a server that is no address": ["--fhir", "127.0.0.1/fhir", "--patient-id", "p"],
            "a token for a file": ["--patient", "x.json", "--token-env", "HOME"],
        }
        for name, options in wrong.items():
            with self.subTest(name):
                command = [PROGRAM, "evaluate", "--pack", product.PACK, "--service", product.PATIENT_VIEW, *options]
                answer = subprocess.run(command, capture_output=True, text=True, timeout=product.PATIENCE_SECONDS)
                self.assertEqual(answer.returncode, USAGE, answer.stderr)
                self.assertIn("error: ", answer.stderr)
                self.assertNotIn("secret", answer.stderr)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    unittest.main()
