#!/usr/bin/env python3
"""Two replicas on one PostgreSQL with a synchronous standby, behind HAProxy that passes TLS through (deploy/haproxy.cfg), under load: a
replica is killed, both are exchanged one after the other, the database is restarted and fails over. No feedback that was answered 200 is
lost, no token is accepted twice, no status is given but those that the runbook tells.

    replicas_test.py PROGRAM [test...]

Exit status 77: skipped, PostgreSQL or HAProxy is not installed.
"""

import csv
import http.client
import json
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / name) for name in ("integration", "conformance", "golden")] + [str(ROOT / "tests")]
import postgresql
import served
from running_service import PATIENT_VIEW, RunningService, wait_for
from self_signed import write_self_signed
from shows import main, shows
from signed import PUBLIC_URL, Key

PROGRAM = None
FEEDBACK = f"{PATIENT_VIEW}/feedback"
ISSUERS = {kind: f"https://{kind}.example.org" for kind in ("strict", "off")}
REPORTERS, CALLERS, REPLAYERS = 3, 2, 2  # clients, each with a connection that it keeps
TOKENS = 30
PATIENCE_SECONDS = 60
LOST = "no answer"
SKIPPED = 77


class Client(threading.Thread):
    """Sends one request after the other on one connection, and notes what came of each. It tries nothing twice: a call that gets no answer is lost."""

    def __init__(self, load, requests):
        super().__init__(daemon=True)
        self.load, self.requests, self.connection = load, requests, None
        self.start()

    def run(self):
        for path, token, body, key in self.requests:
            if self.load.is_over.is_set():
                return
            status = self.send(path, token, body)
            self.load.note(path, status, key)

    def send(self, path, token, body):
        try:
            if self.connection is None:
                self.connection = http.client.HTTPSConnection("127.0.0.1", self.load.port, timeout=PATIENCE_SECONDS, context=self.load.trust)
            self.connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", "Authorization": f"Bearer {token}"})
            reply = self.connection.getresponse()
            reply.read()
            if reply.will_close:
                self.connection.close()  # the library opens another one
            return reply.status if reply.status != 503 or reply.headers["Retry-After"] else "503 without Retry-After"
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return LOST


class Load:
    """Clients of all kinds, until it is over. What they got is kept by kind and phase."""

    def __init__(self, port, trust, key, tokens):
        self.port, self.trust, self.key = port, trust, key
        self.is_over, self.lock = threading.Event(), threading.Lock()
        self.phase, self.statuses, self.acknowledged, self.accepted = "", {}, set(), Counter()
        self.enter("well")
        shared = list(tokens)  # each is used by every replayer, at the same time: on both replicas, as it comes
        self.clients = ([Client(self, self.reports()) for _ in range(REPORTERS)] + [Client(self, self.calls()) for _ in range(CALLERS)] +
                        [Client(self, self.replays(shared)) for _ in range(REPLAYERS)])

    def reports(self):
        token = self.key.token(FEEDBACK, iss=ISSUERS["off"])
        while True:
            card = str(uuid.uuid4())
            item = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-01-15T09:00:00Z"}
            yield FEEDBACK, token, {"feedback": [item]}, card

    def calls(self):
        token = self.key.token(PATIENT_VIEW, iss=ISSUERS["off"])
        while True:
            yield PATIENT_VIEW, token, served.call(), "calls"

    def replays(self, tokens):
        while True:
            for token in tokens:
                yield PATIENT_VIEW, token, served.call(), token
                time.sleep(0.02)  # so that the tokens last for all that happens

    def note(self, path, status, key):
        kind = "feedback" if path == FEEDBACK else "calls" if key == "calls" else "tokens"
        with self.lock:
            self.statuses[self.phase].setdefault(kind, Counter())[status] += 1
            if kind == "feedback" and status == 200:
                self.acknowledged.add(key)
            if kind == "tokens" and status == 200:
                self.accepted[key] += 1

    def enter(self, phase):
        with self.lock:
            self.phase = phase
            self.statuses[phase] = {}

    def answered(self, phase=None):
        with self.lock:
            return {kind: sum(count for status, count in some.items() if status == 200) for kind, some in self.statuses[phase or self.phase].items()}

    def lasts(self, count=25):
        """Waits until so many calls and reports more were answered as they should be."""
        before = self.answered()
        wait_for(lambda: all(self.answered().get(kind, 0) >= before.get(kind, 0) + count for kind in ("feedback", "calls")))

    def ends(self):
        self.is_over.set()
        for client in self.clients:
            client.join(PATIENCE_SECONDS)

    def got(self, kind):
        """All statuses of a kind, in whatever phase."""
        return sum((some.get(kind, Counter()) for some in self.statuses.values()), Counter())


