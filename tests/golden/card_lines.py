#!/usr/bin/env python3
"""How many lines the cards take on a screen: laid out by Chromium, 384 pixels wide, 14 pixels high, lines of 1.5. Not a test: it prints tables.

    card_lines.py PROGRAM [--vignettes FILE] [--longest] [--pictures DIR] [--font NAME]

The cards are those of every story and vignette, as card_words.py asks for them. The detail of an information has 8 lines, that of a warning or
a critical card 12, and nothing may stick out; exit status 1 otherwise. --longest asks once more, in either language, for the longest cards of
every rule and variant, with a copy of the pack in which every name of a condition and drug is as long as `check` allows (such names find no
drug by its words, so some cards are missing there). --pictures keeps pictures of the longest card of every rule and variant.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import card_words
import product

sys.path.insert(0, str(product.ROOT / "tests" / "integration"))
import chromium  # noqa: E402

WIDTH, LINE = 384, 21  # pixels of a card; of a line: 14 times 1.5
ALLOWED = {"info": 8, "warning": 12, "critical": 12}
LONGEST_NAME = 32  # characters of a name; `display-too-long` of check
PAIR = re.compile(r"\[([\w -]+)\|([\w -]+)\]")  # "[haemoglobin|hemoglobin]"
PADDING = " of the usual length, more or less"
OF_A_FORM = 5  # stories of each rule and variant that are asked once more with the longest names
STYLE = f"""body{{margin:0;background:#fff;color:#1b1b1b}}article{{width:{WIDTH}px;margin:0 0 16px;font:14px/1.5 "FONT",sans-serif;overflow-wrap:break-word}}
h3{{font-size:15px;line-height:1.35;margin:0 0 4px}}.detail div{{margin:0}}"""
SCRIPT = """<script>
onload = async () => {
  await document.fonts.ready;
  const top = (card, line) => line ? line.getBoundingClientRect().bottom - card.querySelector('.detail').getBoundingClientRect().top : 0;
  const results = [...document.querySelectorAll('article')].map(card => ({
    detail: card.querySelector('.detail').getBoundingClientRect().height, summary: card.querySelector('h3').getBoundingClientRect().height,
    options: top(card, card.querySelector('.Options')), overflows: card.scrollWidth > card.clientWidth,
  }));
  await fetch('/results', {method: 'POST', body: JSON.stringify(results)});
};
</script>"""


@dataclass
class Laid:
    """A card and how it was laid out; lengths in lines."""

    form: str
    story: str
    indicator: str
    html: str
    detail: int = 0
    options: int = 0  # where the options end
    summary: float = 0
    overflows: bool = False

    def is_too_long(self):
        return self.overflows or self.detail > ALLOWED[self.indicator]


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def html_of(card):
    lines = card_words.detail_lines(card)
    inner = "".join(f'<div class="{heading}">{f"<strong>{heading}:</strong> " if heading else ""}{escaped(text)}</div>' for heading, text in lines.items())
    return f'<article><h3>{escaped(card["summary"])}</h3><div class="detail">{inner}</div></article>'


def page_of(cards, font, script=""):
    articles = "".join(card.html for card in cards)
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>cards</title><style>{STYLE.replace("FONT", font)}</style>{script}<body>{articles}</body></html>'


def lay_out(cards, font):
    page = page_of(cards, font, SCRIPT).encode()
    with chromium.PageServer({"/": ("text/html; charset=utf-8", page)}) as server, chromium.opened(server.origin, "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"):
        results = server.result()
    for card, result in zip(cards, results, strict=True):
        card.detail, card.options = round(result["detail"] / LINE), round(result["options"] / LINE)
        card.summary, card.overflows = result["summary"] / (15 * 1.35), result["overflows"]


def lengthened(display):
    """A name made as long as a name may be, in both spellings."""
    room = LONGEST_NAME - max(len(PAIR.sub(spelling, display)) for spelling in (r"\1", r"\2"))
    return display + PADDING[:max(room, 0)]


def copy_with_longest_names(folder):
    pack = Path(shutil.copytree(product.PACK, Path(folder) / product.PACK.name))
    for path in (pack / "value-sets").glob("*.json"):
        value_set = card_words.read_json(path)
        for include in value_set["compose"].get("include", []):
            for concept in include.get("concept", []):
                concept["display"] = lengthened(concept.get("display", ""))
        path.write_text(json.dumps(value_set), encoding="utf-8")
    return pack


def in_language(story, language):
    return replace(story, files={**story.files, "--site": {"language": language, **story.files.get("--site", {})}})


def answered(program, stories, pack):
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(card_words.AT_ONCE) as runner:
        return list(runner.map(lambda number: card_words.cards_of(program, folder, number, stories[number], pack), range(len(stories))))


def longest_of_each_form(cards):
    """The cards of each rule and variant, the longest first."""
    of_form = {}
    for card in sorted(cards, key=lambda card: (-card.detail, -len(card.html))):
        of_form.setdefault(card.form, []).append(card)
    return of_form


def laid_cards(stories, answers, forms):
    for story, cards in zip(stories, answers):
        for card in cards:
            measured = card_words.measured(card, story, forms)
            yield Laid(measured.form, story.name, card["indicator"], html_of(card))


def print_table(cards):
    print("| rule, variant | cards | lines of the detail | allowed | options end on line |")
    print("|---|---:|---:|---:|---:|")
    for form, found in sorted(longest_of_each_form(cards).items(), key=lambda row: -row[1][0].detail):
        counts = [card.detail for card in found]
        print(f"| {form} | {len(found)} | {min(counts)} to {max(counts)} | {ALLOWED[found[0].indicator]} | {max(card.options for card in found)} |")
    too_long = [card for card in cards if card.is_too_long()]
    print(f"\n{len(cards)} cards; the summary takes up to {max(card.summary for card in cards):.0f} lines; {len(too_long)} cards are too long.\n")
    for card in sorted(too_long, key=lambda card: -card.detail):
        print(f"{card.detail} lines{', sticks out' if card.overflows else ''}: {card.form}: {card.story}")
    return not too_long


def take_pictures(cards, folder, font):
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [found[0] for _, found in sorted(longest_of_each_form(cards).items())]
    for number in range(0, len(chosen), 6):
        page = folder / f"cards-{number // 6 + 1:02}.html"
        page.write_text(page_of(chosen[number:number + 6], font), encoding="utf-8")
        subprocess.run([chromium.CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={WIDTH + 16},1900",
                        f"--screenshot={page.with_suffix('.png')}", page.as_uri()], check=True, capture_output=True, timeout=chromium.PATIENCE_SECONDS)


def main():
    parser = argparse.ArgumentParser(description="How many lines the cards of the shipped pack take.")
    parser.add_argument("program", type=Path)
    parser.add_argument("--vignettes", type=Path, default=product.test_data().parent / "clinical" / "vignettes.json")
    parser.add_argument("--longest", action="store_true", help="with every name as long as it may be")
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--font", default="Liberation Sans")
    arguments = parser.parse_args()
    program = arguments.program.resolve()
    forms = {path.stem: card_words.forms_of(path) for path in sorted((product.PACK / "rules").glob("*.json"))}
    with tempfile.TemporaryDirectory() as folder:
        stories = [*card_words.stories_of(program, folder), *card_words.vignettes(arguments.vignettes)]
    cards = list(laid_cards(stories, answered(program, stories, product.PACK), forms))
    lay_out(cards, arguments.font)
    is_fine = print_table(cards)
    if arguments.longest:
        names = {card.story for found in longest_of_each_form(cards).values() for card in found[:OF_A_FORM]}
        chosen = [in_language(story, language) for language in ("en-US", "en-GB") for story in stories if story.name in names]
        with tempfile.TemporaryDirectory() as folder:
            cards = list(laid_cards(chosen, answered(program, chosen, copy_with_longest_names(folder)), forms))
        lay_out(cards, arguments.font)
        print("\nWith the longest names:\n")
        is_fine = print_table(cards) and is_fine
    if arguments.pictures:
        take_pictures(cards, arguments.pictures, arguments.font)
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
