#!/usr/bin/env bash
# healthchain 0.16.1 (PyPI), its models of CDS Hooks; seen 2026-11-29:
#   an order-sign call with draftOrders       is accepted; the model has userId and patientId, the orders are gone
#   an order-select call with selections      likewise
#   a card with a link without autoLaunchable    is refused, "Field required"; the specification calls the member optional
#   a suggestion without isRecommended           likewise
# So a service built on it never sees the order that it is asked about, and a client built on it refuses most cards that link their
# evidence. What it means for a service: write optional booleans out.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check healthchain==0.16.1
cat >run.py <<'PY'
import warnings

warnings.filterwarnings("ignore")
from healthchain.models.requests.cdsrequest import CDSRequest
from healthchain.models.responses.cdsresponse import Card


def context_of(hook, more):
    drafts = {"resourceType": "Bundle", "type": "collection", "entry": []}
    context = {"userId": "Practitioner/1", "patientId": "1", "draftOrders": drafts, **more}
    request = CDSRequest(hook=hook, hookInstance="0f8b2a64-51cb-4c0f-9b0e-6a5d5f1f7b11", context=context)
    return sorted(request.context.model_dump(exclude_none=True))


def refused_for(more):
    try:
        Card(summary="Consider a B12 level", indicator="info", source={"label": "us"}, **more)
        return "accepted"
    except ValueError as error:
        return ".".join(str(part) for part in error.errors()[0]["loc"]) + " is missing"


link = {"label": "Why", "url": "https://cds.example.org/why", "type": "absolute"}
print("order-sign:", context_of("order-sign", {}))
print("order-select:", context_of("order-select", {"selections": ["ServiceRequest/1"]}))
print("link:", refused_for({"links": [link]}))
print("suggestion:", refused_for({"selectionBehavior": "any", "suggestions": [{"label": "Order B12"}]}))
PY
venv/bin/python run.py 2>/dev/null | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
order-sign: ['patientId', 'userId']
order-select: ['patientId', 'userId']
link: links.0.autoLaunchable is missing
suggestion: suggestions.0.isRecommended is missing
SEEN
