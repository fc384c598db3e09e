#!/usr/bin/env python3
"""Whom the built product serves: tokens good and bad over HTTPS, for discovery, calls and feedback (CDS Hooks, "Security and Safety").

The environment variable BACKPAIN_CDS names the program.
"""

import json
import time
import unittest
from pathlib import Path

from served import PATIENT, Served, call, context, id_of, places_of, prefetch
from self_signed import write_self_signed
from shows import main, shows
from signed import ISSUER, PUBLIC_URL, FhirServer, Key, key_folder, unsigned

DISCOVERY, VIEW = "/cds-services", f"/cds-services/{id_of('patient-view')}"
FEEDBACK = f"{VIEW}/feedback"
TIMES = {"outcomeTimestamp": "2026-03-02T14:00:00Z"}
PATIENCE_SECONDS = 60
UNKNOWN_CARD = "4e0a3a1e-3283-4575-ab82-028d55fe2719"


class Trusted(unittest.TestCase):
    """A service with one trusted client of every sort; `key` is the first one's."""

    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(key_folder())
        cls.key, cls.rsa, cls.stranger = Key(folder), Key(folder, "RS384", "rsa"), Key(folder)
        cls.service = cls.enterClassContext(Served(
            authentication="required", publicUrl=PUBLIC_URL, store="sqlite:cds.db", cors={"origins": ["https://page.example.org"]},
            clients=[cls.client(ISSUER, cls.key, cls.rsa, tenants=["general", "other"]),
                     cls.client("https://same-body.example.org", cls.key, replay="same-body"),
                     cls.client("https://no-replay.example.org", cls.key, replay="off", audience=["backpain"]),
                     cls.client("https://crd.example.org", cls.key, profile="crd"),
                     cls.client("https://old.example.org", cls.key, profile="1.0"),
                     cls.client("https://strict.example.org", cls.key, strict=True, clientId="app",
                                fhirServers=["https://ehr.example.org/fhir"])]))

    @staticmethod
    def client(issuer, *keys, **more):
        return {"name": issuer.split("//")[1], "issuer": issuer, "jwks": {"keys": [key.jwk() for key in keys]}} | more

    def token(self, path, **claims):
        return self.key.token(path, **({"tenant": "general"} | claims))

    def send(self, token, path=VIEW, body=None, **headers):
        authorization = None if token is None else f"Bearer {token}"
        if path == DISCOVERY:
            return self.service.request("GET", path, Authorization=authorization, **headers)
        text = json.dumps(call() if body is None else body)
        return self.service.request("POST", path, text, Content_Type="application/json", Authorization=authorization, **headers)

    def assert_unauthenticated(self, answer, name=None):
        with self.subTest(name):
            self.assertEqual((answer.status, answer.body), (401, ""))
            self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")


