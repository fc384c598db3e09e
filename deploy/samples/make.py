#!/usr/bin/env python3
"""Writes the sample patients: ten FHIR R4 Bundles, stories.json, and the table in README.md.

    make.py            writes them beside itself
    make.py FOLDER     writes them there (the test that holds the committed files against this program does)

The people are invented, the codes and units are real. Each story is told as of 2026-03-02, 09:00 in New York.
"""

import json
import sys
from pathlib import Path

from record import ATC, FOLLOW_UP, ICD10CM, RXNORM, SNOMED, SYMPTOM, TODAY, Record

HERE = Path(__file__).resolve().parent
NEVER_SMOKED = (SNOMED, "266919005", "Never smoked tobacco")
USED_TO_SMOKE = (SNOMED, "8517006", "Ex-smoker")

CHRONIC_LOW_BACK_PAIN = (SNOMED, "278860009", "Chronic low back pain")
LOW_BACK_PAIN = (SNOMED, "279039007", "Low back pain")
LOW_BACK_PAIN_ICD = (ICD10CM, "M54.50", "Low back pain, unspecified")
HYPERTENSION = (SNOMED, "59621000", "Essential hypertension")
HYPERTENSION_ICD = (ICD10CM, "I10", "Essential (primary) hypertension")
HYPERLIPIDAEMIA = (SNOMED, "55822004", "Hyperlipidemia")
DIABETES = (SNOMED, "44054006", "Type 2 diabetes mellitus")
DIABETES_ICD = (ICD10CM, "E11.9", "Type 2 diabetes mellitus without complications")
HYPOTHYROIDISM = (SNOMED, "40930008", "Hypothyroidism")
KNEE_ARTHRITIS = (SNOMED, "239873007", "Osteoarthritis of knee")
HAY_FEVER = (SNOMED, "367498001", "Seasonal allergic rhinitis")
BRONCHITIS = (SNOMED, "10509002", "Acute bronchitis")
SINUSITIS = (SNOMED, "15805002", "Acute sinusitis")
MIGRAINE = (SNOMED, "37796009", "Migraine")
CELIAC_DISEASE = (SNOMED, "396331005", "Celiac disease")
CROHNS = (SNOMED, "34000006", "Crohn's disease")
OSTEOPOROSIS = (SNOMED, "64859006", "Osteoporosis")
BONE_METASTASES = (SNOMED, "94222008", "Secondary malignant neoplasm of bone")

LEVOTHYROXINE = (RXNORM, "10582", "levothyroxine")
ACETAMINOPHEN = (RXNORM, "161", "acetaminophen")
AMLODIPINE = (RXNORM, "17767", "amlodipine")
ATORVASTATIN = (RXNORM, "83367", "atorvastatin")
CHOLECALCIFEROL = (RXNORM, "2418", "cholecalciferol")
METFORMIN = (RXNORM, "6809", "metformin")
LISINOPRIL = (RXNORM, "29046", "lisinopril")
LETROZOLE = (RXNORM, "72965", "letrozole")
IBUPROFEN = (RXNORM, "5640", "ibuprofen")
MESALAMINE = (RXNORM, "52582", "mesalamine")
FOLIC_ACID = (RXNORM, "4511", "folic acid")
ALENDRONATE = (RXNORM, "46041", "alendronate")
CALCITRIOL = (RXNORM, "1894", "calcitriol")
AMLODIPINE_ATC = (ATC, "C08CA01", "amlodipine")
PARACETAMOL_ATC = (ATC, "N02BE01", "paracetamol")

FLU_VACCINE = ("140", "Influenza, split virus, trivalent, preservative free")
TETANUS_VACCINE = ("115", "Tdap")


