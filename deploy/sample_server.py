#!/usr/bin/env python3
"""Serves the sample patients as a FHIR R4 server on loopback, for the CDS Hooks sandbox, for `evaluate --fhir`, and for tests.

    sample_server.py [--port N] [--certificate FILE --key FILE] [BUNDLE...]

Without a port it takes any free one; with a certificate it speaks HTTPS. Bundles are transactions as samples/make.py writes them; without any
it serves all of the samples. It prints `listening on URL` once it answers, and ends with Ctrl-C or SIGTERM.

It is read-only and open: read, search by GET and by POST, /metadata, and any web page may ask it (CORS). What it cannot search by, or sort
by, it refuses, for a search that leaves out a condition is a wrong answer. Invented people only: it is no server for patients' data.
"""

import argparse
import json
import signal
import ssl
import sys
import threading
from collections import namedtuple
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

SAMPLES = Path(__file__).resolve().parent / "samples"
BASE_PATH = "/fhir"
LARGEST_PAGE = 1000
LARGEST_BODY = 65536
POLL_SECONDS = 0.05

# The search parameters by name: the members that FHIR R4 defines them on, whichever of them the resource has.
TOKENS = {
    "_id": ["id"],
    "identifier": ["identifier"],
    "code": ["code", "medicationCodeableConcept", "vaccineCode"],
    "category": ["category"],
    "status": ["status"],
    "intent": ["intent"],
    "gender": ["gender"],
    "clinical-status": ["clinicalStatus"],
    "verification-status": ["verificationStatus"],
}
OWNERS = ["subject", "patient", "beneficiary"]
REFERENCES = {"patient": OWNERS, "subject": OWNERS, "encounter": ["encounter"]}
DATES = {
    "date": ["effectiveDateTime", "performedDateTime", "occurrenceDateTime", "period", "date"],
    "effective": ["effectiveDateTime", "effectivePeriod"],
    "authoredon": ["authoredOn"],
    "authored": ["authoredOn"],
    "onset-date": ["onsetDateTime"],
    "recorded-date": ["recordedDate"],
    "birthdate": ["birthDate"],
}
IGNORED = {"_format", "_pretty", "_summary", "_total"}  # they change how an answer looks, not what is found
NOT_SEARCHED_BY = {"_sort", "_count", "_include", "_page"} | IGNORED


class Refused(Exception):
    """A request that cannot be answered as it was meant; `status` and `code` (an IssueType) say why."""

    def __init__(self, status, code, text):
        super().__init__(text)
        self.status, self.code = status, code


Span = namedtuple("Span", "low high")  # what a date stands for: from `low` up to but not including `high`


