#!/usr/bin/env bash
# fhirpath.js 5.2.2 and cql-execution 3.3.2 (npm), fhirpathpy 2.2.4 (PyPI); seen 2026-11-29, the same in all three. A pain that began
# in "2026-01" or in "2025", as a person remembers it, and the twelve weeks after which it is called chronic:
#   2026-01 + 12 weeks                   2026-03
#   2026-01 + 12 weeks <= @2026-04-01    true       for one of 31 January they are over on 25 April
#   2026-01 + 3 months <= @2026-04-01    {}         not known, which is right
#   2025 + 12 weeks <= @2026-01-01       true       for one of 31 December they are over on 25 March
#   2025 + 364 days <= @2026-01-01       true       for one of 31 December they are over on 30 December
# FHIRPath and CQL have it so: what is added is first cut down to the precision of the date, at thirty days a month; 12 weeks are two months,
# 364 days no year. A rule in weeks or days is then met weeks before it holds, or a year, for those alone whose date is a month or a year.
# What it means for a rule: count days from the last day that the date can mean.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund fhirpath@5.2.2 cql-execution@3.3.2
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fhirpathpy==2.2.4
cat >run.mjs <<'JS'
import cql from "cql-execution";
import fhirpath from "fhirpath";
import r4 from "fhirpath/fhir-context/r4/index.js";
const cases = [
    ["2026-01", 12, "week", "2026-04-01"],
    ["2026-01", 3, "month", "2026-04-01"],
    ["2025", 12, "week", "2026-01-01"],
    ["2025", 364, "day", "2026-01-01"],
];
const told = (result) => (result.length ? String(result[0]).toLowerCase() : "{}");
for (const [onset, number, unit, day] of cases) {
    const condition = { resourceType: "Condition", onsetDateTime: onset };
    const sum = fhirpath.evaluate(condition, `(onset + ${number} ${unit}s).toString()`, null, r4);
    const over = fhirpath.evaluate(condition, `onset + ${number} ${unit}s <= @${day}`, null, r4);
    console.log(`fhirpath.js: ${onset} + ${number} ${unit}s is ${sum}, over on ${day}: ${told(over)}`);
    const date = cql.Date.parse(onset).add(number, unit);
    const answer = date.sameOrBefore(cql.Date.parse(day));
    console.log(`cql-execution: ${onset} + ${number} ${unit}s is ${date}, over on ${day}: ${answer ?? "{}"}`);
}
JS
cat >run.py <<'PY'
from fhirpathpy import evaluate
from fhirpathpy.models import models

for onset, span, day in (("2026-01", "12 weeks", "2026-04-01"), ("2025", "364 days", "2026-01-01")):
    over = evaluate({"resourceType": "Condition", "onsetDateTime": onset}, f"onset + {span} <= @{day}", None, models["r4"])
    print(f"fhirpathpy: {onset} + {span}, over on {day}:", *over)
PY
{
    node run.mjs
    venv/bin/python run.py
} | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
fhirpath.js: 2026-01 + 12 weeks is 2026-03, over on 2026-04-01: true
cql-execution: 2026-01 + 12 weeks is 2026-03, over on 2026-04-01: true
fhirpath.js: 2026-01 + 3 months is 2026-04, over on 2026-04-01: {}
cql-execution: 2026-01 + 3 months is 2026-04, over on 2026-04-01: {}
fhirpath.js: 2025 + 12 weeks is 2025, over on 2026-01-01: true
cql-execution: 2025 + 12 weeks is 2025, over on 2026-01-01: true
fhirpath.js: 2025 + 364 days is 2025, over on 2026-01-01: true
cql-execution: 2025 + 364 days is 2025, over on 2026-01-01: true
fhirpathpy: 2026-01 + 12 weeks, over on 2026-04-01: True
fhirpathpy: 2025 + 364 days, over on 2026-01-01: True
SEEN
