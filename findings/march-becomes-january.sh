#!/usr/bin/env bash
# @medplum/ccda 5.1.10 and @medplum/core 5.2.13 (npm); seen 2026-11-29. Times as C-CDA and HL7 v2 have them, of a back pain that began in
# March 2026 and of a blood sample, and what a clinician in New York is then shown:
#   C-CDA 202603 (a month)           2026-01-01T00:00:00Z         12/31/2025, 7:00:00 PM
#   C-CDA 20260320 (a day)           2026-03-20T00:00:00Z         3/19/2026, 8:00:00 PM
#   HL7 v2 202603 (a month)          2026-03-01T00:00:00.000Z     2/28/2026, 7:00:00 PM
#   HL7 v2 20260320 (a day)          2026-03-20T00:00:00.000Z     3/19/2026, 8:00:00 PM
#   HL7 v2 20260320233000.9000-0500  …04:30:09.000Z               nine seconds, not tenths: the digits are taken for milliseconds
# The month of a C-CDA problem is dropped, so a pain of a few days has lasted twelve weeks. A day becomes an instant, west of Greenwich of the
# day before, and cannot be told from a time that was known. What it means for a service: 1 January and midnight in UTC are how a date looks
# of which nobody knew more, and a rule that counts days is then off by a day, or by months.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund @medplum/ccda@5.1.10 @medplum/core@5.2.13
cat >run.mjs <<'JS'
import { convertCcdaToFhir, convertXmlToCcda } from "@medplum/ccda";
import { formatDateTime, parseHl7DateTime } from "@medplum/core";
const hl7 = "2.16.840.1.113883";
const template = (number) => `<templateId root="${hl7}.10.20.22.${number}" extension="2015-08-01"/>`;
const onset = (time) => {
    const document = `<ClinicalDocument xmlns="urn:hl7-org:v3">
        <recordTarget><patientRole><patient><name><given>Ada</given><family>Quill</family></name></patient></patientRole></recordTarget>
        <component><structuredBody><component><section>${template("2.5.1")}<code code="11450-4" codeSystem="${hl7}.6.1"/>
        <entry><act classCode="ACT" moodCode="EVN">${template("4.3")}<statusCode code="active"/><entryRelationship typeCode="SUBJ">
        <observation classCode="OBS" moodCode="EVN">${template("4.4")}<effectiveTime><low value="${time}"/></effectiveTime>
        <value code="279039007" codeSystem="${hl7}.6.96" displayName="Low back pain"/></observation></entryRelationship></act></entry>
        </section></component></structuredBody></component></ClinicalDocument>`;
    const { entry } = convertCcdaToFhir(convertXmlToCcda(document));
    return entry.find(({ resource }) => resource.resourceType === "Condition").resource.onsetDateTime;
};
const shown = (time) => formatDateTime(time, "en-US").replaceAll("\u202f", " ");
for (const time of ["202603", "20260320"]) {
    console.log("C-CDA", time, onset(time), shown(onset(time)));
}
for (const time of ["202603", "20260320", "20260320233000.9000-0500"]) {
    console.log("HL7 v2", time, parseHl7DateTime(time), shown(parseHl7DateTime(time)));
}
JS
TZ=America/New_York node --import 'data:text/javascript,globalThis.WebSocket=class{}' run.mjs | tee seen # Node before 22 has no WebSocket
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
C-CDA 202603 2026-01-01T00:00:00Z 12/31/2025, 7:00:00 PM
C-CDA 20260320 2026-03-20T00:00:00Z 3/19/2026, 8:00:00 PM
HL7 v2 202603 2026-03-01T00:00:00.000Z 2/28/2026, 7:00:00 PM
HL7 v2 20260320 2026-03-20T00:00:00.000Z 3/19/2026, 8:00:00 PM
HL7 v2 20260320233000.9000-0500 2026-03-21T04:30:09.000Z 3/21/2026, 12:30:09 AM
SEEN
