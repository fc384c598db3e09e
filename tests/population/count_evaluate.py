#!/usr/bin/env python3
"""Whom a change touches, counted from outside: the program's `evaluate` is asked twice for each patient, before and after, one call a patient.

    count_evaluate.py PROGRAM --from PACK [--to PACK] [--site-from FILE] [--site-to FILE] --at INSTANT POPULATION…
    count_evaluate.py PROGRAM … --against impact.json        exit 1 if `impact --json` counts otherwise

POPULATION is folders of Bundles, NDJSON of Bundles, or captured requests. What `impact` says is held against this; it shares nothing with it but
the answers of `evaluate`.

A card is known by its rule. Of a patient's cards of one rule, before and after, those that are equal are *same*; of the others the first before
and the first after are one card that has *changed*, and so on; what is left over is *lost* or *gained*. Equal are the indicator, the texts (summary,
detail, links) and the suggestions, whatever their identifiers.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
PATIENCE_SECONDS = 600
KINDS = ("gained", "lost", "changed", "same")


def population(paths):
    """(name, text) of each patient or request."""
    for path in map(Path, paths):
        if path.is_dir():
            for file in sorted(path.iterdir()):
                yield file.stem, file.read_text(encoding="utf-8")
            continue
        for number, line in enumerate(path.open(encoding="utf-8"), start=1):
            yield f"{path.name}:{number}", line


class Evaluate:
    """`evaluate` with one pack and site file. With --keep an answer is asked for once."""

    def __init__(self, program, pack, site, at, keep):
        self.options = [program, "evaluate", "--pack", pack, "--at", at, *(["--site", site] if site else [])]
        words = [*self.options[2:], Path(site).read_text(encoding="utf-8") if site else ""]
        self.folder = Path(keep) / hashlib.sha256("\0".join(map(str, words)).encode()).hexdigest()[:16] if keep else None
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)

    def cards(self, name, text):
        kept = self.folder / f"{name}.json" if self.folder else None
        if kept and kept.exists():
            return json.loads(kept.read_text(encoding="utf-8"))
        hook = json.loads(text).get("hook")
        by = ["--service", f"back-pain-labs-{hook}", "--request"] if hook else ["--service", "back-pain-labs-patient-view", "--patient"]
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            run = subprocess.run([*self.options, *by, file.name], capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE_SECONDS)
        if run.returncode != 0:
            raise SystemExit(f"count_evaluate.py: {name}: exit {run.returncode}: {run.stderr.strip()[:500]}")
        cards = [simplified(card) for card in json.loads(run.stdout)["cards"]]
        if kept:
            kept.write_text(json.dumps(cards), encoding="utf-8")
        return cards


def simplified(card):
    """What makes a card: its rule, and what a clinician sees or can press."""
    texts = [card.get("indicator"), card.get("summary"), card.get("detail"), *(json.dumps(card.get(name, []), sort_keys=True) for name in ("suggestions", "links"))]
    return [card["extension"]["org.backpain-cds"]["rule"], UUID.sub("uuid", "\n".join(map(str, texts)))]


def compare(before, after):
    """{rule: {kind: count}} of one patient."""
    counts = {}
    for rule in sorted({rule for rule, _ in before + after}):
        was, now = ([text for named, text in cards if named == rule] for cards in (before, after))
        same = 0
        for text in list(was):
            if text in now:
                was.remove(text)
                now.remove(text)
                same += 1
        changed = min(len(was), len(now))
        counts[rule] = {"gained": len(now) - changed, "lost": len(was) - changed, "changed": changed, "same": same}
    return counts


def count(program, options):
    """The counts of a population, as `--json` prints them."""
    before = Evaluate(program, options.before, options.site_from, options.at, options.keep)
    after = Evaluate(program, options.after or options.before, options.site_to, options.at, options.keep)
    rules, patients, touched = {}, 0, 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for counts in pool.map(lambda patient: compare(before.cards(*patient), after.cards(*patient)), population(options.population)):
            patients += 1
            touched += any(kinds["gained"] + kinds["lost"] + kinds["changed"] for kinds in counts.values())
            for rule, kinds in counts.items():
                sums = rules.setdefault(rule, dict.fromkeys(KINDS, 0))
                for kind in KINDS:
                    sums[kind] += kinds[kind]
    return {"patients": patients, "touched": touched, "rules": dict(sorted(rules.items()))}


def counts_of_impact(path):
    """{rule: {kind: count}} of what `impact --json` wrote: `counts.rule`, where a kind without a count is left out."""
    rules = json.loads(Path(path).read_text(encoding="utf-8"))["counts"].get("rule", {})
    return {rule: {kind: kinds.get(kind, 0) for kind in KINDS} for rule, kinds in rules.items()}


def table(result):
    yield f"{result['patients']} patients, {result['touched']} with a change"
    yield f"{'rule':32}{''.join(f'{kind:>9}' for kind in KINDS)}"
    for rule, kinds in result["rules"].items():
        yield f"{rule:32}{''.join(f'{kinds[kind]:9}' for kind in KINDS)}"


def arguments():
    parser = argparse.ArgumentParser(description="Counts cards over the outputs of evaluate, before and after a change.")
    add = parser.add_argument
    add("program")
    add("--from", dest="before", required=True, metavar="PACK")
    add("--to", dest="after", metavar="PACK")
    add("--site-from", metavar="FILE")
    add("--site-to", metavar="FILE")
    add("--at", required=True)
    add("--jobs", type=int, default=2)
    add("--keep", metavar="DIR", help="keeps the answers, and asks for none twice")
    add("--json", action="store_true")
    add("--against", metavar="FILE", help="what impact --json wrote of the same change and population")
    add("population", nargs="+")
    return parser


def main():
    options = arguments().parse_args()
    result = count(options.program, options)
    print(json.dumps(result, indent=1) if options.json else "\n".join(table(result)))
    if not options.against:
        return 0
    theirs, differences = counts_of_impact(options.against), 0
    for rule in sorted({*result["rules"], *theirs}):
        ours, other = result["rules"].get(rule), theirs.get(rule)
        if ours != other:
            differences += 1
            print(f"{rule}: evaluate {ours}, impact {other}", file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
