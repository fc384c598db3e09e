#!/usr/bin/env python3
"""Shows the cards of a sample patient as a person would read them.

    show_cards.py --list                    the sample patients' files, one a line
    show_cards.py --patients                their ids, and what is told of each
    show_cards.py FILE RESPONSE             the cards of RESPONSE (a CDS Hooks response) for the sample patient FILE, in short:
                                            what they say and why they are seen
    show_cards.py --whole FILE RESPONSE     all that stands on them, with their links

Exit status 1 if the cards are not those of the patient's story. Colours only on a terminal, and not if NO_COLOR is set.
"""

import html
import json
import os
import re
import sys
import textwrap
from pathlib import Path

STORIES = Path(__file__).resolve().parent / "samples" / "stories.json"
WIDTH = 100
COLOURS = {"critical": "1;31", "warning": "1;33", "info": "1;36", "quiet": "2", "name": "1"}
COLOURED = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def colour(text, kind):
    return f"\033[{COLOURS[kind]}m{text}\033[0m" if COLOURED else text


def plain(markdown):
    """A line of Markdown as text: links, emphasis, entities and backslashes read."""
    line = re.sub(r"(?<!\\)\[([^\]]*)\]\(([^)\s]*)\)", r"\1 (\2)", markdown)
    line = html.unescape(re.sub(r"(?<!\\)(\*\*?|`)", "", line))
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", line)


def wrapped(text, first, rest=None):
    """Text in lines of at most 100 characters; the lines after the first begin with `rest`, or as far in as the first."""
    rest = " " * len(first) if rest is None else rest
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False)


def sections(detail):
    """A card's detail as pairs of heading and text; what has no heading, such as a missing approval, comes with an empty one."""
    for line in filter(None, map(str.strip, detail.splitlines())):
        heading, text = re.fullmatch(r"(?:\*\*(.+?):\*\* )?(.*)", line).groups()
        yield heading or "", text


def show_section(heading, text):
    line = wrapped(f"{heading}: {plain(text)}" if heading else plain(text), "            ", " " * 14)
    print(line.replace(f"{heading}:", colour(f"{heading}:", "quiet"), 1) if heading else line)


def show(card, whole):
    indicator = card["indicator"]
    summary = wrapped(card["summary"], f"  {indicator:>8}  ", " " * 12)
    print(summary.replace(indicator, colour(indicator, indicator), 1))
    parts = list(sections(card.get("detail", "")))
    for part in parts if whole else parts[:1]:
        show_section(*part)
    for suggestion in card.get("suggestions", []):
        print(wrapped(suggestion["label"], "            offers: "))
    for link in card.get("links", []) if whole else []:
        print(f"            see: {link['label']}, {link['url']}")


def main(arguments):
    stories = json.loads(STORIES.read_text(encoding="utf-8"))
    if arguments == ["--list"]:
        print(*(story["file"] for story in stories), sep="\n")
        return 0
    if arguments == ["--patients"]:
        for story in stories:
            print(wrapped(f"{story['story']}: {', '.join(story['cards']) or 'no card'}", f"       {story['id']:<20} "))
        return 0
    whole = arguments[0] == "--whole"
    file, response = arguments[1:] if whole else arguments
    story = next(each for each in stories if each["file"] == file)
    cards = json.loads(Path(response).read_text(encoding="utf-8"))["cards"]
    headline = wrapped(f"{story['name']}, {story['age']}, {story['gender']}. {story['story']}.", "")
    print("\n" + headline.replace(story["name"], colour(story["name"], "name"), 1))
    for card in cards:
        show(card, whole)
    if not cards and not story["cards"]:
        print(wrapped(f"No card, and that is the right answer: {story['because']}", "  "))
    rules = [card["extension"]["org.backpain-cds"]["rule"] for card in cards]
    if rules == story["cards"]:
        return 0
    print(f"  Not as expected: {', '.join(rules) or 'no card'} instead of {', '.join(story['cards']) or 'no card'}.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
