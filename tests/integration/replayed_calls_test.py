"""The calls of the generator (tests/population/calls.py), with what became of their cards, through two replicas on one store
with a canary and a shadow: the report gives the counts of whoever sent them. Feedback exactly; calls and cards less at most
those of the last ten seconds before a kill.

    replayed_calls_test.py PROGRAM [--calls 200000] [test...]
"""

import collections
import concurrent.futures
import hashlib
import http.client
import json
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "population"), str(HERE.parents[1])]
from shows import main

import calls as generator
import postgresql
import report_test
from report_test import ADDRESS, BIRD
from running_service import PACK, PATIENCE_SECONDS, PATIENT_VIEW, RunningService
from token_maker import EllipticKey, claims, compact, header

PROGRAM = None
CALLS, DAYS, LAST_CALLS = 400, 7, 20
SALT, PERCENT = "a salt of this test", 10
LOST_BY_A_KILL_SECONDS = 10
TOKEN_SECONDS, ITEMS_AT_ONCE = 3000, 50
# What any card of the pack offers is kept, whichever card it is told of.
KNOWN_REASONS = {one["code"] for offered in json.loads((PACK / "pack.json").read_text(encoding="utf-8"))["overrideReasons"].values()
                 for one in offered} | {generator.OWN_REASON["code"]}


def issuer_of(client):
    return f"https://{client}.example.org"


def body_of(line):
    """A call whose patient has what its cards are about, as far as three kinds of records can say it."""
    rules = {card["rule"] for card in line["cards"]}
    kind = 1 if rules & set(generator.LOW_D) else 2 if "result-unreadable" in rules else 0
    body = report_test.call(report_test.RECORDS[kind])
    body["context"]["userId"] = f"{line['user']}-{BIRD}"
    if not rules:
        body["prefetch"]["conditions"] = None
    return body


def sees_the_canary(user):
    return int(hashlib.sha256(f"{SALT}\n{user}".encode()).hexdigest()[:8], 16) < 2**32 * PERCENT // 100


def feedback_of(card, fate):
    """\\returns what is told of a card, and how the report has it: outcome and reason; None: nothing is told."""
    item = {"card": card["uuid"], "outcome": fate["outcome"], "outcomeTimestamp": "2026-01-15T09:01:00Z"}
    if fate["outcome"] == "accepted":
        suggestions = card.get("suggestions") or [{"uuid": card["uuid"]}]
        return item | {"acceptedSuggestions": [{"id": suggestions[0]["uuid"]}]}, None
    told = {"userComment": f"{BIRD} said no"} if fate.get("comment") else {}
    reason = fate.get("reason")
    if reason is None:
        return item | ({"overrideReason": told} if told else {}), None
    return item | {"overrideReason": told | {"reason": reason}}, reason["code"] if reason["code"] in KNOWN_REASONS else "other"


class Told:
    """What one client sent, and got."""

    def __init__(self):
        self.calls, self.cards, self.outcomes, self.reasons = (collections.Counter() for _ in range(4))
        self.comments, self.items = 0, []

    def __add__(self, other):
        both = Told()
        for name in ("calls", "cards", "outcomes", "reasons"):
            setattr(both, name, getattr(self, name) + getattr(other, name))
        both.comments = self.comments + other.comments
        return both


class Sender:
    """One client: its token, and a connection to each replica."""

    def __init__(self, name, key, services):
        self.name, self.services, self.told = name, services, Told()
        self.tokens = {path: compact(header(kid=key.name), claims(issuer_of(name), ADDRESS + path, sub=BIRD,
                                                                  exp=int(time.time()) + TOKEN_SECONDS), key.sign)
                       for path in (PATIENT_VIEW, PATIENT_VIEW + "/feedback")}
        self.connections = [http.client.HTTPSConnection(
            "127.0.0.1", service.port, timeout=PATIENCE_SECONDS, context=ssl.create_default_context(
                cafile=service.folder / "certificate.pem")) for service in services]

    def post(self, replica, path, body):
        self.connections[replica].request("POST", path, json.dumps(body), {
            "Content-Type": "application/json", "Authorization": f"Bearer {self.tokens[path]}"})
        reply = self.connections[replica].getresponse()
        text = reply.read()
        if reply.status != 200:
            raise AssertionError(f"{reply.status}: {text}")
        return json.loads(text) if text else None

    def call(self, replica, line):
        cards = self.post(replica, PATIENT_VIEW, body_of(line))["cards"]
        self.told.calls[sees_the_canary(f"{line['user']}-{BIRD}")] += 1
        for card in cards:
            self.told.cards[card["extension"]["org.backpain-cds"]["rule"]] += 1
        return cards

    def replay(self, lines):
        for number, line in enumerate(lines):
            cards = self.call(number % 2, line)
            for card, fate in zip(cards, line["cards"]):
                if fate["outcome"] != "none":
                    self.tell(card, fate)
            if len(self.told.items) >= ITEMS_AT_ONCE or number + 1 == len(lines):
                self.flush(number % 2)
        return self.told

    def tell(self, card, fate):
        item, reason = feedback_of(card, fate)
        rule = card["extension"]["org.backpain-cds"]["rule"]
        self.told.items.append(item)
        self.told.outcomes[rule, fate["outcome"]] += 1
        if fate["outcome"] == "overridden":
            self.told.reasons[rule, reason] += 1
            self.told.comments += bool(fate.get("comment"))

    def flush(self, replica):
        items, self.told.items = self.told.items, []
        for first in range(0, len(items), ITEMS_AT_ONCE):
            self.post(replica, PATIENT_VIEW + "/feedback", {"feedback": items[first:first + ITEMS_AT_ONCE]})


