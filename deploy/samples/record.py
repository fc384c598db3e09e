"""A patient's record as an electronic health record holds it, built resource by resource as FHIR R4.

`Record` knows how a clinic documents (visits with vital signs and a note, panels with their members, yearly renewals of a
prescription); the stories in make.py say what happened. Everything is deterministic: where values differ from visit to visit, the
difference comes from a checksum of what is measured and when.

Every id begins with the person's name, so that one FHIR server holds all of them; the clinic, its laboratory and its doctor are the
same for everybody, and have names of their own.
"""

import base64
import zlib
from datetime import date, timedelta

from laboratory import BLOOD_COUNT, LIPIDS, METABOLIC, TESTS

TODAY = "2026-03-02"
BASE = "https://ehr.example.org/fhir"
SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem"

CHECK_UP = ("185349003", "Encounter for check up")
SYMPTOM = ("185345009", "Encounter for symptom")
FOLLOW_UP = ("390906007", "Follow-up encounter")

CBC = ("58410-2", "CBC panel - Blood by Automated count")
CMP = ("24323-8", "Comprehensive metabolic 2000 panel - Serum or Plasma")
LIPID_PANEL = ("24331-1", "Lipid 1996 panel - Serum or Plasma")


def concept(*codings, text=None):
    """A CodeableConcept of (system, code, display) codings; its text is the first display unless said otherwise."""
    members = ("system", "code", "display")
    return {"coding": [dict(zip(members, coding)) for coding in codings], "text": text or codings[0][2]}


def hl7(system, code):
    return {"coding": [{"system": f"{HL7}/{system}", "code": code}]}


def varying(base, spread, *what):
    """A value around `base`, at most `spread` away from it, always the same for the same `what`."""
    share = zlib.crc32("|".join(map(str, what)).encode()) / 0xFFFFFFFF
    return base + spread * (2 * share - 1)


def in_range(value, unit, low, high):
    """The laboratory's reference range, and its flag for the value."""
    limits = {name: {"value": limit, "unit": unit} for name, limit in (("low", low), ("high", high)) if limit is not None}
    flag = "L" if low is not None and value < low else "H" if high is not None and value > high else "N"
    return {"interpretation": [hl7("v3-ObservationInterpretation", flag)], "referenceRange": [limits]}


def slug_of(name):
    """A person's name as it stands in ids and names of files."""
    return name.lower().replace(" ", "-")


