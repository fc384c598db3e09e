"""Results as six laboratories report them: the true amount in the blood first, then what reaches the chart, with everything that goes wrong."""

import math
from dataclasses import dataclass

import figures
from chart import DAY, EPOCH, HOUR
from codes import LOINC, UCUM

LABORATORY = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}]
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"


@dataclass(frozen=True)
class Report:
    """How an analyte is reported: LOINC, unit, digits, how many of it are one of the base unit, the range that is printed."""

    loinc: str
    unit: str
    digits: int
    factor: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Analyte:
    title: str
    key: str | None  # the prefetch that a LOINC code of it answers
    conventional: Report
    si: Report  # the base unit


ANALYTES = {
    "vitaminD": Analyte("25-OH Vitamin D", "vitaminD", Report("62292-8", "ng/mL", 1, 1 / 2.496, 30, 100), Report("68438-1", "nmol/L", 0, 1, 50, 250)),
    "b12": Analyte("Vitamin B12", "b12", Report("2132-9", "pg/mL", 0, 1 / .738, 200, 900), Report("14685-2", "pmol/L", 0, 1, 145, 660)),
    "folate": Analyte("Folate", None, Report("2284-8", "ng/mL", 1, 1 / 2.266, 3.9, 26.8), Report("14732-2", "nmol/L", 1, 1, 8.8, 60.8)),
    "mma": Analyte("Methylmalonic acid", "b12", Report("13964-2", "nmol/L", 0, 1000, 0, 378), Report("13964-2", "umol/L", 2, 1, 0, .4)),
    "homocysteine": Analyte("Homocysteine", "b12", Report("13965-9", "umol/L", 1, 1, 4, 15), Report("13965-9", "umol/L", 1, 1, 4, 15)),
    "calcium": Analyte("Calcium", "bone", Report("17861-6", "mg/dL", 1, 1 / .2495, 8.6, 10.3), Report("2000-8", "mmol/L", 2, 1, 2.15, 2.58)),
    "albumin": Analyte("Albumin", "bone", Report("1751-7", "g/dL", 1, .1, 3.5, 5.0), Report("1751-7", "g/L", 0, 1, 35, 50)),
    "alp": Analyte("Alkaline phosphatase", "bone", Report("6768-6", "U/L", 0, 1, 40, 120), Report("6768-6", "U/L", 0, 1, 30, 130)),
    "phosphate": Analyte("Phosphate", "bone", Report("2777-1", "mg/dL", 1, 1 / .3229, 2.5, 4.5), Report("14879-1", "mmol/L", 2, 1, .8, 1.5)),
    "pth": Analyte("Parathyroid hormone", "bone", Report("2731-8", "pg/mL", 0, 1 / .1061, 15, 65), Report("14866-8", "pmol/L", 1, 1, 1.6, 6.9)),
    "magnesium": Analyte("Magnesium", "bone", Report("19123-9", "mg/dL", 1, 1 / .4114, 1.7, 2.4), Report("2601-3", "mmol/L", 2, 1, .7, 1.0)),
    "creatinine": Analyte("Creatinine", "bone", Report("2160-0", "mg/dL", 2, 1 / 88.4, .5, 1.3), Report("14682-9", "umol/L", 0, 1, 45, 110)),
    "egfr": Analyte("eGFR", "bone", Report("98979-8", "mL/min/{1.73_m2}", 0, 1, 60, None), Report("62238-1", "mL/min/{1.73_m2}", 0, 1, 60, None)),
    "haemoglobin": Analyte("Haemoglobin", "blood", Report("718-7", "g/dL", 1, .1, 12, 17), Report("718-7", "g/L", 0, 1, 120, 170)),
    "mcv": Analyte("Mean corpuscular volume", "blood", Report("787-2", "fL", 0, 1, 80, 100), Report("787-2", "fL", 0, 1, 80, 100)),
}


