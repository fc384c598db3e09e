#!/usr/bin/env python3
"""Makes every citation of a page outside the repository one that can be opened.

    cite.py [ROOT]           rewrites the tracked files below ROOT (default: here), runs clang-format-14 on what changed, says what is left
    cite.py --dry [ROOT]     says what it would change, and changes nothing

May be run again: on a tree that it has already mended it changes nothing. Exit status 1: something is left, or a JSON file broke.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

arguments = sys.argv[1:]
DRY = "--dry" in arguments
ROOT = Path(next((a for a in arguments if not a.startswith("-")), ".")).resolve()
PAGE = "rules/packs/back-pain-labs/REFERENCE.md"
TABLE = "tests/conformance/requirements.tsv"
SUFFIXES = {".cpp", ".hpp", ".py", ".json", ".md", ".tsv", ".sh", ".mjs", ".cmake", ".txt", ".inc"}
LAID_OUT = {"rules/pack/pack.hpp"}  # comments that show a form line by line: a longer line would be broken and the form lost
SKIP = {"CHANGELOG.md", "fhir/path/model_r4.inc", PAGE, "tests/structure/check_tree.py", "tests/structure/check_tree_test.py"}

# A blank between two words of a comment; it may be the end of a line.
GAP = r"(?:[ \t]+|[ \t]*\n[ \t]*(?://[/!]?|\#)[ \t]*)"


def words(pattern):
    return pattern.replace(" ", GAP)


# ---- one comment each: (file or part of its path, what stands there, what is to stand there); a space is any gap, also over a line's end
ONCE = [
    ("rules/evaluate/card_builder.cpp", r"R4 lets a ServiceRequest's reasonReference point at these only \(decisions, safety\)\.",
     "R4 lets a ServiceRequest's reasonReference point at these only (FHIR R4, ServiceRequest.reasonReference)."),
    ("rules/pack/pack.hpp", r"\(default; knowledge A\.1, status logic\)", "(default; REFERENCE.md A.1, status)"),
    ("rules/record/calendar.hpp", r"\(knowledge D\.6, A\.1; decisions, safety\)", "(REFERENCE.md A.1, D.6)"),
    ("rules/record/fact_medications.cpp", r"knowledge A\.6, D\.6; decisions, \"RxNorm products\"\.", "REFERENCE.md A.6, D.6."),
    ("rules/record/test_results.cpp", r"to 2 % \(decisions, safety\)", "to 2 % (REFERENCE.md D.6, results)"),
    ("rules/record/test_results.hpp", r"knowledge A\.2 \(fractions\), B\.5, D\.3, D\.6; decisions, safety\.", "REFERENCE.md A.2 (fractions), B.5, D.3, D.6."),
    ("rules/record/written_value.hpp", r"surely no person's name \(decisions, safety\)", "surely no person's name (REFERENCE.md D.6, policy)"),
    ("rules/run/policy.hpp", r"one card says so \(decisions, safety\)", "one card says so (REFERENCE.md D.6, policy)"),
    ("tests/rules/record/facts_test.cpp", r"Knowledge A\.6, D\.6; decisions, RxNorm products\.", "REFERENCE.md A.6, D.6."),
    ("tests/rules/record/reading_test.cpp", r"Decisions, safety: two values of one specimen\. Knowledge B\.5: calcium\. D\.6: active B12\.",
     "REFERENCE.md D.6: two values of one specimen, active B12. B.5: calcium."),
    ("tests/rules/record/reading_test.cpp", r"Decisions, safety: numbers and known units", "REFERENCE.md D.6, policy: numbers and known units"),
    ("tests/rules/run/evaluation_test.cpp", r"Decisions, safety: result cards", "REFERENCE.md D.6, policy: result cards"),
    ("tests/service/deployment/clinical_clock_test.cpp", r"Decisions, \"Clock's time zone\": `--at DATE` is noon\.",
     "`--at DATE` is noon: the hour that is furthest from another day, whatever the zone."),
    ("tests/service/hooks/hook_handler_test.cpp", r"Fixed prefetch keys: decisions, \"Prefetch keys\"\. R-021: `patient` first\.",
     "EHRs configure prefetch by these names, so they are fixed. R-021: `patient` first."),
    ("tests/service/hooks/hook_handler_test.cpp", r"Decisions, 1\.8\.",
     "Without a site file a card names the digest of the sealed pack, so that who keeps that file can find the advice in it."),
    ("tests/service/deployment/config_test.cpp", r"interfaces\.md, \"Configuration\": ES384", "deploy/configuration.md: ES384"),
    ("tests/service/http/media_type_test.cpp", r"requirements page, 1\.9, row 406\.", f"status.406 in {TABLE}."),
    ("tests/service/http/problem_test.cpp", r"Requirements page, 1\.9: a 401", f"status.401 in {TABLE}: a 401"),
    ("tests/service/http/server_test.cpp", r"Requirements page, 1\.9\.", f"The rows status.… in {TABLE}."),
    ("tests/service/http/server_test.cpp", r"Requirements page, 1\.9, row 429\.", f"status.429 in {TABLE}."),
    ("tests/service/http/router_test.cpp", r"Requirements page, 3\.1-a and 3\.1-c: a trailing slash, \"//id\";",
     "The CDS Hooks sandbox (github.com/cds-hooks/sandbox): a trailing slash, \"//id\";"),
    ("tests/service/call/hook_request_test.cpp", r"CDS Hooks sandbox \(requirements page, 3\.1-e\):", "CDS Hooks sandbox (github.com/cds-hooks/sandbox):"),
    ("tests/service/call/prefetch_test.cpp", r"R-060 of the requirements page\.", f"R-060 in {TABLE}."),
    ("tests/service/answer/markdown_test.cpp", r"Requirements page, 1\.8: UTF-16 units",
     "CDS Hooks, \"Card Attributes\", does not say what a character is: UTF-16 units"),
    ("tests/service/answer/discovery_test.cpp", r"Requirements page, 1\.1: 1\.0 has", "CDS Hooks, \"Discovery\": 1.0 has"),
    ("tests/service/answer/card_test.cpp", r"Requirements page, 1\.1: 1\.0 knows", "CDS Hooks, \"CDS Service Response\": 1.0 knows"),
    ("tests/service/answer/card_test.cpp", r"R-090, R-091; requirements page, T-05\.", f"R-090, R-091, T-05 in {TABLE}."),
    ("service/answer/card.cpp", r"\(requirements page, T-05\)", f"(T-05 in {TABLE})"),
    ("service/answer/markdown.hpp", r"\(requirements page, R-101\)", f"(R-101 in {TABLE})"),
    (TABLE, r"\# R-numbers are those of the project's requirements page; the other names stand for rows of its tables that have no number\.",
     "# The names of the first column are this table's own; comments in code and tests cite them."),
    ("rules/packs/back-pain-labs/REVIEW.md", r"the clinical knowledge reference, G\.3", "[REFERENCE.md](REFERENCE.md), G.3"),
    ("rules/README.md", r"`REVIEW\.md` and names that begin", "`REVIEW.md`, `REFERENCE.md` and names that begin"),
    ("rules/packs/back-pain-labs/pack.json", r"its clinical knowledge reference \(REVIEW\.md\)", "its clinical reference (REFERENCE.md, REVIEW.md)"),
    ("tests/rules/check/check_digit_test.cpp", r"\(Clinical knowledge reference, ", f"({PAGE} "),
    ("rules/packs/back-pain-labs/stories/classic-mistakes.json", r"\"decisions: band the older", '"REFERENCE.md D.6, policy: band the older'),
    ("rules/packs/back-pain-labs/stories/", r"\"note\": \"decisions, D\.3\"", '"note": "REFERENCE.md D.3, D.6"'),
    ("rules/packs/back-pain-labs/stories/", r"\"note\": \"A\.6, decisions\"", '"note": "REFERENCE.md A.6, D.6"'),
    ("rules/packs/back-pain-labs/stories/", r"\"note\": \"decisions(, safety)?\"", '"note": "REFERENCE.md D.6, policy"'),
    ("rules/packs/back-pain-labs/value-sets/not-serum-mma.json", r"the page's list of urine codes is not complete", "this list of urine codes is not complete"),
    ("rules/packs/back-pain-labs/value-sets/gastrectomy.json", r"\(found; the page lists examples\)", "(found, as examples)"),
    ("rules/packs/back-pain-labs/value-sets/comfort-care.json", r"The page names no code; these were found", "It names no code; these were found"),
    ("rules/packs/back-pain-labs/value-sets/other-reasons-for-1-25.json", r"legitimate reasons, names these", "reasons for 1,25-dihydroxyvitamin D, which names these"),
    ("rules/packs/back-pain-labs/facts.json", r"A\.2, legitimate reasons\.", "A.2, reasons for 1,25-dihydroxyvitamin D."),
    ("rules/packs/back-pain-labs/facts.json", r"A\.4 and D\.2, YES\.", "A.4 and D.2."),
    ("rules/check/loinc_lookalikes.hpp", r"Clinical knowledge reference, 0\.2 and A\.2 \(codes marked \"NOT total\", \"exclude\", \"misused\"\)\.",
     "REFERENCE.md 0.1, 0.2 and A.2 (never a total, never serum, labels that lie)."),
    ("rules/packs/back-pain-labs/value-sets/", r"WHO ICD-10 codes are not listed on that page: they stand here, marked unconfirmed,",
     "WHO ICD-10 codes have no such source: they stand here, marked unconfirmed,"),
    ("rules/packs/back-pain-labs/value-sets/", r"with their names and not on that page;", "with their names and not in those sources;"),
    ("rules/packs/back-pain-labs/value-sets/", r"M80\.88XA stands on that page under osteoporosis and is vertebral as well",
     "M80.88XA is osteoporosis (A.4) and vertebral as well"),
]

# ---- everywhere, in this order
LETTER = r"(?=(?:section )?(?:0|[A-EGHI])(?:\.\d+)?\b)".replace(" ", GAP)
EVERYWHERE = [
    # the name of the page
    (words(r"\b(?:[Tt]he )?[Cc]linical knowledge reference, ") + LETTER, "REFERENCE.md "),
    (words(r"\b[Cc]linical knowledge reference\b"), "REFERENCE.md"),
    (words(r"\b[Kk]nowledge ") + LETTER, "REFERENCE.md "),
    (words(r"\bREFERENCE\.md section ") + r"(?=[A-I]\b)", "REFERENCE.md "),
    # groups of D.6 that the page calls otherwise
    (words(r"(\bD\.6),? (?:safety first|who and when)\b"), r"\1"),
    # names of cards in the table of texts that the page does not hold
    (words(r"(\b(?:G\.1|D\.2|D\.3|REFERENCE\.md E)) (?:VD|B12|CA|MG|DUP|EARLY|FRAC|MMA|ON|BONE|UNIT|WRONG|RX|NO)-[A-Z0-9]+(?:-[A-Z0-9]+)*\b"), r"\1"),
    (words(r"\b[Rr]equirements page\b"), TABLE),
]


def tracked():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    for name in names:
        path = ROOT / name
        if name and name not in SKIP and (path.suffix in SUFFIXES or path.name in {"run", "quickstart"}) and path.is_file() and not path.is_symlink():
            yield name, path


def mend(name, text):
    for where, pattern, replacement in ONCE:
        if where in name:
            text = re.sub(words(pattern), lambda _, r=replacement: r, text)
    for pattern, replacement in EVERYWHERE:
        text = re.sub(pattern, replacement, text)
    return text


def first_with_its_place(name, text):
    """Says where the page lies in the first citation of a file that does not lie beside it."""
    if name.startswith("rules/packs/back-pain-labs/") or name.endswith(".md") or PAGE in text or name in LAID_OUT:
        return text
    if name.endswith((".cpp", ".hpp", ".py")):  # not behind code: there is no room for a path
        return re.sub(r"(?m)^([ \t]*(?://[/!]?|#).*?)(?<![\w/.-])REFERENCE\.md(?= (?:0|[A-EGHI])\b)", lambda m: m[1] + PAGE, text, count=1)
    return re.sub(r"(?<![\w/.-])REFERENCE\.md(?= (?:0|[A-EGHI])\b)", PAGE, text, count=1)


LEFT = re.compile(r"knowledge (?:section )?(?:0|[A-I])(?:\.\d|\b(?![a-z]))|knowledge reference|\bdecisions?, (?:safety|\"|\d|D\.|RxNorm)|"
                  r"\"decisions|requirements page|\b(?:interfaces|architecture|rooms|toolchain|tuning|decisions|knowledge|vignettes|clients|others|cds-hooks)\.md\b|"
                  r"that page\b.*(?:code|list)", re.IGNORECASE)


def main():
    changed, broken = [], []
    for name, path in tracked():
        try:
            before = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        after = first_with_its_place(name, mend(name, before))
        if after == before:
            continue
        changed.append(name)
        if path.suffix == ".json":
            try:
                json.loads(after)
            except ValueError as error:
                try:
                    json.loads(before)
                    broken.append(f"{name}: {error}")
                    continue
                except ValueError:
                    pass  # was no JSON before
        if DRY:
            for old, new in zip(before.splitlines(), after.splitlines()):
                if old != new:
                    print(f"{name}\n  - {old.strip()[:220]}\n  + {new.strip()[:220]}")
                    break
        else:
            path.write_text(after, encoding="utf-8")
    sources = [name for name in changed if name.endswith((".cpp", ".hpp"))]
    if sources and not DRY:
        subprocess.run(["clang-format-14", "-i", *sources], cwd=ROOT, check=True)
    print(f"{len(changed)} files {'would change' if DRY else 'changed'}, {len(sources)} of them C++")
    left = []
    for name, path in tracked():
        try:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if LEFT.search(line):
                    left.append(f"{name}:{number}: {line.strip()[:200]}")
        except UnicodeDecodeError:
            continue
    for finding in broken + (left if not DRY else []):
        print("left:", finding)
    return 1 if broken or (left and not DRY) else 0


if __name__ == "__main__":
    sys.exit(main())
