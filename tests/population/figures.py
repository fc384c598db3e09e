"""How common things are among the invented patients, and how results are spread: each figure with its source.

A figure is the share of people who have something, by age and sex. Where a source prints one number for adults, the steps by age are ours
and average to about it. A record knows less than a survey finds: where the figure is a share of what was published, `note` says which.
`OURS` marks what no source was looked up for. `generate.py --figures` prints the table.
"""

from dataclasses import dataclass

OURS = "ours"  # an assumption: replace it by a source before a conclusion rests on it

SOURCES = {
    "nhis-2019": ("National Health Interview Survey 2019: 39.0 % of adults had back pain in the past 3 months",
                  "https://www.mcknights.com/news/adults-65-and-older-are-in-a-lot-of-pain-particularly-back-pain-cdc-learns/"),
    "shmagel-2016": ("Shmagel 2016, NHANES 2009-2010: chronic low back pain in 700 of 5,103 aged 20 to 69; odds ratio of 2 and more at 50 to 69",
                     "https://pmc.ncbi.nlm.nih.gov/articles/PMC5027174"),
    "gbd-2017": ("Wu 2020, Global Burden of Disease 2017: low back pain at one time in 7.5 % (age-standardised), more in women, most at 80 to 89",
                 "https://pmc.ncbi.nlm.nih.gov/articles/PMC7186678"),
    "nchs-405": ("NCHS Data Brief 405, NHANES 2017-2018: osteoporosis in women 13.1 % at 50 to 64, 27.1 % from 65; men 3.3 % and 5.7 %",
                 "https://www.cdc.gov/nchs/products/databriefs/db405.htm"),
    "cdc-ckd": ("CDC, Chronic Kidney Disease in the United States 2021: stages 1 to 4 in 6.0 % at 18 to 44, 12.4 % at 45 to 64, 38.1 % from 65",
                "https://docslib.org/doc/4173015/chronic-kidney-disease-in-the-united-states-2021"),
    "usrds-2018": ("USRDS 2018: 2,160.7 of a million on kidney replacement therapy; seven in ten of them on dialysis (USRDS 2013)",
                   "https://healthdocbox.com/Diabetes/122784295-Chapter-1-incidence-prevalence-patient-characteristics-and-treatment-modalities.html"),
    "tonorezos-2024": ("Tonorezos 2024: cancer survivors among women 3.6 % at 40 to 54, 14.5 % at 65 to 74, 36.4 % from 85; men 2.1 %, 16 %; 70 % for 5 years",
                       "https://ouci.dntb.gov.ua/en/works/73NvRBX9"),
    "singh-2018": ("Singh 2018: biopsy-confirmed coeliac disease in 0.5 % in North America, 0.6 % of women and 0.4 % of men",
                   "https://pubmed.ncbi.nlm.nih.gov/29551598/"),
    "kappelman-2013": ("Kappelman 2013: Crohn's disease in 241, ulcerative colitis in 263 of 100,000 adults; 58 and 34 of children",
                       "https://pmc.ncbi.nlm.nih.gov/articles/PMC3576554"),
    "yeh-2013": ("Yeh 2013: primary hyperparathyroidism in 233 of 100,000 women and 85 of 100,000 men",
                 "https://pubmed.ncbi.nlm.nih.gov/23418315/"),
    "cdc-diabetes": ("CDC, NHANES 2013-2016: diagnosed diabetes in 9.7 % of adults", "https://biomedix.com/cdc-reports-that-1-in-7-us-adults-have-diabetes"),
    "cdc-diabetes-2017": ("CDC, National Diabetes Statistics Report 2017: 4 % at 18 to 44, 25.5 % from 65 (undiagnosed among them)",
                          "http://www.diabetesincontrol.com/isp_s_post_type/51253/"),
    "shanika-2023": ("Shanika 2023: nearly one quarter of adults use a proton-pump inhibitor, 25 % of them for more than a year",
                     "https://pmc.ncbi.nlm.nih.gov/articles/PMC10427555/"),
    "overman-2013": ("Overman 2013, NHANES 1999-2008: oral glucocorticoids in 1.2 % from 20 years, mean duration 1,606 days",
                     "http://onlinelibrary.wiley.com/doi/10.1002/acr.21796/abstract"),
    "van-staa-2000": ("van Staa 2000: oral glucocorticoids in 0.9 % of adults, 2.5 % at 70 to 79", "http://qjmed.oxfordjournals.org/content/93/2/105.long"),
    "rochat-2001": ("Rochat 2001: antiepileptics in 0.77 % of women and 0.83 % of men; carbamazepine, oxcarbazepine, phenobarbital, valproate lead",
                    "http://onlinelibrary.wiley.com/doi/10.1034/j.1600-0404.2001.00197.x/full"),
    "hicks-2021": ("Hicks 2021, NHANES 1999-2004: numb feet by monofilament in 10.4 % at 40 to 69, 26.8 % from 70",
                   "https://ouci.dntb.gov.ua/en/works/98jNrov4"),
    "nchs-212": ("NCHS Data Brief 212: 342 office visits a year of 100 females, 258 of 100 males, from 65 more than twice as many as before",
                 "https://www.cdc.gov/nchs/products/databriefs/db212.htm"),
    "herrick-2019": ("Herrick 2019, NHANES 2011-2014: 25-OH vitamin D below 30 nmol/L in 5.0 %, 30 to 49 in 18.3 %",
                     "https://pmc.ncbi.nlm.nih.gov/articles/PMC7263437/table/tbl1"),
    "dudenkov-2015": ("Dudenkov 2015: of measured people 8.4 % had above 50 ng/mL, 0.6 % 80 and more, 0.2 % 100 and more",
                      "https://www.mayoclinicproceedings.org/article/S0025-6196%2815%2900185-8/fulltext"),
    "kasahara-2013": ("Kasahara 2013: 25-OH vitamin D peaks in August and troughs in February",
                      "http://www.plosone.org/article/info%253Adoi%252F10.1371%252Fjournal.pone.0065785"),
    "nhanes-b12": ("NHANES 1999-2004, 12,683 adults: vitamin B12 below 126 pmol/L in 1 %, 126 to 287 in 33 %, above in 66 %; median MMA 281, 148, 120 nmol/L; "
                    "median homocysteine 12, 9, 8 umol/L", "https://pmc.ncbi.nlm.nih.gov/articles/PMC3712554/table/tbl2"),
    "qi-2014": ("Qi 2014, NHANES 2001-2006: vitamin B12 below 148 pmol/L in about 4 % from 51 years", "https://pmc.ncbi.nlm.nih.gov/articles/PMC5291239"),
    "schini-2021": ("Schini 2021, UK Biobank: albumin-adjusted calcium of 99 % within 2.19 to 2.56 mmol/L", "https://pmc.ncbi.nlm.nih.gov/articles/PMC11497348"),
    "poly-2020": ("Poly 2020: 46.2 to 96.2 % of alerts are overridden", "https://medinform.jmir.org/2020/7/e15653"),
}