class Tokens(Trusted):
    @shows("R-022", "R-131", "R-132", "R-133", "R-134", "R-135", "R-136", "R-138")
    def test_that_are_good_are_taken(self):
        for key in (self.key, self.rsa):
            for path in (DISCOVERY, VIEW):
                answer = self.send(key.token(path, tenant="general", sub="ignored", aud=["https://x.example", PUBLIC_URL + path]), path)
                self.assertEqual(answer.status, 200, answer.body)

    @shows("R-131", "R-132", "status.401", "R-022")
    def test_that_are_missing_are_401(self):
        feedback = {"feedback": []}
        for path, body in ((DISCOVERY, None), (VIEW, None), (FEEDBACK, feedback)):
            self.assert_unauthenticated(self.send(None, path, body), path)
            self.assert_unauthenticated(self.service.request("GET" if path == DISCOVERY else "POST", path, None if path == DISCOVERY else "{}",
                                                             Content_Type="application/json", Authorization="Basic YTpi"), path)

    @shows("R-133", "R-134", "R-135", "R-136", "R-137", "R-139", "R-140", "R-142", "status.401")
    def test_with_any_fault_are_401_without_a_reason(self):
        now = int(time.time())
        good = self.token(VIEW)
        head, claims, signature = good.split(".")
        faults = {
            "other issuer": self.token(VIEW, iss="https://evil.example"), "no issuer": self.token(VIEW, iss=...),
            "audience of another endpoint": self.token(DISCOVERY), "audience of another host": self.token(VIEW, aud="https://evil.example" + VIEW),
            "no audience": self.token(VIEW, aud=...), "expired": self.token(VIEW, iat=now - 700, exp=now - 400),
            "issued ahead": self.token(VIEW, iat=now + 120, exp=now + 300), "lives too long": self.token(VIEW, exp=now + 7200),
            "no expiry": self.token(VIEW, exp=...), "no issue": self.token(VIEW, iat=...), "no id": self.token(VIEW, jti=...),
            "other tenant": self.token(VIEW, tenant="evil"), "no tenant": self.token(VIEW, tenant=...),
            "other key": self.stranger.token(VIEW, tenant="general"), "no key id": self.key.token(VIEW, {"kid": ...}, tenant="general"),
            "unknown key id": self.key.token(VIEW, {"kid": "key-2"}, tenant="general"),
            "own key": self.stranger.token(VIEW, {"jwk": self.stranger.jwk()}, tenant="general"),
            "own key set": self.stranger.token(VIEW, {"jku": "https://evil.example/jwks.json", "kid": "key-2"}, tenant="general"),
            "other type": self.key.token(VIEW, {"typ": "at+jwt"}, tenant="general"),
            "critical": self.key.token(VIEW, {"crit": ["exp"]}, tenant="general"),
            "algorithm of another key": self.key.token(VIEW, {"alg": "RS384"}, tenant="general"),
            "none": unsigned(good, "none"), "symmetric": unsigned(good, "HS384"), "unsigned": f"{head}.{claims}.",
            "other claims": f"{head}.{claims[:-4]}AAAA.{signature}", "two parts": f"{head}.{claims}", "padded": good + "=",
            "too long": self.token(VIEW, padding="x" * 9000),
        }
        for name, token in faults.items():
            self.assert_unauthenticated(self.send(token), name)
        self.assertEqual(self.send(good).status, 200, "the same service takes a good one")

    @shows("R-151", "R-150")
    def test_that_are_missing_can_be_told_by_a_page(self):
        answer = self.send(None, Origin="https://page.example.org")
        self.assertEqual((answer.status, answer.headers["Access-Control-Allow-Origin"], answer.headers["Vary"]),
                         (401, "https://page.example.org", "Origin"))
        preflight = self.service.request("OPTIONS", VIEW, Origin="https://page.example.org", Access_Control_Request_Method="POST")
        self.assertEqual(preflight.status, 204, "which carries no token")

    @shows("R-139", "R-141")
    def test_are_good_for_one_call(self):
        token = self.token(VIEW)
        self.assertEqual(self.send(token).status, 200)
        self.assert_unauthenticated(self.send(token))
        other = self.token(VIEW, iss="https://same-body.example.org")
        self.assertEqual(self.send(other).status, 200)
        self.assertEqual(self.send(other, body=call(hookInstance="2")).status, 200, "another body")
        self.assert_unauthenticated(self.send(other))
        free = self.token(VIEW, iss="https://no-replay.example.org")
        self.assertEqual([self.send(free).status for _ in range(3)], [200] * 3)

    @shows("R-135")
    def test_name_the_endpoint_in_any_spelling_or_its_alias(self):
        for audience in (f"HTTPS://CDS.example.org:443{VIEW}", PUBLIC_URL + VIEW + "/"):
            self.assertEqual(self.send(self.token(VIEW, aud=audience)).status, 200, audience)
        self.assertEqual(self.send(self.token(VIEW, aud="backpain", iss="https://no-replay.example.org")).status, 200)
        self.assert_unauthenticated(self.send(self.token(VIEW, aud="backpain")))


