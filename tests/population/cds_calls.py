"""CDS Hooks requests as an EHR sends them: the chart as it stood at an instant, with the prefetch that the service asks for."""

import codes
from chart import encode
from draws import Draws

BASE = "https://hospital.example/fhir"
OF_TYPE = {"Condition": "conditions", "MedicationRequest": "medicationRequests", "MedicationStatement": "medicationStatements",
           "MedicationAdministration": "medicationAdministrations", "Procedure": "procedures"}
OPEN_ORDERS = {"draft", "active", "on-hold"}
KEYS = [*OF_TYPE.values(), "orders", "vitaminD", "b12", "bone", "blood", "pregnancy"]
HOOKS = ((.70, "patient-view"), (.12, "encounter-start"), (.08, "order-select"), (.10, "order-sign"))  # ours
DRAFTS = ((.40, "vitamin-d"), (.25, "b12"), (.12, "1,25"), (.15, "calcium"), (.08, "mma"))
CAPTURE = "org.backpain-cds.capture"  # a captured request says when it came and from whom; an extension, so that it stays a request


def prefetch(chart, instant):
    """Each prefetch key with the resources that a search gives at that instant, as text."""
    answers = {key: [] for key in KEYS}
    for entry in chart.entries:
        resource = entry.at(instant)
        if resource is None:
            continue
        if entry.kind == "Patient":
            answers["patient"] = encode(resource)
        elif entry.kind in OF_TYPE:
            answers[OF_TYPE[entry.kind]].append(resource)
        elif entry.kind == "Observation" and entry.key:
            answers[entry.key].append(resource)
        elif entry.kind == "ServiceRequest" and resource["status"] in OPEN_ORDERS:
            answers["orders"].append(resource)
    return {key: searchset(found) if isinstance(found, list) else found for key, found in answers.items()}


def searchset(resources):
    entries = ",".join(f'{{"fullUrl":"{BASE}/{each["resourceType"]}/{each["id"]}","resource":{encode(each)}}}' for each in resources)
    return f'{{"resourceType":"Bundle","type":"searchset","total":{len(resources)},"entry":[{entries}]}}' if resources \
        else '{"resourceType":"Bundle","type":"searchset","total":0}'


def uuid_of(draws):
    digits = "".join(draws.pick("0123456789abcdef") for _ in range(30))
    return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-8{digits[15:18]}-{digits[18:30]}"


def request(chart, instant, hook, user, encounter, draws, extension):
    """One request, as a line."""
    context = {"userId": user, "patientId": f"p{chart.number}"}
    if encounter:
        context["encounterId"] = encounter
    if hook in {"order-select", "order-sign"}:
        context["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": draft(chart, draws, instant)}]}
        if hook == "order-select":
            context["selections"] = ["ServiceRequest/draft1"]
    answers = ",".join(f'"{key}":{text}' for key, text in prefetch(chart, instant).items())
    head = encode({"hook": hook, "hookInstance": uuid_of(draws), "context": context, "extension": {CAPTURE: extension}})
    return f'{head[:-1]},"prefetch":{{{answers}}}}}'


def draft(chart, draws, instant):
    """A draft order, with a reason in half of the cases."""
    loinc, _, text = codes.ORDERS[draws.weighted(DRAFTS)]
    resource = {"resourceType": "ServiceRequest", "id": "draft1", "status": "draft", "intent": "order", "subject": chart.subject(),
                "code": {"coding": [{"system": codes.LOINC, "code": loinc}], "text": text}}
    problems = [resource_at for entry in chart.entries if entry.kind == "Condition" and (resource_at := entry.at(instant))]
    if problems and draws.chance(.5):
        resource["reasonReference"] = [{"reference": f"Condition/{draws.pick(problems)['id']}"}]
    return resource


def users(site, draws):
    return f"Practitioner/{site.name}-{draws.whole(1, 12)}"


def capture(life, chart, clock, settings):
    """The request of a patient at the end of the record: hook, user and encounter by seed."""
    draws = Draws(settings.seed, life.number, "capture")
    hook = draws.weighted(HOOKS)
    encounters = [entry.last()["id"] for entry in chart.entries if entry.kind == "Encounter"]
    about = {"at": clock.text(chart.until), "client": life.site.client}
    return request(chart, chart.until, hook, users(life.site, draws), encounters[-1] if encounters else None, draws, about)
