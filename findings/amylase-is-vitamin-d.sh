#!/usr/bin/env bash
# flat-fhir 0.1.4 (PyPI), FlatFHIR; seen 2026-11-30. Its table of LOINC's codes names the columns of a spreadsheet, and the way back to FHIR:
#   sent                                        column                  back in FHIR
#   amylase, 62 U/L (1798-8)                    vitamin_d_ng_ml 62      1798-8, "Vitamin D Ng Ml", 62 ng/mL
#   25-OH vitamin D, 8 ng/mL (62292-8)          25_oh_vitamin_d 8       no code, 8 without a unit
#   iron-binding capacity, 460 ug/dL (2500-7)   ferritin_ng_ml 460      2500-7, "Ferritin Ng Ml", 460 ng/mL
#   vitamin B12, below 150 pg/mL (2132-9)       vitamin_b12_pg_ml 150   2132-9, 150 pg/mL
#   creatinine of serum, 178 umol/L (14682-9)   creatinine 178          2161-8, "… in Urine", 178 without a unit
# Whoever had an amylase measured has a vitamin D level, a lack of iron becomes a high ferritin, and nothing in the sheet says what was measured.
# What it means for a service: code and name of a result are held against each other before it is mapped, and what comes from a spreadsheet is
# asked for its source.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m pip install --quiet --no-compile --disable-pip-version-check --root-user-action ignore --target lib flat-fhir==0.1.4
cat >run.py <<'PY'
from flat_fhir import FlatFHIR


def result(code, name, value, unit, **more):
    category = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}]
    quantity = {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit, **more}
    return {"resourceType": "Observation", "id": code, "status": "final", "category": category, "subject": {"reference": "Patient/p"},
            "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": name}]}, "effectiveDateTime": "2026-03-20",
            "valueQuantity": quantity}


sent = [
    result("1798-8", "Amylase", 62, "U/L"),
    result("62292-8", "25-OH vitamin D", 8, "ng/mL"),
    result("2500-7", "Iron binding capacity", 460, "ug/dL"),
    result("2132-9", "Vitamin B12", 150, "pg/mL", comparator="<"),
    result("14682-9", "Creatinine", 178, "umol/L"),
]
flat = FlatFHIR({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource} for resource in sent]})
rows = flat.labs.set_index("source_resource_id")
back = {entry["resource"]["id"]: entry["resource"] for entry in flat.to_fhir()["entry"]}
columns = [name for name in rows.columns if name not in ("primary_key", "performer", "timestamp", "encounter_id", "notes")]
for resource in sent:
    code = resource["id"]
    told = {name: float(rows.loc[code, name]) for name in columns if rows.loc[code, name] == rows.loc[code, name]}
    coding = back[code]["code"].get("coding", [{}])[0]
    quantity = back[code]["valueQuantity"]
    print(f"{code}: {told}; back: {coding.get('code')} {coding.get('display')}, {quantity['value']:g} {quantity.get('unit')}")
PY
PYTHONPATH=lib python3 run.py | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
1798-8: {'vitamin_d_ng_ml': 62.0}; back: 1798-8 Vitamin D Ng Ml, 62 ng/mL
62292-8: {'25_oh_vitamin_d': 8.0}; back: None None, 8 None
2500-7: {'ferritin_ng_ml': 460.0}; back: 2500-7 Ferritin Ng Ml, 460 ng/mL
2132-9: {'vitamin_b12_pg_ml': 150.0}; back: 2132-9 Vitamin B12 Pg Ml, 150 pg/mL
14682-9: {'creatinine': 178.0}; back: 2161-8 Creatinine [Mass/volume] in Urine, 178 None
SEEN
