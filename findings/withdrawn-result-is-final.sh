#!/usr/bin/env bash
# hl7gen 0.2.0 and brightohir 2.1.2 (PyPI); seen 2026-11-30. One laboratory message (HL7 v2.5.1, ORU^R01), its results with the status of
# OBX-11, turned into FHIR Observations:
#                                           hl7gen                                     brightohir
#   F, final: 6.8 ng/mL                     final 6.8 ng/mL^nanogram per milliliter^UCUM    final 6.8 ng/mL
#   C, corrected: 8.3 mg/dL                 final 8.3 …                                corrected 8.3 mg/dL
#   P, preliminary: 4.1 g/dL                final 4.1 …                                preliminary 4.1 g/dL
#   D, deleted: 61 pg/mL                    final 61.0 …                               cancelled 61.0 pg/mL
#   W, wrong, transmitted for another patient: 140 pg/mL    final 140.0 …              entered-in-error 140.0 pg/mL
#   F, "<^150" pg/mL (SN, structured number)    final "<^150"                          final "<^150"
# What the laboratory took back is a final result by one of two converters, which also leaves out whose it is, when it was taken and of which
# system its code is. "Below 150 pg/mL" is a word of HL7 v2 without a unit by both. What it means for a service: nothing of the result tells;
# whoever connects a laboratory has to send a result that was withdrawn through the whole chain once, and see it go.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --disable-pip-version-check hl7gen==0.2.0 brightohir==2.1.2
cat >run.py <<'PY'
import logging

logging.disable()
from brightohir.convert_v2 import v2_to_r5
from hl7gen.fhir_export import message_to_fhir

RESULTS = [
    ("NM", "62292-8^25-OH vitamin D^LN", "6.8", "ng/mL^nanogram per milliliter^UCUM", "F"),
    ("NM", "17861-6^Calcium^LN", "8.3", "mg/dL^milligram per deciliter^UCUM", "C"),
    ("NM", "1751-7^Albumin^LN", "4.1", "g/dL^gram per deciliter^UCUM", "P"),
    ("NM", "2731-8^Parathyrin^LN", "61", "pg/mL^picogram per milliliter^UCUM", "D"),
    ("NM", "2132-9^Vitamin B12^LN", "140", "pg/mL^picogram per milliliter^UCUM", "W"),
    ("SN", "2132-9^Vitamin B12^LN", "<^150", "pg/mL^picogram per milliliter^UCUM", "F"),
]
WHEN = "20260320083000-0500"
message = [
    r"MSH|^~\&|LIS|NORTHGATE|EHR|RIVERBANK|20260321101500-0500||ORU^R01^ORU_R01|1|P|2.5.1",
    "PID|1||70811758^^^RIVERBANK^MR||OXLEY^WINIFRED||19570715|F",
    "PV1|1|O",
    f"OBR|1|ORD448811|LAB20117|BONE^Bone panel^L|||{WHEN}|||||||||||||||20260321101500-0500||LAB|F",
]
for number, (kind, code, value, unit, status) in enumerate(RESULTS, 1):
    message.append(f"OBX|{number}|{kind}|{code}||{value}|{unit}|||||{status}|||{WHEN}")
message = "\r".join(message) + "\r"
for name, bundle in (("hl7gen", message_to_fhir(message, "R4B")), ("brightohir", v2_to_r5(message))):
    results = [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Observation"]
    for sent, result in zip(RESULTS, results, strict=True):
        quantity = result.get("valueQuantity")
        value = f"{quantity['value']} {quantity.get('unit')}" if quantity else f'"{result["valueString"]}"'
        print(f"{name} {sent[4]}: {result['status']} {value}")
    known = {member for result in results for member in ("subject", "effectiveDateTime") if member in result}
    systems = {str(coding.get("system")) for result in results for coding in result["code"]["coding"]}
    print(f"{name}: {' '.join(sorted(known)) or 'neither subject nor time'}; code system {' '.join(systems)}")
PY
venv/bin/python run.py 2>/dev/null | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
hl7gen F: final 6.8 ng/mL^nanogram per milliliter^UCUM
hl7gen C: final 8.3 mg/dL^milligram per deciliter^UCUM
hl7gen P: final 4.1 g/dL^gram per deciliter^UCUM
hl7gen D: final 61.0 pg/mL^picogram per milliliter^UCUM
hl7gen W: final 140.0 pg/mL^picogram per milliliter^UCUM
hl7gen F: final "<^150"
hl7gen: neither subject nor time; code system None
brightohir F: final 6.8 ng/mL
brightohir C: corrected 8.3 mg/dL
brightohir P: preliminary 4.1 g/dL
brightohir D: cancelled 61.0 pg/mL
brightohir W: entered-in-error 140.0 pg/mL
brightohir F: final "<^150"
brightohir: effectiveDateTime subject; code system LN
SEEN
