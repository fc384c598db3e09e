"""Hostile HTTP and TLS over real sockets: what two programs could read differently is refused and ends the connection,
so that nothing smuggled behind it is ever taken for a request (RFC 9112, sections 2.2, 3, 5, 6, 7 and 11.2; the
request-smuggling literature).

    hostile_http_test.py PROGRAM [test...]
"""

import socket
import ssl
import struct
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from shows import main, shows

from running_service import PATIENCE_SECONDS, PATIENT_VIEW, RunningService, get, post, split

PROGRAM = None
JSON = "Content-Type: application/json\r\n"
# Stands behind every attack: were it answered, the attack would have succeeded.
SMUGGLED = b"GET /cds-services HTTP/1.1\r\nHost: localhost\r\nX: smuggled\r\n\r\n"
CHUNKS = b"2\r\n{}\r\n0\r\n\r\n"


def call(headers, body=b"{}"):
    return f"POST {PATIENT_VIEW} HTTP/1.1\r\nHost: localhost\r\n{JSON}{headers}\r\n".encode("latin-1") + body


def chunked(body, headers=""):
    return call("Transfer-Encoding: chunked\r\n" + headers, body)


# Where a body ends: two lengths that disagree, or one that is read in two ways.
FRAMING = {
    "length and chunked": call("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\nX"),
    "chunked and length": call("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n", b"0\r\n\r\nX"),
    "length and unknown coding": call("Content-Length: 2\r\nTransfer-Encoding: cow\r\n"),
    "length and identity": call("Content-Length: 2\r\nTransfer-Encoding: identity\r\n"),
    "two lengths": call("Content-Length: 2\r\nContent-Length: 0\r\n"),
    "list of lengths": call("Content-Length: 2, 0\r\n"),
    "lengths apart by a space": call("Content-Length: 2 0\r\n"),
    "length with a sign": call("Content-Length: +2\r\n"),
    "length below zero": call("Content-Length: -1\r\n"),
    "hexadecimal length": call("Content-Length: 0x2\r\n"),
    "length with a fraction": call("Content-Length: 2.0\r\n"),
    "empty length": call("Content-Length: \r\n"),
    "length in other digits": call("Content-Length: \xb2\r\n"),
    "coding twice": chunked(CHUNKS, "Transfer-Encoding: chunked\r\n"),
    "coding listed twice": call("Transfer-Encoding: chunked, chunked\r\n", CHUNKS),
    "coding after chunked": call("Transfer-Encoding: chunked, identity\r\n", CHUNKS),
    "coding before chunked": call("Transfer-Encoding: gzip, chunked\r\n", CHUNKS),
    "coding with a parameter": call("Transfer-Encoding: chunked;q=1\r\n", CHUNKS),
    "coding in quotes": call('Transfer-Encoding: "chunked"\r\n', CHUNKS),
    "coding after a vertical tab": call("Transfer-Encoding: \x0bchunked\r\n", CHUNKS),
    "coding before a nul": call("Transfer-Encoding: chunked\x00\r\n", CHUNKS),
    "coding with another letter": call("Transfer-Encoding: chun\xeb\r\n", CHUNKS),
    "coding on a folded line": call("Transfer-Encoding:\r\n chunked\r\n", CHUNKS),
    "space before the colon": call("Transfer-Encoding : chunked\r\n", CHUNKS),
    "tab before the colon": call("Content-Length\t: 2\r\n"),
    "chunked in HTTP/1.0": f"POST {PATIENT_VIEW} HTTP/1.0\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n".encode() + CHUNKS,
    "chunk of no size": chunked(b"\r\n{}\r\n0\r\n\r\n"),
    "chunk of a size below zero": chunked(b"-2\r\n{}\r\n0\r\n\r\n"),
    "chunk size with 0x": chunked(b"0x2\r\n{}\r\n0\r\n\r\n"),
    "chunk size with an underscore": chunked(b"0_2\r\n{}\r\n0\r\n\r\n"),
    "chunk size with a sign": chunked(b"+2\r\n{}\r\n0\r\n\r\n"),
    "chunk size after a space": chunked(b" 2\r\n{}\r\n0\r\n\r\n"),
    "chunk size too large for 64 bits": chunked(b"10000000000000002\r\n{}\r\n0\r\n\r\n"),
    "chunk size ended by a line feed": chunked(b"2\n{}\r\n0\r\n\r\n"),
    "chunk size ended by a carriage return": chunked(b"2\r{}\r\n0\r\n\r\n"),
    "chunk extension with a line feed": chunked(b"2;a\nb\r\n{}\r\n0\r\n\r\n"),
    "chunk without its end": chunked(b"2\r\n{}0\r\n\r\n"),
    "chunk ended by a line feed": chunked(b"2\r\n{}\n0\r\n\r\n"),
    "chunk longer than it says": chunked(b"2\r\n{}{}\r\n0\r\n\r\n"),
}

