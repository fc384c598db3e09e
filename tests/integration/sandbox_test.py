#!/usr/bin/env python3
"""The ten sample patients on one FHIR server give their ten answers: to `evaluate --fhir`, and to a page in Chromium that makes the calls of
the CDS Hooks Sandbox across origins, with its tokens and its feedback.

    sandbox_test.py PROGRAM [test...]

Without Chromium (deploy/debian-packages, [test]) the page's tests are skipped, and say so.
"""

import base64
import hashlib
import json
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

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
CHROMIUM = shutil.which("chromium")
PATIENCE_SECONDS = 240


class Stories(unittest.TestCase):
    def test_of_one_server_with_all_patients_get_the_cards_of_each(self):
        with SampleServer() as server:
            for story in STORIES:
                with self.subTest(story["name"]):
                    answer = by_command.evaluate_fhir(server.url, patient=story["id"])
                    self.assertEqual((answer.returncode, answer.stderr), (by_command.FINE, ""))
                    self.assertEqual(by_command.rules_of(answer), story["cards"])


class PageServer:
    """Serves the page and its setup on loopback; `result` waits for what the page posts."""

    def __init__(self):
        self.setup, self.results = {}, queue.Queue()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.port = self.http.server_port

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()

    def handler(server):  # noqa: N805 - the request's handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                files = {"/": ("text/html", PAGE.read_bytes()), "/setup.json": ("application/json", json.dumps(server.setup).encode())}
                self.send(*files.get(self.path, ("text/plain", b"")))

            def do_POST(self):
                server.results.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send("text/plain", b"")

            def send(self, media_type, body):
                self.send_response(200)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler


def key_digest(certificate):
    """What Chromium knows a certificate by that it is to trust for once."""
    public = openssl("x509", "-in", certificate, "-noout", "-pubkey")
    return base64.b64encode(hashlib.sha256(openssl("pkey", "-pubin", "-outform", "DER", data=public)).digest()).decode()


@unittest.skipIf(CHROMIUM is None, "skipped: there is no chromium (deploy/install-packages test)")
class Page(unittest.TestCase):
    """Runs the page; nothing but loopback can be reached from its browser."""

    @classmethod
    def setUpClass(cls):
        cls.keep = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.key = EllipticKey(Path(cls.keep), "sandbox")
        cls.page = cls.enterClassContext(PageServer())
        cls.fhir = cls.enterClassContext(SampleServer())
        client = {"name": "Sandbox", "issuer": ISSUER, "jwks": {"keys": [cls.key.jwk(alg="ES384")]}, "fhirServers": [cls.fhir.url]}
        cls.service = cls.enterClassContext(RunningService(
            by_command.PROGRAM, ["--at", by_command.AT], authentication="required", clients=[client], publicUrl=PUBLIC,
            cors={"origins": [f"http://127.0.0.1:{cls.page.port}"]}, store="sqlite:cds.db"))
        private = openssl("pkcs8", "-topk8", "-nocrypt", "-in", cls.key.file, "-outform", "DER")
        cls.page.setup = {"services": f"{PUBLIC}/cds-services", "fhir": cls.fhir.url, "patients": [each["id"] for each in STORIES],
                          "issuer": ISSUER, "kid": "sandbox", "privateKey": base64.b64encode(private).decode()}

    def result_at(self, origin):
        """What comes of the page, opened at an origin."""
        rules = f"MAP cds.example.org:443 127.0.0.1:{self.service.port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            browser = subprocess.Popen(
                [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", f"--user-data-dir={profile}", f"--host-resolver-rules={rules}",
                 f"--ignore-certificate-errors-spki-list={key_digest(self.service.folder / 'certificate.pem')}", f"{origin}/"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                return self.page.results.get(timeout=PATIENCE_SECONDS)
            finally:
                browser.terminate()
                browser.wait(PATIENCE_SECONDS)

    def test_of_an_allowed_origin_gets_every_patients_cards_and_gives_feedback(self):
        result = self.result_at(f"http://127.0.0.1:{self.page.port}")
        self.assertNotIn("failed", result, result)
        self.assertEqual(result["fhirVersion"], "4.0.1")
        said = {chart["patient"]: (chart["status"], [product.rule_of(card) for card in chart["cards"]]) for chart in result["charts"]}
        self.assertEqual(said, {story["id"]: (200, story["cards"]) for story in STORIES})
        feedback = [status for chart in result["charts"] for status in chart["feedback"]]
        self.assertEqual(feedback, [200] * sum(len(story["cards"]) for story in STORIES))

    def test_of_another_origin_is_kept_from_reading(self):
        result = self.result_at(f"http://localhost:{self.page.port}")
        self.assertEqual(result, {"failed": "TypeError: Failed to fetch"})


if __name__ == "__main__":
    by_command.PROGRAM = Path(sys.argv.pop(1)).resolve()
    unittest.main()