class KeySets(unittest.TestCase):
    """Where the keys of a client come from."""

    def setUp(self):
        folder = Path(self.enterContext(key_folder()))
        self.first, self.second = Key(folder, identifier="first"), Key(folder, identifier="second")
        self.published = [self.first.jwk()]
        self.server = self.enterContext(FhirServer(lambda address: self.published if isinstance(self.published, int) else {"keys": self.published}))
        self.url = f"{self.server.address}/keys"
        (folder / "keys.json").write_text(json.dumps({"keys": [self.first.jwk()]}))
        clients = {"file": {"jwksFile": str(folder / "keys.json")}, "url": {"jwksUrl": self.url}, "listed": {"jku": [self.url]}}
        self.service = self.enterContext(Served(
            authentication="required", publicUrl=PUBLIC_URL,
            clients=[{"name": name, "issuer": name, "replay": "off"} | keys for name, keys in clients.items()]))

    def status(self, issuer, key, **header):
        token = key.token(DISCOVERY, header, iss=issuer)
        return self.service.request("GET", DISCOVERY, Authorization=f"Bearer {token}").status

    @shows("R-138")
    def test_are_read_from_a_file(self):
        self.assertEqual([self.status("file", key) for key in (self.first, self.second)], [200, 401])
        self.assertEqual(self.server.requests, [])

    @shows("R-138", "R-143")
    def test_are_fetched_once_and_not_for_every_unknown_key(self):
        self.assertEqual([self.status("url", self.first) for _ in range(3)], [200] * 3)
        self.assertEqual([self.status("url", self.second) for _ in range(20)], [401] * 20)
        self.assertLess(len(self.server.requests), 20)

    @shows("R-143")
    def test_are_found_at_once_when_they_were_rotated(self):
        self.assertEqual(self.status("url", self.first), 200)
        self.published = [self.second.jwk()]
        self.assertEqual(self.status("url", self.second), 200, "a moment after the last fetch")
        self.assertEqual(self.status("url", self.first), 401, "it is not published any longer")

    @shows("R-143")
    def test_are_withdrawn_by_an_empty_set(self):
        self.assertEqual(self.status("url", self.first), 200)
        self.published = []
        self.assertEqual(self.status("url", self.second), 401)
        self.assertEqual(self.status("url", self.first), 401)

    @shows("R-143")
    def test_stay_while_their_server_fails(self):
        self.assertEqual(self.status("url", self.first), 200)
        self.published = 503
        self.assertEqual(self.status("url", self.second), 503, "nobody knows whether there is such a key")
        self.assertEqual(self.status("url", self.first), 200)

    @shows("R-133", "R-137")
    def test_are_fetched_from_where_the_token_says_only_if_it_is_listed(self):
        self.assertEqual(self.status("listed", self.first, jku=f"{self.server.address}/other"), 401)
        self.assertEqual(self.status("file", self.second, jku=self.url), 401)
        self.assertEqual(self.server.requests, [])
        self.assertEqual(self.status("listed", self.first, jku=self.url), 200)
        self.assertEqual([address for address, _ in self.server.requests], ["keys"])


