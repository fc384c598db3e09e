"""Faults planted in a copy of the shipped pack or in a site file by a small edit, and who notices them.

An edit is a function that changes the pack in a folder. What is noticed is what `check` says of the copy and not of the sound pack, or that
`test` fails.
"""

import functools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from product import PACK

PROGRAM = os.environ.get("BACKPAIN_CDS", "")
PATIENCE_SECONDS = 600
AT = "2026-12-01"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"


def swap(file, old, new, times=1):
    """An edit of one text of a file; the text must stand there as often as said."""

    def edit(pack):
        path = pack / file
        text = path.read_text(encoding="utf-8")
        if text.count(old) < times:
            raise AssertionError(f"{file} holds {old!r} {text.count(old)} times")
        path.write_text(text.replace(old, new, times), encoding="utf-8")

    return edit


def replace_at(file, begin, end, new):
    """An edit of the characters from `begin` to before `end`."""

    def edit(pack):
        path = pack / file
        text = path.read_text(encoding="utf-8")
        path.write_text(text[:begin] + new + text[end:], encoding="utf-8")

    return edit


def raw(file, change):
    def edit(pack):
        (pack / file).write_bytes(change((pack / file).read_bytes()))

    return edit


def change_json(file, change):
    def edit(pack):
        tree = json.loads((pack / file).read_text(encoding="utf-8"))
        change(tree)
        (pack / file).write_text(json.dumps(tree, ensure_ascii=False, indent=2), encoding="utf-8")

    return edit


def set_at(file, pointer, value):
    """An edit of the value that `pointer`, a tuple of names and positions, leads to."""

    def change(tree):
        for step in pointer[:-1]:
            tree = tree[step]
        tree[pointer[-1]] = value

    return change_json(file, change)


def include(value_set, system, **what):
    """Adds a code or a filter to a value set."""
    return change_json(f"value-sets/{value_set}.json", lambda tree: tree["compose"]["include"].append({"system": system} | what))


def listed(code, display):
    return [{"code": code, "display": display}]


def is_a(value):
    return [{"property": "concept", "op": "is-a", "value": value}]


def remove(*files):
    def edit(pack):
        for file in files:
            (pack / file).unlink()

    return edit


def copy_rule(old, new, **changes):
    def edit(pack):
        rule = json.loads((pack / f"rules/{old}.json").read_text(encoding="utf-8")) | changes
        (pack / f"rules/{new}.json").write_text(json.dumps(rule, ensure_ascii=False), encoding="utf-8")

    return edit


def keep_stories(*names):
    def edit(pack):
        for file in (pack / "stories").iterdir():
            if file.name not in names:
                file.unlink()

    return edit


def laboratory(analyte="b12", **bands):
    return {"laboratories": [{"name": "Ours", "reference": "Organization/ours", "bands": {analyte: {"title": "ours", "bands": bands}}}]}


def band(name, **begin):
    return {"band": name} | begin


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE_SECONDS)


def found_by_check(pack, site=()):
    """Findings of `check` as (code, message); of a pack that cannot be read at all one of its own."""
    told = run("check", pack, *site, "--at", AT, "--format", "json")
    try:
        return {(finding["code"], finding["message"]) for finding in json.loads(told.stdout)[0]["findings"]}
    except (json.JSONDecodeError, IndexError):
        return {("unreadable", told.stderr)}


@functools.cache
def found_in_sound_pack():
    return found_by_check(PACK)


def noticed(edit, site=None):
    """Who notices a fault in a copy of the pack, or in a site file beside it: the codes of the linter, or "test", or nobody."""
    with tempfile.TemporaryDirectory() as folder:
        pack = Path(folder) / "pack"
        shutil.copytree(PACK, pack)
        if edit:
            edit(pack)
        with_site = ()
        if site is not None:
            (Path(folder) / "site.json").write_text(json.dumps(site), encoding="utf-8")
            with_site = ("--site", Path(folder) / "site.json")
        codes = {code for code, _ in found_by_check(pack, with_site) - found_in_sound_pack()}
        if codes:
            return codes
        return {"test"} if run("test", pack, *with_site).returncode != 0 else set()