# What is a line, a field, a request.
FORM = {
    "line feeds alone": f"POST {PATIENT_VIEW} HTTP/1.1\nHost: localhost\n{JSON}Content-Length: 2\n\n{{}}".encode(),
    "a line feed inside the head": get("/cds-services", "X: a\nY: b\r\n"),
    "a carriage return inside a field": get("/cds-services", "X: a\rContent-Length: 2\r\n"),
    "carriage returns alone": b"GET /cds-services HTTP/1.1\rHost: localhost\r\r\r\n\r\n",
    "a nul in a field": get("/cds-services", "X: a\x00b\r\n"),
    "a nul in a name": get("/cds-services", "X\x00: a\r\n"),
    "a control character in a field": get("/cds-services", "X: a\x08\r\n"),
    "a folded field": get("/cds-services", "X: a\r\n b\r\n"),
    "a folded first field": b"GET /cds-services HTTP/1.1\r\n X: a\r\nHost: localhost\r\n\r\n",
    "a field without a colon": get("/cds-services", "X\r\n"),
    "a field without a name": get("/cds-services", ": a\r\n"),
    "a space in a name": get("/cds-services", "Content Length: 2\r\n"),
    "a letter of another alphabet in a name": get("/cds-services", "C\xf6ntent-Length: 2\r\n"),
    "no host": b"GET /cds-services HTTP/1.1\r\n\r\n",
    "two hosts": get("/cds-services", "Host: other.example\r\n"),
    "no version": b"GET /cds-services\r\n\r\n",
    "version 0.9": b"GET /cds-services HTTP/0.9\r\nHost: localhost\r\n\r\n",
    "version 1.2": b"GET /cds-services HTTP/1.2\r\nHost: localhost\r\n\r\n",
    "version 2.0": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a version in small letters": b"GET /cds-services http/1.1\r\nHost: localhost\r\n\r\n",
    "a version with more digits": b"GET /cds-services HTTP/1.10\r\nHost: localhost\r\n\r\n",
    "two spaces before the target": b"GET  /cds-services HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "tabs in the first line": b"GET\t/cds-services\tHTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a space before the method": b" GET /cds-services HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a space in the target": b"GET /cds-services /x HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a nul in the target": b"GET /cds-services\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a method with a colon": b"GET: /cds-services HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bytes of no protocol": bytes(range(1, 32)) + b"\r\n\r\n",
}

# In order, but for nobody here; the connection may go on.
REFUSED = {
    "another coding of the body": (post(PATIENT_VIEW, "{}", "Content-Encoding: gzip\r\n"), 415),
    "a form": (f"POST {PATIENT_VIEW} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{{}}"
               .encode(), 415),
    "an overridden method": (get(PATIENT_VIEW, "X-HTTP-Method-Override: POST\r\n"), 405),
    "TRACE": (get("/cds-services", "", "TRACE"), 405),
    "CONNECT": (b"CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n", 404),
    "the whole server": (get("*"), 404),
    "a way out of the path": (get("/cds-services/../health/live"), 404),
    "a way out that is escaped": (get("/cds-services/%2e%2e/%2e%2e/etc/passwd"), 404),
    "an escaped nul": (post("/cds-services/back-pain-labs-patient-view%00", "{}"), 404),
    "an escape that is none": (get("/cds-services/%zz"), 404),
    "a path with a backslash": (get("/cds-services\\..\\health"), 404),
    "many fields": (get("/cds-services", "X: 1\r\n" * 4000), 431),
    "a huge field": (get("/cds-services", "X: " + "a" * 100_000 + "\r\n"), 431),
    "a huge target": (get("/cds-services?" + "a" * 5000), 414),
    "a length of more than is taken": (call("Content-Length: 18446744073709551615\r\n"), 413),
    "another expectation": (post(PATIENT_VIEW, "{}", "Expect: 200-ok\r\n"), 417),
}


class Attacked(unittest.TestCase):
    """A service that goes on serving after each attack."""

    @classmethod
    def setUpClass(cls):
        cls.service = RunningService(PROGRAM).__enter__()
        cls.addClassCleanup(cls.service.__exit__)

    def tearDown(self):
        self.assertTrue(self.service.serves())


