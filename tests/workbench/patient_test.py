#!/usr/bin/env python3
"""The workbench's page Patient in Chromium: cards, reasons, record, results over time, and what would change it.

    patient_test.py PROGRAM [test...]
"""

import json
import sys

from running_workbench import ROOT, WorkbenchTest, main

SAMPLES = ROOT / "deploy/samples"
B12 = "Observation/casimir-boone-observation-090"  # 238 pg/mL of 2026-01-28
NEUROPATHY = "Condition/casimir-boone-condition-004"
SHOWN = "document.querySelector('.cards-frame')?.contentDocument?.body?.innerText ?? ''"


class Opened:
    """How these tests come to a patient."""

    def choose(self, words):
        self.page.click("input[role=combobox]")
        self.page.write(words)
        self.page.press("Enter")
        self.quiet()

    def casimir(self):
        self.open("patient")
        self.choose("casimir")
        self.page.wait_text("Indeterminate vitamin B12", ".verdict")


class Patient(Opened, WorkbenchTest):
    def lit(self):
        return self.page.evaluate("[...document.querySelectorAll('.record .lit')].map(each => each.dataset.reference)")

    def test_a_sample_is_seen_through_the_rules_by_mouse(self):
        self.casimir()
        self.page.wait(f"({SHOWN}).includes('B12 level 238 pg/mL')")
        self.assertNotIn("casimir", self.page.evaluate("location.href"))
        self.page.hover(".decides", "Indeterminate B12 result")
        self.assertEqual(self.lit(), [B12])
        self.assert_fine()

    def test_the_tree_is_walked_by_keyboard_alone(self):
        self.open("patient")
        self.page.tab_to("input[role=combobox]")
        self.page.write("casimir")
        self.page.press("Enter")
        self.page.wait_text("Indeterminate vitamin B12", ".verdict")
        self.quiet()
        self.page.tab_to("[role=treeitem]", "Indeterminate vitamin B12")
        for _ in range(30):
            self.page.press("ArrowDown")
            if self.lit() == [B12]:
                break
        self.assertEqual(self.lit(), [B12])
        self.page.press("ArrowRight")
        self.page.press("ArrowRight")
        self.assertIn("Vitamin B12 238 pg/mL", self.page.evaluate("document.activeElement.innerText"))
        self.page.press("ArrowLeft")
        self.page.press("ArrowLeft")
        self.assertEqual(self.page.evaluate("document.activeElement.getAttribute('aria-expanded')"), "false")
        self.assert_fine()

    def test_the_tree_opens_at_what_decided_and_nowhere_else(self):
        self.casimir()
        opened = self.page.evaluate("[...document.querySelectorAll('[role=treeitem][aria-level=\"1\"][aria-expanded=true] .rule-title')].map(each => each.textContent)")
        self.assertEqual(opened, ["Indeterminate vitamin B12"])
        decided = self.page.evaluate("[...document.querySelectorAll('.decides')].map(each => each.closest('[role=treeitem]').getAttribute('aria-expanded'))")
        self.assertIn("true", decided)

    def test_the_record_says_which_resources_the_reasons_name(self):
        self.casimir()
        named = self.page.evaluate("[...document.querySelectorAll('.record > .resources .resource')].map(each => each.dataset.reference)")
        self.assertIn(B12, named)
        self.assertIn(NEUROPATHY, named)

    def test_each_result_over_time_has_its_table(self):
        self.casimir()
        plots = self.page.evaluate("[...document.querySelectorAll('.series:has(canvas)')].map(each => [each.querySelector('canvas').getAttribute('aria-label'), each.querySelectorAll('tbody tr').length])")
        self.assertGreater(len(plots), 1)
        for label, rows in plots:
            with self.subTest(label=label):
                self.assertIn(f" {rows} value", label)

    def test_a_client_and_a_width_are_chosen(self):
        self.casimir()
        self.page.evaluate("document.getElementById('patient-client').focus()")
        self.page.write("sandbox")
        self.page.wait(f"({SHOWN}).includes('CDS Hooks Sandbox') && !({SHOWN}).includes('Epic')")
        self.assert_fine()

    def test_a_file_is_opened(self):
        self.open("patient")
        self.page.choose_file("#patient-file", SAMPLES / "beatrix-holloway.json")
        self.page.wait_text("toxic range", ".verdict")
        self.quiet()
        self.assertEqual(self.page.evaluate("location.hash"), "#/patient")
        self.assert_fine()

    def test_a_file_is_dropped(self):
        self.open("patient")
        text = (SAMPLES / "idris-vaughan.json").read_text(encoding="utf-8")
        self.page.evaluate(f"""(() => {{
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([{json.dumps(text)}], 'record.json'));
            document.querySelector('main').dispatchEvent(new DragEvent('drop', {{bubbles: true, cancelable: true, dataTransfer}}));
        }})()""")
        self.page.wait_text("lowest band", ".verdict")

    def test_a_file_that_is_no_record_is_refused_in_words(self):
        self.open("patient")
        bad = self.workbench.folder / "bad.json"
        bad.write_text("{ no record", encoding="utf-8")
        self.page.choose_file("#patient-file", bad)
        self.page.wait_text("bad.json:", "#said")
        self.page.wait_text("Patient", "main h1")

    def test_a_patient_is_still_there_after_a_visit_elsewhere_and_a_reload(self):
        self.casimir()
        self.go("Rules")
        self.go("Patient")
        self.page.wait_text("Indeterminate vitamin B12", ".verdict")
        self.page.reload()
        self.page.wait_text("Indeterminate vitamin B12", ".verdict")

    def test_a_record_without_a_result_says_so(self):
        record = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in (
            {"resourceType": "Patient", "id": "nobody", "birthDate": "1970-01-01", "gender": "female"},
            {"resourceType": "Condition", "id": "pain", "subject": {"reference": "Patient/nobody"}, "code": {"text": "Low back pain"},
             "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}})]}
        file = self.workbench.folder / "nobody.json"
        file.write_text(json.dumps(record), encoding="utf-8")
        self.open("patient")
        self.page.choose_file("#patient-file", file)
        self.page.wait_text("The record has no result that the rules read.", "main")
        self.assert_fine()


class NearChanges(Opened, WorkbenchTest):
    seeks_changes = True

    def casimir(self):
        super().casimir()
        self.quiet(whole=True)

    def test_a_change_of_the_record_is_tried_on_a_copy_and_taken_back(self):
        self.casimir()
        name = self.page.evaluate("driver.all('.near-change button', null).map(driver.nameOf).find(each => each.startsWith('Try it'))")
        rule = self.page.evaluate(f"driver.find('.near-change button', {json.dumps(name)}).closest('li').querySelector('strong').textContent")
        gives = self.page.evaluate(f"driver.find('.near-change button', {json.dumps(name)}).closest('li').querySelector('.tag').textContent.includes('comes')")
        self.page.click(".near-change button", name)
        self.page.wait_text("This is a copy of the record with one change", "main")
        self.quiet(whole=True)
        self.page.wait(f"document.querySelector('.verdict-cards').innerText.includes({json.dumps(rule)}) === {json.dumps(gives)}")
        self.page.click("button", "Take the last change back")
        self.page.wait_text("Indeterminate vitamin B12", ".verdict-cards")
        self.assert_fine()

    def test_what_would_change_one_patient_is_not_offered_for_the_next(self):
        offered = "driver.all('.near-change button', null).map(driver.nameOf).filter(each => each.startsWith('Try it'))"
        self.casimir()
        before = self.page.evaluate(offered)
        self.assertTrue(before)
        self.page.click("input[role=combobox]")
        self.page.write("beatrix")
        self.page.press("Enter")
        self.assertEqual(set(before) & set(self.page.evaluate(offered)), set())

    def test_a_change_of_a_setting_goes_into_the_draft_by_keyboard_alone(self):
        self.casimir()
        name = self.page.evaluate("driver.all('.near-change button', null).map(driver.nameOf).find(each => each.startsWith('Set it'))")
        self.page.tab_to(".near-change button", name)
        self.page.press("Enter")
        self.page.wait_text("not saved", "#draft")
        self.quiet(whole=True)
        self.page.wait_text("Against the saved file", ".verdict")
        self.page.press("z", 2)
        self.page.wait_text("✓ saved", "#draft")
        self.assert_fine()


if __name__ == "__main__":
    main(sys.argv)
