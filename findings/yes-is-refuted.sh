#!/usr/bin/env bash
# @aehrc/sdc-template-extract 1.0.16 (npm), inAppExtract, which makes resources of the answers to a form by a template in it, as the standard on forms
# (SDC) has it; seen 2026-11-30. "If the expression evaluates to no results, then this element in the templated resource will be removed" is what that
# says of an expression on an element (templateExtractContext). One question, with parts of a template that are for one of its answers:
#                                              yes                    no                     not answered
#   osteoporosis, "refuted" if no              refuted                refuted                refuted
#   a B12 to order, doNotPerform if no         not to be done         not to be done         not to be done
#   a result's mark "L" if yes                 no mark                no mark                no mark
#   a result in pg/mL if yes                   150 pg/mL              final, pg/mL alone     final, pg/mL alone
#   osteoporosis, "refuted", "denied" if no    refuted                refuted, "denied"      refuted
# An element that repeats and takes nothing from the answers is always taken out, one that does not repeat always left in: its expression decides
# about the values below it alone. No issue is told. What it means for whoever lets patients answer forms: fill each value from an answer, a status
# too, and try every question with each of its answers and with none; a result that is final and has no value was not answered.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @aehrc/sdc-template-extract@1.0.16 fhirpath@4.10.1
cat >run.cjs <<'JS'
const { inAppExtract } = require("@aehrc/sdc-template-extract");
const SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-";
const only = (expression) => ({ extension: [{ url: `${SDC}templateExtractContext`, valueString: expression }] });
const value = (expression) => ({ extension: [{ url: `${SDC}templateExtractValue`, valueString: expression }] });
const [YES, NO] = [true, false].map((answer) => `item.where(linkId = 'question').answer.where(value = ${answer})`);
const refuted = { coding: [{ system: "http://terminology.hl7.org/CodeSystem/condition-ver-status", code: "refuted" }] };
const osteoporosis = { resourceType: "Condition", code: { text: "Osteoporosis" } };
const result = { resourceType: "Observation", status: "final", code: { text: "Vitamin B12" } };
const templates = {
    "refuted if no": { ...osteoporosis, verificationStatus: { ...only(NO), ...refuted } },
    "doNotPerform if no": { resourceType: "ServiceRequest", status: "draft", intent: "proposal", code: { text: "Vitamin B12" },
                            doNotPerform: true, _doNotPerform: only(NO) },
    "L if yes": { ...result, interpretation: [{ ...only(YES), coding: [{ code: "L" }] }] },
    "value if yes": { ...result, valueQuantity: { ...only(YES), unit: "pg/mL", _value: value("150") } },
    "refuted, denied if no": { ...osteoporosis, verificationStatus: { ...only(NO), ...refuted, _text: value("'denied'") } },
};
async function extract(template, answer) {
    const mark = { url: `${SDC}templateExtract`, extension: [{ url: "template", valueReference: { reference: "#template" } }] };
    const form = { resourceType: "Questionnaire", url: "urn:form", status: "active", contained: [{ ...template, id: "template" }],
                   item: [{ linkId: "group", type: "group", extension: [mark], item: [{ linkId: "question", type: "boolean" }] }] };
    const question = { linkId: "question", ...(answer === undefined ? {} : { answer: [{ valueBoolean: answer }] }) };
    const answers = { resourceType: "QuestionnaireResponse", questionnaire: "urn:form", status: "completed",
                      item: [{ linkId: "group", item: [question] }] };
    const { extractResult } = await inAppExtract(answers, form, null);
    const { resourceType, code, intent, ...rest } = extractResult.extractedBundle.entry[0].resource;
    return JSON.stringify(rest) + (extractResult.issues ? ` ${JSON.stringify(extractResult.issues.issue)}` : "");
}
(async () => {
    for (const [name, template] of Object.entries(templates)) {
        for (const [word, answer] of [["yes", true], ["no", false], ["none", undefined]]) {
            console.log(`${name}, answer ${word}: ${await extract(template, answer)}`);
        }
    }
})();
JS
node run.cjs | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
refuted if no, answer yes: {"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"refuted"}]}}
refuted if no, answer no: {"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"refuted"}]}}
refuted if no, answer none: {"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"refuted"}]}}
doNotPerform if no, answer yes: {"status":"draft","doNotPerform":true}
doNotPerform if no, answer no: {"status":"draft","doNotPerform":true}
doNotPerform if no, answer none: {"status":"draft","doNotPerform":true}
L if yes, answer yes: {"status":"final"}
L if yes, answer no: {"status":"final"}
L if yes, answer none: {"status":"final"}
value if yes, answer yes: {"status":"final","valueQuantity":{"unit":"pg/mL","value":150}}
value if yes, answer no: {"status":"final","valueQuantity":{"unit":"pg/mL"}}
value if yes, answer none: {"status":"final","valueQuantity":{"unit":"pg/mL"}}
refuted, denied if no, answer yes: {"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"refuted"}]}}
refuted, denied if no, answer no: {"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"refuted"}],"text":"denied"}}
refuted, denied if no, answer none: {"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"refuted"}]}}
SEEN
