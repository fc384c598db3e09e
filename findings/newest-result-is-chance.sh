#!/usr/bin/env bash
# ehds-anon-kit 0.1.0 (PyPI), its profile ehds-secondary-default; seen 2026-11-30. Three 25-OH vitamin D results of one patient under
# treatment, and the day of a diagnosis, before and after:
#   8 ng/mL     2026-01-10    2026-02-16, the newest now
#   19 ng/mL    2026-02-10    2026-02-05
#   34 ng/mL    2026-03-10    2025-12-20, the oldest now
#   osteoporosis of Patient/p since 2026-03-10    still of Patient/p, since 2026-03-10; that Patient has another id now
# Dates are moved by up to 90 days, each result's by an amount of its own (its documentation has one for each patient), and problems stay with
# an id that nobody has any more. What it means for a service: a population that came through it must not be counted by the newest result, by
# "in the last 90 days", or by who has which disease.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ehds-anon-kit==0.1.0
cat >bundle.py <<'PY'
import json


def result(day, value):
    code = {"coding": [{"system": "http://loinc.org", "code": "62292-8"}]}
    return {"resourceType": "Observation", "id": day, "status": "final", "code": code, "subject": {"reference": "Patient/p"},
            "effectiveDateTime": day, "valueQuantity": {"value": value, "unit": "ng/mL"}}


problem = {"resourceType": "Condition", "id": "c", "code": {"text": "Osteoporosis"}, "subject": {"reference": "Patient/p"},
           "onsetDateTime": "2026-03-10"}
patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1957-07-15"}
results = [result("2026-01-10", 8), result("2026-02-10", 19), result("2026-03-10", 34)]
entries = [{"resource": resource} for resource in [patient, problem, *results]]
print(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
PY
python3 bundle.py >bundle.json
echo 'env_var: KEY' >custody.yaml
KEY=a-key-of-the-hospital venv/bin/ehds-anon --fhir-bundle bundle.json --profile ehds-secondary-default --key-custody custody.yaml --out out >log 2>&1
cat >show.py <<'PY'
import json

before, after = ([entry["resource"] for entry in json.load(open(name))["entry"]] for name in ("bundle.json", "out/bundle_anon.json"))
patient = after[0]["id"]
for old, new in zip(before[1:], after[1:], strict=True):
    what = f"{old['valueQuantity']['value']} ng/mL" if "valueQuantity" in old else "osteoporosis"
    member = "effectiveDateTime" if "effectiveDateTime" in old else "onsetDateTime"
    of = "the patient" if new["subject"]["reference"] == f"Patient/{patient}" else "nobody here"
    print(f"{what}: {old[member]} -> {new[member]}, of {of}")
PY
python3 show.py | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
osteoporosis: 2026-03-10 -> 2026-03-10, of nobody here
8 ng/mL: 2026-01-10 -> 2026-02-16, of the patient
19 ng/mL: 2026-02-10 -> 2026-02-05, of the patient
34 ng/mL: 2026-03-10 -> 2025-12-20, of the patient
SEEN
