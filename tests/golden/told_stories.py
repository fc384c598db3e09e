"""The stories of the shipped pack as FHIR resources, so that the built program can be asked about them from outside.

It reads the short words of a story as rules/stories does (story_line.hpp has their grammar): names are those of the pack's value sets,
analytes and orders. Whoever uses it holds the answered cards against those that the story expects, so that a word read otherwise is noticed.
"""

import datetime
import json
import re
from dataclasses import dataclass, field

import product

SYSTEMS = {
    "loinc": "http://loinc.org", "snomed": "http://snomed.info/sct", "icd-10-cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "icd-10": "http://hl7.org/fhir/sid/icd-10", "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc", "cpt": "http://www.ama-assn.org/go/cpt",
}
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
UCUM = "http://unitsofmeasure.org"
PATIENT = "patient"  # the id that resources written out in a story refer to
HOOKS = ("patient-view", "encounter-start", "order-select", "order-sign")
WORLDS_OF_FACTS = {"conditions": "condition", "medications": "medication", "procedures": "procedure", "observations": "observation", "drafts": "medication"}
USUAL_WORLDS = ("condition", "result", "medication", "procedure", "observation")
DATE_WORDS = ("since", "on", "from", "to", "until", "issued", "prescribed", "ordered", "recorded")
OF_RESULTS = ("registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown")
VERIFICATION = ("confirmed", "unconfirmed", "provisional", "differential", "refuted", "entered-in-error")
STATUSES = {
    "condition": ("active", "recurrence", "relapse", "inactive", "remission", "resolved", *VERIFICATION),
    "result": OF_RESULTS,
    "observation": OF_RESULTS,
    "medication": ("active", "on-hold", "stopped", "completed", "cancelled", "draft", "intended", "not-taken", "entered-in-error", "unknown"),
    "procedure": ("completed", "preparation", "in-progress", "not-done", "on-hold", "stopped", "entered-in-error", "unknown"),
    "order": ("draft", "active", "on-hold", "completed", "revoked", "entered-in-error", "unknown"),
}
PAIR = re.compile(r"\[([A-Za-z -]+)\|([A-Za-z -]+)\]")  # [en-GB|en-US]
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def spellings(text):
    """A text in the spellings of both languages."""
    return {PAIR.sub(r"\1", text), PAIR.sub(r"\2", text)}


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


@dataclass
class Meaning:
    world: str
    coding: dict = field(default_factory=dict)
    analyte: dict = None
    kinds: list = field(default_factory=list)
    order: dict = None
    values: str = None  # value set of the answers


def preference(meaning):
    """Of two codes of one name that of the system which records use first is meant."""
    system = meaning.coding.get("system")
    return 0 if system in (SYSTEMS["snomed"], SYSTEMS["rxnorm"], SYSTEMS["loinc"]) else 1 if system in (SYSTEMS["icd-10-cm"], SYSTEMS["atc"]) else 2