def coeliac_without_a_result():
    it = Record("Ada", "Quill", "female", "1967-05-14", body=(165, 63, 122))
    it.problem(CELIAC_DISEASE, (ICD10CM, "K90.0", "Celiac disease"), since="2016-03-10")
    it.problem(HYPOTHYROIDISM, since="2011-09-02")
    it.problem(HAY_FEVER, since="2004-04")
    it.problem(BRONCHITIS, since="2024-01-15", ended="2024-02-02")
    it.problem(CHRONIC_LOW_BACK_PAIN, LOW_BACK_PAIN_ICD, since="2024-05-20")
    it.allergy("91936005", "Allergy to penicillin")
    it.answered("2025-01-14", "72166-2", "Tobacco smoking status", NEVER_SMOKED)
    it.prescribed(LEVOTHYROXINE, "Levothyroxine sodium 75 mcg oral tablet", "One tablet each morning", since="2023-02-06")
    it.takes(ACETAMINOPHEN, "500 mg when the back hurts", since="2024-06")
    it.visit("2024-01-16", note="Cough settling. Gluten-free diet kept, weight stable.")
    it.bloods("2024-01-16", ("count", "metabolic", "lipids"))
    it.visit("2024-05-22", SYMPTOM, note="Low back pain for some weeks after gardening. No leg signs. Exercises shown.")
    it.visit("2025-01-14", note="Back pain persists, worse in the evening. Celiac serology negative on diet.")
    it.bloods("2025-01-14")
    it.result("2025-01-14", "tsh", 2.31)
    it.procedure("2025-03-04", "91251008", "Physical therapy procedure")
    it.visit("2026-01-12", note="Back pain unchanged since 2024. Asks what else could be done.")
    it.bloods("2026-01-12", ("count", "metabolic", "lipids"))
    it.result("2026-01-12", "tsh", 1.98)
    it.vaccinated("2025-10-07", *FLU_VACCINE)
    it.vaccinated("2021-06-18", *TETANUS_VACCINE)
    return it


def deficient_in_nmol():
    it = Record("Idris", "Vaughan", "male", "1958-11-02", body=(178, 81, 134), si=True)
    it.problem(LOW_BACK_PAIN, since="2025-06-11")
    it.problem(HYPERTENSION, since="2012-01-23")
    it.problem(KNEE_ARTHRITIS, since="2019-10-02")
    it.problem(SINUSITIS, since="2023-11-20", ended="2023-12-08")
    it.answered("2024-02-20", "72166-2", "Tobacco smoking status", USED_TO_SMOKE)
    it.prescribed(AMLODIPINE_ATC, "Amlodipine 5 mg tablets", "One daily", since="2022-02-15")
    it.takes(PARACETAMOL_ATC, "1 g at night", since="2025-07")
    it.visit("2024-02-20", note="Blood pressure review.")
    it.bloods("2024-02-20", ("count", "metabolic", "lipids"))
    it.visit("2025-02-18", note="Blood pressure review. Knees stiff.")
    it.bloods("2025-02-18")
    it.visit("2025-06-12", SYMPTOM, note="Low back pain since yesterday. Walking. No red flags asked and found.")
    it.visit("2026-02-10", FOLLOW_UP, note="Back and hip girdle ache through the winter; rarely outdoors. Bloods sent.")
    it.bloods("2026-02-10", calcium=2.31, alp=96, creatinine=78, albumin=42)
    it.result("2026-02-10", "phosphate", 0.92)
    it.result("2026-02-10", "pth", 6.4)
    it.result("2026-02-10", "vitamin_d", 24)
    it.procedure("2020-09-14", "73761001", "Colonoscopy")
    it.vaccinated("2025-10-02", *FLU_VACCINE)
    return it


def toxic_on_high_dose():
    it = Record("Beatrix", "Holloway", "female", "1961-08-30", body=(160, 58, 128))
    it.problem(CHRONIC_LOW_BACK_PAIN, LOW_BACK_PAIN_ICD, since="2021-03")
    it.problem(HYPERLIPIDAEMIA, since="2017-05-05")
    it.problem(MIGRAINE, since="1990")
    it.answered("2025-02-25", "72166-2", "Tobacco smoking status", NEVER_SMOKED)
    it.prescribed(ATORVASTATIN, "Atorvastatin 20 mg oral tablet", "One tablet at night", since="2023-03-01")
    it.prescribed(CHOLECALCIFEROL, "Cholecalciferol 50,000 units oral capsule", "One capsule every day", since="2025-07-09")
    it.visit("2024-02-27", note="Chronic low back pain, managing.")
    it.bloods("2024-02-27", ("count", "metabolic", "lipids"))
    it.visit("2025-02-25", note="Read that vitamin D helps backs. Advised diet and daylight.")
    it.bloods("2025-02-25", ("count", "metabolic", "lipids"), calcium=9.6, creatinine=0.81)
    it.result("2025-02-25", "vitamin_d", 31)
    it.visit("2025-07-09", SYMPTOM, note="Capsule meant for once a week; the label says daily.")
    it.visit("2026-02-20", SYMPTOM, note="Thirsty, constipated, tired for a month. Back no better.")
    it.bloods("2026-02-20", calcium=11.6, albumin=4.2, creatinine=1.18, alp=71)
    it.result("2026-02-20", "phosphate", 4.1)
    it.result("2026-02-20", "pth", 8)
    it.result("2026-02-20", "vitamin_d", 182)
    it.vaccinated("2025-09-30", *FLU_VACCINE)
    return it


