#!/usr/bin/env bash
# clinicalcompress 0.1.1 (PyPI), compress with its own settings, which shortens a clinical text before a language model reads it; seen 2026-11-30:
#   "X-ray shows no fracture except L1."                     "X-ray shows no fracture L1."
#   "She takes no supplements except a daily vitamin D capsule."     "She takes no supplements daily vitamin D capsule."
#   "Hepatitis A in 1998, treated with rest."                "Hepatitis in 1998, treated rest."
#   "Serum B12 118 pg/mL.", "Serum 25-OH vitamin D 6 ng/mL." gone, as what says least, shortest first
#   "Calcium 11.6 mg/dL.", "HbA1c 6.1 %."                    kept: mg/dL, mmol/L and % are among the units of a value; ng/mL, pg/mL, nmol/L are not
#   "She walks with a stick."                                gone, too
# "with", "except", "or" and "a" are words without meaning there; the first sentences to go are those without a value, a "no", a side, an allergy or
# a word like "chronic". What it means for a service: its text, a card's detail among it, says nothing that another sentence must take back
# ("except"), and a result is given as data beside its text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m pip install --quiet --no-compile --disable-pip-version-check --root-user-action ignore --target lib clinicalcompress==0.1.1
cat >run.py <<'PY'
from clinicalcompress import compress

for text in (
    "X-ray shows no fracture except L1.",
    "She takes no supplements except a daily vitamin D capsule.",
    "Hepatitis A in 1998, treated with rest.",
    "Chronic low back pain for 3 years. Serum B12 118 pg/mL. Serum 25-OH vitamin D 6 ng/mL. Calcium 11.6 mg/dL. HbA1c 6.1 %. She walks with a stick. "
    "Patient denies fever and weight loss. She takes metformin 500 mg twice a day.",
):
    print(compress(text).compressed_text)
PY
PYTHONPATH=lib python3 run.py | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
X-ray shows no fracture L1.
She takes no supplements daily vitamin D capsule.
Hepatitis in 1998, treated rest.
Chronic low back pain for 3 years. Calcium 11.6 mg/dL. HbA1c 6.1 %. Patient denies fever weight loss. She takes metformin 500 mg twice day.
SEEN
