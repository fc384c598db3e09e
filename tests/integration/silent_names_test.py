"""Names that never resolve, because their name server is silent: they hold their own callers alone, and no stop.

    silent_names_test.py PROGRAM [test...]

The service gets an /etc/resolv.conf of its own, in a mount namespace.
"""

import concurrent.futures
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "conformance"), str(Path(__file__).resolve().parents[1])]
import served
from running_service import PATIENT_VIEW, RunningService, post
from shows import main
from signed import FhirServer

PROGRAM = None
NAME_SERVER = "127.0.0.77"  # of loopback, where no other test listens
SILENT = "http://fhir.silent.example/fhir"
CALLS, LIVING_CALLS = 20, 60
DEADLINE_MS = 2000


def record(address):
    kind = address.split("?")[0].split("/")[0]
    if kind == "Patient":
        return served.PATIENT
    return served.bundle(served.BACK_PAIN, served.OSTEOPOROSIS) if kind == "Condition" else served.bundle()


class SilentNameServer:
    """Hears what it is asked, and says nothing."""

    def __enter__(self):
        self.questions = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((NAME_SERVER, 53))
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()
        return self

    def listen(self):
        while True:
            question, _ = self.socket.recvfrom(4096)
            if not question:
                return
            self.questions.append(question)

    def __exit__(self, *_):
        self.socket.sendto(b"", (NAME_SERVER, 53))
        self.thread.join()
        self.socket.close()


class SilentNames(unittest.TestCase):
    def setUp(self):
        probe = subprocess.run(["unshare", "--mount", "true"], capture_output=True, text=True)
        if probe.returncode != 0:
            self.skipTest(f"skipped: no mount namespace can be made here: {probe.stderr.strip()}")
        try:
            self.names = self.enterContext(SilentNameServer())
        except OSError as failure:
            self.skipTest(f"skipped: nobody may listen at port 53 here: {failure}")
        self.fhir = self.enterContext(FhirServer(record))
        self.living = self.fhir.address.replace("127.0.0.1", "localhost")  # by /etc/hosts
        resolv = Path(self.enterContext(tempfile.TemporaryDirectory()), "resolv.conf")
        resolv.write_text(f"nameserver {NAME_SERVER}\noptions timeout:30 attempts:2\n")
        before = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', str(resolv))
        self.service = self.enterContext(RunningService(
            PROGRAM, before=before, anonymous={"fhirServers": [SILENT, self.living]}, fhir={"timeoutMs": DEADLINE_MS - 500},
            limits={"deadlineMs": DEADLINE_MS, "requestSeconds": 3}))

    def call(self, server):
        """A call whose data is to be had from `server` alone. \\returns its status and how long it took."""
        body = json.dumps(served.call(fhirServer=server, prefetch={}))
        begun = time.monotonic()
        replies, _ = self.service.send(post(PATIENT_VIEW, body, "Connection: close\r\n"))
        return replies[-1].status, time.monotonic() - begun

    def living_calls(self):
        """\\returns the statuses, and the 99th percentile of the times."""
        answers = [self.call(self.living) for _ in range(LIVING_CALLS)]
        return {status for status, _ in answers}, sorted(seconds for _, seconds in answers)[int(LIVING_CALLS * 0.99)]

    def test_a_name_that_never_resolves_holds_nobody_else(self):
        alone, usual_seconds = self.living_calls()
        self.assertEqual(alone, {200})
        with concurrent.futures.ThreadPoolExecutor(CALLS) as clients:
            waiting = [clients.submit(self.call, SILENT) for _ in range(CALLS)]
            while not self.names.questions:
                time.sleep(0.01)
            beside, seconds = self.living_calls()
            silent = {answer.result()[0] for answer in waiting}
        self.assertEqual(beside, {200})
        self.assertEqual(silent, {412})
        print(f"p99 of other clients: {usual_seconds * 1000:.0f} ms alone, {seconds * 1000:.0f} ms beside {CALLS} calls that wait", flush=True)
        # Held by the lookups they would take as long as those: until the deadline.
        self.assertLess(seconds, 4 * usual_seconds + DEADLINE_MS / 4000)
        # Twenty calls, twelve queries each: one lookup, which asks for IPv4 and IPv6.
        self.assertLessEqual(len(self.names.questions), 2)

    def test_a_stop_does_not_wait_for_a_name_that_never_resolves(self):
        self.assertEqual(self.call(SILENT)[0], 412)
        begun = time.monotonic()
        self.assertEqual(self.service.stop(), 0)
        # limits.requestSeconds and five seconds are promised; the resolver would wait for a minute.
        self.assertLess(time.monotonic() - begun, 30)
        self.assertIn('"leftBehind":true', self.service.log())


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    served.PROGRAM = PROGRAM
    main()
