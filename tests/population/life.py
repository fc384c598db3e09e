"""Who an invented person is, what they have, take and undergo, and when: days only, nothing of FHIR yet."""

import datetime
from dataclasses import dataclass, field

import codes
import figures
from draws import Draws

YEAR = 365
AGES = ((.12, (0, 17)), (.22, (18, 34)), (.21, (35, 49)), (.24, (50, 64)), (.16, (65, 79)), (.05, (80, 98)))  # ours: who visits a hospital group


@dataclass(frozen=True)
class Site:
    """A practice: how it codes, where it lies, which laboratory it sends to, which EHR it has."""

    name: str
    coding: str  # "us", "uk" or "who"
    hours_from_utc: int
    laboratory: int
    client: str


SITES = (
    (.30, Site("site-1", "us", -5, 0, "hospital-a")), (.20, Site("site-2", "uk", 0, 1, "hospital-b")), (.15, Site("site-3", "us", -6, 2, "hospital-a")),
    (.10, Site("site-4", "who", 1, 3, "hospital-c")), (.10, Site("site-5", "us", -8, 4, "hospital-d")), (.15, Site("site-6", "who", 1, 5, "hospital-c")),
)


@dataclass
class Problem:
    name: str  # of codes.PROBLEMS
    onset: int
    ended: int | None = None


@dataclass
class Course:
    kind: str  # of codes.MEDICINES
    medicine: tuple
    start: int
    stop: int | None = None

    def days_at(self, day):
        """Days on treatment, or None if not on it."""
        return day - self.start if self.start <= day and (self.stop is None or day <= self.stop) else None


@dataclass
class Life:
    number: int
    site: Site
    sex: str
    born: int
    until: int
    first_visit: int
    died: int | None = None
    traits: set = field(default_factory=set)
    problems: list = field(default_factory=list)
    courses: list = field(default_factory=list)
    procedures: list = field(default_factory=list)  # (name, day)
    visits: list = field(default_factory=list)  # (day, hour, minute)

    @property
    def female(self):
        return self.sex != "male"

    def age(self, day=None):
        return ((self.until if day is None else day) - self.born) // 365.25

    def on(self, kind, day):
        """Days on a kind of medicine, or None."""
        days = [course.days_at(day) for course in self.courses if course.kind == kind]
        return max((each for each in days if each is not None), default=None)


@dataclass(frozen=True)
class Settings:
    """What a population is made of; the same settings and seed give the same bytes."""

    seed: int = 1
    until: int = datetime.date(2026, 3, 1).toordinal()
    years: int = 3
    back_pain: float | None = None  # share of adults with active back pain; None: as published
    noise: float = 1
    more: float = 1  # how much more often than published: for a small population with many cards

    def chance(self, share):
        return min(share * self.more, .8)


def live(number, settings):
    """The person with this number: the same whatever the size of the population."""
    draws = Draws(settings.seed, number, "life")
    least, most = draws.weighted(AGES)
    until = settings.until
    born = until - int((draws.whole(least, most) + draws.uniform()) * 365.25)
    sex = draws.weighted(((.505, "female"), (.489, "male"), (.003, "other"), (.003, "unknown")))
    life = Life(number, draws.weighted(SITES), sex, born, until, max(until - settings.years * YEAR, born))
    if draws.chance(.004 if life.age() < 70 else .02):
        life.died = until - draws.whole(1, 200)
    give_problems(life, draws, settings)
    give_courses(life, draws, settings)
    give_visits(life, draws)
    return life


def give_problems(life, draws, settings):
    give_back_pain(life, draws, settings.back_pain)
    for name, share in figures.CONDITIONS.items():
        published = share.of(life.age(), life.female)
        if draws.chance(published if name in SILENCING else settings.chance(published)):
            life.traits.add(name)
    if draws.chance(figures.PREGNANCY.of(life.age(), life.female)) and life.sex == "female":
        life.traits.add("pregnancy")
        onset = life.until - draws.whole(20, 250)
        life.problems.append(Problem("pregnancy", onset))
    elif life.sex == "female" and 20 <= life.age() < 45 and draws.chance(.05):
        onset = life.until - draws.whole(400, 900)
        life.problems.append(Problem("pregnancy", onset, onset + 280 if draws.chance(.7) else None))
    for name in sorted(life.traits - {"pregnancy", "back pain"}):
        give_condition(life, draws, name)
    for name, share in (("bariatric surgery", figures.BARIATRIC), ("gastrectomy", figures.GASTRECTOMY)):
        if draws.chance(settings.chance(share.of(life.age(), life.female))):
            life.traits.add(name)
            day = life.until - draws.whole(100, 12 * YEAR)
            if draws.chance(.7):
                life.procedures.append((name, day))
            elif name == "bariatric surgery":
                life.problems.append(Problem("bariatric status", day))


