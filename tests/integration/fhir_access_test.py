#!/usr/bin/env python3
"""Calls without prefetch against FHIR servers on loopback: many at once, connections that are kept, whom a client's servers are trusted
by, and what the log and the metrics tell of it.

    fhir_access_test.py PROGRAM [test...]
"""

import concurrent.futures
import json
import ssl
import sys
import tempfile
import threading
import unittest
import uuid
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "conformance"), str(Path(__file__).resolve().parents[1])]
import operation_test
from loopback_fhir import FhirServer
from running_service import PATIENT_VIEW, RunningService, post, wait_for
from self_signed import write_self_signed
from shows import main
from signed import ISSUER, PUBLIC_URL, Key

PROGRAM = None
ROOT = Path(__file__).resolve().parents[2]
AT = ("--at", "2026-03-02T09:00:00-05:00")
PATIENT = "ada-quill"
QUERIES = 12  # of one call of the shipped pack at patient-view: two first, then the others at once
CONNECTIONS = 10
PATIENT_TIME = {"fhir": {"timeoutMs": 50000}, "limits": {"deadlineMs": 50000, "requestSeconds": 60}}  # a busy machine is no fault


def record_of(name):
    bundle = json.loads((ROOT / "deploy/samples" / f"{name}.json").read_text(encoding="utf-8"))
    return [entry["resource"] for entry in bundle["entry"]]


def call(url, headers=""):
    body = {"hook": "patient-view", "hookInstance": str(uuid.uuid4()), "fhirServer": url,
            "context": {"userId": "Practitioner/1", "patientId": PATIENT}}
    return post(PATIENT_VIEW, json.dumps(body), headers + "Connection: close\r\n")


def answer_to(service, request):
    replies, _ = service.send(request)
    return replies[-1]


def rules_of(reply):
    return [card["extension"]["org.backpain-cds"]["rule"] for card in json.loads(reply.body)["cards"]]


class FhirAccess(unittest.TestCase):
    def setUp(self):
        keeper = tempfile.TemporaryDirectory()
        self.addCleanup(keeper.cleanup)
        self.folder = Path(keeper.name)
        self.ca = self.folder / "fhir.pem"
        write_self_signed(self.ca, self.folder / "fhir.key")
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.ca, self.folder / "fhir.key")

    def connections_made(self, service, kind):
        return operation_test.counter(service, "backpain_cds_server_connections_total", kind=kind)

    def test_many_calls_at_once_are_all_answered_with_cards(self):
        """24 calls of twelve queries each on two threads: more than there may be connections."""
        with FhirServer(record_of("ada-quill")) as server, \
                RunningService(PROGRAM, AT, anonymous={"fhirServers": [server.url]}, threads=2, **PATIENT_TIME) as service, \
                concurrent.futures.ThreadPoolExecutor(24) as pool:
            replies = list(pool.map(lambda _: answer_to(service, call(server.url)), range(24)))
            self.assertEqual([reply.status for reply in replies], [200] * 24, service.log())
            for reply in replies:
                self.assertEqual(rules_of(reply), ["vitamin-d-suggest"])
            self.assertEqual(len(server.requests), 24 * QUERIES)

    def test_a_second_call_makes_no_handshakes(self):
        with FhirServer(record_of("ada-quill"), tls=self.tls) as server, \
                RunningService(PROGRAM, AT, anonymous={"fhirServers": [server.url]}, threads=1,
                               **PATIENT_TIME | {"fhir": PATIENT_TIME["fhir"] | {"ca": str(self.ca)}}) as service:
            for _ in range(3):
                self.assertEqual(rules_of(answer_to(service, call(server.url))), ["vitamin-d-suggest"])
                self.assertEqual(self.connections_made(service, "fhir"), CONNECTIONS)
            self.assertEqual(self.connections_made(service, "keys"), 0)

    def test_the_slowest_query_is_named(self):
        with FhirServer(record_of("ada-quill")) as server:
            def wait_and_answer(handler):
                handler.server.slow.wait(1)
                handler.send(*server.answer(handler.path.removeprefix("/fhir/")))

            server.http.slow = threading.Event()  # never set: a second passes
            server.spoil["Procedure"] = wait_and_answer
            with RunningService(PROGRAM, AT, anonymous={"fhirServers": [server.url]}, **PATIENT_TIME) as service:
                self.assertEqual(answer_to(service, call(server.url)).status, 200)
                wait_for(lambda: '"request-served"' in service.log())
                served = [json.loads(line) for line in service.log().splitlines() if '"request-served"' in line]
        self.assertEqual(served[-1]["slowestQuery"], "procedures")
        self.assertGreaterEqual(served[-1]["slowestQueryMicroseconds"], 1_000_000)
        self.assertNotIn(PATIENT, json.dumps(served))

    def clients(self, server, keys, **authority):
        """Two clients of one FHIR server; the first trusts it by an authority of its own."""
        first, second = ({"name": name, "issuer": f"{ISSUER}/{name}", "jwks": {"keys": [key.jwk()]}, "fhirServers": [server.url]}
                         for name, key in keys.items())
        return [first | authority, second]

    def asked_by(self, service, server, name, key):
        token = key.token(PATIENT_VIEW, iss=f"{ISSUER}/{name}")
        return answer_to(service, call(server.url, f"Authorization: Bearer {token}\r\n"))

    def test_the_authority_of_a_client_is_trusted_for_its_servers_alone(self):
        keys = {"North": Key(self.folder), "South": Key(self.folder)}
        with FhirServer(record_of("ada-quill"), tls=self.tls) as server, \
                RunningService(PROGRAM, AT, authentication="required", publicUrl=PUBLIC_URL,
                               clients=self.clients(server, keys, fhirCa=str(self.ca)), **PATIENT_TIME) as service:
            # North's connections are there when South asks: they are not South's.
            for _ in range(2):
                self.assertEqual(rules_of(self.asked_by(service, server, "North", keys["North"])), ["vitamin-d-suggest"], service.log())
                self.assertEqual(self.asked_by(service, server, "South", keys["South"]).status, 412)
            self.assertIn('"outcome":"unreachable"', service.log())
            # Withdrawn by SIGHUP, it is trusted no longer, and a connection that was made under it is not used either.
            told = service.reload(clients=self.clients(server, keys))
            self.assertTrue(told["fine"], service.log())
            self.assertEqual(self.asked_by(service, server, "North", keys["North"]).status, 412)
            # What is no certificate changes nothing.
            (self.folder / "none.pem").write_text("none")
            told = service.reload(clients=self.clients(server, keys, fhirCa=str(self.folder / "none.pem")))
            self.assertFalse(told["fine"])
            self.assertIn("holds no certificates", service.log())


if __name__ == "__main__":
    PROGRAM = operation_test.PROGRAM = Path(sys.argv.pop(1)).resolve()
    main()
