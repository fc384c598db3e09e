"""What the invented records say, in codes: problems, medicines and procedures, as hospitals of three kinds write them.

Codes only, with names of our own: nothing is read from the pack, so that a fault of its lists cannot hide here.
"""

SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"

# name: (text, SNOMED CT, ICD-10-CM, ICD-10 of the WHO); None where a system has no code of its own
PROBLEMS = {
    "chronic low back pain": ("Chronic low back pain", "278860009", "M54.50", "M54.5"),
    "low back pain": ("Low back pain", "279039007", "M54.50", "M54.5"),
    "acute low back pain": ("Acute low back pain", "278862001", "M54.50", "M54.5"),
    "thoracic back pain": ("Thoracic back pain", "279038004", "M54.6", "M54.6"),
    "back pain": ("Backache", "161891005", "M54.9", "M54.9"),
    "low back pain with sciatica": ("Low back pain with sciatica", "279039007", "M54.41", "M54.4"),
    "sciatica": ("Sciatica", "23056005", "M54.30", "M54.3"),
    "neck pain": ("Neck pain", "81680005", "M54.2", "M54.2"),
    "osteoporosis": ("Osteoporosis", "64859006", "M81.0", "M81.9"),
    "CKD 3": ("Chronic kidney disease stage 3", "433144002", "N18.30", "N18.3"),
    "CKD 4": ("Chronic kidney disease stage 4", "431857002", "N18.4", "N18.4"),
    "CKD 5": ("Chronic kidney disease stage 5", "433146000", "N18.5", "N18.5"),
    "dialysis": ("Dependence on dialysis", "46177005", "Z99.2", "Z99.2"),
    "breast cancer": ("Malignant tumour of breast", "254837009", "C50.919", "C50.9"),
    "prostate cancer": ("Malignant tumour of prostate", "399068003", "C61", "C61"),
    "colon cancer": ("Malignant tumour of colon", "363406005", "C18.9", "C18.9"),
    "lung cancer": ("Malignant tumour of lung", "254637007", "C34.90", "C34.9"),
    "myeloma": ("Multiple myeloma", "109989006", "C90.00", "C90.0"),
    "history of breast cancer": ("History of breast cancer", None, "Z85.3", "Z85.3"),
    "history of prostate cancer": ("History of prostate cancer", None, "Z85.46", "Z85.4"),
    "history of colon cancer": ("History of colon cancer", None, "Z85.038", "Z85.0"),
    "coeliac": ("Coeliac disease", "396331005", "K90.0", "K90.0"),
    "crohn": ("Crohn's disease", "34000006", "K50.90", "K50.9"),
    "colitis": ("Ulcerative colitis", "64766004", "K51.90", "K51.9"),
    "hyperparathyroidism": ("Primary hyperparathyroidism", "36348003", "E21.0", "E21.0"),
    "diabetes": ("Type 2 diabetes mellitus", "44054006", "E11.9", "E11.9"),
    "neuropathy": ("Polyneuropathy", "42345000", "G62.9", "G62.9"),
    "diabetic neuropathy": ("Diabetic polyneuropathy", "230572002", "E11.42", "E11.4"),
    "paraesthesia": ("Paraesthesia", "91019004", "R20.2", "R20.2"),
    "numbness": ("Numbness", "44077006", "R20.0", "R20.0"),
    "unsteady gait": ("Unsteady gait", "394616008", "R26.81", "R26.8"),
    "memory impairment": ("Memory impairment", "386807006", "R41.3", "R41.3"),
    "glossitis": ("Glossitis", "45534005", "K14.0", "K14.0"),
    "fatigue": ("Fatigue", "84229001", "R53.83", "R53"),
    "macrocytosis": ("Macrocytosis", "397073000", None, None),
    "pancreatitis": ("Chronic pancreatitis", "235494005", "K86.1", "K86.1"),
    "cirrhosis": ("Cirrhosis of liver", "19943007", "K74.60", "K74.6"),
    "malabsorption": ("Intestinal malabsorption", "197476001", "K90.9", "K90.9"),
    "osteomalacia": ("Osteomalacia", "4598005", "M83.9", "M83.9"),
    "sarcoidosis": ("Sarcoidosis", "31541009", "D86.9", "D86.9"),
    "kidney stone": ("Kidney stone", "95570007", "N20.0", "N20.0"),
    "vitamin D deficiency": ("Vitamin D deficiency", "34713006", "E55.9", "E55.9"),
    "B12 deficiency": ("Vitamin B12 deficiency", "190634004", "E53.8", "E53.8"),
    "pernicious anaemia": ("Pernicious anaemia", "84027009", "D51.0", "D51.0"),
    "obesity": ("Obesity", "414916001", "E66.9", "E66.9"),
    "fibromyalgia": ("Fibromyalgia", "203082005", "M79.7", "M79.7"),
    "depression": ("Depressive disorder", "35489007", "F32.9", "F32.9"),
    "fever": ("Fever", "386661006", "R50.9", "R50.9"),
    "weight loss": ("Unexplained weight loss", "448765001", "R63.4", "R63.4"),
    "vertebral fracture": ("Fracture of vertebra", "50448004", "S32.009A", "S32.0"),
    "cauda equina": ("Cauda equina syndrome", "192970008", "G83.4", "G83.4"),
    "palliative care": ("Palliative care", "103735009", "Z51.5", "Z51.5"),
    "pregnancy": ("Pregnancy", "77386006", "Z33.1", "Z33"),
    "bariatric status": ("State after bariatric surgery", None, "Z98.84", None),
}
# Problems that no rule looks at, some of them with words that look like one.
OTHER_PROBLEMS = (
    ("Essential hypertension", "59621000", "I10", "I10"),
    ("Hyperlipidaemia", "55822004", "E78.5", "E78.5"),
    ("Asthma", "195967001", "J45.909", "J45.9"),
    ("Osteoarthritis", "396275006", "M19.90", "M19.9"),
    ("Gastro-oesophageal reflux disease", "235595009", "K21.9", "K21.9"),
    ("Hypothyroidism", "40930008", "E03.9", "E03.9"),
    ("Anxiety disorder", "197480006", "F41.9", "F41.9"),
    ("Allergic rhinitis", "61582004", "J30.9", "J30.4"),
    ("Atrial fibrillation", "49436004", "I48.91", "I48"),
    ("Chronic obstructive lung disease", "13645005", "J44.9", "J44.9"),
    ("Family history of breast cancer", None, "Z80.3", "Z80.3"),
    ("Screening for malignant neoplasm of colon", None, "Z12.11", "Z12.1"),
    ("Old healed fracture of wrist", None, None, None),
    ("Basal cell carcinoma of skin", "254701007", "C44.91", "C44.9"),
    ("Medication review due", "314529007", None, None),
    ("Stress", "73595000", None, None),
)

