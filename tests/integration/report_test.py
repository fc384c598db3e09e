"""`backpain-cds report`: what a service with two clients was asked, gave and was told comes back out of its store, after
a kill too, on SQLite and PostgreSQL; and nothing of a patient, a user or a user's words does.

    report_test.py PROGRAM [test...]
"""

import collections
import csv
import http.client
import io
import json
import random
import re
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from shows import main

import postgresql
from running_service import PATIENCE_SECONDS, PATIENT_VIEW, RunningService
from token_maker import EllipticKey, claims, compact, header

PROGRAM = None
ADDRESS = "https://cds.example.org"
BIRD = "Kanarienvogel"
CLIENTS = {"General Hospital": "https://general.example.org", "Silent Clinic": "https://silent.example.org"}
OWN_REASON = {"system": "https://general.example.org/why", "code": "patient-refused"}
CALLS, CALLS_BEFORE_THE_KILL, CALLS_AFTER_IT = 200, 20, 30


def bundle(*resources):
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}


def resource(kind, number, **members):
    return {"resourceType": kind, "id": f"{BIRD}-{number}", "note": [{"text": BIRD}],
            "subject": {"reference": f"Patient/{BIRD}", "display": BIRD}} | members


def condition(number, code):
    return resource("Condition", number, onsetDateTime="2025-01-01", code={
        "text": BIRD, "coding": [{"system": "http://snomed.info/sct", "code": code, "display": BIRD}]},
        clinicalStatus={"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]})


def vitamin_d(value, unit):
    return resource("Observation", "o", status="final", effectiveDateTime="2026-01-02", code={
        "text": BIRD, "coding": [{"system": "http://loinc.org", "code": "62292-8", "display": BIRD}]},
        valueQuantity={"value": value, "unit": unit})


def call(results):
    nothing = {key: None for key in ("medicationRequests", "medicationStatements", "medicationAdministrations", "procedures",
                                     "orders", "b12", "bone", "blood", "pregnancy")}
    patient = {"resourceType": "Patient", "id": BIRD, "birthDate": "1960-01-01", "gender": "female", "name": [{"family": BIRD}]}
    return {"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context": {"userId": f"Practitioner/{BIRD}", "patientId": BIRD},
            "prefetch": nothing | {"patient": patient, "vitaminD": bundle(*results),
                                   "conditions": bundle(condition("back", "279039007"), condition("bone", "64859006"))}}


RECORDS = [[], [vitamin_d(9, "ng/mL")], [vitamin_d(9, BIRD)]]


class Told:
    """What the test itself counts."""

    def __init__(self):
        self.calls = collections.Counter()
        self.cards = collections.Counter()     # by client and rule
        self.outcomes = collections.Counter()  # by rule and outcome: the last words
        self.items = collections.Counter()     # the same of every word
        self.reasons = collections.Counter()
        self.commented = 0


class Reports:
    """The tests; on which store is for the classes below to say."""

    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.keys = {name: EllipticKey(folder, name.split()[0]) for name in CLIENTS}
        self.clients = [{"name": name, "issuer": issuer, "jwks": {"keys": [self.keys[name].jwk()]}, "replay": "off",
                         "overrideReasons": [f"{OWN_REASON['system']}|{OWN_REASON['code']}"]}
                        for name, issuer in CLIENTS.items()]
        self.store = self.store_address(folder)
        self.tokens, self.random = {}, random.Random(16)

    def running(self):
        return RunningService(PROGRAM, authentication="required", publicUrl=ADDRESS, clients=self.clients, store=self.store,
                              log={"level": "debug"}, arguments=["--at", "2026-01-15T09:00:00+01:00"])

    def post(self, service, client, path, body):
        if (client, path) not in self.tokens:
            self.tokens[client, path] = compact(header(kid=self.keys[client].name), claims(CLIENTS[client], ADDRESS + path, sub=BIRD, exp=int(time.time()) + 3000),
                                                 self.keys[client].sign)
        connection = self.connections.setdefault(client, http.client.HTTPSConnection(
            "127.0.0.1", service.port, timeout=PATIENCE_SECONDS, context=ssl.create_default_context(
                cafile=service.folder / "certificate.pem")))
        connection.request("POST", path, json.dumps(body), {
            "Content-Type": "application/json", "Authorization": f"Bearer {self.tokens[client, path]}"})
        reply = connection.getresponse()
        text = reply.read()
        self.assertEqual(reply.status, 200, text)
        return json.loads(text) if text else None

    def calls(self, service, told, number):
        """\\returns the cards that client and service know."""
        cards = []
        for i in range(number):
            client = list(CLIENTS)[i % 4 == 3]
            answer = self.post(service, client, PATIENT_VIEW, call(RECORDS[i % len(RECORDS)]))
            told.calls[client] += 1
            for card in answer["cards"]:
                rule = card["extension"]["org.backpain-cds"]["rule"]
                told.cards[client, rule] += 1
                cards.append((client, rule, card))
        return cards

    def tell(self, service, told, cards):
        """Two of three cards are answered, some of them twice: the later word counts."""
        items = []
        for client, rule, card in cards:
            choice = self.random.randrange(6)
            if client == "Silent Clinic" or choice < 2:
                continue
            accept = {"card": card["uuid"], "outcome": "accepted", "outcomeTimestamp": "2026-01-15T09:01:00Z",
                      "acceptedSuggestions": [{"id": card["suggestions"][0]["uuid"] if card.get("suggestions") else card["uuid"]}]}
            reason = [OWN_REASON, {"system": f"urn:{BIRD}", "code": BIRD}, None][self.random.randrange(3)]
            override = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-01-15T09:02:00Z",
                        "overrideReason": {"userComment": f"{BIRD} said no"} | ({"reason": reason} if reason else {})}
            said = {2: [accept], 3: [override], 4: [override, accept], 5: [override, override]}[choice]
            items += said
            for item in said[:1] if said[0] is said[-1] else said:
                told.items[rule, item["outcome"]] += 1
            last = max(said, key=lambda item: item["outcomeTimestamp"])
            told.outcomes[rule, last["outcome"]] += 1
            if last is override:
                told.commented += 1
                told.reasons[rule, (OWN_REASON["code"] if reason is OWN_REASON else "other") if reason else None] += 1
        for first in range(0, len(items), 50):
            self.post(service, "General Hospital", PATIENT_VIEW + "/feedback", {"feedback": items[first:first + 50]})

    def report(self, service, *options, status=0):
        run = subprocess.run([PROGRAM, "report", "--config", service.folder / "config.json", *options], capture_output=True,
                             text=True, cwd=service.folder, check=False)
        self.assertEqual(run.returncode, status, run.stderr)
        self.silent(run.stdout + run.stderr, f"the report {options}")
        return run.stdout

    def exact(self, service):
        return json.loads(self.report(service, "--format", "json"))

    def silent(self, text, where):
        self.assertFalse(BIRD in text, f"{BIRD} is in {where}: {text[max(0, text.find(BIRD) - 200):][:300]}")

    def wait_until_counted(self, service, calls):
        give_up = time.monotonic() + PATIENCE_SECONDS
        while self.exact(service)["calls"]["all"] < calls:
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.2)

    def test_the_report_gives_what_was_told_and_after_a_kill_too(self):
        told = Told()
        with self.running() as service:
            self.connections = {}
            cards = self.calls(service, told, CALLS)
            self.wait_until_counted(service, CALLS)  # and so the cards are there too, which are written at once
            self.tell(service, told, cards)
            counted = told.cards.copy()
            metrics = service.admin("/metrics").body.decode()
            self.holds_metrics(metrics, told)
            self.calls(service, told, CALLS_BEFORE_THE_KILL)
            service.kill()
            report = self.exact(service)
            self.holds_feedback(report, told)
            for rule in {rule for _, rule in told.cards}:
                least, most = (sum(n for (_, of), n in cards.items() if of == rule) for cards in (counted, told.cards))
                self.assertTrue(least <= report["rules"][rule]["cards"] <= most, (rule, least, report["rules"][rule], most))
            self.assertTrue(CALLS <= report["calls"]["all"] <= CALLS + CALLS_BEFORE_THE_KILL, report["calls"])
            self.assertEqual([writer["state"] == "ended" for writer in report["writers"]], [False])
            self.assertEqual(report["secondsLostByAKill"], 10)
            self.assertRegex(self.report(service), "is lost if it was killed|ended without its last counts")
            self.holds_formats(service)
            self.silent(service.log(), "the log")
            self.silent(metrics, "the metrics")
            for name, text in self.stored(service):
                self.silent(text, name)
        self.goes_on(told, report["calls"]["all"])

    def goes_on(self, told, calls_before):
        """After a stop in order nothing is missing."""
        with self.running() as service:
            self.connections = {}
            self.calls(service, told, CALLS_AFTER_IT)
            self.assertEqual(service.stop(), 0)
            report = self.exact(service)
            self.assertEqual(report["calls"]["all"], calls_before + CALLS_AFTER_IT)
            self.assertEqual(sorted(writer["state"] == "ended" for writer in report["writers"]), [False, True])
            self.holds_feedback(report, told)

    def holds_feedback(self, report, told):
        for line in report["by"]["rule"]:
            for outcome in ("accepted", "overridden"):
                self.assertEqual(line[outcome], told.outcomes[line["rule"], outcome], line)
        self.assertEqual(report["all"]["commented"], told.commented)
        self.assertEqual(report["clientsWithFeedback"], ["General Hospital"])
        by_client = {line["client"]: line for line in report["by"]["client"]}
        self.assertEqual(by_client["Silent Clinic"]["couldAnswer"], 0)
        self.assertGreater(by_client["Silent Clinic"]["given"], 0)
        reasons = collections.Counter()
        for one in report["reasons"]:
            reasons[one["rule"], one["reason"] and one["reason"]["code"]] += one["cards"]
        self.assertEqual(reasons, told.reasons)
        self.assertGreater(len(told.reasons), 3)

    def holds_metrics(self, metrics, told):
        def value(name, **labels):
            wanted = ",".join(f'{key}="{labels[key]}"' for key in sorted(labels))
            found = re.search(rf"^{name}{{{re.escape(wanted)}}} (\S+)$", metrics, re.MULTILINE)
            return int(found[1]) if found else 0

        for client, calls in told.calls.items():
            self.assertEqual(value("backpain_cds_calls_total", client=client, service="back-pain-labs-patient-view"), calls)
        for (rule, outcome), items in told.items.items():
            self.assertEqual(value("backpain_cds_feedback_outcomes_total", outcome=outcome, rule=rule), items, rule)
        self.assertGreater(value("backpain_cds_results_total", analyte="vitamin-d", reading="readable"), 0)
        self.assertGreater(value("backpain_cds_results_total", analyte="vitamin-d", reading="unknown-unit"), 0)
        self.assertGreater(value("backpain_cds_silences_total", reason="criterion", rule="b12-low"), 0)

    def holds_formats(self, service):
        rows = list(csv.DictReader(io.StringIO(self.report(service, "--format", "csv"), newline="")))
        self.assertTrue(all(row.keys() == {"table", "row", "column", "value"} and None not in row.values() for row in rows))
        shared = [row["value"] for row in rows if row["column"] in ("given", "accepted", "overridden", "calls", "cards")]
        self.assertTrue(shared and all(re.fullmatch(r"<11|\d*0", value) for value in shared), shared)
        page = self.report(service, "--format", "html")
        self.assertTrue(page.lower().startswith("<!doctype html>"))
        self.assertIn("Cards by rule", page)
        self.assertIn("When which version spoke", self.report(service, "--since", "2026-01-01"))
        self.report(service, "--since", "yesterday", status=2)
        self.holds_drift(service)

    def holds_drift(self, service):
        """All that was counted is of today: nothing is heard yet, of any format, and nothing is there to be held against."""
        self.assertIn("Nothing went quiet.", self.report(service, "--drift"))
        told = json.loads(self.report(service, "--drift", "--format", "json"))
        self.assertEqual((told["somethingChanged"], told["changes"], told["notWatched"]), (False, [], []))
        self.assertTrue(self.report(service, "--drift", "--format", "csv").startswith("table,row,column,value\n"))
        self.assertTrue(self.report(service, "--drift", "--format", "html").lower().startswith("<!doctype html>"))
        self.report(service, "--drift", "--since", "2026-01-01", "--until", "2026-02-01")
        for wrong in (("--drift", "--until", "2999-01-01"), ("--drift", "--since", "2026-02-02", "--until", "2026-02-01"), ("--until", "2026-01-01"),
                      ("--drift", "--since", "1999-01-01")):
            self.report(service, *wrong, status=2)


class OnSqlite(Reports, unittest.TestCase):
    def store_address(self, folder):
        self.database = folder / "store.db"
        return f"sqlite:{self.database}"

    def stored(self, _):
        files = [path for path in self.database.parent.iterdir() if path.name.startswith("store.db")]
        self.assertTrue(files)
        return [(path.name, path.read_bytes().decode("latin-1")) for path in files]


@unittest.skipUnless(postgresql.installed_programs(), "PostgreSQL is not installed")
class OnPostgresql(Reports, unittest.TestCase):
    def store_address(self, _):
        self.database = self.enterContext(postgresql.PostgreSql())
        return self.database.address

    def stored(self, _):
        text = self.database.dump()
        self.assertIn("tally", text)
        return [("the database", text)]


class WithoutAStore(unittest.TestCase):
    def report(self, service):
        return subprocess.run([PROGRAM, "report", "--config", service.folder / "config.json"], capture_output=True, text=True,
                              cwd=service.folder, check=False)

    def test_the_report_says_what_is_missing(self):
        with RunningService(PROGRAM) as service:
            run = self.report(service)
            self.assertEqual((run.returncode, run.stdout), (4, ""))
            self.assertIn('Set "store"', run.stderr)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    main()
