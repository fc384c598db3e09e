#!/usr/bin/env python3
"""How the built product takes a service call: what it refuses and with which status, and what it makes of the prefetch
(CDS Hooks, "Calling a CDS Service", "Providing FHIR Resources to a CDS Service"; the hooks' context tables).

The environment variable BACKPAIN_CDS names the program.
"""

import json
import unittest

from served import BACK_PAIN, HOOKS, INSTANCE, OSTEOPOROSIS, PATIENT, Served, bundle, call, concept, condition, context, \
    draft, id_of, places_of, prefetch, request_of_sample, resource, rules_of
from shows import main, shows

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
WARNING = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "informational"}]}
SUGGESTION, GAP = ["vitamin-d-suggest"], "data-unavailable"


def result(identifier, code="1989-3", value=20, **members):
    quantity = {"value": value, "unit": "ng/mL", "system": "http://unitsofmeasure.org", "code": "ng/mL"}
    return resource("Observation", identifier, status="final", code=concept("http://loinc.org", code),
                    effectiveDateTime="2026-02-01", valueQuantity=quantity) | members


class Called(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(Served(cors={"origins": ["https://ehr.example.org"]}))

    def assert_refused(self, body, status=400, place=None, hook="patient-view"):
        answer = self.service.post(body, hook)
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(json.loads(answer.body)["resourceType"], "OperationOutcome")
        if place:
            self.assertEqual(places_of(answer), [place])


class Requests(Called):
    @shows("R-030", "R-034", "R-035", "R-036", "R-037", "R-090", "hook.patient-view", "hook.encounter-start", "hook.order-select",
           "hook.order-sign")
    def test_of_each_hook_are_answered(self):
        for hook in HOOKS:
            with self.subTest(hook):
                body = call(hook, extension={"com.example": {"colour": "blue"}})
                self.assertIsInstance(self.service.cards(body, hook), list)
                self.assertIsInstance(self.service.cards(call(hook, context=context(hook, encounterId="e1")), hook), list)

    @shows("R-031", "R-032", "R-035", "R-038", "hook.patient-view", "hook.encounter-start", "hook.order-select", "hook.order-sign")
    def test_without_a_required_member_are_refused_with_its_place(self):
        required = {hook: ["userId", "patientId"] for hook in HOOKS}
        required["encounter-start"].append("encounterId")
        required["order-select"] += ["selections", "draftOrders"]
        required["order-sign"].append("draftOrders")
        for hook in HOOKS:
            for member in ("hook", "hookInstance", "context"):
                for value in (..., None, "", {}, 7):
                    with self.subTest(f"{hook} {member} {value}"):
                        self.assert_refused(call(hook, **{member: value}), place=member, hook=hook)
            for member in required[hook]:
                for value in (..., None, "", [], 7):
                    with self.subTest(f"{hook} context.{member} {value}"):
                        self.assert_refused(call(hook, context=context(hook, **{member: value})), place=f"context.{member}", hook=hook)

    @shows("R-038", "hook.user-type", "hook.order-select")
    def test_with_a_bad_value_are_refused_with_its_place(self):
        for hook, member, value, place in (
            ("patient-view", "userId", "1", "context.userId"),
            ("patient-view", "userId", "Practitioner/a/b", "context.userId"),
            ("patient-view", "userId", "https://ehr.example.org/Practitioner/1", "context.userId"),
            ("patient-view", "patientId", "Patient/p1", "context.patientId"),
            ("patient-view", "patientId", "p" * 65, "context.patientId"),
            ("patient-view", "encounterId", "Encounter/e1", "context.encounterId"),
            ("order-select", "selections", ["ServiceRequest/other"], "context.selections[0]"),
            ("order-select", "selections", ["s1"], "context.selections[0]"),
            ("order-select", "selections", [1], "context.selections[0]"),
            ("order-sign", "draftOrders", {"resourceType": "List"}, "context.draftOrders.resourceType"),
            ("order-sign", "draftOrders", {"resourceType": "Bundle", "entry": [1]}, "context.draftOrders.entry[0]"),
        ):
            with self.subTest(f"{hook} {member}"):
                self.assert_refused(call(hook, context=context(hook, **{member: value})), place=place, hook=hook)

    @shows("R-038", "R-040")
    def test_of_another_hook_are_refused(self):
        for hook in HOOKS:
            for other in (*(one for one in HOOKS if one != hook), "appointment-book", "com.example.hook"):
                self.assert_refused(call(hook, hook=other), place="hook", hook=hook)

    @shows("R-033", "R-038", "R-067", "R-070")
    def test_with_a_bad_authorization_are_refused(self):
        token = {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.rs", "subject": "backpain-cds"}
        server = "https://ehr.example.org/fhir"
        self.assert_refused(call(fhirAuthorization=token), place="fhirServer")
        self.assert_refused(call(fhirServer=server, fhirAuthorization=token | {"access_token": ""}), place="fhirAuthorization.access_token")
        self.assert_refused(call(fhirServer=server, fhirAuthorization=token | {"patient": "p2"}), place="fhirAuthorization.patient")
        self.assert_refused(call(fhirServer=7), place="fhirServer")
        self.assert_refused(call(fhirServer=server, fhirAuthorization="t"), place="fhirAuthorization")
        for sandbox in ({"expires_in": None}, {"patient": None}, {"subject": None}, {"patient": "p1"}):
            self.assertEqual(self.service.post(call(fhirServer=server, fhirAuthorization=token | sandbox)).status, 200, sandbox)

    @shows("R-006", "status.400")
    def test_that_are_no_json_are_refused(self):
        good = json.dumps(call())
        for broken in ("", "{", good[:-1], good + "x", "[]", "null", "'x'", good.replace(":", "=", 1), good[:-1] + ",}",
                       "/* no */" + good, '{"hook": "patient-view", ' + good[1:], "[" * 5000):
            with self.subTest(broken[:20]):
                self.assert_refused(broken)

    @shows("R-006", "hook.unknown-context", "extension")
    def test_may_hold_members_that_nobody_knows(self):
        plain = rules_of(self.service.cards(call()))
        strange = call(user="Practitioner/1", colour=[1], context=context("patient-view", colour={"x": 1}), extension="none")
        self.assertEqual(rules_of(self.service.cards(strange)), plain)
        forged = {"davinci-crd.configuration": {"vitamin-d-suggest": False}}
        self.assertEqual(rules_of(self.service.cards(call(extension=forged))), plain, "an extension changes nothing")

    @shows("R-006", "R-036")
    def test_may_have_empty_optional_members(self):
        for empty in (None, "", {}, []):
            body = call(fhirServer=empty, fhirAuthorization=empty, extension=empty, context=context("patient-view", encounterId=empty))
            self.assertEqual(self.service.post(body).status, 200, empty)

    @shows("R-039")
    def test_may_repeat_their_instance_and_need_not_be_uuids(self):
        for instance in ("f3945c39-dfbe-444f-ba6d-3e05e123b2va", INSTANCE, INSTANCE):
            self.assertEqual(self.service.post(call(hookInstance=instance)).status, 200)

    @shows("R-041")
    def test_with_orders_of_other_versions_of_fhir_are_not_misread(self):
        procedure_request = draft() | {"resourceType": "ProcedureRequest"}
        body = call("order-sign", context=context("order-sign", draftOrders=bundle(procedure_request)))
        self.assertEqual(self.service.cards(body, "order-sign"), [])

    @shows("R-058")
    def test_with_orders_of_another_patient_are_refused(self):
        stranger = draft(subject={"reference": "Patient/p2"})
        for hook in ("order-select", "order-sign"):
            body = call(hook, context=context(hook, draftOrders=bundle(stranger)))
            self.assert_refused(body, place="context.draftOrders.entry[0].resource", hook=hook)

    @shows("hook.selected")
    def test_are_answered_for_what_is_selected(self):
        wrong, right = draft("s1"), draft("s2", code="718-7")
        for selected, expected in (("s1", ["wrong-vitamin-d-test"]), ("s2", [])):
            orders = context("order-select", draftOrders=bundle(wrong, right), selections=[f"ServiceRequest/{selected}"])
            self.assertEqual(rules_of(self.service.cards(call("order-select", context=orders), "order-select")), expected)

    @shows("freshness")
    def test_leave_nothing_behind_for_the_next(self):
        self.assertEqual(rules_of(self.service.cards(call())), SUGGESTION)
        self.assertEqual(self.service.post(call(prefetch={})).status, 412, "nothing is remembered of the same patient")
        self.assertEqual(self.service.cards(call(prefetch=prefetch(conditions=None))), [])


NEXT_PAGE = [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]


class Prefetch(Called):
    """Each test sends the same patient, who gets one suggestion if everything can be had."""

    def rules(self, **changes):
        return rules_of(self.service.cards(call(prefetch=prefetch(**changes))))

    def detail(self, **changes):
        return "".join(card["detail"] for card in self.service.cards(call(prefetch=prefetch(**changes))))

    @shows("R-050", "R-055", "R-062")
    def test_that_says_none_is_an_answer(self):
        for none in (None, bundle(), bundle(total=0), {"resourceType": "Bundle"}):
            with self.subTest(str(none)):
                self.assertEqual(self.rules(vitaminD=none, b12=none, orders=none), SUGGESTION)
                self.assertEqual(self.rules(conditions=none), [], "no back pain, and no 412")

    @shows("R-053", "R-054", "T-08", "R-062")
    def test_without_what_is_required_is_412(self):
        nested = bundle(bundle(BACK_PAIN, OSTEOPOROSIS))
        batch = bundle(BACK_PAIN, OSTEOPOROSIS) | {"type": "batch-response"}
        for missing in (..., OUTCOME, bundle(BACK_PAIN, OUTCOME), {}, "", 7, PATIENT, bundle(link=NEXT_PAGE), nested, batch, bundle(PATIENT)):
            with self.subTest(str(missing)[:60]):
                self.assert_refused(call(prefetch=prefetch(conditions=missing)), 412, "prefetch.conditions")
        answer = self.service.post(call(prefetch={}))
        self.assertEqual((answer.status, places_of(answer)), (412, ["prefetch.patient", "prefetch.conditions"]))
        self.assertEqual(answer.reason, "Precondition Failed")
        self.assertEqual(self.service.post(call(prefetch=...)).status, 412)

    @shows("R-054", "R-057", "R-165")
    def test_with_a_part_of_the_problems_is_answered_by_what_is_loud(self):
        part = bundle(BACK_PAIN, OSTEOPOROSIS, link=NEXT_PAGE)
        self.assertEqual(self.rules(conditions=part), ["data-unavailable"])
        self.assertIn("problem list (in part)", self.detail(conditions=part))

    @shows("R-054", "R-165", "R-050", "R-056")
    def test_without_something_else_is_said_on_the_cards(self):
        for missing in (..., OUTCOME, bundle(OUTCOME)):
            rules = self.rules(vitaminD=missing)
            self.assertNotIn("vitamin-d-suggest", rules, "nobody knows whether it was measured")
            self.assertEqual(rules, [GAP], "but silence would be taken for advice")
        self.assertIn(" Procedures (not sent).  \n", self.detail(procedures=...))
        self.assertNotIn("not sent", self.detail())

    @shows("R-056")
    def test_with_a_warning_is_used(self):
        self.assertEqual(self.rules(conditions=bundle(BACK_PAIN, OSTEOPOROSIS, WARNING)), SUGGESTION)

    @shows("R-057", "R-165")
    def test_that_is_a_page_is_never_taken_for_the_whole(self):
        pages = {"link": [{"relation": "self", "url": "https://ehr.example.org/fhir/Observation?x"},
                          {"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]}
        self.assertEqual(self.rules(vitaminD=bundle(**pages)), [GAP])
        self.assertEqual(self.rules(vitaminD=bundle(total=3)), [GAP], "it says itself that there is more")

    @shows("R-058")
    def test_of_another_kind_is_not_used(self):
        for value in (result("o1"), PATIENT, 7, "text", [result("o1")], {"entry": []}):
            with self.subTest(str(value)[:40]):
                self.assertEqual(self.rules(vitaminD=value), [GAP])

    @shows("R-058")
    def test_of_another_patient_is_refused(self):
        other = {"subject": {"reference": "Patient/p2"}}
        for changes, place in (
            ({"patient": PATIENT | {"id": "p2"}}, "prefetch.patient"),
            ({"conditions": bundle(BACK_PAIN, OSTEOPOROSIS | other)}, "prefetch.conditions"),
            ({"vitaminD": bundle(result("o1", **other))}, "prefetch.vitaminD"),
            ({"vitaminD": bundle(result("o1", subject={"reference": "https://ehr.example.org/fhir/Patient/p2"}))}, "prefetch.vitaminD"),
            ({"medicationRequests": bundle(PATIENT | {"id": "p2"})}, "prefetch.medicationRequests"),
        ):
            with self.subTest(place):
                self.assert_refused(call(prefetch=prefetch(**changes)), 400, place)
        mine = {"subject": {"reference": "https://ehr.example.org/fhir/Patient/p1"}}
        self.assertEqual(self.rules(conditions=bundle(BACK_PAIN | mine, OSTEOPOROSIS)), SUGGESTION)

    @shows("R-059")
    def test_may_be_wrapped_as_before_1_0(self):
        def wrapped(value, status="200 OK"):
            return {"response": {"status": status}, "resource": value}

        old = {key: wrapped(value) for key, value in prefetch().items()}
        self.assertEqual(rules_of(self.service.cards(call(prefetch=old))), SUGGESTION)
        self.assertEqual(self.rules(vitaminD=wrapped(OUTCOME, "404 Not Found")), [GAP])

    @shows("R-060")
    def test_that_was_not_asked_for_is_ignored(self):
        self.assertEqual(self.rules(allergies=bundle(PATIENT | {"id": "p2"}), vitd=7), SUGGESTION)

    @shows("R-060")
    def test_of_a_query_with_an_unresolved_token_is_not_nothing(self):
        for token in ("{{context.patientId}}", "%7B%7Bcontext.patientId%7D%7D", "%7b%7bcontext.patientId%7d%7d"):
            link = [{"relation": "self", "url": f"https://ehr.example.org/fhir/Observation?patient={token}"}]
            self.assertEqual(self.rules(vitaminD=bundle(total=0, link=link)), [GAP], token)

    @shows("R-061")
    def test_that_holds_too_much_changes_nothing(self):
        weight = result("o2", code="29463-7")
        mistaken = result("o3", status="entered-in-error")
        preliminary_order = draft("s9", code="62292-8")
        self.assertEqual(self.rules(vitaminD=bundle(weight, mistaken), b12=bundle(weight)), SUGGESTION)
        for status in ("completed", "revoked", "entered-in-error"):
            self.assertEqual(self.rules(orders=bundle(preliminary_order | {"status": status})), SUGGESTION, status)
        self.assertEqual(self.rules(orders=bundle(preliminary_order | {"status": "active"})), [], "it is ordered already")
        refuted = condition("c3", "64859006") | {"verificationStatus": concept(
            "http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted")}
        self.assertEqual(self.rules(conditions=bundle(BACK_PAIN, refuted)), [])


class Statuses(Called):
    @shows("status.404", "status.405", "status.406", "status.415", "status.outcome", "R-153")
    def test_are_those_of_http(self):
        good = json.dumps(call())
        url = f"/cds-services/{id_of('patient-view')}"
        for method, path, headers, status in (
            ("GET", "/", {}, 404), ("GET", "/cds-service", {}, 404), ("POST", "/cds-services/nothing", {"Content_Type": "application/json"}, 404),
            ("GET", url, {}, 405), ("PUT", url, {"Content_Type": "application/json"}, 405), ("POST", "/cds-services", {}, 405),
            ("GET", "/cds-services", {"Accept": "text/html"}, 406), ("POST", url, {"Content_Type": "application/json", "Accept": "image/png"}, 406),
            ("POST", url, {"Content_Type": "text/plain"}, 415), ("POST", url, {"Content_Type": "application/x-www-form-urlencoded"}, 415),
            ("POST", url, {"Content_Type": "multipart/form-data"}, 415), ("POST", url, {}, 415),
            ("POST", url, {"Content_Type": "application/json; charset=iso-8859-1"}, 415),
            ("POST", url, {"Content_Type": "application/json", "Content_Encoding": "gzip"}, 415),
        ):
            with self.subTest(f"{method} {path} {headers}"):
                answer = self.service.request(method, path, good if method != "GET" else None, **headers)
                self.assertEqual(answer.status, status)
                self.assertEqual(json.loads(answer.body)["resourceType"], "OperationOutcome")
                self.assertEqual(answer.headers["Content-Type"], "application/json; charset=utf-8")
                self.assertEqual("Allow" in answer.headers, status == 405)

    @shows("status.406", "status.outcome")
    def test_come_in_the_media_type_that_is_asked_for(self):
        for accept in ("*/*", "application/*", "application/json", "application/fhir+json", "text/html, application/json;q=0.1", None):
            answer = self.service.post(call(), Accept=accept)
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/json; charset=utf-8"), accept)
        answer = self.service.post(call(prefetch={}), Accept="application/fhir+json")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (412, "application/fhir+json; charset=utf-8"))

    @shows("R-163")
    def test_are_for_no_cache_and_say_nothing_of_the_request(self):
        for body in (call(), call(prefetch={}), call(hookInstance=""), "canary", call(context=context("patient-view", userId="canary"))):
            answer = self.service.post(body)
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
            self.assertNotIn("canary", answer.body)


class CrossOrigin(Called):
    ORIGIN = "https://ehr.example.org"

    @shows("R-150", "R-151", "status.204")
    def test_preflights_are_answered_on_all_paths(self):
        service = f"/cds-services/{id_of('patient-view')}"
        for path in ("/cds-services", "/cds-services/", service, f"{service}/feedback"):
            answer = self.service.request("OPTIONS", path, Origin=self.ORIGIN, Access_Control_Request_Method="POST",
                                          Access_Control_Request_Headers="authorization,content-type")
            self.assertEqual((answer.status, answer.body), (204, ""))
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], self.ORIGIN)
            self.assertEqual(answer.headers["Access-Control-Allow-Methods"], "GET, POST, OPTIONS")
            self.assertEqual(answer.headers["Access-Control-Allow-Headers"], "Content-Type, Authorization, Accept")
            self.assertTrue(answer.headers["Access-Control-Max-Age"])

    @shows("R-150", "R-151", "R-152")
    def test_answers_and_errors_can_be_read_by_listed_pages_alone(self):
        for body, status in ((call(), 200), (call(prefetch={}), 412), ("{", 400)):
            answer = self.service.post(body, Origin=self.ORIGIN)
            self.assertEqual((answer.status, answer.headers["Access-Control-Allow-Origin"], answer.headers["Vary"]),
                             (status, self.ORIGIN, "Origin"))
            for stranger in ("https://evil.example", "null", self.ORIGIN + ".evil.example", self.ORIGIN.upper(), "http://ehr.example.org"):
                answer = self.service.post(body, Origin=stranger)
                self.assertIsNone(answer.headers["Access-Control-Allow-Origin"], stranger)
            self.assertIsNone(answer.headers["Access-Control-Allow-Credentials"])
        for path, status in (("/nothing", 404), ("/cds-services/nothing", 405)):
            answer = self.service.request("GET", path, Origin=self.ORIGIN)
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], self.ORIGIN, path)


if __name__ == "__main__":
    main()