class Clients(Trusted):
    def answer_to(self, issuer, body):
        return self.send(self.token(VIEW, iss=f"https://{issuer}.example.org"), body=body)

    @shows("R-038")
    def test_of_the_crd_profile_get_422_for_json_that_is_no_call(self):
        for body in (call(hookInstance=...), call(hook="order-sign"), call(context=context("patient-view", patientId=7)), []):
            self.assertEqual(self.answer_to("crd", body).status, 422, body)
            self.assertEqual(self.answer_to("old", body).status, 400, body)
        self.assertEqual(self.answer_to("crd", call(prefetch=prefetch(patient=PATIENT | {"id": "p2"}))).status, 400)
        self.assertEqual(self.answer_to("crd", call(prefetch={})).status, 412)

    @shows("T-05", "card.uuid")
    def test_get_what_their_profile_knows(self):
        crd, old = (json.loads(self.answer_to(issuer, call()).body) for issuer in ("crd", "old"))
        self.assertEqual(crd["systemActions"], [])
        self.assertTrue(all("topic" in card["source"] and "uuid" in card for card in crd["cards"]))
        self.assertFalse("systemActions" in old or any("uuid" in card for card in old["cards"]))
        for issuer, knows in (("crd", True), ("old", False)):
            found = self.send(self.token(DISCOVERY, iss=f"https://{issuer}.example.org"), DISCOVERY)
            self.assertEqual("usageRequirements" in found.body, knows)

    @shows("R-006", "R-039", "R-058", "R-059", "extension", "hook.user-type")
    def test_that_are_held_to_the_letter_are_refused_what_others_may(self):
        def wrapped(value):
            return {"response": {"status": "200 OK"}, "resource": value}

        for body in (call(hookInstance="no-uuid"), call(extension="text"), call(extension={}), call(fhirServer=""),
                     call(context=context("patient-view", encounterId=None)), call(context=context("patient-view", userId="Device/1")),
                     call(prefetch=prefetch(vitaminD={})), call(prefetch=prefetch(vitaminD=7)), call(prefetch=prefetch(patient=wrapped(PATIENT)))):
            self.assertEqual(self.answer_to("strict", body).status, 400, body)
            self.assertEqual(self.answer_to("old", body).status, 200, body)
        self.assertEqual(self.answer_to("strict", call()).status, 200)


    @shows("status.400", "status.403", "R-038", "R-070", "R-072")
    def test_that_are_held_to_the_letter_are_told_when_they_name_what_they_may_not(self):
        listed, token = "https://ehr.example.org/fhir", {"access_token": "canary", "token_type": "Bearer", "expires_in": 300,
                                                         "scope": "patient/*.rs", "subject": "app"}
        for server, changes, status, place in (
                ("https://elsewhere.example.org/fhir", {}, 403, "fhirServer"), ("ehr", {}, 400, "fhirServer"),
                ("https://a@ehr.example.org/fhir", {}, 400, "fhirServer"), ("ftp://ehr.example.org/fhir", {}, 400, "fhirServer"),
                (listed, {"token_type": "bearer"}, 400, "fhirAuthorization.token_type"),
                (listed, {"token_type": "mac"}, 400, "fhirAuthorization.token_type"),
                (listed, {"subject": "other"}, 403, "fhirAuthorization.subject")):
            with self.subTest(server, **changes):
                body = call(fhirServer=server, fhirAuthorization=token | changes)
                answer = self.answer_to("strict", body)
                self.assertEqual((answer.status, places_of(answer)), (status, [place]))
                self.assertEqual(self.answer_to("old", body).status, 200, "everything was sent, so nothing is read there")


class MutualTls(unittest.TestCase):
    def certificate(self, folder, name):
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        write_self_signed(certificate, key, name)
        return certificate, key

    @shows("R-130")
    def test_lets_in_who_has_a_certificate_of_the_listed_authority(self):
        folder = Path(self.enterContext(key_folder()))
        known, stranger = self.certificate(folder, "known"), self.certificate(folder, "stranger")
        service = self.enterContext(Served(tls={"certificate": "server.pem", "key": "server.key", "clientCa": str(known[0])}))
        for certificate in (None, stranger):
            if certificate:
                service.trust.load_cert_chain(*certificate)
            with self.assertRaises(OSError):
                service.request("GET", DISCOVERY)
        service.trust.load_cert_chain(*known)
        self.assertEqual(service.request("GET", DISCOVERY).status, 200)


class Log(Trusted):
    @shows("R-068", "R-118", "R-163")
    def test_has_no_token_no_comment_and_nothing_of_the_patient(self):
        named = PATIENT | {"name": [{"family": "canary"}], "identifier": [{"value": "canary"}]}
        token = {"access_token": "canary", "token_type": "Bearer", "expires_in": 300, "scope": "canary", "subject": "canary"}
        body = call(hookInstance="canary", prefetch=prefetch(patient=named), fhirServer="https://canary.example.org/fhir",
                    fhirAuthorization=token, context=context("patient-view", userId="Practitioner/canary", encounterId="canary"))
        seen = self.token(VIEW, sub="canary")
        self.assertEqual(self.send(seen, body=body).status, 200)
        self.assert_unauthenticated(self.send(seen, body=body))
        item = {"card": "canary", "outcome": "overridden", "overrideReason": {"userComment": "canary", "reason": {"code": "canary"}}} | TIMES
        self.assertEqual(self.send(self.token(FEEDBACK), FEEDBACK, {"feedback": [item]}).status, 200)
        self.assertEqual(self.send(self.token(VIEW), body=body | {"hook": "canary"}).status, 400)
        log = (Path(self.service.folder.name) / "serve.log").read_text(encoding="utf-8")
        self.assertIn("request-served", log)
        for secret in ("canary", seen, seen.split(".")[2]):
            self.assertNotIn(secret, log)


