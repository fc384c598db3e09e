#!/usr/bin/env python3
"""The workbench's page Rules in Chromium: every rule in words, found by word, code and drug.

    rules_test.py PROGRAM [test...]
"""

import sys

from running_workbench import WorkbenchTest, main


class Rules(WorkbenchTest):
    def entries(self):
        return self.page.evaluate("driver.all('.rule-entry', null).map(each => each.getAttribute('href').split('/').at(-1))")

    def search(self, words):
        self.page.click("#rules-search")
        self.page.evaluate("document.getElementById('rules-search').select()")
        self.page.write(words)

    def test_finds_a_rule_by_what_one_knows_of_it(self):
        self.open("rules")
        everything = len(self.entries())
        for words, rule in (("72160-5", "b12-low"), ("metformin", "b12-suggest"), ("toxic", "vitamin-d-toxic"), ("NICE NG239", "b12-indeterminate")):
            with self.subTest(words=words):
                self.search(words)
                self.page.wait(f"driver.all('.rule-entry', null).length < {everything}")
                self.assertIn(rule, self.entries())
        self.assert_fine()

    def test_says_when_nothing_is_found(self):
        self.open("rules")
        self.search("zebra")
        self.page.wait_text("0 of ", "main")

    def test_a_rule_is_read_by_keyboard_alone(self):
        self.open("rules")
        self.page.tab_to("#rules-search")
        self.page.write("toxic range")
        self.page.tab_to(".rule-entry", "25-OH vitamin D in the toxic range")
        self.page.press("Enter")
        self.page.wait("location.hash === '#/rules/vitamin-d-toxic'")
        self.page.wait_text("25-OH vitamin D in the toxic range", ".rule h2")
        for words in ("When this card comes", "Sources", "What the stories cover"):
            self.assertIn(words, self.page.text())
        self.assert_fine()

    def test_a_story_of_a_rule_is_opened_as_a_patient(self):
        self.open("rules/b12-suggest")
        self.page.click("summary", "Stories")
        self.page.click(".stories button")
        self.page.wait("location.hash === '#/patient'")
        self.quiet()
        self.page.wait_text("back pain", ".verdict")
        self.assert_fine()

    def test_the_address_of_a_workbench_started_again_is_taken_in_the_old_tab(self):
        self.open("rules")
        self.page.evaluate("sessionStorage.setItem('token', 'of the one before'); window.wasBefore = true")
        self.page.evaluate(f"location.hash = '#token={self.workbench.token}&/live'")
        self.page.wait("!window.wasBefore && document.querySelector('main h1')?.textContent === 'Live'")
        self.quiet()
        self.assertNotIn("token", self.page.evaluate("location.href"))
        self.assert_fine()

    def test_a_rule_that_is_not_there_is_said_so(self):
        self.open("rules/no-such-rule")
        self.page.wait_text("The pack has no rule \"no-such-rule\"", "main")


if __name__ == "__main__":
    main(sys.argv)
