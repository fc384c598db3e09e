#!/usr/bin/env python3
"""What deploy/spark/impact.py does without Spark. Whose a line is: what the program counts as one patient's has to come to one partition. And how
PySpark is installed, without installing it; and the exit status of what goes wrong."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy" / "spark"), str(ROOT / "tests" / "population"), str(ROOT / "tests" / "scale")]
import impact
import spark_test
from pyspark_environment import NOT_FETCHED
from clinic import write_chart  # noqa: E402
from life import Settings, live  # noqa: E402


def line(**members):
    return json.dumps(members).encode()


def of(reference, name="subject", **more):
    return line(resourceType="Observation", **{name: {"reference": reference}}, **more)


class Lines(unittest.TestCase):
    def test_a_line_is_the_patients_whom_it_names(self):
        for what, text, patient in (
            ("relative", of("Patient/p1"), "p1"),
            ("absolute", of("https://ehr.example.org/fhir/Patient/p1"), "p1"),
            ("of a version", of("Patient/p1/_history/3"), "p1"),
            ("patient", of("Patient/p1", name="patient"), "p1"),
            ("without blanks", of("Patient/p1").replace(b" ", b""), "p1"),
            ("escaped", of("Patient/p1").replace(b"/", b"\\/"), "p1"),
            ("with an identifier before", line(resourceType="Observation", subject={"identifier": {"value": "7"}, "reference": "Patient/p1"}), "p1"),
            ("another's inside", of("Patient/p1", contained=[{"resourceType": "Specimen", "subject": {"reference": "Patient/p2"}}]), "p1"),
            ("another's inside, before", line(resourceType="Observation", contained=[{"subject": {"reference": "Patient/p2"}}], subject={"reference": "Patient/p1"}), "p1"),
            ("a narrative", of("Patient/p1", text={"div": '<div xmlns="http://www.w3.org/1999/xhtml">"subject"</div>'}), "p1"),
            ("a patient", line(resourceType="Patient", id="p1", link=[{"other": {"reference": "Patient/p2"}}]), "p1"),
            ("a patient, another inside", line(resourceType="Patient", contained=[{"id": "p2"}], id="p1"), "p1"),
            ("broken where no rule reads", of("Patient/p1")[:-1] + b', "note": [{"text": nothing}]}', "p1"),
            ("broken and escaped", of("Patient/p1", note=[{"text": 'a "quote"'}])[:-1] + b', "x": 01}', "p1"),
            ("after a byte order mark", b"\xef\xbb\xbf" + of("Patient/p1", text={"div": '"'}), "p1"),
            ("a group", of("Group/g1"), ""),
            ("a name that no id is", of("Patient/p 1"), ""),
            ("nobody", line(resourceType="Organization", id="o1"), ""),
            ("a Bundle", line(resourceType="Bundle", entry=[{"resource": {"resourceType": "Patient", "id": "p1"}}]), ""),
            ("no JSON", b"}{", ""),
            ("no UTF-8", b'{"resourceType": "Patient", "id": "\xff"', "\ufffd"),
        ):
            with self.subTest(what):
                self.assertEqual(impact.patient_of(text), patient)

    def test_the_short_way_leads_where_the_long_one_does(self):
        for number in range(1, 9):
            settings = Settings(noise=.1)
            for kind, _, text in write_chart(live(number, settings), settings).export():
                whole = text.encode()
                escaped = whole.rstrip().removesuffix(b"}") + b', "escaped": "\\n"}'
                self.assertEqual(impact.patient_of(whole), impact.patient_of(escaped), kind)
                self.assertTrue(impact.patient_of(whole) or kind in ("Organization", "Practitioner"), text)

    def test_those_who_were_merged_come_to_one_partition(self):
        roots = impact.roots_of([("b", "a"), ("d", "c"), ("b", "c"), ("x", "y"), ("a", "d")])
        self.assertEqual({roots.get(one, one) for one in "abcd"}, {"a"})
        self.assertEqual(roots.get("y", "y"), roots.get("x", "x"))
        self.assertEqual(len({impact.partition_of(of(f"Patient/{one}"), roots, 1000) for one in "abcd"}), 1)

    def test_of_a_medication_the_first_version_is_taken(self):
        texts = [line(resourceType="Medication", id="m", code={"text": name}) for name in ("b", "a", "c")]
        self.assertEqual(dict(impact.first_versions(texts)), {("medication", "m"): texts[1]})

    def test_a_medication_that_breaks_off_is_not_multiplied(self):
        self.assertEqual(list(impact.noteworthy(line(resourceType="Medication", id="m")[:-3])), [])


class Installing(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory())) / "environment"
        self.goes_on = self.enterContext(mock.patch("os.execv"))
        self.create = self.enterContext(mock.patch("venv.create"))
        self.pip = self.enterContext(mock.patch("subprocess.run"))

    def test_one_that_was_broken_off_is_made_anew(self):
        def broken_off(folder, **_):
            (folder / "half").touch()
            raise KeyboardInterrupt

        self.create.side_effect = broken_off
        self.assertRaises(KeyboardInterrupt, impact.bring_pyspark, self.folder)
        self.create.side_effect = None
        impact.bring_pyspark(self.folder)
        self.assertEqual({path.name for path in self.folder.iterdir()}, {"begun", "made"})
        self.assertEqual((self.pip.call_count, self.goes_on.call_count), (1, 1))

    def test_one_that_is_there_is_taken(self):
        for _ in range(2):
            impact.bring_pyspark(self.folder)
        self.assertEqual((self.pip.call_count, self.goes_on.call_count), (1, 2))

    def test_another_folder_stays_as_it_is(self):
        self.folder.mkdir()
        (self.folder / "mine").touch()
        with self.assertRaises(impact.Refused) as refused:
            impact.bring_pyspark(self.folder)
        self.assertEqual((refused.exception.status, [path.name for path in self.folder.iterdir()]), (impact.USAGE, ["mine"]))

    def test_what_keeps_it_from_being_made_is_told(self):
        for what, step in (("no python3-venv", self.create), ("no registry", self.pip)):
            with self.subTest(what):
                step.side_effect = subprocess.CalledProcessError(1, what)
                with self.assertRaises(impact.Refused) as refused:
                    impact.bring_pyspark(self.folder)
                self.assertEqual(refused.exception.status, impact.ENVIRONMENT)
                self.assertIn(what, str(refused.exception))
                step.side_effect = None

    def test_one_that_is_there_needs_no_right_to_write(self):
        impact.bring_pyspark(self.folder)
        lock = self.folder.with_name("environment.lock")
        lock.unlink()
        lock.mkdir()  # which root cannot open for writing either
        impact.bring_pyspark(self.folder)
        self.assertEqual((self.pip.call_count, self.goes_on.call_count), (1, 2))

    def test_of_two_at_once_one_makes_it_and_the_other_waits(self):
        """The second begins while the first runs pip, which ends when the second has said that it waits."""
        told, says = io.StringIO(), threading.Event()
        second = threading.Thread(target=impact.bring_pyspark, args=(self.folder,))

        def tell(*words, **_):
            told.write(" ".join(words))
            if "waiting" in words[0]:
                says.set()

        def install(*_, **__):
            second.start()
            self.assertTrue(says.wait(30), told.getvalue())
            self.assertEqual(self.goes_on.call_count, 0)

        self.pip.side_effect = install
        with mock.patch("builtins.print", tell):
            impact.bring_pyspark(self.folder)
            second.join(30)
        self.assertEqual((self.create.call_count, self.pip.call_count, self.goes_on.call_count), (1, 1, 2))

    def test_one_whose_python_has_gone_is_told(self):
        self.goes_on.side_effect = FileNotFoundError
        with self.assertRaises(impact.Refused) as refused:
            impact.bring_pyspark(self.folder)
        self.assertEqual(refused.exception.status, impact.ENVIRONMENT)
        self.assertIn("cannot be used", str(refused.exception))


class Ending(unittest.TestCase):
    """The exit status of impact.py, whose main is called with a PySpark that is not there to be used."""

    def ends_with(self, *more, run=None):
        told = io.StringIO()
        with (mock.patch("sys.argv", ["impact.py", "impact", "--from", "none", *more, "none"]), mock.patch.dict(sys.modules, pyspark=None), mock.patch("signal.signal"),
              mock.patch.object(impact, "bring_pyspark"), mock.patch.object(impact, "run", side_effect=run), contextlib.redirect_stderr(told)):
            try:
                return impact.main(), told.getvalue()
            except SystemExit as ended:
                return ended.code, told.getvalue()

    def test_options_that_cannot_be_are_refused(self):
        for option, value in (("--conf", "spark.ui.enabled"), ("--conf", "=false"), ("--partitions", "0"), ("--partitions", "-2"), ("--environment", "/")):
            with self.subTest(f"{option} {value}"):
                status, told = self.ends_with(f"{option}={value}")
                self.assertEqual(status, impact.USAGE)
                self.assertIn(option, told)

    def test_a_setting_may_hold_what_separates_name_and_value(self):
        with mock.patch("sys.argv", ["impact.py", "impact", "--from", "none", "--conf", "spark.driver.extraJavaOptions=-Da=b", "none"]):
            self.assertEqual(impact.parsed().conf, [("spark.driver.extraJavaOptions", "-Da=b")])

    def test_the_folder_where_one_stands_can_be_named(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), mock.patch("sys.argv", ["impact.py", "impact", "--from", "none", "--environment", ".", "none"]):
            self.assertEqual(impact.parsed().environment, Path(os.path.realpath(folder)))

    def test_what_spark_raises_is_no_fault_of_this(self):
        for module in ("pyspark.errors.exceptions.base", "pyspark.errors.exceptions.captured", "py4j.protocol"):
            class OfSpark(Exception):
                pass

            OfSpark.__module__ = module

            class Derived(OfSpark):
                pass

            for failed in (OfSpark("JAVA_GATEWAY_EXITED"), Derived("JAVA_GATEWAY_EXITED")):
                with self.subTest(module, kind=type(failed).__name__):
                    status, told = self.ends_with(run=failed)
                    self.assertEqual(status, impact.ENVIRONMENT)
                    self.assertIn("JAVA_GATEWAY_EXITED", told)
        self.assertEqual(self.ends_with(run=ConnectionRefusedError())[0], impact.ENVIRONMENT)

    def test_a_mistake_of_its_own_is_shown_whole(self):
        self.assertRaises(ValueError, self.ends_with, run=ValueError())


class Skipping(unittest.TestCase):
    """When spark_test.py passes itself by, and when it ends."""

    def why_not(self, status, told):
        installing = mock.Mock(returncode=status)
        installing.communicate.return_value = (None, told)
        with (mock.patch("shutil.which", return_value="/usr/bin/java"), mock.patch("importlib.util.find_spec"),
              mock.patch("subprocess.Popen", return_value=installing), mock.patch.object(spark_test, "end")):
            return spark_test.why_not()

    def test_it_runs_where_only_the_program_is_missing(self):
        self.assertEqual(self.why_not(impact.USAGE, "error: there is no program"), "")

    def test_it_is_skipped_where_pyspark_cannot_be_fetched(self):
        self.assertIn("no registry", self.why_not(impact.ENVIRONMENT, f"error: {NOT_FETCHED}: no registry"))

    def test_it_fails_where_pyspark_is_broken(self):
        for status, told in ((impact.ENVIRONMENT, "error: PySpark cannot be used"), (impact.ENVIRONMENT, "error: no room"), (1, "Traceback"), (-9, "")):
            with self.subTest(told):
                self.assertRaises(SystemExit, self.why_not, status, told)

    def test_all_of_it_ends_before_ctest_ends_it(self):
        limit = re.search(r"scale\.spark PROPERTIES .*TIMEOUT (\d+)", (ROOT / "tests" / "scale" / "CMakeLists.txt").read_text(encoding="utf-8"))
        self.assertLess(spark_test.WHOLE_SECONDS, int(limit[1]))
        self.assertLessEqual(spark_test.INSTALLING_SECONDS, spark_test.WHOLE_SECONDS)
        with mock.patch("time.monotonic", return_value=spark_test.BEGUN + spark_test.WHOLE_SECONDS - 7):
            self.assertEqual(round(spark_test.patience()), 7)


if __name__ == "__main__":
    unittest.main()
