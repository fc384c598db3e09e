"""The audit file of a service that runs: who asked about whom, by reference; no name, no note, no value.

    audit_test.py PROGRAM [test...]
"""

import json
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from shows import main

from running_service import PATIENT_VIEW, RunningService, post, wait_for
from versions_beside_test import BIRD, call

PROGRAM = None
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
# FHIR R4, AuditEvent: the members written here, to their depth; any other would be something else than a reference.
CODING = {"system", "code"}
IDENTIFIER = {"identifier": {"system", "value"}}
MEMBERS = {"resourceType": None, "type": CODING, "subtype": CODING, "action": None, "recorded": None, "outcome": None,
           "agent": {"requestor": None, "who": {"reference": None} | IDENTIFIER}, "source": {"observer": IDENTIFIER},
           "entity": {"what": {"reference": None} | IDENTIFIER, "type": CODING, "role": CODING}}


def plain_call(number):
    """A call whose ids are a record's and whose every word is a canary."""
    text = json.dumps(call(f"Practitioner/u{number}")).replace(f'"patientId": "{BIRD}"', f'"patientId": "p{number}"')
    text = text.replace(f"Patient/{BIRD}", f"Patient/p{number}").replace(f'"Patient", "id": "{BIRD}"',
                                                                      f'"Patient", "id": "p{number}"')
    return json.loads(text)


class Audit(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.file = self.folder / "audit.ndjson"

    def ask(self, service, number, status=200, body=None):
        replies, _ = service.send(post(PATIENT_VIEW, json.dumps(body or plain_call(number)), "Connection: close\r\n"))
        self.assertEqual([reply.status for reply in replies], [status])

    def events(self, file=None):
        return [json.loads(line) for line in (file or self.file).read_text(encoding="utf-8").splitlines()]

    def pairs(self, file=None):
        return [(event["agent"][0]["who"]["reference"], event["entity"][0]["what"]["reference"], event["outcome"])
                for event in self.events(file)]

    def holds_only(self, value, members):
        if isinstance(value, list):
            for one in value:
                self.holds_only(one, members)
        elif isinstance(value, dict):
            self.assertIsNotNone(members, value)
            self.assertLessEqual(set(value), set(members), value)
            for name, member in value.items():
                self.holds_only(member, members[name] if isinstance(members, dict) else None)

    def test_it_holds_references_and_nothing_else(self):
        with RunningService(PROGRAM, audit=str(self.file), log={"level": "debug"}) as service:
            self.ask(service, 1)
            self.ask(service, 2)
            without = plain_call(3)
            del without["prefetch"]["conditions"]
            self.ask(service, 3, 412, without)
            self.assertEqual(service.stop(), 0)
            self.assertNotIn(BIRD, service.log())
        self.assertEqual(self.pairs(), [("Practitioner/u1", "Patient/p1", "0"), ("Practitioner/u2", "Patient/p2", "0"),
                                        ("Practitioner/u3", "Patient/p3", "4")])
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertNotIn(BIRD, self.file.read_text(encoding="utf-8"))
        for event in self.events():
            self.holds_only(event, MEMBERS)
            self.assertEqual((event["resourceType"], event["subtype"][0]["code"]), ("AuditEvent", "patient-view"))
            self.assertEqual(event["entity"][1]["what"]["identifier"]["value"], f"urn:uuid:{INSTANCE}")

    def test_it_is_off_unless_asked_for_and_a_reload_turns_it_on_and_off(self):
        with RunningService(PROGRAM) as service:
            self.ask(service, 1)
            self.assertNotIn("backpain_cds_audit_up 1", service.admin("/metrics").body.decode())
            self.assertTrue(service.reload(audit=str(self.file))["fine"])
            self.ask(service, 2)
            wait_for(lambda: len(self.events()) == 1)
            self.assertIn("backpain_cds_audit_up 1", service.admin("/metrics").body.decode())
            self.assertTrue(service.reload(audit="")["fine"])
            self.ask(service, 3)
        self.assertEqual([who for who, _, _ in self.pairs()], ["Practitioner/u2"])

    def test_a_rotation_loses_no_line(self):
        rotated = self.folder / "audit.ndjson.1"
        with RunningService(PROGRAM, audit=str(self.file)) as service:
            self.ask(service, 1)
            wait_for(lambda: len(self.events()) == 1)
            self.file.rename(rotated)
            self.assertTrue(service.reload()["fine"])
            self.ask(service, 2)
        self.assertEqual([who for who, _, _ in self.pairs(rotated) + self.pairs()], ["Practitioner/u1", "Practitioner/u2"])

    def test_a_file_that_cannot_be_written_is_refused_at_start_and_at_a_reload_and_by_doctor(self):
        with self.assertRaisesRegex(RuntimeError, "no regular file"):
            with RunningService(PROGRAM, audit="/dev/null"):
                pass
        with RunningService(PROGRAM, audit=str(self.file)) as service:
            self.assertFalse(service.reload(audit="/dev/null")["fine"])
            self.assertIn("no regular file", service.log())
            self.ask(service, 1)
            wait_for(lambda: len(self.events()) == 1)
            doctor = subprocess.run([PROGRAM, "doctor", "--config", service.folder / "config.json"], capture_output=True,
                                    text=True, cwd=service.folder, check=False)
            self.assertIn("fault: audit: /dev/null", doctor.stdout)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    main()
