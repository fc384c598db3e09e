"""A client of the service as the trust tests play it: keys and tokens by the openssl command, and a FHIR server on loopback."""

import base64
import hashlib
import hmac
import http.server
import json
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from token_maker import EllipticKey, RsaKey, base64url, compact

PUBLIC_URL = "https://cds.example.org"
ISSUER = "https://ehr.example.org"


class Key:
    """A key pair of a client, and good tokens signed with it."""

    def __init__(self, folder, algorithm="ES384", identifier="key-1"):
        self.algorithm, self.identifier = algorithm, identifier
        folder, name = Path(folder), str(uuid.uuid4())
        if algorithm == "RS384":
            self.pair = RsaKey(folder, name)
        else:
            curve, digest, size = {"ES256": ("P-256", "sha256", 32), "ES384": ("P-384", "sha384", 48)}[algorithm]
            self.pair = EllipticKey(folder, name, curve, digest, size)

    def jwk(self):
        return self.pair.jwk(kid=self.identifier, alg=self.algorithm, use="sig")

    def token(self, path, header=None, **claims):
        """A token for the endpoint at `path`, good unless `claims` or `header` say otherwise; what is set to ... is left out."""
        now = int(time.time())
        whole = {"iss": ISSUER, "aud": PUBLIC_URL + path, "exp": now + 300, "iat": now, "jti": str(uuid.uuid4())} | claims
        head = {"alg": self.algorithm, "typ": "JWT", "kid": self.identifier} | (header or {})
        return compact({name: value for name, value in head.items() if value is not ...},
                       {name: value for name, value in whole.items() if value is not ...}, self.pair.sign)


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
