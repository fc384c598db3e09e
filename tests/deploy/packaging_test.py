#!/usr/bin/env python3
"""What `cmake --install` puts on a machine works there: the program finds the pack, systemd takes the unit and the user, the probe tells a service
that is well from none; and image and Kubernetes example agree on the user.

    packaging_test.py BUILD     the folder of a build
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from running_service import RunningService  # noqa: E402

DEPLOY = ROOT / "deploy"
PATIENCE_SECONDS = 120
MOST_EXPOSURE = 12  # tenths; what is left is that it serves a network, whose addresses only a site can name
BUILD = None


def run(*command):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=PATIENCE_SECONDS)


def tool(name):
    return unittest.skipUnless(shutil.which(name), f"skipped: there is no {name} on this machine")


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prefix = Path(cls.enterClassContext(tempfile.TemporaryDirectory())) / "usr"
        installing = run("cmake", "--install", BUILD, "--prefix", cls.prefix)
        if installing.returncode != 0:
            raise AssertionError(installing.stderr)

    def test_program_finds_its_pack_and_takes_the_example_for_a_site(self):
        share = self.prefix / "share"
        check = run(self.prefix / "bin" / "backpain-cds", "check", share / "backpain-cds" / "back-pain-labs", "--site",
                    share / "doc" / "backpain-cds" / "site.example.json")
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)

    def test_program_takes_the_site_file_of_the_cluster(self):
        block = re.search(r"^  site\.json: \|\n((?:    .*\n)+)", (DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8"), re.MULTILINE)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as site:
            site.write(block[1])
            site.flush()
            check = run(self.prefix / "bin" / "backpain-cds", "check", self.prefix / "share" / "backpain-cds" / "back-pain-labs", "--site", site.name)
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)

    def test_pack_is_where_the_examples_look_for_it(self):
        """With the prefix /usr, as in the image."""
        place = "/usr/share/backpain-cds/back-pain-labs"
        self.assertTrue((self.prefix.parent / place.lstrip("/") / "pack.json").is_file())
        for name in ("config.example.json", "kubernetes.yaml"):
            self.assertIn(f'"{place}"', (DEPLOY / name).read_text(encoding="utf-8"), name)

    def test_workbench_finds_its_page_and_the_sample_patients(self):
        share = self.prefix / "share" / "backpain-cds"
        self.assertTrue((share / "workbench" / "index.html").is_file())
        program = subprocess.Popen([self.prefix / "bin" / "backpain-cds", "workbench", "--pack", share / "back-pain-labs"], stdout=subprocess.PIPE, text=True)
        try:
            url, token = re.fullmatch(r"workbench on (\S+)/#token=(\S+)\n", program.stdout.readline()).groups()
            ask = urllib.request.Request(f"{url}/api/session", headers={"Authorization": f"Bearer {token}"})
            with urllib.request.urlopen(f"{url}/", timeout=PATIENCE_SECONDS) as page, urllib.request.urlopen(ask, timeout=PATIENCE_SECONDS) as session:
                self.assertIn("<title>Workbench</title>", page.read().decode())
                self.assertEqual(len(json.load(session)["samples"]), 10)
        finally:
            program.terminate()
            program.communicate(timeout=PATIENCE_SECONDS)

    @tool("systemd-sysusers")
    def test_user_is_one_that_systemd_makes(self):
        with tempfile.TemporaryDirectory() as root:
            (Path(root) / "etc").mkdir()
            made = run("systemd-sysusers", f"--root={root}", self.prefix / "lib" / "sysusers.d" / "backpain-cds.conf")
            self.assertEqual(made.returncode, 0, made.stderr)
            self.assertRegex((Path(root) / "etc" / "passwd").read_text(), r"(?m)^backpain-cds:.*:/var/lib/backpain-cds:\S*nologin$")

    def unit(self, name):
        return self.prefix / "lib" / "systemd" / "system" / name

    @tool("systemd-analyze")
    def test_units_are_shut_as_far_as_they_can_be(self):
        for name in ("backpain-cds.service", "backpain-cds-drift.service"):
            with self.subTest(name):
                looked = run("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSURE}", self.unit(name))
                self.assertEqual(looked.returncode, 0, looked.stdout + looked.stderr)

    @tool("systemd-analyze")
    def test_units_hold_nothing_that_systemd_does_not_know(self):
        for name in ("backpain-cds.service", "backpain-cds-drift.service", "backpain-cds-drift.timer"):
            with self.subTest(name):
                looked = run("systemd-analyze", "verify", self.unit(name))
                self.assertNotRegex(looked.stderr, r"(?i)unknown|failed to parse|ignoring")

    @tool("systemd-analyze")
    def test_timer_starts_its_service_when_a_day_is_over_in_utc(self):
        text = self.unit("backpain-cds-drift.timer").read_text(encoding="utf-8")
        looked = run("systemd-analyze", "calendar", "--base-time=2026-01-12 00:00:00 UTC", re.search(r"OnCalendar=(.+)", text)[1])
        self.assertRegex(looked.stdout, r"(?:Next elapse|\(in UTC\)): Mon 2026-01-12 05:00:00 UTC")

    def test_units_call_the_program_as_it_wants_to_be_called(self):
        """With what the example is; there is no store yet, and so nothing to be read."""
        for text in (self.unit("backpain-cds-drift.service").read_text(encoding="utf-8").replace("\nExecStart=backpain-cds ", "\nargs: "),
                     re.sub(r"[\[\],]", "", (DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8"))):
            arguments = re.search(r"args: (report .*)", text)[1].split()
            self.assertEqual(arguments[:3], ["report", "--drift", "--config"])
            with tempfile.TemporaryDirectory() as folder:
                for name in ("server.pem", "server.key", "site.json"):
                    (Path(folder) / name).touch()
                config = Path(folder) / "config.json"
                config.write_text((DEPLOY / "config.example.json").read_text(encoding="utf-8").replace("/var/lib/backpain-cds", folder)
                                  .replace("/usr/share/backpain-cds", str(self.prefix / "share" / "backpain-cds")))
                looked = run(self.prefix / "bin" / "backpain-cds", *arguments[:3], config)
            self.assertEqual((looked.returncode, looked.stdout), (4, ""), looked.stderr)
            self.assertIn("the store is not there yet", looked.stderr)

    def test_probe_tells_a_service_that_is_well_from_none(self):
        probe = self.prefix / "libexec" / "backpain-cds" / "probe"
        with RunningService(self.prefix / "bin" / "backpain-cds") as service:
            address = f"127.0.0.1:{service.admin_port}"
            for path, status in (("/health/live", 0), ("/health/ready", 0), ("/no-such-path", 1)):
                with self.subTest(path):
                    self.assertEqual(run(probe, path, address).returncode, status)
        self.assertNotEqual(run(probe, "/health/live", address).returncode, 0)


class Examples(unittest.TestCase):
    def test_image_and_kubernetes_name_one_user(self):
        image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
        cluster = (DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")
        numbers = set(re.findall(r"(?:--[ug]id|-[og]|USER|:) ?(1\d{4})\b", image)) | set(re.findall(r"(?:runAs\w+|fsGroup): (\d+)", cluster))
        self.assertEqual(len(numbers), 1, numbers)

    def test_job_of_the_cluster_has_the_files_that_the_configuration_names(self):
        """As the service has: the configuration is read whole, and what it names has to be there."""
        cluster = (DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8").split("\n---\n")
        mounts = {kind: set(re.findall(r"mountPath: ([^,]+)", part)) for part in cluster for kind in re.findall(r"^kind: (\w+)", part, re.MULTILINE)}
        self.assertGreater(len(mounts["Deployment"]), 1)
        self.assertEqual(mounts["CronJob"], mounts["Deployment"])

    def test_image_copies_only_what_is_there(self):
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE):
            for name in line.split():
                self.assertTrue((ROOT / name).exists(), name)


if __name__ == "__main__":
    BUILD = Path(sys.argv.pop(1)).resolve()
    unittest.main()
