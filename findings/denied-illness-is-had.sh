#!/usr/bin/env bash
# @medplum/ccda 5.1.10 (npm), python-fhir-converter 0.3.0 and ccda-to-fhir 0.3 (PyPI); seen 2026-11-29. Three problems of one C-CDA
# document, turned into FHIR Conditions (clinical status, verification, end):
#                                          medplum               fhir-converter   ccda-to-fhir
#   osteoporosis                           active confirmed      - -              active confirmed
#   "no osteoporosis", negationInd="true"  active confirmed      - -              active refuted
#   osteoporosis, 2016 to 2020, completed  active, ended 2020    -, no end        resolved; its beginning lasted until 2020
#   osteoporosis, 2016 to 2020, active     active, ended 2020    -, no end        active; its beginning lasted until 2020
# C-CDA says "not" in an attribute of the same entry, so what a patient was found not to have is what two of three converters say that she
# has; nothing of the result tells. What it means for a service: an end outweighs the status, and whoever connects imported problem lists
# has to see how they were made.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund @medplum/ccda@5.1.10 @medplum/core@5.1.10
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-fhir-converter==0.3.0 ccda-to-fhir==0.3
cat >document.py <<'PY'
HL7, SCT, LOINC = "2.16.840.1.113883", "2.16.840.1.113883.6.96", "2.16.840.1.113883.6.1"
WHERE = "<addr><streetAddressLine>1 Mill Lane</streetAddressLine><city>Riverbank</city><state>NY</state><postalCode>10000</postalCode></addr>"
WHERE += '<telecom value="tel:555-0100"/>'


def template(number, when="2015-08-01"):
    return f'<templateId root="{HL7}.10.20.22.{number}" extension="{when}"/><templateId root="{HL7}.10.20.22.{number}"/>'


def problem(number, status="active", negated=False, end=""):
    time = '<effectiveTime><low value="20160101"/>' + (f'<high value="{end}"/>' if end else "") + "</effectiveTime>"
    return f"""<entry><act classCode="ACT" moodCode="EVN">{template("4.3")}<id root="1.2.3" extension="act-{number}"/>
      <code code="CONC" codeSystem="{HL7}.5.6"/><statusCode code="{status}"/>{time}
      <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN" {'negationInd="true"' if negated else ""}>{template("4.4")}
      <id root="1.2.3" extension="problem-{number}"/><code code="55607006" codeSystem="{SCT}"/><statusCode code="completed"/>{time}
      <value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CD" code="64859006" codeSystem="{SCT}" displayName="Osteoporosis"/>
      </observation></entryRelationship></act></entry>"""


problems = problem(1) + problem(2, negated=True) + problem(3, status="completed", end="20200101") + problem(4, end="20200101")
print(f"""<ClinicalDocument xmlns="urn:hl7-org:v3"><realmCode code="US"/><typeId root="{HL7}.1.3" extension="POCD_HD000040"/>
  {template("1.1")}{template("1.2")}<id root="1.2.3" extension="document"/><code code="34133-9" codeSystem="{LOINC}"/><title>Summary</title>
  <effectiveTime value="20260325120000-0500"/><confidentialityCode code="N" codeSystem="{HL7}.5.25"/><languageCode code="en-US"/>
  <recordTarget><patientRole><id root="1.2.3" extension="patient"/>{WHERE}<patient><name use="L"><given>Ada</given><family>Quill</family></name>
  <administrativeGenderCode code="F" codeSystem="{HL7}.5.1"/><birthTime value="19570715"/></patient></patientRole></recordTarget>
  <author><time value="20260325120000-0500"/><assignedAuthor><id root="1.2.3" extension="author"/>{WHERE}
  <assignedPerson><name><given>Ines</given><family>Marlowe</family></name></assignedPerson></assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.3" extension="custodian"/><name>Riverbank</name>{WHERE}
  </representedCustodianOrganization></assignedCustodian></custodian>
  <component><structuredBody><component><section>{template("2.5.1")}<code code="11450-4" codeSystem="{LOINC}"/><title>Problems</title>
  <text>Problems</text>{problems}</section></component></structuredBody></component></ClinicalDocument>""")
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
    for condition in (entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Condition"):
        status = [condition.get(member, {"coding": [{"code": "-"}]})["coding"][0]["code"] for member in ("clinicalStatus", "verificationStatus")]
        ends = [condition.get("abatementDateTime", "-")[:10], condition.get("onsetPeriod", {}).get("end", "-")]
        print(f"{name}:", *status, "end", ends[0], "end of the beginning", ends[1])
PY
venv/bin/python convert.py | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
medplum: active confirmed end - end of the beginning -
medplum: active confirmed end - end of the beginning -
medplum: active confirmed end 2020-01-01 end of the beginning -
medplum: active confirmed end 2020-01-01 end of the beginning -
fhir-converter: - - end - end of the beginning -
fhir-converter: - - end - end of the beginning -
fhir-converter: - - end - end of the beginning -
fhir-converter: - - end - end of the beginning -
ccda-to-fhir: active confirmed end - end of the beginning -
ccda-to-fhir: active refuted end - end of the beginning -
ccda-to-fhir: resolved confirmed end - end of the beginning 2020-01-01
ccda-to-fhir: active confirmed end - end of the beginning 2020-01-01
SEEN
