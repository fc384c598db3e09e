#!/usr/bin/env bash
# @imranq2/fhirpatientsummary 1.0.45 (npm), ComprehensiveIPSCompositionBuilder; seen 2026-11-30. The International Patient Summary that it
# writes of one patient, its narrative, which is what a clinician reads:
#   metformin, active, taken for seven years          "1 additional medications older than 2 years ago are present"
#   ibuprofen, active, since ten days ago             listed
#   naproxen, stopped, begun ten days ago             not there, nor in the Bundle
#   vitamin B12 of 90 pmol/L (LOINC 14685-2)          not there, and not counted: one of 230 pg/mL (2132-9), thirty days older, is listed
#   25-OH vitamin D of 8 ng/mL, final                 not there
#   25-OH vitamin D of 61 ng/mL, entered in error     listed, without its status: it has the later date
#   total calcium of 11.4 mg/dL                       not there: an ionised calcium of a later day is "one per lab name"
#   osteoporosis, an encounter's diagnosis, which needs no clinicalStatus     not there, nor in the Bundle
# An active drug that began within two years is listed: what is taken longest, and does what only years do, is left out. The other resources
# are all in the Bundle under the narrative. What it means for a service: read the resources of a summary, never its text; and do not take a
# problem list that came through one for all there is.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @imranq2/fhirpatientsummary@1.0.45
cat >run.mjs <<'JS'
import { ComprehensiveIPSCompositionBuilder } from "./node_modules/@imranq2/fhirpatientsummary/dist/index.js";
const daysAgo = (days) => new Date(Date.now() - days * 86400000).toISOString().slice(0, 10);
const coded = (system, code, text) => ({ coding: [{ system, code, display: text }], text });
const subject = { reference: "Patient/p" };
const category = [coded("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "Laboratory")];
const result = (days, code, name, value, unit, status = "final") => ({
    resourceType: "Observation", id: `${code}-${days}`, status, category, subject, code: coded("http://loinc.org", code, name),
    effectiveDateTime: daysAgo(days), valueQuantity: { value, unit, system: "http://unitsofmeasure.org", code: unit },
});
const drug = (code, name, start, status = "active") => ({
    resourceType: "MedicationStatement", id: name, status, subject, effectivePeriod: { start },
    medicationCodeableConcept: coded("http://www.nlm.nih.gov/research/umls/rxnorm", code, name),
});
const condition = (code, name, more) =>
    ({ resourceType: "Condition", id: code, subject, code: coded("http://hl7.org/fhir/sid/icd-10-cm", code, name), ...more });
const active = { clinicalStatus: coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active") };
const ofEncounter = { category: [coded("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis", "Encounter Diagnosis")] };
const resources = [
    { resourceType: "Patient", id: "p", gender: "female", birthDate: "1957-07-15", name: [{ family: "Oxley", given: ["Winifred"] }] },
    drug("6809", "Metformin", daysAgo(7 * 365)),
    drug("5640", "Ibuprofen", daysAgo(10)),
    drug("7258", "Naproxen", daysAgo(10), "stopped"),
    result(10, "14685-2", "Vitamin B12", 90, "pmol/L"),
    result(40, "2132-9", "Cobalamin", 230, "pg/mL"),
    result(20, "62292-8", "25-OH vitamin D", 8, "ng/mL"),
    result(10, "62292-8", "25-OH vitamin D", 61, "ng/mL", "entered-in-error"),
    result(20, "17861-6", "Calcium", 11.4, "mg/dL"),
    result(10, "1994-3", "Ionised calcium", 1.2, "mmol/L"),
    condition("M54.50", "Low back pain", active),
    condition("M81.0", "Osteoporosis", ofEncounter),
];
const bundle = { resourceType: "Bundle", type: "collection", entry: resources.map((resource) => ({ resource })) };
const quiet = { info() {} };
const builder = await new ComprehensiveIPSCompositionBuilder().readBundleAsync(bundle, "UTC", false, false, quiet);
const summary = await builder.buildBundleAsync("riverbank", "Riverbank", "https://example.org/fhir", "UTC");
const told = summary.entry[0].resource.section.map((section) => section.text.div).join(" ");
const said = (text) => console.log(`${text}: ${told.includes(text) ? "told" : "not told"}`);
["Metformin", "1 additional medications older than 2 years ago are present", "Ibuprofen", "Naproxen"].forEach(said);
["90 pmol/L", "230 pg/mL", "8 ng/mL", "61 ng/mL", "error", "11.4 mg/dL", "1.2 mmol/L", "Low back pain", "Osteoporosis"].forEach(said);
const kept = new Set(summary.entry.map((entry) => entry.resource.id));
console.log("not in the Bundle:", ...resources.filter(({ id }) => !kept.has(id)).map((it) => (it.code ?? it.medicationCodeableConcept).text));
JS
node run.mjs | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
Metformin: not told
1 additional medications older than 2 years ago are present: told
Ibuprofen: told
Naproxen: not told
90 pmol/L: not told
230 pg/mL: told
8 ng/mL: not told
61 ng/mL: told
error: not told
11.4 mg/dL: not told
1.2 mmol/L: told
Low back pain: told
Osteoporosis: not told
not in the Bundle: Naproxen Osteoporosis
SEEN
