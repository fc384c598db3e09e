#!/usr/bin/env bash
# labunits 0.2.1 (PyPI), to_si_unit; seen 2026-11-30. A test may be named by its LOINC code or its name; where two tests have one name, the
# name is that of the second, and nothing is said:
#   "Creatinine", 1.1 mg/dL of serum      9.724, mmol in 24 hours of urine (2162-6)     by 2160-0 97.24, and µmol/L
#   "Magnesium", 1.5 mg/dL, which is low  0.75 mmol/L, as of mEq/L (2601-3): it is not    by 19123-9 0.62
# and by whichever name, a factor of the table is not the one of its units:
#   calcitriol (1,25-dihydroxyvitamin D), 60 pg/mL     156 pmol/L, of 416.6 g/mol it is 144
#   noradrenaline, 300 pg/mL                           1773 nmol/L, of 169.2 g/mol it is 1.77
# 25-OH vitamin D, vitamin B12 and total calcium it does not know by four codes, and has no such name. What it means for a service: a table of
# conversions is held against the molar mass before it is used, a test is named by its code, and a number is compared in the unit it was sent in.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m pip install --quiet --no-compile --disable-pip-version-check --root-user-action ignore --target lib labunits==0.2.1
cat >run.py <<'PY'
from labunits.converters import analytes, si_unit, to_si_unit, traditional_unit

names = {}
for analyte in analytes():
    names.setdefault(analyte.name, []).append(f"{analyte.loinc_num} in {analyte.traditional_unit}")
for name in ("Creatinine", "Magnesium"):
    print(f"{name} is the name of", " and ".join(names[name]))
MOLAR_MASS = {"62290-2": 416.64, "2666-6": 169.18}  # g/mol, PubChem 5280453 (calcitriol) and 439260 (noradrenaline)
for test, value in (("Creatinine", 1.1), ("2160-0", 1.1), ("Magnesium", 1.5), ("19123-9", 1.5)):
    print(f"{test}: {value} {traditional_unit(test)} is {to_si_unit(value, test):.4g} {si_unit(test)}")
for test, value in (("62290-2", 60), ("2666-6", 300)):
    picomoles = value / MOLAR_MASS[test] * 1000  # of each litre: pg/mL are ng/L
    right = picomoles if si_unit(test) == "pmol/L" else picomoles / 1000
    print(f"{test}: {value} {traditional_unit(test)} is {to_si_unit(value, test):.4g} {si_unit(test)}, by its molar mass {right:.3g}")
known = {analyte.loinc_num for analyte in analytes()}
print("codes not known:", *(code for code in ("62292-8", "1989-3", "2132-9", "17861-6") if code not in known))
WORDS = ("calcium", "vitamin d", "b12", "b-12", "cobalamin", "calcidiol", "hydroxyvitamin")
print("names like these:", "; ".join(sorted(name for name in names if any(word in name.lower() for word in WORDS))))
PY
PYTHONPATH=lib python3 run.py | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
Creatinine is the name of 2160-0 in mg/dL and 2162-6 in g/24 h
Magnesium is the name of 19123-9 in mg/dL and 2601-3 in mEq/L
Creatinine: 1.1 g/24 h is 9.724 mmol/day
2160-0: 1.1 mg/dL is 97.24 μmol/L
Magnesium: 1.5 mEq/L is 0.75 mmol/L
19123-9: 1.5 mg/dL is 0.6171 mmol/L
62290-2: 60 pg/mL is 156 pmol/L, by its molar mass 144
2666-6: 300 pg/mL is 1773 nmol/L, by its molar mass 1.77
codes not known: 62292-8 1989-3 2132-9 17861-6
names like these: Calcium, ionized; Vitamin D, 1,25-dihydroxyvitamin D
SEEN
