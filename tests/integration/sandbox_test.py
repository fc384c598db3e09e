#!/usr/bin/env python3
"""The ten sample patients on one FHIR server give their ten answers: to `evaluate --fhir`, and to a page in Chromium that makes the calls of
the CDS Hooks Sandbox across origins, with its tokens and its feedback.

    sandbox_test.py PROGRAM [test...]

Without Chromium (deploy/debian-packages, [test]) the page's tests are skipped, and say so.
"""

import base64
import hashlib
import json
import sys
import tempfile
import unittest
from pathlib import Path

import chromium
import evaluate_fhir_test as by_command
from running_service import ROOT, RunningService
from token_maker import EllipticKey, openssl

sys.path.insert(0, str(ROOT / "deploy"))
import product  # noqa: E402
from sample_server import SampleServer  # noqa: E402

PAGE = Path(__file__).with_name("sandbox_page.html")
STORIES = json.loads((by_command.SAMPLES / "stories.json").read_text(encoding="utf-8"))
ISSUER = "https://sandbox.cds-hooks.org"
PUBLIC = "https://cds.example.org"  # a token's audience is the address called, so the browser is told where to find this name


class Stories(unittest.TestCase):
    def test_of_one_server_with_all_patients_get_the_cards_of_each(self):
        with SampleServer() as server:
            for story in STORIES:
                with self.subTest(story["name"]):
                    answer = by_command.evaluate_fhir(server.url, patient=story["id"])
                    self.assertEqual((answer.returncode, answer.stderr), (by_command.FINE, ""))
                    self.assertEqual(by_command.rules_of(answer), story["cards"])


def key_digest(certificate):
    """What Chromium knows a certificate by that it is to trust for once."""
    public = openssl("x509", "-in", certificate, "-noout", "-pubkey")
    return base64.b64encode(hashlib.sha256(openssl("pkey", "-pubin", "-outform", "DER", data=public)).digest()).decode()


@unittest.skipIf(chromium.CHROMIUM is None, chromium.MISSING)
class Page(unittest.TestCase):
    """Runs the page; nothing but loopback can be reached from its browser."""

    @classmethod
    def setUpClass(cls):
        cls.keep = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.key = EllipticKey(Path(cls.keep), "sandbox")
        cls.page = cls.enterClassContext(chromium.PageServer({"/": ("text/html", PAGE.read_bytes())}))
        cls.fhir = cls.enterClassContext(SampleServer())
        client = {"name": "Sandbox", "issuer": ISSUER, "jwks": {"keys": [cls.key.jwk(alg="ES384")]}, "fhirServers": [cls.fhir.url]}
        cls.service = cls.enterClassContext(RunningService(
            by_command.PROGRAM, ["--at", by_command.AT], authentication="required", clients=[client], publicUrl=PUBLIC,
            cors={"origins": [cls.page.origin]}, store="sqlite:cds.db"))
        private = openssl("pkcs8", "-topk8", "-nocrypt", "-in", cls.key.file, "-outform", "DER")
        setup = {"services": f"{PUBLIC}/cds-services", "fhir": cls.fhir.url, "patients": [each["id"] for each in STORIES],
                 "issuer": ISSUER, "kid": "sandbox", "privateKey": base64.b64encode(private).decode()}
        cls.page.files["/setup.json"] = ("application/json", json.dumps(setup).encode())

    def result_at(self, origin):
        """What comes of the page, opened at an origin."""
        rules = f"MAP cds.example.org:443 127.0.0.1:{self.service.port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
        trusted = f"--ignore-certificate-errors-spki-list={key_digest(self.service.folder / 'certificate.pem')}"
        with chromium.opened(f"{origin}/", rules, trusted):
            return self.page.result()

    def test_of_an_allowed_origin_gets_every_patients_cards_and_gives_feedback(self):
        result = self.result_at(self.page.origin)
        self.assertNotIn("failed", result, result)
        self.assertEqual(result["fhirVersion"], "4.0.1")
        said = {chart["patient"]: (chart["status"], [product.rule_of(card) for card in chart["cards"]]) for chart in result["charts"]}
        self.assertEqual(said, {story["id"]: (200, story["cards"]) for story in STORIES})
        feedback = [status for chart in result["charts"] for status in chart["feedback"]]
        self.assertEqual(feedback, [200] * sum(len(story["cards"]) for story in STORIES))

    def test_of_another_origin_is_kept_from_reading(self):
        result = self.result_at(self.page.origin.replace("127.0.0.1", "localhost"))
        self.assertEqual(result, {"failed": "TypeError: Failed to fetch"})


if __name__ == "__main__":
    by_command.PROGRAM = Path(sys.argv.pop(1)).resolve()
    unittest.main()