ORAL, INJECTED, INHALED, ON_SKIN = ("26643006", "oral"), ("78421000", "intramuscular"), ("447694001", "respiratory tract"), ("6064005", "topical")
# name: the medicines of which a patient has one: (ingredient, RxNorm ingredient, ATC, product text, route)
MEDICINES = {
    "metformin": (("metformin", "6809", "A10BA02", "metformin hydrochloride 500 MG Oral Tablet", ORAL),),
    "acid blocker": (("omeprazole", "7646", "A02BC01", "omeprazole 20 MG Delayed Release Oral Capsule", ORAL),
                     ("pantoprazole", "40790", "A02BC02", "pantoprazole 40 MG Delayed Release Oral Tablet", ORAL),
                     ("esomeprazole", "283742", "A02BC05", "esomeprazole 20 MG Oral Capsule", ORAL)),
    "H2 blocker": (("famotidine", "4278", "A02BA03", "famotidine 20 MG Oral Tablet", ORAL),),
    "enzyme inducer": (("carbamazepine", "2002", "N03AF01", "carbamazepine 200 MG Oral Tablet", ORAL),
                       ("oxcarbazepine", "32624", "N03AF02", "oxcarbazepine 300 MG Oral Tablet", ORAL),
                       ("phenytoin", "8183", "N03AB02", "phenytoin sodium 100 MG Oral Capsule", ORAL)),
    "valproate": (("valproate", "40254", "N03AG01", "valproate 500 MG Oral Tablet", ORAL),),
    "oral glucocorticoid": (("prednisone", "8640", "H02AB07", "predniSONE 5 MG Oral Tablet", ORAL),
                            ("prednisolone", "8638", "H02AB06", "prednisolone 5 MG Oral Tablet", ORAL)),
    "other glucocorticoid": (("hydrocortisone", "5492", "D07AA02", "hydrocortisone 10 MG/ML Topical Cream", ON_SKIN),
                             ("fluticasone", "41126", "R03BA05", "fluticasone 0.11 MG/ACTUAT Metered Dose Inhaler", INHALED)),
    "vitamin D": (("cholecalciferol", "2418", "A11CC05", "cholecalciferol 1000 UNT Oral Tablet", ORAL),
                  ("ergocalciferol", "4018", "A11CC01", "ergocalciferol 50000 UNT Oral Capsule", ORAL)),
    "high dose of vitamin D": (("cholecalciferol", "2418", "A11CC05", "cholecalciferol 20000 UNT Oral Capsule", ORAL),),
    "active vitamin D": (("calcitriol", "1894", "A11CC04", "calcitriol 0.25 MCG Oral Capsule", ORAL),),
    "multivitamin": (("multivitamin", None, "A11BA", "multivitamin Oral Tablet", ORAL),),
    "vitamin B12 by mouth": (("vitamin B12", "11248", "B03BA01", "cyanocobalamin 1 MG Oral Tablet", ORAL),),
    "vitamin B12 injections": (("hydroxocobalamin", "5514", "B03BA03", "hydroxocobalamin 1 MG/ML Injectable Solution", INJECTED),),
    "antiresorptive": (("alendronate", "46041", "M05BA04", "alendronic acid 70 MG Oral Tablet", ORAL),),
    "thiazide": (("hydrochlorothiazide", "5487", "C03AA03", "hydrochlorothiazide 25 MG Oral Tablet", ORAL),),
    "digoxin": (("digoxin", "3407", "C01AA05", "digoxin 0.125 MG Oral Tablet", ORAL),),
    "oral calcium": (("calcium carbonate", None, "A12AA04", "calcium carbonate 1250 MG Oral Tablet", ORAL),),
    "biotin": (("biotin", "1588", "A11HA05", "biotin 10 MG Oral Tablet", ORAL),),
    "colchicine": (("colchicine", "2683", "M04AC01", "colchicine 0.6 MG Oral Tablet", ORAL),),
    "pregabalin": (("pregabalin", "187832", "N03AX16", "pregabalin 75 MG Oral Capsule", ORAL),),
    "fat blocker": (("orlistat", "37925", "A08AB01", "orlistat 120 MG Oral Capsule", ORAL),
                    ("colesevelam", "141626", "C10AC04", "colesevelam 625 MG Oral Tablet", ORAL)),
    "nitrous oxide": (("nitrous oxide", "7486", "N01AX13", "nitrous oxide gas", INHALED),),
    "warfarin": (("warfarin", "11289", "B01AA03", "warfarin sodium 5 MG Oral Tablet", ORAL),),
}
OTHER_MEDICINES = (
    ("lisinopril", "29046", "C09AA03", "lisinopril 10 MG Oral Tablet", ORAL),
    ("atorvastatin", "83367", "C10AA05", "atorvastatin 20 MG Oral Tablet", ORAL),
    ("amlodipine", "17767", "C08CA01", "amlodipine 5 MG Oral Tablet", ORAL),
    ("ibuprofen", "5640", "M01AE01", "ibuprofen 400 MG Oral Tablet", ORAL),
    ("acetaminophen", "161", "N02BE01", "acetaminophen 500 MG Oral Tablet", ORAL),
    ("levothyroxine", "10582", "H03AA01", "levothyroxine sodium 0.05 MG Oral Tablet", ORAL),
    ("sertraline", "36437", "N06AB06", "sertraline 50 MG Oral Tablet", ORAL),
    ("amoxicillin", "723", "J01CA04", "amoxicillin 500 MG Oral Capsule", ORAL),
)
PROCEDURES = {
    "bariatric surgery": ("442338001", "Gastric bypass operation"),
    "gastrectomy": ("49209004", "Gastrectomy"),
    "dialysis": ("302497006", "Haemodialysis"),
}
OTHER_PROCEDURES = (("430193006", "Medication reconciliation"), ("73761001", "Colonoscopy"), ("710824005", "Assessment of health and social care needs"),
                    ("229070002", "Stretching exercises"), ("268400002", "12 lead ECG"))
# What may be ordered: intent: (LOINC, CPT, text)
ORDERS = {
    "vitamin-d": ("62292-8", "82306", "25-hydroxyvitamin D"),
    "b12": ("2132-9", "82607", "Vitamin B12"),
    "mma": ("13964-2", "83921", "Methylmalonic acid"),
    "calcium": ("17861-6", "82310", "Calcium"),
    "blood-count": ("58410-2", "85027", "Complete blood count"),
    "1,25": ("62290-2", "82652", "1,25-dihydroxyvitamin D"),
}
CPT = "http://www.ama-assn.org/go/cpt"
