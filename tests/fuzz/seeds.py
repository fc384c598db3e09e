"""What the fuzzers start from: a set of texts for each target, from HL7's FHIRPath suite and the public data where
they are there, and from our own samples, configuration examples and hand-written messages."""

import base64
import hashlib
import json
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("BACKPAIN_CDS_TEST_DATA") or ROOT / "../shared/data").resolve()
SAMPLES = sorted((ROOT / "deploy/samples").glob("*-*.json"))
# Large inputs slow a fuzzer down without reaching more of the code.
MOST_BYTES = 6000
KEYS = {"Patient": "patient", "Condition": "conditions", "MedicationRequest": "medicationRequests",
        "MedicationStatement": "medicationStatements", "MedicationAdministration": "medicationAdministrations",
        "Procedure": "procedures", "ServiceRequest": "orders"}


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def resources(path):
    return [entry["resource"] for entry in json.loads(path.read_text(encoding="utf-8"))["entry"]]


def bundle(found):
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": resource} for resource in found]}


def fhirpath_pairs():
    """Pairs of expression and input's text."""
    suite = DATA / "fhirpath"
    if not suite.exists():
        return
    for test in json.loads((suite / "tests-fhir-r4.json").read_text(encoding="utf-8")):
        name = test.get("input")
        content = json.dumps(json.loads((suite / "input" / name).read_text(encoding="utf-8"))) if name else ""
        yield test["expression"], content if len(content) < MOST_BYTES else ""


def fhirpath_compile():
    return {expression for expression, _ in fhirpath_pairs()}


def fhirpath_evaluate():
    return {" ".join(expression.split()) + "\n" + content for expression, content in fhirpath_pairs()}