@dataclass(frozen=True)
class Laboratory:
    name: str
    conventional: bool
    loinc: bool = True
    local: bool = False  # codes of its own
    ucum: bool = True  # units by code, not by text alone
    spelling: tuple = ()  # units as it writes them
    codes: tuple = ()  # LOINC codes as it uses them
    ranges: str = "numbers"  # "text", "none"
    performer: bool = True
    texts: float = 0  # share of results sent as text
    unitless: float = 0  # share without a unit


LABORATORIES = (
    Laboratory("Central laboratory", True),
    Laboratory("County laboratory", False),
    Laboratory("University laboratory", True, ucum=False, spelling=(("ng/mL", "ng/ml"), ("pg/mL", "pg/ml")), codes=(("62292-8", "1989-3"),), ranges="text"),
    Laboratory("Valley laboratory", False, loinc=False, local=True),
    Laboratory("Clinic analyser", True, ranges="none", performer=False, texts=.30, unitless=.12),
    Laboratory("Reference laboratory", False, local=True, ucum=False, spelling=(("umol/L", "µmol/L"),), ranges="none"),
)
LEAST_MEASURED = {"vitaminD": 10, "b12": 111}  # nmol/L, pmol/L: below it "<"
MOST_MEASURED = {"vitaminD": 374, "b12": 1476}


class Blood:
    """The true amounts of one person. A person keeps their own level; a draw moves about it."""

    def __init__(self, life, draws):
        self.life, self.draws = life, draws
        self.level = {name: draws.normal(0, 1) for name in ANALYTES}
        self.last_b12 = 400.0

    def amount(self, name, day):
        """In the base unit, on a day."""
        return getattr(self, f"of_{name}")(day)

    def spread(self, name, mean, deviation, within=.3):
        return mean + deviation * (.95 * self.level[name] + within * self.draws.normal(0, 1))

    def of_vitaminD(self, day):
        life, level = self.life, self.level["vitaminD"]
        wobble = self.draws.lognormal(1, .07)
        if (life.on("high dose of vitamin D", day) or 0) > 60:
            median, sigma = figures.VITAMIN_D_ON_A_HIGH_DOSE
            return median * math.exp(sigma * level) * wobble
        if (life.on("vitamin D", day) or 0) > 60:
            median, sigma = figures.VITAMIN_D_ON_TREATMENT
            return median * math.exp(sigma * level) * wobble
        mean = figures.VITAMIN_D_MEAN
        if life.traits & {"vitamin D deficiency", "osteomalacia"}:
            mean = 32
        elif life.traits & {"crohn", "coeliac", "malabsorption", "bariatric surgery", "pancreatitis", "cirrhosis"}:
            mean = 50
        season = 1 + figures.VITAMIN_D_SWING * math.cos(2 * math.pi * (day_of_year(day) - figures.VITAMIN_D_PEAK_DAY) / 365.25)
        return max(mean + figures.VITAMIN_D_DEVIATION * level, 9) * season * wobble

    def of_b12(self, day):
        life = self.life
        median = figures.B12_MEDIAN * (figures.B12_FROM_51 if life.age(day) >= 51 else 1)
        if life.on("vitamin B12 injections", day) is not None:
            median = 900
        elif life.on("vitamin B12 by mouth", day) is not None:
            median = 560
        elif life.traits & {"B12 deficiency", "pernicious anaemia"}:
            median = 150
        elif (life.on("metformin", day) or 0) > 365 or "bariatric surgery" in life.traits:
            median *= .85
        self.last_b12 = median * math.exp(figures.B12_SIGMA * self.level["b12"]) * self.draws.lognormal(1, .08)
        return self.last_b12

    def by_b12(self, medians, sigma):
        median = next(median for below, median in medians if self.last_b12 < below)
        return self.draws.lognormal(median, sigma) * (1.6 if "kidney-disease" in self.life.traits else 1)

    def of_mma(self, _):
        return self.by_b12(figures.MMA_MEDIANS, .45) / 1000

    def of_homocysteine(self, _):
        return self.by_b12(figures.HOMOCYSTEINE_MEDIANS, .30)

    def of_folate(self, _):
        return self.draws.lognormal(24, .5)

    def of_albumin(self, _):
        return self.spread("albumin", 36 if self.life.traits & {"cirrhosis", "malignancy"} else 43.5, 2.6)

    def of_calcium(self, day):
        shift = 0
        if "hyperparathyroidism" in self.life.traits:
            shift = .30
        elif self.life.traits & {"malignancy", "sarcoidosis"} and self.level["phosphate"] > 1.5:
            shift = .55
        elif "malabsorption" in self.life.traits or "osteomalacia" in self.life.traits:
            shift = -.18
        return self.spread("calcium", figures.CALCIUM_MEAN + shift, figures.CALCIUM_DEVIATION)

    def of_alp(self, _):
        median = 190 if "osteomalacia" in self.life.traits else 72
        return median * math.exp(.27 * self.level["alp"]) * self.draws.lognormal(1, .06)

    def of_phosphate(self, _):
        shift = -.3 if self.life.traits & {"osteomalacia", "hyperparathyroidism"} else .5 if "dialysis" in self.life.traits else 0
        return max(self.spread("phosphate", 1.12 + shift, .16), .3)

    def of_pth(self, _):
        median = 4.2
        if self.life.traits & {"hyperparathyroidism", "kidney-disease", "osteomalacia"}:
            median = 11
        return median * math.exp(.35 * self.level["pth"]) * self.draws.lognormal(1, .1)

    def of_magnesium(self, day):
        return self.spread("magnesium", .76 if (self.life.on("acid blocker", day) or 0) > 365 else .84, .06)

    def of_egfr(self, day):
        middle = 112 - .75 * max(self.life.age(day) - 25, 0)
        for trait, value in (("dialysis", 8), ("CKD 5", 12), ("CKD 4", 23), ("CKD 3", 46)):
            if trait in self.life.traits:
                return max(value * (1 + .12 * self.level["egfr"]), 4)
        return min(max(middle + 13 * self.level["egfr"] + 3 * self.draws.normal(0, 1), 61), 140)

    def of_creatinine(self, day):
        """What CKD-EPI 2021 (Inker 2021) makes that eGFR of."""
        female, age = self.life.female, self.life.age(day)
        kappa, alpha = (.7, -.241) if female else (.9, -.302)
        ratio = self.of_egfr(day) / (142 * .9938**age * (1.012 if female else 1))
        return 88.4 * kappa * ratio ** (1 / (-1.2 if ratio < 1 else alpha))

    def of_haemoglobin(self, _):
        mean = 134 if self.life.female else 150
        if self.life.traits & {"kidney-disease", "malignancy", "crohn", "macrocytosis", "pernicious anaemia"}:
            mean -= 18
        return self.spread("haemoglobin", mean, 10)

    def of_mcv(self, _):
        return self.spread("mcv", 104 if self.life.traits & {"macrocytosis", "pernicious anaemia", "B12 deficiency"} else 90, 4.2)


