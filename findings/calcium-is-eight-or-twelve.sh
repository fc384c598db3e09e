#!/usr/bin/env bash
# medcalc-bench 1.7.0 (PyPI), calculate_corrected_calcium_explanation; seen 2026-11-30. A calcium in mmol/L goes to moles first, and what is above
# 0.001 is rounded to three places: 2.4 mmol are 0.002 mol. With an albumin of 40 g/L, which corrects nothing, in mg/dL (normal: 8.5 to 10.5):
#   2.40 mmol/L, normal              8, which is low; it is 9.62
#   2.50 mmol/L, normal              12, which is high; it is 10.02
#   3.40 mmol/L, a crisis            12; it is 13.63
#   every other from 1.51 to 3.49    8 or 12: none of them is normal
#   2400 µmol/L, or 9.62 mg/dL       8; 9.62
#   2.15 mmol/L, or 8.6 mg/dL, with an albumin of 28 g/L    8.96; 9.56
# Glucose goes the same way: 5.4 mmol/L is 90 mg/dL (it is 97), 5.6 is 108 (101). The explanation shows each step, "= 0.002 mol Calcium" among them.
# What it means for a service: a number is compared in the unit it was sent in; what must be converted is rounded once, at the end.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m pip install --quiet --no-compile --disable-pip-version-check --root-user-action ignore --target lib medcalc-bench==1.7.0
cat >run.py <<'PY'
from medcalc.calcium_correction import calculate_corrected_calcium_explanation
from medcalc.utils.unit_converter_new import conversion_explanation


def corrected(value, unit, albumin):
    told = calculate_corrected_calcium_explanation({"calcium": (value, unit), "albumin": (albumin, "g/L")})
    return told["Answer"], told["Explanation"]


for value, unit, albumin in ((2.4, "mmol/L", 40), (2.5, "mmol/L", 40), (3.4, "mmol/L", 40), (2400, "µmol/L", 40), (9.62, "mg/dL", 40),
                             (2.15, "mmol/L", 28), (8.6, "mg/dL", 28)):
    print(f"calcium of {value} {unit}, albumin of {albumin} g/L: {corrected(value, unit, albumin)[0]}")
print("from 1.51 to 3.49 mmol/L:", *sorted({corrected(hundredths / 100, "mmol/L", 40)[0] for hundredths in range(151, 350)}))
print(next(step for step in corrected(2.4, "mmol/L", 40)[1].split(". ") if "mol/mmol" in step))
for value in (5.4, 5.6):
    print(f"glucose of {value} mmol/L: {conversion_explanation(value, 'glucose', 180.16, None, 'mmol/L', 'mg/dL')[1]}")
PY
PYTHONPATH=lib python3 run.py | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
calcium of 2.4 mmol/L, albumin of 40 g/L: 8.0
calcium of 2.5 mmol/L, albumin of 40 g/L: 12.0
calcium of 3.4 mmol/L, albumin of 40 g/L: 12.0
calcium of 2400 µmol/L, albumin of 40 g/L: 8.0
calcium of 9.62 mg/dL, albumin of 40 g/L: 9.62
calcium of 2.15 mmol/L, albumin of 28 g/L: 8.96
calcium of 8.6 mg/dL, albumin of 28 g/L: 9.56
from 1.51 to 3.49 mmol/L: 8.0 12.0
To convert 2.4 mmol of Calcium to mol, multiply by the conversion factor 0.001, giving us 2.4 mmol Calcium * 0.001 mol/mmol = 0.002 mol Calcium
glucose of 5.4 mmol/L: 90.1
glucose of 5.6 mmol/L: 108.1
SEEN
