#!/usr/bin/env bash
# duckcdm 0.4.7 (PyPI) with duckdb 2.0.1: OHDSI's Circe, which makes SQL for an OMOP database of a cohort's definition, ported from Java with, as its
# page says, 0 differences; seen 2026-11-30. Patients with back pain on 2026-01-20, observed since 2025-07-01, by definitions as ATLAS draws them:
#   age 18 or more                               born 2008-12-15, 17 years old: found, though month and day are there too
#   age less than 65                             born 1961-12-15, 64 years old: not found
#   25-OH vitamin D below 20, any day before     18 ng/mL in December: found; 18 ng/mL in March: not found
#   no 25-OH vitamin D on any day before         18 ng/mL in March: found
#   B12 below 150 pg/mL                          "<150", stored as 150 with the operator "<": not found; 149: found
#   B12 below 0.000148 umol/L (148 pmol/L)       0.00012 umol/L: not found; the limit is written 0.0001
#   B12 of 0.000148 umol/L or more               0.00012 umol/L: found
# Age is a difference of years, a limit has four decimals, the operator is looked at only where the definition names it, and "all days before" begins
# with the observation period unless it says otherwise. What it means: a cohort is no list of patients to act on, and who compares it with the hits of
# a rule finds those with a birthday to come and the lowest results on one side alone. Ours counts age by the day of birth and takes "<150" for low.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --disable-pip-version-check duckcdm==0.4.7 duckdb==2.0.1
cat >run.py <<'PY'
import json

import duckdb
from duckcdm.circe import build_cohort_query
from duckcdm.omop import cdm_fields
from duckcdm.sqlrender import render, split_sql, translate

PAIN, VITAMIN_D, B12 = 2000000001, 2000000002, 2000000003  # concepts of our own, numbered as OMOP has it
LESS, NG_ML, PG_ML, UMOL_L = 4171756, 8842, 8845, 8749
NAMES = {1: "born 2008-12-15", 2: "born 1961-12-15", 3: "D 18 in December", 4: "D 18 in March", 5: "B12 <150", 6: "B12 149", 7: "B12 0.00012"}

database = duckdb.connect()
for table, fields in cdm_fields().items():
    columns = ", ".join(f'"{name}" {kind}' for name, kind in fields)
    database.execute(f"CREATE TABLE {table} ({columns})")


def insert(table, **row):
    database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


for concept in (PAIN, VITAMIN_D, B12):
    insert("concept", concept_id=concept)
for patient in NAMES:
    year, month = {1: (2008, 12), 2: (1961, 12)}.get(patient, (1980, 6))
    insert("person", person_id=patient, year_of_birth=year, month_of_birth=month, day_of_birth=15, birth_datetime=f"{year}-{month}-15")
    insert("observation_period", observation_period_id=patient, person_id=patient,
           observation_period_start_date="2025-07-01", observation_period_end_date="2026-11-30")
    insert("condition_occurrence", condition_occurrence_id=patient, person_id=patient, condition_concept_id=PAIN, condition_start_date="2026-01-20")


def measure(patient, concept, day, value, unit, operator=None):
    insert("measurement", measurement_id=patient, person_id=patient, measurement_concept_id=concept, measurement_date=day, value_as_number=value,
           unit_concept_id=unit, operator_concept_id=operator)


measure(3, VITAMIN_D, "2025-12-01", 18, NG_ML)
measure(4, VITAMIN_D, "2025-03-01", 18, NG_ML)
measure(5, B12, "2025-12-01", 150, PG_ML, LESS)
measure(6, B12, "2025-12-01", 149, PG_ML)
measure(7, B12, "2025-12-01", 0.00012, UMOL_L)


def concepts(number, concept):
    item = {"concept": {"CONCEPT_ID": concept, "CONCEPT_NAME": "", "DOMAIN_ID": "", "VOCABULARY_ID": "", "CONCEPT_CODE": "", "CONCEPT_CLASS_ID": ""}}
    return {"id": number, "name": "", "expression": {"items": [item]}}


def cohort(name, age=None, result=None, unit=None, count=(2, 1), among=NAMES, **limit):
    """With back pain, and of this age, or with so many results on any day before: two is "at least", zero "exactly"."""
    pain = {"CodesetId": 0} | ({"Age": age} if age else {})
    rules = []
    if result:
        wanted = {"CodesetId": 1} | ({"ValueAsNumber": limit} if limit else {}) | ({"Unit": [{"CONCEPT_ID": unit}]} if unit else {})
        any_day_before = {"Start": {"Coeff": -1}, "End": {"Days": 0, "Coeff": 1}, "UseEventEnd": False}
        criterion = {"Criteria": {"Measurement": wanted}, "StartWindow": any_day_before, "Occurrence": {"Type": count[0], "Count": count[1]}}
        rules = [{"name": "", "expression": {"Type": "ALL", "CriteriaList": [criterion], "DemographicCriteriaList": [], "Groups": []}}]
    definition = {
        "ConceptSets": [concepts(0, PAIN), concepts(1, result or B12)],
        "PrimaryCriteria": {"CriteriaList": [{"ConditionOccurrence": pain}], "ObservationWindow": {"PriorDays": 0, "PostDays": 0},
                            "PrimaryCriteriaLimit": {"Type": "All"}},
        "QualifiedLimit": {"Type": "First"}, "ExpressionLimit": {"Type": "All"}, "InclusionRules": rules, "CensoringCriteria": [],
        "CollapseSettings": {"CollapseType": "ERA", "EraPad": 0}, "CensorWindow": {},
    }
    sql = build_cohort_query(json.dumps(definition), cdm_schema="main", vocabulary_schema="main", result_schema="main", target_table="main.cohort",
                             cohort_id=1)
    for statement in split_sql(translate(render(sql), "duckdb")):
        database.execute(statement)
    found = [NAMES[patient] for patient, in database.execute("SELECT subject_id FROM cohort ORDER BY 1").fetchall() if patient in among]
    written = [line.split("value_as_number ")[1].rstrip(" )") for line in sql.splitlines() if "C.value_as_number " in line]
    print(f"{name}: {', '.join(found) or 'nobody'}" + (f"; written {written[0]}" if written else ""))


cohort("age 18 or more", age={"Value": 18, "Op": "gte"}, among={1})
cohort("age less than 65", age={"Value": 65, "Op": "lt"}, among={2})
cohort("D below 20", result=VITAMIN_D, Value=20, Op="lt")
cohort("no D before", result=VITAMIN_D, count=(0, 0), among={3, 4})
cohort("B12 below 150 pg/mL", result=B12, unit=PG_ML, Value=150, Op="lt")
cohort("B12 below 0.000148 umol/L", result=B12, unit=UMOL_L, Value=0.000148, Op="lt")
cohort("B12 of 0.000148 umol/L or more", result=B12, unit=UMOL_L, Value=0.000148, Op="gte")
PY
venv/bin/python run.py | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
age 18 or more: born 2008-12-15
age less than 65: nobody
D below 20: D 18 in December; written < 20.0000
no D before: D 18 in March
B12 below 150 pg/mL: B12 149; written < 150.0000
B12 below 0.000148 umol/L: nobody; written < 0.0001
B12 of 0.000148 umol/L or more: B12 0.00012; written >= 0.0001
SEEN