def token():
    def part(value):
        return base64.urlsafe_b64encode(compact(value).encode()).decode().rstrip("=")

    claims = {"iss": "https://ehr.example.org", "aud": ["https://cds.example.org/cds-services"], "exp": 4e9, "iat": 0,
              "nbf": 0.5, "jti": "1", "tenant": "general"}
    sizes = {"ES256": 64, "ES384": 96, "ES512": 132, "EdDSA": 64, "RS256": 256, "PS384": 256, "none": 0, "HS256": 32}
    for algorithm, size in sizes.items():
        header = {"alg": algorithm, "typ": "JWT", "kid": "k", "jku": "https://ehr.example.org/jwks.json"}
        signature = base64.urlsafe_b64encode(bytes(range(size % 256)) * (1 + size // 256)).decode().rstrip("=")
        yield f"{part(header)}.{part(claims)}.{signature}"
    for extra in ({"crit": ["b64"], "b64": False}, {"jwk": {"kty": "EC"}}, {"enc": "A128GCM"}, {"x5u": "https://x"}):
        yield f"{part({'alg': 'ES384', 'kid': 'k'} | extra)}.{part(claims)}.{'A' * 128}"


def key_set():
    elliptic = {"kty": "EC", "crv": "P-384", "kid": "k", "use": "sig", "alg": "ES384", "key_ops": ["verify"],
                "x": "46SDH7Znh821wblCBglA61sNE9ZrHYKKt3qRtRTmSXyOI_FIGBLWrWa0GPUkDCEk",
                "y": "XMcRuuoGW7CXjQdy-F5i3FeBE0x9hPLdeFdSoDd3ELmx404tLX0VRRcqzAsPhXcI"}
    edwards = {"kty": "OKP", "crv": "Ed25519", "kid": "e", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    rsa = {"kty": "RSA", "kid": "r", "n": "w" + "7" * 341, "e": "AQAB", "alg": "RS384"}
    yield from (compact({"keys": keys}) for keys in ([elliptic], [edwards], [rsa], [elliptic, edwards, rsa], []))
    yield "max-age=300, publicSat, 28 Nov 2026 00:00:00 GMT"


def feedback():
    card = "f6b95768-b1c8-40dc-8385-bf3504b82ffb"
    yield compact({"feedback": [
        {"card": card, "outcome": "accepted", "acceptedSuggestions": [{"id": card}],
         "outcomeTimestamp": "2020-12-11T00:00:00Z"},
        {"card": card, "outcome": "overridden", "outcomeTimestamp": "2020-12-11t00:00:60.999+02:00",
         "overrideReason": {"reason": {"code": "patient-refuses", "system": "urn:x"}, "userComment": "x"}}]})
    for path in sorted((DATA / "sandbox-requests").glob("*feedback*.json")):
        yield path.read_text(encoding="utf-8")


def short_record(found):
    """A patient with some of what is known, each test once."""
    chosen, tests = {}, set()
    for resource in found:
        kind = resource["resourceType"]
        code = compact(resource.get("code"))
        if kind == "Observation" and (code in tests or len(tests) == 6):
            continue
        if kind == "Observation":
            tests.add(code)
        if (kind in KEYS and len(chosen.setdefault(kind, [])) < 3) or kind == "Observation":
            chosen.setdefault(kind, []).append(resource)
    return chosen


def request_of(hook, found):
    chosen = short_record(found)
    patient = chosen["Patient"][0]
    prefetch = {key: bundle(chosen.get(kind, [])) for kind, key in KEYS.items()} | {"patient": patient}
    for key, kind in (("vitaminD", 0), ("b12", 1), ("bone", 2)):
        prefetch[key] = bundle(chosen.get("Observation", [])[kind::3])
    context = {"userId": "Practitioner/1", "patientId": patient["id"], "encounterId": "e1"}
    if hook.startswith("order"):
        draft = {"resourceType": "ServiceRequest", "id": "d1", "status": "draft", "intent": "order",
                 "subject": {"reference": f"Patient/{patient['id']}"},
                 "code": {"coding": [{"system": "http://loinc.org", "code": "49054-0", "display": "25-OH vitamin D3"}]}}
        other = draft | {"id": "d2", "code": {"coding": [{"system": "http://loinc.org", "code": "2132-9"}]}}
        context |= {"draftOrders": bundle([draft, other]), "selections": ["ServiceRequest/d1"]}
    return {"hook": hook, "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context,
            "fhirServer": "https://ehr.example.org/fhir", "prefetch": prefetch,
            "fhirAuthorization": {"access_token": "t", "token_type": "Bearer", "expires_in": 300,
                                  "scope": "patient/*.read", "subject": "cds"}}


def request():
    for path in SAMPLES:
        for hook in ("patient-view", "encounter-start", "order-select", "order-sign"):
            yield compact(request_of(hook, resources(path)))
    for path in sorted((DATA / "sandbox-requests").glob("*.json")):
        if "feedback" not in path.name:
            yield path.read_text(encoding="utf-8")


def resource():
    for path in SAMPLES:
        yield from map(compact, resources(path)[:40])
        yield compact(bundle(resources(path)[:4]))
    for folder in ("hl7-r4-examples", "google-fhir-edge"):
        for path in sorted((DATA / folder).rglob("*.json")):
            text = path.read_text(encoding="utf-8", errors="replace")
            if len(text) < MOST_BYTES:
                yield text


def reference():
    """Bundles with places, versions and references of every kind."""
    observation = {"resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/p1"},
                   "focus": [{"reference": "Device/d/_history/1"}], "specimen": {"reference": "#s"},
                   "contained": [{"resourceType": "Specimen", "id": "s", "subject": {"reference": "urn:uuid:1"}}]}
    request = {"resourceType": "MedicationRequest", "id": "m", "medicationReference": {"reference": "Medication/1"}}
    medication = {"resourceType": "Medication", "id": "1", "code": {"text": "prednisone"}}
    patient = {"resourceType": "Patient", "id": "p1", "identifier": [{"system": "urn:x", "value": "1"}],
               "link": [{"type": "replaces", "other": {"reference": "https://a.example/fhir/Patient/p0/_history/2"}}]}
    deletion = {"fullUrl": "https://a.example/fhir/Observation/o", "request": {"method": "DELETE", "url": "Observation/o"},
                "response": {"status": "204", "lastModified": "2026-02-22T10:00:00Z", "etag": 'W/"3"'}}
    for version in ({"versionId": "2"}, {"lastUpdated": "2026-02-21T10:00:00+02:00"}, {}):
        entries = [{"fullUrl": "https://a.example/fhir/Observation/o", "resource": observation},
                   {"fullUrl": "https://a.example/fhir/Observation/o/_history/2", "resource": observation | {"meta": version}},
                   {"fullUrl": "urn:uuid:1", "resource": patient}, {"fullUrl": "https://b.example/fhir/Medication/1", "resource": medication},
                   {"fullUrl": "https://b.example/fhir/MedicationRequest/m", "resource": request}, {"resource": medication}, deletion]
        for kind in ("collection", "history", "searchset"):
            yield compact({"resourceType": "Bundle", "type": kind, "entry": entries})


def skim():
    """Lines and Bundles of a population."""
    yield from reference()
    coded = {"resourceType": "Observation", "id": "o", "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "2132-9"}]}}
    parts = {"resourceType": "Observation", "id": "p", "component": [{"code": coded["code"]}], "effectivePeriod": {"start": "2026"}}
    others = [coded, parts, coded | {"id": "q", "code": {"coding": [{"code": "8867-4"}]}}, {"resourceType": "Claim", "id": "c", "item": [{"id": "1"}]},
              {"resourceType": "DiagnosticReport", "id": "r", "contained": [coded]}, {"resourceType": "Encounter", "id": "e", "period": {"start": "2026"}}]
    yield from map(compact, others)
    yield from (compact(bundle(others)), json.dumps(bundle(others), indent=2), compact({"hook": "patient-view", "prefetch": {"a": coded}}))


def unit():
    yield from ("ng/mL", "ug/l", "ug.L-1", "10*-3.mg/L", "nmol/L", "pmol.l-1", "mL/min/{1.73_m2}", "10*3/uL", "[iU]/L", "meq/L",
                "\u00b5g/L", "\u00a0ng/mL\u202f", "ng/mL{total}", "(ng)/(mL)", "/mL.ng", "Cel", "%", "NG/DL", "mcg/dL", "1", "10^-9.g/cm3")


def expansion():
    """Files of expansions of a few of the shipped value sets, whole and with a fault each."""
    sct, version = "http://snomed.info/sct", "http://snomed.info/sct/731000124108/version/20250901"
    for name, constraint, codes in (("cirrhosis", "<< 19943007", ["19943007", "1761006"]), ("osteoporosis", "<< 64859006", ["64859006"]),
                                    ("back-pain", "<< 161891005 MINUS << 91957002", ["161891005", "762452003"])):
        value_set = {"resourceType": "ValueSet", "id": name, "compose": {"include": [{"system": sct, "filter": [
            {"property": "constraint", "op": "=", "value": constraint}]}]}, "expansion": {
            "timestamp": "2026-03-01T09:00:00Z", "total": len(codes), "parameter": [{"name": "version", "valueUri": f"{sct}|{version}"}],
            "contains": [{"system": sct, "code": code, "display": "x"} for code in codes]}}
        text = compact({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": value_set}]})
        yield from (text, text[:len(text) // 2], text.replace('"total":', '"total":1'), text.replace("/version/20250901", ""))


def sealed():
    """Sealed packs, whole and with a fault each; one is signed with a key that nobody trusts."""
    for pack in ({"id": "p", "version": "1.0.0", "status": "draft"}, {"id": "\u00e9", "version": "2.0.0-rc.1", "status": "active"}):
        files = {"pack.json": compact(pack), "rules/a.json": "{}", "value-sets/b.json": '{"a":"\u00b5"}'}
        digest = hashlib.sha256(b"".join(f"{path}\n{len(text.encode())}\n{text}".encode() for path, text in sorted(files.items()))).hexdigest()
        whole = {"sealed": "backpain-cds pack 1", "pack": pack["id"], "version": pack["version"], "status": pack["status"],
                 "digest": f"sha256:{digest}", "unconfirmed": ["a.json:1:1: warning: x [unconfirmed]"], "files": files}
        signature = {"algorithm": "Ed25519", "key": "sha256:0", "value": base64.b64encode(bytes(range(64))).decode()}
        text = compact(whole)
        yield from (text, compact(whole | {"signature": signature}), text.replace("rules/a.json", "../a.json"), text[:len(text) // 2],
                    text.replace("{}", "{ }"))


def survey_part():
    yield from ('[]', '[["patient","all",3,3],["result","b12","code","http://loinc.org","2132-9","total",2,9]]', '[["a",-1,1]]', '[[]]',
                '[["a","b",18446744073709551615,1],["a","b",1,1]]', '[["a\\u001fb",1,1]]', '[["",0,0],["\\u00e9",1,1]]')


def lines():
    """Bulk Data, a Bundle on a line, a document over many lines, a request, and lines that are broken or too long."""
    patient = {"resourceType": "Patient", "id": "p", "link": [{"other": {"reference": "Patient/q"}, "type": "replaced-by"}]}
    result = {"resourceType": "Observation", "id": "o", "subject": {"reference": "Patient/p"}, "valueString": "a\\\"b\u00e9"}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}, {"resource": result}]}
    yield compact(patient) + "\n" + compact(result) + "\r\n\n" + compact(result)
    yield compact(bundle) + "\n" + compact(bundle | {"id": "x" * 1100}) + "\n" + compact(patient) + "\n"
    yield json.dumps(bundle, indent=2)
    yield compact({"hook": "patient-view", "hookInstance": "1", "context": {"patientId": "p"}, "prefetch": {"patient": patient}})
    yield "\ufeff" + compact(patient) + "\n{\"resourceType\":\"Obs\n" + compact({"patient": {"display": "d", "reference": "Patient/p"}})


def manifest():
    """FHIR Bulk Data Access, Response - Complete Status."""
    whole = {"transactionTime": "2026-01-01T00:00:00Z", "request": "https://ehr.example.org/$export", "requiresAccessToken": True,
             "output": [{"type": "Patient", "url": "https://ehr.example.org/out/Patient.ndjson?x=1#y"},
                        {"type": "Condition", "url": "https://ehr.example.org/out/Condition.ndjson"}], "error": []}
    yield from (compact(whole), json.dumps(whole, indent=1), compact(whole | {"output": [{"type": "Patient", "url": "../Patient.ndjson"}]}),
                compact(whole | {"output": [{"type": "Patient"}]}), compact(whole | {"output": [{"url": "https://ehr.example.org/"}]}))


def config():
    yield (ROOT / "deploy/config.example.json").read_text(encoding="utf-8")
    yield """{ "mode": "development", "authentication": "none", "listen": "127.0.0.1:0", // a comment
        "admin": { "listen": "[::1]:0" }, "tls": { "certificate": "/dev/null", "key": "/dev/null" },
        "publicUrl": ["https://cds.example.org"], "limits": { "bodyBytes": 1048576, "requestsPerSecond": 1, },
        "packs": [ { "path": "/", "site": "${HOST}" } ], "cors": { "origins": ["*"] }, "threads": 0, }"""
    yield """{ "listen": "0.0.0.0:1", "tls": { "certificate": "/dev/null", "key": "/dev/null", "clientCa": "/dev/null" },
        "clients": [ { "name": "a", "issuer": "https://a", "jwks": { "keys": [ { "kty": "OKP", "crv": "Ed25519", "kid": "e",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" } ] }, "jku": ["https://a/b"], "tenants": ["t"],
            "algorithms": ["ES384", "EdDSA"], "audience": ["c"], "skewSeconds": 30, "maxTokenSeconds": 600, "replay": "same-body",
            "clientId": "d", "fhirServers": ["https://a/fhir"], "profile": "crd", "strict": true },
            { "name": "b", "issuer": "b", "jwksFile": "/dev/null" }, { "name": "c", "issuer": "c", "jwksUrl": "https://c" } ],
        "anonymous": { "fhirServers": ["https://x"], "profile": "sandbox" }, "store": "postgresql://u@h/d",
        "fhir": { "ca": "/dev/null", "timeoutMs": 100, "maxPages": 2, "maxBytes": 4096, "privateNetworks": ["10.0.0.0/8", "fd00::/8"] },
        "limits": { "deadlineMs": 100, "headerBytes": 8192 }, "log": { "level": "debug", "format": "text" }, "timeZone": "UTC" }"""


def http_answer():
    """What a server may send, whole and cut: see http_answer_fuzz.cpp for the bytes in front."""
    own, other = "X-Request-Id: backpain-cds-0-1\r\n", "X-Correlation-Id: backpain-cds-0-2\r\n"
    plain = 'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nAge: 7\r\nContent-Length: 7\r\n\r\n{"a":1}'
    chunks = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{"\r\n5\r\na":1}\r\n0\r\nX: y\r\n\r\n'
    answers = [plain, chunks, plain.replace("Age", own + "Age"), plain.replace("Age", other + "Age"), plain + plain, plain + "\r\n",
               "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + plain,
               "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n" + plain,
               "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 200 OK\r\n\r\n{\"until\":\"the end\"}",
               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
               "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
               "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
               "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "garbage\r\n\r\n"]
    for answer in answers:
        yield "\x01" + answer  # in one piece
        yield "\x07\x01\x02\x30" + answer  # pieces of 1, 2 and 48 bytes
        yield "\x02\x01" + answer  # byte by byte, the connection cut off


TARGETS = {"token": token, "key_set": key_set, "feedback": feedback, "fhirpath_compile": fhirpath_compile,
           "fhirpath_evaluate": fhirpath_evaluate, "config": config, "resource": resource, "reference": reference, "skim": skim, "unit": unit,
           "request": request, "http_answer": http_answer, "expansion": expansion, "sealed": sealed, "survey_part": survey_part,
           "lines": lines, "manifest": manifest}


def words(texts):
    """The short strings of JSON texts, as lines of a libFuzzer dictionary."""
    found = {word for text in texts for word in re.findall(r'"[A-Za-z0-9:/.\[\]#-]{2,40}"', text)}
    return [f'"\\"{word[1:-1]}\\""' for word in sorted(found)][:1500]
