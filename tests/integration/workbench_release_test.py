#!/usr/bin/env python3
"""The workbench's release: what its gate says and where that is mended, which story fails, and the version before, from which a changed pack is told with its draft.

    workbench_release_test.py PROGRAM [test...]
"""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import workbench_test
from running_service import PACK, PATIENCE_SECONDS
from workbench_test import AT, SMALL, Workbench, wait_until, write_patients


class AFileOfThePack(unittest.TestCase):
    def test_a_story_that_fails_says_so_with_its_rule_until_it_is_mended(self):
        pack = Path(self.enterContext(tempfile.TemporaryDirectory())) / "pack"
        shutil.copytree(SMALL, pack)
        file = pack / "stories/vitamin-d.json"
        good = file.read_text()
        told = '["vitamin-d-suggest (info), offers 25-OH vitamin D"]'
        self.assertIn(told, good)

        def stories(bench):
            answer = bench.told("GET", "/api/rules")
            return [story for rule in answer["rules"] for story in rule["stories"]], answer["storiesWithoutCard"]

        with Workbench(pack=pack) as bench:
            self.assertEqual({story["verdict"] for story in sum(stories(bench), [])}, {"holds"})
            file.write_text(good.replace(told, '["vitamin-d-suggest (warning), offers 25-OH vitamin D"]', 1))
            failed = [story for story in stories(bench)[0] if story["verdict"] == "fails"]
            self.assertEqual(len(failed), 1)
            self.assertRegex(failed[0]["says"][0], r"^patient-view: .*warning")
            step = next(one for one in bench.told("POST", "/api/release")["steps"] if one["id"] == "stories")
            self.assertEqual([(place["file"], place["of"]) for place in step["places"]], [("stories/vitamin-d.json", "pack")])
            file.write_text(good.replace(told, "[]", 1))
            failed = [story for story in stories(bench)[1] if story["verdict"] == "fails"]
            self.assertEqual(len(failed), 1)
            self.assertIn("vitamin-d-suggest", failed[0]["says"][0])
            file.write_text(good)
            self.assertEqual({story["verdict"] for story in sum(stories(bench), [])}, {"holds"})

    def test_a_step_says_in_which_file_and_member_it_is_mended(self):
        pack = Path(self.enterContext(tempfile.TemporaryDirectory())) / "pack"
        shutil.copytree(SMALL, pack)
        rule = pack / "rules/vitamin-d-suggest.json"
        rule.write_text(rule.read_text().replace('"topic"', '"topics"', 1))
        with Workbench(pack=f"{pack}/") as bench:
            step = bench.told("POST", "/api/release")["steps"][0]
            self.assertEqual((step["id"], step["passed"]), ("check", False))
            self.assertIn({"file": "rules/vitamin-d-suggest.json", "member": "/topics", "of": "pack"}, step["places"])
        with Workbench(pack=SMALL) as bench:
            step = bench.told("POST", "/api/release", {"site": '{ "parameters": { "no.such": 1 } }'})["steps"][0]
            self.assertEqual(step["places"], [{"file": "site.json", "member": "/parameters/no.such", "of": "site"}])

    def test_expansions_that_a_site_file_names_are_of_neither(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory())).resolve()
        site, expansions = folder / "site.json", folder / "expansions.json"
        site.write_text('{ "expansions": "expansions.json" }')
        expansions.write_text("{")
        with Workbench("--site", site, pack=SMALL) as bench:
            step = bench.told("POST", "/api/release")["steps"][0]
        self.assertEqual({(place["file"], place["of"]) for place in step["places"]}, {(str(expansions), "other")})


