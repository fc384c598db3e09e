#!/usr/bin/env python3
"""How long the cards are that the built program gives: words and characters, for every rule and variant. Not a test: it prints tables.

    card_words.py PROGRAM [--vignettes FILE] [--cards]

Every story of the shipped pack, as `test --export` writes it, and every clinical vignette (clinical/vignettes.json beside the folder that
BACKPAIN_CDS_TEST_DATA names, if it is there), is answered by `evaluate`; the cards must be those that the story expects, else exit status 1. A word holds a letter or a digit
and ends at a space. Of characters those of the summary are counted, and those of the detail as plain text, as the budgets of `check` count
them. A variant is known by its texts: the one of its rule whose texts stand on the card. --cards adds every card, longest first.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import product

sys.path.insert(0, str(product.ROOT / "deploy"))
from show_cards import plain, sections

EXTENSION = "org.backpain-cds"
AT_ONCE = 3  # programs that run beside each other
FILL = re.compile(r"\{\{.*?\}\}")
LONGEST_CONDITION = 60  # characters of a variant's condition in a table


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def pattern(text):
    """A text of the pack as a pattern: whatever fills it, in either spelling, with or without the full stop that a card adds."""
    parts = [re.escape(part) for part in FILL.split(text.rstrip("."))]
    return re.compile(re.sub(r"\\\[([\w\\ -]+)\\\|([\w\\ -]+)\\\]", r"(?:\1|\2)", ".*?".join(parts)) + r"\.?", re.I | re.S)


def said(lines):
    """The texts of a list in a rule, each with whether it stands there always."""
    return [(line, True) if isinstance(line, str) else (line["say"], False) for line in lines if isinstance(line, str) or "say" in line]


@dataclass
class Form:
    """A card of a rule, or of one of its variants, as written."""

    rule: str
    number: int  # 0: the card of the rule itself
    condition: str
    card: dict
    says: list

    def name(self):
        if not self.number:
            return self.rule
        escaped = self.condition.replace("|", "\\|")
        short = escaped if len(escaped) <= LONGEST_CONDITION else escaped[:LONGEST_CONDITION] + "…"
        return f"{self.rule}, variant {self.number}: `{short}`"

    def likeness(self, card, lines):
        """How many letters of its own texts stand on a card; None if the card is not of this form."""
        if card["indicator"] != self.card["indicator"] or not pattern(self.card["summary"]).fullmatch(card["summary"]):
            return None
        letters = len(FILL.sub("", self.card["summary"]))
        for texts, line in ((self.card["why"], "Why"), (self.says, "Evidence"), (self.card["options"], "Options")):
            standing = [(text, always) for text, always in said(texts) if pattern(text).search(lines.get(line, ""))]
            if any(always and (text, always) not in standing for text, always in said(texts)) or (texts and not standing):
                return None
            letters += sum(len(FILL.sub("", text)) for text, _ in standing)
        return letters


def forms_of(path):
    rule = read_json(path)
    own = Form(rule["id"], 0, "", rule["card"], rule.get("evidence", {}).get("says", []))
    variants = []
    for number, variant in enumerate(rule.get("variants", []), 1):
        condition = variant["if"] if "if" in variant else "only if " + variant["onlyIf"]
        variants.append(Form(rule["id"], number, condition, {**rule["card"], **variant.get("card", {})}, variant.get("evidence", {}).get("says", own.says)))
    return [*variants, own]


@dataclass
class Measured:
    form: str
    story: str
    words: int
    summary: int
    detail: int


def detail_lines(card):
    return {heading: plain(text) for heading, text in sections(card["detail"])}


def length(text):
    return len(text.encode("utf-16-le")) // 2


def measured(card, story, forms):
    rule, lines = product.rule_of(card), detail_lines(card)
    detail = "\n".join(f"{heading}: {text}" if heading else text for heading, text in lines.items())
    likenesses = [(form.likeness(card, lines), form) for form in forms.get(rule, [])]
    found = [(likeness, form) for likeness, form in likenesses if likeness is not None]
    name = max(found, key=lambda each: each[0])[1].name() if found else rule
    if rule in forms and not found:
        raise ValueError(f"a card of no form of {rule}: {card['summary']}")
    words = [word for word in f"{card['summary']} {detail}".split() if any(letter.isalnum() for letter in word)]
    return Measured(name, story.name, len(words), length(card["summary"]), length(detail))


@dataclass
class Story:
    """A story or a vignette at one hook: `files` are the options of `evaluate` that take its parts, each with what is to stand in the file."""

    name: str
    file: str
    at: str
    hook: str
    files: dict
    selections: list
    expected: list  # (rule, indicator or None) in the order shown; None: a test of its own holds it


def stories_of(program, folder):
    """The stories of the pack as the program itself tells them to an EHR's service."""
    told = Path(folder) / "told.ndjson"
    subprocess.run([program, "test", product.PACK, "--export", told], check=True, stdout=subprocess.DEVNULL, timeout=10 * product.PATIENCE_SECONDS)
    for line in told.read_text(encoding="utf-8").splitlines():
        request = json.loads(line)
        of_story = request["extension"][EXTENSION]
        files = {"--request": request, **({"--site": of_story["site"]} if "site" in of_story else {})}
        cards = [re.match(r"([a-z0-9-]+)(?: \((\w+)\))?", card) for card in of_story["expected"]]
        yield Story(of_story["story"], of_story["file"], of_story["at"], request["hook"], files, [], [(card[1], card[2]) for card in cards])


