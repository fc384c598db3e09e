#!/usr/bin/env python3
"""The workbench's page Tune in Chromium: settings, bands, codes and text of a site file, what they do, and saving.

    tune_test.py PROGRAM [test...]
"""

import json
import sys

from browser import CONTROL
from running_workbench import SITE, WorkbenchTest, main

REMARK = "// What General Hospital decides."


class Tune(WorkbenchTest):
    is_full = True

    def open_ready(self, view="tune"):
        self.open(view)
        self.ready_population()

    def edges(self, unit):
        return self.page.evaluate(f"[...document.querySelectorAll('.bands-unit')].find(each => each.querySelector('h2').textContent === {json.dumps('total, ' + unit)})"
                                  " && [...[...document.querySelectorAll('.bands-unit')].find(each => each.querySelector('h2').textContent === "
                                  f"{json.dumps('total, ' + unit)}).querySelectorAll('[role=slider]')].map(each => Number(each.getAttribute('aria-valuenow')))")

    def parameters(self):
        text = self.draft()
        return json.loads(text[text.index("{", text.index('"parameters"')):text.index("}", text.index('"parameters"')) + 1])

    def type_into_the_text(self, text):
        """Before the last brace."""
        self.page.wait("Boolean(document.querySelector('.CodeMirror'))")
        self.page.evaluate("document.querySelector('.CodeMirror').CodeMirror.focus()")
        self.page.press("End", CONTROL)
        self.page.press("ArrowUp")
        self.page.press("ArrowUp")
        self.page.press("End")
        self.page.write(text)

    def save(self):
        self.page.wait_text("Save the site file", "dialog")
        self.page.wait("driver.find('dialog button', 'Save ') && !driver.find('dialog button', 'Save ').disabled")

    def take(self, choose, press):
        """From a setting to whom it touches, to the saved file. `choose()` takes another ruleset; `press(selector, name)` comes to a control and takes it."""
        self.open_ready()
        choose()
        self.page.wait_text("not saved", "#draft")
        self.quiet()
        self.page.wait_text("come out otherwise", ".consequences")
        press(".consequences summary", None)
        self.page.wait("driver.find('.examples button', 'patient')")
        press("#draft button", "Save…")
        self.save()
        press("dialog button", "Save the file")
        self.page.wait_text("✓ saved", "#draft")
        self.assertRegex(self.workbench.site.read_text(encoding="utf-8"), r'"vitaminD.ruleset": "(ros-2020|es-2011)"')
        self.assertIn(REMARK, self.workbench.site.read_text(encoding="utf-8"))
        self.assert_fine()

    def test_a_setting_is_turned_and_saved_by_mouse(self):
        self.take(lambda: self.page.click("label.ruleset-choice", "ES 2011"), self.page.click)

    def test_a_setting_is_turned_and_saved_by_keyboard_alone(self):
        def choose():
            self.page.tab_to(".ruleset-choice input:checked")
            self.page.press("ArrowRight")

        def press(selector, name):
            self.page.tab_to(selector, name)
            self.page.press("Enter")

        self.take(choose, press)

    def test_a_ruleset_is_chosen_by_mouse_and_its_work_is_seen(self):
        self.open_ready()
        self.page.click("label.ruleset-choice", "ES 2011")
        self.page.wait_text("not saved", "#draft")
        self.quiet()
        self.assertEqual(self.parameters(), {"vitaminD.ruleset": "es-2011"})
        self.assertIn(REMARK, self.draft())
        self.page.wait_text("come out otherwise", ".consequences")
        self.assertGreater(self.page.evaluate("document.querySelectorAll('.consequence tbody tr').length"), 0)
        self.assert_fine()

    def test_a_slider_is_one_step_of_undo_and_keeps_the_remarks(self):
        self.open_ready()
        self.page.tab_to("#setting-b12\\.riskAge input[type=range]")
        for _ in range(8):
            self.page.press("ArrowRight")
        self.page.wait_text("not saved", "#draft")
        self.quiet()
        self.assertEqual(self.parameters(), {"vitaminD.ruleset": "nam-2011", "b12.riskAge": 73})
        self.assertIn(REMARK, self.draft())
        self.page.press("z", CONTROL)
        self.page.wait_text("✓ saved", "#draft")
        self.assertEqual(self.draft(), SITE)
        self.quiet()
        self.assertEqual(self.page.evaluate("document.querySelector('#setting-b12\\\\.riskAge input[type=range]').value"), "65")
        self.page.press("y", CONTROL)
        self.page.wait_text("not saved", "#draft")
        self.assertEqual(self.parameters()["b12.riskAge"], 73)
        self.assert_fine()

    def test_a_number_out_of_range_goes_nowhere(self):
        self.open_ready()
        self.page.click("#setting-b12\\.riskAge input[type=number]")
        self.page.press("a", CONTROL)
        self.page.write("5")
        self.page.press("Tab")
        self.page.wait_text("A number from 50 to 90", "#setting-b12\\.riskAge")
        self.assertEqual(self.draft(), SITE)

    def test_a_setting_goes_back_to_the_packs_own(self):
        self.begin_with(SITE.replace('"nam-2011"', '"nam-2011", "b12.riskAge": 70'), "tune")
        self.page.click("button", "Back to the pack's own: b12.riskAge")
        self.page.wait("!JSON.parse(sessionStorage.draft).text.includes('riskAge')")
        self.assertEqual(self.parameters(), {"vitaminD.ruleset": "nam-2011"})

    def test_an_edge_moves_with_the_arrow_keys_in_both_units(self):
        self.open_ready("tune/bands/b12")
        before = (self.edges("pg/mL"), self.edges("pmol/L"))
        self.page.tab_to(".bands-unit [role=slider]")
        for _ in range(10):
            self.page.press("ArrowRight")
        self.page.wait_text("not saved", "#draft")
        self.quiet()
        after = (self.edges("pg/mL"), self.edges("pmol/L"))
        self.assertGreater(after[0][0], before[0][0])
        self.assertGreater(after[1][0], before[1][0])
        self.assertEqual((after[0][1], after[1][1]), (before[0][1], before[1][1]))
        self.assertAlmostEqual(after[1][0], after[0][0] * 0.738, delta=1.5)  # of 1355.4 g/mol
        self.assertEqual(self.page.evaluate("document.activeElement.getAttribute('role')"), "slider")
        self.assertIn('"laboratories"', self.draft())
        self.assert_fine()

    def test_an_edge_is_dragged_no_farther_than_check_allows(self):
        self.open_ready("tune/bands/b12")
        self.page.drag(".edge-grip", 900, 0)
        self.page.wait_text("not saved", "#draft")
        self.quiet()
        low, high = self.edges("pg/mL")
        self.assertLess(low, high)
        self.page.wait("!document.querySelector('.finding .tag-bad')")
        self.assert_fine()

    def test_the_bands_lie_over_the_populations_values(self):
        self.open_ready("tune/bands/b12")
        self.page.wait("document.querySelectorAll('.bands-plot .bar').length > 3")
        self.assertGreater(self.page.evaluate("document.querySelectorAll('.edges-table input').length"), 3)

    def test_a_fault_is_shown_at_its_place_with_its_mend(self):
        self.open_ready("tune/text")
        self.type_into_the_text(', "of": []')
        self.page.wait_text("A site file has no \"of\"", ".consequences")
        self.page.wait("Boolean(document.querySelector('.CodeMirror-lint-marker-error, .CodeMirror-lint-marker'))")
        self.quiet()
        self.go("Rules")
        self.go("Tune")
        self.page.wait_text("A site file has no \"of\"", ".consequences")
        line = self.page.evaluate("document.querySelector('.finding .place').textContent")
        self.page.click(".finding .place")
        self.page.wait("document.querySelector('.CodeMirror')?.CodeMirror.hasFocus()")
        self.assertEqual(self.page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getCursor().line") + 1, int(line.split()[1]))

    def test_a_draft_that_is_no_json_stops_the_sliders_and_says_where_to_mend_it(self):
        self.open_ready("tune/text")
        self.type_into_the_text(" ][")
        self.page.wait("document.querySelector('.finding') !== null")
        self.page.click(".subpages a", "Settings")
        self.page.wait_text("Mend it in the text", "main")
        self.assertTrue(self.page.evaluate("document.querySelector('fieldset.bare').disabled"))

    def test_the_tab_key_leaves_the_editor(self):
        self.open("tune/text")
        self.page.wait("Boolean(document.querySelector('.CodeMirror'))")
        self.page.evaluate("document.querySelector('.CodeMirror').CodeMirror.focus()")
        self.page.press("Tab")
        self.page.wait("!document.querySelector('.CodeMirror').contains(document.activeElement)")

    def test_what_is_not_saved_survives_a_reload(self):
        self.begin_with(SITE.replace("nam-2011", "ros-2020"), "tune")
        self.page.wait_text("not saved", "#draft")
        self.page.reload()
        self.page.wait_text("not saved", "#draft")
        self.assertIn("ros-2020", self.draft())
        self.assertEqual(self.workbench.site.read_text(encoding="utf-8"), SITE)

    def test_saving_shows_the_lines_first(self):
        changed = SITE.replace("nam-2011", "ros-2020")
        self.begin_with(changed, "tune")
        self.page.click("button", "Save…")
        self.save()
        lines = self.page.evaluate("[...document.querySelectorAll('dialog tr.line-removed, dialog tr.line-added')].map(each => each.querySelector('code').textContent.trim())")
        self.assertEqual(lines, ['"parameters": { "vitaminD.ruleset": "nam-2011" }', '"parameters": { "vitaminD.ruleset": "ros-2020" }'])
        self.assertIn("limits in force here are those of", self.page.evaluate("document.querySelector('dialog').innerText"))
        self.assertEqual(self.workbench.site.read_text(encoding="utf-8"), SITE)
        self.page.click("dialog button", "Save the file")
        self.page.wait_text("✓ saved", "#draft")
        self.assertEqual(self.workbench.site.read_text(encoding="utf-8"), changed)
        self.assert_fine()

    def test_a_dialog_is_left_without_saving_by_keyboard_alone(self):
        self.begin_with(SITE.replace("nam-2011", "ros-2020"), "tune")
        self.page.press("s", CONTROL)
        self.save()
        self.page.press("Escape")
        self.page.wait("!document.querySelector('dialog')")
        self.assertEqual(self.workbench.site.read_text(encoding="utf-8"), SITE)

    def test_a_file_changed_on_disk_is_noticed_and_nothing_is_overwritten(self):
        self.begin_with(SITE.replace("nam-2011", "ros-2020"), "tune")
        theirs = SITE.replace("General Hospital\"", "Another Hospital\"")
        self.workbench.site.write_text(theirs, encoding="utf-8")
        self.page.evaluate("window.dispatchEvent(new Event('focus'))")
        self.page.wait_text("The site file was changed on disk", "#notices")
        self.assertIn("ros-2020", self.draft())
        self.page.click("button", "Take the file on disk")
        self.page.wait_text("✓ saved", "#draft")
        self.assertEqual(self.draft(), theirs)
        self.page.click("button", "Undo")
        self.page.wait("JSON.parse(sessionStorage.draft).text.includes('ros-2020')")
        self.assertEqual(self.workbench.site.read_text(encoding="utf-8"), theirs)

    def test_a_file_changed_between_the_look_and_the_press_is_not_overwritten(self):
        self.begin_with(SITE.replace("nam-2011", "ros-2020"), "tune")
        self.page.click("button", "Save…")
        self.save()
        theirs = SITE.replace("General Hospital\"", "Another Hospital\"")
        self.workbench.site.write_text(theirs, encoding="utf-8")
        self.page.click("dialog button", "Save the file")
        self.page.wait("Boolean(document.querySelector('dialog [role=alert]'))")
        self.assertEqual(self.workbench.site.read_text(encoding="utf-8"), theirs)

    def test_a_local_code_is_added_and_taken_away(self):
        self.open_ready("tune/codes")
        self.page.evaluate("[...document.querySelectorAll('label')].find(each => each.textContent === 'System').control.focus()")
        self.page.write("https://lab.example.org/codes")
        self.page.press("Tab")
        self.page.write("B12S")
        self.page.press("Enter")
        self.page.wait_text("B12S", "table")
        self.assertIn("B12S", self.draft())
        self.quiet()
        self.page.click("button", "Take B12S away")
        self.page.wait("!JSON.parse(sessionStorage.draft).text.includes('B12S')")
        self.quiet()
        self.assert_fine()


if __name__ == "__main__":
    main(sys.argv)