@dataclass(frozen=True)
class Share:
    """The share of people with something: steps of (from this age, women, men)."""

    what: str
    steps: tuple
    source: str = OURS
    note: str = ""

    def of(self, age, female):
        share = 0.0
        for from_age, women, men in self.steps:
            if age >= from_age:
                share = women if female else men
        return share


def adults(women, men=None):
    return ((18, women, women if men is None else men),)


BACK_PAIN = Share("chronic back pain on the problem list", ((18, .09, .08), (35, .13, .12), (50, .18, .16), (70, .19, .16)), "shmagel-2016")
ACUTE_BACK_PAIN = Share("back pain of less than 12 weeks", ((10, .01, .01), (18, .055, .05), (60, .07, .06)), "gbd-2017", "as much beside the chronic one is ours")
RESOLVED_BACK_PAIN = Share("earlier back pain that has gone", adults(.20, .18), "nhis-2019", "39 % in 3 months, less the two rows above")

CONDITIONS = {
    "osteoporosis": Share("osteoporosis", ((50, .131, .033), (65, .271, .057)), "nchs-405"),
    "kidney-disease": Share("kidney disease of stage 3 to 5", ((18, .006, .005), (45, .035, .03), (65, .19, .17)), "cdc-ckd",
                            "half of those that the survey finds from 65, less before: the share of stages 3 and more is ours"),
    "dialysis": Share("dialysis", ((18, .0007, .0009), (45, .0026, .0034), (65, .0040, .0056)), "usrds-2018", "1,500 of a million; steps by age are ours"),
    "malignancy": Share("malignancy, treated now or in the past 5 years", ((18, .003, .002), (40, .011, .006), (55, .024, .024), (65, .044, .048), (85, .10, .11)),
                        "tonorezos-2024", "30 % of the survivors"),
    "malignancy-history": Share("malignancy in the past", ((18, .006, .004), (40, .025, .015), (55, .055, .055), (65, .10, .11), (85, .25, .26)),
                                "tonorezos-2024", "70 % of the survivors"),
    "coeliac": Share("coeliac disease", ((2, .006, .004),), "singh-2018"),
    "crohn": Share("Crohn's disease", ((5, .00058, .00058), (18, .00241, .00241)), "kappelman-2013"),
    "colitis": Share("ulcerative colitis", ((5, .00034, .00034), (18, .00263, .00263)), "kappelman-2013"),
    "hyperparathyroidism": Share("primary hyperparathyroidism", ((40, .00466, .0017),), "yeh-2013", "the half of people from 40 has all of it"),
    "diabetes": Share("diagnosed diabetes", ((18, .024, .026), (45, .12, .14), (65, .19, .22)), "cdc-diabetes"),
    "neuropathy": Share("polyneuropathy on the problem list", ((40, .013, .018), (70, .034, .046)), "hicks-2021", "one in six of those found by monofilament"),
    "paraesthesia": Share("paraesthesia or numbness", ((18, .012, .009), (50, .022, .016))),
    "unsteady gait": Share("unsteady gait", ((50, .006, .004), (75, .05, .035))),
    "memory impairment": Share("memory impairment", ((55, .008, .008), (75, .06, .05))),
    "glossitis": Share("glossitis", adults(.001)),
    "fatigue": Share("fatigue", adults(.06, .035)),
    "macrocytosis": Share("macrocytosis", adults(.004)),
    "pancreatitis": Share("chronic pancreatitis", adults(.0004, .0007)),
    "cirrhosis": Share("cirrhosis", ((30, .002, .003), (50, .005, .008))),
    "malabsorption": Share("malabsorption of another cause", adults(.0012)),
    "osteomalacia": Share("osteomalacia", adults(.0006, .0003)),
    "sarcoidosis": Share("sarcoidosis", adults(.0007, .0006)),
    "kidney stone": Share("kidney stone", ((25, .03, .045),)),
    "vitamin D deficiency": Share("vitamin D deficiency as a problem", ((18, .035, .02), (50, .06, .03))),
    "B12 deficiency": Share("B12 deficiency as a problem", ((30, .006, .005), (65, .02, .018))),
    "pernicious anaemia": Share("pernicious anaemia", ((60, .006, .004),)),
    "obesity": Share("obesity as a problem", adults(.16, .13)),
    "fibromyalgia": Share("fibromyalgia", adults(.02, .004)),
    "depression": Share("depression as a problem", adults(.11, .06)),
    "fever": Share("fever within 30 days", ((1, .004, .004),)),
    "weight loss": Share("unexplained weight loss within half a year", ((45, .003, .003),)),
    "vertebral fracture": Share("vertebral fracture within 90 days", ((60, .004, .002), (80, .010, .006))),
    "cauda equina": Share("cauda equina syndrome or compression of the cord", adults(.0003)),
    "palliative care": Share("palliative care", ((65, .002, .002), (85, .012, .012))),
}
PREGNANCY = Share("pregnancy now", ((18, .040, 0.), (40, .006, 0.), (46, 0., 0.)))
BARIATRIC = Share("bariatric surgery in the past", adults(.010, .003))
GASTRECTOMY = Share("gastrectomy in the past", ((50, .001, .002),))

