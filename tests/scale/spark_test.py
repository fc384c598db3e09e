#!/usr/bin/env python3
"""`deploy/spark/impact.py` gives the file that the program gives on one machine, to the byte: however patients are split, and where a process is
killed at its work.

    spark_test.py PROGRAM ENVIRONMENT [test...]     ENVIRONMENT: a folder for PySpark

Exit status 77: skipped, Spark cannot be run here.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPACT, PACK = ROOT / "deploy" / "spark" / "impact.py", ROOT / "rules" / "packs" / "back-pain-labs"
GENERATE = ROOT / "tests" / "population" / "generate.py"
PROGRAM = ENVIRONMENT = None
AT = "2026-03-01T12:00:00Z"
PATIENTS = 2000
PATIENCE_SECONDS = 900
SKIPPED = 77


def line(kind, identity, **members):
    return json.dumps({"resourceType": kind, "id": identity} | members)


def odd_lines():
    """What exports hold besides: people who were merged, Medications referred to, and lines that nobody can use."""
    back_pain = {"coding": [{"system": "http://snomed.info/sct", "code": "161891005"}]}
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}

    def other(identity, kind):
        return {"other": {"reference": f"Patient/{identity}"}, "type": kind}

    for number in range(20):
        one, two, three = (f"merged-{number}-{each}" for each in "abc")
        born = {"birthDate": "1961-04-02", "gender": "female"}
        yield line("Patient", one, **born, link=[other(two, "replaces")])
        yield line("Patient", two, **born, link=[other(one, "replaced-by"), other(three, "replaces")])
        yield line("Patient", three, **born)
        yield line("Condition", f"c-{number}", subject={"reference": f"Patient/{three}"}, code=back_pain, clinicalStatus=active)
        yield line("MedicationRequest", f"m-{number}", subject={"reference": f"Patient/{two}/_history/2"}, status="active", intent="order",
                   authoredOn="2026-01-05", medicationReference={"reference": f"Medication/drug-{number % 3}"})
        yield line("Condition", f"n-{number}", code=back_pain)
        yield line("Condition", f"t-{number}", subject={"reference": f"Patient/{one}"}, patient={"reference": "Patient/somebody-else"}, code=back_pain)
        yield line("Observation", f"l-{number}", subject={"reference": f"Patient/lost-{number}"}, status="final")[:-9 if number % 2 else None]
    for number, version in ((number, version) for number in range(3) for version in "zab"):
        yield line("Medication", f"drug-{number}", code={"text": f"vitamin B12 {version}"})
    yield line("Medication", "drug-3", code={"text": "breaks off"})[:-4]
    yield ""
    yield '{"resourceType": "Observation"'


def processes_in(folder):
    """Those that count a partition, with their working folder below one of ours."""
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and b"--partial" in (entry / "cmdline").read_bytes() and str((entry / "cwd").readlink()).startswith(str(folder)):
                yield int(entry.name)
        except OSError:
            pass  # it has ended meanwhile


def wait_until(condition, process):
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        if process.poll() is not None or time.monotonic() > give_up:
            raise AssertionError(f"it never came about; status {process.poll()}")
        time.sleep(0.005)
    return found


class OnSpark(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="backpain-spark-")))
        cls.population = cls.folder / "population"
        subprocess.run([sys.executable, "-B", GENERATE, "--patients", str(PATIENTS), "--noise", "0", "--format", "bulk", "--out", cls.population], check=True)
        (cls.population / "odd").mkdir()
        (cls.population / "odd" / "odd.ndjson").write_text("\n".join(odd_lines()), encoding="utf-8")
        (cls.population / "note.txt").touch()  # which nobody reads, and the report says so
        cls.site = cls.folder / "site.json"
        cls.site.write_text(json.dumps({"parameters": {"vitaminD.ruleset": "ros-2020"}}))
        cls.change = ["impact", "--from", PACK, "--site-to", cls.site, "--at", AT]
        cls.impact = cls.by_program(*cls.change)

    @classmethod
    def by_program(cls, *arguments):
        out = cls.folder / "one.json"
        subprocess.run([PROGRAM, *arguments, "--json", out, "--quiet", cls.population], check=True, capture_output=True, timeout=PATIENCE_SECONDS)
        return out.read_bytes()

    def setUp(self):
        self.local, self.out = self.folder / self._testMethodName, self.folder / f"{self._testMethodName}.json"
        self.local.mkdir()

    def started(self, change, *options):
        self.log = open(self.local / "log", "w+b")
        self.addCleanup(self.log.close)
        command = [sys.executable, "-B", IMPACT, *change, "--program", PROGRAM, "--environment", ENVIRONMENT, "--json", self.out, *options,
                   "--conf", "spark.driver.memory=700m", "--conf", "spark.ui.showConsoleProgress=false", self.population]
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=self.log, env=self.environment())
        self.addCleanup(run.kill)
        return run

    def environment(self):
        return os.environ | {"SPARK_LOCAL_DIRS": str(self.local), "TMPDIR": str(self.local), "PYSPARK_PYTHON": str(ENVIRONMENT / "bin" / "python")}

    def told(self):
        return (self.local / "log").read_text(errors="replace")

    def holds(self, run, expected):
        self.assertEqual(run.wait(PATIENCE_SECONDS), 0, self.told()[-4000:])
        self.assertEqual(self.out.read_bytes(), expected)

    def test_the_odd_lines_count(self):
        counted = json.loads(self.impact)["leftOut"]
        self.assertEqual(counted | {"ofNobody": 20, "ofTwoPatients": 20, "unreadFiles": 1}, counted)
        self.assertGreater(counted["broken"], 10)

    def test_impact_in_one_partition(self):
        self.holds(self.started(self.change, "--partitions", "1"), self.impact)

    def test_impact_in_two_partitions(self):
        self.holds(self.started(self.change, "--partitions", "2"), self.impact)

    def test_impact_in_seven_partitions(self):
        self.holds(self.started(self.change, "--partitions", "7"), self.impact)

    def test_a_killed_process_is_made_good(self):
        run = self.started(self.change, "--master", "local[2,4]", "--partitions", "2")
        os.kill(wait_until(lambda: next(processes_in(self.local), None), run), signal.SIGKILL)
        self.holds(run, self.impact)
        self.assertIn("ended with -9", self.told())


def main():
    if shutil.which("java") is None:
        print("skipped: there is no Java on this machine (Debian package openjdk-17-jre-headless)")
        return SKIPPED
    made = subprocess.run([sys.executable, "-B", IMPACT, "impact", "--from", "none", "--program", "/nowhere", "--environment", ENVIRONMENT, "none"], capture_output=True, text=True)
    if made.returncode == 4:
        print(f"skipped: {made.stderr}")
        return SKIPPED
    unittest.main()
    return 0


if __name__ == "__main__":
    PROGRAM, ENVIRONMENT = (Path(sys.argv.pop(1)).resolve() for _ in range(2))
    sys.exit(main())
