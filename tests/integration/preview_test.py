#!/usr/bin/env python3
"""`evaluate --format html`: the cards of every sample as every client shows them, laid out by Chromium at 240, 384 and 720 pixels.

    preview_test.py PROGRAM [test...]

Without Chromium (deploy/debian-packages, [test]) the tests in it are skipped, and say so.
"""

import json
import re
import subprocess
import sys
import unittest
from pathlib import Path

import chromium

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "golden"), str(ROOT / "tests")]
import product  # noqa: E402

PROGRAM = None
SAMPLES = ROOT / "deploy" / "samples"
STORIES = json.loads((SAMPLES / "stories.json").read_text(encoding="utf-8"))
AT = "2026-03-02T09:00:00-05:00"
WIDTHS = (240, 384, 720)
CLIENTS = ["Da Vinci CRD", "CDS Hooks Sandbox", "Epic", "Oracle Health", "Plain text (OpenMRS, OpenEMR)"]
FINE, USAGE = 0, 2

# Lays out each page that /pages.json names, in a frame of its own, and posts what came of it.
DRIVER = """<!doctype html><meta charset="utf-8"><title>driver</title><script>
const cardOf = card => ({
  width: Math.round(card.getBoundingClientRect().width), overflows: card.scrollWidth > card.clientWidth,
  summary: card.querySelector('h3').innerText, indicator: card.querySelector('.indicator').textContent,
  detail: card.querySelector('.detail').innerText.trim(),
  bold: [...card.querySelectorAll('.detail strong')].map(each => each.textContent),
  buttons: [...card.querySelectorAll('button')].map(each => each.innerText),
  links: [...card.querySelectorAll('a')].map(each => ({text: each.innerText, href: each.getAttribute('href')})),
  reasons: [...card.querySelectorAll('option')].map(each => each.textContent),
});
const measure = page => ({
  language: page.documentElement.lang, title: page.title, headings: [...page.querySelectorAll('h1')].length,
  ids: [...page.querySelectorAll('[id]')].map(each => each.id), scripts: page.scripts.length,
  unnamed: [...page.querySelectorAll('select,button,a,section')].filter(each =>
    !(each.innerText.trim() || each.getAttribute('aria-label') || each.getAttribute('aria-labelledby'))).length,
  sections: [...page.querySelectorAll('section')].map(section => ({
    client: section.querySelector('h2').textContent, cards: [...section.querySelectorAll('article')].map(cardOf),
    lost: [...section.querySelectorAll('.lost li')].map(each => each.textContent)})),
});
const load = path => new Promise(done => {
  const frame = document.createElement('iframe');
  frame.style.cssText = 'width:1600px;height:900px;border:0';
  frame.onload = () => { const result = measure(frame.contentDocument); frame.remove(); done(result); };
  frame.src = path; document.body.append(frame);
});
onload = async () => {
  const results = {};
  try {
    for (const path of await (await fetch('/pages.json')).json()) results[path] = await load(path);
  } catch (error) { results.failed = String(error); }
  await fetch('/results', {method: 'POST', body: JSON.stringify(results)});
};
</script><body></body>"""


def evaluate(*options, service=product.PATIENT_VIEW, patient=STORIES[0]["file"]):
    command = [PROGRAM, "evaluate", "--pack", product.PACK, "--service", service, "--at", AT, "--patient", SAMPLES / patient, *options]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=product.PATIENCE_SECONDS, check=False)


def preview(*options, **asked):
    answer = evaluate("--format", "html", *options, **asked)
    if answer.returncode != FINE:
        raise AssertionError(answer.stderr)
    return answer.stdout


class Command(unittest.TestCase):
    def test_prints_a_page_that_needs_no_network(self):
        page = preview()
        self.assertTrue(page.startswith("<!doctype html>"))
        self.assertFalse(re.search(r"<(script|img|link|iframe|object|form)\b|@import|url\(|\ssrc=", page))
        self.assertIn("default-src 'none'", page)

    def test_shows_every_client_unless_one_is_named(self):
        self.assertEqual(re.findall(r"<h2[^>]*>(.*?)</h2>", preview()), CLIENTS)
        self.assertEqual(re.findall(r"<h2[^>]*>(.*?)</h2>", preview("--client", "oracle")), ["Oracle Health"])

    def test_says_which_clients_do_not_call_the_hook(self):
        page = preview("--client", "oracle,epic", service="back-pain-labs-encounter-start")
        self.assertIn("Oracle Health does not call encounter-start", page)
        self.assertIn("Epic does not call encounter-start", page)

    def test_refuses_what_does_not_fit(self):
        for options in (("--client", "epic"), ("--format", "html", "--client", "nobody"), ("--format", "html", "--width", "1")):
            answer = evaluate(*options)
            self.assertEqual((answer.returncode, answer.stdout), (USAGE, ""))
            self.assertTrue(answer.stderr.startswith("error: "))