DRUGS = {
    "metformin": Share("metformin, of people with diabetes", adults(.62), note="share of the diagnosed"),
    "acid blocker": Share("proton-pump inhibitor", ((18, .17, .15), (45, .25, .23), (65, .34, .30)), "shanika-2023"),
    "H2 blocker": Share("H2 blocker", adults(.03)),
    "enzyme inducer": Share("enzyme-inducing antiepileptic", adults(.0050, .0054), "rochat-2001", "two in three of the antiepileptics"),
    "valproate": Share("valproate", adults(.0016), "rochat-2001", "one in five"),
    "oral glucocorticoid": Share("oral glucocorticoid", ((18, .006, .006), (50, .014, .013), (70, .025, .025)), "overman-2013", "steps by age from van-staa-2000"),
    "other glucocorticoid": Share("inhaled or topical glucocorticoid", ((4, .07, .06),)),
    "vitamin D": Share("vitamin D on the list of medicines", ((18, .07, .04), (50, .20, .09), (70, .28, .14))),
    "high dose of vitamin D": Share("vitamin D in a high dose", adults(.008, .005)),
    "active vitamin D": Share("calcitriol, of people with kidney disease", adults(.08), note="share of those with kidney disease"),
    "multivitamin": Share("multivitamin", adults(.12, .09)),
    "vitamin B12 by mouth": Share("vitamin B12 by mouth", ((18, .02, .015), (60, .05, .04))),
    "vitamin B12 injections": Share("vitamin B12 by injection, of people with its deficiency", adults(.5), note="share of the deficient"),
    "antiresorptive": Share("antiresorptive, of people with osteoporosis", adults(.28, .15), note="share of those with osteoporosis"),
    "thiazide": Share("thiazide diuretic", ((40, .06, .05), (65, .13, .11))),
    "digoxin": Share("digoxin", ((65, .010, .012),)),
    "oral calcium": Share("oral calcium", ((50, .09, .03),)),
    "biotin": Share("biotin", adults(.012, .003)),
    "colchicine": Share("colchicine", ((40, .002, .008),)),
    "pregabalin": Share("pregabalin", ((30, .014, .010),)),
    "fat blocker": Share("orlistat or a bile-acid binder", adults(.004, .002)),
    "nitrous oxide": Share("nitrous oxide within 90 days", adults(.0008)),
    "warfarin": Share("warfarin", ((55, .010, .014),)),
}

