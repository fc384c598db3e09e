#!/usr/bin/env bash
# cql-exec-fhir 2.2.0 with cql-execution 3.3.2 (npm); seen 2026-11-29. A Bundle of one Patient (Ada) and two results, her own of 250 pg/mL
# and one of 90 whose subject is Patient/ben, as in a chart with something of a relative, a donor or a newborn in it:
#   [Observation: "Vitamin B12"]   both; the lowest of Ada's results is 90
#   Ben's Patient in it too        an error, so that case is noticed
# In context Patient CQL means the data of that patient. Here they are what stands in the Bundle, and no subject is read, so it is for
# whoever fills it. What it means for a service: look at each subject, and leave out, in words, what is another's.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund cql-exec-fhir@2.2.0 cql-execution@3.3.2
cat >run.mjs <<'JS'
import fhir from "cql-exec-fhir";
import cql from "cql-execution";
const define = (name, expression) => ({ name, context: "Patient", accessLevel: "Public", expression });
const library = new cql.Library({
    library: {
        identifier: { id: "Results", version: "1" },
        schemaIdentifier: { id: "urn:hl7-org:elm", version: "r1" },
        usings: { def: [{ localIdentifier: "FHIR", uri: "http://hl7.org/fhir", version: "4.0.1" }] },
        codeSystems: { def: [{ name: "LOINC", id: "http://loinc.org", accessLevel: "Public" }] },
        codes: { def: [{ name: "Vitamin B12", id: "2132-9", accessLevel: "Public", codeSystem: { name: "LOINC" } }] },
        statements: {
            def: [
                define("Patient", { type: "SingletonFrom", operand: { type: "Retrieve", dataType: "{http://hl7.org/fhir}Patient" } }),
                define("Results", {
                    type: "Retrieve",
                    dataType: "{http://hl7.org/fhir}Observation",
                    codeProperty: "code",
                    codes: { type: "ToList", operand: { type: "CodeRef", name: "Vitamin B12" } },
                }),
            ],
        },
    },
});
const patient = (id, birthDate) => ({ resourceType: "Patient", id, birthDate });
const result = (who, value) => ({
    resourceType: "Observation",
    id: `of-${who}`,
    status: "final",
    code: { coding: [{ system: "http://loinc.org", code: "2132-9" }] },
    subject: { reference: `Patient/${who}` },
    valueQuantity: { value, unit: "pg/mL", system: "http://unitsofmeasure.org", code: "pg/mL" },
});
const told = async (...resources) => {
    const source = fhir.PatientSource.FHIRv401();
    source.loadBundles([{ resourceType: "Bundle", type: "searchset", entry: resources.map((resource) => ({ resource })) }]);
    try {
        const { patientResults } = await new cql.Executor(library).exec(source);
        for (const [id, { Results }] of Object.entries(patientResults)) {
            console.log(`${id}:`, Results.map(({ subject, value }) => `${value.value.value} of ${subject.reference.value}`).join(", "));
        }
    } catch (error) {
        console.log("error:", error.cause.message);
    }
};
const results = [result("ada", 250), result("ben", 90)];
await told(patient("ada", "1957-07-15"), ...results);
await told(patient("ada", "1957-07-15"), patient("ben", "2026-03-01"), ...results);
JS
node run.mjs | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
ada: 250 of Patient/ada, 90 of Patient/ben
error: IllegalArgument: 'SingletonFrom' requires a 0 or 1 arg array
SEEN
