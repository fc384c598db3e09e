"""A thousand clients that stall, half-close and vanish: the others are served meanwhile, and the memory comes back.

    abuse_test.py PROGRAM [test...]
"""

import json
import resource
import socket
import struct
import sys
import time
import unittest
from pathlib import Path

from running_service import PATIENT_VIEW, RunningService, get, post

PROGRAM = None
CLIENTS = 1000
# A lone call takes a few milliseconds; a busy machine adds what it likes, a stalled service all of its deadlines.
MOST_SECONDS = 2.0
MOST_LEFT_MIB = 40
# The allocators of the sanitizers keep what was freed, and their shadow of it: there only the service's own findings count.
SANITIZERS = (b"__asan_init", b"__tsan_init")
BODY = json.dumps({"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
                   "context": {"userId": "Practitioner/1", "patientId": "p"},
                   "prefetch": {"patient": {"resourceType": "Patient", "id": "p", "birthDate": "1960-01-01"},
                                "conditions": None}}).encode()
CALL = post(PATIENT_VIEW, BODY)
LARGE = post(PATIENT_VIEW, BODY + b" " * 200_000)


def vanish(connection):
    """Resets the connection, as a client does whose machine is switched off."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket.close(connection)


class Abuse(unittest.TestCase):
    def setUp(self):
        # Fewer descriptors than clients at first, as after many a login: the service asks for more.
        self.service = RunningService(PROGRAM, before=("prlimit", "--nofile=512:8192")).__enter__()
        self.addCleanup(self.service.__exit__)
        self.open = []
        self.addCleanup(self.leave)
        self.worst_seconds = 0.0
        for _ in range(50):
            self.call()  # what the service needs at work
        self.before = self.service.resident_mib()

    def leave(self):
        while self.open:
            vanish(self.open.pop())

    def call(self):
        """A well-behaved client among the others."""
        begun = time.monotonic()
        with self.service.connect() as connection:
            connection.sendall(CALL)
            self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n"))
        self.worst_seconds = max(self.worst_seconds, time.monotonic() - begun)

    def crowd(self, abuse):
        for number in range(CLIENTS):
            begun = time.monotonic()
            connection = self.service.connect()
            self.worst_seconds = max(self.worst_seconds, time.monotonic() - begun)
            self.open.append(connection)
            abuse(connection)
            if number % 50 == 0:
                self.call()
        self.call()

    def has_recovered(self):
        self.assertLess(self.worst_seconds, MOST_SECONDS)
        if not any(name in PROGRAM.read_bytes() for name in SANITIZERS):
            self.has_given_memory_back()
        self.call()
        print(f"{self.id().rsplit('.', 1)[1]}: slowest call or connection {self.worst_seconds * 1000:.0f} ms, resident "
              f"{self.before:.0f} MiB before, {self.most:.0f} MiB at most, {self.service.resident_mib():.0f} MiB after",
              file=sys.stderr)

    def has_given_memory_back(self):
        deadline = time.monotonic() + 30
        while self.service.resident_mib() > self.before + MOST_LEFT_MIB and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertLess(self.service.resident_mib(), self.before + MOST_LEFT_MIB)

    def test_clients_that_stall(self):
        parts = (b"", CALL[:20], CALL[:-10], LARGE[:150_000])

        def stall(connection):
            connection.sendall(parts[len(self.open) % len(parts)])

        self.crowd(stall)
        self.most = self.service.resident_mib()
        self.leave()
        self.has_recovered()

    def test_clients_that_half_close(self):
        def half_close(connection):
            connection.sendall(CALL if len(self.open) % 2 else LARGE[:100_000])
            socket.socket.shutdown(connection, socket.SHUT_WR)

        self.crowd(half_close)
        self.most = self.service.resident_mib()
        self.leave()
        self.has_recovered()

    def test_clients_that_vanish(self):
        def go(connection):
            connection.sendall((CALL, LARGE, LARGE[:100_000], get("/cds-services") * 50)[len(self.open) % 4])
            vanish(self.open.pop())
            self.open.append(socket.socket())  # counts the clients

        self.crowd(go)
        self.most = self.service.resident_mib()
        self.has_recovered()


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * CLIENTS, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    unittest.main()
