#!/usr/bin/env python3
"""The workbench's pages Release and Live in Chromium: the gate, an approval, the sealed file, the note; a deployment's report.

    release_test.py PROGRAM [test...]
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import live_report
from running_workbench import PACK, PATIENTS, RunningWorkbench, WorkbenchTest, main


class Release(WorkbenchTest):
    def steps(self):
        return self.page.evaluate("Object.fromEntries([...document.querySelectorAll('.steps-of > li h3')].map(each => [each.firstChild.textContent.trim(), each.querySelector('.tag').textContent]))")

    def approve(self, press, write):
        """`press(selector, name)` comes to a control and takes it; `write(selector, text)` fills one."""
        self.open("release")
        write("#approval-by", "Dr Invented, medical board")
        press("button", "Put the approval into the draft")
        self.page.wait_text("not saved", "#draft")
        self.quiet()
        approval = self.draft()[self.draft().index('"approval"'):]
        self.assertIn("Dr Invented, medical board", approval)
        self.assertRegex(approval, r'"digest": "sha256:[0-9a-f]{64}"')
        press("button", "Save…")
        self.page.wait_text("Save the site file", "dialog")
        self.page.wait("driver.find('dialog button', 'Save the file') && !driver.find('dialog button', 'Save the file').disabled")
        press("dialog button", "Save the file")
        self.page.wait_text("✓ saved", "#draft")
        self.quiet()
        self.assertIn("Dr Invented, medical board", self.workbench.site.read_text(encoding="utf-8"))

    def by_mouse(self, selector, text):
        self.page.click(selector)
        self.page.write(text)

    def by_keyboard(self, selector, text):
        self.page.tab_to(selector)
        self.page.write(text)

    def press_by_keyboard(self, selector, name):
        self.page.tab_to(selector, name)
        self.page.press("Enter")

    def test_a_site_file_is_approved_and_saved_by_mouse(self):
        self.approve(self.page.click, self.by_mouse)
        self.assert_fine()

    def test_a_site_file_is_approved_and_saved_by_keyboard_alone(self):
        self.approve(self.press_by_keyboard, self.by_keyboard)
        self.assert_fine()

    def test_an_approval_is_one_that_check_takes(self):
        self.approve(self.page.click, self.by_mouse)
        told = subprocess.run([self.program, "check", PACK, "--site", self.workbench.site, "--at", "2026-03-02", "--format", "json"], capture_output=True, text=True, check=False).stdout
        codes = {finding["code"] for pack in json.loads(told) for finding in pack["findings"]}
        # "early-approval" there is: the day of these tests is before the pack's last change.
        self.assertEqual(codes & {"approval-digest", "missing-approval", "future-approval"}, set())

    def test_the_pack_is_sealed_by_keyboard_alone(self):
        self.open("release")
        self.press_by_keyboard("button", "Seal the pack")
        self.page.wait_text("Sealed as back-pain-labs-", "main")
        self.assertEqual(json.loads(self.page.downloaded().read_text(encoding="utf-8")).get("status"), "draft")
        self.assertEqual(self.page.evaluate("document.activeElement.textContent"), "Seal the pack")
        self.assert_fine()

    def test_the_pack_is_sealed_and_handed_over(self):
        self.open("release")
        self.page.click("button", "Seal the pack")
        self.page.wait_text("Sealed as back-pain-labs-", "main")
        sealed = json.loads(self.page.downloaded().read_text(encoding="utf-8"))
        self.assertIn("pack.json", json.dumps(sealed)[:100000])
        told = subprocess.run([self.program, "seal", PACK, "-o", self.workbench.folder / "sealed.json"], capture_output=True, text=True, check=False)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertEqual(sealed, json.loads((self.workbench.folder / "sealed.json").read_text(encoding="utf-8")))
        self.assert_fine()

    def seals(self):
        return [address for method, address in self.page.asked if address.endswith("/api/seal")]

    def test_pressing_twice_seals_once(self):
        self.open("release")
        self.page.evaluate("(button => (button.click(), button.click()))(driver.find('button', 'Seal the pack'))")
        self.page.wait_text("It is being sealed.", "main")
        self.page.wait_text("Sealed as back-pain-labs-", "main")
        self.assertEqual(len(self.seals()), 1)
        self.assert_fine()

    def test_nothing_is_sealed_while_the_gate_is_asked(self):
        self.open("release")
        self.page.call("Network.emulateNetworkConditions", offline=False, latency=2000, downloadThroughput=-1, uploadThroughput=-1)
        self.by_mouse("#approval-by", "Dr Invented, medical board")
        self.page.click("button", "Put the approval into the draft")
        self.page.wait_text("The gate is being asked: wait for its answer.", "main")
        self.assertEqual(self.page.evaluate("driver.find('button', 'Seal the pack').getAttribute('aria-disabled')"), "true")
        self.page.click("button", "Seal the pack")
        self.quiet()
        self.assertEqual(self.seals(), [])
        self.page.click("button", "Seal the pack")
        self.page.wait_text("Sealed as back-pain-labs-", "main")
        self.assert_fine()

    def is_sealing_off(self):
        return self.page.evaluate("driver.find('button', 'Seal the pack').getAttribute('aria-disabled')") == "true"

    def test_nothing_is_sealed_before_the_gate_has_answered_the_last_of_two_changes(self):
        self.open("release")
        self.page.evaluate("""(ask => {
            window.held = [];
            window.fetch = async (...asked) => {
                if (asked[0] === '/api/release') await new Promise(done => window.held.push(done));
                return ask(...asked);
            };
        })(window.fetch)""")
        self.by_mouse("#approval-by", "Dr Invented, medical board")
        self.page.click("button", "Put the approval into the draft")
        self.page.wait("held.length === 1")
        self.page.click("#draft button", "Undo")
        self.page.wait_text("✓ saved", "#draft")
        self.page.evaluate("held[0]()")
        self.page.wait("held.length === 2")  # after the first answer was shown
        self.page.settle()
        self.assertTrue(self.is_sealing_off())
        self.assertIn("The gate is being asked: wait for its answer.", self.page.text())
        self.page.evaluate("held[1]()")
        self.quiet()
        self.assertFalse(self.is_sealing_off())
        self.assert_fine()

    def test_after_a_question_that_failed_the_gate_is_asked_again_by_keyboard(self):
        self.open("release")
        self.page.evaluate("""(ask => {
            window.fetch = (...asked) => (asked[0] === '/api/release' && window.isGone ? Promise.reject(new TypeError('gone')) : ask(...asked));
            window.isGone = true;
        })(window.fetch)""")
        self.by_mouse("#approval-by", "Dr Invented, medical board")
        self.page.click("button", "Put the approval into the draft")
        self.page.wait_text("The workbench does not answer", "main [role=alert]")
        self.assertTrue(self.is_sealing_off())
        self.assertIn("The gate has no answer", self.page.evaluate("driver.find('[role=status]', 'The gate has').textContent"))
        self.page.tab_to("button", "Ask again")
        self.page.press("Enter")
        self.quiet()
        self.assertEqual(self.page.evaluate("document.activeElement.textContent"), "Ask again")
        self.page.evaluate("window.isGone = false")
        self.page.press("Enter")
        self.quiet()
        self.assertEqual(self.page.evaluate("document.activeElement.textContent"), "The gate")
        self.assertFalse(self.is_sealing_off())
        self.assertTrue(self.steps())
        self.assert_fine()

    def test_every_step_of_the_gate_says_in_words_whether_it_holds(self):
        self.open("release")
        steps = self.steps()
        self.assertGreaterEqual(len(steps), 4)
        self.assertLessEqual(set(steps.values()), {"holds", "open", "does not hold"})

    def test_the_note_is_copied_as_markdown(self):
        self.open("release")
        shown = self.page.evaluate("document.querySelector('pre[aria-label^=\"The release note\"]').textContent")
        self.page.click("button", "Copy as Markdown")
        self.page.wait_text("in the clipboard", "#said")
        self.assertEqual(self.page.clipboard(), shown)
        self.assertIn("back-pain-labs", shown)
        self.assert_fine()


class ChangedPack(WorkbenchTest):
    """A file of the pack was edited, the site file was not, and the version before was named."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pack = Path(cls.enterClassContext(tempfile.TemporaryDirectory())) / "pack"
        shutil.copytree(PACK, cls.pack)
        file = cls.pack / "pack.json"
        text = file.read_text(encoding="utf-8")
        changed = text.replace("%age >= 18", "%age >= 60")
        assert changed != text
        file.write_text(changed, encoding="utf-8")
        cls.workbench = cls.enterClassContext(RunningWorkbench(cls.program, pack=cls.pack, patients=PATIENTS, previous=PACK))

    def figures(self):
        return self.page.evaluate("Object.fromEntries([...document.querySelectorAll('.figures > div')].map(each => [each.querySelector('dt').textContent, each.querySelector('dd').firstChild.textContent]))")

    def test_what_changes_and_whom_it_touches_are_told_of_the_pack_too(self):
        self.open("release")
        self.ready_population()
        self.page.wait("document.querySelector('.figures')")
        self.assertIn(str(PACK), self.page.text())
        self.page.wait("[...document.querySelectorAll('.changes li')].some(each => each.innerText.includes('60'))")
        lost = int(self.figures()["lose a card"])
        self.assertGreater(lost, 0)
        self.page.click("a", "All of it, with the patients")
        self.page.wait_text("lose one", ".lead-figure")
        self.assertEqual(int(self.figures()["lose a card"]), lost)
        self.page.click("td button", self.page.evaluate("driver.all('td button', null).map(driver.nameOf).find(each => each.endsWith(', lost'))"))
        self.page.wait_text("Patients who lose ", "main")
        self.page.wait("document.querySelector('.patients-of li')")
        self.page.click("a", "Hold it against the saved file alone")
        self.page.wait_text("Nothing to compare", "main")
        self.assert_fine()


    def test_whom_it_touches_is_asked_again_where_the_population_could_not_answer(self):
        self.open("rules")
        self.ready_population()
        self.page.evaluate("""(ask => {
            window.refused = 0;
            window.fetch = async (...asked) => {
                if (asked[0] !== '/api/tune' || window.refused > 0) return ask(...asked);
                window.refused += 1;
                return new Response(JSON.stringify({error: 'The population is read again: ask again when it is there.'}), {status: 409});
            };
        })(window.fetch)""")
        self.page.click("nav a", "Release")
        self.page.wait_text("ask again when it is there", "main")
        self.page.wait("document.querySelector('.figures')")
        self.assertEqual(self.page.evaluate("refused"), 1)
        self.assert_fine()