class HostileHttp(Attacked):
    def tearDown(self):
        super().tearDown()
        self.assertNotIn("smuggled", self.service.log())

    def test_refuses_what_ends_in_two_ways_and_hears_nothing_behind_it(self):
        for name, attack in FRAMING.items():
            with self.subTest(name):
                replies, closed = self.service.send(attack + SMUGGLED, leave=True)
                self.assertEqual([reply.status for reply in replies][1:], [], "the smuggled request was answered")
                self.assertIn(replies[0].status, (400, 411), replies)
                self.assertTrue(closed)

    def test_refuses_what_is_no_request_and_hears_nothing_behind_it(self):
        for name, attack in FORM.items():
            with self.subTest(name):
                replies, closed = self.service.send(attack + SMUGGLED, leave=True)
                self.assertEqual([reply.status for reply in replies], [400])
                self.assertIn(b'"resourceType":"OperationOutcome"', replies[0].body)
                self.assertTrue(closed)

    def test_refuses_what_is_for_nobody_here(self):
        for name, (attack, status) in REFUSED.items():
            with self.subTest(name):
                replies, _ = self.service.send(attack, leave=True)
                self.assertEqual([reply.status for reply in replies], [status])

    def test_takes_the_body_of_a_get_for_a_body(self):
        replies, _ = self.service.send(get("/cds-services", f"Content-Length: {len(SMUGGLED)}\r\n") + SMUGGLED)
        self.assertEqual(len(replies), 1)

    def test_takes_the_body_of_a_refused_call_for_a_body(self):
        for target in ("/cds-services/unknown", "/unknown"):
            replies, _ = self.service.send(post(target, SMUGGLED))
            self.assertEqual([reply.status for reply in replies], [404])

    def test_hears_nothing_behind_a_last_request(self):
        replies, closed = self.service.send(get("/cds-services", "Connection: close\r\n") + SMUGGLED)
        self.assertEqual([reply.status for reply in replies], [200])
        self.assertTrue(closed)

    def test_does_not_let_trailers_change_the_request(self):
        trailers = b"2\r\n{}\r\n0\r\nContent-Length: 50\r\nTransfer-Encoding: gzip\r\nHost: other\r\n\r\n"
        replies, _ = self.service.send(chunked(trailers) + get("/cds-services"))
        self.assertIn([reply.status for reply in replies], ([400], [400, 200]))

    def test_bounds_trailers_and_chunk_extensions(self):
        for attack in (chunked(b"2\r\n{}\r\n0\r\n" + b"X: 1\r\n" * 20_000 + b"\r\n"),
                       chunked(b"2;" + b"a" * 200_000 + b"\r\n{}\r\n0\r\n\r\n")):
            replies, closed = self.service.send(attack, leave=True)
            self.assertTrue(closed)
            self.assertEqual([reply.header("Connection") for reply in replies], ["close"])

    def test_does_not_change_its_protocol(self):
        settings = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
        replies, _ = self.service.send(get("/cds-services", settings))
        self.assertEqual([reply.status for reply in replies], [200])

    def test_goes_by_the_path_whatever_host_is_named(self):
        evil = b"GET https://evil.example/cds-services HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n\r\n"
        replies, _ = self.service.send(evil)
        self.assertEqual([reply.status for reply in replies], [200])
        self.assertNotIn(b"evil", replies[0].body + replies[0].head.encode())

    def test_answers_a_thousand_requests_sent_at_once(self):
        requests = get("/cds-services") * 999 + get("/cds-services", "Connection: close\r\n")
        replies, _ = self.service.send(requests, silence_seconds=PATIENCE_SECONDS)
        self.assertEqual([reply.status for reply in replies], [200] * 1000)


