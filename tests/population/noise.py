"""What fills a real record and no rule reads: vital signs, other results, reports, notes, claims. Text from templates, for it is most of the bytes."""

from chart import HOUR, MINUTE
from codes import LOINC, UCUM
from draws import Draws

OTHER_TESTS = (  # LOINC, name, unit, mean, deviation, digits
    ("2345-7", "Glucose", "mg/dL", 98, 18, 0), ("3094-0", "Urea nitrogen", "mg/dL", 15, 4, 0), ("2951-2", "Sodium", "mmol/L", 140, 2.5, 0),
    ("2823-3", "Potassium", "mmol/L", 4.2, .4, 1), ("2075-0", "Chloride", "mmol/L", 103, 3, 0), ("2028-9", "Carbon dioxide", "mmol/L", 25, 2, 0),
    ("2093-3", "Total cholesterol", "mg/dL", 190, 35, 0), ("2571-8", "Triglycerides", "mg/dL", 130, 60, 0), ("2085-9", "HDL cholesterol", "mg/dL", 53, 13, 0),
    ("4548-4", "Haemoglobin A1c", "%", 5.7, .6, 1), ("6690-2", "Leukocytes", "10*3/uL", 7, 2, 1), ("777-3", "Platelets", "10*3/uL", 250, 55, 0),
    ("1742-6", "Alanine aminotransferase", "U/L", 25, 11, 0), ("3016-3", "Thyrotropin", "m[IU]/L", 2, .9, 2), ("2276-4", "Ferritin", "ng/mL", 110, 60, 0),
)
VITAL_SIGNS = (
    ("8480-6", "Systolic blood pressure", "mm[Hg]", 126, 14, 0), ("8462-4", "Diastolic blood pressure", "mm[Hg]", 78, 9, 0), ("8867-4", "Heart rate", "/min", 73, 9, 0),
    ("29463-7", "Body weight", "kg", 79, 15, 1), ("8302-2", "Body height", "cm", 169, 9, 0), ("39156-5", "Body mass index", "kg/m2", 28, 5, 1),
    ("72514-3", "Pain severity", "{score}", 2.5, 1.5, 0),
)
OBSERVATION = (
    '{"resourceType":"Observation","id":"%(id)s","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category",'
    '"code":"%(category)s","display":"%(category)s"}]}],"code":{"coding":[{"system":"' + LOINC + '","code":"%(code)s","display":"%(name)s"}],"text":"%(name)s"},'
    '"subject":{"reference":"Patient/p%(number)s"},"encounter":%(encounter)s,"effectiveDateTime":"%(at)s","issued":"%(at)s","valueQuantity":{"value":%(value)s,'
    '"unit":"%(unit)s","system":"' + UCUM + '","code":"%(unit)s"}}')
REPORT = (
    '{"resourceType":"DiagnosticReport","id":"%(id)s","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0074",'
    '"code":"LAB","display":"Laboratory"}]}],"code":{"coding":[{"system":"' + LOINC + '","code":"24323-8","display":"Metabolic panel"}],"text":"Metabolic panel"},'
    '"subject":{"reference":"Patient/p%(number)s"},"encounter":%(encounter)s,"effectiveDateTime":"%(at)s","issued":"%(at)s","result":[%(results)s]}')
NOTE = (
    '{"resourceType":"DocumentReference","id":"%(id)s","status":"current","type":{"coding":[{"system":"' + LOINC + '","code":"34117-2","display":"History and physical '
    'note"}]},"subject":{"reference":"Patient/p%(number)s"},"date":"%(at)s","content":[{"attachment":{"contentType":"text/plain; charset=utf-8","data":"%(data)s"}}],'
    '"context":{"encounter":[%(encounter)s],"period":{"start":"%(at)s","end":"%(at)s"}}}')
ITEM = (
    '{"sequence":%(item)d,"category":{"coding":[{"system":"https://bluebutton.cms.gov/resources/variables/line_cms_type_srvc_cd","code":"1","display":"Medical care"}]},'
    '"productOrService":{"coding":[{"system":"http://snomed.info/sct","code":"185349003","display":"Encounter for check up"}],"text":"Encounter for check up"},'
    '"servicedPeriod":{"start":"%(at)s","end":"%(at)s"},"locationCodeableConcept":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/ex-serviceplace","code":"19",'
    '"display":"Off Campus-Outpatient Hospital"}]},"net":{"value":%(cents)d.5,"currency":"USD"},"adjudication":[{"category":{"coding":[{"system":'
    '"http://terminology.hl7.org/CodeSystem/adjudication","code":"submitted","display":"Submitted Amount"}]},"amount":{"value":%(cents)d.5,"currency":"USD"}},{"category":'
    '{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/adjudication","code":"benefit","display":"Benefit Amount"}]},"amount":{"value":%(paid)d.4,"currency":"USD"}}]}')
