#!/usr/bin/env bash
# fhirclient 2.6.3 (npm; the SMART on FHIR client for JavaScript), client.byCodes; seen 2026-11-29. Asked for the results of "2132-9"
# (vitamin B12) among four Observations it gives five:
#   coded once, by http://loinc.org        once
#   coded by LOINC's URL and by its OID    twice: once for each coding that has the code
#   of another system with that code       once: systems are not looked at
#   entered in error                       once
# The second form is what servers write that keep what HL7 v2 and C-CDA sent. So "two low results, weeks apart" or a mean is met by one result.
# What it means for a rule: match code and system together, look at the status, and count resources, not codings.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --legacy-peer-deps --omit=optional fhirclient@2.6.3
cat >run.mjs <<'JS'
import { createRequire } from "node:module";
const { default: Client } = createRequire(import.meta.url)("fhirclient/lib/Client.js");
const coding = (system) => ({ system, code: "2132-9" });
const result = (id, status, ...systems) => ({ resourceType: "Observation", id, status, code: { coding: systems.map(coding) } });
const results = [
    result("one coding", "final", "http://loinc.org"),
    result("two codings", "final", "http://loinc.org", "urn:oid:2.16.840.1.113883.6.1"),
    result("another system", "final", "https://laboratory.example.org/tests"),
    result("nullified", "entered-in-error", "http://loinc.org"),
];
const client = new Client({}, "https://fhir.example.org");
for (const { id } of client.byCodes(results, "code")("2132-9")) {
    console.log(id);
}
JS
node run.mjs | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
one coding
two codings
two codings
another system
nullified
SEEN