class ReplayedCalls(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.keys = {name: EllipticKey(self.folder, name) for name in generator.CLIENTS}
        self.database = self.enterContext(postgresql.PostgreSql()) if postgresql.installed_programs() else None
        self.store = self.database.address if self.database else f"sqlite:{self.folder / 'store.db'}"

    def running(self):
        own = f"{generator.OWN_REASON['system']}|{generator.OWN_REASON['code']}"
        clients = [{"name": name, "issuer": issuer_of(name), "jwks": {"keys": [key.jwk()]}, "replay": "off", "overrideReasons": [own]}
                   for name, key in self.keys.items()]
        beside = {}
        for name, members in (("canary", {"displayUnits": "SI"}), ("shadow", {"off": ["vitamin-d-deficient"]})):
            site = self.folder / f"{name}.json"
            site.write_text(json.dumps({"pack": "back-pain-labs"} | members), encoding="utf-8")
            beside[name] = {"path": str(PACK), "site": str(site)}
        beside["canary"] |= {"percent": PERCENT, "salt": SALT}
        return RunningService(PROGRAM, authentication="required", publicUrl=ADDRESS, clients=clients, store=self.store,
                              packs=[{"path": str(PACK)} | beside], arguments=["--at", "2026-01-15T09:00:00+01:00"])

    def exact(self, service):
        run = subprocess.run([PROGRAM, "report", "--config", service.folder / "config.json", "--format", "json"], capture_output=True,
                             text=True, cwd=service.folder, check=True)
        self.assertNotIn(BIRD, run.stdout + run.stderr)
        return json.loads(run.stdout)

    def wait_until_counted(self, service, number):
        give_up = time.monotonic() + PATIENCE_SECONDS
        while (there := self.exact(service)["calls"]["all"]) < number:
            self.assertLess(time.monotonic(), give_up, f"{there} of {number} calls are there")
            time.sleep(1)

    def test_the_report_has_the_senders_counts(self):
        by_client = collections.defaultdict(list)
        for line in map(json.loads, generator.stream(generator.Plan(calls=CALLS, days=DAYS), generator.Truth())):
            by_client[line["client"]].append(line)
        with self.running() as one, self.running() as two:
            senders = {name: Sender(name, self.keys[name], (one, two)) for name in by_client}
            begun = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(len(senders)) as threads:
                told = sum(threads.map(lambda name: senders[name].replay(by_client[name]), senders), Told())
            seconds = time.monotonic() - begun
            sent = sum(told.calls.values())
            self.wait_until_counted(one, sent)
            for line in by_client["hospital-a"][:LAST_CALLS]:  # no one answers these, and nobody waits for their counts
                senders["hospital-a"].call(1, line)
            two.kill()
            self.assertEqual(one.stop(), 0)
            report = self.exact(one)
            for service in (one, two):
                self.assertNotIn(BIRD, service.log())
        with_last = sum((sender.told for sender in senders.values()), Told())
        print(f"{sent} calls in {seconds:.0f} s, {sum(told.cards.values())} cards, {sum(told.outcomes.values())} answers; "
              f"{report['calls']['all'] - sent} of {LAST_CALLS} calls before the kill are there", flush=True)
        self.holds_feedback(report, told)
        self.holds_counts(report, told, with_last)

    def holds_feedback(self, report, told):
        outcomes = {(line["rule"], outcome): line[outcome] for line in report["by"]["rule"] for outcome in ("accepted", "overridden")}
        self.assertEqual({key: count for key, count in outcomes.items() if count}, dict(told.outcomes))
        reasons = collections.Counter()
        for one in report["reasons"]:
            reasons[one["rule"], one["reason"] and one["reason"]["code"]] += one["cards"]
        self.assertEqual(reasons, told.reasons)
        self.assertEqual(report["all"]["commented"], told.comments)
        self.assertEqual(report["feedbackOfUnknownCards"], 0)
        self.assertNotIn("hospital-d", report["clientsWithFeedback"])

    def holds_counts(self, report, told, with_last):
        """What was sent before the kill may be missing, and nothing else."""
        def lies_between(value, least, most, what):
            self.assertTrue(least <= value <= most, (what, least, value, most))

        lies_between(report["calls"]["all"], sum(told.calls.values()), sum(with_last.calls.values()), "calls")
        for rule in with_last.cards:
            lies_between(report["rules"][rule]["cards"], told.cards[rule], with_last.cards[rule], rule)
        canary, = report["canaries"]
        lies_between(canary["calls"]["canary"], told.calls[True], with_last.calls[True], "calls of the canary")
        lies_between(canary["calls"]["live"], told.calls[False], with_last.calls[False], "calls of the pack")
        looked = sum(sum(one["calls"].values()) for one in report["shadows"])
        lies_between(looked, 1, report["calls"]["all"], "calls that the shadow looked at or skipped")
        for one in report["shadows"]:
            self.assertEqual(one["calls"]["failed"], 0)
        self.assertEqual(sorted(writer["state"] == "ended" for writer in report["writers"]), [False, True])
        self.assertEqual(report["secondsLostByAKill"], LOST_BY_A_KILL_SECONDS)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    if "--calls" in sys.argv:
        at = sys.argv.index("--calls")
        CALLS = int(sys.argv[at + 1])
        DAYS = max(DAYS, CALLS // 600)
        del sys.argv[at:at + 2]
    main()
