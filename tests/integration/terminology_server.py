"""A FHIR terminology server on loopback, for tests: it expands implicit value sets of SNOMED CT (fhir_vs=ecl/...) from a small hierarchy that
is invented, page by page, and does as badly as a test wants."""

import json
import re
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

POLL_SECONDS = 0.02
SYSTEM = "http://snomed.info/sct"
EDITION = "http://snomed.info/sct/731000124108"
VERSION = EDITION + "/version/20250901"

INVERSE = (0, 4, 3, 2, 1, 5, 6, 7, 8, 9)
PERMUTATION = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
for _row in range(2, 8):
    PERMUTATION.append([PERMUTATION[_row - 1][PERMUTATION[1][digit]] for digit in range(10)])


def dihedral(left, right):
    if left < 5:
        return (left + right) % 5 + (0 if right < 5 else 5)
    return (left - right) % 5 + (5 if right < 5 else 0)


def invented_code(number):
    """A code that has a right check digit (Verhoeff) and stands in no edition: of a namespace that nobody has."""
    digits, check = f"{100_000 + number}999999910", 0  # no identifier begins with zero
    for place, digit in enumerate(reversed(digits)):
        check = dihedral(check, PERMUTATION[(place + 1) % 8][int(digit)])
    return digits + str(INVERSE[check])


def roots_of(constraint):
    return re.findall(r"<< (\d+)", constraint.split("MINUS")[0])


class TerminologyServer:
    """As a context manager. `below`: how many concepts lie below each root. `spoil`: a function of the parameters and the ValueSet that
    would be answered, which gives another answer: a ValueSet, a pair of status and resource, or a text."""

    def __init__(self, below=25, spoil=None, version=VERSION):
        self.below, self.spoil, self.version = below, spoil or (lambda parameters, answer: answer), version
        self.requests = []  # (parameters, Authorization)
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.http.server_port}/fhir"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()

    def handler(server):  # noqa: N805 - the request's handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                path, _, query = self.path.partition("?")
                parameters = dict(urllib.parse.parse_qsl(query))
                server.requests.append((parameters, self.headers.get("Authorization")))
                if path != "/fhir/ValueSet/$expand":
                    return self.send(404, {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "not-found"}]})
                answer = server.spoil(parameters, server.answer(parameters))
                if isinstance(answer, tuple):
                    return self.send(*answer)
                return self.send(200, answer)

            def send(self, status, answer):
                body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/fhir+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler

    def answer(self, parameters):
        system, _, constraint = parameters["url"].partition("?fhir_vs=ecl/")
        constraint = urllib.parse.unquote(constraint)
        codes = []
        for root in roots_of(constraint):
            codes += [root] + [invented_code(int(root) % 100_000 + number) for number in range(self.below)]
        codes = list(dict.fromkeys(codes))
        offset, count = int(parameters["offset"]), int(parameters["count"])
        contains = [{"system": SYSTEM, "code": code, "display": f"Concept {code}"} for code in codes[offset:offset + count]]
        return {"resourceType": "ValueSet", "url": parameters["url"], "status": "active", "expansion": {
            "identifier": "urn:uuid:5f7d9a34-3a7b-4e0f-9d67-0c6d7a3f1b2e", "timestamp": "2026-03-01T09:00:00Z", "total": len(codes),
            "offset": offset, "parameter": [{"name": "version", "valueUri": f"{SYSTEM}|{self.version}"}], "contains": contains}}
