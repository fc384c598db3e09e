"""testssl.sh against the service in its default configuration, with a certificate as a hospital's CA would issue it:
nothing of medium severity or worse.

    tls_audit_test.py PROGRAM

Skipped without testssl.sh (Debian package of that name). The certificate comes from a CA made for the occasion, which
testssl.sh is told to trust, and names a place for revocation lists that nobody asks. What testssl.sh says that it could
not look at (the resumption of sessions by ticket, here) is no finding; every other one counts.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from shows import main, shows

from running_service import RunningService

PROGRAM = None
TESTSSL = shutil.which("testssl") or shutil.which("testssl.sh")
SKIPPED = 77
PATIENCE_SECONDS = 580
WORST_ALLOWED = {"OK", "INFO", "DEBUG", "LOW"}
EXTENSIONS = """
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://localhost/revoked.crl
[req]
distinguished_name = name
[name]
"""
NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
# What testssl.sh says of itself when it could not look.
EXCUSES = {"engine_problem", "sessionresumption_ticket", "scanTime", "old_fart"}


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_certificate(folder):
    (folder / "extensions").write_text(EXTENSIONS)
    openssl(folder, "req", "-x509", *NEW_KEY, "-days", "365", "-subj", "/O=Hospital/CN=Hospital CA", "-config", "extensions",
            "-extensions", "ca", "-keyout", "ca.key", "-out", "ca.pem")
    openssl(folder, "req", "-new", *NEW_KEY, "-subj", "/CN=localhost", "-config", "extensions", "-keyout", "server.key",
            "-out", "server.csr")
    openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
            "90", "-extfile", "extensions", "-extensions", "server", "-out", "server.pem")


class TlsAudit(unittest.TestCase):
    @shows("R-130")
    def test_finds_nothing_of_medium_severity_or_worse(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_certificate(folder)
            tls = {"certificate": str(folder / "server.pem"), "key": str(folder / "server.key")}
            with RunningService(PROGRAM, tls=tls) as service:
                told = subprocess.run(
                    [TESTSSL, "--warnings", "batch", "--quiet", "--color", "0", "--add-ca", folder / "ca.pem", "--jsonfile",
                     folder / "findings.json", "-p", "-s", "-f", "-P", "-S", "-h", "-U", f"localhost:{service.port}"],
                    capture_output=True, text=True, timeout=PATIENCE_SECONDS, stdin=subprocess.DEVNULL)
            findings = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
        self.assertGreater(len(findings), 80, told.stdout)
        seen = {finding["id"] for finding in findings}
        self.assertLessEqual({"TLS1_2", "TLS1_3", "heartbleed", "cert_chain_of_trust", "LUCKY13"}, seen)
        bad = [finding for finding in findings
               if finding["severity"] not in WORST_ALLOWED and finding["id"] not in EXCUSES]
        self.assertEqual(bad, [])


if __name__ == "__main__":
    if not TESTSSL:
        print("testssl.sh is not installed")
        sys.exit(SKIPPED)
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    main()