def give_back_pain(life, draws, share):
    age, female = life.age(), life.female
    chronic, acute = figures.BACK_PAIN.of(age, female), figures.ACUTE_BACK_PAIN.of(age, female)
    if share is not None and age >= 18:
        chronic, acute = .75 * share, .25 * share
    which = draws.uniform()
    if which < chronic:
        life.traits.add("back pain")
        onset = life.until - draws.whole(100, 12 * YEAR)
        names = ((.35, "chronic low back pain"), (.35, "low back pain"), (.10, "back pain"), (.05, "thoracic back pain"), (.15, "low back pain with sciatica"))
        life.problems.append(Problem(draws.weighted(names), max(onset, life.born)))
    elif which < chronic + acute:
        life.traits.add("back pain")
        life.problems.append(Problem(draws.weighted(((.4, "acute low back pain"), (.6, "low back pain"))), life.until - draws.whole(1, 80)))
    if draws.chance(figures.RESOLVED_BACK_PAIN.of(age, female)):
        onset = life.until - draws.whole(200, 5 * YEAR)
        life.problems.append(Problem(draws.pick(("low back pain", "acute low back pain", "back pain")), onset, onset + draws.whole(14, 150)))
    if draws.chance(.03):
        life.problems.append(Problem(draws.pick(("sciatica", "neck pain")), life.until - draws.whole(10, 4 * YEAR)))


SILENCING = {"malignancy", "malignancy-history", "fever", "weight loss", "vertebral fracture", "cauda equina", "palliative care", "dialysis"}
RECENT = {"fever": 25, "weight loss": 150, "vertebral fracture": 80, "cauda equina": 60}  # days, at most
LASTING = {"osteoporosis", "kidney-disease", "dialysis", "coeliac", "crohn", "colitis", "diabetes", "cirrhosis", "pancreatitis", "neuropathy", "palliative care"}
CANCERS = {True: ("breast cancer", "breast cancer", "colon cancer", "lung cancer", "myeloma"),
           False: ("prostate cancer", "prostate cancer", "colon cancer", "lung cancer", "myeloma")}
EARLIER_CANCERS = {True: ("history of breast cancer", "history of colon cancer"), False: ("history of prostate cancer", "history of colon cancer")}


def give_condition(life, draws, trait):
    """A trait as the problems that a chart would have of it."""
    name = trait
    if trait == "kidney-disease":
        name = draws.weighted(((.88, "CKD 3"), (.09, "CKD 4"), (.03, "CKD 5")))
        life.traits.add(name)
    elif trait == "malignancy":
        name = draws.pick(CANCERS[life.female])
    elif trait == "malignancy-history":
        name = draws.pick(EARLIER_CANCERS[life.female])
    elif trait == "neuropathy" and "diabetes" in life.traits:
        name = "diabetic neuropathy"
    elif trait == "paraesthesia":
        name = draws.pick(("paraesthesia", "paraesthesia", "numbness"))
    onset = life.until - draws.whole(3, RECENT.get(trait, 10 * YEAR))
    ended = None
    if trait not in LASTING and trait not in RECENT and draws.chance(.25):
        ended = min(onset + draws.whole(30, 3 * YEAR), life.until - 1)
    life.problems.append(Problem(name, max(onset, life.born), ended if ended is None or ended > onset else None))
    if trait == "dialysis":
        for week in range(1, 40):
            life.procedures.append(("dialysis", life.until - 7 * week + draws.whole(0, 2)))


DEPENDS_ON = {"metformin": "diabetes", "active vitamin D": "kidney-disease", "vitamin B12 injections": "B12 deficiency", "antiresorptive": "osteoporosis"}
USUAL_DAYS = {"acid blocker": (20, 1200), "oral glucocorticoid": (5, 1600), "nitrous oxide": (3, 80), "other glucocorticoid": (5, 400)}


def give_courses(life, draws, settings):
    for kind, share in figures.DRUGS.items():
        medicine = draws.pick(codes.MEDICINES[kind])
        now, earlier, fate = draws.uniform(), draws.uniform(), draws.uniform()
        least, most = USUAL_DAYS.get(kind, (20, 1500))
        days, past = draws.whole(least, most), draws.whole(40, 900)
        of = settings.chance(share.of(life.age(), life.female))
        needs = DEPENDS_ON.get(kind)
        if needs and needs not in life.traits and not (kind == "vitamin B12 injections" and "pernicious anaemia" in life.traits):
            continue
        if "vitamin D deficiency" in life.traits and kind == "vitamin D":
            of = .65
        if now < of:
            life.traits.add(f"on {kind}")
            life.courses.append(Course(kind, medicine, max(life.until - days, life.born)))
        elif earlier < of * .5:
            stop = life.until - past
            life.courses.append(Course(kind, medicine, max(stop - days, life.born), stop))
            if fate < .2:
                life.courses[-1].stop = None  # it ended and nobody wrote that down: the record stays active
                life.traits.add(f"forgotten {kind}")


def give_visits(life, draws):
    """Visits on working days between 8 and 17 o'clock, in order."""
    last = life.until - 1 if life.died is None else life.died
    days = max(last - life.first_visit, 1)
    count = draws.poisson(figures.VISITS.of(life.age(), life.female) * days / YEAR)
    if "back pain" in life.traits or "dialysis" in life.traits:
        count += draws.poisson(days / YEAR)
    chosen = set()
    for _ in range(count):
        day = life.first_visit + draws.whole(0, days - 1)
        day -= max(datetime.date.fromordinal(day).weekday() - 4, 0)
        if day >= life.first_visit:
            chosen.add((day, draws.whole(8, 16), draws.whole(0, 59)))
    life.visits = sorted(chosen)
