"""Who is let in, and what that costs: a token is looked at before the body is read, each client has a rate of its own, and a
certificate whose authority a reload withdraws is good no longer, on open connections as on new ones.

    admission_test.py PROGRAM [test...]
"""

import json
import socket
import ssl
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "conformance"), str(Path(__file__).resolve().parents[1])]
import served
from running_service import PATIENCE_SECONDS, PATIENT_VIEW, RunningService, get, post, split
from self_signed import write_self_signed
from shows import main, shows
from signed import ISSUER, PUBLIC_URL, Key

PROGRAM = None
BODY = json.dumps(served.call())
MIB = 2 ** 20


def announced(size, headers):
    """The head of a call whose body is still to come."""
    return (f"POST {PATIENT_VIEW} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}"
            f"Content-Length: {size}\r\n\r\n").encode()


def bearer(token):
    return f"Authorization: Bearer {token}\r\n"


def replies_on(connection, count=1):
    """What comes on a connection until `count` replies are whole, or the service closes."""
    received = b""
    while True:
        replies = split(received)
        if len(replies) >= count and len(replies[-1].body) >= int(replies[-1].header("Content-Length") or 0):
            return replies
        try:
            piece = connection.recv(65536)
        except (ConnectionError, ssl.SSLError):
            piece = b""
        if piece == b"":
            return replies
        received += piece


def is_closed(connection):
    """Whether the service ends the connection before patience does."""
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


