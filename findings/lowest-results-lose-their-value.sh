#!/usr/bin/env bash
# @medplum/ccda 5.1.10 (npm), python-fhir-converter 0.3.0 and ccda-to-fhir 0.3 (PyPI); seen 2026-11-29. Vitamin B12 results of one C-CDA
# document, turned into FHIR Observations:
#                                            medplum             fhir-converter     ccda-to-fhir
#   150 pg/mL                                final 150           final 150          final 150
#   below 150 pg/mL: IVL_PQ, high exclusive  final, no value     final, no value    final <=150
#   above 2000 pg/mL: IVL_PQ, low exclusive  final, no value     final, no value    final >=2000
#   150 pg/mL, statusCode aborted            final 150           no status, 150     cancelled 150
# Laboratories send the lowest results in this form, so the patients without a value are those who need treatment most. What it means for
# a service: a final result without a value is one that somebody has to look at, not a test that was never done.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund @medplum/ccda@5.1.10 @medplum/core@5.1.10
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-fhir-converter==0.3.0 ccda-to-fhir==0.3
cat >document.py <<'PY'
HL7, LOINC = "2.16.840.1.113883", "2.16.840.1.113883.6.1"
WHERE = "<addr><streetAddressLine>1 Mill Lane</streetAddressLine><city>Riverbank</city><state>NY</state><postalCode>10000</postalCode></addr>"
WHERE += '<telecom value="tel:555-0100"/>'


def template(number, when="2015-08-01"):
    return f'<templateId root="{HL7}.10.20.22.{number}" extension="{when}"/><templateId root="{HL7}.10.20.22.{number}"/>'


def result(number, value, status="completed"):
    code = f'<code code="2132-9" codeSystem="{LOINC}" displayName="Vitamin B12"/>'
    return f"""<entry><organizer classCode="BATTERY" moodCode="EVN">{template("4.1")}<id root="1.2.3" extension="panel-{number}"/>{code}
      <statusCode code="completed"/><component><observation classCode="OBS" moodCode="EVN">{template("4.2")}
      <id root="1.2.3" extension="result-{number}"/>{code}<statusCode code="{status}"/><effectiveTime value="20260320093000-0500"/>
      <value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {value}</value></observation></component></organizer></entry>"""


number_150 = 'xsi:type="PQ" value="150" unit="pg/mL">'
below_150 = 'xsi:type="IVL_PQ"><high value="150" unit="pg/mL" inclusive="false"/>'
above_2000 = 'xsi:type="IVL_PQ"><low value="2000" unit="pg/mL" inclusive="false"/>'
results = result(1, number_150) + result(2, below_150) + result(3, above_2000) + result(4, number_150, status="aborted")
print(f"""<ClinicalDocument xmlns="urn:hl7-org:v3"><realmCode code="US"/><typeId root="{HL7}.1.3" extension="POCD_HD000040"/>
  {template("1.1")}{template("1.2")}<id root="1.2.3" extension="document"/><code code="34133-9" codeSystem="{LOINC}"/><title>Summary</title>
  <effectiveTime value="20260325120000-0500"/><confidentialityCode code="N" codeSystem="{HL7}.5.25"/><languageCode code="en-US"/>
  <recordTarget><patientRole><id root="1.2.3" extension="patient"/>{WHERE}<patient><name use="L"><given>Ada</given><family>Quill</family></name>
  <administrativeGenderCode code="F" codeSystem="{HL7}.5.1"/><birthTime value="19570715"/></patient></patientRole></recordTarget>
  <author><time value="20260325120000-0500"/><assignedAuthor><id root="1.2.3" extension="author"/>{WHERE}
  <assignedPerson><name><given>Ines</given><family>Marlowe</family></name></assignedPerson></assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.3" extension="custodian"/><name>Riverbank</name>{WHERE}
  </representedCustodianOrganization></assignedCustodian></custodian>
  <component><structuredBody><component><section>{template("2.3.1")}<code code="30954-2" codeSystem="{LOINC}"/><title>Results</title>
  <text>Results</text>{results}</section></component></structuredBody></component></ClinicalDocument>""")
PY
venv/bin/python document.py >document.xml
cat >medplum.mjs <<'JS'
import fs from "node:fs";
import { convertCcdaToFhir, convertXmlToCcda } from "@medplum/ccda";
console.log(JSON.stringify(convertCcdaToFhir(convertXmlToCcda(fs.readFileSync("document.xml", "utf8")))));
JS
node --import 'data:text/javascript,globalThis.WebSocket=class{}' medplum.mjs >medplum.json # Node before 22 has none
cat >convert.py <<'PY'
import io, json, logging

logging.disable()
from ccda_to_fhir.convert import convert_document
from fhir_converter.renderers import CcdaRenderer

document = open("document.xml").read()
converted = io.StringIO()
CcdaRenderer().render_fhir("CCD", document, converted)
bundles = {
    "medplum": json.load(open("medplum.json")),
    "fhir-converter": json.loads(converted.getvalue()),
    "ccda-to-fhir": convert_document(document)["bundle"],
}
for name, bundle in bundles.items():
    for observation in (entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Observation"):
        if "result-" in observation["identifier"][0]["value"]:
            value = observation.get("valueQuantity", {})
            told = f"{value.get('comparator', '')}{value['value']}" if value else "no value"
            print(f"{name}: {observation.get('status', 'no status')}, {told}")
PY
venv/bin/python convert.py | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
medplum: final, 150
medplum: final, no value
medplum: final, no value
medplum: final, 150
fhir-converter: final, 150
fhir-converter: final, no value
fhir-converter: final, no value
fhir-converter: no status, 150
ccda-to-fhir: final, 150
ccda-to-fhir: final, <=150
ccda-to-fhir: final, >=2000
ccda-to-fhir: cancelled, 150
SEEN