class Feedback(Trusted):
    def give(self, *items, path=FEEDBACK, **claims):
        return self.send(self.token(path, **claims), FEEDBACK, {"feedback": list(items)})

    def card(self):
        answer = self.send(self.token(VIEW))
        self.assertEqual(answer.status, 200, answer.body)
        return json.loads(answer.body)["cards"][0]

    @shows("R-110", "R-111", "R-112", "R-113", "R-114", "R-116", "R-119")
    def test_is_taken_with_200_and_no_body(self):
        card = self.card()
        accepted = {"card": card["uuid"], "outcome": "accepted", "acceptedSuggestions": [{"id": card["suggestions"][0]["uuid"]}]} | TIMES
        reason = {key: card["overrideReasons"][0][key] for key in ("code", "system")}
        overridden = {"card": card["uuid"], "outcome": "overridden", "overrideReason": {"reason": reason, "userComment": "x"}} | TIMES
        for items in ([accepted], [accepted, overridden], [accepted], [overridden | {"overrideReason": {"reason": {"code": "x"}}}], []):
            answer = self.give(*items)
            self.assertEqual((answer.status, answer.body), (200, ""))
        self.assertEqual(self.give(accepted, path=VIEW).status, 200, "a token for the service itself")

    @shows("R-114", "R-178")
    def test_is_known_again_by_ids_with_and_without_a_prefix(self):
        card = self.card()
        ids = {"card": card["uuid"], "suggestion": card["suggestions"][0]["uuid"]}
        for prefix, told in (("", '"stored":1,"repeated":0,'), ("urn:uuid:", '"stored":0,"repeated":1,')):
            item = {"card": prefix + ids["card"], "outcome": "accepted", "acceptedSuggestions": [{"id": prefix + ids["suggestion"]}]} | TIMES
            before = self.times_logged(told)
            self.assertEqual(self.give(item).status, 200)
            give_up = time.monotonic() + PATIENCE_SECONDS
            while self.times_logged(told) == before:  # the log is written beside the call
                self.assertLess(time.monotonic(), give_up, f"{told} never came")
                time.sleep(0.02)

    def times_logged(self, text):
        return (Path(self.service.folder.name) / "serve.log").read_text(encoding="utf-8").count(text)

    @shows("R-116")
    def test_for_an_unknown_card_is_taken_like_any_other(self):
        known = {"card": self.card()["uuid"], "outcome": "overridden"} | TIMES
        answers = [self.give(known | {"card": card}) for card in (known["card"], UNKNOWN_CARD, "no-uuid")]
        self.assertEqual({(answer.status, answer.body) for answer in answers}, {(200, "")})

    @shows("R-111", "R-112", "R-115", "R-116", "R-117")
    def test_with_one_fault_is_400_as_a_whole(self):
        good = {"card": UNKNOWN_CARD, "outcome": "overridden"} | TIMES
        for bad, place in (({"outcome": "ignored"}, "outcome"), ({"card": 7}, "card"), ({"outcomeTimestamp": "2026-03-02"}, "outcomeTimestamp"),
                           ({"outcome": "accepted"}, "acceptedSuggestions")):
            answer = self.give(good, good | bad)
            self.assertEqual((answer.status, places_of(answer)), (400, [f"feedback[1].{place}"]))
        self.assertEqual(self.send(self.token(FEEDBACK), FEEDBACK, {}).status, 400)

    @shows("R-119")
    def test_is_authenticated_for_its_own_service(self):
        for path in (DISCOVERY, f"/cds-services/{id_of('order-sign')}/feedback"):
            self.assert_unauthenticated(self.give(path=path), path)


if __name__ == "__main__":
    main()
