#!/usr/bin/env python3
"""What goes wrong around the workbench's page in Chromium: the server is gone, the token is another one, the pack or the report is broken, a draft is too large to
be kept, an edit comes late. The page says so in words and nothing is lost.

    trouble_test.py PROGRAM [test...]
"""

import contextlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

from browser import CONTROL
from running_workbench import PACK, SITE, RunningWorkbench, WorkbenchTest, main

ES_2011 = SITE.replace("nam-2011", "es-2011")
PAGES = ["patient", "rules", "tune/parameters", "tune/bands", "tune/codes", "tune/text", "population", "release", "live"]
LATE_MILLISECONDS = 400


class Trouble(WorkbenchTest):
    def late(self, milliseconds):
        """Every answer comes as much later."""
        self.page.call("Network.emulateNetworkConditions", offline=False, latency=milliseconds, downloadThroughput=-1, uploadThroughput=-1)

    def test_a_server_that_is_gone_is_told_of_and_the_draft_stays(self):
        with RunningWorkbench(self.program) as self.workbench:
            self.begin_with(ES_2011, "tune")
            self.workbench.process.kill()
            self.workbench.process.wait()
            self.page.click("label.ruleset-choice", "ROS 2020")
            self.page.wait_text("The workbench does not answer", "#said")
            self.page.click("#draft button", "Save…")
            self.page.wait_text("The workbench does not answer", "dialog")
            self.page.click("dialog button", "Save it all the same")
            self.page.wait_text("The workbench does not answer", "dialog [role=alert]")
            self.page.press("Escape")
            for name in ("Rules", "Population", "Release", "Patient"):
                self.page.click("nav a", name)
                self.page.wait(f"document.querySelector('main h1')?.textContent === '{name}'")
            self.page.wait_text("The workbench does not answer", "main")
            self.assertEqual(self.draft(), ES_2011)

    def test_a_tab_with_another_token_is_told_what_to_open(self):
        self.open("rules")
        self.page.evaluate("sessionStorage.setItem('token', 'of another workbench')")
        self.page.reload()
        self.page.wait_text("The workbench could not start", "main h1")
        self.page.wait_text("open the address that the program printed", "main [role=alert]")

    def test_an_address_with_a_broken_token_is_no_blank_page(self):
        self.page.open(f"{self.workbench.origin}/#token=%E0%A4%A&/rules")
        self.page.wait_text("The workbench could not start", "main h1")

    def test_a_draft_that_the_browser_cannot_keep_is_told_of(self):
        self.open("release")
        self.page.evaluate("""(() => {
            for (let text = 'x'.repeat(6_000_000);; text = text.slice(4096)) try { return sessionStorage.setItem('something else', text); } catch { continue; }
        })()""")
        self.page.click("#approval-by")
        self.page.call("Input.insertText", text="Dr Invented " * 1_000)
        self.page.click("button", "Put the approval into the draft")
        self.page.wait_text("too large for the browser to keep", "#notices")
        self.page.click("#draft button", "Undo")
        self.page.wait("!document.querySelector('#notices').innerText.includes('too large')")

    def test_what_is_saved_is_what_was_shown_though_an_edit_comes_late(self):
        self.begin_with(ES_2011, "tune")
        self.late(LATE_MILLISECONDS)
        self.page.click("label.ruleset-choice", "ROS 2020")
        self.page.press("s", CONTROL)
        self.page.wait("driver.find('dialog button', 'Save the file') && !driver.find('dialog button', 'Save the file').disabled")
        shown = self.page.evaluate("document.querySelector('dialog tr.line-added code').textContent")
        self.page.wait("JSON.parse(sessionStorage.draft).text.includes('ros-2020')")
        self.page.click("dialog button", "Save the file")
        self.page.wait("!document.querySelector('dialog')")
        self.assertIn(shown.strip(), self.workbench.site.read_text(encoding="utf-8"))
        self.assertIn("ros-2020", self.draft())

    def test_undo_belongs_to_the_field_in_which_one_writes(self):
        self.begin_with(SITE, "tune")
        self.page.click("label.ruleset-choice", "ES 2011")
        self.page.wait_text("not saved", "#draft")
        self.go("Release")
        self.page.click("#approval-by")
        self.page.write("Dr")
        self.page.press("z", CONTROL)
        self.assertIn("es-2011", self.draft())
        self.page.press("Tab")
        self.page.press("Tab")
        self.page.wait("document.activeElement.tagName !== 'INPUT' || document.activeElement.type === 'date'")
        self.page.press("z", CONTROL)
        self.page.wait_text("✓ saved", "#draft")

    def test_nothing_is_undone_behind_a_dialog(self):
        self.begin_with(SITE, "tune")
        self.page.click("label.ruleset-choice", "ES 2011")
        self.page.wait_text("not saved", "#draft")
        changed = self.draft()
        self.page.press("s", CONTROL)
        self.page.wait_text("Save the site file", "dialog")
        self.page.press("z", CONTROL)
        self.assertEqual(self.draft(), changed)


class BrokenReport(WorkbenchTest):
    is_full = True

    def show(self, text):
        before = self.workbench.report.read_text(encoding="utf-8")
        self.addCleanup(self.workbench.report.write_text, before, encoding="utf-8")
        self.workbench.report.write_text(text(json.loads(before)), encoding="utf-8")
        self.open("live")

    def test_a_report_that_is_no_json_is_refused_in_words(self):
        self.show(lambda _: '{"cards": [')
        self.page.wait_text("The report is no JSON", "main [role=alert]")

    def test_a_report_of_something_else_is_refused_in_words(self):
        self.show(lambda _: '{"resourceType": "Bundle"}')
        self.page.wait_text("This file is no whole report", "main [role=alert]")

    def test_a_report_with_parts_missing_is_refused_in_words(self):
        self.show(lambda report: json.dumps(report | {"cards": [{"client": None}], "versions": 7}))
        self.page.wait_text("This file is no whole report", "main [role=alert]")
        self.go("Rules")
        self.assertEqual(self.page.faults, [])


class BrokenPack(WorkbenchTest):
    """A rule of the pack ends in the middle."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keeper = cls.enterClassContext(contextlib.ExitStack())
        pack = Path(keeper.enter_context(tempfile.TemporaryDirectory())) / "pack"
        shutil.copytree(PACK, pack)
        rule = sorted((pack / "rules").glob("*.json"))[0]
        rule.write_text(rule.read_text(encoding="utf-8")[:200], encoding="utf-8")
        cls.rule = rule.name
        cls.workbench = keeper.enter_context(RunningWorkbench(cls.program, pack=pack))

    def test_every_page_says_which_line_is_to_be_mended(self):
        self.open("patient")
        for name in PAGES:
            with self.subTest(page=name):
                self.page.evaluate(f"location.hash = '#/{name}'")
                self.page.wait(f"document.querySelector('main h1')?.textContent === '{name.split('/')[0].capitalize()}'")
                self.page.wait(f"document.querySelector('#notices')?.innerText.includes({json.dumps(self.rule)})")
                self.quiet()
                text = self.page.text()
                self.assertNotRegex(text, r"\bundefined\b|\bnull\b|\[object")
        self.assertEqual(self.page.dialogs, [])


if __name__ == "__main__":
    main(sys.argv)