class BrokenStory(WorkbenchTest):
    """A story of the pack expects what does not come; a person mends it while the page is open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pack = Path(cls.enterClassContext(tempfile.TemporaryDirectory())) / "pack"
        shutil.copytree(PACK, cls.pack)
        cls.workbench = cls.enterClassContext(RunningWorkbench(cls.program, pack=cls.pack))

    def setUp(self):
        super().setUp()
        self.file = next(file for file in sorted((self.pack / "stories").iterdir()) if '"b12-suggest (info)' in file.read_text(encoding="utf-8"))
        self.good = self.file.read_text(encoding="utf-8")
        self.addCleanup(self.file.write_text, self.good, encoding="utf-8")
        self.file.write_text(self.good.replace('"b12-suggest (info)', '"b12-suggest (warning)', 1), encoding="utf-8")

    def look_again(self):
        """As when a person comes back to the window."""
        self.page.evaluate("window.dispatchEvent(new Event('focus'))")

    def test_rules_say_which_story_fails_and_why_and_no_longer_once_it_is_mended(self):
        self.open("rules/b12-suggest")
        self.page.wait_text("1 story fails", ".rule-list")
        self.page.wait_text("1 story fails", ".rule summary")
        self.page.click(".rule summary", "Stories")
        self.page.wait_text("fails", ".stories .tag-bad")
        self.assertIn("warning", self.page.evaluate("document.querySelector('.stories .tag-bad').parentElement.querySelector('ul').innerText"))
        self.file.write_text(self.good, encoding="utf-8")
        self.look_again()
        self.page.wait("!document.querySelector('main').innerText.includes('story fails')")
        # What was unfolded stays so, and the focus where it was.
        self.assertTrue(self.page.evaluate("document.querySelector('.rule details').open"))
        self.assertTrue(self.page.evaluate("document.activeElement === driver.find('.rule summary', 'Stories')"))
        self.assert_fine()

    def test_an_error_of_the_pack_goes_as_soon_as_it_is_mended(self):
        self.file.write_text(self.good[:-5], encoding="utf-8")
        self.open("rules/b12-suggest")
        self.page.wait_text("Pack and site file hold errors", "main [role=alert]")
        self.file.write_text(self.good, encoding="utf-8")
        self.look_again()
        self.page.wait("!document.querySelector('main [role=alert]') && document.querySelector('.rule h2')")
        self.file.write_text(self.good[:-5], encoding="utf-8")
        self.look_again()
        self.page.wait_text("The rules below are those that were read last.", "main [role=alert]")
        self.assertTrue(self.page.evaluate("Boolean(document.querySelector('.rule h2'))"))

    def test_the_gate_names_the_file_of_the_pack_and_no_place_of_the_site_file(self):
        self.open("release")
        self.page.wait_text(f"Mended in the pack, in your editor: stories/{self.file.name} at /", ".steps-of")
        self.assertNotIn("in Tune", self.page.evaluate("document.querySelector('.steps-of').innerText"))
        self.assert_fine()


class Live(WorkbenchTest):
    is_full = True

    def figure(self, name):
        return self.page.evaluate(f"[...document.querySelectorAll('.figures > div')].find(each => each.querySelector('dt').textContent === {json.dumps(name)}).querySelector('dd').firstChild.textContent")

    def number(self, name):
        return int(self.figure(name).replace(",", ""))

    def test_shows_the_sums_of_the_report(self):
        self.open("live")
        with open(self.workbench.report, encoding="utf-8") as file:
            told = json.load(file)
        self.assertEqual(self.number("calls"), told["calls"]["all"])
        self.assertEqual(self.number("cards given"), told["all"]["given"])
        self.assertEqual(self.number("accepted"), told["all"]["accepted"])
        self.assertEqual(self.number("overridden"), told["all"]["overridden"])
        self.assertEqual(self.number("without an answer"), told["all"]["withoutAnswer"])
        self.assert_fine()

    def test_a_rule_is_followed_from_its_counts_to_its_words_by_mouse(self):
        self.open("live")
        self.page.click("main th a", "b12-low")
        self.page.wait("location.hash === '#/rules/b12-low'")
        self.page.wait_text("Low vitamin B12", ".rule h2")
        self.assert_fine()

    def test_one_rule_is_looked_at_by_keyboard_alone(self):
        self.open("live")
        with open(self.workbench.report, encoding="utf-8") as file:
            told = next(one for one in json.load(file)["by"]["rule"] if one["rule"] == "b12-low")
        self.page.tab_to("select", "Rule")
        for _ in live_report.calls.RULES:
            if self.page.evaluate("document.activeElement.value") != "b12-low":
                self.page.press("ArrowDown")
        self.quiet()
        self.assertEqual((self.number("cards given"), self.number("accepted")), (told["given"], told["accepted"]))
        self.page.tab_to("main th a", "b12-low")
        self.page.press("Enter")
        self.page.wait("location.hash === '#/rules/b12-low'")
        self.assert_fine()


class WithoutReport(WorkbenchTest):
    def test_says_how_to_bring_one(self):
        self.open("live")
        self.page.wait_text("No report is open", "main")
        self.assertIn("--report report.json", self.page.text())
        self.assert_fine()


if __name__ == "__main__":
    main(sys.argv)