VISITS = Share("visits a year", ((0, 2.4, 2.4), (18, 2.9, 2.0), (65, 6.2, 5.8)), "nchs-212")

# 25-OH vitamin D of people without treatment, nmol/L: the normal curve through 5.0 % below 30 and 23.3 % below 50.
VITAMIN_D_MEAN, VITAMIN_D_DEVIATION, VITAMIN_D_SOURCE = 65.9, 21.8, "herrick-2019"
VITAMIN_D_ON_TREATMENT = (82, .33)  # median and sigma of a log-normal, ours: with the treated 8 % lie above 50 ng/mL (dudenkov-2015)
VITAMIN_D_ON_A_HIGH_DOSE = (150, .50)  # ours: 0.2 % of all reach 100 ng/mL (dudenkov-2015)
VITAMIN_D_SWING, VITAMIN_D_PEAK_DAY = .25, 227  # August (kasahara-2013); the size of the swing is ours
# Vitamin B12, pmol/L: the log-normal through 1 % below 126 and 34 % below 287 (nhanes-b12); from 51 years a tenth lower (qi-2014).
B12_MEDIAN, B12_SIGMA, B12_FROM_51 = 343, .43, .90
MMA_MEDIANS = ((126, 281), (287, 148), (10**9, 120))  # nmol/L, by vitamin B12 below pmol/L (nhanes-b12); sigma ours
HOMOCYSTEINE_MEDIANS = ((126, 12), (287, 9), (10**9, 8))  # umol/L (nhanes-b12); sigma ours
CALCIUM_MEAN, CALCIUM_DEVIATION = 2.375, .072  # albumin-adjusted, mmol/L (schini-2021)
DISTRIBUTIONS = (
    ("25-OH vitamin D, untreated", "mean 65.9, deviation 21.8 nmol/L, ± 25 % over the year", "herrick-2019"),
    ("25-OH vitamin D, treated and on high doses", "medians 82 and 150 nmol/L", "dudenkov-2015"),
    ("peak of 25-OH vitamin D", "15 August", "kasahara-2013"),
    ("vitamin B12", "median 343 pmol/L, sigma 0.43, a tenth lower from 51 years", "nhanes-b12"),
    ("methylmalonic acid, homocysteine", "medians by vitamin B12", "nhanes-b12"),
    ("calcium, albumin-adjusted", "mean 2.375, deviation 0.072 mmol/L", "schini-2021"),
    ("albumin, ALP, phosphate, PTH, magnesium, haemoglobin, MCV, folate, eGFR", "see laboratory.py", OURS),
    ("cards overridden", "55 to 85 % by rule", "poly-2020"),
)


def table():
    """The figures as Markdown: what, by age, and who says so."""
    yield "| what | from age: women / men | source |\n|---|---|---|"
    for share in [BACK_PAIN, ACUTE_BACK_PAIN, RESOLVED_BACK_PAIN, *CONDITIONS.values(), PREGNANCY, BARIATRIC, GASTRECTOMY, *DRUGS.values()]:
        steps = "; ".join(f"{age}: {100 * women:.3g} / {100 * men:.3g} %" for age, women, men in share.steps)
        yield f"| {share.what} | {steps} | {share.source}{f' ({share.note})' if share.note else ''} |"
    yield f"| {VISITS.what} | {'; '.join(f'{age}: {women} / {men}' for age, women, men in VISITS.steps)} | {VISITS.source} |"
    for what, how, source in DISTRIBUTIONS:
        yield f"| {what} | {how} | {source} |"
    yield "\n| key | source |\n|---|---|"
    for key, (title, link) in SOURCES.items():
        yield f"| {key} | [{title}]({link}) |"
