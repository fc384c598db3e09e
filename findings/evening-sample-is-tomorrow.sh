#!/usr/bin/env bash
# fhirpath.js 5.2.2 (npm), model R4; seen 2026-11-29. An Observation of 2026-03-20T23:30:00-05:00:
#   effective > @2026-03-20                 true    the instant is taken to UTC, where it is the 21st; a dateTime of one precision
#                                                   and a date of another would otherwise be unknown ({} in the specification)
#   effective > @2026-03-20, at 18:00-05:00 {}      an afternoon sample of the same day
#   effective.toDate()                      {}      nothing, where its local date was wanted
# So "results since the 20th" and "the day of the sample" go wrong for evenings west of Greenwich only, which tests in UTC never see.
# What it means for a rule: take the date from the text as sent, before any comparison.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund fhirpath@5.2.2
cat >run.mjs <<'JS'
import fhirpath from "fhirpath";
import r4 from "fhirpath/fhir-context/r4/index.js";
const sample = (time) => ({ resourceType: "Observation", status: "final", effectiveDateTime: `2026-03-20T${time}-05:00` });
const told = (time, expression) => JSON.stringify(fhirpath.evaluate(sample(time), expression, null, r4));
console.log("evening after its day:", told("23:30:00", "effective > @2026-03-20"));
console.log("afternoon after its day:", told("18:00:00", "effective > @2026-03-20"));
console.log("date of the evening:", told("23:30:00", "effective.toDate()"));
JS
node run.mjs | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
evening after its day: [true]
afternoon after its day: []
date of the evening: []
SEEN