class Vocabulary:
    """What the names of the pack mean."""

    def __init__(self, pack):
        self.meanings, self.routes = {}, {}
        self.value_sets = {path.stem: read_json(path) for path in sorted((pack / "value-sets").glob("*.json"))}
        used = set()
        for fact in read_json(pack / "facts.json").values():
            for form in WORLDS_OF_FACTS.keys() & fact.keys():
                named = fact[form] if isinstance(fact[form], list) else [fact[form]]
                used |= {*named, fact.get("values"), fact.get("routes"), fact.get("exceptRoutes")}
                for name in named:
                    for coding in self.concepts(name):
                        self.add(coding["display"], Meaning(WORLDS_OF_FACTS[form], coding, values=fact.get("values")))
                for coding in self.concepts(fact.get("routes")):
                    self.routes.setdefault(coding["display"].lower(), coding)
        for path in sorted((pack / "analytes").glob("*.json")):
            self.add_results(read_json(path))
        for order in read_json(pack / "orders.json").values():
            if isinstance(order, dict):
                self.add(order["label"], Meaning("order", order=order))
        for name in self.value_sets.keys() - used:
            for coding in self.concepts(name):
                system = coding["system"]
                world = "medication" if system in (SYSTEMS["rxnorm"], SYSTEMS["atc"]) else "result" if system == SYSTEMS["loinc"] else "condition"
                self.add(coding["display"], Meaning(world, coding))

    def concepts(self, name):
        for include in self.value_sets.get(name, {}).get("compose", {}).get("include", []):
            for concept in include.get("concept", []):
                yield {"system": include["system"], "code": concept["code"], "display": concept.get("display", "")}

    def add_results(self, analyte):
        kinds = analyte.get("kinds") or {"": {"title": analyte["title"]}}
        for kind, about in kinds.items():
            self.add(about["title"], Meaning("result", analyte=analyte, kinds=[kind]))
        if analyte["title"].lower() not in self.meanings:
            self.add(analyte["title"], Meaning("result", analyte=analyte, kinds=[next(iter(kinds))]))

    def add(self, name, meaning):
        for spelled in spellings(name) - {""}:
            meanings = self.meanings.setdefault(spelled.lower(), [])
            same = next((each for each in meanings if each.world == meaning.world and each.analyte is meaning.analyte), None)
            if same is None:
                meanings.append(meaning)
            elif meaning.analyte:
                same.kinds += [kind for kind in meaning.kinds if kind not in same.kinds]
            elif preference(meaning) < preference(same):
                meanings[meanings.index(same)] = meaning

    def longest_name(self, text):
        small = text.lower()
        names = (name for name in self.meanings if small.startswith(name) and small[len(name):len(name) + 1] in ("", " ", ",", ":"))
        return max(names, key=len, default="")


class Words:
    """The words of a line; a comma ends one only before a space."""

    def __init__(self, text):
        found = re.finditer(r'"([^"]*)"|([^ ,"](?:[^ ,]|,(?! ))*)', text)
        self.all = [(one[1], True) if one[1] is not None else (one[2], False) for one in found]

    def peek(self, ahead=0):
        return self.all[ahead][0] if ahead < len(self.all) else ""

    def is_quoted(self):
        return bool(self.all) and self.all[0][1]

    def take(self):
        return self.all.pop(0)[0]

    def skip(self, phrase):
        wanted = phrase.split(" ")
        here = [None if quoted else word.lower() for word, quoted in self.all[:len(wanted)]]
        if here != wanted:
            return False
        del self.all[:len(wanted)]
        return True

    def hold(self, word):
        return (word, False) in [(text.lower(), quoted) for text, quoted in self.all]

    def take_date(self, today):
        for word, days in (("today", 0), ("yesterday", 1)):
            if self.skip(word):
                return str(today - datetime.timedelta(days))
        if self.peek().isdigit() and self.peek(2) == "ago":
            days = int(self.take()) * (7 if self.take().startswith("week") else 1)
            self.take()
            return str(today - datetime.timedelta(days))
        return self.take() if re.match(r"\d{4}(-|$)", self.peek()) else None


