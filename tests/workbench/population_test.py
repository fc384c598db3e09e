#!/usr/bin/env python3
"""The workbench's page Population in Chromium: survey and impact over invented patients, and the way from a count to its patients.

    population_test.py PROGRAM [test...]
"""

import sys

from running_workbench import PATIENTS, SITE, WorkbenchTest, main

ES_2011 = SITE.replace("nam-2011", "es-2011")
LOCAL_CODE = "25OHVITA of http://laboratory-4.example/codes"  # of tests/population's fourth laboratory


class Population(WorkbenchTest):
    is_full = True

    def open_ready(self, view):
        self.open(f"population/{view}")
        self.ready_population()

    def test_a_survey_tells_what_is_not_mapped(self):
        self.open_ready("survey")
        self.page.wait_text("What looks like the pack's and is not mapped", "main")
        self.assertIn(f"{PATIENTS} patients, looked at on this machine", self.page.text())
        self.assertIn(LOCAL_CODE, self.page.text())
        self.assert_fine()

    def test_a_local_code_is_taken_into_the_draft_by_mouse_and_undone(self):
        self.open_ready("survey")
        self.page.click("button", f"Take {LOCAL_CODE}")
        self.page.wait_text("not saved", "#draft")
        self.quiet()
        self.assertIn("25OHVITA", self.draft())
        self.assertIn("// What General Hospital decides.", self.draft())
        self.page.click("button", "Undo")
        self.page.wait_text("✓ saved", "#draft")
        self.assertEqual(self.draft(), SITE)
        self.assert_fine()

    def test_a_local_code_is_taken_into_the_draft_by_keyboard_alone(self):
        self.open_ready("survey")
        self.page.tab_to("button", f"Take {LOCAL_CODE}")
        self.page.press("Enter")
        self.page.wait_text("not saved", "#draft")
        self.quiet()
        self.assertIn("25OHVITA", self.draft())

    def test_impact_of_a_draft_that_says_the_same_points_to_tune(self):
        self.open_ready("impact")
        self.page.wait_text("Nothing to compare", "main")
        self.assert_fine()

    def test_impact_leads_from_a_number_to_a_patient_by_mouse(self):
        self.begin_with(ES_2011, "population/impact")
        self.page.wait_text("gain a card", "main")
        gained = int(self.page.evaluate("driver.all('td button', null).find(each => each.getAttribute('aria-label').endsWith('vitamin-d-low, gained')).textContent"))
        self.assertGreater(gained, 0)
        self.page.click("td button", f"{gained}: patients, vitamin-d-low, gained")
        self.page.wait_text("Patients who gain vitamin-d-low", "main")
        self.page.wait_text("Each opens in the Patient page" if gained > 1 else "1 patient", "main")
        self.assertNotRegex(self.page.evaluate("location.href"), r"population/\d")
        self.page.click("section button", "Patient ")
        self.page.wait("location.hash === '#/patient'")
        self.quiet()
        self.page.wait_text("25-OH vitamin D", "main")
        self.assert_fine()

    def test_impact_leads_from_a_number_to_a_patient_by_keyboard_alone(self):
        self.begin_with(ES_2011, "population/impact")
        name = self.page.evaluate("driver.all('td button', null).map(driver.nameOf).find(each => each.endsWith('vitamin-d-low, gained'))")
        self.page.tab_to("td button", name)
        self.page.press("Enter")
        self.page.wait("document.activeElement.textContent === 'Patients who gain vitamin-d-low'")
        self.page.tab_to("section button", "Patient ")
        self.page.press("Enter")
        self.page.wait("location.hash === '#/patient'")

    def test_who_loses_a_warning_is_listed_with_it_and_opens_as_a_patient(self):
        self.begin_with(SITE.replace("{ \"vitaminD.ruleset\": \"nam-2011\" }", "{}, \"off\": [\"vitamin-d-deficient\", \"b12-low\", \"calcium-high\", \"vitamin-d-suggest\"]"), "population/impact")
        self.page.wait_text("each counted once", "main")
        name = self.page.evaluate("driver.all('p button', null).map(driver.nameOf).find(each => each.includes('lose a warning or critical card'))")
        count = int(name.split(":")[0])
        self.assertGreater(count, 0)
        self.page.tab_to("p button", name)
        self.page.press("Enter")
        self.page.wait_text("Patients who lose a warning or critical card", "main")
        self.page.wait(f"document.querySelectorAll('.patients-of li .tag').length === {min(count, 40)}")
        lost = self.page.evaluate("[...document.querySelectorAll('.patients-of li .tag')].map(each => each.textContent)")
        for words in lost:
            self.assertRegex(words, r"^loses (vitamin-d-deficient|b12-low|calcium-high)")
        self.page.click("section button", "Patient ")
        self.page.wait("location.hash === '#/patient'")
        self.quiet()
        self.assert_fine()

    def test_a_list_of_patients_can_be_come_back_to(self):
        self.begin_with(ES_2011, "population/impact")
        self.page.click("td button", self.page.evaluate("driver.all('td button', null).map(driver.nameOf).find(each => each.endsWith('vitamin-d-low, gained'))"))
        self.page.wait_text("Patients who gain vitamin-d-low", "main")
        self.page.click("section button", "Patient ")
        self.page.wait("location.hash === '#/patient'")
        self.page.evaluate("history.back()")
        self.page.wait_text("Patients who gain vitamin-d-low", "main")
        self.page.click("button", "Close the list")
        self.page.wait("!document.body.innerText.includes('Patients who gain')")

    def test_every_plot_has_its_numbers_as_a_table(self):
        for view in ("survey", "impact"):
            with self.subTest(view=view):
                self.begin_with(ES_2011, f"population/{view}")
                self.assertGreater(self.page.evaluate("document.querySelectorAll('figure canvas[role=img]').length"), 2)
                without = self.page.evaluate("""[...document.querySelectorAll('.figure-of')].filter(figure => !figure.querySelector('table') &&
                    !figure.parentElement.querySelector(':scope > .stack table')).map(figure => figure.querySelector('figcaption').textContent)""")
                self.assertEqual(without, [])
        self.assert_fine()


class WithoutPopulation(WorkbenchTest):
    def test_says_how_to_start_with_one(self):
        self.open("population")
        self.page.wait_text("There is no population yet", "main")
        self.assertIn("--population FOLDER", self.page.text())
        self.assert_fine()


if __name__ == "__main__":
    main(sys.argv)