def span_of(text):
    """The span of a FHIR date or dateTime, which may be partial; days without a zone are counted in UTC."""
    if len(text) == 4:
        low = datetime(int(text), 1, 1, tzinfo=timezone.utc)
        return Span(low, low.replace(year=low.year + 1))
    if len(text) == 7:
        low = datetime(int(text[:4]), int(text[5:]), 1, tzinfo=timezone.utc)
        return Span(low, low.replace(year=low.year + low.month // 12, month=low.month % 12 + 1))
    if len(text) == 10:
        low = datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
        return Span(low, low + timedelta(days=1))
    low = datetime.fromisoformat(text.replace("Z", "+00:00"))
    low = low if low.tzinfo else low.replace(tzinfo=timezone.utc)
    return Span(low, low + timedelta(seconds=1))


def dates_of(resource, members):
    """The span of a resource's date; a period runs on if it has no end. None if it has no date."""
    value = next((resource[each] for each in members if each in resource), None)
    if not isinstance(value, dict):
        return span_of(value) if value else None
    start, end = value.get("start"), value.get("end")
    always = Span(datetime.min.replace(tzinfo=timezone.utc), datetime.max.replace(tzinfo=timezone.utc))
    return Span(span_of(start).low if start else always.low, span_of(end).high if end else always.high)


# FHIR R4, Search, "Prefixes": what each says of the resource's span and that of the parameter.
PREFIXES = {
    "eq": lambda found, wanted: wanted.low <= found.low and found.high <= wanted.high,
    "ne": lambda found, wanted: not (wanted.low <= found.low and found.high <= wanted.high),
    "gt": lambda found, wanted: found.high > wanted.high,
    "lt": lambda found, wanted: found.low < wanted.low,
    "ge": lambda found, wanted: found.high > wanted.low,
    "le": lambda found, wanted: found.low < wanted.high,
}


def has_date(resource, members, wanted):
    compare = PREFIXES.get(wanted[:2])
    try:
        span = span_of(wanted[2:] if compare else wanted)
    except ValueError:
        raise Refused(400, "value", "a date is none, or has a prefix that this server does not know") from None
    found = dates_of(resource, members)
    return found is not None and (compare or PREFIXES["eq"])(found, span)


def tokens_of(value):
    """The (system, code) pairs in a code, an Identifier, a CodeableConcept or a list of them; a bare code has no system."""
    if isinstance(value, list):
        return [token for each in value for token in tokens_of(each)]
    if isinstance(value, dict):
        own = [(value.get("system"), value.get("code", value.get("value")))] if "system" in value else []
        return own + tokens_of(value.get("coding", []))
    return [(None, value)]


def has_token(resource, members, wanted):
    system, bar, code = wanted.rpartition("|")
    found = tokens_of([resource[each] for each in members if each in resource])
    return any((not bar or here is None or here == (system or None)) and (not code or code == it) for here, it in found)


def refers(resource, members, wanted, name, base):
    """`wanted` is an id, Type/id or an address of this server; an id alone is a patient's."""
    local = wanted.removeprefix(f"{base}/")
    full = local if "/" in local else f"Patient/{local}"
    if name == "patient" and not full.startswith("Patient/"):
        return False
    return any(resource[each].get("reference") == full for each in members if each in resource)


def matches(resource, name, value, base):
    """Whether a resource fulfils one parameter; commas are alternatives."""
    wanted = value.split(",")
    if name in TOKENS:
        return any(has_token(resource, TOKENS[name], each) for each in wanted)
    if name in REFERENCES:
        return any(refers(resource, REFERENCES[name], each, name, base) for each in wanted)
    if name in DATES:
        return any(has_date(resource, DATES[name], each) for each in wanted)
    raise Refused(400, "not-supported", f"this server does not search by {name!r}")


def in_order(found, keys):
    """By dates; what has none comes last, whichever way."""
    for key in reversed([each for each in keys.split(",") if each]):
        name, descending = key.removeprefix("-"), key.startswith("-")
        if name not in DATES:
            raise Refused(400, "not-supported", f"this server does not sort by {name!r}")
        dated = [each for each in found if dates_of(each, DATES[name])]
        undated = [each for each in found if not dates_of(each, DATES[name])]
        found = sorted(dated, key=lambda each: dates_of(each, DATES[name]).low, reverse=descending) + undated
    return found


def number_of(parameters, name, fallback):
    text = dict(parameters).get(name, str(fallback))
    if not text.isdecimal():
        raise Refused(400, "value", f"{name} must be a whole number")
    return int(text)


def outcome(code, text):
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code, "diagnostics": text}]}