def b12_grey_zone():
    it = Record("Casimir", "Boone", "male", "1955-12-19", body=(172, 84, 138))
    it.problem(LOW_BACK_PAIN, LOW_BACK_PAIN_ICD, since="2025-01-08")
    it.problem(DIABETES, DIABETES_ICD, since="2013-04-16")
    it.problem(HYPERTENSION, HYPERTENSION_ICD, since="2009")
    it.problem((SNOMED, "42345000", "Polyneuropathy"), (ICD10CM, "G62.9", "Polyneuropathy, unspecified"), since="2025-03-03")
    it.answered("2025-01-08", "72166-2", "Tobacco smoking status", USED_TO_SMOKE)
    it.prescribed(METFORMIN, "Metformin 1,000 mg oral tablet", "One tablet twice a day", since="2020-05-11")
    it.prescribed(LISINOPRIL, "Lisinopril 10 mg oral tablet", "One tablet daily", since="2022-05-11")
    it.visit("2024-03-05", note="Diabetes review. Feet: pulses present, sensation normal.")
    it.bloods("2024-03-05", ("count", "metabolic", "lipids"), creatinine=0.92, glucose=142)
    it.result("2024-03-05", "hba1c", 7.1)
    it.visit("2025-03-03", note="Diabetes review. Burning soles, vibration sense reduced to the ankles, both sides.")
    it.bloods("2025-03-03", creatinine=0.95, glucose=131)
    it.result("2025-03-03", "hba1c", 6.9)
    it.visit("2026-01-28", FOLLOW_UP, note="Numb feet no better although sugar is. Low back pain on standing.")
    it.bloods("2026-01-28", creatinine=0.94, glucose=126, mcv=96.4)
    it.result("2026-01-28", "hba1c", 6.7)
    it.result("2026-01-28", "b12", 238)
    it.procedure("2019-06-24", "73761001", "Colonoscopy")
    it.vaccinated("2025-10-14", *FLU_VACCINE)
    it.vaccinated("2022-11-02", "216", "Pneumococcal conjugate vaccine, 20 valent")
    return it


def red_flag():
    it = Record("Delphine", "Arkwright", "female", "1953-02-27", body=(163, 66, 130))
    it.problem(LOW_BACK_PAIN, LOW_BACK_PAIN_ICD, since="2025-10-06")
    it.problem((SNOMED, "254837009", "Malignant neoplasm of breast"), since="2019-05-21")
    it.problem(BONE_METASTASES, (ICD10CM, "C79.51", "Secondary malignant neoplasm of bone"), since="2025-11-18")
    it.problem(DIABETES, DIABETES_ICD, since="2016-08-09")
    it.problem((SNOMED, "309087008", "Paresthesia of foot"), since="2025-06-30")
    it.answered("2024-06-11", "72166-2", "Tobacco smoking status", NEVER_SMOKED)
    it.prescribed(LETROZOLE, "Letrozole 2.5 mg oral tablet", "One tablet daily", since="2020-01-15")
    it.prescribed(METFORMIN, "Metformin 500 mg oral tablet", "One tablet twice a day", since="2021-03-02")
    it.visit("2024-06-11", note="Five years on. Well.")
    it.bloods("2024-06-11", ("count", "metabolic", "lipids"), glucose=124)
    it.visit("2025-06-30", note="Tingling feet. Diabetes well controlled.")
    it.bloods("2025-06-30", glucose=128)
    it.result("2025-06-30", "hba1c", 6.6)
    it.visit("2025-10-06", SYMPTOM, note="New low back pain, wakes her at night.")
    it.document("2025-11-18", "18748-4", "Diagnostic imaging study", "MRI spine: lesions in L2 and L4. Oncology informed.")
    it.visit("2026-02-04", FOLLOW_UP, note="Under oncology. Pain team involved.")
    it.bloods("2026-02-04", calcium=9.4, albumin=3.9, alp=138, glucose=133)
    it.result("2026-02-04", "vitamin_d", 9)
    it.procedure("2019-07-08", "392021009", "Lumpectomy of breast")
    return it


