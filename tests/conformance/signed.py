"""A client of the service as the trust tests play it: keys and tokens by the openssl command, and a FHIR server on loopback."""

import base64
import hashlib
import hmac
import http.server
import json
import subprocess
import tempfile
import threading
import time
import uuid
from pathlib import Path

PUBLIC_URL = "https://cds.example.org"
ISSUER = "https://ehr.example.org"
SIGNATURE_HALF = {"ES256": 32, "ES384": 48}
CURVE = {"ES256": "P-256", "ES384": "P-384"}


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw_signature(der, half):
    """The two numbers of an ECDSA signature in ASN.1 (RFC 3279, 2.2.3), side by side as JWS wants them (RFC 7518, 3.4)."""
    numbers, at = [], 3 if der[1] & 0x80 else 2
    for _ in range(2):
        size = der[at + 1]
        numbers.append(int.from_bytes(der[at + 2:at + 2 + size], "big"))
        at += 2 + size
    return b"".join(number.to_bytes(half, "big") for number in numbers)


class Key:
    def __init__(self, folder, algorithm="ES384", identifier="key-1"):
        self.algorithm, self.identifier = algorithm, identifier
        self.file = Path(folder) / f"{uuid.uuid4()}.pem"
        curve = ["EC", "-pkeyopt", f"ec_paramgen_curve:{CURVE[algorithm]}"] if algorithm in CURVE else ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
        subprocess.run(["openssl", "genpkey", "-algorithm", *curve, "-out", self.file], check=True, capture_output=True)

    def jwk(self):
        public = {"kid": self.identifier, "alg": self.algorithm, "use": "sig"}
        if self.algorithm in CURVE:
            der = subprocess.run(["openssl", "pkey", "-in", self.file, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
            half = SIGNATURE_HALF[self.algorithm]
            return public | {"kty": "EC", "crv": CURVE[self.algorithm], "x": base64url(der[-2 * half:-half]), "y": base64url(der[-half:])}
        text = subprocess.run(["openssl", "rsa", "-in", self.file, "-noout", "-modulus"], check=True, capture_output=True, text=True).stdout
        return public | {"kty": "RSA", "n": base64url(bytes.fromhex(text.strip().split("=")[1])), "e": "AQAB"}

    def sign(self, header, claims):
        text = f"{base64url(json.dumps(header).encode())}.{base64url(json.dumps(claims).encode())}"
        digest = "-sha" + self.algorithm[2:]
        signature = subprocess.run(["openssl", "dgst", digest, "-sign", self.file], input=text.encode(), check=True, capture_output=True).stdout
        if self.algorithm in CURVE:
            signature = raw_signature(signature, SIGNATURE_HALF[self.algorithm])
        return f"{text}.{base64url(signature)}"

    def token(self, path, header=None, **claims):
        """A token for the endpoint at `path`, good unless `claims` or `header` say otherwise; what is set to ... is left out."""
        now = int(time.time())
        whole = {"iss": ISSUER, "aud": PUBLIC_URL + path, "exp": now + 300, "iat": now, "jti": str(uuid.uuid4())} | claims
        head = {"alg": self.algorithm, "typ": "JWT", "kid": self.identifier} | (header or {})
        return self.sign({name: value for name, value in head.items() if value is not ...},
                         {name: value for name, value in whole.items() if value is not ...})


def unsigned(token, algorithm):
    """The token with another algorithm named, and signed by nobody, or by the public part as a secret."""
    head, claims, _ = token.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))) | {"alg": algorithm}
    text = f"{base64url(json.dumps(header).encode())}.{claims}"
    signature = b"" if algorithm == "none" else hmac.new(b"public", text.encode(), hashlib.sha384).digest()
    return f"{text}.{base64url(signature)}"


class FhirServer:
    """Answers each address below /fhir with what `answers` (a function of path and query) returns: a resource, or a status.
    As a context manager; remembers the addresses and tokens of the requests."""

    def __init__(self, answers):
        self.answers, self.requests = answers, []

    def __enter__(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                address = self.path.removeprefix("/fhir/")
                outer.requests.append((address, self.headers["Authorization"]))
                answer = outer.answers(address)
                status, body = (answer, b"{}") if isinstance(answer, int) else (200, json.dumps(answer).encode())
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/fhir+json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # who asked has not waited

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/fhir"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def asked(self):
        return [address.split("?")[0] for address, _ in self.requests]


def key_folder():
    return tempfile.TemporaryDirectory()
