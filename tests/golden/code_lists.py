#!/usr/bin/env python3
"""How much of public code lists the shipped pack knows: by code, by a site's expansions, by words. Not a test: it prints a table.

    code_lists.py PROGRAM FOLDER [--expansions FILE] [--missing]

FOLDER holds FHIR ValueSets that are not kept here; a list that is not there is left out. `pama-reason-codes.json` is cds-hooks/sandbox,
src/assets (the names of 6,482 SNOMED CT concepts). The others are value sets by title, out of the bundles of measures of a repository:

| file | value set | repository |
|---|---|---|
| ecqm-all-primary-and-secondary-cancer.json | All Primary and Secondary Cancer | cqframework/ecqm-content-r4-2021 |
| ecqm-pregnancy-or-other-related-diagnoses.json | Pregnancy or Other Related Diagnoses | cqframework/ecqm-content-r4-2021 |
| ecqm-end-stage-renal-disease.json | End Stage Renal Disease | cqframework/ecqm-content-cms-2025 |
| ecqm-dialysis-services.json | Dialysis Services | cqframework/ecqm-content-cms-2025 |
| ecqm-osteoporotic-fractures.json | Osteoporosis With Current Fracture | cqframework/ecqm-content-cms-2025 |
| ecqm-peripheral-neuropathy.json | Peripheral Neuropathy | cqframework/ecqm-content-cms-2025 |
| ecqm-liver-disease-moderate-severe.json | Liver Disease Moderate to Severe | cqframework/ecqm-content-cms-2025 |
| ecqm-malabsorption-syndromes.json | Malabsorption Syndromes | cqframework/ecqm-content-cms-2025 |
| ecqm-chronic-liver-disease.json | Chronic Liver Disease | cqframework/ecqm-content-cms-2025 |
| ecqm-advanced-illness.json | Advanced Illness | cqframework/ecqm-content-cms-2025 |
| cdc-malignant-cancer-conditions.json | CDC malignant cancer conditions | cqframework/opioid-cds-r4 |

Each concept is asked of the running product twice, as the problem of a patient with chronic low back pain: by its code without a name, and by
its name without a code. A red flag is found if the suggestion falls silent, an indication or a sign if its suggestion comes. What is found
by expansion is a code of that file's value set. --missing prints the names that neither code nor words find.
"""

import argparse
import json
import re
from dataclasses import dataclass
from pathlib import Path

import product

AT = "2026-03-02T12:00:00Z"
SNOMED = "http://snomed.info/sct"
SYSTEMS = (SNOMED, "http://hl7.org/fhir/sid/icd-10-cm")  # of problems; a bill's codes are left out
COELIAC = {"system": SNOMED, "code": "396331005"}
BACK_PAIN = {"system": SNOMED, "code": "278860009"}
SUGGESTION, B12 = "vitamin-d-suggest", "b12-suggest"


@dataclass
class Group:
    """What is looked for in which list: names that match, of concepts that mean the thing itself."""

    title: str
    file: str
    value_sets: tuple  # of the pack
    rule: str = SUGGESTION
    silences: bool = True
    names: str = ""
    but_not: str = "^$"

    def concepts(self, folder):
        path = folder / self.file
        if not path.exists():
            return []
        contains = json.loads(path.read_text(encoding="utf-8"))["expansion"]["contains"]
        contains = [each for each in contains if each.get("system", SNOMED) in SYSTEMS]
        return [each for each in contains if re.search(self.names, each["display"], re.I) and not re.search(self.but_not, each["display"], re.I)]