class AVersionBefore(unittest.TestCase):
    """The release page holds a pack against the version before it as `seal --previous` does, and says the same."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.pack, self.previous = self.folder / "pack", self.folder / "previous.sealed.json"
        shutil.copytree(SMALL, self.pack)
        subprocess.run([workbench_test.PROGRAM, "seal", SMALL, "-o", self.previous], capture_output=True, timeout=PATIENCE_SECONDS, check=True)

    def edit(self, name, old, new):
        text = (self.pack / name).read_text()
        self.assertIn(old, text)
        (self.pack / name).write_text(text.replace(old, new, 1))

    def expect_what_the_command_says(self, holds, previous=None):
        previous = previous or self.previous
        output = self.folder / "next.sealed.json"
        command = subprocess.run([workbench_test.PROGRAM, "seal", self.pack, "-o", output, "--previous", previous], capture_output=True, text=True,
                                 timeout=PATIENCE_SECONDS)
        self.assertEqual(command.returncode == 0, holds, command.stderr)
        with Workbench("--previous", previous, pack=self.pack) as bench:
            steps = {step["id"]: step for step in bench.told("POST", "/api/release")["steps"]}
            status, told = bench.api("POST", "/api/seal")
        step = steps["version"]
        self.assertEqual((step["passed"], status), (holds, 200 if holds else 409), step)
        self.assertTrue(step["says"])
        if holds:
            self.assertEqual(told["text"], output.read_text())
            return step
        self.assertEqual(told["error"], f"Not sealed: {command.stderr.splitlines()[-1].removeprefix('not sealed: ')}.")
        for sentence in step["says"]:
            self.assertIn(sentence, command.stderr)
        return step

    def test_the_same_pack_holds(self):
        self.expect_what_the_command_says(True)

    def test_a_change_whose_number_stands_still_does_not(self):
        self.edit("rules/vitamin-d-suggest.json", '"title": "', '"title": "Perhaps: ')
        step = self.expect_what_the_command_says(False)
        self.assertIn("patch", step["says"][0])
        self.assertEqual(step["says"][1], 'Change "version" in pack.json to "0.9.1", the least that will do.')
        self.assertEqual(step["says"][2], f"Compared with {self.previous}, which --previous names.")
        self.assertEqual(step["places"], [{"file": "pack.json", "member": "/version", "of": "pack"}])

    def test_a_change_of_whom_a_card_comes_to_asks_for_a_larger_step(self):
        self.edit("pack.json", '"backPain.chronicDays": { "type": "integer", "default": 84', '"backPain.chronicDays": { "type": "integer", "default": 80')
        self.edit("pack.json", '"version": "0.9.0"', '"version": "0.9.1"')
        self.expect_what_the_command_says(False)

    def test_a_change_whose_number_steps_as_far_holds(self):
        self.edit("rules/vitamin-d-suggest.json", '"title": "', '"title": "Perhaps: ')
        self.edit("pack.json", '"version": "0.9.0"', '"version": "0.9.1"')
        self.expect_what_the_command_says(True)

    def test_another_pack_is_no_version_before(self):
        self.expect_what_the_command_says(False, PACK)

    def test_a_version_before_that_cannot_be_read_is_said(self):
        self.previous.write_text("{")
        step = self.expect_what_the_command_says(False)
        self.assertEqual(step["places"], [])  # it is not this pack that is mended

    def test_what_changes_and_whom_it_touches_are_told_of_the_pack_and_the_draft(self):
        self.edit("pack.json", "%age >= 18", "%age >= 60")  # nobody below gets a card any more
        self.edit("analytes/vitamin-d.json", '"id": "vitamin-d"', '"id": "vitamin-dd"')
        draft, site = json.dumps({"parameters": {"backPain.chronicDays": 60}}), self.folder / "site.json"
        site.write_text(draft)
        patients = self.folder / "patients"
        write_patients(patients)

        def command(*arguments):
            told = subprocess.run([workbench_test.PROGRAM, *map(str, arguments), "--from", self.previous, "--to", self.pack, "--site-to", site], capture_output=True, text=True,
                                  timeout=PATIENCE_SECONDS)
            return json.loads(told.stdout)

        with Workbench("--previous", self.previous, "--population", patients, pack=self.pack) as bench:
            wait_until(bench, "ready")
            self.assertEqual(bench.told("GET", "/api/session")["previous"], str(self.previous))
            asked = {"site": draft, "from": "previous"}
            difference = bench.told("POST", "/api/diff", asked)
            self.assertEqual(difference["changes"], command("diff", "--format", "json")["changes"])
            self.assertIn("60", difference["markdown"])
            impact = bench.told("POST", "/api/impact", asked)
            self.assertEqual(impact["counts"], command("impact", patients, "--at", AT, "--json", "-", "--quiet")["counts"])
            tuned = bench.told("POST", "/api/tune", asked)
            self.assertGreater(tuned["lost"], 0)
            self.assertEqual({what: tuned[what] for what in ("gained", "lost", "changed", "same") if tuned[what]},
                             {what: count for what, count in impact["counts"]["event"].items() if what != "none"})
            lost = bench.told("POST", "/api/find", asked | {"filter": {"what": "lost"}})
            self.assertEqual(lost["of"], tuned["lost"])
            # Who does not ask so is told of the draft alone, before and after.
            alone = bench.told("POST", "/api/tune", {"site": draft})
            self.assertEqual(alone["lost"], 0)
            self.assertLess(len(bench.told("POST", "/api/diff", {"site": draft})["changes"]), len(difference["changes"]))

    def test_questions_that_ask_for_other_codes_have_the_population_read_once_each(self):
        self.edit("analytes/vitamin-d.json", ',\n    { "loinc": "49054-0", "property": "MCnc", "kind": "d2" }', "")
        draft = json.dumps({"codes": {"analytes": {"vitamin-d": [{"system": "https://lab.example.org/codes", "code": "VITD", "property": "MCnc", "kind": "total"}]}}})
        patients = self.folder / "patients"
        write_patients(patients)
        with Workbench("--previous", self.previous, "--population", patients, pack=self.pack) as bench:
            asked = ({"from": "previous"}, {"site": draft})
            for question in asked:
                wait_until(bench, "ready")
                status, told = bench.api("POST", "/api/tune", question)
                self.assertEqual(status, 409, told)
                self.assertIn("read again", told["error"])
                wait_until(bench, "ready")
                bench.told("POST", "/api/tune", question)
            for question in asked:
                bench.told("POST", "/api/tune", question)

    def test_a_saved_file_that_the_version_before_does_not_know_is_said(self):
        self.edit("pack.json", "steroid.longTermDays", "steroid.manyDays")
        for file in self.pack.rglob("*.json"):
            file.write_text(file.read_text().replace("steroid.longTermDays", "steroid.manyDays"))
        site = self.folder / "site.json"
        site.write_text(json.dumps({"parameters": {"steroid.manyDays": 90}}))
        patients = self.folder / "patients"
        write_patients(patients)
        with Workbench("--previous", self.previous, "--site", site, "--population", patients, pack=self.pack) as bench:
            wait_until(bench, "ready")
            for path in ("/api/diff", "/api/tune", "/api/impact"):
                with self.subTest(path=path):
                    status, told = bench.api("POST", path, {"from": "previous"})
                    self.assertEqual(status, 400)
                    self.assertIn("cannot be read with the saved site file", told["error"])
                    self.assertIn("steroid.manyDays", told["findings"][0]["message"])
            note = bench.told("POST", "/api/release")["note"]
            self.assertRegex(note, r"cannot be read with the saved site file[^\n]*: what keeps it is listed\.\n\n\* [^\n]*steroid\.manyDays")
            bench.told("POST", "/api/diff")

    def test_without_one_it_is_said_how_to_name_one(self):
        with Workbench(pack=self.pack) as bench:
            self.assertIsNone(bench.told("GET", "/api/session")["previous"])
            status, told = bench.api("POST", "/api/diff", {"from": "previous"})
        self.assertEqual(status, 400)
        self.assertIn("--previous", told["error"])


if __name__ == "__main__":
    workbench_test.PROGRAM = sys.argv.pop(1)
    unittest.main()
