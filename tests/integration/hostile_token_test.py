"""Hostile JSON Web Tokens over real sockets (RFC 8725, RFC 7515, RFC 7518; R-131 to R-143): each is answered 401 without
a reason, reaches no handler, asks no stranger's server for keys, and leaves no trace of what it said in the log.

    hostile_token_test.py PROGRAM [test...]
"""

import hashlib
import hmac
import json
import socket
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from shows import main, shows

from running_service import PATIENT_VIEW, RunningService, get, post
from token_maker import EllipticKey, RsaKey, base64url, claims, compact, header

PROGRAM = None
ISSUER = "https://ehr.example.org"
ADDRESS = "https://cds.example.org"
BODY = json.dumps({"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
                   "context": {"userId": "Practitioner/1", "patientId": "p"},
                   "prefetch": {"patient": {"resourceType": "Patient", "id": "p", "birthDate": "1960-01-01"},
                                "conditions": None}})
P384_ORDER = int("ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16)


class KeyServer:
    """A server of keys that nobody should ask: counts who does."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.asked = 0
        threading.Thread(target=self.count, daemon=True).start()

    def count(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.asked += 1
            connection.close()


class HostileTokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.keeper = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.keeper.cleanup)
        folder = Path(cls.keeper.name)
        cls.key, cls.rsa = EllipticKey(folder), RsaKey(folder)
        cls.stranger = EllipticKey(folder, "stranger")
        cls.other_curve = EllipticKey(folder, "p256", "P-256", "sha256", 32)
        cls.elsewhere = KeyServer()
        cls.addClassCleanup(cls.elsewhere.listener.close)
        client = {"name": "General Hospital", "issuer": ISSUER, "algorithms": ["ES384", "RS384"],
                  "jwks": {"keys": [cls.key.jwk(), cls.rsa.jwk(), cls.other_curve.jwk()]}, "tenants": ["general", "none"]}
        cls.service = RunningService(PROGRAM, authentication="required", publicUrl=ADDRESS, clients=[client],
                                     store="sqlite:store.db").__enter__()
        cls.addClassCleanup(cls.service.__exit__)

    def tearDown(self):
        self.assertEqual(self.elsewhere.asked, 0, "a stranger's key server was asked")
        self.assertEqual(self.call(self.token()).status, 200, "a good token is taken")

    def claims(self, **changes):
        return claims(ISSUER, ADDRESS + PATIENT_VIEW, **({"tenant": "general"} | changes))

    def token(self, head=None, payload=None, sign=None):
        return compact(head if head is not None else header(), payload if payload is not None else self.claims(),
                       sign or self.key.sign)

    def call(self, token, headers=""):
        authorization = f"Authorization: Bearer {token}\r\n" if token is not None else ""
        replies, _ = self.service.send(post(PATIENT_VIEW, BODY, authorization + headers + "Connection: close\r\n"))
        self.assertEqual(len(replies), 1)
        return replies[0]

    def refused(self, attacks):
        for name, token in attacks.items():
            with self.subTest(name):
                reply = self.call(token)
                self.assertEqual(reply.status, 401, reply.body)
                self.assertEqual(reply.body, b"")
                self.assertEqual(reply.header("WWW-Authenticate"), "Bearer")

    def test_takes_good_tokens(self):
        self.assertEqual(self.call(self.token()).status, 200)
        self.assertEqual(self.call(self.token(header(alg="RS384", kid="r"), sign=self.rsa.sign)).status, 200)
        self.assertEqual(self.call(self.token(payload=self.claims(aud=["https://other", ADDRESS + PATIENT_VIEW]))).status,
                         200)

    @shows("R-131", "R-132")
    def test_refuses_calls_without_a_token(self):
        self.refused({"none": None, "empty": "", "a word": "x", "dots": ".."})
        for line in ("Authorization: Basic dXNlcjpwYXNz", f"Authorization: {self.token()}",
                     f"Proxy-Authorization: Bearer {self.token()}",
                     f"Authorization: Bearer {self.token()}, Bearer {self.token()}",
                     f"X-Authorization: Bearer {self.token()}"):
            self.assertEqual(self.call(None, line + "\r\n").status, 401, line.split()[0])
        replies, _ = self.service.send(post(f"{PATIENT_VIEW}?access_token={self.token()}", BODY))
        self.assertEqual([reply.status for reply in replies], [401])

    def test_refuses_two_tokens(self):
        line = f"Authorization: Bearer {self.token(sign=self.stranger.sign)}\r\n"
        self.assertEqual(self.call(self.token(), line).status, 400)
        self.assertEqual(self.call(self.token(sign=self.stranger.sign), f"Authorization: Bearer {self.token()}\r\n").status,
                         400)

    @shows("R-136")
    def test_refuses_unsigned_tokens(self):
        attacks = {}
        for algorithm in ("none", "None", "NONE", "nOnE", "", "null", "ES384 "):
            attacks[f"{algorithm!r} without a signature"] = self.token(header(alg=algorithm), sign=lambda _: b"")
            attacks[f"{algorithm!r} with one"] = self.token(header(alg=algorithm))
        attacks["no algorithm"] = self.token(header(alg=None))
        attacks["null"] = self.token(header(alg=...))
        attacks["a list"] = self.token(header(alg=["none", "ES384"]))
        attacks["right, signature cut off"] = self.token(sign=lambda _: b"")
        self.refused(attacks)

    @shows("R-136")
    def test_refuses_the_public_key_as_a_secret(self):
        secrets = {"EC in PEM": self.key.public_pem(), "RSA in PEM": self.rsa.public_pem(),
                   "its JWK": json.dumps(self.key.jwk()).encode(),
                   "nothing": b"", "PEM without its end": self.key.public_pem().strip()}
        digests = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}

        def token(algorithm, kid, secret):
            return self.token(header(alg=algorithm, kid=kid),
                              sign=lambda data: hmac.new(secret, data, digests[algorithm]).digest())

        self.refused({f"{algorithm}, {kid}, {name}": token(algorithm, kid, secret)
                      for algorithm in digests for kid in ("k", "r") for name, secret in secrets.items()})

    @shows("R-137", "R-142")
    def test_refuses_keys_that_the_token_brings(self):
        server = f"https://127.0.0.1:{self.elsewhere.port}/jwks.json"
        brought = {"jwk": {"jwk": self.stranger.jwk()}, "jwk under the known name": {"jwk": self.stranger.jwk(kid="k")},
                   "jku": {"jku": server, "kid": "stranger"}, "jku under the known name": {"jku": server},
                   "jku without a server": {"jku": "file:///etc/passwd"}, "jku that is no address": {"jku": "\u0000"},
                   "jku with a user": {"jku": f"https://ehr.example.org@127.0.0.1:{self.elsewhere.port}/"},
                   "x5u": {"x5u": server}, "x5c": {"x5c": ["MIIB"]}, "an unknown name": {"kid": "stranger"}}
        self.refused({name: self.token(header(**more), sign=self.stranger.sign) for name, more in brought.items()})

    @shows("R-133", "R-142")
    def test_looks_for_keys_by_no_other_way_than_equality(self):
        names = ("../../../../dev/null", "/dev/null", "k' OR '1'='1", "k'; DROP TABLE replay; --", "k\u0000", "K", "k ",
                 " k", "", 0, [],
                 ["k"], {"k": 1}, True, ..., "%s%s%s%n", "$(id)", "k" * 5000, "\ud83d\ude00", "*")
        self.refused({repr(name)[:30]: self.token(header(kid=name)) for name in names} | {"none": self.token(header(kid=None))})

    @shows("R-142")
    def test_refuses_what_it_does_not_understand(self):
        more = {"crit": {"crit": ["exp"]}, "crit of nothing": {"crit": []}, "crit that is no list": {"crit": "exp"},
                "a payload that is not encoded": {"crit": ["b64"], "b64": False}, "b64 without crit": {"b64": False},
                "zip": {"zip": "DEF"}, "enc": {"enc": "A256GCM"}, "JWE": {"typ": "JWE"}, "cty": {"cty": "JWT", "typ": "x"}}
        self.refused({name: self.token(header(**members)) for name, members in more.items()})

    @shows("R-142")
    def test_refuses_other_forms(self):
        good = self.token
        head, payload, signature = good().split(".")
        twice = '{"alg":"ES384","typ":"JWT","kid":"k","alg":"ES384"}'
        escaped = '{"alg":"none","typ":"JWT","kid":"k","\\u0061lg":"ES384"}'
        issuer_twice = json.dumps(self.claims())[:-1] + f', "iss": "{ISSUER}"}}'
        self.refused({
            "one part": head, "two parts": f"{head}.{payload}", "four parts": f"{good()}.x",
            "five parts": f"{head}.a.b.c.d",
            "an empty part more": good() + ".", "padding": good() + "=", "padding inside": f"{head}=.{payload}.{signature}",
            "a plus": good()[:-1] + "+", "a slash": good()[:-1] + "/", "a space inside": f"{head}. {payload}.{signature}",
            "a tab behind": good() + "\tx", "a percent sign": good().replace(".", "%2e"),
            "a header name twice": good(twice),
            "a header name twice, once escaped": good(escaped), "a claim twice": good(payload=issuer_twice),
            "a header that is a list": good("[]"), "claims that are a list": good(payload="[]"),
            "claims that are no JSON": good(payload="x"),
            "claims of bytes": good(payload=b"\xff\xfe"),
            "a header with a nul": good('{"alg":"ES384\\u0000","typ":"JWT","kid":"k"}'),
            "a comment in the claims": good(payload=json.dumps(self.claims())[:-1] + "/**/}"),
            "a deep header": good('{"alg":"ES384","typ":"JWT","kid":"k","x":' + "[" * 1000 + "]" * 1000 + "}"),
            "deep claims": good(payload=json.dumps(self.claims())[:-1] + ',"x":' + "[" * 1000 + "]" * 1000 + "}"),
            "9 KiB": good(payload=self.claims(x="a" * 7000))})

    @shows("R-136", "R-142")
    def test_refuses_other_signatures(self):
        data = ".".join(self.token().split(".")[:2])
        signature = self.key.sign(data.encode())
        r, s = signature[:48], signature[48:]
        order = P384_ORDER.to_bytes(48, "big")
        forms = {"in DER": self.key.sign_der(data.encode()), "zeros": bytes(96), "zero and one": bytes(95) + b"\x01",
                 "one and zero": bytes(47) + b"\x01" + bytes(48), "the order": order * 2, "all ones": b"\xff" * 96,
                 "cut short": signature[:-1],
                 "one more byte": signature + b"\x00", "numbers that lead with a zero": b"\x00" + r + b"\x00" + s,
                 "swapped": s + r,
                 "another's": self.stranger.sign(data.encode()), "of other data": self.key.sign(b"x"),
                 "on another curve": self.other_curve.sign(data.encode()),
                 "by another kind of key": self.rsa.sign(data.encode())}
        self.refused({name: f"{data}.{base64url(form)}" for name, form in forms.items()} | {
            "ES256 by its key, which is not trusted for it": self.token(
                header(alg="ES256", kid="p256"), sign=self.other_curve.sign),
            "ES384 said, P-256 used": self.token(header(kid="p256"), sign=self.other_curve.sign),
            "RS384 said, ES384 used": self.token(header(alg="RS384")),
            "ES384 said, RS384 used": self.token(header(kid="r"), sign=self.rsa.sign),
            "PS384 said, RS384 used": self.token(header(alg="PS384", kid="r"), sign=self.rsa.sign),
            "RS256 said, RS384 used": self.token(header(alg="RS256", kid="r"), sign=self.rsa.sign)})

    def test_refuses_claims_changed_behind_the_signature(self):
        head, payload, signature = self.token().split(".")
        self.refused({"a later end": f"{head}.{base64url(json.dumps(self.claims(exp=int(time.time()) + 3000)))}.{signature}",
                      "one letter": f"{head}.{payload[:-1]}{'A' if payload[-1] != 'A' else 'B'}.{signature}"})

    @shows("R-134", "R-140")
    def test_refuses_other_times(self):
        now = int(time.time())
        times = {"expired": {"exp": now - 120, "iat": now - 400}, "expired long ago": {"exp": 1}, "no end": {"exp": None},
                 "an end that is null": {"exp": ...}, "an end in words": {"exp": str(now + 300)},
                 "an end that is true": {"exp": True},
                 "an end below zero": {"exp": -1}, "an end beyond the calendar": {"exp": 10 ** 300},
                 "an end of many digits": {"exp": 10 ** 60},
                 "a day's life": {"exp": now + 86_400}, "not yet": {"nbf": now + 200}, "not yet, in words": {"nbf": "x"},
                 "from the future": {"iat": now + 200}, "no beginning": {"iat": None},
                 "an end before its beginning": {"exp": now + 10, "iat": now + 20_000}}
        self.refused({name: self.token(payload=self.claims(**more)) for name, more in times.items()})

    @shows("R-134", "R-135", "R-139")
    def test_refuses_tokens_for_others(self):
        audiences = ["https://other.example.org" + PATIENT_VIEW, ADDRESS + "/cds-services/back-pain-labs-order-sign",
                     ADDRESS + "/cds-services",
                     ADDRESS, ADDRESS + ".evil.example" + PATIENT_VIEW, ADDRESS + "@evil.example" + PATIENT_VIEW,
                     "http://cds.example.org" + PATIENT_VIEW,
                     ADDRESS + ":444" + PATIENT_VIEW, ADDRESS + PATIENT_VIEW + "/../x", ADDRESS + PATIENT_VIEW + "#x",
                     ADDRESS + PATIENT_VIEW + "\u0000",
                     "*", "", [], [[ADDRESS + PATIENT_VIEW]], {"x": ADDRESS + PATIENT_VIEW}, 1, ..., None]
        issuers = ["https://other.example.org", ISSUER + "/", ISSUER.upper(), ISSUER + "\u0000", [ISSUER], "", 1, ..., None,
                   "' OR 1=1 --"]
        tenants = ["other", "General", "", ["general"], 1]
        identifiers = [None, "", 1, ["x"], ...]
        values = {"aud": audiences, "iss": issuers, "tenant": tenants, "jti": identifiers}
        self.refused({f"{claim} {number}": self.token(payload=self.claims(**{claim: value}))
                      for claim, all_of_it in values.items() for number, value in enumerate(all_of_it)})

    @shows("R-139", "R-141")
    def test_takes_a_token_once(self):
        payload = self.claims()
        token = self.token(payload=payload)
        self.assertEqual(self.call(token).status, 200)
        self.refused({"again": token, "its name with other words": self.token(payload=self.claims(jti=payload["jti"]))})

    def test_does_not_let_a_forged_token_use_up_a_good_one(self):
        payload = self.claims()
        self.refused({"forged": self.token(payload=payload, sign=self.stranger.sign)})
        self.assertEqual(self.call(self.token(payload=payload)).status, 200)

    def test_takes_a_token_once_of_many_at_the_same_time(self):
        token, statuses = self.token(), []
        callers = [threading.Thread(target=lambda: statuses.append(self.call(token).status)) for _ in range(16)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        self.assertEqual(sorted(statuses), [200] + [401] * 15)

    @shows("R-131", "R-119", "R-151")
    def test_protects_every_endpoint(self):
        for request in (get("/cds-services"), post(PATIENT_VIEW, BODY), post(PATIENT_VIEW + "/feedback", "{}")):
            replies, _ = self.service.send(request)
            self.assertEqual([reply.status for reply in replies], [401])
        preflight = get("/cds-services", "Origin: https://ehr.example.org\r\nAccess-Control-Request-Method: POST\r\n",
                        "OPTIONS")
        self.assertEqual([reply.status for reply in self.service.send(preflight)[0]], [204])

    @shows("R-139", "R-163")
    def test_logs_no_token(self):
        token = self.token(payload=self.claims(sub="Kanarienvogel", name="Kanarienvogel"))
        self.call(token)
        self.call(token)
        log = self.service.log()
        self.assertNotIn("Kanarienvogel", log)
        for part in token.split("."):
            self.assertNotIn(part, log)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    main()
