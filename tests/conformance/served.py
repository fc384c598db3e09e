"""The built product behind HTTPS as the tests of this folder call it: any configuration, any request, and the parts that requests are made of."""

import http.client
import json
import os
import sys
from collections import namedtuple
from pathlib import Path
from urllib.parse import urlsplit

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "golden"), str(Path(__file__).resolve().parents[1])]
import product

PROGRAM = os.environ.get("BACKPAIN_CDS")
SAMPLES = product.ROOT / "deploy" / "samples"
AT = "2026-03-02T09:00:00-05:00"
HOOKS = ("patient-view", "encounter-start", "order-select", "order-sign")
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"

Answer = namedtuple("Answer", "status reason headers body")


def id_of(hook):
    return f"back-pain-labs-{hook}"


class Served(product.Service):
    """`serve` with the pack of this repository; members of the configuration by name."""

    def __init__(self, **configuration):
        super().__init__(PROGRAM, AT)
        self.configuration = configuration

    def write_config(self, folder):
        path = super().write_config(folder)
        path.write_text(json.dumps(json.loads(path.read_text()) | self.configuration))
        return path

    def request(self, method, path, body=None, **headers):
        """One request on a connection of its own. Names of headers are written with _ for -."""
        connection = http.client.HTTPSConnection(urlsplit(self.address).netloc, context=self.trust, timeout=product.PATIENCE_SECONDS)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
            connection.request(method, path, body.encode() if body is not None else None, named)
            response = connection.getresponse()
            return Answer(response.status, response.reason, response.headers, response.read().decode())
        finally:
            connection.close()

    def post(self, body, hook="patient-view", **headers):
        """Calls the service of a hook. A body that is no text is sent as JSON."""
        text = body if isinstance(body, str) else json.dumps(body)
        return self.request("POST", f"/cds-services/{id_of(hook)}", text, **({"Content_Type": "application/json"} | headers))

    def cards(self, body, hook="patient-view"):
        """The cards that a call gets, which must succeed."""
        answer = self.post(body, hook)
        if answer.status != 200:
            raise AssertionError(f"{answer.status}: {answer.body}")
        return json.loads(answer.body)["cards"]


def rules_of(cards):
    return [product.rule_of(card) for card in cards]


def places_of(answer):
    """Where an OperationOutcome says that something is wrong."""
    return [place for issue in json.loads(answer.body)["issue"] for place in issue.get("expression", [])]


# ---- what a request is made of ----------------------------------------------------------------------------------------


def resource(kind, identifier, **members):
    return {"resourceType": kind, "id": identifier, "subject": {"reference": "Patient/p1"}} | members


def concept(system, code):
    return {"coding": [{"system": system, "code": code}]}


def condition(identifier, code):
    status = concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")
    return resource("Condition", identifier, clinicalStatus=status, code=concept("http://snomed.info/sct", code), onsetDateTime="2024-01-01")


def bundle(*resources, **members):
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each} for each in resources]} | members


PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1960-01-01"}
BACK_PAIN, OSTEOPOROSIS = condition("c1", "279039007"), condition("c2", "64859006")
RESULTS = ("vitaminD", "b12", "bone", "blood", "pregnancy")
KNOWN_TO_BE_NONE = dict.fromkeys(
    ("medicationRequests", "medicationStatements", "medicationAdministrations", "procedures", "orders", *RESULTS)
)


def prefetch(**changes):
    """Back pain and osteoporosis, a reason to think of vitamin D, and nothing else; a key that is set to ... is left out."""
    whole = {"patient": PATIENT, "conditions": bundle(BACK_PAIN, OSTEOPOROSIS)} | KNOWN_TO_BE_NONE | changes
    return {key: value for key, value in whole.items() if value is not ...}


def draft(identifier="s1", code="62290-2", **members):
    """A draft order; 1,25-dihydroxyvitamin D unless told otherwise."""
    return resource("ServiceRequest", identifier, status="draft", intent="order", code=concept("http://loinc.org", code)) | members


def context(hook, /, **changes):
    whole = {"userId": "Practitioner/1", "patientId": "p1"}
    if hook == "encounter-start":
        whole["encounterId"] = "e1"
    if hook.startswith("order"):
        whole["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": draft()}]}
    if hook == "order-select":
        whole["selections"] = ["ServiceRequest/s1"]
    return {key: value for key, value in (whole | changes).items() if value is not ...}


def call(hook="patient-view", /, **changes):
    """The body of a call; a member that is set to ... is left out."""
    whole = {"hook": hook, "hookInstance": INSTANCE, "context": context(hook), "prefetch": prefetch()} | changes
    return {key: value for key, value in whole.items() if value is not ...}


def request_of_sample(name):
    """The body that an EHR would send for a sample patient, by the product's own command."""
    run = product.evaluate(PROGRAM, SAMPLES / f"{name}.json", AT, "--print-request")
    if run.returncode != 0:
        raise AssertionError(run.stderr)
    return json.loads(run.stdout)
