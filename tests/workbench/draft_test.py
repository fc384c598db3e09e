#!/usr/bin/env python3
"""The draft of the workbench in Chromium: it survives a reload, knows its way back, is saved after its difference was shown, and never over what somebody
else has written meanwhile.

    draft_test.py PROGRAM [test...]
"""

import json
import os
import stat
import sys

from browser import CONTROL
from running_workbench import SITE, WorkbenchTest, main

THEIRS = SITE.replace("General Hospital", "Another Hospital")


class Draft(WorkbenchTest):
    def put(self, text):
        """Writes a text into the editor, as a person does who selects all and types."""
        self.open("tune/text")
        self.page.click(".CodeMirror-scroll")
        self.page.press("a", CONTROL)
        self.page.call("Input.insertText", text=text)
        self.page.wait(f"document.querySelector('.CodeMirror').CodeMirror.getValue() === {json.dumps(text)}")
        self.page.wait_text("not saved", "#draft")
        self.quiet()

    def change(self):
        self.put(SITE.replace("nam-2011", "es-2011"))

    def on_disk(self):
        return self.workbench.site.read_text(encoding="utf-8")

    def open_dialog(self):
        self.page.click("#draft button", "Save…")
        self.page.wait_text("Save the site file", "dialog")
        self.page.wait("!driver.find('dialog button', 'Save ').disabled")

    def test_unsaved_changes_survive_a_reload(self):
        self.change()
        self.page.reload()
        self.quiet()
        self.page.wait_text("Your unsaved changes of this tab are still here", "#said")
        self.assertIn("es-2011", self.draft())
        self.assertEqual(self.on_disk(), SITE)
        self.assert_fine()

    def test_undo_and_redo_go_back_and_forth_also_after_a_reload(self):
        self.change()
        self.page.reload()
        self.quiet()
        self.page.click("#draft button", "Undo")
        self.page.wait_text("✓ saved", "#draft")
        self.assertEqual(self.draft(), SITE)
        self.page.click("#draft button", "Redo")
        self.page.wait_text("not saved", "#draft")
        self.assertIn("es-2011", self.draft())
        self.assert_fine()

    def test_the_draft_is_discarded_after_one_question_and_brought_back_by_undo(self):
        self.change()
        mine = self.draft()
        self.page.click("#draft button", "Discard the draft")
        self.page.wait_text("Discard the draft?", "dialog")
        self.page.press("Escape")
        self.page.wait("!document.querySelector('dialog')")
        self.assertEqual(self.draft(), mine)
        self.page.tab_to("#draft button", "Discard the draft")
        self.page.press("Enter")
        self.page.tab_to("dialog button", "Discard the draft")
        self.page.press("Enter")
        self.page.wait_text("✓ saved", "#draft")
        self.assertEqual((self.draft(), self.on_disk()), (SITE, SITE))
        self.assertEqual(self.focused(), "Undo: discarded the draft")
        self.page.press("Enter")
        self.page.wait_text("not saved", "#draft")
        self.assertEqual(self.draft(), mine)
        self.assert_fine()

    def focused(self):
        return self.page.evaluate("driver.nameOf(document.activeElement)")

    def test_a_button_of_the_draft_that_has_done_its_work_hands_the_focus_on(self):
        self.change()
        while not self.page.evaluate("driver.find('#draft button', 'Undo').disabled"):
            self.page.click("#draft button", "Undo")
        self.assertTrue(self.focused().startswith("Redo: "), self.focused())
        while not self.page.evaluate("driver.find('#draft button', 'Redo').disabled"):
            self.page.press("Enter")
        self.assertTrue(self.focused().startswith("Undo: "), self.focused())
        self.quiet()
        self.open_dialog()
        self.page.click("dialog button", "Save the file")
        self.page.wait_text("✓ saved", "#draft")
        self.assertTrue(self.focused().startswith("Undo: "), self.focused())
        self.assert_fine()

    def test_there_is_nothing_to_discard_of_a_draft_that_is_saved(self):
        self.open("rules")
        self.assertTrue(self.page.evaluate("driver.find('#draft button', 'Discard the draft').disabled"))

    def test_saving_shows_the_lines_and_the_words_of_the_difference_first(self):
        self.change()
        self.open_dialog()
        shown = self.page.evaluate("document.querySelector('dialog').innerText")
        self.assertIn('"vitaminD.ruleset": "es-2011"', shown)
        self.assertIn('"vitaminD.ruleset": "nam-2011"', shown)
        self.assertIn("limits in force here", shown)
        self.assertEqual(self.on_disk(), SITE)
        self.page.click("dialog button", "Go on editing")
        self.page.wait("!document.querySelector('dialog')")
        self.assertEqual(self.on_disk(), SITE)
        self.assert_fine()

    def test_saves_the_text_as_it_stands_and_keeps_the_files_mode(self):
        os.chmod(self.workbench.site, 0o640)
        self.change()
        text = self.draft()
        self.open_dialog()
        self.page.click("dialog button", "Save the file")
        self.page.wait_text("✓ saved", "#draft")
        self.assertEqual(self.on_disk(), text)
        self.assertEqual(stat.S_IMODE(os.stat(self.workbench.site).st_mode), 0o640)
        self.assert_fine()

    def test_escape_closes_the_dialog_and_saves_nothing(self):
        self.change()
        self.open_dialog()
        self.page.press("Escape")
        self.page.wait("!document.querySelector('dialog')")
        self.assertEqual(self.on_disk(), SITE)

    def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(self):
        self.change()
        self.open_dialog()
        self.workbench.site.write_text(THEIRS, encoding="utf-8")
        self.page.click("dialog button", "Save the file")
        self.page.wait_text("changed", "dialog [role=alert]")
        self.assertEqual(self.on_disk(), THEIRS)
        self.page.press("Escape")
        self.page.wait_text("was changed on disk", "#notices")

    def test_after_a_look_at_what_somebody_else_wrote_the_same_dialog_saves(self):
        self.change()
        mine = self.draft()
        self.open_dialog()
        self.workbench.site.write_text(THEIRS, encoding="utf-8")
        self.page.click("dialog button", "Save the file")
        self.page.wait_text("changed", "dialog [role=alert]")
        self.page.click("dialog button", "Save the file")  # waits until the difference to theirs has been drawn
        self.page.wait_text("✓ saved", "#draft")
        self.assertEqual(self.on_disk(), mine)
        self.page.wait("!document.querySelector('#notices')?.innerText.includes('was changed on disk')")

    def test_theirs_can_be_taken_and_mine_brought_back(self):
        self.change()
        mine = self.draft()
        self.workbench.site.write_text(THEIRS, encoding="utf-8")
        self.page.reload()
        self.page.click("#notices button", "Take the file on disk")
        self.page.wait_text("✓ saved", "#draft")
        self.assertEqual(self.draft(), THEIRS)
        self.page.click("#draft button", "Undo")
        self.page.wait_text("not saved", "#draft")
        self.assertEqual(self.draft(), mine)

    def test_a_file_changed_on_disk_is_read_anew_where_nothing_is_unsaved(self):
        self.open("rules")
        self.workbench.site.write_text(THEIRS, encoding="utf-8")
        self.page.reload()
        self.page.wait_text("has been read anew", "#said")
        self.assertEqual(self.draft(), THEIRS)


class NewFile(WorkbenchTest):
    site = None

    def test_a_site_file_that_is_not_there_is_made_by_the_first_save(self):
        self.open("release")
        self.assertFalse(self.workbench.site.exists())
        self.page.click("#approval-by")
        self.page.write("Dr Invented")
        self.page.click("button", "Put the approval into the draft")
        self.page.wait_text("not saved", "#draft")
        self.page.click("#draft button", "Save…")
        self.page.wait("driver.find('dialog button', 'Save ') && !driver.find('dialog button', 'Save ').disabled")
        self.page.click("dialog button", "Save ")
        self.page.wait_text("✓ saved", "#draft")
        self.assertIn("Dr Invented", self.workbench.site.read_text(encoding="utf-8"))
        self.assert_fine()


if __name__ == "__main__":
    main(sys.argv)
