#!/usr/bin/env python3
"""What foreign text does to the workbench's page in Chromium: a patient, a site file, a report and a population full of markup are shown as text, nothing
of them is executed or fetched, and the page goes on; a broken or huge record is refused in words.

    hostile_test.py PROGRAM [test...]
"""

import json
import sys

from looks_test import FAULTS, NO_FAULTS
from running_workbench import ROOT, SITE, WorkbenchTest, main

MARKUP = "\"'><img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)><a href=javascript:alert(4)>x</a>{{7*7}}${7*7}</title><style>*{display:none}</style>"
SAMPLE = ROOT / "deploy/samples/ada-quill.json"
TOO_LARGE = 65 * 1024 * 1024  # bytes: a patient beyond 64 MiB is not read


def marked(value, name=""):
    """The same record with markup at the end of every text that is no date, code, reference or kind."""
    if isinstance(value, dict):
        return {key: marked(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [marked(each, name) for each in value]
    return value + MARKUP if isinstance(value, str) and name in {"text", "display", "family", "given", "div", "unit", "comment"} else value


class Foreign:
    """What tests of foreign text do and ask."""

    def file(self, name, text):
        path = self.workbench.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def open_patient(self, path):
        self.open("patient")
        self.page.choose_file("#patient-file", path)

    def assert_is_text(self):
        """Nothing popped up, nothing but the workbench was asked, no element of the markup stands in the page, and it still answers."""
        self.assertEqual(self.page.dialogs, [])
        others = [url for _, url in self.page.asked if not url.startswith((self.workbench.origin, "data:", "blob:", "about:"))]
        self.assertEqual(others, [])
        self.assertEqual(self.page.evaluate("document.querySelectorAll('img[src=x], svg[onload], [onerror], a[href^=javascript], body style, body script').length"), 0)
        self.page.click("nav a", "Rules")
        self.page.wait("document.querySelector('main h1')?.textContent === 'Rules'")


class Hostile(Foreign, WorkbenchTest):
    def test_a_patient_full_of_markup_is_shown_as_text(self):
        self.open_patient(self.file("patient.json", json.dumps(marked(json.loads(SAMPLE.read_text(encoding="utf-8"))))))
        self.page.wait_text("resources read", "#said")
        self.quiet()
        self.page.wait_text("<img src=x onerror=alert(1)>", "main")
        self.assert_is_text()

    def test_a_patient_whose_file_has_markup_for_a_name_is_shown_as_text(self):
        self.open_patient(self.file("<img src=x onerror=alert(1)>.json", SAMPLE.read_text(encoding="utf-8")))
        self.page.wait_text("resources read", "#said")
        self.quiet()
        self.assert_is_text()

    def test_a_broken_patient_is_refused_in_words(self):
        self.open("patient")
        for name, text in (("empty", ""), ("half", '{"resourceType": "Bundle", "entry": [{'), ("no FHIR", '{"a": "<b>"}'), ("deep", "[" * 5000), ("no object", "17")):
            with self.subTest(name):
                self.page.choose_file("#patient-file", self.file(f"{name}.json", text))
                self.page.wait(f"document.querySelector('#said .saying-bad')?.innerText.includes('{name}.json: ')")
        self.assert_is_text()

    def test_a_name_without_end_makes_no_page_wider(self):
        self.page.viewport(390, 844)
        record = json.loads(SAMPLE.read_text(encoding="utf-8").replace("Celiac disease", "Celiac" * 40).replace("Quill", "Quill" * 60))
        self.open_patient(self.file("x" * 240 + ".json", json.dumps(record)))
        self.page.wait_text("resources read", "#said")
        self.quiet(whole=True)
        self.page.wait_text("Celiac" * 40, "main")
        self.page.settle()
        self.assertEqual(self.page.evaluate(FAULTS), NO_FAULTS)

    def test_a_site_with_a_name_without_end_makes_no_page_wider(self):
        self.page.viewport(390, 844)
        for page in ("tune/text", "tune/bands", "release"):
            with self.subTest(page):
                self.begin_with(SITE.replace("General Hospital\"", "General" * 60 + '"'), page)
                self.page.settle()
                self.assertEqual(self.page.evaluate(FAULTS), NO_FAULTS)

    def test_a_huge_patient_is_refused_in_words(self):
        bundle = json.loads(SAMPLE.read_text(encoding="utf-8"))
        bundle["entry"].append({"resource": {"resourceType": "Observation", "status": "final", "code": {"text": "x" * TOO_LARGE}}})
        self.open_patient(self.file("huge.json", json.dumps(bundle)))
        self.page.wait("document.querySelector('#said .saying-bad')?.innerText.includes('huge.json: ')")
        self.assertRegex(self.page.evaluate("document.querySelector('#said').innerText"), "6[04]|MiB|MB")
        self.assert_is_text()

    def test_a_site_file_full_of_markup_is_shown_as_text(self):
        text = SITE.replace('"General Hospital"', json.dumps(MARKUP)).replace('"nam-2011"', json.dumps(MARKUP))
        for page in ("tune/text", "tune/parameters", "release", "population"):
            with self.subTest(page):
                self.begin_with(text, page)
                self.assert_is_text()

    def test_a_site_file_that_is_no_json_can_still_be_mended(self):
        self.workbench.site.write_text('{ "site": <script>alert(1)</script>', encoding="utf-8")
        self.open("tune/text")
        self.page.wait_text("<script>alert(1)</script>", "main")
        self.assert_is_text()

    def test_an_address_full_of_markup_is_no_more_than_an_address(self):
        for address in ("rules/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "population/survey/analyte=%3Cimg%20src=x%20onerror=alert(1)%3E", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "tune/bands/__proto__", "population/constructor"):
            with self.subTest(address):
                self.open(address)
                self.assert_is_text()


class HostileReport(Foreign, WorkbenchTest):
    is_full = True

    def test_a_report_full_of_markup_is_shown_as_text(self):
        before = self.workbench.report.read_text(encoding="utf-8")
        self.addCleanup(self.workbench.report.write_text, before, encoding="utf-8")
        report = json.loads(before)
        for one in report["cards"] + report["tally"] + report["reasons"]:
            one["rule"] += MARKUP
            one["client"] += MARKUP
        self.workbench.report.write_text(json.dumps(report), encoding="utf-8")
        self.open("live")
        self.page.wait_text("<img src=x onerror=alert(1)>", "main")
        self.assert_is_text()


if __name__ == "__main__":
    main(sys.argv)
