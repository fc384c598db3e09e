#!/usr/bin/env python3
"""Bodies that the reference client (the CDS Hooks sandbox) really sent, with the faults that it makes, get sensible answers from the built product.

The environment variable BACKPAIN_CDS names the program; the bodies are in sandbox-requests under BACKPAIN_CDS_TEST_DATA. Exit status 77:
skipped, they are not there.
"""

import json
import sys
import unittest

from served import Served, id_of, places_of, product, rules_of
from shows import main, shows

RECORDED = product.test_data() / "sandbox-requests"
NOTHING_KNOWN = dict.fromkeys(("medicationRequests", "medicationStatements", "medicationAdministrations", "procedures", "orders",
                               "vitaminD", "b12", "bone", "blood", "pregnancy"))


def recorded(start):
    return json.loads(next(RECORDED.glob(f"{start}-*.json")).read_text(encoding="utf-8"))


class Sandbox(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(Served(anonymous={"profile": "sandbox"}, store="sqlite:cds.db"))
        cls.plainly = cls.enterClassContext(Served())
        cls.view = recorded("01")
        cls.orders = {start: recorded(start) for start in ("04", "06", "07", "08", "09")}

    @shows("R-060", "R-165")
    def test_a_prefetch_for_other_keys_is_answered_with_what_is_missing(self):
        answer = self.service.post(self.view)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(rules_of(json.loads(answer.body)["cards"]), ["data-unavailable"])

    @shows("R-050")
    def test_the_same_patient_with_everything_known_is_answered(self):
        cards = self.service.cards(self.view | {"prefetch": NOTHING_KNOWN | self.view["prefetch"]})
        self.assertNotIn("data-unavailable", rules_of(cards))

    @shows("R-053")
    def test_orders_without_a_prefetch_are_412_and_not_400(self):
        for start, body in self.orders.items():
            with self.subTest(start):
                answer = self.plainly.post(body, body["hook"])
                self.assertEqual((answer.status, places_of(answer)), (412, ["prefetch.patient", "prefetch.conditions"]))

    @shows("R-184")
    def test_what_it_would_not_show_is_told_on_a_card(self):
        for start, body in self.orders.items():
            with self.subTest(start):
                (card,) = self.service.cards(body, body["hook"])
                self.assertIn("refused with 412", card["summary"])
                self.assertIn("prefetch.conditions", card["detail"])

    @shows("R-038")
    def test_orders_that_are_no_valid_fhir_are_read_as_far_as_they_go(self):
        known = {key: self.view["prefetch"][key] for key in ("patient", "conditions")} | NOTHING_KNOWN
        for start, body in self.orders.items():
            with self.subTest(start):
                self.assertEqual(self.service.cards(body | {"prefetch": known}, body["hook"]), [])
                resource = body["context"]["draftOrders"]["entry"][0]["resource"]
                wrong = {"coding": {"system": "http://loinc.org", "code": "62290-2"}}  # an object where FHIR has a list
                faulty = {"resourceType": "ServiceRequest", "code": wrong, "category": {}, "reasonCode": {"text": "x"}}
                drafts = {"resourceType": "Bundle", "entry": [{"resource": resource | faulty}]}
                context = body["context"] | {"draftOrders": drafts}
                if "selections" in context:
                    context["selections"] = [f"ServiceRequest/{resource['id']}"]
                rules = rules_of(self.service.cards(body | {"prefetch": known, "context": context}, body["hook"]))
                self.assertEqual(rules, ["wrong-vitamin-d-test"])

    @shows("R-112", "R-113", "R-116")
    def test_feedback_is_taken(self):
        for start in ("02", "03", "05"):
            body = json.dumps(recorded(start))
            answer = self.service.request("POST", f"/cds-services/{id_of('patient-view')}/feedback", body, Content_Type="application/json")
            self.assertEqual((answer.status, answer.body), (200, ""), start)

    @shows("hook.order-select")
    def test_a_call_without_its_orders_is_refused(self):
        body = self.orders["04"]
        context = {name: value for name, value in body["context"].items() if name in ("userId", "patientId")}
        answer = self.plainly.post(body | {"context": context}, "order-select")
        self.assertEqual((answer.status, places_of(answer)), (400, ["context.draftOrders"]))
        (card,) = self.service.cards(body | {"context": context}, "order-select")
        self.assertIn("context.draftOrders", card["detail"])


if __name__ == "__main__":
    if not RECORDED.exists():
        print(f"skipped: there is no {RECORDED} (BACKPAIN_CDS_TEST_DATA)")
        sys.exit(77)
    main()