class Secured(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.key, cls.stranger = Key(folder), Key(folder)

    @classmethod
    def running(cls, **more):
        clients = [{"name": name, "issuer": issuer, "jwks": {"keys": [cls.key.jwk()]}, "replay": replay}
                   for name, issuer, replay in (("General Hospital", ISSUER, "strict"), ("Busy Hospital", "https://busy.example.org", "off"))]
        return RunningService(PROGRAM, authentication="required", publicUrl=PUBLIC_URL, clients=clients, **more)

    def forged(self):
        return bearer(self.stranger.token(PATIENT_VIEW))


class BeforeTheBody(Secured):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.enterClassContext(cls.running())

    def tearDown(self):
        replies, _ = self.service.send(post(PATIENT_VIEW, BODY, bearer(self.key.token(PATIENT_VIEW)) + "Connection: close\r\n"))
        self.assertEqual([reply.status for reply in replies], [200])

    @shows("R-139", "status.401")
    def test_a_bad_token_is_refused_without_waiting_for_the_body(self):
        for name, headers in {"forged": self.forged(), "none": "", "expired": bearer(self.key.token(PATIENT_VIEW, iat=1, exp=2))}.items():
            with self.subTest(name), self.service.connect() as connection:
                connection.sendall(announced(9 * MIB, headers))
                reply, = replies_on(connection)
                self.assertEqual((reply.status, reply.header("Connection")), (401, "close"))
                self.assertTrue(is_closed(connection))

    def test_who_waits_for_leave_to_send_gets_it_with_a_good_token_alone(self):
        expecting = "Expect: 100-continue\r\n"
        with self.service.connect() as connection:
            connection.sendall(announced(len(BODY), expecting + self.forged()))
            self.assertEqual([reply.status for reply in replies_on(connection)], [401])
            self.assertTrue(is_closed(connection))
        with self.service.connect() as connection:
            connection.sendall(announced(len(BODY), expecting + bearer(self.key.token(PATIENT_VIEW))))
            self.assertEqual([reply.status for reply in replies_on(connection)], [100])
            connection.sendall(BODY.encode())
            self.assertEqual([reply.status for reply in replies_on(connection)], [200])

    def test_a_connection_outlives_a_bad_token_with_a_small_body(self):
        with self.service.connect() as connection:
            for headers, status in ((self.forged(), 401), (bearer(self.key.token(PATIENT_VIEW)), 200)):
                connection.sendall(post(PATIENT_VIEW, BODY, headers))
                self.assertEqual([reply.status for reply in replies_on(connection)], [status])

    def test_large_bodies_with_bad_tokens_take_no_memory(self):
        before = self.service.resident_mib()
        body = b" " * (9 * MIB)
        held = []
        for _ in range(40):
            connection = self.service.connect()
            self.addCleanup(connection.close)
            connection.settimeout(PATIENCE_SECONDS)
            try:
                connection.sendall(announced(len(body) + 1, self.forged()) + body)
            except OSError:
                pass  # told before all of it was sent
            held.append(connection)
        self.assertLess(self.service.resident_mib() - before, 40, "forty bodies of 9 MiB are 360")

    @shows("R-141")
    def test_a_token_is_spent_with_its_head(self):
        token = bearer(self.key.token(PATIENT_VIEW))
        replies, _ = self.service.send(post(PATIENT_VIEW, BODY, token + "Connection: close\r\n"))
        self.assertEqual([reply.status for reply in replies], [200])
        with self.service.connect() as connection:
            connection.sendall(announced(9 * MIB, token))
            self.assertEqual([reply.status for reply in replies_on(connection)], [401])


class Rates(Secured):
    def statuses(self, service, headers, count):
        """Of requests sent at once."""
        with service.connect() as connection:
            connection.sendall(get("/cds-services", headers) * count)
            return [reply.status for reply in replies_on(connection, count)]

    def token(self, issuer=ISSUER):
        return bearer(self.key.token("/cds-services", iss=issuer))

    @shows("status.429")
    def test_are_each_clients_own(self):
        with self.running(limits={"requestsPerSecond": 5}) as service:
            strangers = self.statuses(service, "", 50)
            self.assertEqual(set(strangers), {401, 429})
            self.assertEqual(self.statuses(service, self.token(), 1), [200])
            busy = self.statuses(service, self.token("https://busy.example.org"), 50)
            self.assertEqual(set(busy), {200, 429})
            for _ in range(3):
                self.assertEqual(self.statuses(service, self.token(), 1), [200])
            self.assertIn('"fault":"too-many-requests","client":"Busy Hospital"', service.log())

    @shows("status.429")
    def test_bound_all_callers_together_where_nobody_proves_anything(self):
        with RunningService(PROGRAM, limits={"requestsPerSecond": 5}) as service:
            self.assertEqual(set(self.statuses(service, "", 50)), {200, 429})


class Authorities(unittest.TestCase):
    """Mutual TLS: two authorities, each with a client; a reload leaves one of them."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.clients = {}
        for name in ("kept", "withdrawn"):
            certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
            write_self_signed(certificate, key, name)
            self.clients[name] = (certificate, key)
        self.authorities = self.folder / "authorities.pem"
        self.trust(*self.clients)
        self.service = self.enterContext(RunningService(PROGRAM, tls=self.tls()))
        self.contexts = {name: self.context(*files) for name, files in self.clients.items()}

    def tls(self, **more):
        return {"certificate": "certificate.pem", "key": "key.pem", "clientCa": str(self.authorities)} | more

    def trust(self, *names):
        self.authorities.write_text("".join(self.clients[name][0].read_text() for name in names))

    def context(self, *certificate):
        made = ssl.create_default_context(cafile=self.service.folder / "certificate.pem")
        if certificate:
            made.load_cert_chain(*certificate)
        return made

    def connect(self, context, session=None):
        raw = socket.create_connection(("127.0.0.1", self.service.port), PATIENCE_SECONDS)
        return context.wrap_socket(raw, server_hostname="127.0.0.1", session=session)

    def answers(self, connection):
        connection.sendall(get("/cds-services"))
        return [reply.status for reply in replies_on(connection)] == [200]

    def is_let_in(self, context, session=None):
        try:
            with self.connect(context, session) as connection:
                return self.answers(connection)
        except OSError:
            return False

    def reload(self, **changes):
        self.assertTrue(self.service.reload(**changes)["fine"])

    def wait_for_log(self, part, times=1):
        give_up = time.monotonic() + PATIENCE_SECONDS
        while self.service.log().count(part) < times:
            self.assertLess(time.monotonic(), give_up, f"{part} never came")
            time.sleep(0.02)

    @shows("R-130")
    def test_that_are_withdrawn_end_the_connections_that_they_let_in(self):
        with self.connect(self.contexts["kept"]) as kept, self.connect(self.contexts["withdrawn"]) as withdrawn:
            self.assertTrue(self.answers(kept) and self.answers(withdrawn))
            self.trust("kept")
            self.reload()
            self.assertTrue(is_closed(withdrawn))
            self.assertTrue(self.answers(kept), "the other goes on")
        self.wait_for_log('"event":"connections-withdrawn","connections":1')

    def test_that_are_withdrawn_let_nobody_in_by_an_old_session(self):
        context = self.contexts["withdrawn"]
        with self.connect(context) as connection:
            self.assertTrue(self.answers(connection))
            session = connection.session
        with self.connect(context, session) as again:
            self.assertTrue(self.answers(again))
            self.assertTrue(again.session_reused, "a session can be taken up, until then")
        self.trust("kept")
        self.reload()
        self.assertFalse(self.is_let_in(context, session))
        self.assertFalse(self.is_let_in(context))
        self.assertTrue(self.is_let_in(self.contexts["kept"]))

    def test_a_session_taken_up_again_ends_with_its_authority_too(self):
        context = self.contexts["withdrawn"]
        with self.connect(context) as connection:
            self.assertTrue(self.answers(connection))
            session = connection.session
        with self.connect(context, session) as again:
            self.assertTrue(self.answers(again) and again.session_reused)
            self.trust("kept")
            self.reload()
            self.assertTrue(is_closed(again))

    def test_what_is_under_way_is_finished(self):
        with self.connect(self.contexts["withdrawn"]) as connection:
            connection.sendall(announced(len(BODY), "Expect: 100-continue\r\n"))
            self.assertEqual([reply.status for reply in replies_on(connection)], [100], "it is under way")
            self.trust("kept")
            self.reload()
            connection.sendall(BODY.encode())
            reply, = replies_on(connection)
            self.assertEqual((reply.status, reply.header("Connection")), (200, "close"))
            self.assertTrue(is_closed(connection))

    def test_that_are_asked_for_from_now_on_end_the_connections_without_a_certificate(self):
        self.reload(tls={"certificate": "certificate.pem", "key": "key.pem"})
        with self.connect(self.context()) as nobody, self.connect(self.contexts["kept"]) as kept:
            self.assertTrue(self.answers(nobody) and self.answers(kept))
            self.reload(tls=self.tls())
            self.assertTrue(is_closed(nobody))
            self.assertTrue(is_closed(kept), "which nobody has asked for its certificate")
        self.assertTrue(self.is_let_in(self.contexts["kept"]))

    def test_that_stay_cost_no_connection(self):
        with self.connect(self.contexts["withdrawn"]) as connection:
            self.assertTrue(self.answers(connection))
            self.reload()
            self.assertTrue(self.answers(connection))


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    main()
