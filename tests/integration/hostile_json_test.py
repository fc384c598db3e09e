"""Hostile JSON over real sockets, with the shipped pack: a clear 4xx with an OperationOutcome that repeats nothing of
what was sent, in bounded time and memory, and the next call is served (R-006, R-163; RFC 8259).

    hostile_json_test.py PROGRAM [test...]
"""

import json
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from shows import main, shows

from running_service import PATIENT_VIEW, RunningService, post

PROGRAM = None
MIB = 1024 * 1024
# Far more than any of these takes on a busy machine; a quadratic reader would take minutes.
MOST_SECONDS = 20
MOST_GROWTH_MIB = 600
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1960-01-01"}


def call(**changes):
    return {"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context": {"userId": "Practitioner/1", "patientId": "p"},
            "prefetch": {"patient": PATIENT, "conditions": None}} | changes


def with_text(text):
    """A call in which `text`, which need not be JSON, stands for a member's value."""
    return json.dumps(call(extension="HERE")).replace('"HERE"', text)


# What is no JSON of one meaning.
REFUSED = {
    "nothing": b"",
    "white space": b" \t\r\n",
    "half a call": json.dumps(call())[:-1].encode(),
    "two calls": json.dumps(call()).encode() * 2,
    "a call and more": json.dumps(call()).encode() + b"x",
    "a call and a nul": json.dumps(call()).encode() + b"\x00",
    "a comment": with_text("1 /* Kanarienvogel */").encode(),
    "a trailing comma": with_text("[1,]").encode(),
    "single quotes": with_text("'Kanarienvogel'").encode(),
    "a name without quotes": with_text("{Kanarienvogel: 1}").encode(),
    "not a number": with_text("NaN").encode(),
    "infinity": with_text("-Infinity").encode(),
    "a leading zero": with_text("01").encode(),
    "a leading plus": with_text("+1").encode(),
    "a hexadecimal number": with_text("0x1").encode(),
    "a number that ends in a point": with_text("1.").encode(),
    "a raw line feed in a string": with_text('"a\nb"').encode(),
    "a raw nul in a string": with_text('"a\x00b"').encode(),
    "an escape that is none": with_text(r'"\x41"').encode(),
    "half a surrogate": with_text(r'"\ud800"').encode(),
    "surrogates the wrong way round": with_text(r'"\udc00\ud800"').encode(),
    "an overlong slash": with_text('"HERE"').encode().replace(b"HERE", b"\xc0\xaf"),
    "a surrogate in UTF-8": with_text('"HERE"').encode().replace(b"HERE", b"\xed\xa0\x80"),
    "beyond Unicode": with_text('"HERE"').encode().replace(b"HERE", b"\xf4\x90\x80\x80"),
    "half a character": with_text('"HERE"').encode().replace(b"HERE", b"\xe2\x82"),
    "Latin-1": with_text('"HERE"').encode().replace(b"HERE", b"\xe9"),
    "UTF-16": json.dumps(call()).encode("utf-16"),
    "UTF-32": json.dumps(call()).encode("utf-32"),
    "a name twice": with_text('{"Kanarienvogel": 1, "Kanarienvogel": 2}').encode(),
    "a name twice, once escaped": json.dumps(call()).replace('"hook":', '"hook": "order-sign", "\\u0068ook":').encode(),
    "a patient twice": json.dumps(call()).replace('"patientId":', '"patientId": "q", "patientId":').encode(),
    "a list": json.dumps([call()]).encode(),
    "a string": b'"Kanarienvogel"',
    "a number of too many digits": with_text("1" * 100).encode(),
    "a number of a million digits": with_text("9" * 1_000_000).encode(),
    "lists 65 deep": with_text("[" * 65 + "]" * 65).encode(),
    "lists 100,000 deep": with_text("[" * 100_000 + "]" * 100_000).encode(),
    "objects 100,000 deep": with_text('{"a":' * 100_000 + "1" + "}" * 100_000).encode(),
    "lists that never end": b"[" * (9 * MIB),
    "an object that never ends": b'{"a":' * MIB,
    "strings that never end": b'"' + b"a" * (9 * MIB),
    "escapes that never end": b'"' + b"\\u0041" * MIB,
    "four million values": with_text("[" + "0," * 4_000_000 + "0]").encode(),
    "a body of nothing but nuls": bytes(MIB),
}

