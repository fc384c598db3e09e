#!/usr/bin/env python3
"""The workbench seals and approves what its page shows: by the digests in `/api/release` a pack that somebody has changed since is noticed.

    workbench_seal_test.py PROGRAM [test...]
"""

import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

import workbench_test
from workbench_test import SMALL, Workbench


class WhatThePageShows(unittest.TestCase):
    def setUp(self):
        self.pack = Path(self.enterContext(tempfile.TemporaryDirectory())) / "pack"
        shutil.copytree(SMALL, self.pack)
        self.bench = self.enterContext(Workbench(pack=self.pack))

    def change_the_pack(self):
        file = self.pack / "stories/vitamin-d.json"
        file.write_text(file.read_text() + "\n")

    def test_is_sealed_and_no_pack_that_has_changed_since(self):
        shown = self.bench.told("POST", "/api/release")["packDigest"]
        self.assertEqual(json.loads(self.bench.told("POST", "/api/seal", {"packDigest": shown})["text"])["digest"], shown)
        self.change_the_pack()
        status, told = self.bench.api("POST", "/api/seal", {"packDigest": shown})
        self.assertEqual(status, 409)
        self.assertIn("not the one that the page shows", told["error"])
        now = self.bench.told("POST", "/api/release")["packDigest"]
        self.assertNotEqual(now, shown)
        self.assertEqual(told["packDigest"], now)
        self.assertEqual(json.loads(self.bench.told("POST", "/api/seal", {"packDigest": now})["text"])["digest"], now)

    def test_is_not_there_before_the_first_answer(self):
        self.assertEqual(self.bench.api("POST", "/api/seal", {"packDigest": None})[0], 409)

    def test_has_the_digest_that_an_approval_names(self):
        shown = self.bench.told("POST", "/api/release")["approvalDigest"]
        self.assertEqual(self.bench.told("POST", "/api/diff")["to"]["approvalDigest"], shown)
        self.change_the_pack()
        self.assertNotEqual(self.bench.told("POST", "/api/diff")["to"]["approvalDigest"], shown)


class ANewVersion(unittest.TestCase):
    """A pack after itself, with a title changed and its number stepped."""

    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.pack = folder / "pack"
        shutil.copytree(SMALL, self.pack)
        for name, old, new in (("rules/vitamin-d-suggest.json", '"title": "', '"title": "Perhaps: '), ("pack.json", '"version": "0.9.0"', '"version": "0.9.1"')):
            text = (self.pack / name).read_text()
            self.assertIn(old, text)
            (self.pack / name).write_text(text.replace(old, new, 1))
        self.bench = self.enterContext(Workbench("--previous", SMALL, pack=self.pack))

    def test_is_told_in_the_note(self):
        note = self.bench.told("POST", "/api/release")["note"]
        self.assertIn("0.9.0 to 0.9.1", note)
        self.assertIn("Perhaps: ", note)

    def test_has_the_number_that_its_pack_asks_for_whatever_the_site_sets(self):
        site = json.dumps({"parameters": {"vitaminD.ruleset": "ros-2020"}})
        steps = {step["id"]: step for step in self.bench.told("POST", "/api/release", {"site": site})["steps"]}
        self.assertTrue(steps["version"]["passed"], steps["version"])


if __name__ == "__main__":
    workbench_test.PROGRAM = sys.argv.pop(1)
    unittest.main()
