#!/usr/bin/env python3
"""deploy/quickstart refuses what it cannot do before it installs or builds anything, and shows every patient with a program that is built.
(That it builds one, a bare machine shows.)

The environment variable BACKPAIN_CDS names the program; without it only the refusals are tested.
"""

import json
import os
import re
import socket
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parents[2]
QUICKSTART = ROOT / "deploy" / "quickstart"
PROGRAM = os.environ.get("BACKPAIN_CDS")
PATIENCE_SECONDS = 300


def quickstart(*arguments, cwd=None):
    return subprocess.run([QUICKSTART, *arguments], capture_output=True, text=True, timeout=PATIENCE_SECONDS, cwd=cwd)


def free_port():
    """A port such that it and the next one are free."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as one:
            port = one.getsockname()[1]
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
                return port
            except (OSError, OverflowError):
                continue


class Quickstart(unittest.TestCase):
    def test_explains_itself_when_it_is_used_wrongly(self):
        for arguments in (["--twice"], ["--port"], ["--port", "https"], ["--port", "0"], ["--port", "65535"]):
            with self.subTest(arguments):
                run = quickstart(*arguments)
                self.assertEqual(run.returncode, 2, run.stderr)
                self.assertIn("--port", run.stderr)
                self.assertEqual(run.stdout, "")
        for arguments in (["--program"], ["--program", "no-such-program"], ["--folder"]):
            with self.subTest(arguments):
                run = quickstart(*arguments)
                self.assertEqual((run.returncode, run.stdout), (2, ""), run.stderr)
                self.assertIn(arguments[0], run.stderr)

    def test_explains_itself_when_it_is_asked(self):
        run = quickstart("--help")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("--once", run.stdout)

    def test_says_which_port_is_taken_and_how_to_choose_another(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            for arguments in (["--port", str(port)], ["--sandbox", "--port", str(port - 1)]):
                with self.subTest(arguments):
                    run = quickstart(*arguments)
                    self.assertEqual(run.returncode, 4)
                    self.assertIn(f"port {port} is taken", run.stderr)
                    self.assertIn("deploy/quickstart --port", run.stderr)


@unittest.skipIf(PROGRAM is None, "skipped: BACKPAIN_CDS names no program")
class Sandbox(unittest.TestCase):
    def test_shows_every_patient_and_links_that_hold_all_the_sandbox_needs(self):
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            run = quickstart("--sandbox", "--once", "--program", PROGRAM, "--folder", "made", "--port", str(port), cwd=folder)
            self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
            made = Path(folder) / "made"
            self.assertEqual((made / "server.key").stat().st_mode & 0o077, 0)
        for story in json.loads((ROOT / "deploy" / "samples" / "stories.json").read_text(encoding="utf-8")):
            self.assertIn(f"\n{story['name']}, {story['age']}", run.stdout)
            self.assertIn(f" {story['id']} ", run.stdout)
        links = [urlsplit(link) for link in re.findall(r"http\S+/\?\S+", run.stdout)]
        self.assertEqual([f"{link.scheme}://{link.netloc}" for link in links], ["https://sandbox.cds-hooks.org", "http://localhost:8080"])
        for link in links:  # the parameters of the sandbox's README, "Pre-configuration via URL parameters"
            self.assertEqual(parse_qs(link.query), {
                "hook": ["patient-view"], "patientId": ["ada-quill"], "fhirServiceUrl": [f"http://localhost:{port + 1}/fhir"],
                "serviceDiscoveryURL": [f"https://localhost:{port}/cds-services"]})


@unittest.skipIf(PROGRAM is None, "skipped: BACKPAIN_CDS names no program")
class Workbench(unittest.TestCase):
    def test_begins_with_patients_and_a_population(self):
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.Popen([QUICKSTART, "--workbench", "--patients", "20", "--program", PROGRAM, "--folder", "made", "--port", str(free_port())],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)
            try:
                said = iter(process.stdout.readline, "")
                address = next((line for line in said if line.startswith("workbench on ")), None)
                self.assertIsNotNone(address, process.stderr.read() if process.poll() is not None else "")
                url, token = re.fullmatch(r"workbench on (\S+)/#token=(\S+)\n", address).groups()
                session = self.session(url, token)
                self.assertEqual(len(session["samples"]), 10)
                self.assertNotEqual(session["population"]["state"], "none")
                self.assertEqual(session["at"], "2026-03-02")
                self.assertTrue(session["site"]["path"].endswith("made/site.json"))
            finally:
                process.terminate()
                process.communicate(timeout=PATIENCE_SECONDS)
            self.assertEqual(process.returncode, 0)

    @staticmethod
    def session(url, token):
        request = urllib.request.Request(f"{url}/api/session", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)

    def test_is_not_shown_once(self):
        run = quickstart("--workbench", "--once")
        self.assertEqual(run.returncode, 2)
        self.assertIn("--workbench", run.stderr)


if __name__ == "__main__":
    unittest.main()
