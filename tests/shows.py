"""Which requirements a Python test shows: the numbers of tests/conformance/requirements.tsv.

    @shows("R-130", "R-131")
    def test_…

and `shows.main()` in the place of `unittest.main()`. What the tests that passed show is added, line by line, to the file
that the environment variable BACKPAIN_CDS_SHOWN names; tests/conformance/coverage.py reads it. Without it nothing is written.
"""

import os
import unittest


def shows(*requirements):
    """Marks a test method with the requirements that it shows."""

    def mark(test):
        test.requirements = requirements
        return test

    return mark


class Report(unittest.TextTestResult):
    def addSuccess(self, test):
        super().addSuccess(test)
        method = getattr(test, test._testMethodName)
        path = os.environ.get("BACKPAIN_CDS_SHOWN")
        if path:
            lines = [f"{requirement}\t{test.id().removeprefix('__main__.')}\n" for requirement in getattr(method, "requirements", ())]
            with open(path, "a", encoding="utf-8") as shown:
                shown.write("".join(lines))


def main(**options):
    unittest.main(testRunner=unittest.TextTestRunner(resultclass=Report), **options)
