#!/usr/bin/env python3
"""`deploy/spark/impact.py` gives the files that the program gives on one machine, to the byte: however patients are split, where a process is
killed at its work, and where a whole worker goes.

    spark_test.py PROGRAM           all of it, some minutes
    spark_test.py PROGRAM Smoke     that impact and survey do so at all, as ctest runs it

PySpark is installed where impact.py installs it. Exit status 77: skipped, Spark cannot be run here.
"""

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "deploy" / "spark"))
import impact
from pyspark_environment import NOT_FETCHED

PACK, GENERATE = ROOT / "rules" / "packs" / "back-pain-labs", ROOT / "tests" / "population" / "generate.py"
PROGRAM = SHARED = None
AT = "2026-03-01T12:00:00Z"
SURVEY = ["survey", "--pack", PACK, "--at", AT]
PATIENTS = 2000
# One thing may take so long; all of them together, with an installation, what is below ctest's limit.
PATIENCE_SECONDS, INSTALLING_SECONDS, WHOLE_SECONDS = 600, 900, 3300
BEGUN = time.monotonic()
SKIPPED = 77


def patience():
    return min(PATIENCE_SECONDS, BEGUN + WHOLE_SECONDS - time.monotonic())


def line(kind, identity, **members):
    return json.dumps({"resourceType": kind, "id": identity} | members)


def odd_lines():
    """What exports hold besides: people who were merged, Medications referred to, and lines that nobody can use."""
    back_pain = {"coding": [{"system": "http://snomed.info/sct", "code": "161891005"}]}
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}

    def other(identity, kind):
        return {"other": {"reference": f"Patient/{identity}"}, "type": kind}

    for number in range(20):
        one, two, three = (f"{each}-merged-{number}" for each in "abc")  # by their ids they would come to two partitions
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
    give_up = time.monotonic() + patience()
    while not (found := condition()):
        if process.poll() is not None or time.monotonic() > give_up:
            raise AssertionError(f"it never came about; status {process.poll()}")
        time.sleep(0.005)
    return found


def session_of(process):
    """What it started and what those started, as long as they live."""
    for entry in Path("/proc").iterdir():
        try:
            state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            if state != "Z" and int(session) == process.pid:
                yield int(entry.name)
        except OSError:
            pass  # it has ended meanwhile, or is no process


def end(process):
    """With all that it started: it was begun as a session of its own."""
    while living := list(session_of(process)):
        for one in living:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                pass
    process.wait()


class Population:
    """What all tests count, and what the program counts on one machine."""

    def __init__(self, folder):
        self.folder, self.path, self.found = folder, folder / "population", {}
        subprocess.run([sys.executable, "-B", GENERATE, "--patients", str(PATIENTS), "--noise", "0", "--format", "bulk", "--out", self.path],
                       check=True, timeout=patience())
        (self.path / "odd").mkdir()
        (self.path / "odd" / "odd.ndjson").write_text("\n".join(odd_lines()), encoding="utf-8")
        (self.path / "note.txt").touch()  # which nobody reads, and the report says so
        site = folder / "site.json"
        site.write_text(json.dumps({"parameters": {"vitaminD.ruleset": "ros-2020"}}))
        self.change = ["impact", "--from", PACK, "--site-to", site, "--at", AT]

    def by_program(self, command):
        """The files for machines and for people, of `impact` or of `survey`."""
        verb = command[0]
        if verb not in self.found:
            out = Outputs(self.folder, verb)
            subprocess.run([PROGRAM, *command, *out.options, "--quiet", self.path], check=True, capture_output=True, timeout=patience())
            self.found[verb] = out.read()
        return self.found[verb]


class Outputs:
    """The files that a run writes."""

    def __init__(self, folder, name):
        self.paths = {kind: folder / f"{name}.{kind}" for kind in ("json", "html")}
        self.options = [word for kind, path in self.paths.items() for word in (f"--{kind}", path)]

    def read(self):
        return {kind: path.read_bytes() for kind, path in self.paths.items()}


def setUpModule():
    global SHARED
    SHARED = Population(Path(unittest.enterModuleContext(tempfile.TemporaryDirectory(prefix="backpain-spark-"))))


class OnSpark(unittest.TestCase):
    def setUp(self):
        self.local = SHARED.folder / self._testMethodName
        self.local.mkdir()
        self.out = Outputs(self.local, "spark")

    def started(self, command, *options, **environment):
        full = [sys.executable, "-B", impact.__file__, *command, "--program", PROGRAM, *self.out.options, *options,
                "--conf", "spark.driver.memory=700m", "--conf", "spark.ui.showConsoleProgress=false", SHARED.path]
        return self.begun("log", full, **environment)

    def begun(self, name, command, **environment):
        """A process with all that is temporary of it in a folder of this test's."""
        ours = {"SPARK_LOCAL_DIRS": str(self.local), "TMPDIR": str(self.local), "SPARK_LOCAL_IP": "127.0.0.1"}
        with open(self.local / name, "wb") as log:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True, env=os.environ | ours | environment)
        self.addCleanup(end, process)
        return process

    def told(self, name="log"):
        return (self.local / name).read_text(errors="replace")

    def holds(self, run, command):
        self.assertEqual(run.wait(patience()), 0, self.told()[-4000:])
        expected, got = SHARED.by_program(command), self.out.read()
        self.assertEqual([kind for kind in expected if got[kind] != expected[kind]], [])