PAMA = "pama-reason-codes.json"
NO_DISEASE = r"\((procedure|situation|event|regime/therapy|person|occupation)\)|history of|screening|suspected|exposure|risk|catheter|complication"
SKIN = "(basal|squamous|sebaceous) cell carcinoma of skin|malignant neoplasm of skin|(skin|unspecified), unspecified"
LIVER = ("cirrhosis", "primary-biliary-cholangitis")
GROUPS = [
    Group("malignancy", PAMA, ("malignancy",), names=r"malignan|carcinoma|cancer|sarcoma|lymphoma|leuk[ae]*mia|myeloma|melanoma|metasta",
          but_not=NO_DISEASE + r"|in situ|malignant (essential |secondary |renovascular )?hypert|hyperthermia|basal cell|of skin|otitis|neuroleptic|premalignant"),
    Group("malignancy", "ecqm-all-primary-and-secondary-cancer.json", ("malignancy",)),
    Group("malignancy", "cdc-malignant-cancer-conditions.json", ("malignancy",), but_not=SKIN),
    Group("vertebral fracture", PAMA, ("red-flags-90-days",), names=r"(fractur|collapse).*(vertebra|spine|spinal|lumbar|sacr)|vertebra.*(fractur|collapse)",
          but_not=NO_DISEASE + "|tibial|iliac|old "),
    Group("vertebral fracture", "ecqm-osteoporotic-fractures.json", ("red-flags-90-days",), names="vertebra", but_not="subsequent|sequela"),
    Group("dialysis", PAMA, ("dialysis",), names="dialysis|end stage renal", but_not="catheter|history of|peritonitis|infection"),
    Group("dialysis", "ecqm-end-stage-renal-disease.json", ("dialysis",)),
    Group("dialysis", "ecqm-dialysis-services.json", ("dialysis",), but_not="catheter|measurement|albumin"),
    Group("pregnancy", "ecqm-pregnancy-or-other-related-diagnoses.json", ("pregnancy",)),
    Group("Crohn's disease", PAMA, ("crohns-disease",), silences=False, names="crohn", but_not=NO_DISEASE),
    Group("Crohn's disease", "ecqm-malabsorption-syndromes.json", ("crohns-disease",), silences=False, names="crohn"),
    Group("coeliac disease", "ecqm-malabsorption-syndromes.json", ("coeliac-disease",), silences=False, names="celiac", but_not="non-celiac"),
    Group("cystic fibrosis", "ecqm-malabsorption-syndromes.json", ("cystic-fibrosis",), silences=False, names="cystic fibrosis"),
    Group("polyneuropathy", PAMA, ("polyneuropathy",), rule=B12, silences=False, names="polyneuropathy|peripheral neuropathy", but_not=NO_DISEASE),
    Group("polyneuropathy", "ecqm-peripheral-neuropathy.json", ("polyneuropathy",), rule=B12, silences=False, names="polyneuropath|idiopathic.* neuropath|diabetic neuropathy",
          but_not="mumps|syphilitic|herpetic|mononucleosis|rheumatoid|sclerosis|critical|radiation|toxic|sequela"),
    Group("cirrhosis", PAMA, ("cirrhosis",), silences=False, names="cirrhosis of liver|biliary cirrhosis|liver cirrhosis|cirrhosis -", but_not=NO_DISEASE),
    Group("cirrhosis", "ecqm-chronic-liver-disease.json", LIVER, silences=False, names="cirrhosis"),
    Group("cirrhosis", "ecqm-advanced-illness.json", LIVER, silences=False, names="cirrhosis"),
    Group("liver failure", "ecqm-liver-disease-moderate-severe.json", ("end-stage-liver-disease",), silences=False, names="chronic hepatic failure|hepatic failure, unspecified|alcoholic hepatic failure"),
]


def condition(identity, code):
    return {"resourceType": "Condition", "id": identity, "clinicalStatus": {"coding": [{"code": "active"}]}, "code": code,
            "subject": {"reference": "Patient/p"}, "onsetDateTime": "2024-01-10" if identity != "asked" else "2026-02-20"}


class Asker:
    """The product, asked over HTTPS about one problem at a time."""

    def __init__(self, program, service, folder):
        self.service = service
        entries = [{"resource": {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-05-05"}}]
        patient = Path(folder) / "patient.json"
        patient.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
        printed = product.evaluate(program, patient, AT, "--print-request")
        self.request = json.loads(printed.stdout)

    def rules(self, code, with_coeliac):
        problems = [condition("pain", {"coding": [BACK_PAIN]}), condition("asked", code)]
        if with_coeliac:
            problems.append(condition("gut", {"coding": [COELIAC]}))
        self.request["prefetch"]["conditions"] = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each} for each in problems]}
        status, answer = self.service.call(json.dumps(self.request))
        assert status == 200, answer
        return {product.rule_of(card) for card in json.loads(answer)["cards"]}

    def finds(self, group, code):
        rules = self.rules(code, with_coeliac=group.silences or group.rule == B12)
        return (group.rule not in rules) if group.silences else (group.rule in rules)


def expanded_codes(path):
    if not path:
        return {}
    bundle = json.loads(Path(path).read_text(encoding="utf-8"))
    sets = [entry["resource"] for entry in bundle["entry"]]
    return {each["id"]: {concept["code"] for concept in each["expansion"]["contains"]} for each in sets}


def share(found, concepts):
    return f"{len(found)} ({100 * len(found) / len(concepts):.0f} %)"


def main():
    parser = argparse.ArgumentParser(description="How much of public code lists the shipped pack knows.")
    parser.add_argument("program", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--expansions", type=Path)
    parser.add_argument("--missing", action="store_true")
    arguments = parser.parse_args()
    expanded = expanded_codes(arguments.expansions)
    print("| group | list | concepts | by code | by expansion too | by words alone | by code or words |")
    print("|---|---|---:|---:|---:|---:|---:|")
    with product.Service(arguments.program.resolve(), AT) as service:
        asker = Asker(arguments.program.resolve(), service, service.folder.name)
        for group in GROUPS:
            concepts = group.concepts(arguments.folder)
            if not concepts:
                continue
            by_code, by_words, by_expansion = set(), set(), set()
            for number, each in enumerate(concepts):
                if asker.finds(group, {"coding": [{"system": each.get("system", SNOMED), "code": each["code"]}]}):
                    by_code.add(number)
                if asker.finds(group, {"coding": [{"display": each["display"]}]}):
                    by_words.add(number)
                if any(each["code"] in expanded.get(name, ()) for name in group.value_sets):
                    by_expansion.add(number)
            expansion = share(by_code | by_expansion, concepts) if expanded else "–"
            print(f"| {group.title} | {group.file} | {len(concepts)} | {share(by_code, concepts)} | {expansion} | {share(by_words, concepts)} | "
                  f"{share(by_code | by_words, concepts)} |", flush=True)
            if arguments.missing:
                for number, each in enumerate(concepts):
                    if number not in by_code | by_words:
                        print(f"    {each['code']} {each['display']}")


if __name__ == "__main__":
    main()
