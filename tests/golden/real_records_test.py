#!/usr/bin/env python3
"""Every patient of the public test data goes through `evaluate` and over HTTPS: no crash, no 5xx, the same answer both ways, and the cards
of real_records.txt, a list that was read by hand. Then each goes again, as recorded but for long-standing low back pain that is added to
the problems: few of these people have back pain, and so nearly all of what the rules do with real records would not be seen.

The environment variable BACKPAIN_CDS names the program, BACKPAIN_CDS_TEST_DATA the folder of the data (default ../shared/data).
UPDATE_GOLDEN=1 rewrites the list. Exit status 77: skipped, there is no data.
"""

import difflib
import json
import os
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import product

GOLDEN = Path(__file__).with_name("real_records.txt")
DATA = product.test_data()

# The folders and the instant at which their patients are looked at: just after the newest entry of the folder.
SOURCES = {
    "synthea": "2022-04-21T09:00:00+10:00",
    "ahrq-pain": "2023-10-02T09:00:00-05:00",
    "be-lab": "2022-09-02T09:00:00+02:00",
    "au": "2026-01-01T09:00:00+10:00",
    "hl7-r4-examples": "2019-01-01T09:00:00Z",
    "us-core-examples": "2026-01-01T09:00:00-05:00",
}


@dataclass
class Patient:
    """A patient of the data: a name for the list, and the text of a Bundle with the record."""

    name: str
    bundle: str


@dataclass
class Outcome:
    """What the product said of a patient: lines for the list, and what must not be."""

    lines: list
    faults: list


# ---- from files to patients ---------------------------------------------------------------------------------------------


def resources_of(text):
    """The resources of a file, a Bundle taken apart, each as (resource, its text)."""
    resource = json.loads(text)
    if resource.get("resourceType") != "Bundle":
        return [(resource, text)]
    inner = [entry["resource"] for entry in resource.get("entry", []) if "resource" in entry]
    return [(each, json.dumps(each, ensure_ascii=False)) for each in inner]


def patient_of(resource):
    """The id of the patient that a resource is about, or None."""
    subject = resource.get("subject") or resource.get("patient")
    reference = subject.get("reference", "") if isinstance(subject, dict) else ""
    match = re.fullmatch(r"(?:.*/)?Patient/([^/]+)", reference)
    return match[1] if match else None


def records_of_a_folder(files):
    """The patients of a folder in which a file is a resource: each with everything that is about them."""
    patients, about = {}, {}
    for path in files:
        for resource, text in resources_of(path.read_text(encoding="utf-8-sig")):
            if resource["resourceType"] == "Patient":
                patients.setdefault(resource.get("id", path.stem), text)
            elif patient_of(resource):
                about.setdefault(patient_of(resource), []).append(text)
    for identity, text in patients.items():
        entries = ",".join(f'{{"resource": {each}}}' for each in [text, *about.get(identity, [])])
        yield Patient(identity, f'{{"resourceType": "Bundle", "type": "collection", "entry": [{entries}]}}')


def is_whole_record(text):
    """Whether a file is a Bundle of exactly one patient."""
    resource = json.loads(text)
    types = [entry.get("resource", {}).get("resourceType") for entry in resource.get("entry", [])]
    return resource.get("resourceType") == "Bundle" and types.count("Patient") == 1


def patients(folder):
    """The patients of a folder. A Bundle of one patient is given as it is, byte for byte."""
    rest = []
    for path in sorted(folder.glob("*.json")):
        text = path.read_text(encoding="utf-8-sig")
        if is_whole_record(text):
            yield Patient(path.stem, text)
        else:
            rest.append(path)
    yield from records_of_a_folder(rest)


def with_back_pain(patient):
    """The same record with one problem more: chronic low back pain, recorded ten years before anybody looks."""
    bundle = json.loads(patient.bundle)
    entry = next(each for each in bundle["entry"] if each.get("resource", {}).get("resourceType") == "Patient")
    address = entry.get("fullUrl", "")
    identity = entry["resource"].setdefault("id", "patient")
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    back_pain = {
        "resourceType": "Condition",
        "id": "added-back-pain",
        "clinicalStatus": active,
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "278860009"}]},
        "subject": {"reference": address if address.startswith("urn:") else f"Patient/{identity}"},
        "onsetDateTime": "2009-03-02",
    }
    bundle["entry"].append({"resource": back_pain})
    return Patient(patient.name, json.dumps(bundle, ensure_ascii=False))


# ---- what the product says ----------------------------------------------------------------------------------------------


def look_at(patient, at, program, service):
    """Sends a patient both ways."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        file.write(patient.bundle)
        file.flush()
        command = product.evaluate(program, file.name, at)
        request = product.evaluate(program, file.name, at, "--print-request")
    if command.returncode != 0:
        faults = [] if command.returncode == 3 else [f"evaluate ended with {command.returncode}: {command.stderr[:500]}"]
        return Outcome([f"{patient.name}: refused"], faults)
    status, answer = service.call(request.stdout)
    faults = [] if status == 200 else [f"HTTPS answered {status}"]
    if status == 200 and product.without_uuids(answer) != product.without_uuids(command.stdout):
        faults.append("HTTPS and evaluate differ")
    cards = [f"    {card['indicator']} {product.rule_of(card)}: {card['summary']}" for card in json.loads(command.stdout)["cards"]]
    return Outcome([patient.name, *cards] if cards else [], faults)


def look_at_all(title, everyone, at, program, service):
    """The list's lines for these patients, and the faults. Who gets no card is counted and not named."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = list(pool.map(lambda patient: look_at(patient, at, program, service), everyone))
    lines = [line for outcome in outcomes for line in outcome.lines]
    silent = sum(1 for outcome in outcomes if not outcome.lines)
    faults = [f"{title}: {who.name}: {fault}" for who, outcome in zip(everyone, outcomes) for fault in outcome.faults]
    return [f"# {title}, {len(everyone)} patients, at {at}", *lines, f"no card: {silent}", ""], faults


def look_at_folder(name, at, program):
    with product.Service(program, at) as service:
        everyone = sorted(patients(DATA / name), key=lambda patient: patient.name)
        lines, faults = look_at_all(name, everyone, at, program, service)
        title = f"{name} with low back pain added"
        more_lines, more_faults = look_at_all(title, list(map(with_back_pain, everyone)), at, program, service)
    return lines + more_lines, faults + more_faults


def main():
    if not DATA.is_dir():
        print(f"skipped: there is no public test data at {DATA} (BACKPAIN_CDS_TEST_DATA)")
        return 77
    lines, faults = [], []
    for name, at in SOURCES.items():
        some_lines, some_faults = look_at_folder(name, at, os.environ["BACKPAIN_CDS"])
        lines += some_lines
        faults += some_faults
    text = "\n".join(lines)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    expected = GOLDEN.read_text(encoding="utf-8").splitlines() if GOLDEN.exists() else []
    differences = list(difflib.unified_diff(expected, text.splitlines(), "as listed", "as answered", lineterm="", n=1))
    print(*faults, *differences, sep="\n")
    return 1 if faults or differences else 0


if __name__ == "__main__":
    sys.exit(main())
