"""Canaries: words that stand for names, identifiers, notes, comments and tokens, put wherever a client can put anything,
with good calls and bad, at every endpoint. None is in a log line, a metric, an error's body or head, or the store (R-163).

    canary_test.py PROGRAM [test...]
"""

import copy
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from shows import main, shows

import postgresql
from running_service import PATIENT_VIEW, RunningService, get, post
from token_maker import EllipticKey, claims, compact, header

PROGRAM = None
ISSUER = "https://ehr.example.org"
ADDRESS = "https://cds.example.org"
# A canary in each of the forms that a record knows; all begin alike.
BIRD = "Kanarienvogel"
BIRTH = "1931-07-13"
SERVICES = {"patient-view": PATIENT_VIEW, "encounter-start": "/cds-services/back-pain-labs-encounter-start",
            "order-select": "/cds-services/back-pain-labs-order-select",
            "order-sign": "/cds-services/back-pain-labs-order-sign"}


def bundle(*resources):
    return {"resourceType": "Bundle", "type": "searchset", "total": len(resources),
            "link": [{"relation": "self", "url": f"https://{BIRD}.example/x"}],
            "entry": [{"fullUrl": f"https://{BIRD}.example/{one['id']}", "resource": one} for one in resources]}


def resource(kind, number, **members):
    return {"resourceType": kind, "id": f"{BIRD}-{number}", "text": {"status": "generated", "div": f"<div>{BIRD}</div>"},
            "identifier": [{"system": f"urn:{BIRD}", "value": BIRD}], "note": [{"text": BIRD}]} | members


PATIENT = resource("Patient", "1", birthDate=BIRTH, gender="female", name=[{"family": BIRD, "given": [BIRD]}],
                   telecom=[{"system": "phone", "value": BIRD}], address=[{"line": [BIRD], "city": BIRD}])
SUBJECT = {"subject": {"reference": f"Patient/{BIRD}-1", "display": BIRD}}
CONDITION = resource("Condition", "c", **SUBJECT, onsetDateTime="2025-01-01",
                     code={"text": BIRD, "coding": [{"system": "http://snomed.info/sct", "code": "279039007",
                                                     "display": BIRD}]})
RESULT = resource("Observation", "o", **SUBJECT, status="final", effectiveDateTime="2026-01-02",
                  issued="2026-01-02T08:00:00Z",
                  code={"text": BIRD, "coding": [{"system": "http://loinc.org", "code": "62292-8", "display": BIRD}]},
                  valueQuantity={"value": 9, "unit": "ng/mL", "system": "http://unitsofmeasure.org", "code": "ng/mL"})
UNREADABLE = RESULT | {"id": f"{BIRD}-u", "valueQuantity": {"value": 9, "unit": BIRD, "code": BIRD},
                       "effectiveDateTime": BIRD}
ORDER = resource("ServiceRequest", "d", **SUBJECT, status="draft", intent="order", code=RESULT["code"])


def call(hook):
    context = {"userId": f"Practitioner/{BIRD}", "patientId": f"{BIRD}-1", "encounterId": BIRD}
    if hook.startswith("order"):
        context["draftOrders"] = bundle(ORDER)
    if hook == "order-select":
        context["selections"] = [f"ServiceRequest/{BIRD}-d"]
    return {"hook": hook, "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context,
            "fhirServer": f"https://{BIRD}.example/fhir", "extension": {BIRD: BIRD},
            "fhirAuthorization": {"access_token": f"{BIRD}-secret", "token_type": "Bearer", "expires_in": 300,
                                  "scope": "patient/*.read", "subject": BIRD, "patient": f"{BIRD}-1"},
            "prefetch": {"patient": PATIENT, "conditions": bundle(CONDITION), "vitaminD": bundle(RESULT, UNREADABLE),
                         "b12": {"resourceType": "OperationOutcome",
                                 "issue": [{"severity": "error", "code": "exception", "diagnostics": BIRD}]}}}


FEEDBACK = {"feedback": [
    {"card": "f6b95768-b1c8-40dc-8385-bf3504b82ffb", "outcome": "overridden", "outcomeTimestamp": "2026-01-15T09:00:00Z",
     "overrideReason": {"reason": {"code": BIRD, "system": f"urn:{BIRD}", "display": BIRD},
                        "userComment": f"{BIRD} {BIRTH}"},
     "extension": {BIRD: BIRD}},
    {"card": "f6b95768-b1c8-40dc-8385-bf3504b82ffc", "outcome": "accepted", "outcomeTimestamp": "2026-01-15T09:00:00Z",
     "acceptedSuggestions": [{"id": "f6b95768-b1c8-40dc-8385-bf3504b82ffd", BIRD: BIRD}]}]}


