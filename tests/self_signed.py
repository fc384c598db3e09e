"""Certificates that sign themselves, for servers and clients of tests on loopback."""

import subprocess


def write_self_signed(certificate, key, name="localhost", days=2):
    """Writes a certificate for 127.0.0.1 and localhost, and its key, in PEM form."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", str(days),
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
