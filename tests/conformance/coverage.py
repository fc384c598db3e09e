#!/usr/bin/env python3
"""Which requirement of requirements.tsv is shown by which passing test of a run.

    coverage.py BUILD_FOLDER [--requirements FILE]

Reads the reports that GoogleTest left there (*_test.xml, properties named by requirement) and what Python tests wrote
(shown.tsv), writes requirements.md there, and prints one line. Exit status 1 if a requirement that binds the service (a must, a
should, a decision) is neither shown nor left out with a reason, or if a test names a requirement that does not exist.
"""

import argparse
import sys
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path

BINDING = {"M", "S", "D"}
LEVELS = {"M": "must", "S": "should", "D": "our decision", "C": "conditional", "O": "optional"}
COLUMNS = 5
MOST_NAMED = 4


@dataclass
class Requirement:
    number: str
    level: str
    who: str
    text: str
    left_out: str
    tests: list = field(default_factory=list)

    def is_open(self):
        return self.level in BINDING and not self.tests and not self.left_out


def read_requirements(path):
    requirements = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != COLUMNS or columns[1] not in LEVELS or columns[0] in requirements:
            sys.exit(f"coverage.py: {path}: not a requirement, or there twice: {line}")
        requirements[columns[0]] = Requirement(*columns)
    return requirements


def shown_by_googletest(report):
    """The (requirement, test) pairs of the tests that ran and passed."""
    for case in xml.parse(report).iter("testcase"):
        passed = case.get("status") == "run" and case.find("failure") is None and case.find("skipped") is None
        for named in case.iter("property") if passed else ():
            if named.get("value") == "shown":
                yield named.get("name"), f"{case.get('classname')}.{case.get('name')}"


def shown_by_python(report):
    for line in report.read_text(encoding="utf-8").splitlines():
        yield tuple(line.split("\t"))


def shown_in(folder):
    for report in sorted(folder.glob("*_test.xml")):
        yield from shown_by_googletest(report)
    for report in sorted(folder.glob("shown.tsv")):
        yield from shown_by_python(report)


def names_of(tests):
    """The tests by name, a parameterized one once, the first few of many."""
    names = sorted({test.split("/")[1] if test.count("/") > 1 else test.split("/")[0] for test in tests})
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def row_of(requirement):
    if requirement.tests:
        shown = names_of(requirement.tests)
    elif requirement.left_out:
        shown = f"left out: {requirement.left_out}"
    else:
        shown = "**open**" if requirement.is_open() else "not shown"
    level = LEVELS[requirement.level] + (", client" if requirement.who == "client" else "")
    text = requirement.text.replace("|", "\\|")
    return f"| {requirement.number} | {level} | {text} | {shown} |"


def summary_of(requirements):
    shown = sum(bool(one.tests) for one in requirements)
    left_out = sum(bool(one.left_out) and not one.tests for one in requirements)
    still_open = sum(one.is_open() for one in requirements)
    return f"{len(requirements)} requirements: {shown} shown, {left_out} left out, {still_open} open, " \
           f"{len(requirements) - shown - left_out - still_open} optional and not shown"


def table_of(requirements):
    lines = ["# Requirements of CDS Hooks, and the tests of this run that show them", "",
             summary_of(requirements) + ".", "", "| number | level | requirement | shown by |", "|---|---|---|---|"]
    return "\n".join(lines + [row_of(one) for one in requirements]) + "\n"


def main(arguments):
    parser = argparse.ArgumentParser(description="Which requirement is shown by which passing test of a run.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--requirements", type=Path, default=Path(__file__).with_name("requirements.tsv"))
    options = parser.parse_args(arguments)
    by_number = read_requirements(options.requirements)
    complaints = []
    for number, test in shown_in(options.folder):
        if number in by_number:
            by_number[number].tests.append(test)
        else:
            complaints.append(f"{test} names {number}, which is no requirement")
    requirements = list(by_number.values())
    complaints += [f"no passing test shows {one.number}: {one.text}" for one in requirements if one.is_open()]
    (options.folder / "requirements.md").write_text(table_of(requirements), encoding="utf-8")
    print(f"{summary_of(requirements)} ({options.folder / 'requirements.md'})")
    for complaint in complaints:
        print(f"coverage.py: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