class SampleServer:
    """The server, as a context manager; `url` is the base of its API. `bundles` are files; all samples if there are none."""

    def __init__(self, bundles=(), port=0, tls=None):
        self.resources = {}
        for file in bundles or sorted(SAMPLES.glob("*-*.json")):
            self.load(json.loads(Path(file).read_text(encoding="utf-8")))
        self.http = ThreadingHTTPServer(("127.0.0.1", port), self.handler())
        if tls:
            # The handshake is left to the thread of the connection, so that a client that says nothing holds up nobody else.
            self.http.socket = tls.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"{'https' if tls else 'http'}://localhost:{self.http.server_port}{BASE_PATH}"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()

    def load(self, bundle):
        """Carries a transaction of PUTs out."""
        for entry in bundle["entry"]:
            request, resource = entry["request"], entry["resource"]
            place = f"{resource['resourceType']}/{resource['id']}"
            if request != {"method": "PUT", "url": place}:
                raise ValueError(f"only PUTs of a resource at its own id can be loaded, not {request}")
            self.resources[place] = resource

    def answer(self, path, query):
        """The resource at a path below the base, or what a search there finds."""
        parts = [unquote(part) for part in path.split("/")]
        if parts == ["metadata"]:
            return self.capabilities()
        if len(parts) == 1:
            return self.search(parts[0], parse_qsl(query, keep_blank_values=True))
        found = self.resources.get("/".join(parts))
        if found is None:
            raise Refused(404, "not-found", "there is no such resource")
        return found

    def types(self):
        return sorted({each["resourceType"] for each in self.resources.values()})

    def search(self, kind, parameters):
        found = [each for each in self.resources.values() if each["resourceType"] == kind]
        if not found and not kind.isalpha():
            raise Refused(404, "not-found", "there is no such address")
        for name, value in parameters:
            if name not in NOT_SEARCHED_BY:
                found = [each for each in found if matches(each, name, value, self.url)]
        found = in_order(found, dict(parameters).get("_sort", ""))
        return self.page(kind, parameters, found)

    def page(self, kind, parameters, found):
        size = min(number_of(parameters, "_count", LARGEST_PAGE), LARGEST_PAGE)
        number = number_of(parameters, "_page", 0)
        shown = found[number * size : (number + 1) * size]
        entries = [self.entry(each, "match") for each in shown]
        for name, value in parameters:
            if name == "_include":
                entries += [self.entry(each, "include") for each in self.included(shown, value)]
        links = [{"relation": "self", "url": self.address(kind, parameters, number)}]
        if size and (number + 1) * size < len(found):
            links.append({"relation": "next", "url": self.address(kind, parameters, number + 1)})
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "link": links}
        return bundle | ({"entry": entries} if entries else {})

    def entry(self, resource, mode):
        return {"fullUrl": f"{self.url}/{resource['resourceType']}/{resource['id']}", "resource": resource, "search": {"mode": mode}}

    def included(self, found, rule):
        """`Type:name`: what the member `name`, or `nameReference`, refers to."""
        name = rule.split(":")[1] if ":" in rule else ""
        references = [each.get(member, {}) for each in found for member in (name, f"{name}Reference")]
        places = {each.get("reference") for each in references if isinstance(each, dict)}
        return [self.resources[place] for place in sorted(places & self.resources.keys())]

    def address(self, kind, parameters, page):
        pairs = [(name, value) for name, value in parameters if name != "_page"] + ([("_page", str(page))] if page else [])
        query = "&".join(f"{name}={quote(value, safe=',:/')}" for name, value in pairs)
        return f"{self.url}/{kind}" + (f"?{query}" if query else "")

    def capabilities(self):
        kinds = [("token", TOKENS), ("reference", REFERENCES), ("date", DATES)]
        parameters = [{"name": name, "type": kind} for kind, names in kinds for name in names]
        interactions = [{"code": "read"}, {"code": "search-type"}]
        resources = [{"type": each, "interaction": interactions, "searchParam": parameters} for each in self.types()]
        return {
            "resourceType": "CapabilityStatement", "status": "active", "kind": "instance", "date": "2026-03-02", "fhirVersion": "4.0.1",
            "format": ["json"], "implementation": {"description": "Sample patients of backpain-cds", "url": self.url},
            "rest": [{"mode": "server", "resource": resources}],
        }

    def handler(server):  # noqa: N805 - the request's handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def log_message(self, *_):
                pass

            def do_GET(self):
                target = urlsplit(self.path)
                self.reply(target.path, target.query)

            def do_POST(self):
                target, size = urlsplit(self.path), self.headers.get("Content-Length", "")
                if not size.isdecimal() or int(size) > LARGEST_BODY:
                    self.close_connection = True
                    return self.send(411 if not size else 413, outcome("too-long", "the form is too long, or does not say how long it is"))
                form = self.rfile.read(int(size)).decode("utf-8", "replace")
                if not target.path.endswith("/_search"):
                    return self.send(405, outcome("not-supported", "this server is read-only"))
                return self.reply(target.path.removesuffix("/_search"), "&".join(filter(None, (target.query, form))))

            def do_OPTIONS(self):
                self.send_response(204)
                self.permit()
                self.send_header("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
                self.send_header("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Prefer")
                self.send_header("Access-Control-Max-Age", "3600")
                if self.headers.get("Access-Control-Request-Private-Network"):
                    self.send_header("Access-Control-Allow-Private-Network", "true")
                self.end_headers()

            def permit(self):
                self.send_header("Access-Control-Allow-Origin", "*")

            def reply(self, path, query):
                try:
                    if not path.startswith(f"{BASE_PATH}/"):
                        raise Refused(404, "not-found", f"the base of this server is {server.url}")
                    self.send(200, server.answer(path.removeprefix(f"{BASE_PATH}/"), query))
                except Refused as refusal:
                    self.send(refusal.status, outcome(refusal.code, str(refusal)))

            def send(self, status, value):
                body = json.dumps(value, ensure_ascii=False).encode()
                self.send_response(status)
                self.permit()
                self.send_header("Content-Type", "application/fhir+json; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler


def main(arguments):
    parser = argparse.ArgumentParser(description="Serves the sample patients as a FHIR R4 server on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate", help="PEM file; with --key: HTTPS")
    parser.add_argument("--key")
    parser.add_argument("bundles", nargs="*", metavar="BUNDLE")
    options = parser.parse_args(arguments)
    tls = None
    if options.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.certificate, options.key)
    try:
        server = SampleServer(options.bundles, options.port, tls)
    except OSError as error:
        print(f"sample_server: {error}", file=sys.stderr)
        return 4
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"listening on {server.url}", flush=True)
    try:
        server.http.serve_forever(POLL_SECONDS)
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
