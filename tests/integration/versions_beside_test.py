"""Versions beside the one that answers: a canary in two replicas, a shadow, and the way back from a bad canary under load.
What they did is in the report; nothing of a patient, a user or a note is anywhere.

    versions_beside_test.py PROGRAM [test...]
"""

import collections
import concurrent.futures
import hashlib
import http.client
import json
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from shows import main

import postgresql
from running_service import PACK, PATIENCE_SECONDS, PATIENT_VIEW, RunningService, wait_for

PROGRAM = None
BIRD = "Kanarienvogel"
SALT, PERCENT = "a salt of this test", 40
USERS, CALLERS, CALLS_BEFORE, CALLS_AFTER = 40, 4, 40, 25


def bundle(*resources):
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}


def resource(kind, number, **members):
    return {"resourceType": kind, "id": f"{BIRD}-{number}", "note": [{"text": BIRD}],
            "subject": {"reference": f"Patient/{BIRD}", "display": BIRD}} | members


def call(user):
    """A patient with back pain and 25-OH vitamin D of 9 ng/mL, which is one card."""
    nothing = {key: None for key in ("medicationRequests", "medicationStatements", "medicationAdministrations", "procedures",
                                     "orders", "b12", "bone", "blood", "pregnancy")}
    patient = {"resourceType": "Patient", "id": BIRD, "birthDate": "1960-01-01", "gender": "female", "name": [{"family": BIRD}]}
    condition = resource("Condition", "c", onsetDateTime="2025-01-01", code={
        "text": BIRD, "coding": [{"system": "http://snomed.info/sct", "code": "279039007", "display": BIRD}]},
        clinicalStatus={"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]})
    result = resource("Observation", "o", status="final", effectiveDateTime="2026-01-02", code={
        "coding": [{"system": "http://loinc.org", "code": "62292-8", "display": BIRD}]},
        valueQuantity={"value": 9, "unit": "ng/mL", "system": "http://unitsofmeasure.org", "code": "ng/mL"})
    return {"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context": {"userId": user, "patientId": BIRD},
            "prefetch": nothing | {"patient": patient, "conditions": bundle(condition), "vitaminD": bundle(result)}}


def user(number):
    return f"Practitioner/{BIRD}-{number}"


def sees_the_canary(who):
    """As deploy/configuration.md has it: the first 32 bits of SHA-256 of salt, line feed and user."""
    return int(hashlib.sha256(f"{SALT}\n{who}".encode()).hexdigest()[:8], 16) < 2**32 * PERCENT // 100


class Caller:
    """One connection."""

    def __init__(self, service):
        self.connection = http.client.HTTPSConnection("127.0.0.1", service.port, timeout=PATIENCE_SECONDS, context=
                                                      ssl.create_default_context(cafile=service.folder / "certificate.pem"))

    def digest(self, who):
        """\\returns the digest on the card that the call of a user brings."""
        self.connection.request("POST", PATIENT_VIEW, json.dumps(call(who)), {"Content-Type": "application/json"})
        reply = self.connection.getresponse()
        text = reply.read()
        if reply.status != 200:
            raise AssertionError(f"{reply.status}: {text}")
        card, = json.loads(text)["cards"]
        return card["extension"]["org.backpain-cds"]["digest"]


class VersionsBeside(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.next = self.folder / "next"
        shutil.copytree(PACK, self.next)
        pack = self.next / "pack.json"
        self.version = json.loads(pack.read_text(encoding="utf-8"))["version"]
        pack.write_text(pack.read_text(encoding="utf-8").replace(f'"version": "{self.version}"', '"version": "9.9.9"', 1),
                        encoding="utf-8")
        self.quiet = self.site("quiet.json", off=["vitamin-d-deficient"])
        self.other = self.site("other.json", displayUnits="SI")
        if postgresql.installed_programs():
            self.database = self.enterContext(postgresql.PostgreSql())
            self.store = self.database.address
        else:
            self.database, self.store = None, f"sqlite:{self.folder / 'store.db'}"

    def site(self, name, **members):
        path = self.folder / name
        path.write_text(json.dumps({"pack": "back-pain-labs"} | members), encoding="utf-8")
        return str(path)

    def pack(self, **beside):
        return {"path": str(PACK)} | beside

    def canary(self, percent=PERCENT):
        return {"path": str(self.next), "site": self.other, "percent": percent, "salt": SALT}

    def running(self, **beside):
        return RunningService(PROGRAM, packs=[self.pack(**beside)], store=self.store, log={"level": "debug"},
                              arguments=["--at", "2026-01-15T09:00:00+01:00"])

    def tool(self, command, service, *options):
        run = subprocess.run([PROGRAM, command, "--config", service.folder / "config.json", *options], capture_output=True,
                             text=True, cwd=service.folder, check=False)
        self.silent(run.stdout + run.stderr, f"{command} {options}")
        return run

    def report(self, service):
        return json.loads(self.tool("report", service, "--format", "json").stdout)

    def silent(self, text, where):
        self.assertFalse(BIRD in text, f"{BIRD} is in {where}: {text[max(0, text.find(BIRD) - 200):][:300]}")

    def all_silent(self, *services):
        for service in services:
            self.silent(service.log(), "the log")
        stored = (self.database.dump() if self.database else
                  "".join(path.read_bytes().decode("latin-1") for path in self.folder.glob("store.db*")))
        self.assertIn("shadow", stored)
        self.silent(stored, "the store")
        for form in ("text", "csv", "html"):
            self.tool("report", services[0], "--format", form)

    def shadow_calls(self, service):
        """\\returns how many calls the shadow looked at or skipped, by its metrics, which are silent."""
        text = service.admin("/metrics").body.decode()
        self.silent(text, "the metrics")
        return {outcome: int(count) for outcome, count in
                re.findall(r'^backpain_cds_shadow_calls_total{outcome="(\S+)"} (\d+)$', text, re.MULTILINE)}

    def test_two_replicas_agree_on_who_sees_the_canary_and_the_shadow_on_what_it_saw(self):
        shadow = {"path": str(self.next), "site": self.quiet}
        with self.running(canary=self.canary(), shadow=shadow) as one, self.running(canary=self.canary(), shadow=shadow) as two:
            users = [user(number) for number in range(USERS)]
            seen = {service: {who: Caller(service).digest(who) for who in users} for service in (one, two)}
            self.assertEqual(seen[one], seen[two])
            canary, = {seen[one][who] for who in users if sees_the_canary(who)}
            live, = {seen[one][who] for who in users if not sees_the_canary(who)}
            for service in (one, two):
                wait_for(lambda: sum(self.shadow_calls(service).values()) == USERS)
            looked = sum(self.shadow_calls(service).get("compared", 0) for service in (one, two))
            self.assertGreater(looked, 0)
            self.assertEqual((one.stop(), two.stop()), (0, 0))
            report = self.report(one)
            self.all_silent(one, two)
        of_canary = 2 * sum(map(sees_the_canary, users))
        of_live = 2 * USERS - of_canary
        self.assertEqual(report["calls"]["all"], 2 * USERS)
        told, = report["canaries"]
        self.assertEqual(told, {"digest": canary, "calls": {"live": of_live, "canary": of_canary, "withoutUser": 0},
                                "cards": {"vitamin-d-deficient": {"live": of_live, "canary": of_canary}}})
        self.assertEqual({one["beside"] for one in report["shadows"]}, {live, canary})
        for one in report["shadows"]:
            self.assertEqual(one["version"], "9.9.9")
            self.assertEqual(one["rules"]["vitamin-d-deficient"]["onlyLive"], one["calls"]["compared"])
        self.assertEqual(sum(one["calls"]["compared"] for one in report["shadows"]), looked)

    def test_doctor_says_what_stands_beside_a_pack(self):
        with self.running(canary=self.canary(), shadow={"path": str(self.next), "site": self.quiet}) as service:
            lines = json.loads(self.tool("doctor", service, "--format", "json").stdout)["lines"]
        says = {line["about"].split(":")[0]: line["says"] for line in lines if line["verdict"] == "ok"}
        self.assertIn("back-pain-labs 9.9.9", says["canary"])
        self.assertIn(f"for {PERCENT} % of users", says["canary"])
        self.assertIn("shown to nobody", says["shadow"])

    def test_a_bad_canary_goes_by_one_sighup_and_no_call_is_lost(self):
        with self.running(canary=self.canary(percent=100)) as service:
            is_back, called = threading.Event(), [0] * CALLERS

            def work(number):
                caller, seen, after = Caller(service), collections.Counter(), 0
                while after < CALLS_AFTER:
                    counts = is_back.is_set()
                    digest = caller.digest(user(number))
                    seen[digest, counts] += 1
                    called[number] += 1
                    after += counts
                return seen

            with concurrent.futures.ThreadPoolExecutor(CALLERS) as callers:
                working = [callers.submit(work, number) for number in range(CALLERS)]
                wait_for(lambda: min(called) >= CALLS_BEFORE or any(one.done() for one in working))
                self.assertTrue(service.reload(packs=[self.pack()])["fine"])
                is_back.set()
                seen = sum((one.result() for one in working), collections.Counter())
            self.assertEqual(service.stop(), 0)
            report = self.report(service)
            self.silent(service.log(), "the log")
        old, = {digest for digest, is_after in seen if is_after}
        bad, = {digest for digest, _ in seen} - {old}
        spoke = {one["digest"]: one for one in report["versions"]}
        self.assertEqual({digest: (one["calls"], one["cards"]) for digest, one in spoke.items()}, {
            digest: (count, count) for digest, count in
            ((old, seen[old, True] + seen[old, False]), (bad, seen[bad, False]))})
        self.assertEqual((spoke[old]["version"], spoke[bad]["version"]), (self.version, "9.9.9"))
        self.assertLessEqual(spoke[bad]["lastCard"], spoke[old]["lastCard"])
        self.assertLessEqual(spoke[bad]["firstCard"], spoke[old]["firstCard"])

    def test_a_canary_that_cannot_be_loaded_changes_nothing(self):
        with self.running() as service:
            before = Caller(service).digest(user(1))
            (self.next / "pack.json").write_text("{", encoding="utf-8")
            self.assertFalse(service.reload(packs=[self.pack(canary=self.canary(percent=100))])["fine"])
            self.assertEqual(Caller(service).digest(user(1)), before)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    main()
