#!/usr/bin/env python3
"""What the built product fetches from the FHIR server of a call, and what it leaves alone (CDS Hooks, "FHIR Resource Access").

The environment variable BACKPAIN_CDS names the program.
"""

import json
import time
import unittest

from served import BACK_PAIN, OSTEOPOROSIS, PATIENT, Served, bundle, call, places_of, prefetch, rules_of
from shows import main, shows
from signed import FhirServer

SUGGESTION, GAP = ["vitamin-d-suggest"], ["data-unavailable"]
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
TOKEN = {"access_token": "secret", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.rs", "subject": "backpain-cds"}


def record(address):
    """The whole record of the patient of the other tests: back pain and osteoporosis, and nothing else."""
    kind = address.split("?")[0].split("/")[0]
    if kind == "Patient":
        return PATIENT
    return bundle(BACK_PAIN, OSTEOPOROSIS) if kind == "Condition" else bundle()


class Fetched(unittest.TestCase):
    def setUp(self):
        self.answers = record
        self.fhir = self.enterContext(FhirServer(lambda address: self.answers(address)))
        self.service = self.enterContext(Served(anonymous={"fhirServers": [self.fhir.address]}, fhir={"timeoutMs": 1500, "maxPages": 3},
                                                limits={"deadlineMs": 2000}))

    def post(self, sent=None, token=None, **members):
        body = call(fhirServer=self.fhir.address, fhirAuthorization=TOKEN | (token or {}), prefetch=sent if sent is not None else {})
        return self.service.post(body | members)

    def rules(self, *arguments, **members):
        answer = self.post(*arguments, **members)
        self.assertEqual(answer.status, 200, answer.body)
        return rules_of(json.loads(answer.body)["cards"])

    @shows("R-051", "R-052", "R-054", "R-065", "R-066", "R-144")
    def test_is_everything_that_the_prefetch_lacks_under_the_callers_token(self):
        self.assertEqual(self.rules(), SUGGESTION)
        self.assertEqual(set(self.fhir.asked()), {"Patient/p1", "Condition", "Observation", "MedicationRequest", "MedicationStatement",
                                                  "MedicationAdministration", "Procedure", "ServiceRequest"})
        self.assertEqual({token for _, token in self.fhir.requests}, {"Bearer secret"})

    @shows("R-051", "R-052", "R-055", "R-162")
    def test_is_nothing_that_was_sent(self):
        self.assertEqual(self.rules(prefetch()), SUGGESTION)
        self.assertEqual(self.fhir.requests, [], "null is an answer too")
        self.assertEqual(self.rules(prefetch(conditions=...)), SUGGESTION)
        self.assertEqual(self.fhir.asked(), ["Condition"])

    @shows("R-056")
    def test_is_nothing_that_the_client_says_has_failed(self):
        self.assertEqual(self.rules(prefetch(vitaminD=OUTCOME)), GAP)
        self.assertEqual(self.fhir.requests, [])

    @shows("R-057")
    def test_are_the_further_pages_of_what_was_sent(self):
        link = [{"relation": "next", "url": f"{self.fhir.address}/Condition?page=2"}]
        self.answers = lambda address: bundle(OSTEOPOROSIS)
        self.assertEqual(self.rules(prefetch(conditions=bundle(BACK_PAIN, link=link))), SUGGESTION)
        self.assertEqual([address for address, _ in self.fhir.requests], ["Condition?page=2"])

    @shows("R-057", "R-060")
    def test_are_no_further_pages_of_a_query_that_was_not_ours(self):
        link = [{"relation": "self", "url": f"{self.fhir.address}/Condition?patient=%7B%7Bcontext.patientId%7D%7D"},
                {"relation": "next", "url": f"{self.fhir.address}/Condition?page=2"}]
        self.assertEqual(self.rules(prefetch(conditions=bundle(link=link))), SUGGESTION)
        self.assertEqual([address for address, _ in self.fhir.requests], ["Condition?patient=p1&_count=200"])

    @shows("R-057", "R-072")
    def test_are_no_pages_of_another_server(self):
        with FhirServer(record) as elsewhere:
            link = [{"relation": "next", "url": f"{elsewhere.address}/Observation?page=2"}]
            self.assertEqual(self.rules(prefetch(vitaminD=bundle(link=link))), GAP)
            self.assertEqual(elsewhere.requests, [])

    @shows("R-053", "R-073")
    def test_that_fails_is_412_if_it_is_required_and_said_if_not(self):
        for failure in (401, 403, 404, 410, 500, 503, OUTCOME, PATIENT, {"x": 1}):
            with self.subTest(str(failure)[:40]):
                self.answers = lambda address, failure=failure: failure if address.startswith("Condition") else record(address)
                answer = self.post()
                self.assertEqual((answer.status, places_of(answer)), (412, ["prefetch.conditions"]))
                self.answers = lambda address, failure=failure: failure if address.startswith("Observation") else record(address)
                self.assertEqual(self.rules(), GAP)

    @shows("R-053", "R-072")
    def test_is_nothing_from_a_server_that_is_not_listed(self):
        with FhirServer(record) as elsewhere:
            self.assertEqual(self.post(fhirServer=elsewhere.address).status, 412)
            self.assertEqual(elsewhere.requests, [])

    @shows("R-068", "R-070", "R-071")
    def test_is_nothing_that_the_token_is_not_for(self):
        for unfit in ({"expires_in": 0}, {"token_type": "mac"}, {"scope": "patient/Observation.rs"}):
            self.assertEqual(self.post(token=unfit).status, 412, unfit)
        self.assertNotIn("Condition", self.fhir.asked())
        self.assertEqual(self.post(token={"patient": "p2"}).status, 400)

    @shows("R-058")
    def test_is_never_another_patients(self):
        stranger = BACK_PAIN | {"subject": {"reference": "Patient/p2"}}
        self.answers = lambda address: bundle(stranger) if address.startswith("Condition") else record(address)
        self.assertNotEqual(self.post().status, 200)

    @shows("R-161")
    def test_is_waited_for_no_longer_than_the_deadline(self):
        def slow(kind):
            def answers(address):
                if address.startswith(kind):
                    time.sleep(4)
                return record(address)

            return answers

        for kind, status in (("Observation", 200), ("Condition", 412)):
            self.answers = slow(kind)
            start = time.monotonic()
            self.assertEqual(self.post().status, status)
            self.assertLess(time.monotonic() - start, 3.5)


if __name__ == "__main__":
    main()