def nothing_to_say():
    it = Record("Eamon", "Prescott", "male", "1991-07-03", body=(183, 79, 121))
    it.problem(LOW_BACK_PAIN, LOW_BACK_PAIN_ICD, since="2025-10-15")
    it.problem(HAY_FEVER, since="2008")
    it.problem(SINUSITIS, since="2025-02-11", ended="2025-02-25")
    it.problem(CELIAC_DISEASE, recorded="2023-05-04", verified="refuted")
    it.problem(OSTEOPOROSIS, recorded="2024-09-10", verified="entered-in-error")
    it.allergy("91935009", "Allergy to peanut")
    it.answered("2024-09-10", "72166-2", "Tobacco smoking status", NEVER_SMOKED)
    it.takes(IBUPROFEN, "400 mg when needed", since="2025-10")
    it.visit("2023-05-04", SYMPTOM, note="Bloating. Celiac serology negative: diagnosis refuted.")
    it.bloods("2023-05-04")
    it.visit("2024-09-10", note="Check-up. A diagnosis from another chart was filed here by mistake and marked so.")
    it.bloods("2024-09-10", ("count", "metabolic", "lipids"))
    it.visit("2025-10-16", SYMPTOM, note="Lifted a washing machine. No leg signs.")
    it.procedure("2025-11-20", "91251008", "Physical therapy procedure")
    it.visit("2026-02-16", FOLLOW_UP, note="Better with exercises, not gone.")
    it.bloods("2026-02-16")
    it.vaccinated("2022-03-29", *TETANUS_VACCINE)
    return it


def unreadable_unit():
    it = Record("Farida", "Lindqvist", "female", "1984-01-26", body=(168, 61, 116))
    it.problem(CROHNS, (ICD10CM, "K50.90", "Crohn's disease, unspecified, without complications"), since="2012-10-30")
    it.problem(CHRONIC_LOW_BACK_PAIN, LOW_BACK_PAIN_ICD, since="2023-08-14")
    it.problem(MIGRAINE, since="2001")
    it.answered("2025-02-05", "72166-2", "Tobacco smoking status", NEVER_SMOKED)
    it.prescribed(MESALAMINE, "Mesalamine 1.2 g delayed release oral tablet", "Two tablets daily", since="2022-11-08")
    it.visit("2024-02-06", note="Crohn's disease quiet. Back pain on sitting.")
    it.bloods("2024-02-06")
    it.result("2024-02-06", "crp", 3.2)
    it.visit("2025-02-05", note="Crohn's disease quiet.")
    it.bloods("2025-02-05")
    it.result("2025-02-05", "crp", 2.4)
    it.visit("2026-01-21", note="Vitamin D asked for elsewhere; the report came by fax and was typed in.")
    it.bloods("2026-01-21")
    it.result("2026-01-21", "crp", 2.9)
    it.result("2026-01-21", "vitamin_d", 24, unit="ng/dL")
    it.procedure("2024-05-13", "73761001", "Colonoscopy")
    it.vaccinated("2025-10-21", *FLU_VACCINE)
    return it


def pregnant():
    it = Record("Greta", "Solheim", "female", "1994-06-08", body=(170, 70, 112))
    it.problem((SNOMED, "77386006", "Pregnancy"), (ICD10CM, "Z33.1", "Pregnant state, incidental"), since="2025-09-14")
    it.problem(LOW_BACK_PAIN, LOW_BACK_PAIN_ICD, since="2025-12-01")
    it.answered("2026-02-16", "82810-3", "Pregnancy status", (SNOMED, "77386006", "Pregnancy"))
    it.answered("2025-03-11", "72166-2", "Tobacco smoking status", NEVER_SMOKED)
    it.takes(FOLIC_ACID, "400 micrograms daily", since="2025-08")
    it.visit("2025-03-11", note="Check-up.")
    it.bloods("2025-03-11")
    it.visit("2025-11-10", FOLLOW_UP, note="Antenatal. Well.")
    it.bloods("2025-11-10", ("count",), haemoglobin=12.6)
    it.visit("2025-12-15", FOLLOW_UP, note="Antenatal. Low back ache since the beginning of the month.")
    it.visit("2026-02-16", FOLLOW_UP, note="Antenatal. Tired; bloods taken.")
    it.bloods("2026-02-16", haemoglobin=12.1, creatinine=0.62)
    it.result("2026-02-16", "b12", 170, unit="ng/L")
    it.vaccinated("2026-02-16", *TETANUS_VACCINE)
    return it