def day_of_year(day):
    return (day - EPOCH) % 365.25 + 1  # within a day


class Reporter:
    """Writes results into a chart."""

    def __init__(self, chart, clock, draws):
        self.chart, self.clock, self.draws = chart, clock, draws

    def report(self, name, amount, laboratory_number, drawn, encounter, order):
        """One result: its versions from when it is first seen to its last correction. Gives when it was final, or None."""
        laboratory, draws = LABORATORIES[laboratory_number], self.draws
        analyte = ANALYTES[name]
        how = analyte.conventional if laboratory.conventional else analyte.si
        resource = {"resourceType": "Observation", "id": self.chart.id("o"), "status": "final", "category": LABORATORY,
                    "code": code_of(analyte, how, laboratory, laboratory_number), "subject": self.chart.subject(), "encounter": encounter}
        resource.update(self.when(drawn))
        if order:
            resource["basedOn"] = [order]
        if laboratory.performer:
            resource["performer"] = [{"reference": f"Organization/lab-{laboratory_number + 1}", "display": laboratory.name}]
        ready = drawn + draws.whole(5, 70) * HOUR
        key = analyte.key if laboratory.loinc else None
        fate = draws.uniform()
        if fate < .007:
            self.chart.add(ready, {**resource, "status": "cancelled", "issued": self.clock.text(ready),
                                   "dataAbsentReason": {"coding": [{"system": ABSENT, "code": "not-performed"}]}}, key)
            return None
        if fate < .014:
            self.chart.add(drawn + HOUR, {**resource, "status": "registered"}, key)  # and nothing ever came
            return None
        final = {**resource, "issued": self.clock.text(ready), **self.value(how, name, amount, laboratory)}
        if draws.chance(.12):
            early = self.chart.add(drawn + 4 * HOUR, {**final, "status": "preliminary", "issued": self.clock.text(drawn + 4 * HOUR)}, key)
            early.later(ready, **final)
        else:
            early = self.chart.add(ready, final, key)
        self.correct(early, ready, how, name, amount, laboratory)
        return ready

    def when(self, drawn):
        fate = self.draws.uniform()
        if fate < .93:
            return {"effectiveDateTime": self.clock.text(drawn)}
        if fate < .96:
            return {"effectiveDateTime": self.clock.text(drawn)[:10]}
        if fate < .985:
            return {"effectivePeriod": {"start": self.clock.text(drawn), "end": self.clock.text(drawn + 300)}}
        return {}

    def value(self, how, name, amount, laboratory):
        """valueQuantity or valueString, with the range that the laboratory prints."""
        draws, comparator = self.draws, None
        least, most = LEAST_MEASURED.get(name), MOST_MEASURED.get(name)
        if least and amount < least:
            amount, comparator = least, "<"
        elif most and amount > most:
            amount, comparator = most, ">"
        number = round(amount * how.factor, how.digits) if how.digits else int(round(amount * how.factor))
        unit = dict(laboratory.spelling).get(how.unit, how.unit)
        members = self.printed_range(how, laboratory, unit)
        if draws.chance(laboratory.texts):
            return {"valueString": f"{comparator or ''}{number} {unit}", **members}
        quantity = {"value": number}
        if comparator:
            quantity["comparator"] = comparator
        if not draws.chance(laboratory.unitless):
            quantity["unit"] = "nmol/L" if name == "vitaminD" and draws.chance(.004) else unit
            if laboratory.ucum:
                quantity.update(system=UCUM, code=how.unit)
        return {"valueQuantity": quantity, **members}

    @staticmethod
    def printed_range(how, laboratory, unit):
        if laboratory.ranges == "none" or how.low is None:
            return {}
        if laboratory.ranges == "text" or how.high is None:
            return {"referenceRange": [{"text": f"{how.low} - {how.high} {unit}" if how.high else f">= {how.low} {unit}"}]}
        low, high = ({"value": bound, "unit": unit, "system": UCUM, "code": how.unit} for bound in (how.low, how.high))
        return {"referenceRange": [{"low": low, "high": high}]}

    def correct(self, entry, ready, how, name, amount, laboratory):
        """What happens to a few results after they were final."""
        fate, draws = self.draws.uniform(), self.draws
        later = ready + draws.whole(1, 20) * DAY
        if fate < .020:
            other = self.value(how, name, amount * draws.between(.7, 1.4), laboratory)
            gone = {member: None for member in ("valueQuantity", "valueString")}
            entry.later(later, **{**gone, **other, "status": "corrected", "issued": self.clock.text(later)})
        elif fate < .026:
            entry.later(later, status="amended", issued=self.clock.text(later), note=[{"text": "Amended by the laboratory."}])
        elif fate < .030:
            entry.later(later, status="entered-in-error", issued=self.clock.text(later))


def code_of(analyte, how, laboratory, number):
    coding = []
    if laboratory.loinc:
        coding.append({"system": LOINC, "code": dict(laboratory.codes).get(how.loinc, how.loinc)})
    if laboratory.local:
        local = "".join(letter for letter in analyte.title.upper() if letter.isalnum())[:8]
        coding.append({"system": f"http://laboratory-{number + 1}.example/codes", "code": local, "display": analyte.title})
    return {"coding": coding, "text": analyte.title}
