#!/usr/bin/env python3
"""How the workbench's pages look in Chromium, at 1280 and 390 pixels and zoomed to 200 %, in light and dark: nothing is wider than the window, no word is cut off
or crushed, headings stand in order, every control has a name, and nothing moves for who wants no motion. WORKBENCH_PICTURES names a folder for pictures of
all of it; UPDATE_GOLDEN=1 takes the README's picture anew.

    looks_test.py PROGRAM [test...]
"""

import os
import struct
import sys
from pathlib import Path

from running_workbench import ROOT, SITE, RunningWorkbench, WorkbenchTest, main

PAGES = ["patient", "rules", "tune/parameters", "tune/bands", "tune/codes", "tune/text", "population/survey", "population/impact", "release", "live"]
ES_2011 = SITE.replace("nam-2011", "es-2011")
WINDOWS = {"1280": (1280, 800, 1), "390": (390, 844, 1), "200 %": (1280, 800, 2)}
SCHEMES = ("light", "dark")
README_PICTURE = ROOT / "deploy/workbench.png"
PICTURE_SIZE = (1280, 860)
PICTURE_PATIENTS = 2_000
MOST_BYTES = 300_000

# What is wrong with a page as it stands in its window. `sideways`: by how much it can be scrolled; `beyond`: elements beyond the window that no ancestor cuts off or
# lets scroll; `cut`: words that no scrolling brings to light; `crushed`: cells of a table so narrow that words fall apart.
FAULTS = """(() => {
    const seen = [...document.querySelectorAll('body *')].filter(each => driver.isSeen(each) && !each.closest('.CodeMirror, .visually-hidden, .skip'));
    const told = list => list.slice(0, 5).map(each => `${each.tagName}.${each.getAttribute('class')} ${driver.nameOf(each).slice(0, 40)}`);
    const isHeld = element => { for (let up = element.parentElement; up && up !== document.documentElement; up = up.parentElement)
        if (getComputedStyle(up).overflowX !== 'visible') return true; return false; };
    const isCut = element => !element.matches('input, select') && ['hidden', 'clip'].includes(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth + 1;
    const isCrushed = cell => { const size = parseFloat(getComputedStyle(cell).fontSize); return cell.clientWidth < 4 * size && cell.clientHeight > 7 * size; };
    return {
        sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        beyond: told(seen.filter(each => each.getBoundingClientRect().right > innerWidth + 1 && !isHeld(each))),
        cut: told(seen.filter(isCut)),
        crushed: told(seen.filter(each => each.matches('th, td') && isCrushed(each))),
    };
})()"""
NO_FAULTS = {"sideways": 0, "beyond": [], "cut": [], "crushed": []}
HEADINGS = "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(driver.isSeen).map(each => [Number(each.tagName[1]), each.textContent.trim()])"
NAMELESS = """[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [role=region], nav')]
    .filter(each => driver.isSeen(each) && !driver.nameOf(each) && !each.closest('.CodeMirror')).map(each => each.outerHTML.slice(0, 200))"""
# What would move, were it to change.
MOVES = """[...document.querySelectorAll('*')].filter(each => { const style = getComputedStyle(each);
    return style.animationName !== 'none' || style.transitionDuration.split(',').some(one => parseFloat(one) > 0); }).length"""


class Looks(WorkbenchTest):
    """One walk through all pages in all looks for all of these tests: what each asks is in `walked`, by page."""

    is_full = seeks_changes = True
    walked = None

    def setUp(self):
        super().setUp()
        if Looks.walked is None:
            Looks.walked = {name: self.look_at(name) for name in self.each_page(ES_2011, PAGES)}
            Looks.faults = list(self.page.faults)

    def look_at(self, name):
        looks = {}
        for window, (width, height, zoom) in WINDOWS.items():
            self.page.viewport(width, height, zoom)
            for scheme in SCHEMES:
                self.page.prefers(scheme)
                self.page.settle()
                looks[window, scheme] = self.page.evaluate(FAULTS)
                if folder := os.environ.get("WORKBENCH_PICTURES"):
                    self.page.screenshot(Path(folder) / f"{name} {window} {scheme}.png".replace("/", "-").replace(" ", "-"), whole=True)
        self.page.viewport(1280, 800)
        self.page.prefers("light")
        moves = self.page.evaluate(MOVES)
        self.page.prefers("light", motion="reduce")
        still = self.page.evaluate(MOVES)
        self.page.prefers("light")
        return {"looks": looks, "headings": self.page.evaluate(HEADINGS), "nameless": self.page.evaluate(NAMELESS), "moves": moves, "still": still}

    def each_walked(self):
        for name, seen in self.walked.items():
            with self.subTest(page=name):
                yield seen

    def test_nothing_is_wider_than_the_window_and_no_word_is_cut_off(self):
        for seen in self.each_walked():
            for (window, scheme), faults in seen["looks"].items():
                with self.subTest(window=window, scheme=scheme):
                    self.assertEqual(faults, NO_FAULTS)

    def test_no_page_has_an_error_in_any_look(self):
        self.assertEqual(self.faults, [])

    def test_headings_stand_in_order_under_one_first(self):
        for seen in self.each_walked():
            headings = seen["headings"]
            self.assertEqual([level for level, _ in headings].count(1), 1, headings)
            for (above, _), (level, words) in zip(headings, headings[1:]):
                self.assertLessEqual(level, above + 1, words)

    def test_every_control_has_a_name(self):
        for seen in self.each_walked():
            self.assertEqual(seen["nameless"], [])

    def test_nothing_moves_for_who_wants_no_motion(self):
        for seen in self.each_walked():
            self.assertEqual(seen["still"], 0)
        self.assertGreater(sum(seen["moves"] for seen in self.walked.values()), 0)


class Picture(WorkbenchTest):
    """The README's picture: the bands of a test over the values of two thousand invented patients, moved, and whom that touches."""

    def take(self):
        with RunningWorkbench(self.program, patients=PICTURE_PATIENTS) as self.workbench:
            self.page.viewport(*PICTURE_SIZE)
            self.page.prefers("light")
            self.begin_with(ES_2011, "tune/bands/vitamin-d")
            self.ready_population()
            self.page.wait("document.querySelectorAll('.bands-plot .bar').length > 3")
            self.quiet(whole=True)
            self.page.wait("!document.querySelector('#said button') || (document.querySelector('#said button').click(), false)")
            self.page.settle()
            self.page.screenshot(README_PICTURE)

    def test_the_readme_shows_these_pages(self):
        if os.environ.get("UPDATE_GOLDEN"):
            self.take()
        picture = README_PICTURE.read_bytes()
        self.assertEqual((picture[:8], struct.unpack(">II", picture[16:24])), (b"\x89PNG\r\n\x1a\n", PICTURE_SIZE))
        self.assertLess(len(picture), MOST_BYTES)
        self.assertIn(f"]({README_PICTURE.relative_to(ROOT)})", (ROOT / "README.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(sys.argv)