def wrong_test_drafted():
    it = Record("Hugo", "Castellane", "male", "1948-10-12", body=(174, 72, 132))
    it.problem(OSTEOPOROSIS, (ICD10CM, "M81.0", "Age-related osteoporosis without fracture"), since="2021-02-17")
    it.problem(CHRONIC_LOW_BACK_PAIN, LOW_BACK_PAIN_ICD, since="2022-04")
    it.problem(HYPERTENSION, HYPERTENSION_ICD, since="2001")
    it.answered("2025-03-18", "72166-2", "Tobacco smoking status", USED_TO_SMOKE)
    it.prescribed(ALENDRONATE, "Alendronate 70 mg oral tablet", "One tablet once a week", since="2021-03-01", until="2023-06-01")
    it.prescribed(AMLODIPINE, "Amlodipine 5 mg oral tablet", "One tablet daily", since="2023-03-20")
    it.visit("2024-03-19", note="Drug holiday from alendronate. No new fracture.")
    it.bloods("2024-03-19", ("count", "metabolic", "lipids"), creatinine=0.98)
    it.visit("2025-03-18", note="Back pain as ever.")
    it.bloods("2025-03-18", creatinine=1.01)
    it.visit("2026-02-24", note="Bone density due. Wants to know about vitamin D.")
    it.bloods("2026-02-24", creatinine=1.0)
    it.document("2026-02-24", "18748-4", "Diagnostic imaging study", "DXA: T-score -2.7 at the hip. No vertebral fracture.")
    it.ordered("2026-02-24", "24323-8", "Comprehensive metabolic 2000 panel - Serum or Plasma", "completed")
    it.ordered("2026-03-02", "62290-2", "1,25-Dihydroxyvitamin D [Mass/volume] in Serum or Plasma", "draft")
    it.vaccinated("2025-09-29", *FLU_VACCINE)
    it.vaccinated("2020-02-03", "187", "Zoster vaccine recombinant")
    return it


def on_dialysis():
    it = Record("Imogen", "Tarrant", "female", "1957-04-21", body=(159, 64, 142))
    it.problem((SNOMED, "46177005", "End-stage renal disease"), (ICD10CM, "N18.6", "End stage renal disease"), since="2023-01-30")
    it.problem((ICD10CM, "Z99.2", "Dependence on renal dialysis"), since="2023-02-06")
    it.problem(CHRONIC_LOW_BACK_PAIN, LOW_BACK_PAIN_ICD, since="2020-07")
    it.problem(HYPERTENSION, HYPERTENSION_ICD, since="1999")
    it.answered("2025-05-06", "72166-2", "Tobacco smoking status", NEVER_SMOKED)
    it.prescribed(CALCITRIOL, "Calcitriol 0.25 mcg oral capsule", "One capsule on dialysis days", since="2024-02-12")
    it.prescribed(AMLODIPINE, "Amlodipine 10 mg oral tablet", "One tablet daily", since="2023-03-06")
    quarters = [
        ("2025-05-06", 10.6, 6.9, 5.6, 438),
        ("2025-08-05", 10.9, 7.2, 5.2, 412),
        ("2025-11-04", 11.2, 7.0, 5.4, 397),
        ("2026-02-03", 10.8, 7.4, 5.1, 405),
    ]
    for day, haemoglobin, creatinine, phosphate, pth in quarters:
        it.procedure(day, "302497006", "Hemodialysis procedure")
        it.visit(day, FOLLOW_UP, note="Dialysis clinic. Access working.")
        it.bloods(day, haemoglobin=haemoglobin, creatinine=creatinine, urea=48, calcium=8.9, albumin=3.7)
        it.result(day, "phosphate", phosphate)
        it.result(day, "pth", pth)
    it.result("2026-02-03", "vitamin_d", 14)
    return it


