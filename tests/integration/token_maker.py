"""JSON Web Keys and Tokens made with the openssl command: right ones, and with every part under the test's control."""

import base64
import json
import re
import subprocess
import time
import uuid


def base64url(data):
    data = data if isinstance(data, bytes) else data.encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *arguments], input=data, check=True, capture_output=True).stdout


class EllipticKey:
    """A key on a NIST curve, for ES256, ES384 or ES512 in the form of RFC 7518."""

    def __init__(self, folder, name="k", curve="P-384", digest="sha384", size=48):
        self.file, self.name, self.curve, self.digest, self.size = folder / f"{name}.pem", name, curve, digest, size
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", self.file)

    def jwk(self, **changes):
        text = openssl("pkey", "-in", self.file, "-noout", "-text_pub").decode()
        point = bytes.fromhex(re.sub(r"[\s:]", "", re.search(r"pub:([\s0-9a-f:]+)", text)[1]))
        x, y = point[1:1 + self.size], point[1 + self.size:]
        return {"kty": "EC", "crv": self.curve, "kid": self.name, "x": base64url(x), "y": base64url(y)} | changes

    def public_pem(self):
        return openssl("pkey", "-in", self.file, "-pubout")

    def sign_der(self, data):
        return openssl("dgst", f"-{self.digest}", "-sign", self.file, data=data)

    def sign(self, data):
        numbers = re.findall(r"INTEGER\s*:([0-9A-F]+)", openssl("asn1parse", "-inform", "DER",
                                                                data=self.sign_der(data)).decode())
        return b"".join(int(number, 16).to_bytes(self.size, "big") for number in numbers)


class RsaKey:
    def __init__(self, folder, name="r", bits=2048):
        self.file, self.name = folder / f"{name}.pem", name
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}", "-out", self.file)

    def jwk(self, **changes):
        modulus = openssl("rsa", "-in", self.file, "-noout", "-modulus").decode().split("=")[1].strip()
        return {"kty": "RSA", "kid": self.name, "n": base64url(bytes.fromhex(modulus)), "e": "AQAB"} | changes

    def public_pem(self):
        return openssl("pkey", "-in", self.file, "-pubout")

    def sign(self, data):
        return openssl("dgst", "-sha384", "-sign", self.file, data=data)


def header(**changes):
    return present({"alg": "ES384", "typ": "JWT", "kid": "k"} | changes)


def claims(issuer, audience, **changes):
    now = int(time.time())
    return present({"iss": issuer, "aud": audience, "iat": now, "exp": now + 300, "jti": str(uuid.uuid4())} | changes)


def present(members):
    """Leaves out what is None; ... stands for null."""
    return {name: None if value is ... else value for name, value in members.items() if value is not None}


def compact(head, payload, sign):
    """A token. Parts are objects, or text as it is to be encoded."""
    parts = [part if isinstance(part, (str, bytes)) else json.dumps(part) for part in (head, payload)]
    signed = ".".join(map(base64url, parts))
    return signed + "." + base64url(sign(signed.encode()))