def laid_out(pages):
    """What Chromium makes of pages, by their path, and what it asked for meanwhile."""
    html = "text/html; charset=utf-8"
    files = {path: (html, text.encode()) for path, text in pages.items()}
    files |= {"/": (html, DRIVER.encode()), "/pages.json": ("application/json", json.dumps(list(pages)).encode())}
    with chromium.PageServer(files) as server, chromium.opened(f"{server.origin}/", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"):
        return server.result(), server.asked


@unittest.skipIf(chromium.CHROMIUM is None, chromium.MISSING)
class Layout(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = {f"/{story['id']}/{width}": preview("--width", str(width), patient=story["file"]) for story in STORIES for width in WIDTHS}
        cls.layouts, cls.asked = laid_out(cls.pages)

    def sections(self, client=None):
        for path in self.pages:
            story, width = path[1:].split("/")
            for section in self.layouts[path]["sections"]:
                if client in (None, section["client"]):
                    yield story, int(width), section

    def cards(self, client=None):
        for _, width, section in self.sections(client):
            yield from ((width, card) for card in section["cards"])

    def test_is_whole_in_itself_and_reads_without_a_mouse(self):
        self.assertNotIn("failed", self.layouts)
        self.assertLessEqual(set(self.asked), {"/", "/pages.json", "/favicon.ico", *self.pages})
        for path in self.pages:
            page = self.layouts[path]
            self.assertEqual((page["language"], page["headings"], page["scripts"], page["unnamed"]), ("en", 1, 0, 0), path)
            self.assertEqual(len(set(page["ids"])), len(page["ids"]))
            self.assertEqual([section["client"] for section in page["sections"]], CLIENTS)

    def test_keeps_every_card_within_its_width(self):
        self.assertGreater(len(list(self.cards())), 100)
        for width, card in self.cards():
            self.assertEqual(card["width"], width)
            self.assertFalse(card["overflows"], card["summary"])

    def test_shows_the_same_words_as_markdown_and_as_plain_text(self):
        def told(client):
            return [(story, width, card["summary"], [line for line in card["detail"].split("\n") if not line.startswith("To do by hand:")])
                    for story, width, section in self.sections(client) for card in section["cards"]]

        self.assertEqual(told("CDS Hooks Sandbox"), told("Plain text (OpenMRS, OpenEMR)"))

    def test_shows_bold_names_of_lines_and_no_mark_up(self):
        for client in CLIENTS:
            for _, card in self.cards(client):
                self.assertNotIn("**", card["detail"])
                self.assertEqual(bool(card["bold"]), not client.startswith("Plain"))

    def test_shows_what_each_client_shows(self):
        for _, card in self.cards("Plain text (OpenMRS, OpenEMR)"):
            self.assertEqual((card["buttons"], card["links"], card["reasons"]), ([], [], []))
        for _, card in self.cards("Epic"):
            self.assertTrue(all(re.match(r"Draft order: |Remove the draft order", text) for text in card["buttons"]), card["buttons"])
            self.assertTrue(all(link["text"] == link["href"] for link in card["links"]))
        for _, card in self.cards("Oracle Health"):
            self.assertEqual(card["reasons"], [])
        self.assertTrue(any(card["buttons"] for _, card in self.cards("CDS Hooks Sandbox")))
        self.assertTrue(any(card["reasons"] for _, card in self.cards("CDS Hooks Sandbox")))

    def test_gives_oracle_one_card_besides_critical_ones_and_tells_of_the_others(self):
        left_out = 0
        for story, _, section in self.sections("Oracle Health"):
            others = [card for card in section["cards"] if card["indicator"] != "critical"]
            self.assertLessEqual(len(others), 1, story)
            left_out += sum("There is no room for this card" in line for line in section["lost"])
        in_full = sum(len(section["cards"]) for _, _, section in self.sections("CDS Hooks Sandbox"))
        self.assertEqual(sum(len(section["cards"]) for _, _, section in self.sections("Oracle Health")) + left_out, in_full)

    def test_tells_what_breaks_where_the_site_names_no_orders(self):
        for story, _, section in self.sections("Epic"):
            buttons = sum(len(card["buttons"]) for card in section["cards"])
            broken = [line for line in section["lost"] if line.startswith("✗")]
            self.assertEqual(len(broken), buttons, (story, broken))


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    unittest.main()