def collection(resources):
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}


def vignettes(path):
    for each in read_json(path) if path.exists() else []:
        files = {"--patient": collection(each["resources"]), "--orders": each.get("draftOrders"), "--site": each.get("site")}
        yield Story(f"{each['id']} {each['title']}", path.name, each["at"], each["hook"], {option: content for option, content in files.items() if content},
                    each.get("selections", []), None)


def cards_of(program, folder, number, story, pack=product.PACK):
    options = []
    for option, content in story.files.items():
        path = Path(folder) / f"{number}{option}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        options += [option, path]
    if story.selections:
        options += ["--selections", ",".join(story.selections)]
    command = [program, "evaluate", "--pack", pack, "--service", f"back-pain-labs-{story.hook}", "--at", story.at, *options]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=product.PATIENCE_SECONDS)
    if run.returncode:
        raise ValueError(f"{story.file}, {story.name}: {run.stderr}")
    return json.loads(run.stdout)["cards"]


def is_expected(story, cards):
    if story.expected is None:
        return True
    given = [(product.rule_of(card), card["indicator"]) for card in cards]
    pairs = zip(given, story.expected)
    return len(given) == len(story.expected) and all(rule == wanted and (indicator == of or of is None) for (rule, indicator), (wanted, of) in pairs)


def spread(numbers):
    return f"{statistics.mean(numbers):.0f} ({min(numbers)} to {max(numbers)})"


def print_table(cards, names):
    """One row a rule and variant, the longest first."""
    by_form = {name: [card for card in cards if card.form == name] for name in names}
    print("| rule, variant | cards | words | characters of the summary | of the detail |")
    print("|---|---:|---:|---:|---:|")
    for name, found in sorted(by_form.items(), key=lambda each: -statistics.mean(card.words for card in each[1]) if each[1] else 0):
        columns = [spread([getattr(card, what) for card in found]) if found else "–" for what in ("words", "summary", "detail")]
        print(f"| {name} | {len(found)} | {' | '.join(columns)} |")


def main():
    parser = argparse.ArgumentParser(description="How long the cards of the shipped pack are.")
    parser.add_argument("program", type=Path)
    parser.add_argument("--vignettes", type=Path, default=product.test_data().parent / "clinical" / "vignettes.json")
    parser.add_argument("--cards", action="store_true", help="every card too, longest first")
    arguments = parser.parse_args()
    forms = {path.stem: forms_of(path) for path in sorted((product.PACK / "rules").glob("*.json"))}
    program = arguments.program.resolve()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as runner:
        stories = [*stories_of(program, folder), *vignettes(arguments.vignettes)]
        answers = list(runner.map(lambda number: cards_of(program, folder, number, stories[number]), range(len(stories))))
    others = [(story, cards) for story, cards in zip(stories, answers) if not is_expected(story, cards)]
    for story, cards in others:
        print(f"{story.file}, {story.name}: expected {story.expected}, got {[(product.rule_of(card), card['indicator']) for card in cards]}", file=sys.stderr)
    cards = [measured(card, story, forms) for story, given in zip(stories, answers) for card in given]
    print(f"{sum(story.expected is not None for story in stories)} stories at a hook, {sum(story.expected is None for story in stories)} vignettes: {len(cards)} cards.\n")
    names = [form.name() for of_rule in forms.values() for form in of_rule] + ["data-unavailable"]
    print_table(cards, names)
    print()
    for what, title in (("words", "words"), ("summary", "characters of the summary"), ("detail", "characters of the detail")):
        print(f"All cards, {title}: {spread([getattr(card, what) for card in cards])}.")
    if arguments.cards:
        for card in sorted(cards, key=lambda each: -each.words):
            print(f"{card.words:4} words, {card.summary:3} + {card.detail:3} characters: {card.form}: {card.story}")
    return 1 if others else 0


if __name__ == "__main__":
    sys.exit(main())
