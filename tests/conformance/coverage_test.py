#!/usr/bin/env python3
"""coverage.py counts what passed, and nothing else."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COVERAGE = Path(__file__).with_name("coverage.py")
CASE = '<testcase name="{name}" status="run" classname="Suite"><properties><property name="{shows}" value="shown"/></properties>{end}</testcase>'


class Coverage(unittest.TestCase):
    def setUp(self):
        keeper = tempfile.TemporaryDirectory()
        self.addCleanup(keeper.cleanup)
        self.folder = Path(keeper.name)

    def run_on(self, requirements, *cases, shown=""):
        (self.folder / "all.tsv").write_text(requirements)
        (self.folder / "service_test.xml").write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
        (self.folder / "shown.tsv").write_text(shown)
        command = [sys.executable, "-B", COVERAGE, self.folder, "--requirements", self.folder / "all.tsv"]
        return subprocess.run(command, capture_output=True, text=True)

    def table(self):
        return (self.folder / "requirements.md").read_text()

    def test_names_the_tests_that_passed(self):
        run = self.run_on("R-1\tM\tservice\tBe there\t\nR-2\tS\tclient\tBe kind\t\n", CASE.format(name="IsThere", shows="R-1", end=""),
                          shown="R-2\tKind.test_is\n")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("| R-1 | must | Be there | Suite.IsThere |", self.table())
        self.assertIn("| R-2 | should, client | Be kind | Kind.test_is |", self.table())
        self.assertIn("2 requirements: 2 shown, 0 left out, 0 open", run.stdout)

    def test_fails_when_nothing_that_passed_shows_a_requirement(self):
        for end in ("<failure/>", "<skipped/>"):
            run = self.run_on("R-1\tD\tservice\tBe there\t\n", CASE.format(name="IsThere", shows="R-1", end=end))
            self.assertEqual(run.returncode, 1)
            self.assertIn("no passing test shows R-1", run.stderr)
            self.assertIn("**open**", self.table())

    def test_fails_when_a_test_names_what_is_no_requirement(self):
        run = self.run_on("R-1\tO\tservice\tBe there\t\n", CASE.format(name="IsThere", shows="R-2", end=""))
        self.assertEqual(run.returncode, 1)
        self.assertIn("Suite.IsThere names R-2", run.stderr)

    def test_asks_for_no_test_of_what_is_optional_or_left_out(self):
        run = self.run_on("R-1\tO\tservice\tBe there\t\nR-2\tM\tservice\tBe kind\tnobody asked\n")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("left out: nobody asked", self.table())


if __name__ == "__main__":
    unittest.main()