# The patient; one line of story; the cards (rule ids, in the order shown); why that is right.
STORIES = [
    (
        coeliac_without_a_result(), "Celiac disease, back pain for almost two years, vitamin D never measured",
        ["vitamin-d-suggest"], "Celiac disease is a reason to know the vitamin D status; the back pain alone would not be.",
    ),
    (
        deficient_in_nmol(), "A British record in SI units; 25-OH vitamin D of 24 nmol/L in February",
        ["vitamin-d-deficient"], "24 is held against the 30 nmol/L that the guideline prints; nothing is converted first.",
    ),
    (
        toxic_on_high_dose(), "Cholecalciferol 50,000 units a day instead of a week; 25-OH vitamin D of 182 ng/mL",
        ["vitamin-d-toxic"], "Above 150 ng/mL is the toxic range under every ruleset, and her calcium is high: critical.",
    ),
    (
        b12_grey_zone(), "Numb feet after years of metformin; vitamin B12 of 238 pg/mL",
        ["b12-indeterminate"], "180 to 350 pg/mL neither proves nor excludes deficiency; MMA can tell, and there is a sign.",
    ),
    (
        red_flag(), "Bone metastases; 25-OH vitamin D of 9 ng/mL; tingling feet on metformin, B12 never measured",
        ["vitamin-d-deficient"], "A red flag silences every suggestion (here: B12). A low result is still said.",
    ),
    (
        nothing_to_say(), "Plain low back pain for four months, nothing else",
        [], "back pain alone is no reason to measure vitamin D or B12; refuted and mistaken diagnoses do not count.",
    ),
    (
        unreadable_unit(), "Crohn's disease; a vitamin D result typed in as 24 ng/dL",
        ["result-unreadable"], "24 ng/mL would be adequate, 24 ng/dL is not plausible: the service does not guess, it says so.",
    ),
    (
        pregnant(), "Twenty-four weeks pregnant, back ache, total vitamin B12 of 170 ng/L",
        ["b12-pregnancy"], "Total B12 falls in pregnancy: 170 ng/L is not called a deficiency, and the card says what would tell.",
    ),
    (
        wrong_test_drafted(), "Osteoporosis; 1,25-dihydroxyvitamin D is in the order basket",
        ["vitamin-d-suggest"], "Osteoporosis is a reason to test, and the drafted test does not show the stores.",
    ),
    (
        on_dialysis(), "On dialysis; back pain for years; 25-OH vitamin D of 14 ng/mL",
        [], "on dialysis vitamin D belongs to the kidney team's own protocol.",
    ),
]


def file_name(record):
    return f"{record.slug}.json"


def compact(value):
    return json.dumps(value, ensure_ascii=False)


def bundle_text(bundle):
    """One resource a line: small, and a change of one value is a change of one line."""
    entries = ",\n".join(f"  {compact(entry)}" for entry in bundle["entry"])
    kind = bundle["type"]
    return f'{{"resourceType": "Bundle", "type": "{kind}", "entry": [\n{entries}\n]}}\n'


def stories():
    return [
        {
            "file": file_name(record), "id": record.slug, "name": record.name, "age": record.age_on(TODAY), "gender": record.gender,
            "story": story, "cards": cards, "because": because,
        }
        for record, story, cards, because in STORIES
    ]


def table():
    rows = ["| patient | story | the service says | because |", "|---|---|---|---|"]
    for each in stories():
        said = ", ".join(f"`{rule}`" for rule in each["cards"]) or "nothing"
        rows.append(f"| [{each['name']}]({each['file']}), {each['age']} | {each['story']} | {said} | {each['because']} |")
    return "\n".join(rows) + "\n"


def with_table(readme):
    """README.md with its table renewed; the text around it is written by hand."""
    start, end = "<!-- table: make.py -->\n", "<!-- end of table -->\n"
    before, rest = readme.split(start)
    return before + start + table() + end + rest.split(end)[1]


def main(folder):
    for record, *_ in STORIES:
        (folder / file_name(record)).write_text(bundle_text(record.bundle()), encoding="utf-8")
    (folder / "stories.json").write_text(json.dumps(stories(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(with_table((HERE / "README.md").read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
