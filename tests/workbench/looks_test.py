#!/usr/bin/env python3
"""How the workbench's pages look in Chromium: no page scrolls sideways at 1280 and 390 pixels and zoomed to 200 %, in light and dark, and headings
stand in order. WORKBENCH_PICTURES names a folder for pictures of all of it; UPDATE_GOLDEN=1 takes the README's picture anew.

    looks_test.py PROGRAM [test...]
"""

import os
import struct
import sys
from pathlib import Path

import live_report
from running_workbench import PATIENTS, ROOT, SITE, WorkbenchTest, main

PAGES = ["patient", "rules", "tune/parameters", "tune/bands", "tune/codes", "tune/text", "population/survey", "population/impact", "release", "live"]
ES_2011 = SITE.replace("nam-2011", "es-2011")
WINDOWS = {"1280": (1280, 800, 1), "390": (390, 844, 1), "zoomed to 200 %": (1280, 800, 2)}
SCHEMES = ("light", "dark")
README_PICTURE = ROOT / "deploy/workbench.png"
MOST_BYTES = 300_000

# Elements that reach beyond the window and that no ancestor cuts off or lets scroll: what a person would have to move sideways for.
BEYOND = """(() => {
    const cut = element => { for (let up = element.parentElement; up && up !== document.documentElement; up = up.parentElement)
        if (getComputedStyle(up).overflowX !== 'visible') return true; return false; };
    return [...document.querySelectorAll('body *')].filter(each => driver.isSeen(each) && each.getBoundingClientRect().right > innerWidth + 1 && !cut(each))
        .slice(0, 5).map(each => `${each.tagName}.${each.className} ${driver.nameOf(each).slice(0, 40)}`);
})()"""
HEADINGS = "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(driver.isSeen).map(each => [Number(each.tagName[1]), each.textContent.trim()])"


class Looks(WorkbenchTest):
    patients = PATIENTS
    report = staticmethod(live_report.report)

    def picture(self, name):
        folder = os.environ.get("WORKBENCH_PICTURES")
        if folder:
            self.page.screenshot(Path(folder) / f"{name.replace('/', '-').replace(' ', '-')}.png", whole=True)

    def test_no_page_scrolls_sideways(self):
        for name in self.each_page(ES_2011, PAGES):
            for window, (width, height, zoom) in WINDOWS.items():
                self.page.viewport(width, height, zoom)
                self.quiet()
                for scheme in SCHEMES:
                    self.page.prefers(scheme)
                    with self.subTest(page=name, window=window, scheme=scheme):
                        self.assertEqual((self.page.sideways(), self.page.evaluate(BEYOND)), (0, []))
                    self.picture(f"{name} {window} {scheme}")
            self.page.viewport(1280, 800)
        self.assert_fine()

    def test_headings_stand_in_order_under_one_first(self):
        for _ in self.each_page(ES_2011, PAGES):
            headings = self.page.evaluate(HEADINGS)
            self.assertEqual([level for level, _ in headings].count(1), 1, headings)
            for (above, _), (level, words) in zip(headings, headings[1:]):
                self.assertLessEqual(level, above + 1, words)

    def test_every_control_has_a_name(self):
        for _ in self.each_page(ES_2011, PAGES):
            nameless = self.page.evaluate("""[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [role=region], nav')]
                .filter(each => driver.isSeen(each) && !driver.nameOf(each) && !each.closest('.CodeMirror')).map(each => each.outerHTML.slice(0, 200))""")
            self.assertEqual(nameless, [])

    def test_nothing_moves_for_who_wants_no_motion(self):
        self.page.prefers("light", motion="reduce")
        for _ in self.each_page(ES_2011, PAGES):
            moving = self.page.evaluate("document.getAnimations().length")
            self.assertEqual(moving, 0)

    def test_the_picture_of_the_readme_is_of_these_pages(self):
        self.begin_with(ES_2011, "population/impact")
        self.ready_population()
        self.page.viewport(1280, 900)
        self.page.prefers("light")
        self.quiet()
        self.page.wait("!document.querySelector('#said button') || (document.querySelector('#said button').click(), false)")
        if os.environ.get("UPDATE_GOLDEN"):
            self.page.screenshot(README_PICTURE)
        picture = README_PICTURE.read_bytes()
        self.assertEqual((picture[:8], struct.unpack(">II", picture[16:24])), (b"\x89PNG\r\n\x1a\n", (1280, 900)))
        self.assertLess(len(picture), MOST_BYTES)


if __name__ == "__main__":
    main(sys.argv)