class Line:
    """One line of a record or basket, read; `resource` is what FHIR has for it."""

    def __init__(self, text, vocabulary, today, usual=None):
        self.vocabulary, self.meaning = vocabulary, None
        self.dates, self.status, self.coding, self.route, self.reasons = {}, "", None, None, []
        self.number = self.comparator = self.unit = self.words_of_value = self.performer = self.age = self.answer = ""
        self.no_value, self.range = False, {}
        named = next((world for world in STATUSES if text.lower().startswith(world + ": ")), None)
        text = text[len(named) + 2:] if named else text
        asked = named or usual
        if text.startswith('"'):
            self.name, self.world = text[1:text.index('"', 1)], asked
            rest = text[len(self.name) + 2:]
        else:
            self.name = text[:len(vocabulary.longest_name(text))]
            rest = text[len(self.name):]
            if not self.name:
                raise ValueError(f"no name that the pack knows: {text}")
            self.meaning = chosen(vocabulary.meanings[self.name.lower()], asked, Words(rest))
            self.world = self.meaning.world
        words = Words(rest.lstrip(":"))
        if rest.startswith(":"):
            answer = []
            while words.all and words.peek().lower() not in (*DATE_WORDS, "coded", "no"):
                answer.append(words.take())
            self.answer = " ".join(answer)
        while words.all:
            if not self.read_clause(words, today):
                raise ValueError(f"{words.peek()!r} is not understood in {text!r}")

    def read_clause(self, words, today):
        if self.world == "result" and self.read_value(words):
            return True
        for status in STATUSES[self.world]:
            if words.skip(status.replace("-", " ")) or words.skip(status):
                self.status = status
                date = words.take_date(today) if status == "resolved" else None
                self.dates.update({"to": date} if date else {})
                return True
        if words.skip("no date"):
            return True
        if words.skip("since age"):
            self.age = words.take()
            return True
        for word in DATE_WORDS:
            if words.skip(word):
                self.dates["to" if word == "until" else word] = words.take_date(today)
                return self.dates["to" if word == "until" else word] is not None
        return self.read_other_clause(words)

    def read_value(self, words):
        if words.skip("no value"):
            self.no_value = True
        elif words.is_quoted():
            self.words_of_value = words.take()
        elif value := re.fullmatch(rf"([<>]?=?)({NUMBER.pattern})", words.peek() if words.peek() not in ("<", "<=", ">", ">=") else words.peek() + words.peek(1)):
            if words.take() in ("<", "<=", ">", ">="):
                words.take()
            self.comparator, self.number = value[1], value[2]
            if words.all and not words.is_quoted() and not begins_clause(words.peek()):
                self.unit = words.take()
        else:
            return False
        return True

    def read_other_clause(self, words):
        if self.world == "result" and words.skip("range"):
            ends = ("high",) if words.skip("up to") else ("low",) if words.skip("from") else ("low", "high")
            for end in ends:
                words.skip("to")
                self.range[end] = words.take()
            if words.all and not begins_clause(words.peek()):
                self.range["unit"] = words.take()
        elif self.world == "medication" and words.skip("route"):
            self.route = {"display": words.take()}
        elif self.world == "medication" and words.peek().lower() in self.vocabulary.routes:
            self.route = self.vocabulary.routes[words.take().lower()]
        elif self.world == "order" and words.skip("for"):
            self.reasons.append(self.reason(words.take()))
        elif words.skip("by"):
            self.performer = words.take()
        elif words.skip("coded"):
            system = words.take()
            self.coding = {"system": SYSTEMS.get(system.lower(), system), "code": words.take()}
        else:
            return False
        return True

    def reason(self, name):
        meanings = self.vocabulary.meanings.get(name.lower(), [])
        codings = [dict(meaning.coding) for meaning in meanings if meaning.world == "condition"]
        return {"text": codings[-1]["display"] if codings else name, **({"coding": codings[-1:]} if codings else {})}

    def code(self):
        coding = self.coding or (self.meaning.coding if self.meaning and self.meaning.coding else None)
        return {**({"coding": [coding]} if coding else {}), "text": self.name}

    def date(self, *words):
        return next((self.dates[word] for word in words if word in self.dates), None)

    def resource(self, identity):
        made = getattr(self, "as_" + self.world)()
        return {name: value for name, value in {**made, "id": identity, "subject": {"reference": f"Patient/{PATIENT}"}}.items() if value not in (None, [], {}, "")}

    def as_condition(self):
        about_certainty = self.status in VERIFICATION
        clinical = "active" if about_certainty or not self.status else self.status
        return {
            "resourceType": "Condition", "code": self.code(),
            "clinicalStatus": None if self.status == "entered-in-error" else concept("condition-clinical", clinical),
            "verificationStatus": concept("condition-ver-status", self.status if about_certainty else "confirmed"),
            "category": [concept("condition-category", "problem-list-item")],
            "onsetDateTime": self.date("since", "from"), "abatementDateTime": self.date("to"), "recordedDate": self.date("recorded", "on"),
            "onsetAge": {"value": as_number(self.age), "unit": "years", "system": UCUM, "code": "a"} if self.age else None,
        }

    def as_result(self):
        analyte = self.meaning.analyte if self.meaning else None
        if analyte and not self.coding:
            self.coding = {"system": SYSTEMS["loinc"], "code": loinc_of(self.meaning, self.unit)}
        made = self.as_any_observation("laboratory")
        if self.no_value:
            made["dataAbsentReason"] = concept("data-absent-reason", "unknown")
        elif self.words_of_value:
            made["valueString"] = self.words_of_value
        else:
            made["valueQuantity"] = {**quantity(self.number, self.unit, analyte), **({"comparator": self.comparator} if self.comparator else {})}
        unit = self.range.get("unit") or self.unit
        ends = {end: quantity(self.range[end], unit, analyte) for end in ("low", "high") if end in self.range}
        made["referenceRange"] = [ends] if ends else None
        return made

    def as_observation(self):
        asked = self.coding
        answers = self.vocabulary.concepts(self.meaning.values)
        value = asked or next(answer for answer in answers if answer["display"].lower() == self.answer.lower())
        self.coding = None
        return {**self.as_any_observation("social-history"), "valueCodeableConcept": {"coding": [value], "text": self.answer}}

    def as_any_observation(self, category):
        issued = self.date("issued")
        return {
            "resourceType": "Observation", "status": self.status or "final", "code": self.code(),
            "category": [concept("observation-category", category)], "effectiveDateTime": self.date("on"),
            "issued": issued + "T12:00:00Z" if issued and "T" not in issued else issued,
            "performer": [{"reference": self.performer}] if self.performer else None,
        }

    def as_medication(self):
        route = {"text": self.route["display"], **({"coding": [self.route]} if "code" in self.route else {})} if self.route else None
        made = {"status": self.status or "active", "medicationCodeableConcept": self.code()}
        if "prescribed" in self.dates:
            made.update(resourceType="MedicationRequest", intent="order", authoredOn=self.date("prescribed"))
            return {**made, "dosageInstruction": [{"route": route}] if route else None}
        period = {"start": self.date("since", "from"), "end": self.date("to")}
        made.update(resourceType="MedicationStatement", effectivePeriod={end: date for end, date in period.items() if date},
                    effectiveDateTime=self.date("on"), dateAsserted=self.date("recorded"))
        return {**made, "dosage": [{"route": route}] if route else None}

    def as_procedure(self):
        period = {end: self.date(word) for end, word in (("start", "from"), ("end", "to")) if "from" in self.dates and self.date(word)}
        return {"resourceType": "Procedure", "status": self.status or "completed", "code": self.code(),
                "performedDateTime": self.date("on", "since"), "performedPeriod": period}

    def as_order(self):
        order = self.meaning.order if self.meaning else None
        if order and not self.coding:
            self.coding = order_coding(order)
        return {"resourceType": "ServiceRequest", "status": self.status or "active", "intent": "order", "code": self.code(),
                "authoredOn": self.date("ordered", "on"), "reasonCode": self.reasons}

    def draft(self, identity):
        if self.world == "medication":
            self.dates.setdefault("prescribed", None)
        self.status = "draft" if self.world == "medication" else self.status or "draft"
        return self.resource(identity)


