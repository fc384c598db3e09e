#!/usr/bin/env bash
# drug-named-entity-recognition 2.0.9 (PyPI), find_drugs; seen 2026-11-30. What it finds in words of a record, and the id in MeSH that it gives:
#   vitamin B12, folic acid, pyridoxine              one id
#   calcifediol, alendronate, denosumab, "vitamin D"     one id
#   cholecalciferol, calcitriol, cinacalcet, teriparatide     one id, which it has too for "Calcium-Regulating Hormones and Agents"
#   metformin, insulin                               one id
#   "Vitamin D 1000 units"                           ergocalciferol, so not the id of cholecalciferol
#   "25-OH vitamin D 8 ng/mL", "Vitamin D deficiency"     ergocalciferol: a low result and a diagnosis are a drug
#   "Morning cortisol 3 ug/dL"                       hydrocortisone
#   "Vitamin B complex daily"                        cyanocobalamin, which is B12
#   "B12 1000 mcg intramuscularly", "Calcium 600 mg"     nothing
# The id is that of a class, as MeSH has it under pharmacological action, while the tree numbers beside it are the drug's own: 8749 drugs share 5928
# ids. What it means for a service: folic acid, which hides the anaemia of a B12 deficiency and not its harm to nerves, counts as its treatment where
# drugs are joined by that id; and whoever lacks vitamin D seems to take it. Match ingredients by RxNorm or ATC, in medication resources alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m pip install --quiet --no-compile --disable-pip-version-check --root-user-action ignore --target lib drug-named-entity-recognition==2.0.9
cat >run.py <<'PY'
from drug_named_entity_recognition.drugs_finder import drug_canonical_to_data, find_drugs


def found(words):
    return [drug for drug, _, _ in find_drugs(words.split())]


for group in ("Vitamin B12;Folic acid;Pyridoxine", "Calcifediol;Alendronate;Denosumab;Vitamin D",
              "Cholecalciferol;Calcitriol;Cinacalcet;Teriparatide", "Metformin;Insulin"):
    drugs = [found(name)[0] for name in group.split(";")]
    print(*sorted({drug["mesh_id"] for drug in drugs}), "of", ", ".join(drug["name"] for drug in drugs))
with_id = [drug for drug in drug_canonical_to_data.values() if drug.get("mesh_id")]
print(len(with_id), "drugs share", len({drug["mesh_id"] for drug in with_id}), "ids; named as a class:",
      *(f"{drug['mesh_id']} {drug['name']}" for drug in with_id if drug.get("name") == "Calcium-Regulating Hormones and Agents"))
for words in ("Vitamin D 1000 units", "25-OH vitamin D 8 ng/mL", "Vitamin D deficiency", "Morning cortisol 3 ug/dL", "Vitamin B complex daily",
              "B12 1000 mcg intramuscularly", "Calcium 600 mg", "Metformin 500 mg"):
    print(f"{words}:", ", ".join(drug["name"] for drug in found(words)) or "nothing")
PY
HOME=$folder PYTHONPATH=lib python3 run.py | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
D014803 of Vitamin B 12, Folic Acid, Pyridoxine
D050071 of Calcifediol, Alendronate, Denosumab, Ergocalciferol
D000077264 of Cholecalciferol, Calcitriol, Cinacalcet, Teriparatide
D007004 of Metformin, Insulin
8749 drugs share 5928 ids; named as a class: D000077264 Calcium-Regulating Hormones and Agents
Vitamin D 1000 units: Ergocalciferol
25-OH vitamin D 8 ng/mL: Ergocalciferol
Vitamin D deficiency: Ergocalciferol
Morning cortisol 3 ug/dL: Hydrocortisone
Vitamin B complex daily: Cyanocobalamin
B12 1000 mcg intramuscularly: nothing
Calcium 600 mg: nothing
Metformin 500 mg: Metformin
SEEN
