#!/usr/bin/env python3
"""Records of the kinds on which other systems were reported to be wrong get the right cards, by command and over HTTPS.

The environment variable BACKPAIN_CDS names the program; the records stand beside the folder that BACKPAIN_CDS_TEST_DATA names, in
cases/reports. Exit status 77: skipped, they are not there.
"""

import json
import os
import socket
import subprocess
import sys
import time
import unittest

import product

REPORTS = product.test_data().parent / "cases" / "reports"
PROGRAM = os.environ.get("BACKPAIN_CDS")
MARCH, JULY = "2026-03-02T12:00:00Z", "2026-07-01"
NEW_YORK = "America/New_York"

# File, what the rules must give, at what time and in which zone they look. Each record is of a woman with chronic low back pain.
CASES = [
    ("01-local-status-first.json", ["vitamin-d-suggest"], MARCH, None),
    ("01b-refuted-behind-local-code.json", [], MARCH, None),
    ("02-corrected-version-second.ndjson", [], MARCH, None),  # 38 ng/mL
    ("02b-withdrawn-version-second.ndjson", ["vitamin-d-suggest"], MARCH, None),
    ("03-same-id-two-servers.json", ["vitamin-d-deficient"], MARCH, None),
    ("03b-medication-of-other-server.json", ["vitamin-d-suggest"], MARCH, None),  # prednisone for months
    ("04-unit-ug-per-small-l.json", ["vitamin-d-toxic"], MARCH, None),
    ("05-focus-newborn.json", ["vitamin-d-suggest"], MARCH, None),
    ("06-modifier-extension.json", ["result-unreadable"], MARCH, None),
    ("09-absolute-medication-reference.ndjson", ["vitamin-d-suggest"], MARCH, None),
    ("09b-versioned-medication-reference.ndjson", ["vitamin-d-suggest"], MARCH, None),
]


def evaluate(file, at, zone, *options):
    kind = "--request" if "context" in json.loads(first_value(file)) else "--patient"
    command = [PROGRAM, "evaluate", "--pack", product.PACK, "--service", product.PATIENT_VIEW, kind, file, "--at", at, *options]
    environment = dict(os.environ, **({"TZ": zone} if zone else {}))
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=product.PATIENCE_SECONDS, env=environment, check=True
    ).stdout


def first_value(file):
    text = file.read_text(encoding="utf-8")
    return text.splitlines()[0] if file.suffix == ".ndjson" else text


def rules_of(answer):
    return sorted(product.rule_of(card) for card in json.loads(answer)["cards"])


class Reports(unittest.TestCase):
    def test_get_the_right_cards_by_command(self):
        for name, expected, at, zone in CASES:
            with self.subTest(name):
                self.assertEqual(rules_of(evaluate(REPORTS / name, at, zone)), expected)

    def test_get_the_same_over_https(self):
        with product.Service(PROGRAM, MARCH) as service:
            for name, expected, _, _ in CASES:
                with self.subTest(name):
                    file = REPORTS / name
                    is_request = "context" in json.loads(first_value(file))
                    body = file.read_text(encoding="utf-8") if is_request else evaluate(file, MARCH, None, "--print-request")
                    status, answer = service.call(body)
                    self.assertEqual(status, 200, answer)
                    self.assertEqual(rules_of(answer), expected)

    def test_show_a_winter_evening_on_its_own_day_in_summer(self):
        answer = evaluate(REPORTS / "07-dst-date.json", JULY, NEW_YORK)
        self.assertEqual(rules_of(answer), ["vitamin-d-deficient"])
        self.assertIn("2026-01-15", answer)
        self.assertNotIn("2026-01-16", answer)

    def test_count_the_days_alike_at_any_hour_of_one_day(self):
        hours = ["2026-03-08T00:30:00", "2026-03-08T12:00:00", "2026-03-08T23:30:00"]
        answers = {tuple(rules_of(evaluate(REPORTS / "07b-dst-365-days.json", at, NEW_YORK))) for at in hours}
        self.assertEqual(answers, {("vitamin-d-suggest",)})  # the result of 2025-03-07 is 366 days old

    def test_follow_relative_links_to_the_next_page(self):
        for style in ("type", "dot", "query", "root", "absolute"):
            with self.subTest(style):
                self.assertEqual(self.rules_over_pages(style), ["vitamin-d-deficient"])

    def rules_over_pages(self, style):
        port = free_port()
        server = subprocess.Popen([sys.executable, "-B", REPORTS / "08-relative-next.py", str(port), style], stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            command = [PROGRAM, "evaluate", "--pack", product.PACK, "--service", product.PATIENT_VIEW]
            command += ["--fhir", f"http://127.0.0.1:{port}/fhir", "--patient-id", "p1", "--at", MARCH]
            return rules_of(subprocess.run(command, capture_output=True, text=True, timeout=product.PATIENCE_SECONDS, check=True).stdout)
        finally:
            server.terminate()
            server.wait(timeout=product.PATIENCE_SECONDS)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(port):
    """Until somebody listens there: connecting is the only event that says so."""
    end = time.monotonic() + product.PATIENCE_SECONDS
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(port)


if __name__ == "__main__":
    if not REPORTS.exists():
        print(f"skipped: there is no {REPORTS} (BACKPAIN_CDS_TEST_DATA)")
        sys.exit(77)
    unittest.main()