class Record:
    """One patient's resources. `si` makes the laboratory report in SI units; `body` is (height in cm, weight in kg, systolic)."""

    def __init__(self, given, family, gender, born, body, si=False):
        self.name, self.gender, self.born, self.body, self.si = f"{given} {family}", gender, born, body, si
        self.zone = "+00:00" if si else "-05:00"
        self.resources, self.counts = [], {}
        self.slug = slug_of(self.name)
        identifier = {"type": hl7("v2-0203", "MR"), "system": "https://ehr.example.org/mrn", "value": f"{self.number():08d}"}
        self.clinic = self.add_as("riverbank-family-practice", "Organization", active=True, name="Riverbank Family Practice")
        self.laboratory = self.add_as("northgate-laboratory", "Organization", active=True, name="Northgate Clinical Laboratory")
        marlowe = {"family": "Marlowe", "given": ["Ines"], "prefix": ["Dr"]}
        self.doctor = self.add_as("ines-marlowe", "Practitioner", active=True, name=[marlowe])
        self.patient = self.add_as(
            self.slug,
            "Patient",
            identifier=[identifier],
            active=True,
            name=[{"use": "official", "family": family, "given": [given]}],
            telecom=[{"system": "phone", "value": f"555-01{self.number() % 100:02d}", "use": "home"}],
            gender=gender,
            birthDate=born,
            address=[{"use": "home", "line": [f"{self.number() % 90 + 1} Mill Lane"], "city": "Riverbank"}],
            generalPractitioner=[self.doctor],
        )
        self.add("Coverage", status="active", beneficiary=self.patient, payor=[{"display": "Evergreen Health Plan"}])

    def number(self):
        return zlib.crc32(self.name.encode()) % 100_000_000

    def age_on(self, day):
        born = date.fromisoformat(self.born)
        on = date.fromisoformat(day)
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))

    def add(self, resource_type, **members):
        """Adds a resource of this person; gives the reference to it."""
        count = self.counts[resource_type] = self.counts.get(resource_type, 0) + 1
        return self.add_as(f"{self.slug}-{resource_type.lower()}-{count:03d}", resource_type, **members)

    def add_as(self, identity, resource_type, **members):
        """Adds a resource by a name of its own; gives the reference to it."""
        self.resources.append({"resourceType": resource_type, "id": identity, **members})
        return {"reference": f"{resource_type}/{identity}"}

    def bundle(self):
        """A transaction: posted to the base of a FHIR server, it puts every resource there under its id, however often it is sent."""
        entries = []
        for each in self.resources:
            place = f"{each['resourceType']}/{each['id']}"
            entries.append({"fullUrl": f"{BASE}/{place}", "resource": each, "request": {"method": "PUT", "url": place}})
        return {"resourceType": "Bundle", "type": "transaction", "entry": entries}

    # ---- what a doctor writes down --------------------------------------------------------------------------------------

    def problem(self, *codings, since=None, recorded=None, ended=None, verified="confirmed", status=None):
        """A problem-list entry; codings are (system, code, display)."""
        status = status or ("resolved" if ended else "active")
        members = {"clinicalStatus": hl7("condition-clinical", status)} if verified != "entered-in-error" else {}
        return self.add(
            "Condition",
            **members,
            verificationStatus=hl7("condition-ver-status", verified),
            category=[hl7("condition-category", "problem-list-item")],
            code=concept(*codings),
            subject=self.patient,
            **({"onsetDateTime": since} if since else {}),
            **({"abatementDateTime": ended} if ended else {}),
            recordedDate=recorded or since,
            recorder=self.doctor,
        )

    def allergy(self, code, display):
        self.add(
            "AllergyIntolerance",
            clinicalStatus=hl7("allergyintolerance-clinical", "active"),
            verificationStatus=hl7("allergyintolerance-verification", "confirmed"),
            code=concept((SNOMED, code, display)),
            patient=self.patient,
        )

    def vaccinated(self, day, code, display):
        self.add(
            "Immunization",
            status="completed",
            vaccineCode=concept((CVX, code, display)),
            patient=self.patient,
            occurrenceDateTime=day,
            primarySource=True,
        )

    def procedure(self, day, code, display):
        self.add(
            "Procedure",
            status="completed",
            code=concept((SNOMED, code, display)),
            subject=self.patient,
            performedDateTime=day,
        )

    def document(self, day, code, display, text):
        """A note. Its text is for people: the service reads no free text."""
        attachment = {"contentType": "text/plain", "data": base64.b64encode(text.encode()).decode()}
        self.add(
            "DocumentReference",
            status="current",
            type=concept((LOINC, code, display)),
            subject=self.patient,
            date=f"{day}T17:05:00{self.zone}",
            author=[self.doctor],
            content=[{"attachment": attachment}],
        )

    def visit(self, day, kind=CHECK_UP, note="Doing well. No change."):
        """An encounter with its vital signs and its note."""
        encounter = self.add(
            "Encounter",
            status="finished",
            **{"class": {"system": f"{HL7}/v3-ActCode", "code": "AMB", "display": "ambulatory"}},
            type=[concept((SNOMED, *kind))],
            subject=self.patient,
            participant=[{"individual": self.doctor}],
            period={"start": f"{day}T09:00:00{self.zone}", "end": f"{day}T09:25:00{self.zone}"},
            serviceProvider=self.clinic,
        )
        height, weight, systolic = self.body
        weight = round(varying(weight, 2.5, self.name, day, "weight"), 1)
        self.vital(day, encounter, "8302-2", "Body height", height, "cm", "cm")
        self.vital(day, encounter, "29463-7", "Body weight", weight, "kg", "kg")
        index = round(weight / (height / 100) ** 2, 1)
        self.vital(day, encounter, "39156-5", "Body mass index (BMI) [Ratio]", index, "kg/m2", "kg/m2")
        self.vital(day, encounter, "8867-4", "Heart rate", round(varying(72, 9, self.name, day, "pulse")), "beats/minute", "/min")
        self.blood_pressure(day, encounter, round(varying(systolic, 9, self.name, day)), round(varying(systolic * 0.6, 6, day)))
        self.document(day, "11506-3", "Progress note", note)
        return encounter

    def vital(self, day, encounter, code, display, value, unit, ucum):
        self.add(
            "Observation",
            status="final",
            category=[hl7("observation-category", "vital-signs")],
            code=concept((LOINC, code, display)),
            subject=self.patient,
            encounter=encounter,
            effectiveDateTime=f"{day}T09:04:00{self.zone}",
            valueQuantity={"value": value, "unit": unit, "system": UCUM, "code": ucum},
        )

    def blood_pressure(self, day, encounter, systolic, diastolic):
        def part(code, display, value):
            quantity = {"value": value, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"}
            return {"code": concept((LOINC, code, display)), "valueQuantity": quantity}

        self.add(
            "Observation",
            status="final",
            category=[hl7("observation-category", "vital-signs")],
            code=concept((LOINC, "85354-9", "Blood pressure panel with all children optional")),
            subject=self.patient,
            encounter=encounter,
            effectiveDateTime=f"{day}T09:04:00{self.zone}",
            component=[
                part("8480-6", "Systolic blood pressure", systolic),
                part("8462-4", "Diastolic blood pressure", diastolic),
            ],
        )

    def answered(self, day, code, display, answer):
        """A coded observation, such as smoking status: `answer` is (system, code, display)."""
        self.add(
            "Observation",
            status="final",
            category=[hl7("observation-category", "social-history")],
            code=concept((LOINC, code, display)),
            subject=self.patient,
            effectiveDateTime=day,
            valueCodeableConcept=concept(answer),
        )

    # ---- what the laboratory sends --------------------------------------------------------------------------------------

    def result(self, day, name, value, status="final", unit=None):
        """One result of a test of laboratory.py. With a `unit` of its own it comes without a range to compare it with."""
        test = TESTS[name]
        code, reported_in, low, high = test.in_units(self.si)
        return self.add(
            "Observation",
            status=status,
            category=[hl7("observation-category", "laboratory")],
            code=concept((LOINC, code, test.name)),
            subject=self.patient,
            effectiveDateTime=f"{day}T09:15:00{self.zone}",
            issued=f"{day}T15:40:00{self.zone}",
            performer=[self.laboratory],
            valueQuantity={"value": value, "unit": unit or reported_in, "system": UCUM, "code": unit or reported_in},
            **({} if unit else in_range(value, reported_in, low, high)),
        )

    def report(self, day, panel, members):
        """A panel: an observation with its members, and the report that the laboratory sends with them."""
        code, name = panel
        grouped = self.add(
            "Observation",
            status="final",
            category=[hl7("observation-category", "laboratory")],
            code=concept((LOINC, code, name)),
            subject=self.patient,
            effectiveDateTime=f"{day}T09:15:00{self.zone}",
            hasMember=members,
        )
        self.add(
            "DiagnosticReport",
            status="final",
            category=[hl7("v2-0074", "LAB")],
            code=concept((LOINC, code, name)),
            subject=self.patient,
            effectiveDateTime=f"{day}T09:15:00{self.zone}",
            issued=f"{day}T15:40:00{self.zone}",
            performer=[self.laboratory],
            result=[grouped, *members],
        )

    def bloods(self, day, panels=("count", "metabolic"), **known):
        """The usual panels on one day. `known` fixes values by test name, in the units of this record (haemoglobin: g/dL)."""
        if "count" in panels:
            self.panel(day, CBC, BLOOD_COUNT, self.blood_count(day, known))
        if "metabolic" in panels:
            self.panel(day, CMP, METABOLIC, self.metabolic(day, known))
        if "lipids" in panels:
            self.panel(day, LIPID_PANEL, LIPIDS, known)

    def panel(self, day, named, tests, values):
        members = [self.result(day, test, values.get(test, self.usual(day, test))) for test in tests]
        self.report(day, named, members)

    def usual(self, day, name):
        """A value of the middle of the reference range."""
        test = TESTS[name]
        _, _, low, high = test.in_units(self.si)
        low, high = (0 if low is None else low), (2 * low if high is None else high)
        return test.rounded(varying((low + high) / 2, (high - low) / 5, self.name, name, day), self.si)

    def blood_count(self, day, known):
        """Red-cell values that fit together: haemoglobin and cell volume give the rest."""
        volume = known.get("mcv", round(varying(90, 2.5, self.name, "MCV", day), 1))
        grams = known["haemoglobin"] if "haemoglobin" in known else round(varying(13.9, 0.6, self.name, "Hb", day), 1)
        haematocrit = grams / 0.335
        cells = haematocrit * 10 / volume
        return {
            **known,
            "haemoglobin": round(grams * 10) if self.si else grams,
            "mcv": volume,
            "haematocrit": round(haematocrit, 1),
            "erythrocytes": round(cells, 2),
            "mch": round(grams * 10 / cells, 1),
        }

    def metabolic(self, day, known):
        """Kidney values that fit together: creatinine, age and sex give the filtration rate (CKD-EPI 2021)."""
        creatinine = known.get("creatinine", self.usual(day, "creatinine"))
        return {**known, "creatinine": creatinine, "egfr": self.filtration(day, creatinine)}

    def filtration(self, day, creatinine):
        female = self.gender == "female"
        ratio = (creatinine / 88.4 if self.si else creatinine) / (0.7 if female else 0.9)
        below, above = min(ratio, 1) ** (-0.241 if female else -0.302), max(ratio, 1) ** -1.2
        return round(142 * below * above * 0.9938 ** self.age_on(day) * (1.012 if female else 1))

    # ---- what is prescribed ---------------------------------------------------------------------------------------------

    def prescribed(self, ingredient, product, sig, since, until=None):
        """A prescription with its renewals; only the last is active, and only if it runs until today."""
        start, end = date.fromisoformat(since), date.fromisoformat(until or TODAY)
        starts = [start]
        while (end - starts[-1]).days > 330:
            starts.append(starts[-1] + timedelta(days=300))
        for each in starts:
            running = each == starts[-1] and until is None
            self.add(
                "MedicationRequest",
                status="active" if running else "completed",
                intent="order",
                medicationCodeableConcept=concept(ingredient, text=product),
                subject=self.patient,
                authoredOn=each.isoformat(),
                requester=self.doctor,
                dosageInstruction=[{"text": sig, "route": concept((SNOMED, "26643006", "Oral route"))}],
            )

    def takes(self, ingredient, sig, since):
        """Something that the patient says to take, without a prescription."""
        self.add(
            "MedicationStatement",
            status="active",
            medicationCodeableConcept=concept(ingredient),
            subject=self.patient,
            effectivePeriod={"start": since},
            dateAsserted="2026-01-12",
            dosage=[{"text": sig}],
        )

    def ordered(self, day, code, display, status):
        self.add(
            "ServiceRequest",
            status=status,
            intent="order",
            category=[concept((SNOMED, "108252007", "Laboratory procedure"))],
            code=concept((LOINC, code, display)),
            subject=self.patient,
            authoredOn=f"{day}T08:50:00{self.zone}",
            requester=self.doctor,
        )