class HostileTls(Attacked):
    def plain(self, data):
        """What comes back to bytes on the bare TCP connection."""
        with socket.create_connection(("127.0.0.1", self.service.port), PATIENCE_SECONDS) as connection:
            received = b""
            try:
                connection.sendall(data)
                while piece := connection.recv(65536):
                    received += piece
            except ConnectionError:
                pass
            return received

    def client_hello(self):
        """The first flight of a client."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = self.service.trust.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
        with self.assertRaises(ssl.SSLWantReadError):
            client.do_handshake()
        return outgoing.read()

    def s_client(self, *options, typed=b""):
        return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.service.port}", *options],
                              input=typed, capture_output=True, timeout=PATIENCE_SECONDS)

    @shows("R-130")
    def test_closes_what_is_no_handshake(self):
        attacks = {"plain HTTP": get("/cds-services"), "SSL 2": bytes.fromhex("802e0100020015000000100100800200800300"),
                   "a heartbeat": bytes.fromhex("180302000301ffff"),
                   "a record too large": b"\x16\x03\x01\xff\xff" + b"x" * 65535,
                   "application data": b"\x17\x03\x03\x00\x05hello", "an alert": b"\x15\x03\x03\x00\x02\x02\x28",
                   "nothing but zeros": bytes(4096)}
        for name, attack in attacks.items():
            with self.subTest(name):
                self.assertNotIn(b"HTTP/1.1 200", self.plain(attack))

    def test_closes_a_handshake_that_was_changed_on_the_way(self):
        hello = self.client_hello()
        for position in range(0, len(hello), 7):
            changed = bytearray(hello)
            changed[position] ^= 0xFF
            with socket.create_connection(("127.0.0.1", self.service.port), PATIENCE_SECONDS) as connection:
                connection.sendall(bytes(changed))
        self.assertTrue(self.service.serves())

    def test_outlives_clients_that_leave_in_the_middle_of_a_handshake(self):
        hello = self.client_hello()
        for size in (0, 1, 5, 100, len(hello)):
            for _ in range(20):
                connection = socket.create_connection(("127.0.0.1", self.service.port), PATIENCE_SECONDS)
                connection.sendall(hello[:size])
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()

    def test_does_not_take_a_session_that_was_cut_for_a_whole_call(self):
        request = post(PATIENT_VIEW, "{}")
        served = self.service.log().count('"endpoint":"hook-call"')
        for size in (10, len(request) - 1):
            connection = self.service.connect()
            connection.sendall(request[:size])
            socket.socket.shutdown(connection, socket.SHUT_WR)  # without close_notify
            connection.close()
        self.assertTrue(self.service.serves())
        self.assertEqual(self.service.log().count('"endpoint":"hook-call"'), served)

    @shows("R-130")
    def test_refuses_ciphers_without_forward_secrecy_or_authentication(self):
        for cipher in ("AES128-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-CCM8", "aNULL",
                       "eNULL"):
            with self.subTest(cipher):
                self.assertNotEqual(self.s_client("-tls1_2", "-cipher", cipher + ":@SECLEVEL=0").returncode, 0)

    def test_refuses_a_client_that_speaks_no_http_1(self):
        self.assertNotEqual(self.s_client("-alpn", "h2").returncode, 0)
        self.assertEqual(self.s_client("-alpn", "h2,http/1.1").returncode, 0)

    def test_does_not_renegotiate(self):
        told = self.s_client("-tls1_2", typed=b"R\n")
        self.assertIn(b"Secure Renegotiation IS supported", told.stdout)
        self.assertIn(b"no renegotiation", told.stderr)

    def test_takes_no_early_data(self):
        with self.service.connect() as connection:
            connection.sendall(get("/cds-services", "Connection: close\r\n"))
            while connection.recv(65536):
                pass
            session = connection.session
        self.assertTrue(session is None or session.has_ticket)
        saved, early = self.service.folder / "session", self.service.folder / "early"
        early.write_bytes(get("/cds-services", "Connection: close\r\n"))
        self.s_client("-tls1_3", "-sess_out", saved, "-ign_eof", typed=get("/cds-services", "Connection: close\r\n"))
        told = self.s_client("-tls1_3", "-sess_in", saved, "-early_data", early)
        self.assertNotIn(b"Early data was accepted", told.stdout)


class HostileClients(unittest.TestCase):
    """Clients that want the service's time: bounded each, and never the others' loss."""

    @classmethod
    def setUpClass(cls):
        cls.service = RunningService(PROGRAM, limits={"requestSeconds": 1}).__enter__()
        cls.addClassCleanup(cls.service.__exit__)

    def tearDown(self):
        self.assertTrue(self.service.serves())

    def test_ends_a_request_that_drips(self):
        for request in (get("/cds-services"), post(PATIENT_VIEW, " " * 1000)):
            with self.service.connect() as connection:
                begun = time.monotonic()
                received = b""
                connection.settimeout(0.05)
                for byte in request:
                    try:
                        connection.sendall(bytes([byte]))
                        received += connection.recv(4096)
                    except TimeoutError:
                        continue
                    except OSError:
                        break
                    if received:
                        break
                self.assertLess(time.monotonic() - begun, 10)
                self.assertEqual([reply.status for reply in split(received)], [408])

    def test_gives_up_a_client_that_does_not_read(self):
        connection = self.service.connect()
        self.addCleanup(connection.close)
        connection.settimeout(0.2)
        try:
            for _ in range(100_000):
                connection.sendall(get("/cds-services"))
        except OSError:
            pass  # the service reads no more, or has closed
        self.assertTrue(self.service.serves())

    def test_waits_for_no_byte_behind_the_promise_of_one(self):
        replies, closed = self.service.send(call("Content-Length: 100\r\n"), silence_seconds=PATIENCE_SECONDS)
        self.assertEqual([reply.status for reply in replies], [408])
        self.assertTrue(closed)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    main()
