#!/usr/bin/env bash
# pyomop 6.4.0 (PyPI), FHIR R4 into the tables of OMOP with its own mapping; seen 2026-11-29. Vitamin B12 results and diagnoses of a patient:
#   below 151 pg/mL                        value_as_number 151, and no operator: the table has operator_concept_id for it
#   152 pg/mL, entered in error            a measurement of 152
#   153 pg/mL, cancelled                   a measurement of 153
#   osteoporosis, refuted                  a condition_occurrence like the confirmed one, "active"
#   osteoporosis, entered in error         likewise
#   each of the results                    in measurement and in observation: counted over both it is there twice
# A limit or a rule that was tried on such a database has seen results and illnesses that nobody had. What it means for a service: tune on
# FHIR as it was sent, or ask how status, verification and comparator went in.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --disable-pip-version-check pyomop==6.4.0
mkdir input
cat >run.py <<'PY'
import asyncio, json, logging, sqlite3

logging.disable()
import fhiry.parallel
from pyomop import CdmCsvLoader, CdmEngineFactory
from pyomop.cdm54 import Base

SUBJECT = {"reference": "Patient/ada"}


def coded(system, code):
    return {"coding": [{"system": system, "code": code}]}


def result(name, status, value, comparator=None):
    quantity = {"value": value, "unit": "pg/mL", "system": "http://unitsofmeasure.org", "code": "pg/mL"}
    quantity |= {"comparator": comparator} if comparator else {}
    code = coded("http://loinc.org", "2132-9")
    more = {"status": status, "code": code, "effectiveDateTime": "2026-03-20", "valueQuantity": quantity}
    return {"resourceType": "Observation", "id": name, "subject": SUBJECT, **more}


def osteoporosis(name, verification):
    hl7 = "http://terminology.hl7.org/CodeSystem/condition-"
    status = {"clinicalStatus": coded(hl7 + "clinical", "active"), "verificationStatus": coded(hl7 + "ver-status", verification)}
    code = coded("http://snomed.info/sct", "64859006")
    return {"resourceType": "Condition", "id": name, "subject": SUBJECT, **status, "code": code, "onsetDateTime": "2016-01-01"}


resources = [
    {"resourceType": "Patient", "id": "ada", "gender": "female", "birthDate": "1957-07-15"},
    result("plain", "final", 150.5),
    result("below", "final", 151, "<"),
    result("wrong", "entered-in-error", 152),
    result("cancelled", "cancelled", 153),
    osteoporosis("confirmed", "confirmed"),
    osteoporosis("refuted", "refuted"),
    osteoporosis("entered-in-error", "entered-in-error"),
]
bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}
with open("input/bundle.json", "w") as file:
    json.dump(bundle, file)


async def load():
    factory = CdmEngineFactory(db="sqlite", name="omop.sqlite")
    assert factory.engine  # made when it is asked for
    await factory.init_models(Base.metadata)
    fhiry.parallel.process("input/").to_csv("flat.csv", index=False)
    await CdmCsvLoader(factory).load("flat.csv")


if __name__ == "__main__":
    asyncio.run(load())
    database = sqlite3.connect("omop.sqlite")
    for columns in (
        "measurement_source_value, value_as_number, operator_concept_id from measurement",
        "observation_source_value, value_as_number from observation",
        "condition_source_value, condition_status_source_value from condition_occurrence",
    ):
        for row in database.execute("select " + columns):
            print(columns.split()[-1], *row)
PY
venv/bin/python run.py 2>errors | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
measurement 2132-9 150.5 None
measurement 2132-9 151 None
measurement 2132-9 152 None
measurement 2132-9 153 None
observation 2132-9 150.5
observation 2132-9 151
observation 2132-9 152
observation 2132-9 153
condition_occurrence 64859006 active
condition_occurrence 64859006 active
condition_occurrence 64859006 active
SEEN
