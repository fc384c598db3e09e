"""A life as the practice writes it down: encounters, problems, medicines, procedures, orders and results, version by version."""

import codes
from chart import DAY, HOUR, MINUTE, Chart, Clock, day_text
from draws import Draws
from laboratory import Blood, Reporter
from life import Course, Problem
from noise import Noise

ORDERED = {"vitaminD": "vitamin-d", "b12": "b12", "mma": "mma", "calcium": "calcium", "haemoglobin": "blood-count"}


def write_chart(life, settings):
    """The whole chart of a life, noise apart."""
    return Clinic(life, settings).write()


def coded(kind):
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{kind[0]}", "code": kind[1]}]}


class Clinic:
    def __init__(self, life, settings):
        self.life, self.settings = life, settings
        self.draws = Draws(settings.seed, life.number, "chart")
        self.clock = Clock(life.site.hours_from_utc)
        self.chart = Chart(life.number, self.clock.at(settings.until))
        self.visits = []  # (instant, reference)

    def write(self):
        self.patient()
        for visit in self.life.visits:
            self.encounter(*visit)
        for problem in self.life.problems:
            self.problem(problem)
        for course in self.life.courses:
            self.course(course)
        for name, day in self.life.procedures:
            self.procedure(codes.PROCEDURES[name], day, name)
        self.allergy()
        self.results()
        self.others()
        Noise(self.settings, self.chart, self.clock).add(self.visits)
        return self.chart

    def patient(self):
        life, draws = self.life, self.draws
        born = day_text(life.born)
        fate = draws.uniform()
        resource = {"resourceType": "Patient", "id": f"p{life.number}",
                    "identifier": [{"system": "http://hospital.example/record-numbers", "value": f"{life.number:08d}"}], "active": True,
                    "name": [{"use": "official", "family": f"Invented-{life.number}", "given": ["Person"]}], "gender": life.sex,
                    "birthDate": born if fate > .006 else born[:4] if fate > .002 else None}
        if resource["birthDate"] is None:
            del resource["birthDate"]
        entry = self.chart.add(0, resource)
        if life.died is not None:
            entry.later(self.clock.at(life.died, 12), deceasedDateTime=day_text(life.died))

    def encounter(self, day, hour, minute):
        start = self.clock.at(day, hour, minute)
        end = start + self.draws.whole(10, 50) * MINUTE
        resource = {"resourceType": "Encounter", "id": self.chart.id("e"), "status": "in-progress",
                    "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}, "subject": self.chart.subject(),
                    "period": {"start": self.clock.text(start)}, "serviceProvider": {"reference": f"Organization/{self.life.site.name}"}}
        entry = self.chart.add(start, resource)
        entry.later(end, status="finished", period={"start": self.clock.text(start), "end": self.clock.text(end)})
        self.visits.append((start, {"reference": f"Encounter/{resource['id']}"}))

    def visit_after(self, instant):
        """The first visit from an instant on, or None."""
        return next((visit for visit in self.visits if visit[0] >= instant), None)

    def concept(self, names):
        """A problem as this practice codes it."""
        text, sct, icd10cm, icd10 = names
        coding, kind = [], self.life.site.coding
        if kind == "us":
            coding += [(codes.ICD10CM, icd10cm)] if icd10cm else []
            coding += [(codes.SNOMED, sct)] if sct and (not icd10cm or self.draws.chance(.5)) else []
        elif kind == "who" and icd10:
            coding.append((codes.ICD10, icd10))
        elif sct:
            coding.append((codes.SNOMED, sct))
        if not coding or self.draws.chance(.025):
            return {"text": text}
        return {"coding": [{"system": system, "code": code, "display": text} for system, code in coding], "text": text}

    def problem(self, problem, names=None):
        draws, life = self.draws, self.life
        onset = self.clock.at(problem.onset, 7)
        delay = draws.whole(0, 60) * DAY if problem.onset < life.first_visit else 0
        visit = self.visit_after(onset)
        written = onset + delay if problem.onset < life.first_visit or visit is None else visit[0] + 15 * MINUTE
        resource = {"resourceType": "Condition", "id": self.chart.id("c"),
                    "clinicalStatus": {"coding": [{"system": codes.CLINICAL, "code": "active"}]},
                    "verificationStatus": {"coding": [{"system": codes.VERIFICATION, "code": "confirmed"}]},
                    "category": [coded(("condition-category", "problem-list-item"))],
                    "code": self.concept(names or codes.PROBLEMS[problem.name]), "subject": self.chart.subject()}
        if visit and problem.onset >= life.first_visit:
            resource["encounter"] = visit[1]
        self.onset(resource, problem.onset)
        if not draws.chance(.10):
            resource["recordedDate"] = self.clock.text(written) if draws.chance(.6) else self.clock.text(written)[:10]
        status = draws.uniform()
        if status < .20:
            del resource["verificationStatus"]
        elif status < .215:
            resource["verificationStatus"] = {"coding": [{"system": codes.VERIFICATION, "code": "provisional"}]}
        if draws.chance(.03):
            del resource["clinicalStatus"]
        entry = self.chart.add(written, resource)
        self.end_problem(entry, problem, written)

    def onset(self, resource, day):
        fate, text = self.draws.uniform(), day_text(day)
        if fate < .66:
            resource["onsetDateTime"] = text
        elif fate < .74:
            resource["onsetDateTime"] = text[:4]
        elif fate < .82:
            resource["onsetDateTime"] = text[:7]
        elif fate < .84:
            resource["onsetAge"] = {"value": int(self.life.age(day)), "unit": "a", "system": codes.UCUM, "code": "a"}
        elif fate < .85:
            resource["onsetString"] = "some time ago"

    def end_problem(self, entry, problem, written):
        draws = self.draws
        if problem.ended is not None:
            noticed = self.visit_after(self.clock.at(problem.ended, 7))
            if noticed and draws.chance(.85):
                at = max(noticed[0] + 20 * MINUTE, written + DAY)
                changes = {"clinicalStatus": {"coding": [{"system": codes.CLINICAL, "code": "resolved"}]}}
                if draws.chance(.8):
                    changes["abatementDateTime"] = day_text(problem.ended)
                entry.later(at, **changes)
        elif draws.chance(.012):
            wrong = draws.pick(("refuted", "entered-in-error"))
            changes = {"verificationStatus": {"coding": [{"system": codes.VERIFICATION, "code": wrong}]}}
            if wrong == "entered-in-error":
                changes["clinicalStatus"] = None
            entry.later(written + draws.whole(5, 200) * DAY, **changes)

    def medication(self, medicine):
        """A medicine as this practice writes it: the ingredient's code, the class's, or words alone."""
        name, rxnorm, atc, product, _ = medicine
        style = self.draws.uniform()
        if self.life.site.coding == "who" and style < .8:
            return {"coding": [{"system": codes.ATC, "code": atc, "display": name}], "text": product}
        if rxnorm and style < .6:
            return {"coding": [{"system": codes.RXNORM, "code": rxnorm, "display": name}], "text": product}
        return {"text": product}

    def course(self, course):
        """A course of a medicine: prescriptions that follow each other, or a statement of what the patient takes."""
        over_the_counter = course.kind in {"vitamin D", "multivitamin", "biotin", "vitamin B12 by mouth", "oral calcium"}
        if course.kind == "vitamin B12 injections":
            self.injections(course)
        if (over_the_counter and self.draws.chance(.5)) or course.kind == "nitrous oxide":
            self.statement(course)
        else:
            self.prescriptions(course)

    def statement(self, course):
        draws = self.draws
        start = self.clock.at(course.start, 9)
        visit = self.visit_after(start)
        known = visit[0] + 10 * MINUTE if visit else start
        resource = {"resourceType": "MedicationStatement", "id": self.chart.id("s"), "status": "active",
                    "medicationCodeableConcept": self.medication(course.medicine), "subject": self.chart.subject(),
                    "effectivePeriod": {"start": day_text(course.start)}, "dateAsserted": self.clock.text(known)}
        entry = self.chart.add(known, resource)
        if course.stop is not None:
            at = max(self.clock.at(course.stop, 9), known + HOUR)
            entry.later(at, status=draws.pick(("completed", "stopped")), effectivePeriod={"start": day_text(course.start), "end": day_text(course.stop)})

    def prescriptions(self, course):
        draws, written, entry = self.draws, course.start, None
        last = min(course.stop if course.stop is not None else self.life.until, self.life.until)
        every = draws.pick((90, 180, 180, 360))
        medication, how = self.medication(course.medicine), self.dosage(course.medicine)
        names_end = draws.chance(.35)
        while written < last:
            at = self.clock.at(written, 10)
            if entry:
                entry.later(at, status="completed")
            resource = {"resourceType": "MedicationRequest", "id": self.chart.id("m"), "status": "active", "intent": "order",
                        "medicationCodeableConcept": medication, "subject": self.chart.subject(), "authoredOn": self.clock.text(at)}
            if how:
                resource["dosageInstruction"] = [how]
            if names_end:
                resource["dispenseRequest"] = {"validityPeriod": {"start": day_text(written), "end": day_text(written + every)}}
            entry = self.chart.add(at, resource)
            written += every + draws.whole(-5, 15)
        if entry and course.stop is not None:
            entry.later(self.clock.at(course.stop, 11), status="stopped" if draws.chance(.7) else "completed")

    def dosage(self, medicine):
        code, words = medicine[4]
        fate = self.draws.uniform()
        if fate < .6:
            return {"text": "once a day", "route": {"coding": [{"system": codes.SNOMED, "code": code, "display": words}]}}
        return {"text": "as directed"} if fate < .85 else None

    def injections(self, course):
        day, medication = course.start, self.medication(course.medicine)
        last = course.stop if course.stop is not None else self.life.until
        while day < last:
            at = self.clock.at(day, 11)
            self.chart.add(at, {"resourceType": "MedicationAdministration", "id": self.chart.id("a"), "status": "completed",
                                "medicationCodeableConcept": medication, "subject": self.chart.subject(), "effectiveDateTime": self.clock.text(at),
                                "dosage": {"text": "1 mg intramuscular", "dose": {"value": 1, "unit": "mg", "system": codes.UCUM, "code": "mg"}}})
            day += 84 + self.draws.whole(-6, 10)

    def procedure(self, concept, day, name):
        code, text = concept
        at = self.clock.at(day, 12)
        resource = {"resourceType": "Procedure", "id": self.chart.id("r"), "status": "completed", "subject": self.chart.subject(),
                    "code": {"coding": [{"system": codes.SNOMED, "code": code, "display": text}], "text": text}, "performedDateTime": day_text(day)}
        if name == "dialysis":
            resource["performedPeriod"] = {"start": self.clock.text(at), "end": self.clock.text(at + 4 * HOUR)}
            del resource["performedDateTime"]
        self.chart.add(at, resource)

    def allergy(self):
        if self.draws.chance(.25):
            self.chart.add(self.clock.at(self.life.first_visit), {
                "resourceType": "AllergyIntolerance", "id": self.chart.id("g"), "clinicalStatus": coded(("allergyintolerance-clinical", "active")),
                "code": {"text": self.draws.pick(("Penicillin", "Peanut", "Latex", "House dust mite"))}, "patient": self.chart.subject()})

    def others(self):
        """Problems, medicines and procedures that no rule looks at."""
        self.draws = draws = Draws(self.settings.seed, self.life.number, "others")
        life, more = self.life, min(self.settings.noise, 5)
        begin, end = life.born, life.until - 1
        for _ in range(draws.poisson(more * (.5 + life.age() / 22))):
            onset = draws.whole(max(begin, end - 12 * 365), end)
            ended = onset + draws.whole(5, 400) if draws.chance(.3) else None
            self.problem(Problem("", onset, ended), draws.pick(codes.OTHER_PROBLEMS))
        for _ in range(draws.poisson(more * (.2 + life.age() / 40))):
            start = draws.whole(max(begin, end - 4 * 365), end)
            stop = start + draws.whole(7, 500)
            self.prescriptions(Course("", draws.pick(codes.OTHER_MEDICINES), start, stop if stop < end and draws.chance(.7) else None))
        for _ in range(draws.poisson(more * .8)):
            self.procedure(draws.pick(codes.OTHER_PROCEDURES), draws.whole(max(begin, end - 3 * 365), end), "")

    # Orders and their results.

    def results(self):
        life, draws = self.life, Draws(self.settings.seed, self.life.number, "laboratory")
        blood, reporter = Blood(life, draws), Reporter(self.chart, self.clock, draws)
        for start, encounter in self.visits:
            day = self.clock.day(start)
            for name in self.tests(draws, blood, day):
                drawn = start + draws.whole(20, 180) * MINUTE
                laboratory = life.site.laboratory if draws.chance(.88) else draws.whole(0, 5)
                self.test(draws, reporter, name, blood.amount(name, day), laboratory, start + 12 * MINUTE, drawn, encounter)
        if "pregnancy" in life.traits and draws.chance(.4):
            at = self.clock.at(life.until - draws.whole(1, 60), 10)
            self.chart.add(at, {"resourceType": "Observation", "id": self.chart.id("o"), "status": "final", "subject": self.chart.subject(),
                                "code": {"coding": [{"system": codes.LOINC, "code": "82810-3"}], "text": "Pregnancy status"},
                                "effectiveDateTime": self.clock.text(at), "issued": self.clock.text(at),
                                "valueCodeableConcept": {"coding": [{"system": codes.SNOMED, "code": "77386006"}], "text": "Pregnant"}}, "pregnancy")

    def tests(self, draws, blood, day):
        """What is asked for at a visit; how often is ours."""
        life = self.life
        if life.age(day) < 18:
            return ["haemoglobin", "mcv"] if draws.chance(.06) else []
        names = []
        often = min(self.settings.more, 3)
        if draws.chance(.32):
            names += ["calcium", "albumin", "alp", "creatinine", "egfr"] + (["phosphate"] if draws.chance(.4) else [])
        if draws.chance(.28):
            names += ["haemoglobin", "mcv"]
        more = often * (2.5 if life.traits & {"osteoporosis", "kidney-disease", "vitamin D deficiency", "crohn", "coeliac", "bariatric surgery"} else 1)
        if draws.chance(.075 * more):
            names.append("vitaminD")
        more = often * (2.5 if life.traits & {"on metformin", "neuropathy", "paraesthesia", "B12 deficiency", "macrocytosis", "memory impairment"} else 1)
        if draws.chance(.055 * more):
            names += ["b12"] + (["folate"] if draws.chance(.5) else []) + (["homocysteine"] if draws.chance(.06) else [])
        elif 133 <= blood.last_b12 < 258 and draws.chance(.15):
            names.append("mma")
        if draws.chance(.02):
            names.append("pth")
        if draws.chance(.03):
            names.append("magnesium")
        return names

    def test(self, draws, reporter, name, amount, laboratory, ordered, drawn, encounter):
        """An order, if the practice writes it as a resource, and its result, if it comes."""
        intent, order = ORDERED.get(name), None
        if intent and draws.chance(.7):
            order = self.order(draws, intent, ordered, encounter)
            if draws.chance(.04):
                return  # ordered, never drawn: it stays open
        reference = {"reference": f"ServiceRequest/{order.last()['id']}"} if order else None
        ready = reporter.report(name, amount, laboratory, drawn, encounter, reference)
        if order and draws.chance(.92):
            order.later(ready or drawn + DAY, status="completed" if ready else "revoked")

    def order(self, draws, intent, at, encounter):
        loinc, cpt, text = codes.ORDERS[intent]
        coding = {"system": codes.CPT, "code": cpt} if self.life.site.coding == "us" and draws.chance(.5) else {"system": codes.LOINC, "code": loinc}
        return self.chart.add(at, {"resourceType": "ServiceRequest", "id": self.chart.id("q"), "status": "active", "intent": "order",
                                   "code": {"coding": [coding], "text": text}, "subject": self.chart.subject(), "encounter": encounter,
                                   "authoredOn": self.clock.text(at)})