class Replicas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.key = Key(cls.folder)
        write_self_signed(cls.folder / "certificate.pem", cls.folder / "key.pem")
        cls.trust = ssl.create_default_context(cafile=cls.folder / "certificate.pem")

    def setUp(self):
        self.first = self.enterContext(postgresql.PostgreSql())
        self.second = self.enterContext(postgresql.PostgreSql(standby_of=self.first))
        self.first.query("alter system set synchronous_standby_names = 'standby'")
        self.first.query("select pg_reload_conf()")
        wait_for(lambda: self.first.query("select sync_state from pg_stat_replication") == ["sync"])
        self.store = f"postgresql://backpain@127.0.0.1:{self.first.port},127.0.0.1:{self.second.port}/postgres"
        self.ports = {name: (postgresql.free_port(), postgresql.free_port()) for name in ("one", "two")}
        self.replicas = {name: self.replica(name) for name in self.ports}
        self.balancer_port = postgresql.free_port()
        self.start_balancer()
        tokens = [self.key.token(PATIENT_VIEW, iss=ISSUERS["strict"]) for _ in range(TOKENS)]
        self.load = Load(self.balancer_port, self.trust, self.key, tokens)
        self.addCleanup(self.load.ends)
        self.load.lasts()

    def replica(self, name):
        clients = [{"name": kind, "issuer": issuer, "jwks": {"keys": [self.key.jwk()]}, "replay": kind} for kind, issuer in ISSUERS.items()]
        port, admin_port = self.ports[name]
        running = RunningService(PROGRAM, authentication="required", publicUrl=PUBLIC_URL, clients=clients, store=self.store, listen=f"127.0.0.1:{port}",
                                 admin={"listen": f"127.0.0.1:{admin_port}"},
                                 tls={"certificate": str(self.folder / "certificate.pem"), "key": str(self.folder / "key.pem")})
        return self.enterContext(running)

    def start_balancer(self):
        """By the file that is shipped, with the ports of this test in place of the names of a network."""
        text = (ROOT / "deploy" / "haproxy.cfg").read_text(encoding="utf-8")
        text = text.replace("bind :8443", f"bind 127.0.0.1:{self.balancer_port}").replace(" port 9443", "").replace("maxconn 20000", "maxconn 200")
        text = text.replace("global\n", f"global\n    stats socket {self.folder}/haproxy.sock\n")
        for name, (port, admin_port) in self.ports.items():
            text = text.replace(f"replica-{name}:8443", f"127.0.0.1:{port} port {admin_port}")
        (self.folder / "haproxy.cfg").write_text(text, encoding="utf-8")
        balancer = subprocess.Popen(["haproxy", "-db", "-f", self.folder / "haproxy.cfg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(balancer.wait, PATIENCE_SECONDS)
        self.addCleanup(balancer.kill)
        wait_for(lambda: self.serves() or balancer.poll() is not None)
        self.assertIsNone(balancer.poll(), "HAProxy does not take its file")

    def balancer(self, figure):
        """A column of HAProxy's statistics, by replica."""
        with socket.socket(socket.AF_UNIX) as stats:
            stats.settimeout(PATIENCE_SECONDS)
            stats.connect(f"{self.folder}/haproxy.sock")
            stats.sendall(b"show stat\n")
            told = csv.DictReader(stats.makefile())
            return {line["svname"]: line[figure] for line in told if line["# pxname"] == "replicas" and line["svname"] in self.ports}

    def sees_both(self):
        """Whether the balancer's own checks have found both replicas ready."""
        return self.balancer("status") == {"one": "UP", "two": "UP"}

    def serves(self):
        connection = http.client.HTTPSConnection("127.0.0.1", self.balancer_port, timeout=PATIENCE_SECONDS, context=self.trust)
        try:
            connection.request("GET", "/cds-services")
            return connection.getresponse().status in (200, 401)
        except OSError:
            return False
        finally:
            connection.close()

    def holds(self, database, most_lost=0):
        """What has to be so in the end, whatever happened."""
        self.load.lasts()
        self.load.ends()
        print(f"\n{self._testMethodName}: {({phase: {kind: dict(some) for kind, some in kinds.items()} for phase, kinds in self.load.statuses.items()})}", flush=True)
        kept = set(database.query("select card from feedback"))
        self.assertEqual(self.load.acknowledged - kept, set(), "answered 200, and not kept")
        self.assertEqual({token for token, times in self.load.accepted.items() if times > 1}, set(), "accepted twice")
        self.assertGreater(len(self.load.accepted), 0)
        for kind in ("feedback", "calls", "tokens"):
            self.assertLessEqual(self.load.got(kind)[LOST], most_lost, kind)

    def assert_none_but(self, kind, *statuses):
        self.assertEqual(set(self.load.got(kind)) - set(statuses), set(), kind)

    @shows("R-139", "R-141")
    def test_a_replica_is_killed(self):
        self.load.enter("one replica killed")
        self.replicas["one"].kill()
        wait_for(lambda: self.balancer("status")["one"] == "DOWN")
        self.load.lasts(50)
        self.holds(self.first, most_lost=len(self.load.clients))  # what was under way on it, or on its connections
        self.assert_only_who_needs_a_store_waited(LOST)

    def test_a_replica_that_is_slow_once_is_not_taken_out(self):
        wait_for(self.sees_both)
        slow, before, taken_out = self.replicas["one"].process, self.balancer("chkfail")["one"], self.balancer("chkdown")
        slow.send_signal(signal.SIGSTOP)
        self.addCleanup(slow.send_signal, signal.SIGCONT)
        wait_for(lambda: self.balancer("chkfail")["one"] != before)
        slow.send_signal(signal.SIGCONT)
        self.holds(self.first)
        self.assertEqual(self.balancer("chkdown"), taken_out)

    def test_both_are_exchanged_one_after_the_other(self):
        for name in ("one", "two", "one", "two"):
            self.load.enter(f"{name} exchanged, {uuid.uuid4().hex[:4]}")
            self.assertEqual(self.replicas[name].stop(), 0)
            self.replicas[name] = self.replica(name)
            wait_for(self.sees_both)  # else nobody is left to answer while the other one is exchanged
            self.load.lasts()
        self.holds(self.first)
        self.assert_only_who_needs_a_store_waited()

    def assert_only_who_needs_a_store_waited(self, *others):
        """503 with Retry-After, beside faults of the store, also where a busy machine lets it wait for too long (RUNBOOK.md, 503)."""
        self.assert_none_but("calls", 200, *others)
        self.assert_none_but("feedback", 200, 503, *others)
        self.assert_none_but("tokens", 200, 401, 503, *others)

    @shows("R-139", "R-141")
    def test_postgresql_is_restarted(self):
        self.load.enter("PostgreSQL restarted")
        self.first.stop()
        wait_for(lambda: self.load.got("feedback")[503] > 0)
        self.first.start()
        self.holds(self.first)
        self.assert_only_who_needs_a_store_waited()

    @shows("R-139", "R-141")
    def test_postgresql_fails_over_to_its_standby(self):
        self.load.enter("primary killed")
        self.first.kill()
        wait_for(lambda: self.load.got("feedback")[503] > 0)
        self.second.promote()
        self.load.enter("standby promoted")
        self.holds(self.second)
        self.assert_only_who_needs_a_store_waited()


if __name__ == "__main__":
    if not postgresql.installed_programs() or not shutil.which("haproxy"):
        print("skipped: PostgreSQL or HAProxy is not installed (Debian packages postgresql, haproxy)")
        sys.exit(SKIPPED)
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    served.PROGRAM = PROGRAM
    main()