class Smoke(OnSpark):
    def test_the_odd_lines_count(self):
        counted = json.loads(SHARED.by_program(SHARED.change)["json"])["leftOut"]
        self.assertEqual(counted | {"ofNobody": 20, "ofTwoPatients": 20, "unreadFiles": 1}, counted)
        self.assertGreater(counted["broken"], 10)

    def test_impact_in_two_partitions(self):
        self.holds(self.started(SHARED.change, "--partitions", "2"), SHARED.change)

    def test_survey_in_one_partition(self):
        self.holds(self.started(SURVEY, "--partitions", "1"), SURVEY)


class Split(OnSpark):
    def test_impact_in_one_partition(self):
        self.holds(self.started(SHARED.change, "--partitions", "1"), SHARED.change)

    def test_impact_in_seven_partitions(self):
        self.holds(self.started(SHARED.change, "--partitions", "7"), SHARED.change)

    def test_survey_in_two_partitions(self):
        self.holds(self.started(SURVEY, "--partitions", "2"), SURVEY)

    def test_survey_in_seven_partitions(self):
        self.holds(self.started(SURVEY, "--partitions", "7"), SURVEY)


class Killed(OnSpark):
    def test_a_killed_process_of_impact_is_made_good(self):
        self.is_made_good(SHARED.change)

    def test_a_killed_process_of_survey_is_made_good(self):
        self.is_made_good(SURVEY)

    def is_made_good(self, command):
        run = self.started(command, "--master", "local[2,4]", "--partitions", "2")
        self.kill_a_process_of(run)
        self.holds(run, command)
        self.assertIn("ended with -9", self.told())

    def kill_a_process_of(self, run):
        os.kill(wait_until(lambda: next(processes_in(self.local), None), run), signal.SIGKILL)

    def test_without_a_second_try_nothing_is_written(self):
        run = self.started(SHARED.change, "--master", "local[2]", "--partitions", "2")
        self.kill_a_process_of(run)
        self.assertEqual(run.wait(patience()), impact.ENVIRONMENT, self.told()[-4000:])
        self.assertIn("ended with -9", self.told())
        self.assertFalse(any(path.exists() for path in self.out.paths.values()))


class Cluster(OnSpark):
    """A master and two workers, processes on free ports of loopback."""

    def setUp(self):
        super().setUp()
        master = self.daemon("master", "master.Master", "--port", "0")
        self.master = wait_until(lambda: re.search(r"Starting Spark master at (spark://\S+)", self.told("master.log")), master)[1]
        self.workers = {name: self.daemon(name, "worker.Worker", "--cores", "1", "--memory", "1g", self.master) for name in ("worker-1", "worker-2")}
        for name, worker in self.workers.items():
            wait_until(lambda name=name: "Successfully registered with master" in self.told(f"{name}.log"), worker)

    def daemon(self, name, kind, *arguments):
        spark = next(impact.INSTALLED.glob("lib/python3*/site-packages/pyspark"))
        own = self.local / name
        own.mkdir()
        return self.begun(f"{name}.log", [spark / "bin" / "spark-class", f"org.apache.spark.deploy.{kind}", "--host", "127.0.0.1", "--webui-port", "0", *arguments],
                          SPARK_HOME=str(spark), SPARK_WORKER_DIR=str(own), SPARK_LOCAL_DIRS=str(own), SPARK_DAEMON_MEMORY="300m")

    def is_made_good(self, command):
        run = self.started(command, "--master", self.master, "--partitions", "7", "--conf", "spark.executor.memory=480m",
                           "--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.driver.bindAddress=127.0.0.1", "--conf", "spark.ui.enabled=false",
                           PYSPARK_PYTHON=str(impact.INSTALLED / "bin" / "python"))
        end(self.workers[wait_until(self.one_that_counts, run)])
        self.holds(run, command)
        self.assertRegex(self.told(), "Lost executor .* worker lost")

    def one_that_counts(self):
        """A worker that counts a partition, which is held there, so that it cannot be done before the worker goes."""
        for name in self.workers:
            for process in processes_in(self.local / name):
                os.kill(process, signal.SIGSTOP)
                return name
        return None

    def test_a_worker_that_goes_is_made_good_for_impact(self):
        self.is_made_good(SHARED.change)

    def test_a_worker_that_goes_is_made_good_for_survey(self):
        self.is_made_good(SURVEY)


def why_not():
    """What this machine lacks for Spark: Java, what makes virtual environments, a network. \\returns nothing if it has them. What is broken ends the test."""
    if shutil.which("java") is None:
        return "there is no Java on this machine (Debian package openjdk-17-jre-headless)"
    if not (impact.INSTALLED / "made").exists() and importlib.util.find_spec("ensurepip") is None:
        return "there is nothing here that makes a virtual environment (Debian package python3-venv)"
    # It brings PySpark before it looks for the program.
    installing = subprocess.Popen([sys.executable, "-B", impact.__file__, "impact", "--from", "none", "--program", "/nowhere", "none"],
                                  stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        told = installing.communicate(timeout=INSTALLING_SECONDS)[1]
    except subprocess.TimeoutExpired:
        return f"PySpark could not be installed within {INSTALLING_SECONDS} s"
    finally:
        end(installing)
    if NOT_FETCHED in told:
        return told
    if installing.returncode != impact.USAGE:
        raise SystemExit(f"PySpark is not fit for use, status {installing.returncode}: {told}")
    return ""


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    if missing := why_not():
        print(f"skipped: {missing}")
        sys.exit(SKIPPED)
    unittest.main(catchbreak=True)  # Ctrl-C: the test that runs ends, with all that it started