# JSON of one meaning, and strange: ignored or read, never in the way.
TAKEN = {
    "a million members": with_text("{" + ",".join(f'"{number}":0' for number in range(600_000)) + "}").encode(),
    "names that differ in their last letter": with_text(
        "{" + ",".join(f'"{"a" * 30}{number}":0' for number in range(150_000)) + "}").encode(),
    "names that nearly are the same": with_text("{" + ",".join(
        f'"{number:b}":0'.replace("1", "\\u0061").replace('"0', '"b') for number in range(100_000)) + "}").encode(),
    "a string of escapes": with_text('"' + "\\u20ac" * (MIB // 2) + '"').encode(),
    "a string of nine megabytes": with_text('"' + "a" * (9 * MIB) + '"').encode(),
    "white space of nine megabytes": json.dumps(call()).encode() + b" " * (9 * MIB),
    "the largest exponent": with_text("1e999999999").encode(),
    "the smallest number": with_text("1e-999999999").encode(),
    "names of other languages' objects": with_text('{"__proto__": {"a": 1}, "constructor": 1, "": 0, "$type": "x"}').encode(),
    "a nul, escaped": with_text(r'"\u0000"').encode(),
}


def observation(**changes):
    return {"resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/p"},
            "code": {"coding": [{"system": "http://loinc.org", "code": "62292-8"}]},
            "effectiveDateTime": "2026-01-01"} | changes


def entries(resources):
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": resource} for resource in resources]}


QUANTITY = {"unit": "ng/mL", "system": "http://unitsofmeasure.org", "code": "ng/mL"}

# Records that are FHIR in form and mean to cost much.
RECORDS = {
    "20,000 results": [observation(id=f"o{number}", valueQuantity=QUANTITY | {"value": 12}) for number in range(20_000)],
    "20,000 copies of a result": [observation(valueQuantity=QUANTITY | {"value": 12})] * 20_000,
    "a result of 50,000 codes": [observation(code={"coding": [{"system": "http://loinc.org", "code": f"{number}-1"}
                                                             for number in range(50_000)]})],
    "a panel that holds itself": [observation(hasMember=[{"reference": "#o"}], contained=[observation()])],
    "a panel of 5,000 members": [observation(hasMember=[{"reference": "#o"}] * 5_000, contained=[observation()] * 500)],
    "a result of an immense value": [observation(valueQuantity=QUANTITY | {"value": 10 ** 60})],
    "a unit of 100,000 letters": [observation(valueQuantity=QUANTITY | {"value": 1, "code": "g" * 100_000})],
    "a unit of 10,000 brackets": [observation(valueQuantity=QUANTITY | {"value": 1, "code": "(" * 10_000})],
    "a note of five megabytes": [observation(note=[{"text": "a" * 5 * MIB}])],
    "2,000 results without a date": [observation(id=f"o{number}", effectiveDateTime=None) for number in range(2_000)],
}


class HostileJson(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = RunningService(PROGRAM, arguments=["--at", "2026-01-15T09:00:00+01:00"]).__enter__()
        cls.addClassCleanup(cls.service.__exit__)

    def tearDown(self):
        self.assertTrue(self.service.serves())
        self.assertNotIn("Kanarienvogel", self.service.log())

    def answer(self, body):
        begun = time.monotonic()
        replies, _ = self.service.send(post(PATIENT_VIEW, body, "Connection: close\r\n"), silence_seconds=MOST_SECONDS)
        self.assertLess(time.monotonic() - begun, MOST_SECONDS)
        self.assertEqual(len(replies), 1)
        return replies[0]

    @shows("R-006", "R-163")
    def test_refuses_what_is_no_json_of_one_meaning(self):
        for name, body in REFUSED.items():
            with self.subTest(name):
                reply = self.answer(body)
                self.assertEqual(reply.status, 400)
                outcome = json.loads(reply.body)
                self.assertEqual(outcome["resourceType"], "OperationOutcome")
                self.assertNotIn("Kanarienvogel", reply.body.decode())
                self.assertLess(len(reply.body), 1000)
        self.assertLess(self.service.resident_mib(), MOST_GROWTH_MIB)

    @shows("R-006")
    def test_takes_what_is_strange_and_json(self):
        for name, body in TAKEN.items():
            with self.subTest(name):
                self.assertIn(self.answer(body).status, (200, 412))
        self.assertLess(self.service.resident_mib(), MOST_GROWTH_MIB)

    def test_survives_records_that_mean_to_cost_much(self):
        for name, resources in RECORDS.items():
            with self.subTest(name):
                prefetch = {"patient": PATIENT, "conditions": entries([]), "vitaminD": entries(resources)}
                reply = self.answer(json.dumps(call(prefetch=prefetch)))
                self.assertEqual(reply.status, 200, reply.body)
        self.assertLess(self.service.resident_mib(), MOST_GROWTH_MIB)

    def test_refuses_a_body_over_the_limit(self):
        self.assertEqual(self.answer(b" " * (10 * MIB + 1)).status, 413)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    main()