def places(tree, way=()):
    """The ways to every member and element that is not too deep to matter."""
    members = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, value in members:
        yield (*way, name)
        if len(way) < 5:
            yield from places(value, (*way, name))


def changed(tree, way, value):
    tree = copy.deepcopy(tree)
    node = tree
    for name in way[:-1]:
        node = node[name]
    node[way[-1]] = value
    return tree


def spoilt(tree):
    """The message with a canary of the wrong type or form in every place, one at a time."""
    for way in places(tree):
        for value in (f"{BIRD} {BIRTH}", {BIRD: BIRD}, [BIRD]):
            yield changed(tree, way, value)


class Canaries:
    """The tests; on which store is for the classes below to say."""

    @classmethod
    def setUpClass(cls):
        cls.keeper = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.keeper.cleanup)
        cls.key = EllipticKey(Path(cls.keeper.name))
        cls.stranger = EllipticKey(Path(cls.keeper.name), "stranger")
        client = {"name": "General Hospital", "issuer": ISSUER, "jwks": {"keys": [cls.key.jwk()]}, "replay": "off",
                  "fhirServers": ["https://ehr.example.org/fhir"]}
        cls.service = RunningService(PROGRAM, authentication="required", publicUrl=ADDRESS, clients=[client],
                                     store=cls.store_address(), cors={"origins": ["https://ehr.example.org"]},
                                     log={"level": "debug"}, arguments=["--at", "2026-01-15T09:00:00+01:00"]).__enter__()
        cls.addClassCleanup(cls.service.__exit__)
        cls.tokens = {}

    def tearDown(self):
        self.assertTrue(self.answer(get("/cds-services", self.authorization("/cds-services"))).status == 200)
        metrics = self.service.admin("/metrics")
        self.assertEqual(metrics.status, 200)
        self.silent(metrics.body.decode(), "the metrics")
        self.silent(self.service.log(), "the log")
        for name, text in self.stored():
            self.silent(text, name)

    def silent(self, text, where):
        for secret in (BIRD, BIRD.lower(), BIRTH, *(token.split(".")[2] for token in self.tokens.values())):
            self.assertFalse(secret in text, f"{secret} is in {where}: {text[max(0, text.find(secret) - 200):][:300]}")

    def authorization(self, path):
        """One token for an address: replay is off."""
        if path not in self.tokens:
            self.tokens[path] = compact(header(), claims(ISSUER, ADDRESS + path, sub=BIRD, name=BIRD), self.key.sign)
        return f"Authorization: Bearer {self.tokens[path]}\r\n"

    def answer(self, request):
        replies, _ = self.service.send(request, leave=True)
        self.assertLessEqual(len(replies), 1)
        if replies and replies[0].status != 200:
            self.silent(replies[0].head + replies[0].body.decode("latin-1"), f"a reply {replies[0].status}")
        return replies[0] if replies else None

    def post(self, path, body):
        body = body if isinstance(body, str) else json.dumps(body)
        return self.answer(post(path, body, self.authorization(path)))

    @shows("R-163")
    def test_good_calls(self):
        for hook, path in SERVICES.items():
            self.assertEqual(self.post(path, call(hook)).status, 200)

    @shows("R-163")
    def test_calls_with_a_fault_in_every_place(self):
        statuses = {self.post(SERVICES[hook], body).status for hook in ("patient-view",
                "order-select") for body in spoilt(call(hook))}
        self.assertLessEqual({200, 400}, statuses)
        self.assertFalse(any(status >= 500 for status in statuses), statuses)

    def test_calls_that_lack_something(self):
        for name in call("patient-view"):
            body = call("patient-view")
            del body[name]
            self.post(PATIENT_VIEW, body)
        body = call("patient-view")
        body["prefetch"] = {}
        self.assertEqual(self.post(PATIENT_VIEW, body).status, 412)
        body = call("patient-view")
        body["context"]["patientId"] = BIRD
        self.assertEqual(self.post(PATIENT_VIEW, body).status, 400)

    def test_bodies_that_are_no_json(self):
        text = json.dumps(call("patient-view"))
        for body in (text[:-1], text + BIRD, BIRD, f'"{BIRD}"', f'{{"{BIRD}": 1, "{BIRD}": 2}}', f"[{BIRD}]",
                     f'{{"{BIRD}": "\\ud800"}}'):
            for path in (PATIENT_VIEW, PATIENT_VIEW + "/feedback"):
                self.assertEqual(self.post(path, body).status, 400)

    @shows("R-118", "R-163", "crd.sec-6")
    def test_feedback(self):
        path = PATIENT_VIEW + "/feedback"
        self.assertEqual(self.post(path, FEEDBACK).status, 200)
        statuses = {self.post(path, body).status for body in spoilt(FEEDBACK)}
        self.assertLessEqual(statuses, {200, 400})

    @shows("R-163")
    def test_heads(self):
        good = self.authorization("/cds-services")
        for field in ("Accept: text/", "Origin: https://", "User-Agent: ", "Referer: https://x/", "Cookie: a=",
                      "X-Forwarded-For: ",
                      "X-Request-Id: ", "traceparent: ", "Content-Type: text/", "Accept-Language: ", "From: ", "Expect: "):
            self.answer(get("/cds-services", f"{good}{field}{BIRD}\r\n"))
            self.answer(get("/cds-services", f"{field}{BIRD}\r\n"))
        for request in (get(f"/{BIRD}"), get(f"/cds-services?patient={BIRD}"), get(f"/cds-services/{BIRD}"),
                        get(f"/cds-services#{BIRD}"),
                        post(f"/cds-services/{BIRD}", BIRD), post(f"/cds-services/{BIRD}/feedback", BIRD),
                        get("/", "", BIRD.upper()),
                        get("/cds-services", "", BIRD), f"GET /{BIRD} HTTP/{BIRD}\r\n\r\n".encode(),
                        f"{BIRD}\r\n\r\n".encode(),
                        get("/", f"{BIRD}\r\n"), get("/", f"X: {BIRD}{'a' * 20000}\r\n"), get(f"/{BIRD}{'a' * 5000}"),
                        f"GET https://{BIRD}.example/x HTTP/1.1\r\nHost: {BIRD}.example\r\n\r\n".encode()):
            self.answer(request)
        for path in (f"/{BIRD}", f"/metrics?{BIRD}", f"/health/live/{BIRD}"):
            self.silent(self.service.admin(path).body.decode(), "a reply of the administration port")

    @shows("R-139", "R-163")
    def test_tokens_that_are_refused(self):
        def token(head, payload, key):
            return compact(header(**head), claims(**({"issuer": ISSUER, "audience": ADDRESS + PATIENT_VIEW} | payload)),
                           key.sign)

        for bad in (token({}, {}, self.stranger), token({"kid": BIRD}, {}, self.key),
                    token({"jku": f"https://{BIRD}.example/"}, {}, self.key),
                    token({"alg": BIRD}, {}, self.key), token({}, {"audience": f"https://{BIRD}.example"}, self.key),
                    token({}, {"issuer": f"https://{BIRD}.example"}, self.key), token({}, {"tenant": BIRD}, self.stranger),
                    BIRD, f"{BIRD}.{BIRD}.{BIRD}"):
            self.assertIn(self.answer(post(PATIENT_VIEW, "{}", f"Authorization: Bearer {bad}\r\n")).status, (400, 401))
        self.answer(post(PATIENT_VIEW, "{}", f"Authorization: {BIRD} {BIRD}\r\n"))

    def test_handshakes(self):
        for option in (["-servername", f"{BIRD}.example"], ["-alpn", BIRD]):
            subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.service.port}", *option], input=b"",
                           capture_output=True, timeout=60)


class OnSqlite(Canaries, unittest.TestCase):
    @classmethod
    def store_address(cls):
        return "sqlite:store.db"

    def stored(self):
        files = [path for path in self.service.folder.iterdir() if path.name.startswith("store.db")]
        self.assertTrue(files)
        return [(path.name, path.read_bytes().decode("latin-1")) for path in files]


@unittest.skipUnless(postgresql.installed_programs(), "PostgreSQL is not installed")
class OnPostgresql(Canaries, unittest.TestCase):
    @classmethod
    def store_address(cls):
        cls.database = cls.enterClassContext(postgresql.PostgreSql())
        return cls.database.address

    def stored(self):
        text = self.database.dump()
        self.assertIn("backpain_cds_schema", text)
        return [("the database", text)]


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    main()