def order_coding(order):
    """The code that this order is placed by, or else the first that it is known by, or else its words."""
    place = order.get("place", {}).get("conventional")
    codes = [{"system": SYSTEMS["loinc"], "code": place}] if place else []
    codes += [{"system": SYSTEMS[key], "code": code} for key in ("loinc", "cpt", "snomed") for code in order.get(key, [])]
    return codes[0] if codes else {"display": order["words"][0]}


def chosen(meanings, asked, words):
    """Which meaning of a name a line has: the world it says, else the one that its clauses speak of, else the usual one."""
    by_clause = "order" if words.hold("ordered") else "medication" if words.hold("prescribed") else None
    worlds = [asked, by_clause, "procedure" if words.hold("on") else None, *USUAL_WORLDS]
    return next((meaning for world in worlds if world for meaning in meanings if meaning.world == world), meanings[0])


def begins_clause(word):
    statuses = {status for of_world in STATUSES.values() for status in of_world}
    return word.lower() in {*DATE_WORDS, "no", "range", "by", "coded", "entered"} | statuses


def concept(system, code):
    return {"coding": [{"system": TERMINOLOGY + system, "code": code}]}


def as_number(text):
    return json.loads(text)


def quantity(number, unit, analyte):
    made = {"value": as_number(number), **({"unit": unit} if unit else {})}
    is_own = analyte and any(unit in units for units in analyte["units"].values())
    return {**made, "system": UCUM, "code": unit} if is_own else made