BENEFIT = (
    '{"resourceType":"ExplanationOfBenefit","id":"%(id)s","identifier":[{"system":"https://bluebutton.cms.gov/resources/variables/clm_id","value":"%(id)s"}],'
    '"status":"active","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}]},"use":"claim","patient":{"reference":'
    '"Patient/p%(number)s"},"billablePeriod":{"start":"%(at)s","end":"%(at)s"},"created":"%(at)s","insurer":{"display":"Invented Insurance"},"provider":{"reference":'
    '"Practitioner/d1"},"outcome":"complete","insurance":[{"focal":true,"coverage":{"display":"Invented Insurance"}}],"item":[%(items)s],"total":[{"category":{"coding":'
    '[{"system":"http://terminology.hl7.org/CodeSystem/adjudication","code":"submitted","display":"Submitted Amount"}],"text":"Submitted Amount"},"amount":{"value":'
    '%(cents)d.5,"currency":"USD"}}],"payment":{"amount":{"value":%(paid)d.4,"currency":"USD"}}}')
CLAIM = (
    '{"resourceType":"Claim","id":"%(id)s","status":"active","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}]},'
    '"use":"claim","patient":{"reference":"Patient/p%(number)s"},"billablePeriod":{"start":"%(at)s","end":"%(at)s"},"created":"%(at)s","provider":{"reference":'
    '"Practitioner/d1"},"priority":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/processpriority","code":"normal"}]},"insurance":[{"sequence":1,"focal":true,'
    '"coverage":{"display":"Invented Insurance"}}],"item":[{"sequence":1,"productOrService":{"text":"Encounter for check up"},"encounter":[%(encounter)s]}],"total":'
    '{"value":%(cents)d.5,"currency":"USD"}}')
IMMUNIZATION = (
    '{"resourceType":"Immunization","id":"%(id)s","status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"140","display":'
    '"Influenza, seasonal, injectable, preservative free"}]},"patient":{"reference":"Patient/p%(number)s"},"encounter":%(encounter)s,"occurrenceDateTime":"%(at)s",'
    '"primarySource":true}')
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
PIECES = 64


class Noise:
    """Adds to a chart, at each visit, what `amount` 1 makes about three times the rest of the record."""

    def __init__(self, settings, chart, clock):
        self.amount, self.chart, self.clock = settings.noise, chart, clock
        self.draws = Draws(settings.seed, chart.number, "noise")
        self.count = 0

    def add(self, visits):
        for start, encounter in visits:
            of = {"number": self.chart.number, "at": self.clock.text(start + 10 * MINUTE), "encounter": '{"reference":"%s"}' % encounter["reference"]}
            for _ in range(self.times(1)):
                self.tests("vital-signs", VITAL_SIGNS, of)
            for _ in range(self.times(.6)):
                results = self.tests("laboratory", OTHER_TESTS, {**of, "at": self.clock.text(start + 20 * HOUR)})
                self.write("DiagnosticReport", REPORT, of, results=",".join('{"reference":"Observation/%s"}' % each for each in results))
            for _ in range(self.times(1)):
                self.claims(of)
            for _ in range(self.times(.5)):
                self.write("DocumentReference", NOTE, of, data=self.letters(self.draws.whole(8, 30)))
            for _ in range(self.times(.15)):
                self.write("Immunization", IMMUNIZATION, of)

    def times(self, each):
        """How often something is written: the whole part of amount times each, and the rest by chance."""
        mean = self.amount * each
        return int(mean) + self.draws.chance(mean - int(mean))

    def write(self, kind, template, of, **more):
        self.count += 1
        name = f"p{self.chart.number}-n{self.count}"
        self.chart.noise.append((kind, name, template % {**of, "id": name, **more}))
        return name

    def tests(self, category, table, of):
        written = []
        for code, name, unit, mean, deviation, digits in table:
            value = round(mean + deviation * (self.draws.uniform() + self.draws.uniform() - 1) * 2.4, digits) if digits else int(mean + deviation * (self.draws.uniform() - .5))
            written.append(self.write("Observation", OBSERVATION, of, category=category, code=code, name=name, unit=unit, value=value))
        return written

    def claims(self, of):
        cents = self.draws.whole(60, 900)
        money = {"cents": cents, "paid": cents * 4 // 5}
        items = ",".join(ITEM % {"item": item, "at": of["at"], **money} for item in range(1, self.draws.whole(1, 3) + 1))
        self.write("Claim", CLAIM, of, **money)
        self.write("ExplanationOfBenefit", BENEFIT, of, items=items, **money)

    def letters(self, pieces):
        """Base64 of nothing: letters in pieces, which is cheaper than one by one."""
        piece = "".join(self.draws.pick(ALPHABET) for _ in range(PIECES))
        return "".join(piece[turn % PIECES:] + piece[:turn % PIECES] for turn in range(pieces))
