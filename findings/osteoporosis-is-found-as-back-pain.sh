#!/usr/bin/env bash
# fhirsearchhelper 0.4.1 (PyPI), run_fhir_query, which filters a search result itself by what the server cannot search for, with the
# CapabilityStatement that it brings (Epic's); seen 2026-11-30. Of category, clinical-status=active,recurrence,relapse and code=M54.50 the server is
# asked the first alone. Of seven problems of one patient come back:
#   active back pain since 2024                      twice
#   active back pain of no known beginning           twice, with an onset of 9999-12-31
#   active back pain of a visit, of no known beginning     twice, with the first day of that visit as its onset
#   resolved back pain                               once: its code is right
#   active osteoporosis                              once: its status is right, and its onset is 9999-12-31
#   resolved osteoporosis, and diabetes in remission not at all
# What must hold together is enough alone, and what fulfils both counts twice. The README says that an encounter's diagnosis without an onset gets one,
# and where from; one such among the results, and each problem without any is given the year 9999. What it means for a service: it asks for all of a
# patient's problems and picks by itself; a beginning years ahead is one that nobody knows, and no pain is new because of it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --disable-pip-version-check fhirsearchhelper==0.4.1
cat >run.py <<'PY'
import json, logging, threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

logging.disable()
from fhirsearchhelper import run_fhir_query


def coded(system, code):
    return {"coding": [{"system": system, "code": code}]}


def problem(name, code, clinical, category="problem-list-item", **more):
    hl7 = "http://terminology.hl7.org/CodeSystem/condition-"
    return {"resourceType": "Condition", "id": name, "subject": {"reference": "Patient/ada"}, "category": [coded(hl7 + "category", category)],
            "clinicalStatus": coded(hl7 + "clinical", clinical), "code": coded("http://hl7.org/fhir/sid/icd-10-cm", code), **more}


PROBLEMS = [
    problem("pain-since-2024", "M54.50", "active", onsetDateTime="2024-05-02"),
    problem("pain", "M54.50", "active"),
    problem("pain-of-a-visit", "M54.50", "active", "encounter-diagnosis", encounter={"reference": "Encounter/visit"}),
    problem("pain-that-is-gone", "M54.50", "resolved", onsetDateTime="2019-05-02"),
    problem("osteoporosis", "M81.0", "active"),
    problem("osteoporosis-that-is-gone", "M81.0", "resolved"),
    problem("diabetes", "E11.9", "remission"),
]
VISIT = {"resourceType": "Encounter", "id": "visit", "status": "finished", "period": {"start": "2026-03-20", "end": "2026-03-21"},
         "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}}


class Server(BaseHTTPRequestHandler):
    """All problems are in the categories that are asked for."""

    def do_GET(self):
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(PROBLEMS), "entry": [{"resource": each} for each in PROBLEMS]}
        if self.path.startswith("/Condition"):
            print("the server is asked", self.path)
        body = json.dumps(bundle if self.path.startswith("/Condition") else VISIT).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
query = "category=problem-list-item,encounter-diagnosis&clinical-status=active,recurrence,relapse&code=M54.50"
found = run_fhir_query(query=f"http://127.0.0.1:{server.server_port}/Condition?patient=ada&{query}",
                       query_headers={"Accept": "application/fhir+json"}, capability_statement_file="epic_r4_metadata_edited.json")
times = Counter((entry.resource.id, str(entry.resource.onsetDateTime)[:10]) for entry in found.entry)
for (name, onset), count in sorted(times.items()):
    print(f"{name}: {count}, since {onset}")
print("not found:", ", ".join(each["id"] for each in PROBLEMS if each["id"] not in {name for name, _ in times}))
PY
venv/bin/python run.py | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
the server is asked /Condition?patient=ada&category=problem-list-item,encounter-diagnosis
osteoporosis: 1, since 9999-12-31
pain: 2, since 9999-12-31
pain-of-a-visit: 2, since 2026-03-20
pain-since-2024: 2, since 2024-05-02
pain-that-is-gone: 1, since 2019-05-02
not found: osteoporosis-that-is-gone, diabetes
SEEN
