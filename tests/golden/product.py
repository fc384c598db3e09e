"""The built product as a test drives it: the command `evaluate`, and the service behind HTTPS on a free port of loopback."""

import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from self_signed import write_self_signed

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "rules" / "packs" / "back-pain-labs"
PATIENT_VIEW = "back-pain-labs-patient-view"
PATIENCE_SECONDS = 60
UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def test_data():
    """The folder of public test data; it need not be there."""
    return Path(os.environ.get("BACKPAIN_CDS_TEST_DATA") or ROOT / "../shared/data").resolve()


def evaluate(program, patient, at, *options, service=PATIENT_VIEW):
    """Runs `evaluate` on a file with a patient's record: a CompletedProcess with stdout and stderr as text."""
    command = [program, "evaluate", "--pack", PACK, "--service", service, "--patient", patient, "--at", at, *options]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE_SECONDS)


def without_uuids(text):
    """A response, read, with what is new at each call (the identifiers of cards and suggestions) made the same."""
    return json.loads(UUID.sub("uuid", text))


def rule_of(card):
    return card["extension"]["org.backpain-cds"]["rule"]


class Service:
    """`serve` in development mode with its clinical clock at `at`, as a context manager."""

    def __init__(self, program, at):
        self.program, self.at = program, at

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        certificate = Path(self.folder.name) / "server.pem"
        write_self_signed(certificate, certificate.with_suffix(".key"))
        self.trust = ssl.create_default_context(cafile=certificate)
        self.log = open(Path(self.folder.name) / "serve.log", "wb")
        command = [self.program, "serve", "--config", self.write_config(Path(self.folder.name)), "--at", self.at]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        ready = self.process.stdout.readline()
        address = re.match(r"listening on (https://\S+)", ready)
        if not address:
            self.__exit__()
            raise RuntimeError(f"the service did not start; its first line was {ready!r}")
        self.address = address[1]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_SECONDS)
        self.process.stdout.close()
        self.log.close()
        self.folder.cleanup()

    def write_config(self, folder):
        config = {
            "mode": "development",
            "listen": "127.0.0.1:0",
            "tls": {"certificate": "server.pem", "key": "server.key"},
            "packs": [{"path": str(PACK)}],
            "authentication": "none",
        }
        (folder / "config.json").write_text(json.dumps(config))
        return folder / "config.json"

    def call(self, body, service=PATIENT_VIEW):
        """Posts a request body (text); gives the status and the body of the answer (text)."""
        request = urllib.request.Request(
            f"{self.address}/cds-services/{service}", data=body.encode(), headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, context=self.trust, timeout=PATIENCE_SECONDS) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()
