#!/usr/bin/env bash
# radreport 0.4.0 (PyPI), a report of radiology made a FHIR DiagnosticReport; seen 2026-11-30. Which findings of an impression are among its results:
#   "No change in the metastases of L2 and L4."                    none
#   "MRI without contrast shows spinal cord compression at T8."    none
#   "No prior study; cord compression at T8."                      none
#   "No disc protrusion above 2.5 mm or cord compression."         cord compression: the point of 2.5 ends its "no"
#   "Cord compression is not seen.", "Cord compression: none."     cord compression
#   "No cord compression.", "Cord compression at T8."              none; cord compression
#   "Acute compression fracture of L1."                            none: no fracture but an unstable or cervical one is looked for
# "no" and "without" before a finding deny it, in up to sixty characters of what goes as one sentence; after it they do not, though "not seen" and
# "ruled out" are on the list. What it means for a service: red flags that came from a report's text through such a reader can be there or missing
# for the word next to them. An absent one proves nothing, and the text goes along (it does, as presentedForm) for somebody to read.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m pip install --quiet --no-compile --disable-pip-version-check --root-user-action ignore --target lib radreport==0.4.0
cat >run.py <<'PY'
from radreport import CriticalFindingsDetector, FHIRExporter, ReportParser

parser, detector, exporter = ReportParser(), CriticalFindingsDetector(), FHIRExporter()
for impression in (
    "No change in the metastases of L2 and L4.",
    "MRI without contrast shows spinal cord compression at T8.",
    "No prior study; cord compression at T8.",
    "No disc protrusion above 2.5 mm or cord compression.",
    "Cord compression is not seen.",
    "Cord compression: none.",
    "No cord compression.",
    "Cord compression at T8.",
    "Acute compression fracture of L1.",
):
    report = detector.detect(parser.parse(f"IMPRESSION: {impression}", modality="MRI"))
    results = [result["code"]["text"] for result in exporter.export(report).get("contained", [])]
    print(impression, "->", ", ".join(results) or "none")
PY
PYTHONPATH=lib python3 run.py | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
No change in the metastases of L2 and L4. -> none
MRI without contrast shows spinal cord compression at T8. -> none
No prior study; cord compression at T8. -> none
No disc protrusion above 2.5 mm or cord compression. -> cord compression
Cord compression is not seen. -> cord compression
Cord compression: none. -> cord compression
No cord compression. -> none
Cord compression at T8. -> cord compression
Acute compression fracture of L1. -> none
SEEN