def loinc_of(meaning, unit):
    """The first code of a kind that is reported in this unit, or else the first of the first kind."""
    analyte = meaning.analyte
    codes = [code for kind in meaning.kinds for code in analyte["codes"] if code.get("kind", "") == kind]
    in_unit = (code for code in codes if any(unit == own or unit in others for own, others in analyte["units"].get(code["property"], {}).items()))
    return next(in_unit, codes[0])["loinc"]


def patient_of(line):
    sex, *clauses = [part.strip() for part in line.split(",")]
    patient = {"resourceType": "Patient", "id": PATIENT, "gender": sex}
    for clause in clauses:
        word, _, date = clause.partition(" ")
        if word == "died" and not date:
            patient["deceasedBoolean"] = True
        else:
            patient["birthDate" if word == "born" else "deceasedDateTime"] = date
    return patient


@dataclass
class Told:
    """A story as the program is asked about it at one hook."""

    name: str
    file: str
    at: str
    hook: str
    resources: list
    drafts: list
    selections: list
    site: dict
    unavailable: list
    expected: list  # (rule, indicator or None) in the order shown


def told_stories(pack=product.PACK):
    vocabulary = Vocabulary(pack)
    for path in sorted((pack / "stories").glob("*.json")):
        file = read_json(path)
        for story in file["stories"]:
            yield from told(story, path.name, story.get("at", file["at"]), vocabulary)


def texts(value):
    return [value] if isinstance(value, str) else value


def told(story, file, at, vocabulary):
    today = datetime.date.fromisoformat(at[:10])
    resources = [patient_of(story["patient"])]
    for number, text in enumerate(texts(story.get("record", [])), 1):
        resources.append(Line(text, vocabulary, today).resource(f"line-{number}"))
    resources += story.get("resources", [])
    lines = [Line(text, vocabulary, today, "order") for text in texts(story.get("drafts", []))]
    drafts = [line.draft(f"draft-{number}") for number, line in enumerate(lines, 1)]
    named = {line.name.lower(): f"{draft['resourceType']}/{draft['id']}" for line, draft in reversed(list(zip(lines, drafts)))}
    selections = [named[name.lower()] for name in texts(story.get("selections", []))]
    for hook in HOOKS:
        if hook in story:
            cards = [re.match(r"([a-z0-9-]+)(?: \((\w+)\))?", card) for card in texts(story[hook]) if card != "no card"]
            yield Told(story["name"], file, at if "T" in at else at + "T12:00:00Z", hook, resources, drafts, selections if hook == "order-select" else [],
                       story.get("site"), texts(story.get("unavailable", [])), [(card[1], card[2]) for card in cards])
